package prove

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
)

// A cutter cuts cases out of a file: the declarations that they do not reach are
// overwritten with blanks, so that lines and columns stay. That lets a case be
// tried on an old release although its neighbours need a newer one.
//
// Kept are the declarations that a case names, directly or not; of a kept type
// the methods that a call, or an interface of the file or of a package it imports,
// can reach; initialisers that touch a kept variable or the world outside.
// A case that looks at its own methods by reflection keeps all of them.
type cutter struct {
	src     *book.Source
	info    *types.Info
	pkg     *types.Package
	units   []*unit
	by      map[types.Object]*unit
	methods map[*types.Package][]string // those of the interfaces that an imported package declares
}

// A unit is what is kept or blanked as a whole: a function, a method, a type, one
// line of a var group, a whole const group (for its iota).
type unit struct {
	kind     unitKind
	from, to token.Pos
	group    *ast.GenDecl // the parenthesised declaration it stands in, or nil
	uses     map[types.Object]bool
	imports  map[*types.PkgName]bool
	receiver types.Object // of a method: its base type
	name     string       // of a method
	acts     bool         // init, or an initialiser that calls something
}

type unitKind int

const (
	plainUnit  unitKind = iota // function, type, const group
	varUnit                    // variables with names
	blankUnit                  // var _ I = T{}
	methodUnit                 // a method
)

// newCutter type-checks the file and splits it into units. The errors are those
// of the file: it does not compile. It looks into the packages that imports gives,
// and so does a cut: one at a time, since these complete themselves when they are
// looked at.
func newCutter(src *book.Source, imports types.Importer, lang string) (*cutter, []error) {
	c := &cutter{src: src, by: map[types.Object]*unit{}, methods: map[*types.Package][]string{}, info: &types.Info{
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{},
	}}
	var errs []error
	conf := types.Config{Importer: imports, GoVersion: lang, Error: func(err error) { errs = append(errs, err) }}
	c.pkg, _ = conf.Check("main", src.Fset, []*ast.File{src.File}, c.info) // errs has them all
	if len(errs) > 0 {
		return nil, errs
	}
	for _, d := range src.File.Decls {
		c.split(d)
	}
	for _, p := range c.pkg.Imports() {
		c.learn(p)
	}
	return c, nil
}

// learn notes the methods of the interfaces of a package and of all it imports.
func (c *cutter) learn(p *types.Package) {
	if _, known := c.methods[p]; known {
		return
	}
	names := map[string]bool{}
	for _, n := range p.Scope().Names() {
		if tn, ok := p.Scope().Lookup(n).(*types.TypeName); ok {
			interfaceMethods(tn, names)
		}
	}
	c.methods[p] = slices.Collect(maps.Keys(names))
	for _, q := range p.Imports() {
		c.learn(q)
	}
}

// cut returns the file with all blanked that the named functions do not reach.
func (c *cutter) cut(roots ...string) []byte {
	kept := c.reach(roots)
	out := slices.Clone(c.src.Data)
	for i, b := range out {
		if b != '\n' && b != '\t' && b != '\r' {
			out[i] = ' '
		}
	}
	restore := func(from, to token.Pos) {
		i, j := c.offset(from), c.offset(to)
		copy(out[i:j], c.src.Data[i:j])
	}
	c.restoreHeader(restore)
	imported := map[*types.PkgName]bool{}
	for _, u := range c.units {
		if !kept[u] {
			continue
		}
		restore(u.from, u.to)
		if u.group != nil {
			restore(u.group.TokPos, u.group.Lparen+1)
			restore(u.group.Rparen, u.group.Rparen+1)
		}
		for p := range u.imports {
			imported[p] = true
		}
	}
	c.restoreImports(restore, imported)
	return out
}

func (c *cutter) offset(p token.Pos) int { return c.src.Fset.PositionFor(p, false).Offset }

// restoreHeader keeps the package clause and the directives above it.
func (c *cutter) restoreHeader(restore func(from, to token.Pos)) {
	for _, g := range c.src.File.Comments {
		for _, l := range g.List {
			if l.End() < c.src.File.Package && strings.HasPrefix(l.Text, "//go:") {
				restore(l.Pos(), l.End())
			}
		}
	}
	restore(c.src.File.Package, c.src.File.Name.End())
}

// restoreImports keeps the imports that are used, and those for their effect.
func (c *cutter) restoreImports(restore func(from, to token.Pos), used map[*types.PkgName]bool) {
	for _, d := range c.src.File.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			continue
		}
		for _, s := range g.Specs {
			s := s.(*ast.ImportSpec)
			if !used[c.importedAs(s)] && !(s.Name != nil && (s.Name.Name == "_" || s.Name.Name == ".")) {
				continue
			}
			restore(s.Pos(), s.End())
			restore(g.TokPos, g.TokPos+token.Pos(len("import")))
			if g.Lparen.IsValid() {
				restore(g.Lparen, g.Lparen+1)
				restore(g.Rparen, g.Rparen+1)
			}
		}
	}
}

func (c *cutter) importedAs(s *ast.ImportSpec) *types.PkgName {
	obj := c.info.Implicits[s]
	if s.Name != nil {
		obj = c.info.Defs[s.Name]
	}
	name, _ := obj.(*types.PkgName)
	return name
}

// split adds the units of a declaration.
func (c *cutter) split(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		u := c.add(&unit{from: start(d.Doc, d.Pos()), to: d.End(), acts: d.Recv == nil && d.Name.Name == "init"}, d)
		c.define(u, d.Name)
		if d.Recv != nil {
			u.kind, u.name, u.receiver = methodUnit, d.Name.Name, c.baseType(d.Recv.List[0].Type)
		}
	case *ast.GenDecl:
		switch d.Tok {
		case token.CONST:
			u := c.add(&unit{from: start(d.Doc, d.Pos()), to: d.End()}, d)
			for _, s := range d.Specs {
				c.define(u, s.(*ast.ValueSpec).Names...)
			}
		case token.TYPE, token.VAR:
			for _, s := range d.Specs {
				c.spec(d, s)
			}
		}
	}
}

// spec adds one line of a type or var declaration.
func (c *cutter) spec(d *ast.GenDecl, s ast.Spec) {
	u := &unit{from: s.Pos(), to: s.End(), group: d}
	if !d.Lparen.IsValid() {
		u.from, u.to, u.group = start(d.Doc, d.Pos()), d.End(), nil
	}
	c.add(u, s)
	switch s := s.(type) {
	case *ast.TypeSpec:
		c.define(u, s.Name)
	case *ast.ValueSpec:
		c.define(u, s.Names...)
		u.acts = slices.ContainsFunc(s.Values, c.calls)
		u.kind = varUnit
		if !slices.ContainsFunc(s.Names, func(n *ast.Ident) bool { return n.Name != "_" }) && !u.acts {
			u.kind = blankUnit
		}
	}
}

func start(doc *ast.CommentGroup, p token.Pos) token.Pos {
	if doc != nil {
		return doc.Pos()
	}
	return p
}

func (c *cutter) add(u *unit, n ast.Node) *unit {
	u.uses, u.imports = map[types.Object]bool{}, map[*types.PkgName]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		switch obj := c.info.Uses[id].(type) {
		case nil:
		case *types.PkgName:
			u.imports[obj] = true
		case *types.Func:
			u.uses[obj.Origin()] = true
		case *types.Var:
			u.uses[obj.Origin()] = true
		default:
			u.uses[obj] = true
		}
		return true
	})
	c.units = append(c.units, u)
	return u
}

func (c *cutter) define(u *unit, names ...*ast.Ident) {
	for _, id := range names {
		if obj := c.info.Defs[id]; obj != nil {
			c.by[obj] = u
		}
	}
}

// baseType finds the type that a receiver belongs to.
func (c *cutter) baseType(t ast.Expr) types.Object {
	if id := baseName(t); id != nil {
		return c.info.Uses[id]
	}
	return nil
}

// baseName finds the name of the type in a receiver: T in *T, T[K] and (T).
func baseName(t ast.Expr) *ast.Ident {
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x
		default:
			return nil
		}
	}
}

// calls reports whether an initialiser calls a function or receives: it may do
// more than give a value.
func (c *cutter) calls(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.CallExpr:
			tv := c.info.Types[n.Fun]
			found = found || !tv.IsType() && !tv.IsBuiltin()
		}
		return !found
	})
	return found
}

// reach returns the units that are kept for the named functions.
func (c *cutter) reach(roots []string) map[*unit]bool {
	var first []*unit
	for _, r := range roots {
		first = append(first, c.by[c.pkg.Scope().Lookup(r)])
	}
	kept := c.close(first, nil)
	for again := true; again; {
		again = false
		for _, u := range c.units {
			if kept[u] || !c.joins(u, kept) {
				continue
			}
			kept = c.close([]*unit{u}, kept)
			again = true
		}
	}
	return kept
}

// joins reports whether a unit that nobody names is kept all the same: an
// assertion about kept types, or an initialiser that touches a kept variable or
// the world outside.
func (c *cutter) joins(u *unit, kept map[*unit]bool) bool {
	if u.kind == blankUnit {
		for obj := range u.uses {
			if v := c.by[obj]; v != nil && !kept[v] {
				return false
			}
		}
		return true
	}
	if !u.acts {
		return false
	}
	for v := range c.close([]*unit{u}, nil) {
		if v != u && v.kind == varUnit && kept[v] {
			return true
		}
		for obj := range v.uses {
			if v.kind != methodUnit && effect(obj) {
				return true
			}
		}
	}
	return false
}

// close adds to known what the units of todo reach.
func (c *cutter) close(todo []*unit, known map[*unit]bool) map[*unit]bool {
	set := map[*unit]bool{}
	for u := range known {
		set[u] = true
	}
	for len(todo) > 0 {
		for len(todo) > 0 {
			u := todo[0]
			todo = todo[1:]
			if u == nil || set[u] {
				continue
			}
			set[u] = true
			for obj := range u.uses {
				todo = append(todo, c.by[obj])
			}
		}
		names, all := c.callable(set)
		for _, m := range c.units {
			if m.kind == methodUnit && !set[m] && set[c.by[m.receiver]] && (all || names[m.name]) {
				todo = append(todo, m)
			}
		}
	}
	return set
}

// wellKnown are methods that the library looks for by interfaces it does not
// export, or that stand in packages which its exported names do not refer to.
var wellKnown = []string{
	"Error", "String", "GoString", "Format", "Is", "As", "Unwrap", "Timeout", "Temporary", "Lock", "Unlock",
	"MarshalText", "UnmarshalText", "AppendText", "MarshalBinary", "UnmarshalBinary", "AppendBinary",
	"MarshalJSON", "UnmarshalJSON", "MarshalXML", "UnmarshalXML", "Scan", "Value", "LogValue", "IsZero",
}

// callable returns the names of methods that can be called on values of kept
// types: named in kept code, or in an interface of the file or of a package that
// it imports, directly or not. all is set where any method can be called.
func (c *cutter) callable(set map[*unit]bool) (names map[string]bool, all bool) {
	names = map[string]bool{}
	for _, n := range wellKnown {
		names[n] = true
	}
	packages := map[*types.Package]bool{}
	for u := range set {
		for p := range u.imports {
			path := p.Imported().Path()
			all = all || path == "text/template" || path == "html/template"
			withImports(p.Imported(), packages)
		}
		for obj := range u.uses {
			switch obj := obj.(type) {
			case *types.Func:
				names[obj.Name()] = true
				all = all || obj.Pkg() != nil && obj.Pkg().Path() == "reflect" && (strings.HasPrefix(obj.Name(), "Method") || obj.Name() == "NumMethod")
			case *types.TypeName:
				interfaceMethods(obj, names)
			}
		}
	}
	for p := range packages {
		for _, m := range c.methods[p] {
			names[m] = true
		}
	}
	return names, all
}

func withImports(p *types.Package, set map[*types.Package]bool) {
	if set[p] {
		return
	}
	set[p] = true
	for _, q := range p.Imports() {
		withImports(q, set)
	}
}

func interfaceMethods(tn *types.TypeName, names map[string]bool) {
	if it, ok := tn.Type().Underlying().(*types.Interface); ok {
		for m := range it.Methods() {
			names[m.Name()] = true
		}
	}
}

// effect reports whether a call of the library can be seen from outside, or lasts:
// such an initialiser is kept whatever the case touches.
func effect(obj types.Object) bool {
	f, ok := obj.(*types.Func)
	if !ok || f.Pkg() == nil {
		return false
	}
	path, name := f.Pkg().Path(), f.Name()
	if f.Signature().Recv() != nil {
		return path == "os" || path == "net" || strings.HasPrefix(path, "net/http")
	}
	switch path {
	case "fmt":
		return !strings.HasPrefix(name, "S") && name != "Errorf" && name != "Append"
	case "time":
		return slices.Contains([]string{"Sleep", "AfterFunc", "NewTicker", "NewTimer", "Tick", "After"}, name)
	case "os", "os/signal", "os/exec", "log", "log/slog", "net", "net/http", "runtime", "runtime/debug", "flag", "expvar", "syscall", "math/rand", "testing":
		return true
	}
	return false
}
