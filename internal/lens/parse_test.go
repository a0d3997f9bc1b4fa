package lens

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gomastery/gomastery/internal/toolchain"
)

const deadlockDump = `fatal error: all goroutines are asleep - deadlock!

goroutine 1 gp=0xc000002380 m=nil [select (no cases)]:
runtime.gopark(0x4e2010?, 0x0?, 0x0?, 0x0?, 0x0?)
	/go/src/runtime/proc.go:461 +0xce fp=0xc000058f08 sp=0xc000058ee8 pc=0x471a6e
main.main()
	./harness_main.go:52 +0x1c5 fp=0xc000058f50 sp=0xc000058f28 pc=0x49c0e5

goroutine 2 gp=0xc000002e00 m=nil [force gc (idle)]:
runtime.gopark(0x0?, 0x0?, 0x0?, 0x0?, 0x0?)
	/go/src/runtime/proc.go:461 +0xce fp=0xc000044fa8 sp=0xc000044f88 pc=0x471a6e
created by runtime.init.7 in goroutine 1
	/go/src/runtime/proc.go:361 +0x1a

goroutine 18 gp=0xc00007e000 m=nil [chan receive, 2 minutes]:
runtime.gopark(0x0?, 0x0?, 0x0?, 0x0?, 0x0?)
	/go/src/runtime/proc.go:461 +0xce
main.leak.func1()
	./pitfalls.go:12 +0x25
created by main.leak in goroutine 1
	./pitfalls.go:12 +0x2c

goroutine 18 gp=0xc00007e000 m=nil [chan receive]:
main.leak.func1()
	./pitfalls.go:12 +0x25
created by main.leak in goroutine 1
	./pitfalls.go:12 +0x2c
`

const oldDump = `goroutine 5 [sleep]:
time.Sleep(0x3b9aca00)
	/go/src/runtime/time.go:194 +0x12e
main.(*poller).run(0xc000012345)
	./example.go:30 +0x30
created by main.start
	./example.go:20 +0x45
`

func TestGoroutines(t *testing.T) {
	tests := []struct {
		name string
		dump string
		want []Goroutine
	}{
		{"nothing", "", nil},
		{"no dump", "panic: boom\n", nil},
		{"deadlock, a goroutine twice", deadlockDump, []Goroutine{
			{ID: 1, State: "select (no cases)", Frames: []Frame{
				{"runtime.gopark", "/go/src/runtime/proc.go", 461}, {"main.main", "./harness_main.go", 52}}},
			{ID: 2, State: "force gc (idle)", CreatedBy: "runtime.init.7", Frames: []Frame{{"runtime.gopark", "/go/src/runtime/proc.go", 461}}},
			{ID: 18, State: "chan receive", CreatedBy: "main.leak", Frames: []Frame{
				{"runtime.gopark", "/go/src/runtime/proc.go", 461}, {"main.leak.func1", "./pitfalls.go", 12}}},
		}},
		{"before 1.21, a method", oldDump, []Goroutine{
			{ID: 5, State: "sleep", CreatedBy: "main.start", Frames: []Frame{
				{"time.Sleep", "/go/src/runtime/time.go", 194}, {"main.(*poller).run", "./example.go", 30}}},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Goroutines(tt.dump)); diff != "" {
				t.Errorf("Goroutines(%s) differs (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}

func TestLeft(t *testing.T) {
	var ids []int
	for _, g := range Left(deadlockDump + "\n" + strings.ReplaceAll(oldDump, "main.start", "os/signal.Notify.func1.1")) {
		ids = append(ids, g.ID)
	}
	if want := []int{18}; !cmp.Equal(want, ids) {
		t.Errorf("Left(dump) = goroutines %v, want %v: neither main, nor the runtime's, nor os/signal's", ids, want)
	}
}

func FuzzGoroutines(f *testing.F) {
	f.Add(deadlockDump)
	f.Add(oldDump)
	f.Fuzz(func(t *testing.T, dump string) {
		seen := map[int]bool{}
		for _, g := range Goroutines(dump) {
			if seen[g.ID] {
				t.Errorf("Goroutines gives goroutine %d twice", g.ID)
			}
			seen[g.ID] = true
		}
	})
}

func TestRaceReport(t *testing.T) {
	const report = "WARNING: DATA RACE\nWrite at 0x00c000012345 by goroutine 7:\n  main.count()"
	tests := []struct{ name, stderr, want string }{
		{"none", "hello\n", ""},
		{"one", "hello\n==================\n" + report + "\n==================\nFound 1 data race(s)\n", report},
		{"two: the first", "==================\n" + report + "\n==================\n==================\nWARNING: DATA RACE\nother\n==================\n", report},
		{"cut short", "==================\n" + report, report},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := RaceReport(tt.stderr); got != tt.want {
				t.Errorf("RaceReport(%q) = %q, want %q", tt.stderr, got, tt.want)
			}
		})
	}
}

func TestParseNote(t *testing.T) {
	tests := []struct {
		name, line string
		want       Note
		ok         bool
	}{
		{"note", "pitfalls.go:12:6: moved to heap: p", Note{"pitfalls.go", 12, 6, "", "moved to heap: p"}, true},
		{"colons in the message", "a.go:1:2: cannot inline f: cost 97 exceeds budget 80", Note{"a.go", 1, 2, "", "cannot inline f: cost 97 exceeds budget 80"}, true},
		{"indented flow", "  a.go:1:2:   flow: p = &q:", Note{"  a.go", 1, 2, "", "  flow: p = &q:"}, true},
		{"no column", "a.go:1: what", Note{}, false},
		{"header", "# command-line-arguments", Note{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := parseNote(tt.line)
			if got != tt.want || ok != tt.ok {
				t.Errorf("parseNote(%q) = %+v, %v, want %+v, %v", tt.line, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestInject(t *testing.T) {
	const src = `package main

func f(n int) int {
	if n > 1 { n-- }
	switch n {
	case 1:
		n++
	}
loop:
	for { break loop }
	return n
}
`
	got, err := Inject(toolchain.File{Name: "a.go", Data: []byte(src)})
	if err != nil {
		t.Fatal(err)
	}
	text := string(got.Data)
	if want, have := strings.Count(src, "\n"), strings.Count(text, "\n"); have != want {
		t.Errorf("Inject changed the number of lines from %d to %d", want, have)
	}
	if n := strings.Count(text, "harnessYield(); "); n != 6 {
		t.Errorf("Inject put %d yields, want 6: before if, n--, switch, n++, break, return\n%s", n, text)
	}
	if _, err := Inject(toolchain.File{Name: "a.go", Data: []byte("package")}); err == nil {
		t.Error("Inject(a file that does not parse) gave no error")
	}
}

func FuzzInject(f *testing.F) {
	f.Add("package main\nfunc main() { println() }\n")
	f.Add("package main\nfunc main() { select { default: x() }; { ; } }\n")
	f.Fuzz(func(t *testing.T, src string) {
		got, err := Inject(toolchain.File{Name: "a.go", Data: []byte(src)})
		if err != nil {
			return
		}
		if _, err := Inject(got); err != nil {
			t.Errorf("Inject(%q) does not parse: %v", src, err)
		}
	})
}
