// Package prove tries the claims of a book on Go releases and gives verdicts.
//
// A claim that could not be refuted on a release holds there. What a case does not
// say is claimed too: no race, no goroutine left behind, an end with status 0,
// nothing for vet to say. docs/claims.md describes the kinds of claims and how each
// is decided; the measurements behind that are in docs/proving.md.
//
// Verdicts are kept under a key of everything that can change them, so that
// proving again costs what has changed. A verdict that is not good is never kept.
package prove

import (
	"context"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/check"
	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// Config says what a Prover works with.
type Config struct {
	Toolchains *toolchain.Toolchains // required
	Sandbox    sandbox.Sandbox       // required
	Cache      string                // folder for verdicts; "" keeps none
	Parallel   int                   // tasks at once; 0 means one for each processor
	Self       string                // the gomastery binary for transcripts; "" means they can't be tried
}

// A Prover tries claims. It is safe for concurrent use.
type Prover struct {
	Config
	cache *verdictCache

	// quiet is held for reading by everything that uses the machine, and for writing
	// by what times something.
	quiet sync.RWMutex

	// typing is held by what type-checks: packages that were imported complete
	// themselves while they are looked at.
	typing sync.Mutex

	mu      sync.Mutex // guards what follows
	imports types.Importer
	checks  *check.Importer
	newest  int
	std     *stdNames
}

// New returns a prover.
func New(c Config) (*Prover, error) {
	if c.Toolchains == nil || c.Sandbox == nil {
		return nil, errors.New("prove: Toolchains and Sandbox are required")
	}
	if c.Parallel <= 0 {
		c.Parallel = runtime.GOMAXPROCS(0)
	}
	cache, err := openVerdicts(c.Cache)
	if err != nil {
		return nil, fmt.Errorf("opening the cache of verdicts: %w", err)
	}
	return &Prover{Config: c, cache: cache}, nil
}

// Options say what to try.
type Options struct {
	Pairs    []toolchain.Pair // releases; required
	Fresh    bool             // try again what is known
	RaceOnly bool             // only what the race build says
	Case     string           // only this case; "" means all
	Sample   float64          // only this share of the tasks, chosen by chance; 0 means all

	// Progress, unless nil, is told how many of the tasks are done. It is called by
	// one goroutine at a time.
	Progress func(done, total int, what string)
}

// A task is a part of the work that one goroutine does: a file on a release.
type task struct {
	what string
	run  func(context.Context) ([]Verdict, error)
}

// Entries tries the claims of entries of b. emit is called for each verdict, by
// one goroutine at a time, in no particular order. The error says that we failed
// or that ctx ended; what a claim comes to is never an error.
func (p *Prover) Entries(ctx context.Context, b *book.Book, entries []*book.Entry, o Options, emit func(Verdict)) (Summary, error) {
	if len(o.Pairs) == 0 {
		return Summary{}, fault.New(fault.Misuse, "no release to prove on")
	}
	p.learnNewest(ctx)
	var tasks []task
	for _, e := range entries {
		tasks = append(tasks, p.entryTasks(b, e, o)...)
	}
	if o.Sample > 0 {
		tasks = slices.DeleteFunc(tasks, func(task) bool { return rand.Float64() >= o.Sample })
	}
	return p.do(ctx, tasks, o.Progress, emit)
}

func (p *Prover) learnNewest(ctx context.Context) {
	releases := p.Toolchains.Releases(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range releases {
		p.newest = max(p.newest, r.Minor)
	}
}

// isNewest reports whether claims about the newest release alone are about p.
func (p *Prover) isNewest(pair toolchain.Pair) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return pair.Release.Minor == p.newest && pair.Lang == ""
}

// do runs tasks side by side.
func (p *Prover) do(ctx context.Context, tasks []task, progress func(int, int, string), emit func(Verdict)) (Summary, error) {
	var mu sync.Mutex
	var sum Summary
	done := 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(p.Parallel)
	for _, t := range tasks {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			verdicts, err := t.run(ctx)
			mu.Lock()
			defer mu.Unlock()
			for _, v := range verdicts {
				sum.Add(v)
				emit(v)
			}
			done++
			if progress != nil {
				progress(done, len(tasks), t.what)
			}
			if err != nil {
				return fmt.Errorf("proving %s: %w", t.what, err)
			}
			return nil
		})
	}
	return sum, g.Wait()
}

// entryTasks lists what there is to try in an entry: each file on each release.
func (p *Prover) entryTasks(b *book.Book, e *book.Entry, o Options) []task {
	var tasks []task
	if o.Case == "" {
		tasks = append(tasks, task{e.ID, func(context.Context) ([]Verdict, error) { return append(refusals(b, e), excerpts(e)...), nil }})
	}
	for _, s := range e.Sources() {
		f := &sourceFile{p: p, e: e, src: s}
		for _, pair := range o.Pairs {
			tasks = append(tasks, task{s.Path + " on " + pair.String(), func(ctx context.Context) ([]Verdict, error) { return f.prove(ctx, pair, o) }})
		}
	}
	if o.Case != "" || o.RaceOnly {
		return tasks
	}
	for _, pg := range e.Pages() {
		for _, pair := range o.Pairs {
			tasks = append(tasks, task{pg.Path + " on " + pair.String(), func(ctx context.Context) ([]Verdict, error) { return p.page(ctx, e, pg, pair, o) }})
		}
	}
	return tasks
}

// refusals are verdicts about claims that may not stand. They hold on no release.
func refusals(b *book.Book, e *book.Entry) []Verdict {
	var all []Verdict
	for _, r := range slices.Concat(e.Refused, b.Unlinked(e)) {
		all = append(all, Verdict{
			Claim: claimWords[book.Refused], ID: r.ID + "#" + string(book.Refused), File: r.File, Line: r.Line,
			Platform: thisPlatform, Verdict: Refuted, Expected: "a claim that could be wrong", Got: r.Why,
		})
	}
	return all
}

// install returns the toolchain of a pair, or why it can't be had: that makes
// claims unproved and is no failure of ours.
func (p *Prover) install(ctx context.Context, pair toolchain.Pair) (g *toolchain.Go, why string, err error) {
	g, err = p.Toolchains.Install(ctx, pair.Release, io.Discard)
	if err != nil && fault.KindOf(err) == fault.Unavailable {
		return nil, err.Error(), nil
	}
	return g, "", err
}

func (p *Prover) localPair() toolchain.Pair {
	return toolchain.Pair{Release: p.Toolchains.Local()}
}

// importer gives the packages of the local release to type checkers.
func (p *Prover) importer(ctx context.Context) (types.Importer, string, error) {
	local := p.Toolchains.Local()
	g, err := p.Toolchains.Install(ctx, local, io.Discard)
	if err != nil {
		return nil, "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.imports == nil {
		lookup := p.Toolchains.Lookup(context.WithoutCancel(ctx), g, false)
		p.imports = importer.ForCompiler(token.NewFileSet(), "gc", importer.Lookup(lookup))
	}
	return p.imports, local.Lang(), nil
}

// checker gives the packages of the local release to analyzers.
func (p *Prover) checker(ctx context.Context, g *toolchain.Go) *check.Importer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.checks == nil {
		p.checks = check.NewImporter(p.Toolchains.Lookup(context.WithoutCancel(ctx), g, false))
	}
	return p.checks
}

// build builds a program while nothing is being timed.
func (p *Prover) build(ctx context.Context, g *toolchain.Go, files []toolchain.File, o toolchain.Options, binary string) (toolchain.Built, error) {
	p.quiet.RLock()
	defer p.quiet.RUnlock()
	return p.Toolchains.Build(ctx, g, files, o, binary)
}

// compile compiles a program while nothing is being timed.
func (p *Prover) compile(ctx context.Context, g *toolchain.Go, files []toolchain.File, o toolchain.Options) (toolchain.Built, error) {
	p.quiet.RLock()
	defer p.quiet.RUnlock()
	return p.Toolchains.Compile(ctx, g, files, o)
}

// A gate is a sandbox that waits while something is being timed.
type gate struct{ p *Prover }

// Run implements sandbox.Sandbox.
func (g gate) Run(ctx context.Context, c sandbox.Command) (sandbox.Exit, error) {
	g.p.quiet.RLock()
	defer g.p.quiet.RUnlock()
	return g.p.Sandbox.Run(ctx, c)
}

// alone is a sandbox that has the machine to itself, as far as it depends on us.
type alone struct{ p *Prover }

// Run implements sandbox.Sandbox.
func (a alone) Run(ctx context.Context, c sandbox.Command) (sandbox.Exit, error) {
	a.p.quiet.Lock()
	defer a.p.quiet.Unlock()
	return a.p.Sandbox.Run(ctx, c)
}
