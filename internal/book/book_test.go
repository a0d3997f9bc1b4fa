package book

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/gomastery/gomastery/internal/fault"
)

var update = flag.Bool("update", false, "refresh the expected texts of testdata")

// blank are the four files of an entry that says nothing and has no fault.
var blank = map[string]string{
	"README.md":    "# Title\n",
	"example.go":   "//go:build ignore\n\npackage main\n\nfunc main() {}\n",
	"pitfalls.go":  "//go:build ignore\n\npackage main\n\nfunc main() {}\n",
	"interview.md": "# Questions\n",
}

// bookOf makes files into a book. Each entry gets blank files for those it lacks.
func bookOf(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(data)}
		if dir := path.Dir(name); dir != "." {
			for other, text := range blank {
				if _, ok := files[path.Join(dir, other)]; !ok {
					fsys[path.Join(dir, other)] = &fstest.MapFile{Data: []byte(text)}
				}
			}
		}
	}
	return fsys
}

// entryOf reads a book of one concept, 1_x, whose faults the test does not expect.
func entryOf(t *testing.T, files map[string]string) *Entry {
	t.Helper()
	in := map[string]string{}
	for name, data := range files {
		in["1_x/"+name] = data
	}
	b, err := Read(bookOf(in))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return b.Entries[0]
}

// golden reads the book of an archive, all files but the last, and compares what
// show makes of it with the last. An archive whose comment says bare has all its files.
func golden(t *testing.T, file string, show func(*testing.T, fs.FS) string) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range a.Files[:len(a.Files)-1] {
		files[f.Name] = string(f.Data)
	}
	fsys := bookOf(files)
	if strings.HasPrefix(string(a.Comment), "bare") {
		maps := fstest.MapFS{}
		for name, data := range files {
			maps[name] = &fstest.MapFile{Data: []byte(data)}
		}
		fsys = maps
	}
	want := &a.Files[len(a.Files)-1]
	got := show(t, fsys)
	if *update {
		want.Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(want.Data) {
		t.Errorf("%s: what was read differs (go test -update shows it in the diff)\ngot:\n%s\nwant:\n%s", file, got, want.Data)
	}
}

func archives(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives %s: %v", pattern, err)
	}
	return files
}

func name(file string) string { return strings.TrimSuffix(filepath.Base(file), ".txtar") }

// TestFaults reads a malformed book per topic: all its faults, where they are and
// how it should look.
func TestFaults(t *testing.T) {
	for _, file := range archives(t, "testdata/faults/*.txtar") {
		t.Run(name(file), func(t *testing.T) {
			golden(t, file, func(t *testing.T, fsys fs.FS) string {
				b, err := Read(fsys)
				var faults Faults
				if !errors.As(err, &faults) {
					t.Fatalf("Read = %v, want faults", err)
				}
				placed(t, fsys, b, faults)
				return faults.Error() + "\n"
			})
		})
	}
}

// TestSpecimens reads well-formed books that use each row of the grammar.
func TestSpecimens(t *testing.T) {
	for _, file := range archives(t, "testdata/specimens/*.txtar") {
		t.Run(name(file), func(t *testing.T) {
			golden(t, file, func(t *testing.T, fsys fs.FS) string {
				b, err := Read(fsys)
				if err != nil {
					t.Fatalf("Read: %v", err)
				}
				placed(t, fsys, b, nil)
				return dump(b)
			})
		})
	}
}

// placed checks that each position is a place in a file of the book.
func placed(t *testing.T, fsys fs.FS, b *Book, faults Faults) {
	t.Helper()
	lines := map[string][]string{}
	check := func(what string, p Position) {
		if p.Line == 0 {
			if _, err := fs.Stat(fsys, path.Dir(p.File)); err != nil {
				t.Errorf("%s is at %v, which is not there", what, p)
			}
			return
		}
		if lines[p.File] == nil {
			data, err := fs.ReadFile(fsys, p.File)
			if err != nil {
				t.Errorf("%s is at %v: %v", what, p, err)
			}
			lines[p.File] = strings.Split(string(data), "\n")
		}
		if n := len(lines[p.File]); p.Line > n || p.Column > len(lines[p.File][p.Line-1])+1 {
			t.Errorf("%s is at %v, outside of the file", what, p)
		}
	}
	for _, f := range faults {
		check(f.What, f.Position)
	}
	for _, e := range b.Entries {
		for _, n := range e.names() {
			check(n.id, n.Position)
		}
		for _, r := range e.Refused {
			check(r.Why, r.Position)
		}
		for _, p := range e.Pages() {
			for _, s := range p.Sections {
				check(s.Slug, s.Position)
			}
		}
	}
}

// dump writes all that was read, one thing a line.
func dump(b *Book) string {
	d := &dumper{}
	for _, g := range b.Groups {
		d.line("group %q %v", g.Title, g.Entries)
	}
	for _, e := range b.Entries {
		d.line("entry %s: %s %d %s %q", e.ID, e.Form, e.Number, e.Name, e.Title)
		for _, s := range e.Sources() {
			d.source(s)
		}
		for _, p := range e.Pages() {
			d.page(p)
		}
		for _, q := range e.Questions {
			d.line("question %d %s at %v: %q %s %s %d min %q", q.Number, q.ID, q.Position, q.Title, q.Kind, q.Level, q.Minutes, q.Case)
			d.line("\tprompt %q\n\tanswer %q\n\tsignals %q\n\tred flags %q\n\tfollow-ups %q", q.Prompt, q.Answer, q.Signals, q.RedFlags, q.FollowUps)
		}
		for _, r := range slices.Concat(e.Refused, b.Unlinked(e)) {
			d.line("refused %s at %v: %s", r.ID, r.Position, r.Why)
		}
	}
	return d.String()
}

type dumper struct{ strings.Builder }

func (d *dumper) line(format string, args ...any) {
	fmt.Fprintf(d, format+"\n", args...)
}

func (d *dumper) source(s *Source) {
	d.line("source %s %s", s.Path, s.Lang)
	for _, c := range s.Cases {
		d.line("\tcase %s at %v: doc %q env %q lens %q since %d %q", c.ID, c.Position, c.Doc, c.Env, c.Lens, c.Since.Minor, c.Since.Why)
		if c.Cure != nil {
			d.line("\t\tits cure is %s", c.Cure.ID)
		}
		for _, cl := range c.Claims {
			d.claim(cl)
		}
	}
	for _, w := range s.Wants {
		d.line("\twant %s at %v: %s:%s (%v) none=%v %q", w.ID, w.Position, w.Lens, w.Check, w.Only, w.None, w.Matches)
	}
	for _, c := range s.Main {
		d.line("\tmain runs %s at %v alone=%v", c.Case.Name, c.Position, c.Alone)
	}
}

// zeros matches the fields that most claims leave at zero.
var zeros = regexp.MustCompile(` \w+=(0|false|""|\[\])`)

func (d *dumper) claim(c Claim) {
	details := fmt.Sprintf(" count=%d atMost=%v profile=%v spinning=%v ratio=%v than=%q lines=%q outcomes=%v",
		c.Count, c.AtMost, c.Profile, c.Spinning, c.Ratio, c.Than, c.Lines, c.Outcomes)
	d.line("\t\tclaim %s at %v: %s (%v) %q%s", c.ID, c.Position, c.Kind, c.Only, c.Text, zeros.ReplaceAllString(details, ""))
}

func (d *dumper) page(p *Page) {
	d.line("page %s %q", p.Path, p.Title)
	for _, s := range p.Sections {
		d.line("\tsection %s at %v: %q of %d bytes", s.Slug, s.Position, s.Title, len(s.Text))
	}
	for _, f := range p.Fences {
		d.line("\tfence %s at %v: %s in %q (%v) from %q skip %q %q", f.ID, f.Position, f.Lang, f.Section, f.Only, f.From, f.Skip, f.Text)
		for _, c := range f.Claims {
			d.claim(c)
		}
	}
	for _, l := range p.Links {
		d.line("\tlink %s at %v: %q to %s %s#%s (%v) in %q source=%v", l.ID, l.Position, l.Text, l.Entry, l.File, l.Name, l.Only, l.Section, l.Source())
	}
}

func TestLookups(t *testing.T) {
	b, err := Read(bookOf(map[string]string{
		"24_packages/README.md":     "# Packages\n",
		"core/d_packages/README.md": "# Packages and modules\n",
		"traps/example.go": `//go:build ignore

package main

import "os"

func main() { os.Stdout.Sync(); nap() }

func nap() {
	os.Stdout.WriteString(os.Args[0][:0])
	// Output:
}
`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, target string
		want         string // the entry and the case
		next         string // of the error
	}{
		{"by folder", "24_packages", "24_packages ", ""},
		{"by number", "24", "24_packages ", ""},
		{"a concept before a chapter of the same name", "packages", "24_packages ", ""},
		{"a chapter by folder", "core/d_packages", "core/d_packages ", ""},
		{"a chapter without core", "d_packages", "core/d_packages ", ""},
		{"with slashes around it", "/traps/", "traps ", ""},
		{"a case", "traps/nap", "traps nap", ""},
		{"a claim", "traps/nap#output", "traps nap", ""},
		{"no such entry", "packs", "", "Entries: 24_packages, core/d_packages."},
		{"nothing near it", "x", "", "Entries: 24_packages, core/d_packages, traps."},
		{"two letters", "xy", "", "Entries: 24_packages, core/d_packages, traps."},
		{"no such case", "traps/sleep", "", "Cases: nap."},
		{"a case of no such entry", "trips/nap", "", "Entries: 24_packages, core/d_packages, traps."},
		{"empty", "", "", "Entries: 24_packages, core/d_packages, traps."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, c, err := b.Find(tt.target)
			got := ""
			if e != nil {
				got = e.ID + " "
			}
			if c != nil {
				got += c.Name
			}
			if got != tt.want || fault.Next(err) != tt.next {
				t.Errorf("Find(%q) = %q, %v (next: %q), want %q, next %q", tt.target, got, err, fault.Next(err), tt.want, tt.next)
			}
			if err != nil && fault.KindOf(err) != fault.NotFound {
				t.Errorf("Find(%q): kind %v, want not found", tt.target, fault.KindOf(err))
			}
		})
	}
}

// TestReadFails distinguishes what the file system says from faults.
func TestReadFails(t *testing.T) {
	var faults Faults
	if b, err := Read(fstest.MapFS{}); err != nil || len(b.Entries) != 0 {
		t.Errorf("Read(nothing) = %v, %v, want an empty book", b, err)
	}
	if _, err := Read(os.DirFS("testdata/none")); err == nil || errors.As(err, &faults) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read(no such folder) = %v, want what the file system says", err)
	}
	fsys := bookOf(map[string]string{"1_x/README.md": "# X\n"})
	delete(fsys, "1_x/example.go")
	fsys["1_x/example.go/x"] = &fstest.MapFile{}
	b, err := Read(fsys)
	if want := "1_x/example.go: can't be read: invalid argument; want a file"; err == nil || err.Error() != want {
		t.Errorf("Read(a folder in place of a file) = %v, want %s", err, want)
	}
	if e := b.Entries[0]; e.Example != nil || e.Pitfalls == nil || len(e.Sources()) != 1 {
		t.Errorf("Read(a folder in place of a file): example %v, pitfalls %v, want what can be read", e.Example, e.Pitfalls)
	}
}

// TestBytes reads one entry whose bytes a text archive can't hold.
func TestBytes(t *testing.T) {
	const goFile = "//go:build ignore\n\npackage main\n\nfunc main() { one() }\n\nfunc one() {\n\tprintln()\n\t// Output:\n\t// a\n\t//\n\t// \tb\n}\n"
	tests := []struct {
		name, file, data string
		fault            string // "" when it reads as goFile does
	}{
		{"as it is", "example.go", goFile, ""},
		{"CRLF", "example.go", strings.ReplaceAll(goFile, "\n", "\r\n"), ""},
		{"without final newline", "example.go", strings.TrimSuffix(goFile, "\n"), ""},
		{"empty Go", "example.go", "", "1_x/example.go:1:1: expected 'package', found 'EOF'; want a file that go run accepts"},
		{"empty Markdown", "README.md", "", "1_x/README.md:1:1: no title; want # and the entry's title on the first line"},
		{"Latin-1 Go", "example.go", "//go:build ignore\n\n// \xe9t\xe9\npackage main\n", "1_x/example.go:3:4: the byte 0xe9; want UTF-8 text without a byte order mark"},
		{"Latin-1 Markdown", "README.md", "# X\n\n\xe9t\xe9", "1_x/README.md:3:1: the byte 0xe9; want UTF-8 text without a byte order mark"},
		{"a rune cut off", "README.md", "# X\n\n\xe2\x82", "1_x/README.md:3:1: the byte 0xe2; want UTF-8 text without a byte order mark"},
		{"byte order mark", "README.md", "\uFEFF# X\n", "1_x/README.md:1:1: the byte 0xef; want UTF-8 text without a byte order mark"},
		{"NUL", "interview.md", "# X\n\x00", "1_x/interview.md:2:1: the byte 0x0; want UTF-8 text without a byte order mark"},
	}
	want := ""
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Read(bookOf(map[string]string{"1_x/" + tt.file: tt.data}))
			if tt.fault != "" {
				if err == nil || err.Error() != tt.fault {
					t.Errorf("Read = %v, want %s", err, tt.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(b); want == "" {
				want = got
			} else if got != want {
				t.Errorf("Read = %s, want %s", got, want)
			}
		})
	}
	if !strings.Contains(want, `"a\n\n\tb"`) {
		t.Errorf("Read = %s, want an output of a, an empty line and b after a tab", want)
	}
}

// TestMarkdownLineEnds reads a page with CRLF as the same page with LF.
func TestMarkdownLineEnds(t *testing.T) {
	const page = "# X\n\n## Costs\n\n```go\nprintln(`a\nb`)\n```\n\n```output\n a\n```\n\n## Last\n[x](go:a/b.go#c)"
	lf := entryOf(t, map[string]string{"README.md": page})
	crlf := entryOf(t, map[string]string{"README.md": strings.ReplaceAll(page, "\n", "\r\n")})
	got, want := dump(&Book{Entries: []*Entry{crlf}}), dump(&Book{Entries: []*Entry{lf}})
	if got != want {
		t.Errorf("with CRLF %s, with LF %s", got, want)
	}
	if n := len(lf.Guide.Links); n != 1 {
		t.Errorf("%d links, want the one on the last line, which does not end", n)
	}
}
