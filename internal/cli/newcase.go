package cli

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/fault"
)

type newCaseCmd struct {
	Target  string `arg:"" placeholder:"ENTRY/NAME" help:"The entry and the name of the new function."`
	Pitfall bool   `help:"In pitfalls.go: a bug, and its cure NAMEFixed."`
	Alone   bool   `help:"A case that ends the process or never ends: it gets a process of its own."`
}

// Help is printed by --help.
func (newCaseCmd) Help() string {
	return `
The case is put behind the last one of example.go, or of pitfalls.go with
--pitfall, and main runs it in its place. It proves as it is; each TODO says
what belongs there.

$ gomastery new case 1/writesToNil --pitfall --alone
1_sample/pitfalls.go:…: writesToNil
1_sample/pitfalls.go:…: writesToNilFixed
$ gomastery prove 1
… hold, 0 refuted, 0 absent, 0 unproved`
}

// The texts of new cases, with NAME for the name. They prove as they are.
const (
	exampleText = `// NAME shows TODO: what a reader learns here, in one sentence.
//
// TODO: when one needs it.
func NAME() {
	words := []string{"TODO", "replace", "this"}
	fmt.Println("words:", len(words))
	// Output:
	// words: 3
}
`
	exampleAloneText = `// NAME shows TODO: what a reader learns here, in one sentence.
//
// TODO: when one needs it.
func NAME() {
	words := []string{"TODO", "replace", "this"}
	os.Exit(len(words))
	// Exits: 3
}
`
	pitfallText = `// NAME TODO: says in one sentence what goes wrong.
//
// TODO: why it looked right, what it costs in production, how to find it.
func NAME() {
	words := []string{"TODO", "replace", "this"}
	fmt.Println("words:", len(words)-1)
	// Output:
	// words: 2
}

// NAMEFixed TODO: says in one sentence what to do.
//
// TODO: what it costs.
func NAMEFixed() {
	words := []string{"TODO", "replace", "this"}
	fmt.Println("words:", len(words))
	// Output:
	// words: 3
}
`
	pitfallAloneText = `// NAME TODO: says in one sentence what goes wrong.
//
// TODO: why it looked right, what it costs in production, how to find it.
func NAME() {
	var words map[string]int
	words["TODO"]++
	// Panics: assignment to entry in nil map
}

// NAMEFixed TODO: says in one sentence what to do.
//
// TODO: what it costs.
func NAMEFixed() {
	words := map[string]int{}
	words["TODO"]++
	fmt.Println("words:", len(words))
	// Output:
	// words: 1
}
`
)

// aloneImports are the imports of [book.Alone].
var aloneImports = []string{"context", "fmt", "os", "os/exec", "strings", "time"}

// Run adds the case.
func (c *newCaseCmd) Run(a *app) error {
	ed, err := a.onDisk()
	if err != nil {
		return err
	}
	i := strings.LastIndex(c.Target, "/")
	if i < 0 {
		return fault.New(fault.Misuse, "%q names no case", c.Target).Try("Write ENTRY/NAME: 9/sharedTail.")
	}
	e, err := ed.Entry(c.Target[:i])
	if err != nil {
		return err
	}
	if err := whole(ed, e); err != nil {
		return err
	}
	n, err := c.cases(e, c.Target[i+1:])
	if err != nil {
		return err
	}
	text, err := n.into(n.source)
	if err != nil {
		return fmt.Errorf("adding to %s: %w", n.source.Path, err)
	}
	if err := a.replace(ed, n.source.Path, text); err != nil {
		return err
	}
	for _, name := range n.names {
		line := 1 + bytes.Count(text[:bytes.Index(text, []byte("\nfunc "+name+"()"))+1], []byte("\n"))
		fmt.Fprintf(a.stdout, "%s:%d: %s\n", ed.where(a.dir, n.source.Path), line, name)
	}
	return nil
}

// newCases are functions to be added to a file.
type newCases struct {
	source  *book.Source
	names   []string
	text    string
	calls   []string // how main runs them: a name, or alone of it
	imports []string
	alone   bool
}

// cases makes the functions of one name.
func (c *newCaseCmd) cases(e *book.Entry, name string) (newCases, error) {
	n := newCases{source: e.Example, names: []string{name}, text: exampleText, imports: []string{"fmt"}, alone: c.Alone}
	switch {
	case c.Pitfall && c.Alone:
		n.text = pitfallAloneText
	case c.Pitfall:
		n.text = pitfallText
	case c.Alone:
		n.text = exampleAloneText
	}
	if c.Pitfall {
		n.source, n.names = e.Pitfalls, append(n.names, name+"Fixed")
	}
	if c.Alone {
		n.imports = aloneImports
	}
	for i, name := range n.names {
		if !token.IsIdentifier(name) || ast.IsExported(name) {
			return n, fault.New(fault.Misuse, "%q is no name for a case", name).Try("Write it like sharedTail: a function that is not exported.")
		}
		for _, s := range e.Sources() {
			if declares(s.File, name) {
				return n, fault.New(fault.Misuse, "%s declares %s already", s.Path, name).Try("Choose another name.")
			}
		}
		call := name
		if c.Alone && i == 0 {
			call = fmt.Sprintf("alone(%q, %s)", name, name)
		}
		n.calls = append(n.calls, call)
	}
	n.text = strings.ReplaceAll(n.text, "NAME", name)
	return n, nil
}

// declares reports whether a file declares a name at its top level.
func declares(f *ast.File, name string) bool {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name == name {
				return true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if slices.Contains(declaredNames(s), name) {
					return true
				}
			}
		}
	}
	return false
}

func declaredNames(s ast.Spec) (names []string) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		names = append(names, s.Name.Name)
	case *ast.ValueSpec:
		for _, n := range s.Names {
			names = append(names, n.Name)
		}
	}
	return names
}

// into returns the text of a file with the cases in it.
func (n newCases) into(s *book.Source) ([]byte, error) {
	edits := []edit{importEdit(s, n.imports), {n.place(s), "\n" + n.text}, n.runs(s)}
	if n.alone && !declares(s.File, "alone") {
		edits = append(edits, edit{len(s.Data), "\n" + book.Alone})
	}
	text, err := format.Source(apply(s.Data, edits))
	if err != nil {
		return nil, err
	}
	_, err = parser.ParseFile(token.NewFileSet(), path.Base(s.Path), text, 0)
	return text, err
}

// An edit puts a text into a file. Of two at the same place the first comes first.
type edit struct {
	at   int
	text string
}

func apply(data []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(x, y edit) int { return x.at - y.at })
	var out bytes.Buffer
	from := 0
	for _, e := range edits {
		out.Write(data[from:e.at])
		out.WriteString(e.text)
		from = e.at
	}
	out.Write(data[from:])
	return out.Bytes()
}

// place is where a new case goes: behind the last case, or else before main.
func (n newCases) place(s *book.Source) int {
	if last := len(s.Cases) - 1; last >= 0 {
		return lineEnd(s, s.Cases[last].Decl.End())
	}
	main := mainDecl(s)
	at := main.Pos()
	if main.Doc != nil {
		at = main.Doc.Pos()
	}
	return offset(s, at) - 1
}

func offset(s *book.Source, p token.Pos) int { return s.Fset.PositionFor(p, false).Offset }

// lineEnd is where the line after a position begins.
func lineEnd(s *book.Source, p token.Pos) int {
	at := offset(s, p)
	if i := bytes.IndexByte(s.Data[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s.Data)
}

// runs has main run the new cases: as the last elements of its list of functions,
// or else by calls at its end.
func (n newCases) runs(s *book.Source) edit {
	body := mainDecl(s).Body
	if list := functionList(body); list != nil {
		return listEdit(s, list, n.calls)
	}
	text := "\n"
	for _, call := range n.calls {
		text += call + "()\n"
	}
	return edit{offset(s, body.Rbrace), text}
}

// functionList returns the []func(){…} in the body of main, or nil.
func functionList(body *ast.BlockStmt) (list *ast.CompositeLit) {
	ast.Inspect(body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok && list == nil {
			if array, ok := lit.Type.(*ast.ArrayType); ok {
				if _, ok := array.Elt.(*ast.FuncType); ok {
					list = lit
				}
			}
		}
		return list == nil
	})
	return list
}

// listEdit adds elements to a list of functions.
func listEdit(s *book.Source, list *ast.CompositeLit, calls []string) edit {
	text := strings.Join(calls, ",\n") + ",\n"
	if n := len(list.Elts); n > 0 {
		between := s.Data[offset(s, list.Elts[n-1].End()):offset(s, list.Rbrace)]
		if !bytes.Contains(between, []byte(",")) {
			text = ",\n" + text
		}
	}
	return edit{offset(s, list.Rbrace), text}
}

// importEdit adds the imports that a file has not.
func importEdit(s *book.Source, paths []string) edit {
	missing := slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		return slices.ContainsFunc(s.File.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == strconv.Quote(p) })
	})
	if len(missing) == 0 {
		return edit{}
	}
	text := ""
	for _, p := range missing {
		text += strconv.Quote(p) + "\n"
	}
	for _, d := range s.File.Decls {
		g, ok := d.(*ast.GenDecl)
		if ok && g.Tok == token.IMPORT && g.Lparen.IsValid() {
			return edit{offset(s, g.Lparen) + 1, "\n" + text}
		}
	}
	return edit{lineEnd(s, s.File.Name.End()), "\nimport (\n" + text + ")\n"}
}
