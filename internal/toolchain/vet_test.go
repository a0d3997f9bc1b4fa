package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestVetSaysWhatGoVetSays(t *testing.T) {
	lostcancel := `package main

import (
	"context"
	"log"
)

func f(fail, out bool) {
	_, cancel := context.WithCancel(context.Background())
	if fail {
		log.Fatal("no") // never returns, which is a fact about another package
	} else if out {
		return
	} else {
		cancel()
	}
}

func g(fail bool) {
	_, cancel := context.WithCancel(context.Background())
	if fail {
		log.Fatal("no")
	} else {
		cancel()
	}
}

func main() { f(true, true); g(true) }
`
	tests := []struct {
		name  string
		files []File
		found bool
	}{
		{"clean", hello("x"), false},
		{"no imports", program("package main\n\nfunc main() {}\n"), false},
		{"printf", program("package main\n\nimport \"fmt\"\n\nfunc warn(f string, args ...any) { fmt.Printf(f, args...) }\n\nfunc main() { warn(\"%d\", \"x\"); fmt.Printf(\"%s\\n\", 1) }\n"), true},
		{"copylocks", program("package main\n\nimport \"sync\"\n\nfunc f(mu sync.Mutex) {}\n\nfunc main() { var mu sync.Mutex; f(mu) }\n"), true},
		{"facts of other packages", program(lostcancel), true},
		{"struct tag and self-assignment", program("package main\n\ntype T struct { A int `json:a` }\n\nfunc main() { x := 1; x = x; println(x) }\n"), true},
		{"two files", program("b.go", "package main\n\nfunc b(x int) { x = x }\n", "a.go", "package main\n\nfunc main() { b(1); x := 2; x = x }\n"), true},
		{"loop variable", program("package main\n\nfunc main() {\n\tfor i := 0; i < 2; i++ {\n\t\tgo func() { println(i) }()\n\t}\n\tfor i := 0; i < 2; i++ {\n\t\tdefer func() { println(i) }()\n\t}\n}\n"), false},
		{"unsafe", program("package main\n\nimport \"unsafe\"\n\nfunc main() { x := uintptr(1); println(unsafe.Pointer(x)) }\n"), true},
		{"embed", program("main.go", "package main\n\nimport _ \"embed\"\n\n//go:embed x.txt\nvar s string\n\nfunc main() { s = s }\n", "x.txt", "x"), true},
		{"debug line", program("//go:debug panicnil=1\npackage main\n\nfunc main() { x := 1; x = x; println(x) }\n"), true},
		{"other package", program("lab.go", "package lab\n\nfunc F(x int) { x = x }\n"), true},
		{"module", program("go.mod", "module example.com/m\n\ngo 1.18\n", "main.go", "package main\n\nimport \"example.com/m/one\"\n\nfunc main() { x := one.One(); x = x; println(x) }\n", "one/one.go", "package one\n\nfunc One() int { return 1 }\n"), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			releases(t, func(t *testing.T, g *Go) {
				v, err := shared(t).Vet(t.Context(), g, tt.files, Options{})
				if err != nil || !v.Compiles {
					t.Fatalf("Vet = %+v, %v", v, err)
				}
				got := lines(v.Diagnostics)
				if want := goVet(t, g, tt.files); got != want {
					t.Errorf("Vet finds\n%s\ngo vet finds\n%s", got, want)
				}
				if tt.found && len(v.Diagnostics) == 0 {
					t.Error("Vet finds nothing")
				}
				for _, d := range v.Diagnostics {
					if d.Analyzer == "" {
						t.Errorf("a diagnostic without analyzer: %+v", d)
					}
				}
			})
		})
	}
}

func lines(found []Diagnostic) string {
	var b strings.Builder
	for _, d := range found {
		fmt.Fprintf(&b, "%s:%d:%d: %s\n", d.File, d.Line, d.Col, d.Message)
	}
	return sorted(b.String())
}

func sorted(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// goVet returns the lines of go vet for files that are named, or for the module.
func goVet(t *testing.T, g *Go, files []File) string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"vet", sameStd}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, ".go") && args[len(args)-1] != "." {
			args = append(args, f.Name)
		} else if f.Name == "go.mod" {
			args = append(args, ".")
		}
	}
	r, err := g.Command(t.Context(), dir, nil, args...)
	if err != nil {
		t.Fatal(err)
	}
	return sorted(plain(string(r.Stderr), dir, g.Root))
}

func TestVetOfWhatDoesNotCompile(t *testing.T) {
	for name, files := range map[string][]File{
		"type error":       program("package main\n\nfunc main() { x := 1; var s string = 2 }\n"),
		"syntax error":     program("package main\n\nfunc main() { if }\n"),
		"unused import":    program("package main\n\nimport \"fmt\"\n\nfunc main() {}\n"),
		"internal package": program("package main\n\nimport \"internal/abi\"\n\nvar _ abi.Type\n\nfunc main() {}\n"),
		"no such package":  program("package main\n\nimport \"fmtt\"\n\nfunc main() { fmtt.Println() }\n"),
		"syntax in head":   program("package main\n\nimport \"fmt\n\nfunc main() {}\n"),
	} {
		t.Run(name, func(t *testing.T) {
			releases(t, func(t *testing.T, g *Go) {
				v, err := shared(t).Vet(t.Context(), g, files, Options{})
				said, _, _ := reference(t, g, files, sameStd)
				if err != nil || v.Compiles || v.Diagnostics != nil || v.Output != said {
					t.Errorf("Vet = %+v, %v, want output %s", v, err, said)
				}
			})
		})
	}
}

// Vet judges by the language the program is written in.
func TestVetLanguage(t *testing.T) {
	g := release(t, 26)
	files := program("package main\n\nfunc main() {\n\tfor i := 0; i < 2; i++ {\n\t\tgo func() { println(i) }()\n\t}\n}\n")
	for lang, want := range map[string]int{"": 0, "go1.22": 0, "go1.21": 1} {
		v, err := shared(t).Vet(t.Context(), g, files, Options{Lang: lang})
		if err != nil || !v.Compiles || len(v.Diagnostics) != want {
			t.Errorf("Vet in language %q = %+v, %v, want %d findings", lang, v, err, want)
		}
	}
}

// A release that brings no vet has a go command that builds it: for goVet.
func TestVetByTheGoCommand(t *testing.T) {
	files := program("package main\n\nimport \"fmt\"\n\nfunc main() { x := 1; x = x; fmt.Printf(\"%d\\n\", \"x\") }\n")
	releases(t, func(t *testing.T, g *Go) {
		j, err := shared(t).job(g, files, Options{})
		if err != nil {
			t.Fatal(err)
		}
		v, err := j.goVet(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		direct, err := shared(t).Vet(t.Context(), g, files, Options{})
		if err != nil || !v.Compiles || len(v.Diagnostics) != 2 || !slices.Equal(v.Diagnostics, direct.Diagnostics) {
			t.Errorf("by the go command %+v, directly %+v, %v, want the same two", v, direct, err)
		}
	})
}

func TestParseVet(t *testing.T) {
	text := "# p\n{\n\t\"p\": {\n\t\t\"printf\": [\n\t\t\t{\"posn\": \"/w/b.go:3:1\", \"end\": \"/w/b.go:3:9\", \"message\": \"m2\"},\n\t\t\t{\"posn\": \"/w/a.go:10:2\", \"message\": \"m1\"}\n\t\t]\n\t}\n}\n# q\n{}\n"
	got, err := parseVet("/w", text)
	if err != nil || len(got) != 2 || got[0] != (Diagnostic{"printf", "a.go", 10, 2, "m1"}) || got[1] != (Diagnostic{"printf", "b.go", 3, 1, "m2"}) {
		t.Errorf("parseVet = %+v, %v", got, err)
	}
	for _, bad := range []string{"x", "{", `{"p": {"printf": {"error": "panic"}}}`, `{"p": {"printf": [1]}}`} {
		if got, err := parseVet("/w", bad); err == nil {
			t.Errorf("parseVet(%q) = %+v, want an error", bad, got)
		}
	}
}

func FuzzParseVet(f *testing.F) {
	f.Add("# p\n{\"p\": {\"printf\": [{\"posn\": \"/w/b.go:3:1\", \"message\": \"m\"}]}}")
	f.Add(`{"p": {"x": [{"posn": "::::"}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		found, err := parseVet("/w", text)
		if err != nil && found != nil {
			t.Errorf("parseVet(%q) = %+v and %v", text, found, err)
		}
	})
}
