package prove

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/run"
	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// whole runs the file as a reader runs it, on the local release and on the newest:
// it has to print what its cases print, in order. That also guards the cuts: a
// case that says something else when it is cut out of its file is found here.
func (r *release) whole(ctx context.Context) error {
	local := r.f.p.Toolchains.Local().Minor == r.pair.Release.Minor && r.pair.Lang == ""
	if !local && !r.f.p.isNewest(r.pair) {
		return nil
	}
	here := book.Position{File: r.f.src.Path, Line: 1}
	verdicts, err := r.f.p.remembered(ctx, r.pair, r.o, part{
		source: wholeHash(r.f.src),
		place:  at(here),
		try:    func(ctx context.Context, g *toolchain.Go) ([]judgement, error) { return r.tryWhole(ctx, here) },
	})
	r.verdicts = append(r.verdicts, verdicts...)
	return err
}

func wholeHash(s *book.Source) string { return hash("whole", string(s.Data)) }

func (r *release) tryWhole(ctx context.Context, here book.Position) ([]judgement, error) {
	if err := r.folder(); err != nil {
		return nil, err
	}
	claim := book.Claim{ID: r.f.fileID() + "#" + string(book.Whole), Position: here, Kind: book.Whole}
	binary := filepath.Join(r.dir, "whole")
	built, err := r.f.p.build(ctx, r.g, []toolchain.File{{Name: r.f.src.Name, Data: r.f.src.Data}}, r.options(plainBuild), binary)
	if err != nil {
		return nil, err
	}
	if !built.OK {
		return []judgement{judged(claim, false, "a file that compiles", firstLine(built.Output))}, nil
	}
	env := []string{"GOTRACEBACK=crash"}
	for _, c := range r.f.src.Cases {
		env = append(env, c.Env...) // what one case is run with, its neighbours have as well
	}
	var stdout, stderr bytes.Buffer
	exit, err := (gate{r.f.p}).Run(ctx, sandbox.Command{
		Path: binary, Stdout: &stdout, Stderr: &stderr, Env: env,
		Limits: sandbox.Limits{Wall: time.Minute, Memory: 2 << 30},
	})
	if err != nil {
		return nil, err
	}
	end := run.Classify(exit, stderr.Bytes())
	if limited(end) {
		return []judgement{undecided(claim, end.String())}, nil
	}
	if end.Kind != run.Exit || end.Status != 0 {
		return []judgement{judged(claim, false, "ends with status 0", end.String())}, nil
	}
	lines := strings.Split(book.TrimLines(stdout.String()), "\n")
	if len(lines) == 1 && lines[0] == "" {
		lines = nil
	}
	p := platform(r.pair)
	for _, call := range r.f.src.Main {
		rest, why := consume(call, p, lines)
		if why != "" {
			return []judgement{judged(claim, false, "the outputs of its cases in order", fmt.Sprintf("%s: %s", call.Case.Name, why))}, nil
		}
		lines = rest
	}
	if len(lines) > 0 {
		return []judgement{judged(claim, false, "nothing after the last case", lines[0])}, nil
	}
	return []judgement{judged(claim, true, "the outputs of its cases in order", "the outputs of its cases in order")}, nil
}

// consume takes from the lines what a case prints, and what alone prints about
// its end. why says what is wrong with them.
func consume(call book.Call, p book.Platform, lines []string) (rest []string, why string) {
	c := call.Case
	for _, k := range []book.Kind{book.Output, book.Unordered, book.Matches, book.Outcomes} {
		for _, cl := range c.On(k, p) {
			var ok bool
			if lines, ok = consumeClaim(cl, lines); !ok {
				return lines, fmt.Sprintf("want %q, got %q", cl.Text, head(lines, 1+strings.Count(cl.Text, "\n")))
			}
			if !call.Alone {
				return lines, ""
			}
		}
	}
	if !call.Alone {
		return lines, ""
	}
	return consumeEnd(c, p, lines)
}

func head(lines []string, n int) string { return strings.Join(lines[:min(n, len(lines))], "\n") }

// consumeClaim takes the lines that one claim is about.
func consumeClaim(cl book.Claim, lines []string) ([]string, bool) {
	if cl.Kind == book.Outcomes {
		for _, o := range cl.Outcomes {
			if rest, ok := take(o.Text, lines); ok {
				return rest, true
			}
		}
		return lines, false
	}
	n := 1 + strings.Count(cl.Text, "\n")
	if cl.Text == "" {
		return lines, true
	}
	if len(lines) < n {
		return lines, false
	}
	if judgeOutput(cl, strings.Join(lines[:n], "\n")).state != Holds {
		return lines, false
	}
	return lines[n:], true
}

func take(text string, lines []string) ([]string, bool) {
	if text == "" {
		return lines, true
	}
	want := strings.Split(text, "\n")
	if len(lines) < len(want) || !slices.Equal(lines[:len(want)], want) {
		return lines, false
	}
	return lines[len(want):], true
}

// consumeEnd takes the lines in which alone says how a case ended.
func consumeEnd(c *book.Case, p book.Platform, lines []string) ([]string, string) {
	ends := map[string][]string{"panic: ": nil, "fatal error: ": nil}
	for _, cl := range c.On(book.Panics, p) {
		ends["panic: "] = append(ends["panic: "], cl.Text)
	}
	for _, cl := range c.On(book.Fatal, p) {
		ends["fatal error: "] = append(ends["fatal error: "], cl.Text)
	}
	for prefix, texts := range ends {
		for _, text := range texts {
			if len(lines) == 0 || !strings.HasPrefix(lines[0], prefix) {
				return lines, fmt.Sprintf("want a line that begins with %q and has %q, got %q", prefix, text, head(lines, 1))
			}
		}
		if len(texts) > 0 {
			lines = lines[1:]
		}
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], c.Name+" ended: ") {
		return lines, fmt.Sprintf("want %q, got %q", c.Name+" ended: …", head(lines, 1))
	}
	return lines[1:], ""
}
