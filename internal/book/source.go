package book

import (
	"errors"
	"fmt"
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
	Data  []byte
	Fset  *token.FileSet
	File  *ast.File // with comments; partial when the file has syntax errors
	Lang  string    // the language version that the file's build line sets: "go1.21", or ""
	Cases []*Case   // in the order of the file
	Main  []Call    // what main runs, in order
	Wants []Want    // in the order of the file
}

// A Call is one case that main runs.
type Call struct {
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

// source reads one Go file of an entry.
func (r *reader) source(e *Entry, file string, data []byte) *Source {
	s := &Source{Path: file, Name: path.Base(file), Data: data, Fset: token.NewFileSet()}
	f, err := parser.ParseFile(s.Fset, file, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		r.syntax(s, err)
		return s
	}
	s.File = f
	r.header(s)
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		r.function(e, s, fn)
	}
	r.main(s)
	r.wants(e, s)
	return s
}

func (r *reader) syntax(s *Source, err error) {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		r.fault(Position{File: s.Path}, "a Go file", "%v", err)
		return
	}
	for _, e := range list {
		r.fault(Position{s.Path, e.Pos.Line, e.Pos.Column}, "a file that go run accepts", "%s", e.Msg)
	}
}

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
			if err != nil {
				r.fault(s.at(c.Pos()), want, "%v", err)
				return
			}
			if expr.Eval(func(tag string) bool { return tag != "ignore" }) {
				r.fault(s.at(c.Pos()), want, "the file would belong to a package")
			}
			s.Lang = constraint.GoVersion(expr)
			return
		}
	}
	r.fault(s.at(s.File.Package), want, "no build line")
}

func (s *Source) at(p token.Pos) Position {
	at := s.Fset.PositionFor(p, false)
	return Position{s.Path, at.Line, at.Column}
}

// function reads fn as a case when it ends with an expectation.
func (r *reader) function(e *Entry, s *Source, fn *ast.FuncDecl) {
	tail, early := expectations(s, fn)
	for _, c := range early {
		r.fault(s.at(c.Pos()), "expectations after the last statement of a case", "an expectation in the middle of %s", fn.Name.Name)
	}
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
	case fn.Name.Name == "main" || fn.Name.Name == "init":
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

// expectations returns the comments after fn's last statement from the first
// expectation on, and expectations that stand elsewhere in its body.
func expectations(s *Source, fn *ast.FuncDecl) (tail, early []*ast.Comment) {
	last := fn.Body.Lbrace
	if n := len(fn.Body.List); n > 0 {
		last = fn.Body.List[n-1].End()
	}
	for _, g := range s.File.Comments {
		if g.Pos() < fn.Body.Lbrace || g.End() > fn.Body.Rbrace {
			continue
		}
		for _, c := range g.List {
			text, isLine := strings.CutPrefix(c.Text, "//")
			starts := isLine && expectation.MatchString(strings.TrimPrefix(text, " "))
			switch {
			case c.Pos() < last && starts:
				early = append(early, c)
			case c.Pos() > last && (starts || len(tail) > 0):
				tail = append(tail, c)
			}
		}
	}
	return tail, early
}

// expectations reads the comments of a case into its claims.
func (r *reader) expectations(c *Case, comments []*ast.Comment) {
	var open *Claim // the claim that the next lines belong to
	var lines []string
	done := func() {
		if open == nil {
			return
		}
		if takesLines[open.Kind] {
			open.Text = trimLines(strings.Join(lines, "\n"))
		}
		r.claim(c, open)
		open = nil
	}
	for _, cm := range comments {
		text, isLine := strings.CutPrefix(cm.Text, "//")
		if !isLine {
			r.fault(c.Source.at(cm.Pos()), "line comments", "a block comment among the expectations")
			continue
		}
		text = strings.TrimPrefix(text, " ")
		if m := expectation.FindStringSubmatch(text); m != nil {
			done()
			open, lines = r.begin(c, c.Source.at(cm.Pos()), m[1], m[2], m[3]), []string{m[3]}
			continue
		}
		if open == nil || !takesLines[open.Kind] {
			if strings.TrimSpace(text) != "" {
				r.fault(c.Source.at(cm.Pos()), "an expectation: // Output:, // Panics: text, …", "%q belongs to no expectation", text)
			}
			continue
		}
		lines = append(lines, text)
	}
	done()
}

// begin reads the first line of an expectation. Since, Run with and See are no
// claims; they go into the case, and nil is returned.
func (r *reader) begin(c *Case, at Position, word, bracket, text string) *Claim {
	text = strings.TrimSpace(text)
	switch word {
	case "Since":
		release, why, _ := strings.Cut(text, " ")
		minor, err := strconv.Atoi(strings.TrimPrefix(release, "1."))
		if err != nil || !strings.HasPrefix(release, "1.") || why == "" {
			r.fault(at, "// Since: 1.21 slices.Clip", "Since without a release and a reason")
		}
		c.Since = Since{Minor: minor, Why: why, Position: at}
		return nil
	case "Run with":
		for _, kv := range strings.Fields(text) {
			if !strings.Contains(kv, "=") {
				r.fault(at, "// Run with: GODEBUG=asyncpreemptoff=1", "%q sets no variable", kv)
			}
		}
		c.Env = append(c.Env, strings.Fields(text)...)
		return nil
	case "See":
		c.Lens = text
		return nil
	}
	cl := &Claim{Position: at, Kind: kindOf[word], Text: text}
	if bracket != "" {
		only, err := ParseConstraint(bracket)
		if err != nil {
			r.fault(at, "a build constraint in the bracket: (!go1.22), (go1.21 && amd64)", "%v", err)
		}
		cl.Only = only
	}
	return cl
}

// claim finishes a claim and gives it its id.
func (r *reader) claim(c *Case, cl *Claim) {
	if want := cl.arguments(); want != "" {
		r.fault(cl.Position, want, "%s: %q", title(cl.Kind), cl.Text)
		return
	}
	n := 1
	for _, other := range c.Claims {
		if other.Kind == cl.Kind {
			n++
		}
	}
	cl.ID = claimID(c.ID, cl.Kind, n)
	c.Claims = append(c.Claims, *cl)
}

// claimID names the nth claim of a kind.
func claimID(of string, k Kind, n int) string {
	if n == 1 {
		return of + "#" + string(k)
	}
	return fmt.Sprintf("%s#%s-%d", of, k, n)
}

// main reads which cases main runs, in order.
func (r *reader) main(s *Source) {
	byName := map[string]*Case{}
	for _, c := range s.Cases {
		byName[c.Name] = c
	}
	var body *ast.BlockStmt
	for _, d := range s.File.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "main" {
			body = fn.Body
		}
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "alone" {
			r.alone(s, fn)
		}
	}
	if body == nil {
		r.fault(Position{File: s.Path}, "func main() that calls the cases in reading order", "no main")
		return
	}
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "alone" && len(call.Args) == 2 {
				r.aloneCall(s, call, byName)
				return false
			}
		}
		if id, ok := n.(*ast.Ident); ok && byName[id.Name] != nil {
			s.Main = append(s.Main, Call{Case: byName[id.Name]})
		}
		return true
	})
	r.order(s, body)
}

func (r *reader) aloneCall(s *Source, call *ast.CallExpr, byName map[string]*Case) {
	lit, isLit := call.Args[0].(*ast.BasicLit)
	run, isName := call.Args[1].(*ast.Ident)
	if !isLit || !isName || lit.Value != strconv.Quote(run.Name) || byName[run.Name] == nil {
		r.fault(s.at(call.Pos()), `alone("name", name) with the name of a case`, "alone of something else")
		return
	}
	s.Main = append(s.Main, Call{Case: byName[run.Name], Alone: true})
}

// alone requires the machinery to be the same text everywhere.
func (r *reader) alone(s *Source, fn *ast.FuncDecl) {
	from, to := fn.Pos(), fn.End()
	if fn.Doc != nil {
		from = fn.Doc.Pos()
	}
	text := string(s.Data[s.Fset.PositionFor(from, false).Offset:s.Fset.PositionFor(to, false).Offset])
	if strings.TrimSpace(text) != strings.TrimSpace(Alone) {
		r.fault(s.at(fn.Pos()), "the text that gomastery new case inserts", "alone differs from the one in every other file")
	}
}

// order requires that main runs each case once, in the order of the file.
func (r *reader) order(s *Source, body *ast.BlockStmt) {
	const want = "main calls each case once, in reading order"
	var ran []*Case
	for _, c := range s.Main {
		ran = append(ran, c.Case)
		if !c.Alone && ends(c.Case) {
			r.fault(s.at(body.Pos()), fmt.Sprintf("alone(%q, %s)", c.Case.Name, c.Case.Name), "%s ends the process, or never ends", c.Case.Name)
		}
	}
	if slices.Equal(ran, s.Cases) {
		return
	}
	for i, c := range s.Cases {
		if i >= len(ran) || ran[i] != c {
			r.fault(s.at(body.Pos()), want, "main does not run %s in its place", c.Name)
			return
		}
	}
	r.fault(s.at(body.Pos()), want, "main runs %s again", ran[len(s.Cases)].Name)
}

// ends reports whether a case ends the process or never ends.
func ends(c *Case) bool {
	return c.Has(Panics) || c.Has(Fatal) || c.Has(Exits) || c.Has(Hangs)
}

var lensName = regexp.MustCompile(`^[a-z]+$`)

// wants reads the want comments of the file.
func (r *reader) wants(e *Entry, s *Source) {
	seen := map[string]int{}
	for _, g := range s.File.Comments {
		for _, c := range g.List {
			starts := wantStart.FindAllStringIndex(c.Text, -1)
			for i, at := range starts {
				end := len(c.Text)
				if i+1 < len(starts) {
					end = starts[i+1][0]
				}
				pos := s.at(c.Pos() + token.Pos(at[0]))
				w, err := parseWant(strings.TrimRight(c.Text[at[1]:end], " \t"))
				if err != nil {
					r.fault(pos, wantForm, "%v", err)
					continue
				}
				w.Position = pos
				of := r.owner(e, s, c.Pos(), &w)
				seen[of+w.Lens]++
				w.ID = claimID(of, Kind(w.Lens), seen[of+w.Lens])
				s.Wants = append(s.Wants, w)
			}
		}
	}
	for _, c := range s.Cases {
		if c.Lens != "" && !lensName.MatchString(c.Lens) {
			r.fault(c.Position, "// See: trace", "%q is no lens", c.Lens)
		}
	}
}

// owner returns the id of what a want stands in: its case, or the file and declaration.
func (r *reader) owner(e *Entry, s *Source, p token.Pos, w *Want) string {
	for _, c := range s.Cases {
		if c.Decl.Pos() <= p && p <= c.Decl.End()+1 {
			w.Case = c
			return c.ID
		}
	}
	file := e.ID + "/" + strings.TrimSuffix(s.Name, ".go")
	for _, d := range s.File.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Pos() <= p && p <= fn.End()+1 {
			return file + "." + fn.Name.Name
		}
	}
	return file
}
