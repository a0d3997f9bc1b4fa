package check

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomastery/gomastery/internal/fault"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/assign"
	"honnef.co/go/tools/config"
)

func load(t testing.TB, files ...File) *Package {
	t.Helper()
	p, err := shared.Load("go1.26", files...)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Errors) > 0 {
		t.Fatalf("Load found errors: %v", p.Errors)
	}
	return p
}

// brief writes diagnostics as check@line:column.
func brief(found []Diagnostic) string {
	var all []string
	for _, d := range found {
		all = append(all, fmt.Sprintf("%s@%d:%d", d.Check, d.Line, d.Column))
	}
	return strings.Join(all, " ")
}

func TestRun(t *testing.T) {
	const loop = "package p\n\nfunc f() {\n\tfor i := 0; i < 3; i++ {\n\t\tgo func() { println(i) }()\n\t}\n}\n"
	tests := []struct {
		name  string
		suite string
		lang  string
		src   string
		want  string
	}{
		{"nothing", Vet, "go1.26", "package p\n", ""},
		{"by place, then check", Vet, "go1.26", "package p\n\nimport \"fmt\"\n\nfunc f(x int) {\n\tfmt.Printf(\"%d\\n\", \"a\"); x = x\n\tfmt.Sprintf(\"%s\", 1)\n}\n", "printf@6:14 assign@6:27 unusedresult@7:2 printf@7:15"},
		{"language of the package", Vet, "go1.21", loop, "loopclosure@5:23"},
		{"newer language of the package", Vet, "go1.22", loop, ""},
		{"language of the file", Vet, "go1.26", "//go:build go1.21\n\n" + loop, "loopclosure@7:23"},
		{"one report, not two", Staticcheck, "go1.26", "package p\n\nfunc f(a int) bool { return a == a }\n", "SA4000@3:29"},
		{"line comments move nothing", Vet, "go1.26", "package p\n\nfunc f(x int) {\n//line other.go:100\n\tx = x\n}\n", "assign@5:2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := shared.Load(tt.lang, File{Name: "a.go", Data: []byte(tt.src)})
			if err != nil || len(p.Errors) > 0 {
				t.Fatalf("Load = %v, %v", p, err)
			}
			found, err := p.Run(tt.suite)
			if got := brief(found); err != nil || got != tt.want {
				t.Errorf("Run(%s) of %q = %q, %v, want %q", tt.suite, tt.src, got, err, tt.want)
			}
		})
	}
}

func TestRunUnknownSuite(t *testing.T) {
	_, err := load(t, File{Name: "a.go", Data: []byte("package p\n")}).Run("lint")
	if fault.KindOf(err) != fault.NotFound || fault.Next(err) != "Suites: vet, staticcheck." {
		t.Errorf("Run(lint) = %v, next %q, want not found and the list of suites", err, fault.Next(err))
	}
}

// TestFailingAnalyzers runs a suite of which one check works.
func TestFailingAnalyzers(t *testing.T) {
	panics := &analysis.Analyzer{Name: "panics", Doc: "panics", Run: func(*analysis.Pass) (any, error) { panic("index out of range") }}
	fails := &analysis.Analyzer{Name: "fails", Doc: "fails", Run: func(*analysis.Pass) (any, error) { return nil, errors.New("no idea") }}
	needs := &analysis.Analyzer{Name: "needs", Doc: "needs", Requires: []*analysis.Analyzer{panics}, Run: func(*analysis.Pass) (any, error) {
		t.Error("run without what it needs")
		return nil, nil
	}}
	s := suite{name: "test"}
	for _, a := range []*analysis.Analyzer{panics, fails, needs, assign.Analyzer} {
		s.checks = append(s.checks, newCheck(s.name, a))
	}
	p := load(t, File{Name: "a.go", Data: []byte("package p\n\nfunc f(x int) { x = x }\n")})
	found, err := p.run(s)
	if got := brief(found); got != "assign@3:17" {
		t.Errorf("run found %q, want what the check that works finds", got)
	}
	want := "check test:panics: analyzer panics panicked: index out of range\ncheck test:fails: no idea\ncheck test:needs: needs panics: analyzer panics panicked: index out of range"
	if err == nil || err.Error() != want {
		t.Errorf("run failed with\n%v, want\n%s", err, want)
	}
	if fault.KindOf(err) != fault.Internal || !strings.Contains(fault.Next(err), "analyzer panics") {
		t.Errorf("kind %v, next %q, want internal and a report of the analyzer", fault.KindOf(err), fault.Next(err))
	}
}

// TestPassesFacts gives an analyzer facts within the package and about imports.
func TestPassesFacts(t *testing.T) {
	var got []string
	a := &analysis.Analyzer{Name: "facts", Doc: "facts", FactTypes: []analysis.Fact{new(testFact)}, Run: func(pass *analysis.Pass) (any, error) {
		f := pass.Pkg.Scope().Lookup("F")
		pass.ExportObjectFact(f, &testFact{"about F"})
		pass.ExportPackageFact(&testFact{"about p"})
		for _, ask := range []func(*testFact) bool{
			func(to *testFact) bool { return pass.ImportObjectFact(f, to) },
			func(to *testFact) bool { return pass.ImportObjectFact(pass.Pkg.Scope().Lookup("G"), to) },
			func(to *testFact) bool { return pass.ImportPackageFact(pass.Pkg, to) },
			func(to *testFact) bool { return pass.ImportPackageFact(pass.Pkg.Imports()[0], to) },
		} {
			var fact testFact
			got = append(got, fmt.Sprint(ask(&fact), " ", fact.Text))
		}
		got = append(got, fmt.Sprint(len(pass.AllObjectFacts()), len(pass.AllPackageFacts())))
		return nil, nil
	}}
	p := load(t, File{Name: "a.go", Data: []byte("package p\n\nimport _ \"log\"\n\nfunc F() {}\n\nfunc G() {}\n")})
	if _, err := p.run(suite{name: "test", checks: []Check{newCheck("test", a)}}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"true about F", "false ", "true about p", "false ", "1 1"}; !slices.Equal(got, want) {
		t.Errorf("facts = %q, want %q", got, want)
	}
}

type testFact struct{ Text string }

func (*testFact) AFact() {}

// TestReadsNoFile puts on the disk what analyzers would look for.
func TestReadsNoFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.go")
	write(t, filepath.Join(dir, "staticcheck.conf"), []byte("this is not TOML"))
	write(t, name, []byte("// Code generated by nobody. DO NOT EDIT.\n\npackage p\n"))
	secret := filepath.Join(dir, "secret")
	write(t, secret, []byte("x"))
	// SA4003 keeps silent in generated files.
	data := []byte("package p\n\nfunc f(x uint) bool { return x >= 0 }\n")
	p := load(t, File{Name: name, Data: data})
	found, err := p.Run(Staticcheck)
	if got := brief(found); err != nil || got != "SA4003@3:30" {
		t.Errorf("Run(staticcheck) = %q, %v, want what is said about the file in memory", got, err)
	}
	if _, err := p.readFile(secret); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("readFile of another file = %v, want that it does not exist", err)
	}
	if got, err := p.readFile(name); err != nil || string(got) != string(data) {
		t.Errorf("readFile of the file = %q, %v, want its data", got, err)
	}
	generated := append([]byte("// Code generated by hand. DO NOT EDIT.\n\n"), data...)
	found, err = load(t, File{Name: name, Data: generated}).Run(Staticcheck)
	if len(found) > 0 || err != nil {
		t.Errorf("Run(staticcheck) of a generated file = %v, %v, want nothing", found, err)
	}
}

// TestDefaultConfig has an analyzer ask for the configuration while another one lies
// beside the file.
func TestDefaultConfig(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "staticcheck.conf"), []byte("initialisms = [\"MINE\"]\n"))
	var got *config.Config
	a := &analysis.Analyzer{Name: "a", Doc: "a", Requires: []*analysis.Analyzer{config.Analyzer}, Run: func(pass *analysis.Pass) (any, error) {
		got = config.For(pass)
		return nil, nil
	}}
	p := load(t, File{Name: filepath.Join(dir, "a.go"), Data: []byte("package p\n")})
	if _, err := p.run(suite{name: "test", checks: []Check{newCheck("test", a)}}); err != nil || !reflect.DeepEqual(*got, config.DefaultConfig) {
		t.Errorf("configuration = %v, %v, want the default", got, err)
	}
}

func TestIgnore(t *testing.T) {
	const prefix = "package p\n\nfunc f(a, b int) bool {\n"
	tests := []struct {
		name, src, want string
	}{
		{"line", prefix + "\t//lint:ignore SA4000 why\n\treturn a == a\n}\n", ""},
		{"at the end of the line", prefix + "\treturn a == a //lint:ignore SA4000 why\n}\n", ""},
		{"list, pattern, case", prefix + "\t//lint:ignore ST1000,sa40* why\n\treturn a == a\n}\n", ""},
		{"another check", prefix + "\t//lint:ignore SA4001 why\n\treturn a == a\n}\n", "SA4000@5:9"},
		{"no reason", prefix + "\t//lint:ignore SA4000\n\treturn a == a\n}\n", "SA4000@5:9"},
		{"no pattern", prefix + "\t//lint:ignore [ why\n\treturn a == a\n}\n", "SA4000@5:9"},
		{"another line", prefix + "\t//lint:ignore SA4000 why\n\tprintln(a == a)\n\treturn b == b\n}\n", "SA4000@6:9"},
		{"file", "//lint:file-ignore SA4000 why\n\n" + prefix + "\tprintln(a == a)\n\treturn b == b\n}\n", ""},
		{"unknown command", prefix + "\t//lint:silence SA4000 why\n\treturn a == a\n}\n", "SA4000@5:9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := load(t, File{Name: "a.go", Data: []byte(tt.src)}).Run(Staticcheck)
			if got := brief(found); err != nil || got != tt.want {
				t.Errorf("Run(staticcheck) of %q = %q, %v, want %q", tt.src, got, err, tt.want)
			}
		})
	}
}

// TestVetIgnoresNothing has go vet's manners.
func TestVetIgnoresNothing(t *testing.T) {
	found, err := load(t, File{Name: "a.go", Data: []byte("package p\n\nfunc f(a int) {\n\t//lint:ignore assign why\n\ta = a\n}\n")}).Run(Vet)
	if got := brief(found); err != nil || got != "assign@5:2" {
		t.Errorf("Run(vet) = %q, %v, want assign@5:2", got, err)
	}
}

func TestFix(t *testing.T) {
	const src = "package p\n\nimport \"fmt\"\n\nfunc f(s string) { fmt.Printf(s) }\n"
	found, err := load(t, File{Name: "a.go", Data: []byte(src)}).Run(Vet)
	if err != nil || len(found) != 1 || len(found[0].Fixes) != 1 {
		t.Fatalf("Run(vet) = %+v, %v, want one diagnostic with one fix", found, err)
	}
	want := Fix{Message: `Insert "%s" format string`, Edits: []Edit{{File: "a.go", Start: 55, End: 55, Text: `"%s", `}}}
	got := found[0].Fixes[0]
	if !reflect.DeepEqual(got, want) {
		t.Errorf("fix = %+v, want %+v", got, want)
	}
	if fixed := apply(t, src, got); !strings.Contains(fixed, `fmt.Printf("%s", s)`) {
		t.Errorf("fixed file = %q", fixed)
	}
}

// apply applies a fix of a single file.
func apply(t *testing.T, src string, f Fix) string {
	t.Helper()
	for _, e := range slices.Backward(f.Edits) {
		if e.Start < 0 || e.End < e.Start || len(src) < e.End {
			t.Fatalf("edit %+v is not within %d bytes", e, len(src))
		}
		src = src[:e.Start] + e.Text + src[e.End:]
	}
	return src
}

// TestFixesApply applies each fix of the corpus.
func TestFixesApply(t *testing.T) {
	fixes := 0
	for _, f := range corpus(t) {
		p := load(t, f)
		for _, suite := range []string{Vet, Staticcheck} {
			found, err := p.Run(suite)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range found {
				for _, fix := range d.Fixes {
					fixes++
					fixed := apply(t, string(f.Data), fix)
					if _, err := parser.ParseFile(token.NewFileSet(), f.Name, fixed, 0); err != nil || fixed == string(f.Data) {
						t.Errorf("%s %s: fix %q gives %q, %v", f.Name, d.Check, fix.Message, fixed, err)
					}
				}
			}
		}
	}
	if fixes < 20 {
		t.Errorf("the corpus has %d fixes, want at least 20", fixes)
	}
}

func TestBadFixesAreDropped(t *testing.T) {
	p := load(t, File{Name: "a.go", Data: []byte("package p\n\nimport \"fmt\"\n\nvar X = fmt.Sprint()\n")})
	file := p.Fset.File(p.Syntax[0].Pos())
	at := func(offset int) token.Pos { return file.Pos(offset) }
	tests := []struct {
		name  string
		edits []analysis.TextEdit
		want  int
	}{
		{"insertion", []analysis.TextEdit{{Pos: at(3)}}, 1},
		{"two insertions at one place", []analysis.TextEdit{{Pos: at(3)}, {Pos: at(3)}}, 2},
		{"side by side, not in order", []analysis.TextEdit{{Pos: at(3), End: at(5)}, {Pos: at(1), End: at(3)}}, 2},
		{"none", nil, 0},
		{"overlapping", []analysis.TextEdit{{Pos: at(1), End: at(4)}, {Pos: at(3), End: at(5)}}, 0},
		{"backwards", []analysis.TextEdit{{Pos: at(3), End: at(1)}}, 0},
		{"nowhere", []analysis.TextEdit{{Pos: 0}}, 0},
		{"beyond the file", []analysis.TextEdit{{Pos: at(3), End: at(5) + 1e6}}, 0},
		{"in an imported file", []analysis.TextEdit{{Pos: p.Types.Imports()[0].Scope().Lookup("Sprint").Pos()}}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := p.edits(tt.edits)
			if len(got) != tt.want || ok != (tt.want > 0) {
				t.Errorf("edits(%v) = %v, %v, want %d", tt.edits, got, ok, tt.want)
			}
		})
	}
}

// TestAtOnce looks at the whole corpus from several goroutines, with an importer
// that begins to read only then, and compares with what was found one by one.
func TestAtOnce(t *testing.T) {
	files := corpus(t)
	look := func(im *Importer, f File) string {
		p, err := im.Load("go1.26", f)
		if err != nil {
			return err.Error()
		}
		v, err := p.Run(Vet)
		s, err2 := p.Run(Staticcheck)
		return fmt.Sprint(v, err, s, err2)
	}
	want := map[string]string{}
	for _, f := range files {
		want[f.Name] = look(shared, f)
	}
	im := NewImporter(lookup)
	var wg sync.WaitGroup
	for first := range 4 {
		wg.Go(func() {
			for i := range files {
				f := files[(i+first*len(files)/4)%len(files)]
				if got := look(im, f); got != want[f.Name] {
					t.Errorf("at once, %s: %s\nwant %s", f.Name, got, want[f.Name])
				}
			}
		})
	}
	wg.Wait()
}

// TestRunAtOnce runs both suites on one package at once.
func TestRunAtOnce(t *testing.T) {
	p := load(t, File{Name: "a.go", Data: []byte("package p\n\nfunc f(x int) { x = x }\n")})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			suite, want := Vet, "assign@3:17"
			if i%2 == 0 {
				suite, want = Staticcheck, "SA4009@3:8 SA4006@3:17 SA4018@3:17"
			}
			found, err := p.Run(suite)
			if got := brief(found); err != nil || got != want {
				t.Errorf("Run(%s) = %q, %v, want %q", suite, got, err, want)
			}
		})
	}
	wg.Wait()
}
