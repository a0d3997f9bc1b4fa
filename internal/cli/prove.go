package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/prove"
	"github.com/gomastery/gomastery/internal/toolchain"
)

type proveCmd struct {
	Targets []string `arg:"" optional:"" name:"target" help:"Entries (17_interfaces, 17, interfaces), cases (17/typedNil), or folders of a book or an entry. Without any, the whole book."`
	Release string   `placeholder:"LIST" help:"On which releases: 1.21,1.27 or 1.26/1.21 (that toolchain with that language) or all. Without it, on the local one."`
	Race    bool     `help:"Only what the race detector says."`
	Fresh   bool     `help:"Try again what is known."`
	Update  bool     `xor:"ledger" help:"Put what was seen in the place of outputs that were refuted. No claim is added, dropped or weakened."`
	Record  bool     `xor:"ledger" help:"Write the verdicts into the ledger of the book; needs --release all."`
	Ledger  bool     `xor:"ledger" help:"Look whether the ledger is up to date, and prove a tenth of it anew on all releases."`
	Watch   bool     `xor:"ledger" help:"Prove again whenever a file changes, until Ctrl-C."`
	JSON    bool     `name:"json" help:"One verdict a line, those that hold included."`
	Verbose bool     `short:"v" help:"Print the claims that hold, too."`
	Yes     bool     `short:"y" help:"Download releases that are not installed without asking."`
}

// Help is printed by --help.
func (proveCmd) Help() string {
	return `
A claim is what the book says about Go: the output of a case, that it panics,
races, leaks or does not, what a tool says about a line. It is tried on each
release and holds there, is refuted, is absent because the case does not compile
there and says so, or stays unproved, with the reason.

What is refuted or unproved is printed with its place, what was expected and
what came; the last line counts. The exit status is 0 when nothing was refuted
or unproved, else 1. Verdicts are kept: proving again costs what has changed.

$ gomastery prove
… hold, 0 refuted, 0 absent, 0 unproved
$ gomastery prove 1_sample/lastFirst --release local --verbose
…
1_sample/example.go:…: 1_sample/lastFirst#output on go…: Output holds
… hold, 0 refuted, 0 absent, 0 unproved`
}

// Run proves what is asked.
func (c *proveCmd) Run(ctx context.Context, a *app) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	jobs, err := a.jobs(c.Targets)
	if err != nil {
		return err
	}
	if err := c.fits(jobs); err != nil {
		return err
	}
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = e.close(err) }()
	p, err := c.prover(ctx, e)
	if err != nil {
		return err
	}
	if c.Watch {
		return p.watch(ctx, jobs)
	}
	sum, err := p.all(ctx, jobs)
	if err != nil {
		return err
	}
	if !sum.OK() {
		return status(statusNo)
	}
	return nil
}

// check refuses flags that make no sense together.
func (c *proveCmd) check() error {
	switch {
	case c.Record && c.Release != "all":
		return fault.New(fault.Misuse, "the ledger is about all releases").Try("Add --release all.")
	case c.Record && c.Race:
		return fault.New(fault.Misuse, "the ledger is about all claims").Try("Leave out --race.")
	case c.Ledger && (c.Release != "" || c.Race):
		return fault.New(fault.Misuse, "the ledger is about all claims on all releases").Try("Leave out --release and --race.")
	case c.Update && c.Race:
		return fault.New(fault.Misuse, "--update is about outputs, which --race does not look at").Try("Leave out --race.")
	}
	return nil
}

// fits refuses jobs that the flags can't be meant for.
func (c *proveCmd) fits(jobs []job) error {
	for _, j := range jobs {
		switch {
		case (c.Record || c.Watch || c.Update) && j.root == "":
			return fault.New(fault.Misuse, "--update, --record and --watch need a book on disk").
				Try("Go to a checkout of the book, or name its folder with --content DIR.")
		case (c.Record || c.Ledger) && j.only != "":
			return fault.New(fault.Misuse, "the ledger is about whole entries").Try("Name the entry, not a case.")
		case len(j.entries) == 0 && len(j.faults) == 0:
			return fault.New(fault.NotFound, "no entry in %s", j.root).Try("`gomastery new concept 1_name` begins one.")
		}
	}
	return nil
}

// A proving is one use of the prover, with what was asked for.
type proving struct {
	*proveCmd
	e       *engine
	p       *prove.Prover
	pairs   []toolchain.Pair    // on which claims are tried
	missing []toolchain.Release // chosen and not installed
}

// prover opens the prover and settles on which releases it works.
func (c *proveCmd) prover(ctx context.Context, e *engine) (*proving, error) {
	list := cmp.Or(c.Release, "local")
	if c.Ledger {
		list = "all"
	}
	pairs, err := e.tools.Select(ctx, list)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		self = "" // transcripts say that they can't be tried
	}
	p, err := prove.New(prove.Config{Toolchains: e.tools, Sandbox: e.box, Cache: filepath.Join(e.cache, cacheVerdicts), Self: self})
	if err != nil {
		return nil, err
	}
	w := &proving{proveCmd: c, e: e, p: p}
	if w.pairs, w.missing, err = e.ready(ctx, pairs, c.Yes); err != nil {
		return nil, err
	}
	if len(w.missing) > 0 {
		e.app.complain(notInstalled(w.missing))
	}
	return w, nil
}

// all proves the jobs and reports. A book with faults is not proved.
func (w *proving) all(ctx context.Context, jobs []job) (sum prove.Summary, err error) {
	if err := w.e.app.faulty(jobs); err != nil {
		return sum, err
	}
	if w.Update {
		if jobs, err = w.update(ctx, jobs); err != nil {
			return sum, err
		}
	}
	out, stale := w.reporter(), 0
	for _, j := range jobs {
		n, err := w.one(ctx, j, out)
		sum = added(sum, n)
		if err != nil {
			out.done(sum, false)
			return sum, err
		}
		if err := w.record(j, out.of(j), n.OK()); err != nil {
			return sum, err
		}
		if stale, err = w.stale(ctx, j, stale); err != nil {
			return sum, err
		}
	}
	out.done(sum, true)
	if stale > 0 {
		w.e.app.say("gomastery: the ledger is not up to date: %s", count(stale, "record"))
		return sum, status(statusNo)
	}
	return sum, nil
}

// ledgerSample is the share of the work that is done anew when the ledger is looked
// at.
const ledgerSample = 0.1

// stale prints what is wrong with the ledger of a job, when that is asked, and adds
// how much it is to n.
func (w *proving) stale(ctx context.Context, j job, n int) (int, error) {
	if !w.Ledger {
		return n, nil
	}
	for _, e := range j.entries {
		wrong, err := w.p.Stale(ctx, j.fsys, e)
		if err != nil {
			return n, err
		}
		for _, f := range wrong {
			f.File = j.where(w.e.app.dir, f.File)
			fmt.Fprintln(w.e.app.stdout, f)
		}
		n += len(wrong)
	}
	return n, nil
}

// update proves and puts what was seen into the book. It returns the jobs as they
// read then.
func (w *proving) update(ctx context.Context, jobs []job) ([]job, error) {
	a := w.e.app
	for _, j := range jobs {
		out := &reporter{app: a, bar: a.progress(), json: func(any) error { return nil }}
		_, err := w.one(ctx, j, out)
		out.bar.clear()
		if err != nil {
			return nil, err
		}
		changes, err := prove.Update(j.root, j.entries, out.of(j))
		for _, c := range changes {
			what := "updated"
			if !c.Done {
				what = "not updated: " + c.Why
			}
			a.say("%s:%d: %s %s", j.where(a.dir, c.File), c.Line, c.ID, what)
		}
		if err != nil {
			return nil, err
		}
	}
	fresh, err := a.again(jobs)
	if err != nil {
		return nil, err
	}
	return fresh, a.faulty(fresh)
}

// faulty prints the faults of what is about to be proved, and returns a status if
// there are any.
func (a *app) faulty(jobs []job) error {
	n := 0
	for _, j := range jobs {
		for _, f := range j.faultsOf(j.entries) {
			f.File = j.where(a.dir, f.File)
			fmt.Fprintln(a.stdout, f)
			n++
		}
	}
	if n == 0 {
		return nil
	}
	a.say("gomastery: %s; nothing was proved", count(n, "fault"))
	return status(statusNo)
}

// one proves one job.
func (w *proving) one(ctx context.Context, j job, out *reporter) (prove.Summary, error) {
	var sum prove.Summary
	for _, v := range w.untried(j) {
		sum.Add(v)
		out.add(j, v)
	}
	if len(w.pairs) == 0 {
		return sum, nil
	}
	n, err := w.p.Entries(ctx, j.Book, j.entries, prove.Options{
		Pairs: w.pairs, Fresh: w.Fresh || w.Ledger, RaceOnly: w.Race, Case: j.only, Sample: w.sample(), Progress: out.progress,
	}, func(v prove.Verdict) { out.add(j, v) })
	return added(sum, n), errors.Join(err, out.err)
}

func (w *proving) sample() float64 {
	if w.Ledger {
		return ledgerSample
	}
	return 0
}

func added(x, y prove.Summary) prove.Summary {
	return prove.Summary{Hold: x.Hold + y.Hold, Refuted: x.Refuted + y.Refuted, Absent: x.Absent + y.Absent, Unproved: x.Unproved + y.Unproved}
}

// untried gives a verdict to what is claimed about releases that are not installed.
func (w *proving) untried(j job) []prove.Verdict {
	var all []prove.Verdict
	for _, r := range w.missing {
		here := book.Platform{Minor: r.Minor, GOOS: runtime.GOOS, GOARCH: runtime.GOARCH}
		for _, c := range j.claims(here) {
			all = append(all, prove.Verdict{
				Claim: prove.ClaimText(c), ID: c.ID, File: c.File, Line: c.Line, Release: r.Version,
				Platform: here.GOOS + "/" + here.GOARCH, Verdict: prove.Unproved, Got: "Go " + r.String() + " is not installed",
			})
		}
	}
	return all
}

// record writes the verdicts of a job into the ledger of its book.
func (w *proving) record(j job, verdicts []prove.Verdict, good bool) error {
	switch {
	case !w.Record:
		return nil
	case !good:
		w.e.app.say("Nothing was recorded: only a book of which everything holds is.")
		return nil
	}
	if err := prove.WriteLedger(j.root, j.entries, verdicts); err != nil {
		return err
	}
	w.e.app.say("Recorded %s in %s.", count(len(verdicts), "verdict"), filepath.Join(j.root, prove.LedgerFolder))
	return nil
}
