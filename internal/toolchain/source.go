package toolchain

import (
	"bytes"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
)

// A File is one file of a program.
type File struct {
	// Name is a base name, or a slash path for what is embedded and for the files
	// of a program that brings its own go.mod.
	Name string
	Data []byte
}

// A Path is a way to build a program.
type Path string

// The paths.
const (
	Auto      Path = ""           // Direct wherever that gives what the go command gives
	Direct    Path = "direct"     // compiler and linker called by us
	GoCommand Path = "go command" // go build, as `go run FILE.go` outside of a module would
)

// source is what is known of a program before it is compiled.
type source struct {
	files   []File
	goFiles []string // names of what is compiled, in the given order
	pkg     string   // package name
	imports []string // sorted, each once
	debug   []string // k=v of its //go:debug lines, in order
	reason  string   // why only the go command can build it; "" when we can
	cgo     bool     // imports C
	foreign bool     // imports what only the go command finds, or refuses
	info    bool     // may read how it was built, so flags of ours would show
	module  bool     // built as a folder and not as a list of files
}

// read looks at the files of a program for release g. Only files that no build
// could have are an error; what is wrong with the program the go command says.
func read(g *Go, files []File) (source, error) {
	s := source{files: files}
	seen := map[string]bool{}
	for _, f := range files {
		if !fs.ValidPath(f.Name) || f.Name == "." || strings.HasPrefix(f.Name, "-") || seen[f.Name] {
			return s, fault.New(fault.Misuse, "a program cannot have a file %q", f.Name).
				Try("Give each file a name of its own, without leading slash or dots.")
		}
		seen[f.Name] = true
		s.readFile(f)
	}
	if len(s.goFiles) == 0 && !s.module {
		return s, fault.New(fault.Misuse, "a program needs a Go file").Try("Add one, main.go for example.")
	}
	slices.Sort(s.imports)
	s.imports = slices.Compact(s.imports)
	for _, p := range s.imports {
		s.readImport(g, p)
	}
	return s, nil
}

// because notes a reason for the go command; the first one is kept.
func (s *source) because(reason string) {
	if s.reason == "" {
		s.reason = reason
	}
}

func (s *source) readFile(f File) {
	switch ext := path.Ext(f.Name); {
	case f.Name == "go.mod":
		s.module = true
		s.because("is a module")
	case strings.Contains(f.Name, "/"):
		return // data, or in a package of its own that go.mod leads to
	case ext == ".go":
		s.goFiles = append(s.goFiles, f.Name)
		s.readGo(f)
	case f.Name == "default.pgo":
		s.because("has a profile")
	case strings.Contains(otherLanguages, ext+" "):
		s.module = true // go build takes only Go files by name
		s.because("has other languages")
	}
}

// otherLanguages are the extensions of files that the go command compiles beside Go.
const otherLanguages = ".c .cc .cpp .cxx .m .h .hh .hpp .hxx .f .F .for .f90 .s .S .sx .swig .swigcxx .syso "

// readGo looks at the head of a Go file. Words that decide are searched in the
// whole text: one that stands in a string costs time and not truth.
func (s *source) readGo(f File) {
	if strings.HasSuffix(f.Name, "_test.go") {
		s.because("is a test")
	}
	if bytes.Contains(f.Data, []byte("//go:embed")) {
		s.because("embeds files")
	}
	head, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		s.foreign = true // nobody knows what it imports
		s.because("has a syntax error in its head")
		return
	}
	if s.pkg != "" && s.pkg != head.Name.Name {
		s.because("has several packages")
	}
	s.pkg = head.Name.Name
	for _, i := range head.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		s.imports = append(s.imports, p)
		if p == "runtime/debug" && bytes.Contains(f.Data, []byte("BuildInfo")) || p == "debug/buildinfo" {
			s.info = true
			s.because("reads its build info")
		}
	}
	for _, group := range head.Comments {
		for _, c := range group.List {
			if setting, ok := strings.CutPrefix(c.Text, "//go:debug"); ok && c.End() < head.Package {
				s.debug = append(s.debug, strings.TrimSpace(setting))
			}
		}
	}
}

func (s *source) readImport(g *Go, p string) {
	switch {
	case p == "unsafe":
		return
	case p == "C":
		s.cgo = true
		s.because("imports C")
	case !importable(p):
		s.because("imports an internal package")
	case !g.hasPackage(p):
		s.because("imports what is not in the standard library")
	default:
		return
	}
	s.foreign = true
}

// importable reports whether the go command lets programs import this path of
// the standard library; the compiler would not mind.
func importable(p string) bool {
	inside := slices.Contains(strings.Split(p, "/"), "internal")
	return !inside && !strings.HasPrefix(p, "vendor/") && !strings.HasPrefix(p, "cmd/") && p != "builtin"
}

// hasPackage reports whether the release's standard library has the package, for
// this platform. Only what there is is remembered: readers can make up any number
// of names.
func (g *Go) hasPackage(p string) bool {
	if !fs.ValidPath(p) || p == "." {
		return false
	}
	key := g.Root + " " + p
	g.t.mu.Lock()
	defer g.t.mu.Unlock()
	if g.t.packages[key] {
		return true
	}
	context := build.Default
	context.GOROOT = g.Root
	context.CgoEnabled = false
	_, err := context.ImportDir(filepath.Join(g.Root, "src", filepath.FromSlash(p)), 0)
	if err == nil {
		g.t.packages[key] = true
	}
	return err == nil
}
