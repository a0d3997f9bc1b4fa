package lens

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomastery/gomastery/internal/check"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// A Note is what a tool says about one line.
type Note struct {
	File         string
	Line, Column int
	Check        string // the analyzer, for vet and staticcheck
	Message      string
}

// Notes are what a lens says about a program.
type Notes struct {
	Notes    []Note // by position, each once
	Compiles bool   // false: Output says why, and there are no notes
	Output   string
}

// A compilerLens is a way to ask the compiler.
type compilerLens struct {
	flags []string
	about *regexp.Regexp // messages that belong to the lens
}

var compilerLenses = map[string]compilerLens{
	Escape: {[]string{"-m"}, regexp.MustCompile(`moved to heap|escapes? to heap|does not escape|leaking param`)},
	Inline: {[]string{"-m=2"}, regexp.MustCompile(`^(can inline|cannot inline|inlining call|devirtualizing|PGO devirtualizing)`)},
	Bounds: {[]string{"-d=ssa/check_bce/debug=1"}, regexp.MustCompile(`^Found Is(Slice)?InBounds`)},
}

// CompilerNotes asks the compiler of a release: Escape, Inline or Bounds.
func CompilerNotes(ctx context.Context, t *toolchain.Toolchains, g *toolchain.Go, name string, files []toolchain.File) (Notes, error) {
	l, ok := compilerLenses[name]
	if !ok {
		return Notes{}, fmt.Errorf("lens %q asks no compiler", name)
	}
	built, err := t.Compile(ctx, g, files, toolchain.Options{GCFlags: l.flags})
	if err != nil || !built.OK {
		return Notes{Output: built.Output}, err
	}
	var notes []Note
	for _, line := range strings.Split(built.Output, "\n") {
		if n, ok := parseNote(line); ok && l.about.MatchString(n.Message) {
			notes = append(notes, n)
		}
	}
	return Notes{Notes: sorted(notes), Compiles: true}, nil
}

// VetNotes asks the vet of a release.
func VetNotes(ctx context.Context, t *toolchain.Toolchains, g *toolchain.Go, files []toolchain.File) (Notes, error) {
	v, err := t.Vet(ctx, g, files, toolchain.Options{})
	if err != nil {
		return Notes{}, err
	}
	var notes []Note
	for _, d := range v.Diagnostics {
		notes = append(notes, Note{d.File, d.Line, d.Col, d.Analyzer, d.Message})
	}
	return Notes{Notes: sorted(notes), Compiles: v.Compiles, Output: v.Output}, nil
}

// CheckNotes runs a suite of analyzers in process: check.Vet or check.Staticcheck.
func CheckNotes(im *check.Importer, suite, lang string, files []toolchain.File) (Notes, error) {
	var sources []check.File
	for _, f := range files {
		sources = append(sources, check.File{Name: f.Name, Data: f.Data})
	}
	p, err := im.Load(lang, sources...)
	if err != nil {
		return Notes{}, err
	}
	if len(p.Errors) > 0 {
		return Notes{Output: p.Errors[0].Message}, nil
	}
	found, err := p.Run(suite)
	if err != nil {
		return Notes{}, err
	}
	var notes []Note
	for _, d := range found {
		notes = append(notes, Note{d.File, d.Line, d.Column, d.Check, d.Message})
	}
	return Notes{Notes: sorted(notes), Compiles: true}, nil
}

var noteLine = regexp.MustCompile(`^(.+\.go):([0-9]+):([0-9]+): (.*)$`)

// parseNote reads file.go:line:column: message.
func parseNote(line string) (Note, bool) {
	m := noteLine.FindStringSubmatch(line)
	if m == nil {
		return Note{}, false
	}
	n := Note{File: m[1], Message: m[4]}
	n.Line, _ = strconv.Atoi(m[2])   // digits
	n.Column, _ = strconv.Atoi(m[3]) // digits
	return n, true
}

func sorted(notes []Note) []Note {
	slices.SortFunc(notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(notes)
}
