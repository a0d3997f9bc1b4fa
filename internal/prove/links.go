package prove

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// page tries the fences of a page and its links into the source of the library on
// one pair.
func (p *Prover) page(ctx context.Context, e *book.Entry, pg *book.Page, pair toolchain.Pair, o Options) ([]Verdict, error) {
	var all []Verdict
	for _, f := range pg.Fences {
		verdicts, err := p.fence(ctx, e, f, pair, o)
		if err != nil {
			return all, err
		}
		all = append(all, verdicts...)
	}
	verdicts, err := p.links(ctx, pg, pair, o)
	return append(all, verdicts...), err
}

// links tries the links into the source that are about this release: the file has
// to declare the name there.
func (p *Prover) links(ctx context.Context, pg *book.Page, pair toolchain.Pair, o Options) ([]Verdict, error) {
	var all []Verdict
	for _, l := range pg.Links {
		if !l.Source() || !l.Only.Holds(platform(pair)) || pair.Lang != "" {
			continue
		}
		verdicts, err := p.remembered(ctx, pair, o, part{
			source: linkHash(l),
			place:  at(l.Position),
			try: func(_ context.Context, g *toolchain.Go) ([]judgement, error) {
				return []judgement{judgeLink(g, l)}, nil
			},
		})
		if err != nil {
			return all, err
		}
		all = append(all, verdicts...)
	}
	return all, nil
}

func linkHash(l book.Link) string { return hash("link", l.ID, l.File, l.Name, l.Only.String()) }

func judgeLink(g *toolchain.Go, l book.Link) judgement {
	declared := l.File + " declares " + l.Name
	j := judgement{l.ID, l.Position, claimText(book.Declares, l.Only), Holds, declared, declared}
	data, err := os.ReadFile(filepath.Join(g.Root, "src", filepath.FromSlash(l.File)))
	if err != nil {
		j.state, j.got = Refuted, "no such file"
		return j
	}
	f, err := parser.ParseFile(token.NewFileSet(), l.File, data, parser.SkipObjectResolution)
	if err != nil {
		j.state, j.got = Refuted, err.Error()
		return j
	}
	if !declares(f, l.Name) {
		j.state, j.got = Refuted, "no such declaration"
	}
	return j
}

// declares reports whether a file declares a name, or a method or field as Type.Name.
func declares(f *ast.File, name string) bool {
	of, member, hasMember := strings.Cut(name, ".")
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if !hasMember && d.Recv == nil && d.Name.Name == name || hasMember && d.Name.Name == member && receiverName(d) == of {
				return true
			}
		case *ast.GenDecl:
			if slices.ContainsFunc(d.Specs, func(s ast.Spec) bool { return specDeclares(s, of, member) }) {
				return true
			}
		}
	}
	return false
}

func specDeclares(s ast.Spec, of, member string) bool {
	switch s := s.(type) {
	case *ast.ValueSpec:
		return member == "" && slices.ContainsFunc(s.Names, func(id *ast.Ident) bool { return id.Name == of })
	case *ast.TypeSpec:
		if s.Name.Name != of {
			return false
		}
		return member == "" || hasMember(s.Type, member)
	}
	return false
}

// hasMember reports whether a struct has a field, or an interface a method.
func hasMember(t ast.Expr, name string) bool {
	var list *ast.FieldList
	switch t := t.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list = t.Methods
	default:
		return false
	}
	return slices.ContainsFunc(list.List, func(f *ast.Field) bool {
		return slices.ContainsFunc(f.Names, func(id *ast.Ident) bool { return id.Name == name })
	})
}

func receiverName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	if id := baseName(d.Recv.List[0].Type); id != nil {
		return id.Name
	}
	return ""
}
