package check

import (
	"bytes"
	"errors"
	"fmt"
	"go/types"
	"go/version"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gomastery/gomastery/internal/fault"
)

func TestLoadErrors(t *testing.T) {
	tests := []struct {
		name string
		lang string
		srcs []string // files a.go, b.go
		want []string // file:line:column: message
	}{
		{"none", "go1.26", []string{"package p\n\nimport \"fmt\"\n\nvar _ = fmt.Sprint(1)\n"}, nil},
		{"of two files", "go1.26", []string{"package p\n\nvar A = B\n", "package p\n\nvar B = 1\n"}, nil},
		{"syntax", "go1.26", []string{"package p\n\nfunc f( {\n"}, []string{"a.go:3:9: expected ')', found '{'"}},
		{"syntax hides types", "go1.26", []string{"package p\n\nvar x = y\n\nfunc f(\n"}, []string{"a.go:5:9: expected ')', found 'EOF'"}},
		{"no package clause", "go1.26", []string{""}, []string{"a.go:1:1: expected 'package', found 'EOF'"}},
		{"types, by place", "go1.26", []string{"package p\n\nfunc f() { x := 1 }\n\nvar y int = \"a\"\n"}, []string{
			"a.go:3:12: declared and not used: x",
			"a.go:5:13: cannot use \"a\" (untyped string constant) as int value in variable declaration",
		}},
		{"two places in one", "go1.26", []string{"package p\n\nvar x = 1\n", "package p\n\nvar x = 2\n"}, []string{"b.go:3:5: x redeclared in this block\n\ta.go:3:5: other declaration of x"}},
		{"two packages", "go1.26", []string{"package p\n", "package q\n"}, []string{"b.go:1:1: package q; expected package p"}},
		{"unused import", "go1.26", []string{"package p\n\nimport \"fmt\"\n"}, []string{"a.go:3:8: \"fmt\" imported and not used"}},
		{"unknown import", "go1.26", []string{"package p\n\nimport _ \"example.com/q\"\n"}, []string{"a.go:3:10: could not import example.com/q (package example.com/q is not in std: file does not exist)"}},
		{"internal import", "go1.26", []string{"package p\n\nimport _ \"internal/abi\"\n"}, []string{"a.go:3:10: could not import internal/abi (use of internal package internal/abi not allowed)"}},
		{"cgo", "go1.26", []string{"package p\n\nimport \"C\"\n"}, []string{"a.go:3:8: could not import C (programs with cgo are not type-checked)"}},
		{"older language", "go1.21", []string{"package p\n\nfunc f() {\n\tfor range 3 {\n\t}\n}\n"}, []string{"a.go:4:12: cannot range over 3 (untyped int constant): requires go1.22 or later"}},
		{"older language, newer file", "go1.21", []string{"//go:build go1.22\n\npackage p\n\nfunc f() {\n\tfor range 3 {\n\t}\n}\n"}, nil},
		{"newer language, older file", "go1.26", []string{"//go:build go1.21\n\npackage p\n\nfunc f() {\n\tfor range 3 {\n\t}\n}\n"}, []string{"a.go:6:12: cannot range over 3 (untyped int constant): requires go1.22 or later"}},
		{"constraints are not asked", "go1.26", []string{"//go:build ignore\n\npackage p\n", "//go:build windows && !linux\n\npackage p\n"}, nil},
		{"line comments move nothing", "go1.26", []string{"package p\n\n//line other.go:100\nvar x = y\n"}, []string{"a.go:4:9: undefined: y"}},
		{"line comments move no syntax error", "go1.26", []string{"package p\n\n//line other.go:100\nvar = y\n"}, []string{"a.go:4:5: expected 'IDENT', found '='"}},
		{"nested deeply", "go1.26", []string{"package p\n\nvar b bool\nvar x = " + strings.Repeat("!", maxDepth) + "b\n"}, []string{"a.go:1:1: nested more than 1000 levels deep, which is not analyzed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var files []File
			for i, src := range tt.srcs {
				files = append(files, File{Name: string(rune('a'+i)) + ".go", Data: []byte(src)})
			}
			p, err := shared.Load(tt.lang, files...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range p.Errors {
				got = append(got, fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("Load(%s, %q).Errors =\n%q, want\n%q", tt.lang, tt.srcs, got, tt.want)
			}
			found, err := p.Run(Vet)
			if len(tt.want) > 0 && (found != nil || err != nil) {
				t.Errorf("Run(vet) of a package with errors = %v, %v, want nothing", found, err)
			}
		})
	}
}

func TestLoadMisuse(t *testing.T) {
	f := File{Name: "a.go", Data: []byte("package p\n")}
	tests := []struct {
		name  string
		lang  string
		files []File
		want  string
	}{
		{"no language", "", []File{f}, `no language version ""`},
		{"language without go", "1.26", []File{f}, `no language version "1.26"`},
		{"no files", "go1.26", nil, "no Go files to look at"},
		{"a name twice", "go1.26", []File{f, f}, `two files are called "a.go"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := shared.Load(tt.lang, tt.files...)
			if fault.KindOf(err) != fault.Misuse || err.Error() != tt.want {
				t.Errorf("Load(%q, %v) = %v, want a misuse: %s", tt.lang, tt.files, err, tt.want)
			}
		})
	}
}

// imports is a program that imports one package.
func imports(path string) File {
	return File{Name: "a.go", Data: fmt.Appendf(nil, "package p\n\nimport _ %q\n", path)}
}

func TestLookupFails(t *testing.T) {
	broken := errors.New("the disk is on fire")
	tests := []struct {
		name    string
		path    string // the package whose export data is not to be had
		instead func() (io.ReadCloser, error)
	}{
		{"of the import", "fmt", func() (io.ReadCloser, error) { return nil, broken }},
		{"of what it imports", "io", func() (io.ReadCloser, error) { return nil, broken }},
		{"of what it imports, which is missing", "io", func() (io.ReadCloser, error) { return nil, fs.ErrNotExist }},
		{"no archive", "io", func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("gibberish")), nil }},
		{"cut off", "fmt", func() (io.ReadCloser, error) { return cutOff("fmt") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			healthy := false
			im := NewImporter(func(path string) (io.ReadCloser, error) {
				if path == tt.path && !healthy {
					return tt.instead()
				}
				return lookup(path)
			})
			_, err := im.Load("go1.26", imports("fmt"))
			if err == nil || fault.KindOf(err) != fault.Internal || !strings.Contains(err.Error(), tt.path) {
				t.Errorf("Load = %v, want an internal error that names %s", err, tt.path)
			}
			if tt.name == "cut off" {
				return
			}
			healthy = true
			p, err := im.Load("go1.26", imports("fmt"))
			if err != nil || len(p.Errors) > 0 {
				t.Errorf("Load when the lookup works again = %v, %v, want no errors", p, err)
			}
		})
	}
}

// cutOff returns the first half of the export data.
func cutOff(path string) (io.ReadCloser, error) {
	r, err := lookup(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	i := bytes.Index(data, []byte("\n$$B\n"))
	if err != nil || i < 0 {
		return nil, fmt.Errorf("no export data in the archive of %s: %v", path, err)
	}
	end := bytes.Index(data[i+5:], []byte("\n$$\n"))
	return io.NopCloser(bytes.NewReader(append(data[:i+5+end/2], data[i+5+end:]...))), nil
}

// TestReadsOnce counts how often export data is asked for.
func TestReadsOnce(t *testing.T) {
	count := map[string]int{}
	im := NewImporter(func(path string) (io.ReadCloser, error) {
		count[path]++
		return lookup(path)
	})
	for _, path := range []string{"os", "fmt", "net/http", "fmt", "io"} {
		if _, err := im.Load("go1.26", imports(path)); err != nil {
			t.Fatal(err)
		}
	}
	if count["net/http"] == 0 || count["internal/abi"] == 0 {
		t.Errorf("lookups = %v, want net/http and internal/abi among them", count)
	}
	for path, n := range count {
		if n != 1 {
			t.Errorf("export data of %s was asked for %d times, want 1", path, n)
		}
	}
}

// TestPositionsOfImports sees that an imported object has a place of its own.
func TestPositionsOfImports(t *testing.T) {
	p, err := shared.Load("go1.26", File{Name: "a.go", Data: []byte("package p\n\nimport \"fmt\"\n\nvar X = fmt.Sprint(1)\n")})
	if err != nil {
		t.Fatal(err)
	}
	for id, obj := range p.Info.Uses {
		at := p.Fset.Position(obj.Pos())
		switch id.Name {
		case "Sprint":
			if !strings.HasSuffix(at.Filename, "fmt/print.go") || at.Line < 2 {
				t.Errorf("position of fmt.Sprint = %v, want a line of fmt/print.go", at)
			}
		case "fmt":
			if at.String() != "a.go:3:8" {
				t.Errorf("position of the import = %v, want a.go:3:8", at)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, file := range corpus(f) {
		f.Add(file.Data)
	}
	f.Add([]byte("package p\n//lint:ignore SA4000,[ x\nvar x = 1 == 1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 10_000 {
			return
		}
		p, err := shared.Load("go1.26", File{Name: "a.go", Data: data})
		if err != nil {
			t.Fatal(err)
		}
		for _, suite := range []string{Vet, Staticcheck} {
			found, _ := p.Run(suite) // that an analyzer panics is not ours
			for _, d := range found {
				if d.File != "a.go" || d.Line < 1 || d.Column < 1 {
					t.Errorf("Run(%s) found %+v, want a place in a.go", suite, d)
				}
			}
		}
	})
}

// TestReleases loads with the export data of the oldest and the newest release
// that is installed beside the local one; the formats differ.
func TestReleases(t *testing.T) {
	for _, release := range installedReleases(t) {
		t.Run(release, func(t *testing.T) {
			files, err := listExports("GOTOOLCHAIN="+release, "strings")
			if err != nil {
				t.Fatal(err)
			}
			im := NewImporter(func(path string) (io.ReadCloser, error) { return os.Open(files[path]) })
			p, err := im.Load("go1.18", File{Name: "a.go", Data: []byte("package p\n\nimport \"strings\"\n\nfunc f(s string) { strings.TrimSpace(s) }\n")})
			if err != nil || len(p.Errors) > 0 {
				t.Fatalf("Load = %v, %v, want no errors", p, err)
			}
			found, err := p.Run(Staticcheck)
			if got := brief(found); err != nil || got != "SA4017@5:20" {
				t.Errorf("Run(staticcheck) = %q, %v, want SA4017@5:20", got, err)
			}
		})
	}
}

// installedReleases returns the oldest and the newest toolchain of the module cache.
func installedReleases(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	suffix := "." + runtime.GOOS + "-" + runtime.GOARCH
	pattern := filepath.Join(strings.TrimSpace(string(out)), "golang.org", "toolchain@v0.0.1-go*"+suffix)
	folders, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var releases []string
	for _, f := range folders {
		_, release, _ := strings.Cut(strings.TrimSuffix(f, suffix), "-go")
		releases = append(releases, "go"+release)
	}
	if len(releases) == 0 {
		t.Skip("needs a second Go release in the module cache; GOTOOLCHAIN=go1.21.13 go version gets one")
	}
	slices.SortFunc(releases, version.Compare)
	return slices.Compact([]string{releases[0], releases[len(releases)-1]})
}

// TestPackagesNeverChange imports everything after a package was given away.
func TestPackagesNeverChange(t *testing.T) {
	im := NewImporter(lookup)
	pkg, err := im.Import("net/http")
	if err != nil {
		t.Fatal(err)
	}
	given := map[*types.Package][]string{}
	for _, p := range append(pkg.Imports(), pkg) {
		given[p] = p.Scope().Names()
		if !p.Complete() {
			t.Errorf("%s was given away with net/http, incomplete", p.Path())
		}
	}
	files, err := exportData()
	if err != nil {
		t.Fatal(err)
	}
	for path := range files {
		if _, err := im.Import(path); err != nil && fault.KindOf(err) != fault.NotFound {
			t.Fatal(err)
		}
	}
	for p, names := range given {
		if got := p.Scope().Names(); !slices.Equal(got, names) {
			t.Errorf("%s has %d objects, had %d when it was given away", p.Path(), len(got), len(names))
		}
	}
}
