package prove

import (
	"context"
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/check"
	"github.com/gomastery/gomastery/internal/lens"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// lines tries what the tools say about single lines: the want comments of the
// file, and that vet has nothing else to say.
func (r *release) lines(ctx context.Context) error {
	wants := r.wants()
	newest := r.f.p.isNewest(r.pair)
	if len(wants) == 0 && !newest {
		return nil
	}
	part := part{
		source: linesHash(r.f.src),
		place:  r.f.linePosition,
		try: func(ctx context.Context, g *toolchain.Go) ([]judgement, error) {
			return r.tryLines(ctx, wants, newest)
		},
	}
	verdicts, err := r.f.p.remembered(ctx, r.pair, r.o, part)
	r.verdicts = append(r.verdicts, verdicts...)
	return err
}

// linesHash names what tools look at: the whole file.
func linesHash(s *book.Source) string { return hash("lines 2", string(s.Data)) }

// wants returns the want comments that are about this release: by their bracket,
// or on the newest alone. Staticcheck and our checks are libraries of ours, and
// are asked on the local release.
func (r *release) wants() []book.Want {
	var here []book.Want
	local := r.f.p.Toolchains.Local().Minor == r.pair.Release.Minor && r.pair.Lang == ""
	for _, w := range r.f.src.Wants {
		about := r.f.p.isNewest(r.pair)
		switch {
		case w.Lens == lens.Staticcheck || w.Lens == "check":
			about = local && w.Only.Holds(platform(r.pair))
		case !w.Only.Zero():
			about = w.Only.Holds(platform(r.pair))
		}
		if about {
			here = append(here, w)
		}
	}
	return here
}

// linePosition finds where a want, or the case that vet is silent about, stands.
func (f *sourceFile) linePosition(id string) book.Position {
	for _, w := range f.src.Wants {
		if w.ID == id {
			return w.Position
		}
	}
	for _, c := range f.src.Cases {
		if c.ID+"#"+string(book.VetClean) == id {
			return c.Position
		}
	}
	return book.Position{File: f.src.Path, Line: 1}
}

// tryLines asks each lens that is wanted once.
func (r *release) tryLines(ctx context.Context, wants []book.Want, newest bool) ([]judgement, error) {
	var all []judgement
	for _, name := range []string{lens.Escape, lens.Inline, lens.Bounds, lens.Vet, lens.Staticcheck, "check"} {
		asked := slices.DeleteFunc(slices.Clone(wants), func(w book.Want) bool { return w.Lens != name })
		vets := name == lens.Vet && newest
		if len(asked) == 0 && !vets {
			continue
		}
		notes, err := r.notes(ctx, name, asked)
		if err != nil {
			return nil, err
		}
		if !notes.Compiles {
			for _, w := range asked {
				all = append(all, judgement{w.ID, w.Position, wantText(w), Refuted, "a file that compiles", firstLine(notes.Output)})
			}
			continue
		}
		said := &said{notes: notes.Notes, taken: make([]bool, len(notes.Notes))}
		for _, w := range asked {
			all = append(all, said.judge(w))
		}
		if vets {
			all = append(all, r.vetClean(said)...)
		}
	}
	return all, nil
}

// notes asks one lens about the file: the whole of it where it has to compile,
// and on older releases the functions in which something is wanted there.
func (r *release) notes(ctx context.Context, name string, asked []book.Want) (lens.Notes, error) {
	files := []toolchain.File{{Name: r.f.src.Name, Data: r.f.src.Data}}
	if r.pair.Release.Minor < r.f.p.Toolchains.Local().Minor {
		files[0].Data = append(r.f.cut(r.f.around(asked)...), "\nfunc main() {}\n"...)
	}
	r.f.p.quiet.RLock()
	defer r.f.p.quiet.RUnlock()
	switch name {
	case lens.Vet:
		return lens.VetNotes(ctx, r.f.p.Toolchains, r.g, files)
	case lens.Staticcheck:
		return lens.CheckNotes(r.f.p.checker(ctx, r.g), check.Staticcheck, r.pair.Release.Lang(), files)
	case "check":
		return lens.Notes{Compiles: true}, nil // the book has no checks of its own yet: a want for one is refuted
	}
	return lens.CompilerNotes(ctx, r.f.p.Toolchains, r.g, name, files)
}

// around returns the functions in which wants stand.
func (f *sourceFile) around(wants []book.Want) []string {
	var names []string
	for _, d := range f.src.File.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil {
			continue
		}
		from, to := f.src.Fset.PositionFor(fn.Pos(), false).Line, f.src.Fset.PositionFor(fn.End(), false).Line
		if slices.ContainsFunc(wants, func(w book.Want) bool { return from <= w.Line && w.Line <= to }) {
			names = append(names, fn.Name.Name)
		}
	}
	return names
}

// said are the notes of one lens, and which of them somebody wanted.
type said struct {
	notes []lens.Note
	taken []bool
}

// judge tries one want: each of its expressions has to match a note of its own on
// the line, and none may say that something escapes where none is wanted.
func (s *said) judge(w book.Want) judgement {
	var here []string
	ok := true
	if w.None {
		for i, n := range s.notes {
			if n.Line == w.Line && (strings.Contains(n.Message, "moved to heap") || strings.Contains(n.Message, "escapes to heap")) {
				s.taken[i], ok = true, false
				here = append(here, n.Message)
			}
		}
		return wantJudged(w, ok, "nothing of the line escapes", here)
	}
	used := make([]bool, len(s.notes))
	for _, re := range w.Matches {
		found := false
		for i, n := range s.notes {
			if n.Line == w.Line && (w.Check == "" || w.Check == n.Check) && !used[i] && !found && re.MatchString(n.Message) {
				used[i], s.taken[i], found = true, true, true
			}
		}
		ok = ok && found
	}
	for _, n := range s.notes {
		if n.Line == w.Line {
			here = append(here, strings.TrimPrefix(n.Check+": ", ": ")+n.Message)
		}
	}
	return wantJudged(w, ok, fmt.Sprintf("%q", w.Matches), here)
}

func wantText(w book.Want) string {
	text := "want " + w.Lens
	if w.Check != "" {
		text += ":" + w.Check
	}
	if !w.Only.Zero() {
		text += " (" + w.Only.String() + ")"
	}
	return text
}

func wantJudged(w book.Want, ok bool, expected string, here []string) judgement {
	j := judgement{w.ID, w.Position, wantText(w), Holds, expected, "nothing about this line"}
	if len(here) > 0 {
		j.got = strings.Join(here, "\n")
	}
	if !ok {
		j.state = Refuted
	}
	return j
}

// vetClean judges what vet says and nobody wanted: for each case, and for what
// stands outside of them.
func (r *release) vetClean(s *said) []judgement {
	var all []judgement
	unexpected := func(from, to int) []string {
		var lines []string
		for i, n := range s.notes {
			if !s.taken[i] && from <= n.Line && n.Line <= to {
				s.taken[i] = true
				lines = append(lines, fmt.Sprintf("line %d: %s: %s", n.Line, n.Check, n.Message))
			}
		}
		return lines
	}
	const clean = "nothing else for vet to say"
	for _, c := range r.f.src.Cases {
		from := r.f.src.Fset.PositionFor(c.Decl.Pos(), false).Line
		to := r.f.src.Fset.PositionFor(c.Decl.End(), false).Line
		cl := book.Claim{ID: c.ID + "#" + string(book.VetClean), Position: c.Position, Kind: book.VetClean}
		lines := unexpected(from, to)
		all = append(all, judged(cl, len(lines) == 0, clean, strings.Join(lines, "\n")))
	}
	file := book.Claim{ID: r.f.fileID() + "#" + string(book.VetClean), Position: book.Position{File: r.f.src.Path, Line: 1}, Kind: book.VetClean}
	lines := unexpected(0, 1<<30)
	return append(all, judged(file, len(lines) == 0, clean, strings.Join(lines, "\n")))
}
