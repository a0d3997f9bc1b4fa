package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/prove"
)

// A reporter prints verdicts: as objects when they come, or for people in the order
// of the book when all is done.
type reporter struct {
	app      *app
	json     func(any) error // nil for people
	verbose  bool
	bar      *progress
	verdicts []reported
	err      error // of writing
}

// A reported verdict knows its book, which knows where its file is.
type reported struct {
	prove.Verdict
	of job
}

func (w *proving) reporter() *reporter {
	r := &reporter{app: w.e.app, verbose: w.Verbose, bar: w.e.app.progress()}
	if w.JSON {
		r.json = w.e.app.objects()
	}
	return r
}

// progress shows how far the prover is.
func (r *reporter) progress(done, total int, what string) {
	r.bar.show("%d of %d: %s", done, total, what)
}

// add takes a verdict.
func (r *reporter) add(j job, v prove.Verdict) {
	r.verdicts = append(r.verdicts, reported{v, j})
	if r.json != nil {
		r.bar.clear()
		r.err = cmp.Or(r.err, r.json(withoutHash{Verdict: v}))
	}
}

// withoutHash is a verdict as --json shows it: the hash is the ledger's business.
type withoutHash struct {
	prove.Verdict
	Hash string `json:"hash,omitempty"`
}

// of returns the verdicts on one job.
func (r *reporter) of(j job) []prove.Verdict {
	var all []prove.Verdict
	for _, v := range r.verdicts {
		if v.of.edition == j.edition && v.of.only == j.only {
			all = append(all, v.Verdict)
		}
	}
	return all
}

// done prints what is for people and, when all was tried, counts.
func (r *reporter) done(sum prove.Summary, complete bool) {
	r.bar.clear()
	if r.json != nil {
		if complete {
			r.app.say("%v", sum)
		}
		return
	}
	for _, v := range together(r.verdicts) {
		if r.verbose || v.Verdict.Verdict == prove.Refuted || v.Verdict.Verdict == prove.Unproved {
			r.print(v)
		}
	}
	if complete {
		fmt.Fprintln(r.app.stdout, sum)
	}
}

// together sorts verdicts by place, and joins those that differ in their release
// alone.
func together(verdicts []reported) []reported {
	sorted := slices.Clone(verdicts)
	slices.SortStableFunc(sorted, func(x, y reported) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.ID, y.ID),
			cmp.Compare(x.Verdict.Verdict, y.Verdict.Verdict), cmp.Compare(x.Got, y.Got), cmp.Compare(x.Release, y.Release))
	})
	var all []reported
	for _, v := range sorted {
		if n := len(all); n > 0 && sameButRelease(all[n-1], v) {
			all[n-1].Release += ", " + v.Release
			continue
		}
		all = append(all, v)
	}
	return all
}

func sameButRelease(x, y reported) bool {
	return x.of.edition == y.of.edition && x.ID == y.ID && x.Claim == y.Claim && x.Verdict.Verdict == y.Verdict.Verdict &&
		x.Line == y.Line && x.Expected == y.Expected && x.Got == y.Got
}

// print prints one verdict for a person: a line that an editor can jump from, then
// what was expected and what came.
func (r *reporter) print(v reported) {
	on := ""
	if v.Release != "" {
		on = " on " + v.Release
	}
	fmt.Fprintf(r.app.stdout, "%s:%d: %s%s: %s %s\n", v.of.where(r.app.dir, v.File), v.Line, v.ID, on, v.Claim, v.Verdict.Verdict)
	if why := explanation(v.Verdict); why != "" {
		fmt.Fprintf(r.app.stdout, "\t%s\n", strings.ReplaceAll(why, "\n", "\n\t"))
	}
}

// explanation says what a verdict is based on; nothing for what holds, unless
// something else was seen than what was claimed: a measurement.
func explanation(v prove.Verdict) string {
	switch {
	case v.Verdict == prove.Unproved, v.Verdict == prove.Absent:
		return v.Got
	case v.Verdict == prove.Holds && (v.Got == "" || v.Got == v.Expected):
		return ""
	case v.Verdict == prove.Holds:
		return v.Got
	case !strings.Contains(v.Expected, "\n") && !strings.Contains(v.Got, "\n"):
		return fmt.Sprintf("expected: %s\ngot:      %s", orNothing(v.Expected), orNothing(v.Got))
	}
	return "- expected, + got\n" + differences(strings.Split(v.Expected, "\n"), strings.Split(v.Got, "\n"))
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
