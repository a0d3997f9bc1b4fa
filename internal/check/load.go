package check

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"go/version"
	"runtime"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
)

// A File is a Go file held in memory.
type File struct {
	Name string // as it stands in diagnostics; nothing is read from there
	Data []byte
}

// A Package is a parsed and type-checked package, ready to be looked at. Nothing
// of it changes after Load, so it may be looked at and Run by many at once.
type Package struct {
	// Errors are the reader's, by place: of syntax if there are any (the first ten
	// or so of a file), otherwise of types. A package with errors is not analyzed,
	// and what follows may be incomplete.
	Errors []Diagnostic

	Fset   *token.FileSet
	Syntax []*ast.File    // in the order of Load, with comments
	Types  *types.Package // nil after errors of syntax
	Info   *types.Info    // all maps are filled; nil after errors of syntax
	Sizes  types.Sizes    // those of the machine we run on

	files    []File
	lang     string
	imported map[*types.Package]facts // about what the package imports, directly or not
}

// packagePath is the path that the go command gives to a package of named files.
const packagePath = "command-line-arguments"

// firstPos lies above all positions of imported objects, which have files of their
// own: the whole standard library takes a tenth of it.
const firstPos = 1 << 30

// maxDepth bounds how deeply a program may be nested. Nobody writes so; but some
// analyzers take time quadratic in the depth, and readers choose the programs.
const maxDepth = 1000

// Load parses and type-checks the files as one package of the language version
// lang ("go1.26"; a //go:build line may choose another one for its file). It is
// the caller who says which files belong to the package, and build constraints
// are not asked. The files must not change afterwards.
//
// What is wrong with the files is in [Package.Errors]; an error is returned when
// the request makes no sense or export data could not be had. Time and memory grow
// with the size of the files, in the worst case its square: who takes programs
// from strangers bounds the size.
func (im *Importer) Load(lang string, files ...File) (*Package, error) {
	if !version.IsValid(lang) {
		return nil, fault.New(fault.Misuse, "no language version %q", lang).Try("Write it like go1.26.")
	}
	if err := distinct(files); err != nil {
		return nil, err
	}
	p := &Package{
		Fset:  token.NewFileSet(),
		Sizes: types.SizesFor("gc", runtime.GOARCH),
		files: files,
		lang:  lang,
	}
	p.Fset.AddFile("", firstPos, 0)
	p.parse()
	if len(p.Errors) > 0 {
		return p, nil
	}
	if err := p.check(im); err != nil {
		return nil, err
	}
	p.Fset.AddExistingFiles(im.files()...)
	p.imported = im.under(p.Types)
	return p, nil
}

func distinct(files []File) error {
	if len(files) == 0 {
		return fault.New(fault.Misuse, "no Go files to look at")
	}
	seen := map[string]bool{}
	for _, f := range files {
		if seen[f.Name] {
			return fault.New(fault.Misuse, "two files are called %q", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

// parse fills Syntax, or Errors.
func (p *Package) parse() {
	for _, f := range p.files {
		base := p.Fset.Base()
		// Objects are resolved although they are deprecated: sigchanyzer asks for them.
		// One error of syntax a line is enough, the others mostly follow from it.
		syntax, err := parser.ParseFile(p.Fset, f.Name, f.Data, parser.ParseComments)
		p.Syntax = append(p.Syntax, syntax)
		var list scanner.ErrorList
		errors.As(err, &list)
		for _, e := range list {
			p.addError(token.Pos(base+e.Pos.Offset), e.Msg)
		}
		if err == nil && depth(syntax) > maxDepth {
			p.addError(syntax.Package, fmt.Sprintf("nested more than %d levels deep, which is not analyzed", maxDepth))
		}
	}
	p.Errors = tidy(p.Errors)
}

func depth(f *ast.File) int {
	now, deepest := 0, 0
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			now--
			return true
		}
		now++
		deepest = max(deepest, now)
		return true
	})
	return deepest
}

// check fills Types and Info, and Errors when there are any.
func (p *Package) check(im *Importer) error {
	var failed error
	conf := types.Config{
		GoVersion: p.lang,
		Sizes:     p.Sizes,
		Error:     func(err error) { p.addTypeError(err.(types.Error)) },
		Importer: importFunc(func(path string) (*types.Package, error) {
			pkg, err := im.Import(path)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				failed = err
			}
			return pkg, err
		}),
	}
	p.Info = newInfo()
	err := guard("type checker", func() error {
		p.Types, _ = conf.Check(packagePath, p.Fset, p.Syntax, p.Info) // the error is the first of those reported
		return nil
	})
	p.Errors = tidy(p.Errors)
	return cmp.Or(err, failed)
}

type importFunc func(path string) (*types.Package, error)

// Import implements [types.Importer].
func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }

func newInfo() *types.Info {
	return &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Instances:    map[*ast.Ident]types.Instance{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		Scopes:       map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
}

// addTypeError adds an error of the type checker. What belongs to the error before
// ("other declaration of x") comes as an error of its own that begins with a tab.
func (p *Package) addTypeError(err types.Error) {
	if n := len(p.Errors); n > 0 && strings.HasPrefix(err.Msg, "\t") {
		at := p.Fset.PositionFor(err.Pos, false)
		p.Errors[n-1].Message += fmt.Sprintf("\n\t%s: %s", at, err.Msg[1:])
		return
	}
	p.addError(err.Pos, err.Msg)
}

func (p *Package) addError(pos token.Pos, message string) {
	at := p.Fset.PositionFor(pos, false)
	p.Errors = append(p.Errors, Diagnostic{File: at.Filename, Line: at.Line, Column: at.Column, Message: message})
}

// guard calls f and makes a panic an error that says what panicked. Analyzers, the
// type checker and the importer are large programs of others, and it is readers
// who choose their input.
func guard(what string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fault.New(fault.Internal, "%s panicked: %v", what, v).Try("This is a bug in the %s; report it together with the program.", what)
		}
	}()
	return f()
}
