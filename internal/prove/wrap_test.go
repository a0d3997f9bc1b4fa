package prove

import (
	"errors"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

func TestShape(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"program", "package main\n\nfunc main() {}\n", "package main\n\nfunc main() {}\n"},
		{"declarations", "type t int\n", "package main;type t int\n\nfunc main() {}\n"},
		{"declarations with main", "func main() {}\n", "package main;func main() {}\n"},
		{"statements", "x := 1\nprintln(x)\n", "package main;func main() {x := 1\nprintln(x)\n\n}\n"},
		{"declarations, then statements", "func f() {}\n\nf()\n", "package main;func f() {}\nfunc main() {\nf()\n\n}\n"},
		{"broken declarations", "func f( {\n", "package main;func f( {\n\nfunc main() {}\n"},
		{"broken statements", "x := := 1\n", "package main;func main() {x := := 1\n\n}\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := shape(tt.text); got != tt.want {
				t.Errorf("shape(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	p := newProver(t, "")
	tests := []struct {
		name, text string
		fails      bool
		has        []string
		hasNot     []string
	}{
		{name: "imports by name", text: "fmt.Println(strings.ToUpper(\"x\"))\n", has: []string{`import "fmt"`, `import "strings"`}},
		{name: "a variable hides a package", text: "path := \"a\"\nprintln(path)\n", hasNot: []string{"import"}},
		{name: "the member decides", text: "rand.IntN(3)\n", has: []string{`import "math/rand/v2"`}},
		{name: "the other member", text: "rand.Intn(3)\n", has: []string{`import "math/rand";`}},
		{name: "unused variables", text: "n := 1\nfor i, c := range \"ab\" {\n}\n", has: []string{"_ = n", "_ = i", "_ = c"}},
		{name: "unused in an if", text: "if n := 1; true {\n}\n", has: []string{"_ = n"}},
		{name: "not where it is meant to fail", text: "n := 1\n", fails: true, hasNot: []string{"_ = n"}},
		{name: "a program's imports stay", text: "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(0); fmt.Println() }\n", has: []string{`import "fmt"`, "import \"os\""}},
		{name: "an import that is not in the local release", text: "package main\n\nimport \"encoding/json/v2\"\n\nfunc main() { json.Marshal(1) }\n", hasNot: []string{`import "encoding/json";`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := p.wrap(t.Context(), tt.text, tt.fails)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.ParseFile(token.NewFileSet(), FenceFile, got, 0); err != nil {
				t.Errorf("wrap(%q) does not parse: %v\n%s", tt.text, err, got)
			}
			for _, w := range tt.has {
				if !strings.Contains(string(got), w) {
					t.Errorf("wrap(%q) lacks %q:\n%s", tt.text, w, got)
				}
			}
			for _, w := range tt.hasNot {
				if strings.Contains(string(got), w) {
					t.Errorf("wrap(%q) has %q:\n%s", tt.text, w, got)
				}
			}
			line, _, _ := strings.Cut(tt.text, "\n")
			if !strings.Contains(strings.SplitN(string(got), "\n", 2)[0], strings.TrimSuffix(line, ";")) {
				t.Errorf("wrap(%q) moved the first line:\n%s", tt.text, got)
			}
		})
	}
	t.Run("a name that members do not decide", func(t *testing.T) {
		_, err := p.wrap(t.Context(), "template.New(\"x\")\n", false)
		var unclear *ambiguous
		if !errors.As(err, &unclear) {
			t.Errorf("wrap(template.New) = %v, want that it is ambiguous", err)
		}
	})
}

func TestUpdateTexts(t *testing.T) {
	tests := []struct {
		name  string
		lines string
		line  int
		text  string
		want  string
		fence bool
	}{
		{name: "on its line", lines: "\t// Output: old\n}", line: 1, text: "new", want: "\t// Output: new\n}"},
		{name: "empty, one line", lines: "\t// Output:\n}", line: 1, text: "new", want: "\t// Output: new\n}"},
		{name: "empty, two lines", lines: "\t// Output:\n}", line: 1, text: "a\nb", want: "\t// Output:\n\t// a\n\t// b\n}"},
		{name: "block", lines: "\t// Output (go1.22):\n\t// old\n\t// old\n\t// Races:\n}", line: 1, text: "a\n\nb", want: "\t// Output (go1.22):\n\t// a\n\t//\n\t// b\n\t// Races:\n}"},
		{name: "block of one line stays a block", lines: "\t// Output:\n\t// old\n}", line: 1, text: "new", want: "\t// Output:\n\t// new\n}"},
		{name: "fence", lines: "```output\nold\n```\ntext", line: 1, text: "a\nb", want: "```output\na\nb\n```\ntext", fence: true},
		{name: "fence in a list", lines: "1. x\n   ```output\n   old\n   ```", line: 2, text: "new", want: "1. x\n   ```output\n   new\n   ```", fence: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := edit{text: tt.text}
			e.claim.Line = tt.line
			replace := replaceComment
			if tt.fence {
				replace = replaceFence
			}
			if got := strings.Join(replace(strings.Split(tt.lines, "\n"), e), "\n"); got != tt.want {
				t.Errorf("updating %q gives %q, want %q", tt.lines, got, tt.want)
			}
		})
	}
}
