package cli

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/lens"
	"github.com/gomastery/gomastery/internal/run"
	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// wholeWall bounds a file of the book that is run as a whole.
const wholeWall = time.Minute

// wholeEntry is the program of both files of an entry, as a reader runs them.
func (c *runCmd) wholeEntry(a *app, entry *book.Entry) program {
	return c.wholeFiles(a, entry.Sources()...)
}

// wholeFiles is the program of files of the book, one after the other.
func (c *runCmd) wholeFiles(a *app, sources ...*book.Source) program {
	return func(ctx context.Context, e *engine, pair toolchain.Pair) (bool, error) {
		well := true
		for _, s := range sources {
			a.say("## %s on %s", s.Path, pair.Version())
			ok, err := c.wholeFile(ctx, e, s, pair)
			if err != nil {
				return false, err
			}
			well = well && ok
		}
		return well, nil
	}
}

func (c *runCmd) wholeFile(ctx context.Context, e *engine, s *book.Source, pair toolchain.Pair) (bool, error) {
	r, err := e.runner()
	if err != nil {
		return false, err
	}
	done, err := r.Run(ctx, run.Request{
		Files: []toolchain.File{{Name: s.Name, Data: s.Data}}, Pair: pair, Options: toolchain.Options{Race: c.Race},
		Limits: sandbox.Limits{Wall: wholeWall, Memory: 2 << 30},
	}, e.app.pass)
	if err != nil {
		return false, err
	}
	if !done.Build.OK {
		e.app.say("%s", done.Build.Output)
		return false, nil
	}
	return goRunEnd(e.app, done.End), nil
}

// oneCase is the program of one case, run as it is when it is proved.
func (c *runCmd) oneCase(a *app, cs *book.Case) program {
	return func(ctx context.Context, e *engine, pair toolchain.Pair) (ok bool, err error) {
		dir, remove, err := e.tools.TempFolder()
		if err != nil {
			return false, err
		}
		defer remove()
		g, err := e.tools.Install(ctx, pair.Release, a.stderr)
		if err != nil {
			return false, err
		}
		p := lens.Program{Binary: filepath.Join(dir, "case"), Case: cs.Name, Env: cs.Env}
		built, err := e.tools.Build(ctx, g, caseFiles(cs), toolchain.Options{Lang: pair.Lang, Race: c.Race}, p.Binary)
		if err != nil {
			return false, err
		}
		if !built.OK {
			a.say("%s", built.Output)
			a.say("%s on %s: does not compile%s", cs.Name, pair.Version(), since(cs, pair))
			return false, nil
		}
		how, ok, err := c.observe(ctx, e, p, cs, pair)
		if err != nil {
			return false, err
		}
		a.say("%s on %s: %s", cs.Name, pair.Version(), how)
		return ok, nil
	}
}

// since explains why a case does not compile on an old release.
func since(c *book.Case, pair toolchain.Pair) string {
	if c.Since.Minor <= pair.Release.Minor {
		return ""
	}
	return fmt.Sprintf("; it needs 1.%d for %s", c.Since.Minor, c.Since.Why)
}

// caseFiles are the files of a program that can run one case: the whole file of
// the case, whose main steps aside for that of the harness. A blank function keeps
// its lines and imports.
func caseFiles(c *book.Case) []toolchain.File {
	s := c.Source
	data := bytes.Clone(s.Data)
	if main := mainDecl(s); main != nil {
		copy(data[offset(s, main.Name.Pos()):], "_   ")
	}
	return []toolchain.File{{Name: s.Name, Data: data}, lens.Harness([]string{c.Name}, false)}
}

// observe runs a case through the lens that fits what is asked, prints what it
// printed, and says how it ended.
func (c *runCmd) observe(ctx context.Context, e *engine, p lens.Program, cs *book.Case, pair toolchain.Pair) (how string, ok bool, err error) {
	here := book.Platform{Minor: pair.Release.Minor, GOOS: runtime.GOOS, GOARCH: runtime.GOARCH}
	hangs := len(cs.On(book.Hangs, here)) > 0
	switch {
	case c.Race:
		return raced(ctx, e, p, hangs || len(cs.On(book.Fatal, here)) > 0)
	case hangs:
		h, err := lens.Hanging(ctx, e.box, p)
		show(e.app, h.Observation)
		if h.Hangs {
			return "hangs in state " + h.State, false, err
		}
		how, ok = endWords(h.Observation)
		return how, ok, err
	}
	o, err := lens.Run(ctx, e.box, p)
	show(e.app, o)
	how, ok = endWords(o)
	return how, ok, err
}

// raced runs a case of a race build. One that does not end is given up soon: with
// the race detector there is nobody who would call it a deadlock.
func raced(ctx context.Context, e *engine, p lens.Program, endless bool) (how string, ok bool, err error) {
	var wall time.Duration // that of the lens
	if endless {
		wall = 300 * time.Millisecond
	}
	report, o, err := lens.Racing(ctx, e.box, p, wall)
	show(e.app, o)
	if report != "" {
		e.app.say("%s", report)
		return "a data race", false, err
	}
	how, ok = endWords(o)
	return how + "; no race was reported", ok, err
}

// show prints what a case printed. What the runtime wrote is left to the words
// about the end, unless the case itself used print.
func show(a *app, o lens.Observation) {
	fmt.Fprint(a.stdout, o.Stdout)
	fmt.Fprint(a.stderr, o.Stderr)
	if o.End.Kind == run.Exit && o.End.Status == 0 {
		fmt.Fprint(a.stderr, o.Runtime)
	}
}

// endWords says how a case ended, and whether well.
func endWords(o lens.Observation) (how string, ok bool) {
	if n := len(o.Left); n > 0 {
		var left []string
		for _, g := range o.Left {
			left = append(left, fmt.Sprintf("%s, created by %s", g.State, g.CreatedBy))
		}
		return fmt.Sprintf("ended; %s left: %s", count(n, "goroutine"), strings.Join(left, "; ")), true
	}
	return o.End.String(), o.End.Kind == run.Exit && o.End.Status == 0
}

// mainDecl returns the declaration of main, which each file of the book has; nil
// in one with that fault.
func mainDecl(s *book.Source) *ast.FuncDecl {
	for _, d := range s.File.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "main" {
			return fn
		}
	}
	return nil
}
