package prove

import (
	"go/importer"
	"go/token"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gomastery/gomastery/internal/book"
)

// cutSource parses a file of cases for the tests of cutting.
func cutSource(t *testing.T, src string) *cutter {
	t.Helper()
	b, err := book.Read(fstest.MapFS{
		"traps/README.md":    {Data: []byte("# T\n")},
		"traps/example.go":   {Data: []byte(emptyExample)},
		"traps/pitfalls.go":  {Data: []byte("//go:build ignore\n\npackage main\n\n" + src)},
		"traps/interview.md": {Data: []byte("# T\n")},
	})
	if b.Entries[0].Pitfalls == nil {
		t.Fatal(err)
	}
	c, errs := newCutter(b.Entries[0].Pitfalls, importer.ForCompiler(token.NewFileSet(), "source", nil), "go1.26")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return c
}

func TestCut(t *testing.T) {
	tests := []struct {
		name       string
		src        string
		root       string
		kept, gone []string // words of the source
	}{
		{
			name: "functions that are reached",
			src:  "func a() { b() }\nfunc b() {}\nfunc other() {}\nfunc main() { a(); other() }\n",
			root: "a", kept: []string{"func a", "func b"}, gone: []string{"other", "main()"},
		},
		{
			name: "imports by use, not by name",
			src:  "import (\"fmt\"; \"strings\")\nfunc a() { strings := 1; fmt.Println(strings) }\nfunc other() { strings.ToUpper(\"\") }\nfunc main() {}\n",
			root: "a", kept: []string{`"fmt"`}, gone: []string{`"strings"`},
		},
		{
			name: "a const group as a whole",
			src:  "const (\n\tx = iota\n\ty\n)\nconst z = 1\nfunc a() { _ = y }\nfunc main() {}\n",
			root: "a", kept: []string{"x = iota", "y"}, gone: []string{"z = 1"},
		},
		{
			name: "variables one by one",
			src:  "var (\n\tone = 1\n\ttwo = 2\n)\nfunc a() { _ = two }\nfunc main() {}\n",
			root: "a", kept: []string{"two = 2"}, gone: []string{"one = 1"},
		},
		{
			name: "methods by what can call them",
			src: `import "fmt"
type t struct{}
func (t) String() string { return "t" }
func (t) called() {}
func (t) uncalled() {}
func a() { fmt.Println(t{}); t{}.called() }
func main() {}
`,
			root: "a", kept: []string{"String", "called"}, gone: []string{"uncalled"},
		},
		{
			name: "methods that the library looks for without naming their package",
			src: `import "encoding/json"
type level int
func (level) MarshalText() ([]byte, error) { return nil, nil }
func (level) other() {}
func a() { json.Marshal(level(0)) }
func main() {}
`,
			root: "a", kept: []string{"MarshalText"}, gone: []string{"other"},
		},
		{
			name: "methods of an interface of the file",
			src: `type shape interface{ area() int }
type square struct{}
func (square) area() int { return 1 }
func (square) rounded() int { return 1 }
func a() { var s shape = square{}; s.area() }
func main() {}
`,
			root: "a", kept: []string{"area"}, gone: []string{"rounded"},
		},
		{
			name: "all methods where reflection can see them",
			src: `import "reflect"
type t struct{}
func (t) Hidden() {}
func a() { println(reflect.TypeOf(t{}).NumMethod()) }
func main() {}
`,
			root: "a", kept: []string{"Hidden"},
		},
		{
			name: "init that touches what is kept",
			src:  "var seen []int\nvar unseen []int\nfunc init() { seen = append(seen, 1) }\nfunc init() { unseen = append(unseen, 22) }\nfunc a() { println(len(seen)) }\nfunc main() {}\n",
			root: "a", kept: []string{"append(seen, 1)"}, gone: []string{"append(unseen, 22)"},
		},
		{
			name: "an initialiser that acts on the world",
			src:  "import \"os\"\nvar _ = os.Setenv(\"K\", \"v\")\nvar _ = register(1)\nfunc register(n int) int { return n }\nfunc a() {}\nfunc main() {}\n",
			root: "a", kept: []string{"Setenv"}, gone: []string{"register"},
		},
		{
			name: "assertions about kept types",
			src:  "type i interface{ m() }\ntype t struct{}\nfunc (t) m() {}\ntype u struct{}\nfunc (u) m() {}\nvar _ i = t{}\nvar _ i = u{}\nfunc a() { var x i = t{}; x.m() }\nfunc main() {}\n",
			root: "a", kept: []string{"var _ i = t{}"}, gone: []string{"var _ i = u{}"},
		},
		{
			name: "generic types and their methods",
			src:  "type list[T any] struct{ items []T }\nfunc (l *list[T]) add(x T) { l.items = append(l.items, x) }\nfunc (l *list[T]) drop() {}\nfunc a() { var l list[int]; l.add(1) }\nfunc main() {}\n",
			root: "a", kept: []string{"add(x T)"}, gone: []string{"drop"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := cutSource(t, tt.src)
			got := string(c.cut(tt.root))
			for _, w := range tt.kept {
				if !strings.Contains(got, w) {
					t.Errorf("cut(%s) has lost %q:\n%s", tt.root, w, got)
				}
			}
			for _, w := range tt.gone {
				if strings.Contains(got, w) {
					t.Errorf("cut(%s) has kept %q:\n%s", tt.root, w, got)
				}
			}
			if len(got) != len(c.src.Data) || !slices.Equal(breaks(got), breaks(string(c.src.Data))) {
				t.Errorf("cut(%s) moved lines", tt.root)
			}
		})
	}
}

// breaks returns the offsets of the line breaks.
func breaks(s string) []int {
	var at []int
	for i := range len(s) {
		if s[i] == '\n' {
			at = append(at, i)
		}
	}
	return at
}

func TestSourceHash(t *testing.T) {
	hashOf := func(src string) string {
		c := cutSource(t, src)
		return sourceHash(c.cut("a"), c.src.Cases[0])
	}
	const a = "func a() {\n\tprintln(helper())\n\t// Output: x\n}\n\nfunc helper() int { return 1 }\n\nfunc main() { a() }\n"
	base := hashOf(a)
	tests := []struct {
		name string
		src  string
		same bool
	}{
		{"a declaration above", "var unrelated = 1\n\n\n" + a, true},
		{"another body", strings.Replace(a, "println(", "print(", 1), false},
		{"another helper", strings.Replace(a, "return 1", "return 2", 1), false},
		{"another expectation", strings.Replace(a, "Output: x", "Output: y", 1), false},
		{"another bracket", strings.Replace(a, "Output: x", "Output (go1.21): x", 1), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := hashOf(tt.src); (got == base) != tt.same {
				t.Errorf("sourceHash after a change of %s: same = %v, want %v", tt.name, got == base, tt.same)
			}
		})
	}
	lines := "import \"runtime\"\nfunc a() {\n\t_, _, line, _ := runtime.Caller(0)\n\tprintln(line)\n\t// Output: x\n}\nfunc main() { a() }\n"
	if moved := strings.Replace(lines, "func a", "var unrelated = 1\n\nfunc a", 1); hashOf(lines) == hashOf(moved) {
		t.Error("sourceHash of a case that sees its lines is the same on other lines")
	}
}
