package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/prove"
	"github.com/gomastery/gomastery/internal/toolchain"
)

func TestExit(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		err  error
		want int
		says string
	}{
		{"done", t.Context(), nil, 0, ""},
		{"not so", t.Context(), status(statusNo), 1, ""},
		{"misuse", t.Context(), fault.New(fault.Misuse, "no flag").Try("Leave it out."), 2, "gomastery: no flag\nLeave it out.\n"},
		{"not found", t.Context(), fault.New(fault.NotFound, "no entry"), 2, "gomastery: no entry\n"},
		{"unavailable", t.Context(), fmt.Errorf("proving: %w", fault.New(fault.Unavailable, "no network").Try("Wait.")), 3, "gomastery: proving: no network\nWait.\n"},
		{"ours", t.Context(), errors.New("boom"), 3, "gomastery: boom\n"},
		{"canceled", t.Context(), fault.New(fault.Canceled, "stopped"), 130, "gomastery: stopped\n"},
		{"interrupted", canceled, errors.New("what came of it"), 130, "gomastery: interrupted\n"},
		{"said before the interrupt", canceled, status(statusNo), 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stderr bytes.Buffer
			got := (&app{stderr: &stderr}).exit(tt.ctx, tt.err)
			if got != tt.want || stderr.String() != tt.says {
				t.Errorf("exit(%v) = %d and says %q, want %d and %q", tt.err, got, stderr.String(), tt.want, tt.says)
			}
		})
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"one two", 10, "one two"},
		{"one two three", 7, "one two|three"},
		{"averylongword x", 5, "averylongword|x"},
		{"ünë twö", 7, "ünë twö"},
	} {
		if got := strings.Join(wrap(tt.text, tt.width), "|"); got != tt.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

func TestBytesText(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 1023: "1023 bytes", 1024: "1 KB", 65 << 20: "65 MB", 3 << 29: "1.5 GB"} {
		if got := bytesText(n); got != want {
			t.Errorf("bytesText(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestEnumerate(t *testing.T) {
	r := func(minors ...int) (list []toolchain.Release) {
		for _, m := range minors {
			list = append(list, toolchain.Release{Minor: m})
		}
		return list
	}
	for _, tt := range []struct {
		releases []toolchain.Release
		want     string
	}{
		{r(21), "1.21 is"}, {r(21, 27), "1.21 and 1.27 are"}, {r(18, 21, 27), "1.18, 1.21 and 1.27 are"},
	} {
		if got := enumerate(tt.releases); got != tt.want {
			t.Errorf("enumerate(%v) = %q, want %q", tt.releases, got, tt.want)
		}
	}
}

func TestDifferences(t *testing.T) {
	many := strings.Repeat("x\n", 5000)
	for _, tt := range []struct{ name, before, after, want string }{
		{"one line", "a", "b", "- a|+ b"},
		{"in the middle", "a\nb\nc", "a\nx\nc", "  a|- b|+ x|  c"},
		{"added", "a", "a\nb", "  a|+ b"},
		{"missing", "a\nb\nc", "b\nc", "- a|  b|  c"},
		{"nothing came", "a\nb", "", "- a|- b|+"},
		{"far below", "1\n2\n3\n4\n5\n6\na", "1\n2\n3\n4\n5\n6\nb", "  … 3 lines|  4|  5|  6|- a|+ b"},
		{"far too much", "a", many, "- a|" + strings.Repeat("+ x|", maxShown-1) + "  … 4942 lines more"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.ReplaceAll(differences(strings.Split(tt.before, "\n"), strings.Split(tt.after, "\n")), "\n", "|")
			if got != tt.want {
				t.Errorf("differences(%.20q, %.20q) = %s, want %s", tt.before, tt.after, got, tt.want)
			}
		})
	}
}

func TestExplanation(t *testing.T) {
	for _, tt := range []struct {
		name string
		v    prove.Verdict
		want string
	}{
		{"holds", prove.Verdict{Verdict: prove.Holds, Expected: "a", Got: "a"}, ""},
		{"unproved", prove.Verdict{Verdict: prove.Unproved, Got: "no gcc"}, "no gcc"},
		{"absent", prove.Verdict{Verdict: prove.Absent, Expected: "does not compile", Got: "undefined: x"}, "undefined: x"},
		{"one line", prove.Verdict{Verdict: prove.Refuted, Expected: "3", Got: ""}, "expected: 3\ngot:      nothing"},
		{"lines", prove.Verdict{Verdict: prove.Refuted, Expected: "3\n4", Got: "3"}, "- expected, + got\n  3\n- 4"},
	} {
		if got := explanation(tt.v); got != tt.want {
			t.Errorf("%s: explanation = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTogether(t *testing.T) {
	v := func(line int, id, release, got string) reported {
		return reported{Verdict: prove.Verdict{File: "f.go", Line: line, ID: id, Release: release, Verdict: prove.Refuted, Got: got}}
	}
	got := together([]reported{
		v(9, "b", "go1.26.8", "x"), v(1, "a", "go1.27.4", "y"), v(1, "a", "go1.26.8", "x"), v(9, "b", "go1.21.13", "x"),
	})
	var lines []string
	for _, r := range got {
		lines = append(lines, fmt.Sprintf("%d %s %s %s", r.Line, r.ID, r.Release, r.Got))
	}
	want := []string{"1 a go1.26.8 x", "1 a go1.27.4 y", "9 b go1.21.13, go1.26.8 x"}
	if !slices.Equal(lines, want) {
		t.Errorf("together = %q, want %q", lines, want)
	}
}

func TestClaimWords(t *testing.T) {
	only, err := book.ParseConstraint("!go1.26")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		claim book.Claim
		want  string
	}{
		{book.Claim{Kind: book.Output}, "Output"},
		{book.Claim{Kind: book.Unordered, Only: only}, "Unordered output (!go1.26)"},
		{book.Claim{Kind: book.Matches}, "Output matches"},
		{book.Claim{Kind: book.Panics}, "Panics"},
	} {
		if got := prove.ClaimText(tt.claim); got != tt.want {
			t.Errorf("prove.ClaimText(%s) = %q, want %q", tt.claim.Kind, got, tt.want)
		}
	}
}

func TestByEnvironment(t *testing.T) {
	for _, tt := range []struct {
		env  []string
		want bool
	}{
		{nil, false},
		{[]string{"GOFLAGS="}, false},
		{[]string{"GOFLAGS=-race"}, true},
		{[]string{"GOEXPERIMENT=x"}, true},
		{[]string{"GOOS=plan9"}, true},
		{[]string{"GOTOOLCHAIN=local"}, false},
		{[]string{"GOTOOLCHAIN=auto"}, false},
		{[]string{"GOTOOLCHAIN=go1.21.13"}, true},
		{[]string{"GOTOOLCHAIN=go1.21.13+auto"}, true},
		{[]string{"CGO_ENABLED=0"}, true},
	} {
		if got := byEnvironment(tt.env); got != tt.want {
			t.Errorf("byEnvironment(%q) = %v, want %v", tt.env, got, tt.want)
		}
	}
}

func TestByModule(t *testing.T) {
	for _, tt := range []struct {
		name, file, text string
		want             bool
	}{
		{"no module", "README", "", false},
		{"this language", "go.mod", "module m\ngo 1.26\n", false},
		{"this language with a patch", "go.mod", "module m\ngo 1.26.3\n", false},
		{"an older one", "go.mod", "module m\ngo 1.21\n", true},
		{"none", "go.mod", "module m\n", true},
		{"GODEBUG", "go.mod", "module m\ngo 1.26\ngodebug panicnil=1\n", true},
		{"a toolchain", "go.mod", "module m\ngo 1.26\ntoolchain go1.27.1\n", true},
		{"not a module", "go.mod", "what\n", true},
		{"a workspace", "go.work", "go 1.26\n", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			writeFiles(t, dir, map[string]string{tt.file: tt.text, "sub/x": ""})
			if got := byModule(dir+"/sub", "go1.26"); got != tt.want {
				t.Errorf("byModule in %q with %q = %v, want %v", tt.file, tt.text, got, tt.want)
			}
		})
	}
}

func TestAsGoRun(t *testing.T) {
	got := asGoRun([]string{"A=1", "PATH=/bin"}, "/go")
	if want := []string{"A=1", "PATH=/go/bin:/bin", "TMPDIR="}; !slices.Equal(got, want) {
		t.Errorf("asGoRun = %q, want %q", got, want)
	}
	got = asGoRun([]string{"TMPDIR=/t"}, "/go")
	if want := []string{"PATH=/go/bin", "TMPDIR=/t"}; !slices.Equal(got, want) {
		t.Errorf("asGoRun = %q, want %q", got, want)
	}
}

func TestCheckout(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"book/groups.txt": "", "book/1_a/README.md": "", "book/1_a/sub/file": "",
		"half/groups.txt": "", "half/folder/file": "",
		"other/1_a/README.md": "",
	})
	for in, want := range map[string]string{
		"book": "book", "book/1_a": "book", "book/1_a/sub": "book", "half": "", "half/folder": "", "other/1_a": "", "": "",
	} {
		if want != "" {
			want = dir + "/" + want
		}
		if got := checkout(strings.TrimSuffix(dir+"/"+in, "/")); got != want {
			t.Errorf("checkout(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestProgressIsSilentElsewhere(t *testing.T) {
	var out bytes.Buffer
	p := (&app{stderr: &out}).progress()
	p.show("1 of %d", 2)
	p.clear()
	if out.Len() > 0 {
		t.Errorf("a progress that leads to no terminal wrote %q, want nothing", out.String())
	}
}

func TestProgressLine(t *testing.T) {
	var out bytes.Buffer
	p := &progress{w: &out, width: 8}
	p.show("1 of 2: long")
	p.clear()
	p.clear()
	if got, want := out.String(), "\r\x1b[K1 of 2:\r\x1b[K"; got != want {
		t.Errorf("the progress wrote %q, want %q", got, want)
	}
}

// TestNewCaseForms adds cases to files whose main and imports look otherwise than
// in the skeleton, and reads them again.
func TestNewCaseForms(t *testing.T) {
	const body = "func first() {\n\tfor i := 0; i < 2; i++ {\n\t\tfmt.Println(i)\n\t}\n\t// Output:\n\t// 0\n\t// 1\n}\n"
	for _, tt := range []struct{ name, example string }{
		{"calls in main", "import \"fmt\"\n\n" + body + "\nfunc main() {\n\tfirst()\n}\n"},
		{"main on one line", "import \"fmt\"\n\n" + body + "\nfunc main() { first() }\n"},
		{"a list on one line", "import \"fmt\"\n\n" + body + "\nfunc main() {\n\tfor _, run := range []func(){first} {\n\t\trun()\n\t}\n}\n"},
		{"main before the cases", "import (\n\t\"fmt\"\n)\n\nfunc main() {\n\tfirst()\n}\n\n" + body},
		{"no case, no import", "func main() {\n}\n"},
		{"main with a doc comment", "import \"os\"\n\nvar _ = os.Args\n\n// main runs the cases.\nfunc main() {}\n"},
	} {
		for _, alone := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, alone %v", tt.name, alone), func(t *testing.T) {
				dir := t.TempDir()
				writeSample(t, dir)
				writeFiles(t, dir, map[string]string{"1_sample/example.go": "//go:build ignore\n\n// Examples.\npackage main\n\n" + tt.example})
				args := []string{"new", "case", "1/added"}
				if alone {
					args = append(args, "--alone")
				}
				if said, status := command(t, dir, testCache(), args...); status != 0 {
					t.Fatalf("%v ends with %d: %s", args, status, said)
				}
				ed, err := readDir(dir, "")
				if err != nil {
					t.Fatal(err)
				}
				if len(ed.faults) > 0 {
					t.Fatalf("faults: %v in\n%s", ed.faults, ed.Entries[0].Example.Data)
				}
				last := ed.Entries[0].Example.Main
				if n := len(last); n == 0 || last[n-1].Case.Name != "added" || last[n-1].Alone != alone {
					t.Errorf("main runs %v, want added last", last)
				}
			})
		}
	}
}
