package book

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/gomastery/gomastery/internal/fault"
)

var update = flag.Bool("update", false, "write the expected texts anew")

// archive reads a txtar file as a book; the file named expected is kept apart.
func archive(t *testing.T, file, expected string) (fstest.MapFS, *txtar.Archive, int) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fsys, at := fstest.MapFS{}, -1
	for i, f := range a.Files {
		if f.Name == expected {
			at = i
			continue
		}
		fsys[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	if at < 0 {
		t.Fatalf("%s has no file %q", file, expected)
	}
	return fsys, a, at
}

// goldens compares a text made of each archive of a folder with its file expected.
func goldens(t *testing.T, dir, expected string, text func(*testing.T, fs.FS) string) {
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives in testdata/%s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			fsys, a, at := archive(t, file, expected)
			got := text(t, fsys)
			if *update {
				a.Files[at].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(a.Files[at].Data), got); diff != "" {
				t.Errorf("%s differs (-want +got):\n%s", expected, diff)
			}
		})
	}
}

// TestFaults reads malformed books. All faults of a tree come out at once, each
// with its place, what is wrong and how it should look.
func TestFaults(t *testing.T) {
	goldens(t, "faults", "faults", func(t *testing.T, fsys fs.FS) string {
		_, err := Read(fsys)
		var faults Faults
		if !errors.As(err, &faults) {
			t.Fatalf("Read = %v, want faults", err)
		}
		return faults.Error() + "\n"
	})
}

// TestRead reads well-formed books and writes down all that was read.
func TestRead(t *testing.T) {
	goldens(t, "read", "read", func(t *testing.T, fsys fs.FS) string {
		b, err := Read(fsys)
		if err != nil {
			t.Fatal(err)
		}
		return dump(b)
	})
}

// dump writes down what was read.
func dump(b *Book) string {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	for _, g := range b.Groups {
		line("group %s %v", g.Title, g.Entries)
	}
	for _, e := range b.Entries {
		line("entry %s %s %d %s %q", e.ID, e.Form, e.Number, e.Name, e.Title)
		for _, s := range e.Sources() {
			line("  source %s lang=%q", s.Path, s.Lang)
			for _, c := range s.Cases {
				dumpCase(line, c)
			}
			for _, call := range s.Main {
				line("    main %s alone=%v", call.Case.Name, call.Alone)
			}
			for _, w := range s.Wants {
				line("    want %s %v %s:%s (%s) none=%v %q", w.ID, w.Position, w.Lens, w.Check, w.Only, w.None, w.Matches)
			}
		}
		for _, p := range e.Pages() {
			dumpPage(line, p)
		}
		for _, q := range e.Questions {
			line("  question %s %v %d %q %s %s %d min %q", q.ID, q.Position, q.Number, q.Title, q.Kind, q.Level, q.Minutes, q.Case)
			line("    prompt %q\n    answer %q\n    signals %q\n    red flags %q\n    follow-ups %q", q.Prompt, q.Answer, q.Signals, q.RedFlags, q.FollowUps)
		}
		for _, r := range e.Refused {
			line("  refused %s %v %s", r.ID, r.Position, r.Why)
		}
	}
	return out.String()
}

func dumpCase(line func(string, ...any), c *Case) {
	line("    case %s %v since=%d %q env=%v see=%q doc=%q", c.ID, c.Position, c.Since.Minor, c.Since.Why, c.Env, c.Lens, c.Doc)
	if c.Cure != nil {
		line("      cure %s", c.Cure.Name)
	}
	for _, cl := range c.Claims {
		dumpClaim(line, cl)
	}
}

func dumpClaim(line func(string, ...any), cl Claim) {
	line("      %s %v (%s) %q count=%d atmost=%v profile=%v spinning=%v ratio=%v than=%q lines=%q outcomes=%v",
		cl.ID, cl.Position, cl.Only, cl.Text, cl.Count, cl.AtMost, cl.Profile, cl.Spinning, cl.Ratio, cl.Than, cl.Lines, cl.Outcomes)
}

func dumpPage(line func(string, ...any), p *Page) {
	line("  page %s %q", p.Path, p.Title)
	for _, s := range p.Sections {
		line("    section %q %s %v %d bytes", s.Title, s.Slug, s.Position, len(s.Text))
	}
	for _, f := range p.Fences {
		line("    fence %s %v %s section=%s (%s) from=%q skip=%q %q", f.ID, f.Position, f.Lang, f.Section, f.Only, f.From, f.Skip, f.Text)
		for _, cl := range f.Claims {
			dumpClaim(line, cl)
		}
	}
	for _, l := range p.Links {
		line("    link %s %v %q entry=%q %s#%s (%s)", l.ID, l.Position, l.Text, l.Entry, l.File, l.Name, l.Only)
	}
}

// TestRefusals reads claims that are well-formed and may not stand, and near
// misses that may.
func TestRefusals(t *testing.T) {
	goldens(t, "refused", "refused", func(t *testing.T, fsys fs.FS) string {
		b, err := Read(fsys)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, e := range b.Entries {
			for _, r := range append(e.Refused, b.Unlinked(e)...) {
				fmt.Fprintf(&out, "%v: %s: %s\n", r.Position, r.ID, r.Why)
			}
		}
		return out.String()
	})
}

func TestEntry(t *testing.T) {
	b := &Book{Entries: []*Entry{
		{ID: "17_interfaces", Form: Concept, Number: 17, Name: "interfaces"},
		{ID: "core/c_memory", Form: Chapter, Name: "memory"},
		{ID: "traps", Form: Traps, Name: "traps"},
	}}
	tests := []struct{ name, want string }{
		{"17_interfaces", "17_interfaces"}, {"17", "17_interfaces"}, {"interfaces", "17_interfaces"}, {"17_interfaces/", "17_interfaces"},
		{"core/c_memory", "core/c_memory"}, {"c_memory", "core/c_memory"}, {"memory", "core/c_memory"}, {"traps", "traps"},
		{"7", ""}, {"", ""}, {"interface", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := b.Entry(tt.name)
			if tt.want == "" {
				if fault.KindOf(err) != fault.NotFound || fault.Next(err) == "" {
					t.Errorf("Entry(%q) = %v, %v, want a fault of the kind not found with a next step", tt.name, e, err)
				}
				return
			}
			if err != nil || e.ID != tt.want {
				t.Errorf("Entry(%q) = %v, %v, want %s", tt.name, e, err, tt.want)
			}
		})
	}
}

func TestConstraint(t *testing.T) {
	tests := []struct {
		text  string
		minor int
		want  bool
	}{
		{"go1.22", 21, false}, {"go1.22", 22, true}, {"go1.22", 30, true}, {"!go1.22", 21, true}, {"!go1.22", 22, false},
		{"go1.21 && !go1.24", 23, true}, {"go1.21 && !go1.24", 24, false}, {"(go1.27 || !go1.20) && amd64", 19, true},
		{"linux", 20, true}, {"unix", 20, true}, {"windows", 20, false}, {"arm64", 20, false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			c, err := ParseConstraint(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			p := Platform{tt.minor, "linux", "amd64"}
			if got := c.Holds(p); got != tt.want {
				t.Errorf("ParseConstraint(%q).Holds(%v) = %v, want %v", tt.text, p, got, tt.want)
			}
		})
	}
	for _, text := range []string{"", "go1", "go1.x", "go2.1", "gc", "go1.22 &&", "race"} {
		if c, err := ParseConstraint(text); err == nil {
			t.Errorf("ParseConstraint(%q) = %v, want an error", text, c)
		}
	}
	if !(Constraint{}).Holds(Platform{}) || !(Constraint{}).Zero() {
		t.Error("the zero Constraint does not hold everywhere")
	}
}

// FuzzReadGo reads any text as pitfalls.go.
func FuzzReadGo(f *testing.F) {
	seeds(f, ".go")
	f.Fuzz(func(t *testing.T, text string) {
		holdsTogether(t, fstest.MapFS{
			"1_a/README.md": {Data: []byte("# A\n")}, "1_a/interview.md": {Data: []byte("# A\n")},
			"1_a/example.go": {Data: []byte(text)}, "1_a/pitfalls.go": {Data: []byte(text)},
		})
	})
}

// FuzzReadMarkdown reads any text as README.md and interview.md.
func FuzzReadMarkdown(f *testing.F) {
	seeds(f, ".md")
	f.Fuzz(func(t *testing.T, text string) {
		holdsTogether(t, fstest.MapFS{
			"1_a/README.md": {Data: []byte(text)}, "1_a/interview.md": {Data: []byte(text)},
			"1_a/example.go": {Data: []byte("//go:build ignore\n\npackage main\n\nfunc main() {}\n")}, "1_a/pitfalls.go": {Data: []byte("x")},
		})
	})
}

// seeds adds the files of the archives as a corpus.
func seeds(f *testing.F, suffix string) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range a.Files {
			if strings.HasSuffix(part.Name, suffix) {
				f.Add(string(part.Data))
			}
		}
	}
}

// holdsTogether reads a book twice: both readings are the same, positions are
// inside of their files, and ids stand for one thing or are faulted.
func holdsTogether(t *testing.T, fsys fstest.MapFS) {
	b, err := Read(fsys)
	again, err2 := Read(fsys)
	if fmt.Sprint(err) != fmt.Sprint(err2) || dump(b) != dump(again) {
		t.Fatal("two readings of one book differ")
	}
	var faults Faults
	if err != nil && !errors.As(err, &faults) {
		t.Fatalf("Read = %v, want faults", err)
	}
	inside := func(what string, p Position) {
		data := fsys[p.File]
		if data == nil {
			t.Fatalf("%s is at %v, where no file is", what, p)
		}
		if lines := 1 + strings.Count(string(data.Data), "\n"); p.Line > lines {
			t.Fatalf("%s is at %v, the file has %d lines", what, p, lines)
		}
	}
	for _, f := range faults {
		inside(f.What, f.Position)
	}
	for _, e := range b.Entries {
		for _, c := range e.Cases() {
			inside(c.ID, c.Position)
			for _, cl := range c.Claims {
				inside(cl.ID, cl.Position)
			}
		}
		for _, p := range e.Pages() {
			for _, f := range p.Fences {
				inside(f.ID, f.Position)
			}
			for _, l := range p.Links {
				inside(l.ID, l.Position)
			}
		}
		for _, r := range e.Refused {
			inside(r.Why, r.Position)
		}
	}
}

func FuzzConstraint(f *testing.F) {
	f.Add("go1.21 && !go1.24")
	f.Add("(go1.27 || !linux) && amd64")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseConstraint(text)
		if err != nil {
			return
		}
		again, err := ParseConstraint(c.String())
		if err != nil || again.String() != c.String() {
			t.Errorf("ParseConstraint(%q).String() = %q, which reads as %v, %v", text, c, again, err)
		}
	})
}

func FuzzOutcomes(f *testing.F) {
	f.Add(`a | b | (c)`)
	f.Add(`"" | x\ny | a \| b`)
	f.Fuzz(func(t *testing.T, text string) {
		c := Claim{Kind: Outcomes, Text: text}
		if c.arguments() != "" {
			return
		}
		if len(c.Outcomes) < 2 {
			t.Errorf("Outcomes: %q reads as %v, want two or more", text, c.Outcomes)
		}
	})
}

func FuzzWant(f *testing.F) {
	f.Add(` escape (go1.22) "moved to heap: x" "y"`)
	f.Add(" escape none")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := parseWant(text)
		if err == nil && len(w.Matches) == 0 && !w.None {
			t.Errorf("parseWant(%q) = %+v, which wants nothing", text, w)
		}
	})
}

// BenchmarkRead reads a book of 35 entries.
func BenchmarkRead(b *testing.B) {
	fsys := fstest.MapFS{}
	for _, name := range []string{"README.md", "example.go", "pitfalls.go", "interview.md"} {
		data, err := os.ReadFile(filepath.Join("../../9_slices", name))
		if err != nil {
			b.Fatal(err)
		}
		for n := range 35 {
			fsys[fmt.Sprintf("%d_entry%d/%s", n+1, n, name)] = &fstest.MapFile{Data: data}
		}
	}
	for b.Loop() {
		if _, err := Read(fsys); err != nil {
			b.Fatal(err)
		}
	}
}
