package book

import (
	"errors"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Source is example.go or pitfalls.go of an entry.
type Source struct {
	Path  string // slash path from the root of the book
	Name  string // "pitfalls.go"
	Data  []byte // with LF line ends
	Fset  *token.FileSet
	File  *ast.File // with comments
	Lang  string    // the language version that the file's build line sets: "go1.21", or ""
	Cases []*Case   // in the order of the file
	Main  []Call    // what main runs, in order
	Wants []Want    // in the order of the file
}

// A Call is one case that main runs.
type Call struct {
	Position
	Case  *Case
	Alone bool // in a process of its own
}

// A Case is one function that is run by itself.
type Case struct {
	ID string // "9_slices/sharedTail"
	Position
	Name   string
	Doc    string        // the doc comment, without slashes
	Decl   *ast.FuncDecl // in Source.File
	Source *Source
	Claims []Claim // what the author wrote, in order
	Since  Since
	Env    []string // of Run with: KEY=value
	Lens   string   // of See: the lens that makes the case's point; "" if none

	Cure *Case // of a bug: its Fixed case
	Bug  *Case // of a cure: the bug
}

// A Since says from which release a case compiles, and why.
type Since struct {
	Minor int    // 21 for 1.21; 0 when the case says nothing
	Why   string // "slices.Clip"
	Position
}

// Has reports whether the author made a claim of this kind, wherever it holds.
func (c *Case) Has(k Kind) bool {
	return slices.ContainsFunc(c.Claims, func(cl Claim) bool { return cl.Kind == k })
}

// On returns the claims of this kind that are about the platform.
func (c *Case) On(k Kind, p Platform) []Claim {
	return slices.DeleteFunc(slices.Clone(c.Claims), func(cl Claim) bool { return cl.Kind != k || !cl.Only.Holds(p) })
}

// Alone is the only machinery allowed in a file of cases: the same text in every
// file. `gomastery new case` inserts it.
const Alone = `// alone gives a case a process of its own, because it ends the process or never ends.
func alone(name string, run func()) func() {
	if len(os.Args) > 1 && os.Args[1] == name {
		run()
		os.Exit(0)
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		child := exec.CommandContext(ctx, os.Args[0], name)
		stderr := new(strings.Builder)
		child.Stdout, child.Stderr = os.Stdout, stderr
		err := child.Run()
		for _, line := range strings.Split(stderr.String(), "\n") {
			if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
				fmt.Println(line)
				break
			}
		}
		fmt.Println(name, "ended:", err)
	}
}
`

// source reads one Go file of an entry, or returns nil when it is no Go.
func (r *reader) source(e *Entry, file string, data []byte) *Source {
	s := &Source{Path: file, Name: path.Base(file), Data: data, Fset: token.NewFileSet()}
	var err error
	s.File, err = parser.ParseFile(s.Fset, file, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		r.syntax(s, err)
		return nil
	}
	r.header(s)
	r.imports(s)
	r.cases(e, s)
	r.wants(e, s)
	if body := r.machinery(s); body != nil {
		r.main(s, body)
	}
	return s
}

func (r *reader) syntax(s *Source, err error) {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		r.fault(Position{File: s.Path}, "a Go file", "%v", err)
		return
	}
	for _, e := range list { // by offset: a line directive moves the rest of the position
		r.fault(place(s.Path, s.Data, e.Pos.Offset), "a file that go run accepts", "%s", e.Msg)
	}
}

func (s *Source) at(p token.Pos) Position {
	at := s.Fset.PositionFor(p, false)
	return Position{s.Path, at.Line, at.Column}
}

var ignored = regexp.MustCompile(`^ignore( && go1\.[1-9][0-9]?)?$`)

// header checks the build line and the package clause.
func (r *reader) header(s *Source) {
	const want = "//go:build ignore, or //go:build ignore && go1.21, before package main"
	if s.File.Name.Name != "main" {
		r.fault(s.at(s.File.Name.Pos()), "package main", "package %s", s.File.Name.Name)
	}
	for _, g := range s.File.Comments {
		for _, c := range g.List {
			if c.Pos() > s.File.Package || !constraint.IsGoBuild(c.Text) {
				continue
			}
			expr, err := constraint.Parse(c.Text)
			if err != nil || !ignored.MatchString(expr.String()) {
				r.fault(s.at(c.Pos()), want, "%s", c.Text)
				return
			}
			s.Lang = constraint.GoVersion(expr)
			return
		}
	}
	r.fault(s.at(s.File.Package), want, "no build line")
}

// imports refuses what is no part of the standard library.
func (r *reader) imports(s *Source) {
	for _, spec := range s.File.Imports {
		name, _ := strconv.Unquote(spec.Path.Value) // the parser accepted it
		first, _, _ := strings.Cut(name, "/")
		if name == "C" || strings.Contains(first, ".") {
			r.fault(s.at(spec.Path.Pos()), "the standard library alone", "import %s", spec.Path.Value)
		}
	}
}

// cases reads each function that ends with an expectation.
func (r *reader) cases(e *Entry, s *Source) {
	var placed []*ast.Comment
	for _, d := range s.File.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			tail := r.tail(s, fn)
			placed = append(placed, tail...)
			r.function(e, s, fn, tail)
		}
	}
	r.misplaced(s, placed)
	for _, c := range s.Cases {
		r.together(c)
	}
}

// function reads fn as a case when it ends with an expectation.
func (r *reader) function(e *Entry, s *Source, fn *ast.FuncDecl, tail []*ast.Comment) {
	if len(tail) == 0 {
		return
	}
	if why := notACase(fn); why != "" {
		r.fault(s.at(tail[0].Pos()), "expectations only in functions without parameters, results or type parameters, other than main and init", "%s %s", fn.Name.Name, why)
		return
	}
	c := &Case{ID: e.ID + "/" + fn.Name.Name, Position: s.at(fn.Name.Pos()), Name: fn.Name.Name, Doc: fn.Doc.Text(), Decl: fn, Source: s}
	r.expectations(c, tail)
	if len(c.Claims) == 0 {
		r.fault(c.Position, "at least one claim", "%s only says since when or with what it runs", c.Name)
	}
	s.Cases = append(s.Cases, c)
}

func notACase(fn *ast.FuncDecl) string {
	switch {
	case fn.Recv != nil:
		return "is a method"
	case fn.Name.Name == "main" || fn.Name.Name == "init" || fn.Name.Name == "_":
		return "is no case"
	case fn.Type.TypeParams != nil:
		return "has type parameters"
	case fn.Type.Params.NumFields() > 0:
		return "has parameters"
	case fn.Type.Results.NumFields() > 0:
		return "has results"
	}
	return ""
}

// together faults claims that do not go with the others.
func (r *reader) together(c *Case) {
	for _, cl := range c.Claims {
		if cl.Kind == Allocs && slices.ContainsFunc(printed, c.Has) {
			r.fault(cl.Position, "a case of its own for what is printed", "a case whose allocations are counted prints nothing")
		}
	}
}

// machinery finds main, and requires alone to be the same text everywhere.
func (r *reader) machinery(s *Source) (body *ast.BlockStmt) {
	for _, d := range s.File.Decls {
		fn, ok := d.(*ast.FuncDecl)
		switch {
		case !ok || fn.Recv != nil:
		case fn.Name.Name == "main":
			body = fn.Body
		case fn.Name.Name == "alone" && strings.TrimSpace(s.text(fn)) != strings.TrimSpace(Alone):
			r.fault(s.at(fn.Name.Pos()), "the text that gomastery new case inserts", "alone differs from the one in every other file")
		}
	}
	if body == nil {
		r.fault(Position{File: s.Path}, "func main() that calls the cases in reading order", "no main")
	}
	return body
}

// text returns a function as it stands in the file, with its doc comment.
func (s *Source) text(fn *ast.FuncDecl) string {
	from := fn.Pos()
	if fn.Doc != nil {
		from = fn.Doc.Pos()
	}
	return string(s.Data[s.Fset.PositionFor(from, false).Offset:s.Fset.PositionFor(fn.End(), false).Offset])
}

// main reads which cases main runs, in order.
func (r *reader) main(s *Source, body *ast.BlockStmt) {
	byName := map[string]*Case{}
	for _, c := range s.Cases {
		byName[c.Name] = c
	}
	run := map[ast.Expr]bool{} // what is in a list, or called at once
	atOnce := 0
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				run[e] = true
			}
		case *ast.CallExpr:
			run[n.Fun] = true
			if isAlone(n.Fun) {
				if atOnce++; atOnce > 1 {
					r.fault(s.at(n.Pos()), mainForm, "alone is called at once, and again: each process would start those before it")
				}
			}
			if isAlone(n) {
				r.aloneCall(s, n, byName, run[n])
				return false
			}
		case *ast.Ident:
			if c := byName[n.Name]; c != nil {
				s.Main = append(s.Main, Call{Position: s.at(n.Pos()), Case: c})
			}
		}
		return true
	})
	r.order(s, s.at(body.Rbrace))
}

// mainForm is how main looks when cases are alone. A process of alone runs main
// from its start, so nothing may run before the list is complete: n calls of alone
// one after another would start 2 to the power of n processes.
const mainForm = `for _, run := range []func(){one, alone("two", two)} { run() }`

// isAlone reports whether an expression is a call of alone.
func isAlone(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	fun, ok := call.Fun.(*ast.Ident)
	return ok && fun.Name == "alone"
}

// aloneCall reads alone("name", name).
func (r *reader) aloneCall(s *Source, call *ast.CallExpr, byName map[string]*Case, run bool) {
	if len(call.Args) == 2 && run {
		name, isLit := call.Args[0].(*ast.BasicLit)
		c, isName := call.Args[1].(*ast.Ident)
		if isLit && isName && byName[c.Name] != nil && name.Value == strconv.Quote(c.Name) {
			s.Main = append(s.Main, Call{Position: s.at(call.Pos()), Case: byName[c.Name], Alone: true})
			return
		}
	}
	r.fault(s.at(call.Pos()), mainForm, "alone of something else than a case, or of one that is not run")
}

// order requires that main runs each case once, in the order of the file.
func (r *reader) order(s *Source, end Position) {
	const want = "each case once, in the order of the file"
	for _, call := range s.Main {
		if name := call.Case.Name; !call.Alone && ends(call.Case) {
			r.fault(call.Position, "alone("+strconv.Quote(name)+", "+name+")", "%s ends the process, or never ends", name)
		}
	}
	for i, c := range s.Cases {
		switch {
		case i >= len(s.Main):
			r.fault(end, want, "main does not run %s", c.Name)
		case s.Main[i].Case != c:
			r.fault(s.Main[i].Position, want, "main runs %s in the place of %s", s.Main[i].Case.Name, c.Name)
			return
		}
	}
	for _, call := range s.Main[min(len(s.Cases), len(s.Main)):] {
		r.fault(call.Position, want, "main runs %s again", call.Case.Name)
	}
}

// ends reports whether a case ends the process or never ends.
func ends(c *Case) bool {
	return slices.ContainsFunc([]Kind{Panics, Fatal, Exits, Hangs}, c.Has)
}
