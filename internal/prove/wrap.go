package prove

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// FenceFile is the name of a fence's file in what compilers say about it.
const FenceFile = "fence.go"

// wrap makes a program of the text of a fence: a program as it is, declarations,
// statements, or declarations followed by statements. Lines stay where they are.
// Unless the fence is meant to fail, packages are imported by their names and
// variables need not be used.
func (p *Prover) wrap(ctx context.Context, text string, fails bool) ([]byte, error) {
	src := shape(text)
	names, err := p.standard(ctx)
	if err != nil {
		return nil, err
	}
	imports, lang, err := p.importer(ctx)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, FenceFile, src, parser.SkipObjectResolution)
	if err != nil {
		return []byte(src), nil // the compiler will say what is wrong
	}
	missing := unresolved(fset, f, imports, lang)
	var head strings.Builder
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		path, err := names.resolve(name, missing[name], imports)
		if err != nil {
			return nil, err
		}
		if path != "" {
			fmt.Fprintf(&head, " import %q;", path)
		}
	}
	at := fset.PositionFor(f.Name.End(), false).Offset
	if strings.HasPrefix(src[at:], ";") {
		at++
	} else if head.Len() > 0 {
		head = prefixed("; ", strings.TrimSuffix(head.String(), ";"))
	}
	edits := []insertion{{at, head.String()}}
	if !fails {
		edits = append(edits, uses(fset, f)...)
	}
	return insert(src, edits), nil
}

func prefixed(prefix, s string) strings.Builder {
	var b strings.Builder
	b.WriteString(prefix + s)
	return b
}

var packageClause = regexp.MustCompile(`(?m)^package [a-z]`)

// shape finds out what kind of text a fence holds and completes it to a file.
func shape(text string) string {
	parses := func(src string) bool {
		_, err := parser.ParseFile(token.NewFileSet(), FenceFile, src, parser.SkipObjectResolution)
		return err == nil
	}
	if packageClause.MatchString(text) {
		return text
	}
	if src := "package main;" + text; parses(src) {
		return withMain(src)
	}
	statements := "package main;func main() {" + text + "\n}\n"
	if parses(statements) {
		return statements
	}
	lines := strings.SplitAfter(text, "\n")
	for i := 1; i < len(lines); i++ {
		declared, stated := strings.Join(lines[:i], ""), strings.Join(lines[i:], "")
		if parses("package main;"+declared) && parses("package main;func main() {"+stated+"\n}") {
			return "package main;" + declared + "func main() {" + stated + "\n}\n"
		}
	}
	if declaration.MatchString(text) {
		return withMain("package main;" + text)
	}
	return statements
}

var declaration = regexp.MustCompile(`^\s*(func|type|var|const|import)\b`)

var mainFunc = regexp.MustCompile(`(?m)(^|;)func main\(`)

func withMain(src string) string {
	if mainFunc.MatchString(src) {
		return src
	}
	return src + "\nfunc main() {}\n"
}

// unresolved returns the names before a dot that nothing declares, with what is
// selected of them.
func unresolved(fset *token.FileSet, f *ast.File, imports types.Importer, lang string) map[string][]string {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: imports, GoVersion: lang, Error: func(error) {}}
	conf.Check("main", fset, []*ast.File{f}, info) // only what is resolved matters here
	missing := map[string][]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && info.Uses[x] == nil && info.Defs[x] == nil {
				missing[x.Name] = append(missing[x.Name], s.Sel.Name)
			}
		}
		return true
	})
	return missing
}

// stdNames knows the packages of the standard library by name.
type stdNames struct{ paths map[string][]string }

// standard returns the names, which are read from the local release's source once.
func (p *Prover) standard(ctx context.Context) (*stdNames, error) {
	g, _, err := p.install(ctx, p.localPair())
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.std != nil {
		return p.std, nil
	}
	names, err := readNames(filepath.Join(g.Root, "src"))
	if err != nil {
		return nil, fmt.Errorf("reading the names of the standard library: %w", err)
	}
	p.std = names
	return names, nil
}

func readNames(root string) (*stdNames, error) {
	names := &stdNames{map[string][]string{}}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if path != root && slices.Contains([]string{"internal", "vendor", "testdata", "cmd", "builtin"}, d.Name()) {
			return filepath.SkipDir
		}
		if name := packageName(path); name != "" && name != "main" {
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			names.paths[name] = append(names.paths[name], filepath.ToSlash(rel))
		}
		return nil
	})
	return names, err
}

// packageName returns the name of the package in a folder, "" if there is none.
func packageName(dir string) string {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go")) // the pattern is good
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly)
		if err == nil {
			return f.Name.Name
		}
	}
	return ""
}

// resolve finds the package of a name by what is selected of it; "" if there is
// none of that name. A name that its members do not decide is refused.
func (s *stdNames) resolve(name string, members []string, imports types.Importer) (string, error) {
	paths := s.paths[name]
	if len(paths) <= 1 {
		return strings.Join(paths, ""), nil
	}
	var fit []string
	for _, path := range paths {
		pkg, err := imports.Import(path)
		if err != nil {
			continue // not in this build: an experiment
		}
		if !slices.ContainsFunc(members, func(m string) bool { return pkg.Scope().Lookup(m) == nil }) {
			fit = append(fit, path)
		}
	}
	if len(fit) > 1 {
		return "", &ambiguous{name, fit}
	}
	return strings.Join(fit, ""), nil
}

// ambiguous says that a fence has to import a package itself.
type ambiguous struct {
	name  string
	paths []string
}

// Error implements error.
func (a *ambiguous) Error() string {
	return fmt.Sprintf("%s is the name of %s: write the fence as a program with its imports", a.name, strings.Join(a.paths, " and "))
}

// An insertion is a text that is put into a file.
type insertion struct {
	offset int
	text   string
}

func insert(src string, edits []insertion) []byte {
	slices.SortStableFunc(edits, func(a, b insertion) int { return cmp.Compare(a.offset, b.offset) })
	var out strings.Builder
	from := 0
	for _, e := range edits {
		out.WriteString(src[from:e.offset] + e.text)
		from = e.offset
	}
	out.WriteString(src[from:])
	return []byte(out.String())
}

// uses returns a use of each variable that the statements of a file declare, on
// the same line.
func uses(fset *token.FileSet, f *ast.File) []insertion {
	var edits []insertion
	put := func(p token.Pos, prefix, suffix string, names []string) {
		for _, n := range names {
			edits = append(edits, insertion{fset.PositionFor(p, false).Offset, prefix + "_ = " + n + suffix})
		}
	}
	after := func(list []ast.Stmt) {
		for _, s := range list {
			put(s.End(), "; ", "", declared(s))
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			after(n.List)
		case *ast.CaseClause:
			after(n.Body)
		case *ast.CommClause:
			put(n.Colon+1, " ", ";", declared(n.Comm))
			after(n.Body)
		case *ast.IfStmt:
			put(n.Body.Lbrace+1, " ", ";", declared(n.Init))
		case *ast.ForStmt:
			put(n.Body.Lbrace+1, " ", ";", declared(n.Init))
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				put(n.Body.Lbrace+1, " ", ";", identifiers([]ast.Expr{n.Key, n.Value}))
			}
		}
		return true
	})
	return edits
}

// declared returns the names that a statement declares for those after it.
func declared(s ast.Stmt) []string {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			return identifiers(s.Lhs)
		}
	case *ast.DeclStmt:
		var names []string
		d := s.Decl.(*ast.GenDecl)
		for _, spec := range d.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.VAR {
				for _, id := range v.Names {
					names = append(names, identifiers([]ast.Expr{id})...)
				}
			}
		}
		return names
	}
	return nil
}

func identifiers(list []ast.Expr) []string {
	var names []string
	for _, e := range list {
		if id, ok := e.(*ast.Ident); ok && id != nil && id.Name != "_" {
			names = append(names, id.Name)
		}
	}
	return names
}
