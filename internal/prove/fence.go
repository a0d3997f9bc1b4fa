package prove

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/lens"
	"github.com/gomastery/gomastery/internal/run"
	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// fence tries one fence on one pair.
func (p *Prover) fence(ctx context.Context, e *book.Entry, f *book.Fence, pair toolchain.Pair, o Options) ([]Verdict, error) {
	if f.Skip != "" || f.From != "" || !p.about(f, pair) {
		return nil, nil
	}
	return p.remembered(ctx, pair, o, part{
		source: fenceHash(f),
		place: func(id string) book.Position {
			for _, cl := range f.Claims {
				if cl.ID == id {
					return cl.Position
				}
			}
			return f.Position
		},
		try: func(ctx context.Context, g *toolchain.Go) ([]judgement, error) {
			if f.Lang == "txtar" {
				return p.transcript(ctx, g, f)
			}
			return p.tryFence(ctx, g, f, pair)
		},
	})
}

// fenceHash names what a fence says.
func fenceHash(f *book.Fence) string {
	fields := []string{"fence", f.Lang, f.Text, f.Only.String()}
	for _, cl := range f.Claims {
		fields = append(fields, cl.ID, string(cl.Kind), cl.Text, cl.Only.String())
	}
	return hash(fields...)
}

// about reports whether a fence is tried on a pair: transcripts on the local
// release, what does not compile on the newest, anything else on all releases.
func (p *Prover) about(f *book.Fence, pair toolchain.Pair) bool {
	switch {
	case !f.Only.Holds(platform(pair)):
		return false
	case f.Lang == "txtar":
		return pair == p.localPair() && len(f.Claims) > 0
	case has(f, book.Fails):
		return !f.Only.Zero() || p.isNewest(pair)
	}
	return true
}

func has(f *book.Fence, k book.Kind) bool {
	for _, cl := range f.Claims {
		if cl.Kind == k {
			return true
		}
	}
	return false
}

// tryFence compiles a fence, and executes it when it claims what that shows.
func (p *Prover) tryFence(ctx context.Context, g *toolchain.Go, f *book.Fence, pair toolchain.Pair) ([]judgement, error) {
	compiles := book.Claim{ID: f.ID + "-" + string(book.Compiles), Position: f.Position, Kind: book.Compiles, Only: f.Only}
	src, err := p.wrap(ctx, f.Text, has(f, book.Fails))
	var unclear *ambiguous
	if errors.As(err, &unclear) {
		return []judgement{judged(compiles, false, "a fence that compiles", err.Error())}, nil
	}
	if err != nil {
		return nil, err
	}
	files := []toolchain.File{{Name: FenceFile, Data: src}}
	options := toolchain.Options{Lang: pair.Lang}
	var here []book.Claim
	for _, cl := range f.Claims {
		if cl.Only.Holds(platform(pair)) {
			here = append(here, cl)
		}
	}
	if len(here) == 0 || has(f, book.Fails) {
		built, err := p.compile(ctx, g, files, options)
		if err != nil {
			return nil, err
		}
		if !has(f, book.Fails) {
			return []judgement{judged(compiles, built.OK, "a fence that compiles", firstLine(built.Output))}, nil
		}
		return judgeFailure(here, built), nil
	}
	return p.runFence(ctx, g, files, options, compiles, here)
}

// judgeFailure tries the claims that a fence does not compile.
func judgeFailure(claims []book.Claim, built toolchain.Built) []judgement {
	var all []judgement
	for _, cl := range claims {
		got := "compiles"
		if !built.OK {
			got = strings.TrimSpace(built.Output)
		}
		re := regexp.MustCompile(cl.Text) // the book has compiled it before
		all = append(all, judged(cl, !built.OK && re.MatchString(built.Output), "a compile error: "+cl.Text, got))
	}
	return all
}

// runFence builds and executes a fence and tries its claims.
func (p *Prover) runFence(ctx context.Context, g *toolchain.Go, files []toolchain.File, o toolchain.Options, compiles book.Claim, claims []book.Claim) ([]judgement, error) {
	dir, remove, err := p.Toolchains.TempFolder()
	if err != nil {
		return nil, err
	}
	defer remove()
	binary := filepath.Join(dir, "fence")
	built, err := p.build(ctx, g, files, o, binary)
	if err != nil {
		return nil, err
	}
	if !built.OK {
		return []judgement{judged(compiles, false, "a fence that compiles", firstLine(built.Output))}, nil
	}
	stdout, end, err := p.executeFence(ctx, binary)
	if err != nil {
		return nil, err
	}
	var all []judgement
	ends := false
	for _, cl := range claims {
		switch cl.Kind {
		case book.Races:
			j, err := p.raceFence(ctx, g, files, o, dir, cl)
			if err != nil {
				return nil, err
			}
			all = append(all, j)
		case book.Panics, book.Fatal, book.Exits:
			ends = true
			all = append(all, unlessLimited(cl, end, judgeEnd(cl, end)))
		default:
			all = append(all, unlessLimited(cl, end, judgeOutput(cl, stdout)))
		}
	}
	if ok := end.Kind == run.Exit && end.Status == 0; !ends && !ok {
		implied := book.Claim{ID: compiles.ID[:len(compiles.ID)-len(book.Compiles)] + string(book.Ends), Position: compiles.Position, Kind: book.Ends}
		all = append(all, unlessLimited(implied, end, judged(implied, false, "ends with status 0", end.String())))
	}
	return all, nil
}

func unlessLimited(cl book.Claim, end run.End, j judgement) judgement {
	if limited(end) {
		return undecided(cl, end.String())
	}
	return j
}

func (p *Prover) executeFence(ctx context.Context, binary string) (string, run.End, error) {
	var stdout, stderr bytes.Buffer
	exit, err := (gate{p}).Run(ctx, sandbox.Command{Path: binary, Stdout: &stdout, Stderr: &stderr, Env: []string{"GOTRACEBACK=crash"}})
	if err != nil {
		return "", run.End{}, fmt.Errorf("running a fence: %w", err)
	}
	return stdout.String(), run.Classify(exit, stderr.Bytes()), nil
}

// raceFence looks for a report of the race detector.
func (p *Prover) raceFence(ctx context.Context, g *toolchain.Go, files []toolchain.File, o toolchain.Options, dir string, cl book.Claim) (judgement, error) {
	o.Race = true
	binary := filepath.Join(dir, "race")
	built, err := p.build(ctx, g, files, o, binary)
	if unavailable(err) {
		return undecided(cl, err.Error()), nil
	}
	if err != nil || !built.OK {
		return judged(cl, false, "a report of the race detector", firstLine(built.Output)), err
	}
	for range raceRuns {
		var stderr bytes.Buffer
		exit, err := (gate{p}).Run(ctx, sandbox.Command{
			Path: binary, Stderr: &stderr, Env: []string{"GORACE=halt_on_error=1 history_size=7 atexit_sleep_ms=50"},
			Limits: sandbox.Limits{Memory: 4 << 30},
		})
		if err != nil {
			return judgement{}, fmt.Errorf("running a fence: %w", err)
		}
		report := lens.RaceReport(stderr.String())
		if exit.Status == run.RaceStatus && report != "" {
			return judged(cl, strings.Contains(report, cl.Text), "a report of the race detector "+cl.Text, "a report"), nil
		}
	}
	return judged(cl, false, "a report of the race detector", "no report"), nil
}

// excerpts are verdicts about fences that show lines of a case. They stand or
// fall without a release.
func excerpts(e *book.Entry) []Verdict {
	var all []Verdict
	for _, pg := range e.Pages() {
		for _, f := range pg.Fences {
			if f.From == "" {
				continue
			}
			j := judgeExcerpt(e, f)
			v := Verdict{Claim: j.claim, ID: j.id, File: j.at.File, Line: j.at.Line, Platform: thisPlatform, Verdict: j.state, Expected: j.expected, Got: j.got, Hash: hash(f.Text)}
			all = append(all, v)
		}
	}
	return all
}

// judgeExcerpt looks for the lines of a fence in a case: all of them, in order.
func judgeExcerpt(e *book.Entry, f *book.Fence) judgement {
	cl := f.Claims[0]
	file, name, _ := strings.Cut(f.From, "#")
	c := e.Case(name)
	if c == nil || c.Source.Name != file {
		return judged(cl, false, "lines of "+f.From, "no such case")
	}
	from, to := c.Decl.Pos(), c.Decl.End()
	if c.Decl.Doc != nil {
		from = c.Decl.Doc.Pos()
	}
	text := string(c.Source.Data[c.Source.Fset.PositionFor(from, false).Offset:c.Source.Fset.PositionFor(to, false).Offset])
	rest := strings.Split(text, "\n")
	for line := range strings.Lines(f.Text) {
		want := strings.TrimSpace(line)
		if want == "" {
			continue
		}
		at := -1
		for i, l := range rest {
			if strings.TrimSpace(l) == want {
				at = i
				break
			}
		}
		if at < 0 {
			return judged(cl, false, "lines of "+f.From+" in their order", want)
		}
		rest = rest[at+1:]
	}
	return judged(cl, true, "lines of "+f.From+" in their order", "lines of "+f.From+" in their order")
}
