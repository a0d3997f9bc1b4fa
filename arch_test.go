package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/gomastery/gomastery"

// rank orders the packages: a package imports only packages of a lower rank. A new
// package needs a line here that says what it is for.
var rank = map[string]int{
	"":                   8, // main: calls the command line
	"internal/cli":       7, // the commands, and the only place where the parts are joined
	"internal/prove":     5, // claims × releases → verdicts
	"internal/lens":      4, // program + release → observation
	"internal/run":       3, // program + release → run
	"internal/toolchain": 2, // finds releases, builds programs
	"internal/check":     2, // drives analyzers
	"internal/sandbox":   1, // starts processes
	"internal/book":      1, // reads the book
	"internal/fault":     0, // the kinds of failure
}

// home names the one package that may import something heavy or dangerous.
var home = map[string]string{
	"os/exec":                    "internal/sandbox",
	"golang.org/x/tools/go/":     "internal/check",
	"honnef.co/go/tools/":        "internal/check",
	"github.com/alecthomas/kong": "internal/cli",
	"github.com/yuin/goldmark":   "internal/book",
	"github.com/yuin/goldmark/":  "internal/book",
	"golang.org/x/sys/":          "internal/sandbox",
	"net/http":                   "internal/toolchain",
	"golang.org/x/tools/txtar":   "internal/prove",
	"golang.org/x/term":          "internal/cli",
	"github.com/rogpeppe/":       "", // tests alone
	"github.com/google/go-cmp/":  "", // tests alone
	"testing":                    "", // tests alone
}

// alsoAt lists the further places of an import, each with its reason.
var alsoAt = map[string]map[string]string{
	"golang.org/x/sys/":        {"internal/toolchain": "locks its cache against other processes", "internal/cli": "asks for free space"},
	"golang.org/x/tools/txtar": {"internal/cli": "scaffolds"},
}

// imports returns the imports of each package but those of its tests. It parses
// the files itself: a test that asks the go command is answered from the test cache.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := fs.WalkDir(os.DirFS("."), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); file != "." && (name == "testdata" || name == "labs" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		data, err := fs.ReadFile(os.DirFS("."), file)
		if err != nil {
			return err
		}
		if strings.HasPrefix(string(data), "//go:build ignore") {
			return nil // a file of the book
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, data, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := strings.TrimPrefix(path.Dir(file), ".")
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			all[pkg] = append(all[pkg], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRanks(t *testing.T) {
	all := imports(t)
	if len(all) < len(rank)-1 {
		t.Fatalf("found %d packages, want about %d: the walk is wrong", len(all), len(rank))
	}
	for pkg, names := range all {
		own, ok := rank[pkg]
		if !ok {
			t.Errorf("package %q has no rank: give it one, with what it is for", pkg)
			continue
		}
		for _, name := range names {
			of, ours := strings.CutPrefix(name, module+"/")
			if !ours {
				continue
			}
			if other, ok := rank[of]; !ok || other >= own {
				t.Errorf("package %s (rank %d) imports %s (rank %d): only lower ranks are allowed", pkg, own, of, other)
			}
		}
	}
}

func TestHomes(t *testing.T) {
	for pkg, names := range imports(t) {
		for _, name := range names {
			for prefix, at := range home {
				if name != prefix && !(strings.HasSuffix(prefix, "/") && strings.HasPrefix(name, prefix)) {
					continue
				}
				if _, also := alsoAt[prefix][pkg]; pkg != at && !also {
					t.Errorf("package %s imports %s, whose one home is %q", pkg, name, at)
				}
			}
		}
	}
}

func TestMainIsShort(t *testing.T) {
	data, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), "\n"); n > 40 {
		t.Errorf("main.go has %d lines, want at most 40: the command line belongs to internal/cli", n)
	}
}

// TestPackageComments holds each package to a comment that says what it is for.
func TestPackageComments(t *testing.T) {
	for pkg := range rank {
		if pkg == "" {
			continue
		}
		entries, err := os.ReadDir(pkg)
		if err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
			if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
				return false
			}
			f, err := parser.ParseFile(token.NewFileSet(), path.Join(pkg, e.Name()), nil, parser.PackageClauseOnly|parser.ParseComments)
			return err == nil && strings.HasPrefix(f.Doc.Text(), "Package "+path.Base(pkg)+" ")
		})
		if !found {
			t.Errorf("package %s has no comment that begins %q", pkg, "Package "+path.Base(pkg))
		}
	}
}
