package toolchain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/sandbox"
)

func TestBuildHello(t *testing.T) {
	releases(t, func(t *testing.T, g *Go) {
		b, binary := mustBuild(t, shared(t), g, hello("good morning"), Options{})
		if b.Path != Direct || b.Reason != "" || b.Output != "" || b.Compile <= 0 || b.Link <= 0 {
			t.Errorf("Build = %+v, want a direct one without output", b)
		}
		if out, exit := execute(t, binary); out != "good morning" || !exit.OK() {
			t.Errorf("the program printed %q and ended with %+v", out, exit)
		}
	})
}

// What one reads of a program must not depend on the path it was built on, nor
// differ from what the go command says.
func TestBuildSaysWhatTheGoCommandSays(t *testing.T) {
	tests := []struct {
		name  string
		files []File
		path  Path
		ok    bool
	}{
		{"good", hello("x"), Direct, true},
		{"two files", program("b.go", "package main\n\nvar b = f(\"b\")\n", "a.go", "package main\n\nvar a = f(\"a\")\n\nfunc f(s string) bool { println(s); return true }\n\nfunc main() {}\n"), Direct, true},
		{"line directive", program("//line pitfalls.go:10:1\npackage main\n\nfunc main() { x := 1 }\n"), Direct, false},
		{"line directive in a program that runs", program("//line pitfalls.go:10:1\npackage main\n\nimport \"runtime\"\n\nfunc main() { _, f, l, _ := runtime.Caller(0); println(f[len(f)-11:], l) }\n"), Direct, true},
		{"no imports", program("package main\n\nfunc main() { println(unsafe()) }\n\nfunc unsafe() int { return 1 }\n"), Direct, true},
		{"file for another system", program("main_windows.go", "//go:build windows\n\npackage main\n\nfunc main() { println(1) }\n"), Direct, true},
		{"unused variable", program("package main\n\nfunc main() { x := 1 }\n"), Direct, false},
		{"unused import", program("package main\n\nimport \"fmt\"\n\nfunc main() {}\n"), Direct, false},
		{"errors in two files", program("a.go", "package main\n\nfunc main() { return 1 }\n", "b.go", "package main\n\nvar s string = 1\n"), Direct, false},
		{"too many errors", program("package main\n\nfunc main() {\n" + strings.Repeat("\tx()\n", 20) + "}\n"), Direct, false},
		{"syntax error", program("package main\n\nfunc main() { if }\n"), Direct, false},
		{"syntax error in the imports", program("package main\n\nimport \"fmt\n\nfunc main() {}\n"), GoCommand, false},
		{"no package clause", program("func main() {}\n"), GoCommand, false},
		{"empty", program(""), GoCommand, false},
		{"no main function", program("package main\n\nfunc f() {}\n"), Direct, false},
		{"function without a body", program("package main\n\nfunc f()\n\nfunc main() { f() }\n"), Direct, false},
		{"two packages", program("a.go", "package main\n\nfunc main() {}\n", "b.go", "package b\n"), GoCommand, false},
		{"internal package", program("package main\n\nimport \"internal/abi\"\n\nvar _ abi.Type\n\nfunc main() {}\n"), GoCommand, false},
		{"internal package deeper", program("package main\n\nimport _ \"net/http/internal/ascii\"\n\nfunc main() {}\n"), GoCommand, false},
		{"package that is not there", program("package main\n\nimport \"fmtt\"\n\nfunc main() { fmtt.Println() }\n"), GoCommand, false},
		{"folder without a package", program("package main\n\nimport \"database\"\n\nfunc main() {}\n"), GoCommand, false},
		{"package of another system", program("package main\n\nimport _ \"syscall/js\"\n\nfunc main() {}\n"), GoCommand, false},
		{"package of the commands", program("package main\n\nimport _ \"cmd/go\"\n\nfunc main() {}\n"), GoCommand, false},
		{"third party", program("package main\n\nimport \"rsc.io/quote\"\n\nfunc main() { quote.Hello() }\n"), GoCommand, false},
		{"relative import", program("package main\n\nimport _ \"./x\"\n\nfunc main() {}\n"), GoCommand, false},
		{"test", program("main_test.go", "package main\n\nfunc main() {}\n"), GoCommand, false},
		{"embedded file", program("main.go", "package main\n\nimport _ \"embed\"\n\n//go:embed data/x.txt\nvar s string\n\nfunc main() { println(s) }\n", "data/x.txt", "from a file"), GoCommand, true},
		{"embedded file is missing", program("package main\n\nimport _ \"embed\"\n\n//go:embed x.txt\nvar s string\n\nfunc main() { println(s) }\n"), GoCommand, false},
		{"embed without import", program("package main\n\n//go:embed main.go\nvar s string\n\nfunc main() { println(s) }\n"), GoCommand, false},
		{"runtime/cgo without cgo", program("package main\n\nimport _ \"runtime/cgo\"\n\nfunc main() {}\n"), Direct, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			releases(t, func(t *testing.T, g *Go) { sameAsGoCommand(t, g, tt.files, tt.path, tt.ok) })
		})
	}
}

func sameAsGoCommand(t *testing.T, g *Go, files []File, path Path, ok bool) {
	said, theirs, theyDo := reference(t, g, files, sameStd)
	ours := filepath.Join(t.TempDir(), "ours")
	b, err := shared(t).Build(t.Context(), g, files, Options{}, ours)
	if err != nil {
		t.Fatal(err)
	}
	if b.OK != ok || b.OK != theyDo || b.Output != said || b.Path != path || (b.Reason == "") != (path == Direct) {
		t.Fatalf("Build = %+v, want path %q and as the go command: %v\n%s", b, path, theyDo, said)
	}
	if _, err := os.Stat(ours); (err == nil) != ok {
		t.Errorf("is there a binary: %v", err)
	}
	if ok {
		sameOutput(t, ours, theirs)
	}
}

func sameOutput(t *testing.T, ours, theirs string) {
	t.Helper()
	got, gotExit := execute(t, ours)
	want, wantExit := execute(t, theirs)
	if got != want || gotExit.Status != wantExit.Status {
		t.Errorf("the program prints %q and exits with %d, by the go command %q and %d", got, gotExit.Status, want, wantExit.Status)
	}
}

func TestBuildRefuses(t *testing.T) {
	local := shared(t).local
	binary := filepath.Join(t.TempDir(), "x")
	tests := []struct {
		name   string
		files  []File
		o      Options
		binary string
	}{
		{"no files", nil, Options{}, binary},
		{"no Go files", program("x.txt", ""), Options{}, binary},
		{"file above", program("../main.go", "package main"), Options{}, binary},
		{"absolute file", program("/main.go", "package main"), Options{}, binary},
		{"file like a flag", program("-main.go", "package main"), Options{}, binary},
		{"same file twice", program("a.go", "package main", "a.go", "package main"), Options{}, binary},
		{"relative binary", hello("x"), Options{}, "x"},
		{"no language", hello("x"), Options{Lang: "Go"}, binary},
		{"language of the future", hello("x"), Options{Lang: "go1.99"}, binary},
		{"language and go.mod", program("go.mod", "module m\n", "main.go", "package main\n\nfunc main() {}\n"), Options{Lang: "go1.21"}, binary},
		{"forced where it would be wrong", program("package main\n\nimport \"internal/abi\"\n\nfunc main() {}\n"), Options{Force: Direct}, binary},
		{"unknown GODEBUG", hello("x"), Options{Debug: "nosuchsetting=1"}, binary},
		{"GODEBUG without value", hello("x"), Options{Debug: "panicnil"}, binary},
		{"GODEBUG of two lines", hello("x"), Options{Debug: "panicnil=1\nx=1"}, binary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := shared(t).Build(t.Context(), local, tt.files, tt.o, tt.binary)
			if fault.KindOf(err) != fault.Misuse || fault.Next(err) == "" {
				t.Errorf("Build error = %v (%v), want misuse and what to do", err, fault.KindOf(err))
			}
		})
	}
}

func TestBuildOfAnotherPackage(t *testing.T) {
	lib := program("lab.go", "package lab\n\nimport \"fmt\"\n\nfunc F(x int) string { return fmt.Sprint(x) }\n")
	releases(t, func(t *testing.T, g *Go) {
		b, err := shared(t).Compile(t.Context(), g, lib, Options{GCFlags: []string{"-m"}})
		if err != nil || !b.OK || !strings.HasPrefix(b.Output, "lab.go:5:6: can inline F") {
			t.Errorf("Compile = %+v, %v", b, err)
		}
		b, err = shared(t).Build(t.Context(), g, lib, Options{}, filepath.Join(t.TempDir(), "x"))
		if want := "package command-line-arguments is not a main package"; err != nil || b.OK || b.Output != want {
			t.Errorf("Build = %+v, %v, want %q as of go run", b, err, want)
		}
	})
}

// The compiler's notes are the same on both paths, with the names of files alone.
func TestCompileNotes(t *testing.T) {
	files := program("pitfalls.go", "package main\n\nimport \"fmt\"\n\ntype T struct{ a [4]int }\n\nfunc f(s []int, i int) (*T, int) { t := T{}; return &t, s[i] }\n\nfunc main() { fmt.Println(f(nil, 1)) }\n")
	for _, flags := range [][]string{{"-m=2"}, {"-d=ssa/check_bce/debug=1"}, {"-S"}, {"-l", "-N", "-m"}} {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			releases(t, func(t *testing.T, g *Go) {
				direct, err := shared(t).Compile(t.Context(), g, files, Options{GCFlags: flags})
				if err != nil || !direct.OK || !strings.Contains(direct.Output, "pitfalls.go:7") {
					t.Fatalf("Compile = %+v, %v", direct, err)
				}
				slow, err := shared(t).Compile(t.Context(), g, files, Options{GCFlags: flags, Force: GoCommand})
				if err != nil || !slow.OK || slow.Path != GoCommand {
					t.Fatalf("Compile by the go command = %+v, %v", slow, err)
				}
				if normal(direct.Output) != normal(slow.Output) {
					t.Errorf("Compile directly:\n%s\nby the go command:\n%s", direct.Output, slow.Output)
				}
				if strings.Contains(direct.Output, shared(t).config.Cache) || strings.Contains(slow.Output, shared(t).config.Cache) {
					t.Errorf("the output names our folders:\n%s\n%s", direct.Output, slow.Output)
				}
			})
		})
	}
}

// normal keeps of assembly what does not name the package, whose path differs.
func normal(s string) string { return strings.ReplaceAll(s, "command-line-arguments", "main") }

func TestTracesNameFiles(t *testing.T) {
	files := program("pitfalls.go", "package main\n\nfunc main() {\n\tvar m map[string]int\n\tm[\"a\"] = 1\n}\n")
	for _, path := range []Path{Direct, GoCommand} {
		t.Run(string(path), func(t *testing.T) {
			releases(t, func(t *testing.T, g *Go) {
				_, binary := mustBuild(t, shared(t), g, files, Options{Force: path})
				if out, _ := execute(t, binary); !strings.Contains(out, "\n\tpitfalls.go:5 ") {
					t.Errorf("the trace is\n%s\nwant a line pitfalls.go:5", out)
				}
			})
		})
	}
}

func TestBuildInfo(t *testing.T) {
	files := program("package main\n\nimport (\n\t\"fmt\"\n\t\"runtime/debug\"\n)\n\nfunc main() { fmt.Println(debug.ReadBuildInfo()) }\n")
	onReleases(t, []int{18, shared(t).Local().Minor}, func(t *testing.T, g *Go) { // each compiles the standard library again
		_, theirs, _ := reference(t, g, files)
		b, ours := mustBuild(t, shared(t), g, files, Options{})
		if b.Path != GoCommand || b.Reason != "reads its build info" {
			t.Errorf("Build = %+v", b)
		}
		sameOutput(t, ours, theirs)
	})
	stack := program("package main\n\nimport \"runtime/debug\"\n\nfunc main() { debug.PrintStack() }\n")
	if b, _ := mustBuild(t, shared(t), shared(t).local, stack, Options{}); b.Path != Direct {
		t.Errorf("another function of runtime/debug: Build = %+v, want a direct one", b)
	}
}

const oldWorld = `package main

import (
	"fmt"
	"time"
)

func main() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { return i })
	}
	for _, f := range fs {
		fmt.Println(f())
	}
	fmt.Println(cap(time.NewTimer(time.Hour).C))
	defer func() { fmt.Println(recover()) }()
	panic(nil)
}
`

// A pair is built directly, and means what a module with that go line means.
func TestPair(t *testing.T) {
	for _, lang := range []string{"go1.18", "go1.20", "go1.21", "go1.22"} {
		t.Run(lang, func(t *testing.T) {
			releases(t, func(t *testing.T, g *Go) { samePair(t, g, lang) })
		})
	}
}

func samePair(t *testing.T, g *Go, lang string) {
	if m, _ := ParseMinor(lang); m > g.Minor {
		return // a language newer than the release: TestBuildRefuses
	}
	mod := File{"go.mod", []byte("module m\n\ngo " + strings.TrimPrefix(lang, "go") + "\n")}
	_, theirs, ok := reference(t, g, append(program(oldWorld), mod), sameStd)
	if !ok {
		t.Fatal("the go command does not build this")
	}
	b, ours := mustBuild(t, shared(t), g, program(oldWorld), Options{Lang: lang})
	if b.Path != Direct {
		t.Errorf("Build = %+v, want a direct one", b)
	}
	sameOutput(t, ours, theirs)
	_, slow := mustBuild(t, shared(t), g, program(oldWorld), Options{Lang: lang, Force: GoCommand})
	sameOutput(t, slow, theirs)
}

// The worlds of 1.21 and 1.26 really differ, so that TestPair can fail.
func TestPairDiffers(t *testing.T) {
	g := release(t, 26)
	for lang, want := range map[string]string{"": "0\n1\n2\n0\npanic called with nil argument", "go1.20": "3\n3\n3\n1\n<nil>"} {
		_, binary := mustBuild(t, shared(t), g, program(oldWorld), Options{Lang: lang})
		if got, _ := execute(t, binary); got != want {
			t.Errorf("language %q: the program prints %q, want %q", lang, got, want)
		}
	}
}

// A build line lowers the language of one file, also of one that is named.
func TestBuildLineLowersLanguage(t *testing.T) {
	files := program("//go:build ignore && go1.21\n\n" + oldWorld)
	onReleases(t, []int{21, 22, shared(t).Local().Minor, 27}, func(t *testing.T, g *Go) {
		_, theirs, _ := reference(t, g, files, sameStd)
		b, ours := mustBuild(t, shared(t), g, files, Options{})
		out, _ := execute(t, ours)
		if lowered := strings.HasPrefix(out, "3\n3\n3\n"); b.Path != Direct || lowered != (g.Minor != 22) {
			t.Errorf("Build = %+v and prints %q; the loops are those of 1.21 everywhere but on 1.22", b, out)
		}
		sameOutput(t, ours, theirs)
	})
}

func TestDebugLines(t *testing.T) {
	tests := []struct{ name, head string }{
		{"one", "//go:debug panicnil=1\n"},
		{"two", "// About.\n\n//go:debug panicnil=1\n//go:debug asynctimerchan=1\n\n// More.\n"},
		{"default", "//go:debug default=go1.20\n"},
		{"unknown", "//go:debug nosuchsetting=1\n"},
		{"no value", "//go:debug panicnil\n"},
		{"not a directive", "// go:debug panicnil=1\n"},
		{"after the package clause", "package main\n\n//go:debug panicnil=1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			releases(t, func(t *testing.T, g *Go) {
				text := tt.head + oldWorld
				if strings.HasPrefix(tt.head, "package") {
					text = tt.head + strings.TrimPrefix(oldWorld, "package main\n")
				}
				text = strings.Replace(text, "i := 0; i < 3", "i := 2; i < 3", 1)
				said, theirs, ok := reference(t, g, program(text), sameStd)
				ours := filepath.Join(t.TempDir(), "ours")
				b, err := shared(t).Build(t.Context(), g, program(text), Options{}, ours)
				if err != nil || b.OK != ok || b.Output != said {
					t.Fatalf("Build = %+v, %v, want as the go command: %v\n%s", b, err, ok, said)
				}
				if ok {
					sameOutput(t, ours, theirs)
				}
			})
		})
	}
}

func TestOptionsDebug(t *testing.T) {
	g := release(t, 26)
	for _, path := range []Path{Direct, GoCommand} {
		for lang, loops := range map[string]string{"": "0\n1\n2", "go1.21": "3\n3\n3"} {
			o := Options{Debug: "panicnil=1,asynctimerchan=1", Force: path, Lang: lang}
			_, binary := mustBuild(t, shared(t), g, program("//go:debug asynctimerchan=0\n"+oldWorld), o)
			if out, _ := execute(t, binary); out != loops+"\n1\n<nil>" {
				t.Errorf("%+v: the program prints %q, want the GODEBUG defaults of the options", o, out)
			}
		}
	}
	old := release(t, 18)
	if b, _ := mustBuild(t, shared(t), old, hello("x"), Options{Debug: "panicnil=1"}); b.Path != Direct {
		t.Errorf("GODEBUG defaults on 1.18: Build = %+v, want none and no fuss", b)
	}
}

func TestDefaultDebug(t *testing.T) {
	releases(t, func(t *testing.T, g *Go) {
		for _, lang := range []string{"", g.Lang(), "1.18", "go1.18"} {
			want := ""
			if g.Minor >= 21 && strings.HasSuffix(lang, "1.18") {
				want = listed(t, g, "1.18")
			}
			if got, err := shared(t).DefaultDebug(t.Context(), g, lang); err != nil || got != want {
				t.Errorf("DefaultDebug(%s, %q) = %q, %v, want %q", g, lang, got, err, want)
			}
		}
		if _, err := shared(t).DefaultDebug(t.Context(), g, "1.99"); fault.KindOf(err) != fault.Misuse {
			t.Errorf("DefaultDebug(%s, 1.99) error = %v, want misuse", g, err)
		}
	})
}

// listed asks go list in a module of that go line.
func listed(t *testing.T, g *Go, lang string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module m\n\ngo " + lang + "\n", "main.go": "package main\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := g.Command(t.Context(), dir, nil, "list", "-f", "{{.DefaultGODEBUG}}")
	if err != nil || !r.OK() {
		t.Fatalf("go list: %v %s", err, r.Stderr)
	}
	return strings.TrimSpace(string(r.Stdout))
}

func TestRace(t *testing.T) {
	gcc(t)
	files := program("package main\n\nfunc main() {\n\tx, done := 0, make(chan bool)\n\tgo func() { x = 1; done <- true }()\n\tx = 2\n\t<-done\n\tprintln(x)\n}\n")
	onReleases(t, []int{18, shared(t).Local().Minor}, func(t *testing.T, g *Go) { // 1.18 brings its race archives along
		for _, path := range []Path{Direct, GoCommand} {
			b, binary := mustBuild(t, shared(t), g, files, Options{Race: true, Force: path})
			out, exit := execute(t, binary, "GORACE=halt_on_error=1 atexit_sleep_ms=0")
			if b.Path != path || exit.Status != 66 || !strings.Contains(out, "WARNING: DATA RACE") || !strings.Contains(out, "main.go:5") {
				t.Errorf("%s: %+v, exit %+v, output\n%s", path, b, exit, out)
			}
		}
		_, binary := mustBuild(t, shared(t), g, hello("no race"), Options{Race: true})
		if out, exit := execute(t, binary, "GORACE=atexit_sleep_ms=0"); out != "no race" || !exit.OK() {
			t.Errorf("a program without a race prints %q and ends with %+v", out, exit)
		}
	})
}

func TestCompilerIsMissing(t *testing.T) {
	poor := *shared(t)
	poor.searchPath = t.TempDir()
	g := *poor.local
	g.t = &poor
	race := &set{g: &g, race: true, name: "none", dir: t.TempDir(), trusted: map[string]stamp{}}
	tests := []struct {
		name  string
		build func() (Built, error)
	}{
		{"race", func() (Built, error) { return (&job{t: &poor, g: &g, set: race}).direct(t.Context()) }},
		{"race by the go command", func() (Built, error) { return (&job{t: &poor, g: &g, set: race}).goCommand(t.Context()) }},
		{"cgo", func() (Built, error) {
			return (&job{t: &poor, g: &g, set: &set{g: &g}, source: source{cgo: true}}).goCommand(t.Context())
		}},
	}
	for _, tt := range tests {
		_, err := tt.build()
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "C compiler") || fault.Next(err) == "" {
			t.Errorf("%s: error = %v (%v), want unavailable", tt.name, err, fault.KindOf(err))
		}
	}
}

func TestCgo(t *testing.T) {
	gcc(t)
	files := program("package main\n\n// static int one(void) { return 1; }\nimport \"C\"\n\nfunc main() { println(C.one()) }\n")
	releases(t, func(t *testing.T, g *Go) {
		b, binary := mustBuild(t, shared(t), g, files, Options{})
		if out, _ := execute(t, binary); b.Path != GoCommand || b.Reason != "imports C" || out != "1" {
			t.Errorf("Build = %+v and prints %q", b, out)
		}
	})
}

func TestOtherFiles(t *testing.T) {
	assembly := program("main.go", "package main\n\nfunc one() int\n\nfunc main() { println(one()) }\n",
		"one_amd64.s", "TEXT ·one(SB),4,$0-8\n\tMOVQ $1, ret+0(FP)\n\tRET\n", "one_arm64.s", "TEXT ·one(SB),4,$0-8\n\tMOVD $1, R0\n\tMOVD R0, ret+0(FP)\n\tRET\n")
	module := program("go.mod", "module example.com/m\n\ngo 1.18\n", "main.go", "package main\n\nimport \"example.com/m/one\"\n\nfunc main() { println(one.One()) }\n",
		"one/one.go", "package one\n\nfunc One() int { return 1 }\n")
	tests := []struct {
		name, reason string
		files        []File
	}{{"assembly", "has other languages", assembly}, {"module", "is a module", module}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			releases(t, func(t *testing.T, g *Go) {
				b, binary := mustBuild(t, shared(t), g, tt.files, Options{})
				if out, _ := execute(t, binary); b.Path != GoCommand || b.Reason != tt.reason || out != "1" {
					t.Errorf("Build = %+v and prints %q", b, out)
				}
			})
		})
	}
}

// A build into another file system, and over an older binary, is as any other.
func TestBuildElsewhere(t *testing.T) {
	dir, err := os.MkdirTemp("/dev/shm", "toolchain-test-")
	if err != nil {
		lacking(t, "a second file system at /dev/shm")
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "x")
	for _, want := range []string{"one", "two"} {
		b, err := shared(t).Build(t.Context(), shared(t).local, hello(want), Options{}, binary)
		if err != nil || !b.OK {
			t.Fatalf("Build = %+v, %v", b, err)
		}
		if out, _ := execute(t, binary); out != want {
			t.Errorf("the program prints %q, want %q", out, want)
		}
	}
	if b, err := shared(t).Build(t.Context(), shared(t).local, program("package main\n"), Options{}, binary); err != nil || b.OK {
		t.Errorf("Build without main = %+v, %v", b, err)
	}
	if out, _ := execute(t, binary); out != "two" {
		t.Errorf("after a failed build the old binary prints %q", out)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("beside the binary there is more: %v", entries)
	}
}

// A program that no compiler can bear is the reader's, a tool that dies is not.
func TestJudge(t *testing.T) {
	here := writes{t.TempDir(), 1}
	tests := []struct {
		name string
		exit sandbox.Exit
		out  writes
		ok   bool
		said string
		kind fault.Kind
	}{
		{"accepted", sandbox.Exit{Reason: sandbox.Exited}, here, true, "said", -1},
		{"refused", sandbox.Exit{Reason: sandbox.Exited, Status: 2}, here, false, "said", -1},
		{"too slow", sandbox.Exit{Reason: sandbox.Wall, Wall: 120e9}, here, false, "said\ncompile: stopped by the wall limit after 2m0s", -1},
		{"too big", sandbox.Exit{Reason: sandbox.Memory, Wall: 3e9}, here, false, "said\ncompile: stopped by the memory limit after 3s", -1},
		{"killed", sandbox.Exit{Reason: sandbox.Signaled, Signal: 9}, here, false, "", fault.Internal},
		{"refused without room", sandbox.Exit{Reason: sandbox.Exited, Status: 2}, writes{here.dir, 1 << 62}, false, "", fault.Unavailable},
		{"killed without room", sandbox.Exit{Reason: sandbox.Signaled, Signal: 7}, writes{here.dir, 1 << 62}, false, "", fault.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			said, ok, err := judge(tt.exit, "compile", "said", tt.out)
			if said != tt.said || ok != tt.ok || (err != nil) != (tt.kind >= 0) || err != nil && fault.KindOf(err) != tt.kind {
				t.Errorf("judge = %q, %v, %v", said, ok, err)
			}
		})
	}
}
