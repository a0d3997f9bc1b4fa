package book

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// seeds adds the files of all archives of testdata that end in suffix.
func seeds(f *testing.F, suffix string) {
	for _, file := range archivesOf(f) {
		for _, x := range file.Files {
			if strings.HasSuffix(x.Name, suffix) {
				f.Add(x.Data)
			}
		}
	}
}

func archivesOf(f *testing.F) []*txtar.Archive {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatalf("no archives: %v", err)
	}
	var all []*txtar.Archive
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// read reads one book of which file is a part, twice, and checks what must be true
// of any reading: all that has an id has one of its own, or there is a fault; all
// positions are in their files; both readings are the same.
func read(t *testing.T, file string, data []byte) {
	fsys := bookOf(map[string]string{file: string(data)})
	b, err := Read(fsys)
	var faults Faults
	if err != nil && !errors.As(err, &faults) {
		t.Fatalf("Read = %v, want a book or faults", err)
	}
	// A file is kept with LF line ends, and so are positions.
	fsys[file].Data = []byte(strings.ReplaceAll(string(data), "\r\n", "\n"))
	placed(t, fsys, b, faults)
	seen := map[string]bool{}
	for _, e := range b.Entries {
		for _, n := range e.names() {
			if seen[n.id] && !strings.Contains(fmt.Sprint(err), "the id "+n.id+" is taken") {
				t.Errorf("two have the id %s, and there is no fault", n.id)
			}
			seen[n.id] = true
		}
	}
	again, errAgain := Read(fsys)
	if dump(b) != dump(again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
		t.Errorf("Read = %s%v\nand then %s%v", dump(b), err, dump(again), errAgain)
	}
}

func FuzzReadGo(f *testing.F) {
	seeds(f, ".go")
	f.Add([]byte("//go:build ignore\r\n\r\npackage main\r\n\r\nfunc main() { x() }\r\n\r\nfunc x() {\r\n\t/* \r\n */ println() // want vet \"a\"\r\n\t// Output:\r\n\t// \tx"))
	f.Fuzz(func(t *testing.T, data []byte) { read(t, "1_x/pitfalls.go", data) })
}

// FuzzExpectations makes each line into a comment of a case, so that what is tried
// is our grammar and not that of Go.
func FuzzExpectations(f *testing.F) {
	comment := regexp.MustCompile(`(?m)//(.*)$`)
	for _, a := range archivesOf(f) {
		for _, x := range a.Files {
			var lines []string
			for _, m := range comment.FindAllStringSubmatch(string(x.Data), -1) {
				lines = append(lines, m[1])
			}
			if strings.HasSuffix(x.Name, ".go") {
				f.Add(strings.Join(lines, "\n"))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		body := "\tf() //" + strings.ReplaceAll(text, "\n", "\n\t//")
		read(t, "1_x/pitfalls.go", []byte(cases("func c() {\n"+body+"\n}")))
	})
}

func FuzzReadMarkdown(f *testing.F) {
	seeds(f, ".md")
	f.Add([]byte("# X\r\n\r\n## 1. A\r\n\r\n\t```go\r\n\tx\r\n- \t```go fails=\"a\"\r\n\tx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read(t, "1_x/README.md", data)
		read(t, "1_x/interview.md", data)
	})
}

func FuzzConstraint(f *testing.F) {
	for _, s := range []string{"go1.22", "!go1.22 && (amd64 || !arm64)", "((go1.21 && !go1.26) || arm64)", "go1.99", "", "(", "unix", "go1.22\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseConstraint(s)
		if err != nil {
			if !c.Zero() {
				t.Errorf("ParseConstraint(%q) = %v, %v, want the zero Constraint", s, c, err)
			}
			return
		}
		if !anywhere(c.Holds) {
			t.Errorf("ParseConstraint(%q) holds nowhere", s)
		}
		again, err := ParseConstraint(c.String())
		if err != nil || again.String() != c.String() {
			t.Fatalf("ParseConstraint(%q) = %v, %v, want %v", c.String(), again, err, c)
		}
		if anywhere(func(p Platform) bool { return c.Holds(p) != again.Holds(p) }) {
			t.Errorf("ParseConstraint(%q) and ParseConstraint(%q) hold on other platforms", s, c.String())
		}
	})
}

func FuzzWant(f *testing.F) {
	for _, s := range []string{` escape "a"`, ` escape none`, " vet:copylocks (go1.22 && (amd64)) \"a\" `b`", ` check "("`, ` inline ()`, ` bounds 'a'`, "\tvet:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, err := parseWant(s)
		if err != nil {
			return
		}
		if w.None == (len(w.Matches) > 0) || w.None && w.Lens != "escape" {
			t.Errorf("parseWant(%q) = %+v, want expressions, or none of escape", s, w)
		}
		text := w.Lens
		if w.Check != "" {
			text += ":" + w.Check
		}
		if !w.Only.Zero() {
			text += " (" + w.Only.String() + ")"
		}
		if w.None {
			text += " none"
		}
		for _, re := range w.Matches {
			text += fmt.Sprintf(" %q", re)
		}
		again, err := parseWant(" " + text)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(w) {
			t.Errorf("parseWant(%q) = %v, %v, want %v as of %q", text, again, err, w, s)
		}
	})
}

func FuzzOutcomes(f *testing.F) {
	for _, s := range []string{"a | b", `a | (b) | ""`, `a\|b | c\nd`, "(a) b (c) | ((d))", "a | a", "| a", "(|)", `("") | x`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Claim{Kind: Outcomes, Text: s}
		if want, _ := c.arguments(); want != "" {
			return
		}
		if len(c.Outcomes) < 2 {
			t.Errorf("outcomes(%q) = %v, want two or more", s, c.Outcomes)
		}
		seen := map[string]bool{}
		for _, o := range c.Outcomes {
			if seen[o.Text] || o.Text != TrimLines(o.Text) {
				t.Errorf("outcomes(%q) = %v, want different texts as outputs are compared", s, c.Outcomes)
			}
			seen[o.Text] = true
		}
		if bars := len(regexp.MustCompile(`\\\|`).ReplaceAllString(s, "")) - len(strings.ReplaceAll(strings.ReplaceAll(s, `\|`, ""), "|", "")); bars != len(c.Outcomes)-1 {
			t.Errorf("outcomes(%q) = %v, want one more than the %d bars", s, c.Outcomes, bars)
		}
	})
}
