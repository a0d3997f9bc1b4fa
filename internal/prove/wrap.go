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
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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
	p.typing.Lock()
	defer p.typing.Unlock()
	c := checkFence(src, imports, lang)
	if c == nil {
		return []byte(src), nil // the compiler will say what is wrong
	}
	src, err = c.withImports(names, imports)
	if err != nil || fails {
		return []byte(src), err
	}
	if c = checkFence(src, imports, lang); c == nil {
		return []byte(src), nil
	}
	return insert(src, c.uses()), nil
}

// A checkedFence is a fence as the type checker sees it. It need not compile.
type checkedFence struct {
	src    string
	fset   *token.FileSet
	file   *ast.File
	info   *types.Info
	unused map[token.Pos]bool // where the checker has complained without refusing the program
}

// checkFence returns nil for a text that does not parse.
func checkFence(src string, imports types.Importer, lang string) *checkedFence {
	c := &checkedFence{src: src, fset: token.NewFileSet(), unused: map[token.Pos]bool{}}
	var err error
	if c.file, err = parser.ParseFile(c.fset, FenceFile, src, parser.SkipObjectResolution); err != nil {
		return nil
	}
	c.info = &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: imports, GoVersion: lang, Error: func(err error) {
		if e, ok := err.(types.Error); ok && e.Soft {
			c.unused[e.Pos] = true
		}
	}}
	conf.Check("main", c.fset, []*ast.File{c.file}, c.info) // what is wrong is the compiler's to say
	return c
}

// withImports adds the packages whose names nothing declares.
func (c *checkedFence) withImports(names *stdNames, imports types.Importer) (string, error) {
	missing := c.unresolved()
	var paths []string
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		path, err := names.resolve(name, missing[name], imports)
		if err != nil {
			return "", err
		}
		if path != "" {
			paths = append(paths, fmt.Sprintf("import %q;", path))
		}
	}
	if len(paths) == 0 {
		return c.src, nil
	}
	at := c.fset.PositionFor(c.file.Name.End(), false).Offset
	head, rest := c.src[:at], c.src[at:]
	if after, ok := strings.CutPrefix(rest, ";"); ok {
		return head + "; " + strings.Join(paths, " ") + after, nil
	}
	return head + "; " + strings.TrimSuffix(strings.Join(paths, " "), ";") + rest, nil
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
func (c *checkedFence) unresolved() map[string][]string {
	missing := map[string][]string{}
	own := importedNames(c.file)
	ast.Inspect(c.file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && c.info.Uses[x] == nil && c.info.Defs[x] == nil && !own[x.Name] {
				missing[x.Name] = append(missing[x.Name], s.Sel.Name)
			}
		}
		return true
	})
	return missing
}

var versionElement = regexp.MustCompile(`/v[0-9]+$`)

// importedNames returns the names under which a file imports packages itself. One
// that the local release does not have is resolved by nobody, and is imported all
// the same.
func importedNames(f *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, spec := range f.Imports {
		if spec.Name != nil {
			names[spec.Name.Name] = true
			continue
		}
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			names[path.Base(versionElement.ReplaceAllString(p, ""))] = true
		}
	}
	return names
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

// uses returns a use of each variable that nothing uses, on the line of its
// declaration. A use of any other could change what the compiler makes of it.
func (c *checkedFence) uses() []insertion {
	var edits []insertion
	put := func(p token.Pos, prefix, suffix string, ids []*ast.Ident) {
		for _, id := range ids {
			if c.unused[id.Pos()] {
				edits = append(edits, insertion{c.fset.PositionFor(p, false).Offset, prefix + "_ = " + id.Name + suffix})
			}
		}
	}
	after := func(list []ast.Stmt) {
		for _, s := range list {
			put(s.End(), "; ", "", declared(s))
		}
	}
	ast.Inspect(c.file, func(n ast.Node) bool {
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
			put(n.Body.Lbrace+1, " ", ";", identifiers(n.Key, n.Value))
		}
		return true
	})
	return edits
}

// declared returns the names that a statement declares for those after it.
func declared(s ast.Stmt) []*ast.Ident {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return identifiers(s.Lhs...)
	case *ast.DeclStmt:
		var ids []*ast.Ident
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok {
				ids = append(ids, v.Names...)
			}
		}
		return ids
	}
	return nil
}

func identifiers(list ...ast.Expr) []*ast.Ident {
	var ids []*ast.Ident
	for _, e := range list {
		if id, ok := e.(*ast.Ident); ok {
			ids = append(ids, id)
		}
	}
	return ids
}
