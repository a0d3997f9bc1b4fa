package run

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

var box *sandbox.Plain

func TestMain(m *testing.M) {
	guard := sandbox.Reexec()
	var err error
	if box, err = sandbox.NewPlain(guard); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	if err := box.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// newLocal returns a runner whose programs are the test's own. The archives of the
// standard library are shared with other tests: they take a minute to make.
func newLocal(t testing.TB, programs string) *Local {
	t.Helper()
	cache := os.Getenv("GOMASTERY_TEST_CACHE")
	if cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(dir, "gomastery-test")
	}
	tools, err := toolchain.New(context.Background(), toolchain.Config{Cache: filepath.Join(cache, "toolchain"), Sandbox: box})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tools.Close() })
	l, err := New(Config{Toolchains: tools, Sandbox: box, Cache: programs})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func program(l *Local, src string) Request {
	return Request{
		Files: []toolchain.File{{Name: "main.go", Data: []byte(src)}},
		Pair:  toolchain.Pair{Release: l.tools.Local()},
	}
}

const imports = "package main\nimport (\"fmt\"; \"os\"; \"bufio\")\nvar _ = fmt.Sprint\nvar _ = os.Exit\nvar _ = bufio.NewReader\n"

func TestRun(t *testing.T) {
	l := newLocal(t, t.TempDir())
	tests := []struct {
		name, body     string
		request        func(*Request)
		stdout, stderr string
		end            End
	}{
		{name: "prints", body: `fmt.Println("out"); fmt.Fprintln(os.Stderr, "err")`, stdout: "out\n", stderr: "err\n", end: End{Kind: Exit}},
		{name: "status", body: `os.Exit(3)`, end: End{Kind: Exit, Status: 3}},
		{name: "arguments", body: `fmt.Println(os.Args[1:])`, request: func(r *Request) { r.Args = []string{"a", "b c"} }, stdout: "[a b c]\n", end: End{Kind: Exit}},
		{name: "standard input", body: `s, _ := bufio.NewReader(os.Stdin).ReadString('\n'); fmt.Print(s)`, request: func(r *Request) { r.Stdin = strings.NewReader("line\n") }, stdout: "line\n", end: End{Kind: Exit}},
		{name: "environment", body: `fmt.Println(os.Getenv("COLOR"))`, request: func(r *Request) { r.Env = []string{"COLOR=red"} }, stdout: "red\n", end: End{Kind: Exit}},
		{name: "panic", body: `panic("boom")`, request: func(r *Request) { r.Crash = true }, end: End{Kind: Panic, Message: "panic: boom"}},
		{name: "deadlock", body: `select {}`, request: func(r *Request) { r.Crash = true }, end: End{Kind: Fatal, Message: "fatal error: all goroutines are asleep - deadlock!"}},
		{name: "never ends", body: `for {}`, request: func(r *Request) { r.Limits.Wall = 200 * time.Millisecond }, end: End{Kind: Limit, Limit: sandbox.Wall}},
		{name: "prints for ever", body: `for { fmt.Println("again") }`, request: func(r *Request) { r.Limits.Output = 1000 }, end: End{Kind: Limit, Limit: sandbox.Output}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := program(l, imports+"func main() { "+tt.body+" }\n")
			if tt.request != nil {
				tt.request(&r)
			}
			text := map[Stream]*strings.Builder{Stdout: {}, Stderr: {}}
			got, err := l.Run(t.Context(), r, func(e Event) { text[e.Stream].Write(e.Text) })
			if err != nil || !got.Build.OK {
				t.Fatalf("Run(%s) = %+v, %v", tt.name, got, err)
			}
			end := got.End
			end.Wall, end.CPU = 0, 0
			if end != tt.end {
				t.Errorf("Run(%s) ended %+v, want %+v", tt.name, end, tt.end)
			}
			if tt.end.Kind != Exit {
				return // output is that of the runtime, or cut
			}
			if text[Stdout].String() != tt.stdout || text[Stderr].String() != tt.stderr {
				t.Errorf("Run(%s) printed %q and %q, want %q and %q", tt.name, text[Stdout], text[Stderr], tt.stdout, tt.stderr)
			}
		})
	}
}

func TestRunDoesNotCompile(t *testing.T) {
	l := newLocal(t, t.TempDir())
	got, err := l.Run(t.Context(), program(l, "package main\nfunc main() { undefined() }\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Build.OK || !strings.Contains(got.Build.Output, "main.go:2:15: undefined: undefined") || got.End != (End{}) {
		t.Errorf("Run(does not compile) = %+v, want the compiler's message and no end", got)
	}
}

func TestRunCanceled(t *testing.T) {
	l := newLocal(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := l.Run(ctx, program(l, imports+`func main() { fmt.Println("up"); select { case <-make(chan int): case <-make(chan int): } }`), func(Event) { cancel() })
	if fault.KindOf(err) != fault.Canceled {
		t.Errorf("Run(canceled) = %v, want a fault of the kind canceled", err)
	}
}

// TestProgramsAreKept runs a program again, after its file was damaged, and with
// another release of flags.
func TestProgramsAreKept(t *testing.T) {
	dir := t.TempDir()
	l := newLocal(t, dir)
	r := program(l, imports+`func main() { fmt.Println("kept") }`)
	cached := func(name string, want bool) {
		t.Helper()
		var out strings.Builder
		got, err := l.Run(t.Context(), r, func(e Event) { out.Write(e.Text) })
		if err != nil || out.String() != "kept\n" {
			t.Fatalf("%s: Run printed %q, %v", name, out.String(), err)
		}
		if got.Cached != want {
			t.Errorf("%s: Run.Cached = %v, want %v", name, got.Cached, want)
		}
	}
	cached("first", false)
	cached("second", true)

	path := filepath.Join(dir, Key(r.Files, r.Pair, r.Options))
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	cached("after it was cut short", false)
	if err := os.Remove(path + sumSuffix); err != nil {
		t.Fatal(err)
	}
	cached("without its hash", false)
	r.Options.GCFlags = []string{"-N"}
	cached("with other flags", false)
}

func TestProgramsAreBounded(t *testing.T) {
	dir := t.TempDir()
	b, err := openBinaries(dir, 250)
	if err != nil {
		t.Fatal(err)
	}
	for i, key := range []string{"a", "b", "c"} {
		if err := os.WriteFile(b.path(key), make([]byte, 100), 0o755); err != nil {
			t.Fatal(err)
		}
		at := time.Unix(int64(1000+i), 0)
		if err := os.Chtimes(b.path(key), at, at); err != nil {
			t.Fatal(err)
		}
		if err := b.add(key); err != nil {
			t.Fatal(err)
		}
	}
	for key, want := range map[string]bool{"a": false, "b": true, "c": true} {
		if _, got := b.get(key); got != want {
			t.Errorf("get(%q) found = %v, want %v: three programs of 100 bytes, a bound of 250", key, got, want)
		}
	}
}

func TestKey(t *testing.T) {
	base := func() (files []toolchain.File, p toolchain.Pair, o toolchain.Options) {
		return []toolchain.File{{Name: "a.go", Data: []byte("package main")}}, toolchain.Pair{Release: toolchain.Release{Minor: 26, Version: "go1.26.8"}}, toolchain.Options{}
	}
	seen := map[string]string{Key(base()): "nothing"}
	for name, change := range map[string]func(*[]toolchain.File, *toolchain.Pair, *toolchain.Options){
		"text": func(f *[]toolchain.File, _ *toolchain.Pair, _ *toolchain.Options) {
			(*f)[0].Data = []byte("package mai")
		},
		"name":        func(f *[]toolchain.File, _ *toolchain.Pair, _ *toolchain.Options) { (*f)[0].Name = "b.go" },
		"a file more": func(f *[]toolchain.File, _ *toolchain.Pair, _ *toolchain.Options) { *f = append(*f, (*f)[0]) },
		"name into text": func(f *[]toolchain.File, _ *toolchain.Pair, _ *toolchain.Options) {
			*f = []toolchain.File{{Name: "a.g", Data: []byte("opackage main")}}
		},
		"patch":           func(_ *[]toolchain.File, p *toolchain.Pair, _ *toolchain.Options) { p.Release.Version = "go1.26.9" },
		"language":        func(_ *[]toolchain.File, p *toolchain.Pair, _ *toolchain.Options) { p.Lang = "go1.21" },
		"race":            func(_ *[]toolchain.File, _ *toolchain.Pair, o *toolchain.Options) { o.Race = true },
		"compiler flags":  func(_ *[]toolchain.File, _ *toolchain.Pair, o *toolchain.Options) { o.GCFlags = []string{"-N", "-l"} },
		"one flag of two": func(_ *[]toolchain.File, _ *toolchain.Pair, o *toolchain.Options) { o.GCFlags = []string{"-N -l"} },
		"GODEBUG":         func(_ *[]toolchain.File, _ *toolchain.Pair, o *toolchain.Options) { o.Debug = "panicnil=1" },
	} {
		files, p, o := base()
		change(&files, &p, &o)
		key := Key(files, p, o)
		if other, taken := seen[key]; taken {
			t.Errorf("Key is the same after a change of %s and of %s", name, other)
		}
		seen[key] = name
	}
}

func TestClassify(t *testing.T) {
	abort := sandbox.Exit{Reason: sandbox.Signaled, Signal: syscall.SIGABRT}
	tests := []struct {
		name   string
		exit   sandbox.Exit
		stderr string
		want   End
	}{
		{"clean", sandbox.Exit{Reason: sandbox.Exited}, "", End{Kind: Exit}},
		{"impostor", sandbox.Exit{Reason: sandbox.Exited, Status: 2}, "panic: boom\n\ngoroutine 1 [running]:\n", End{Kind: Exit, Status: 2}},
		{"panic", abort, "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n", End{Kind: Panic, Message: "panic: boom"}},
		{"chain", abort, "panic: a [recovered]\n\tpanic: b\n\ngoroutine 1 [running]:\n", End{Kind: Panic, Message: "panic: a [recovered]\n\tpanic: b"}},
		{"signal line left out", abort, "panic: runtime error: invalid memory address\n[signal SIGSEGV: segmentation violation]\n\ngoroutine 1", End{Kind: Panic, Message: "panic: runtime error: invalid memory address"}},
		{"printed before, then a deadlock", abort, "panic: printed\nfatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1", End{Kind: Fatal, Message: "fatal error: all goroutines are asleep - deadlock!"}},
		{"stack overflow", abort, "runtime: goroutine stack exceeds 67108864-byte limit\nfatal error: stack overflow\n\nruntime stack:\n", End{Kind: Fatal, Message: "runtime: goroutine stack exceeds 67108864-byte limit\nfatal error: stack overflow"}},
		{"aborted from outside", abort, "SIGABRT: abort\n", End{Kind: Killed, Signal: syscall.SIGABRT}},
		{"killed", sandbox.Exit{Reason: sandbox.Signaled, Signal: syscall.SIGKILL}, "", End{Kind: Killed, Signal: syscall.SIGKILL}},
		{"memory", sandbox.Exit{Reason: sandbox.Memory}, "", End{Kind: Limit, Limit: sandbox.Memory}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Classify(tt.exit, []byte(tt.stderr))
			if got != tt.want {
				t.Errorf("Classify(%s) = %+v, want %+v", tt.name, got, tt.want)
			}
			if got.String() == "" || got.String() == "did not run" {
				t.Errorf("Classify(%s).String() = %q, want words", tt.name, got)
			}
		})
	}
}

// BenchmarkUnchanged runs a program that was built before.
func BenchmarkUnchanged(b *testing.B) {
	l := newLocal(b, b.TempDir())
	r := program(l, imports+`func main() { fmt.Println("kept") }`)
	if _, err := l.Run(context.Background(), r, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if got, err := l.Run(context.Background(), r, nil); err != nil || !got.Cached {
			b.Fatalf("Run = %+v, %v", got, err)
		}
	}
}
