package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/sandbox"
)

// The benchmarks compare us with the go command as a reader has it, in turns, on
// a program that was edited before each turn: a constant changes, so that no
// cache has the answer. They report the medians in milliseconds and their ratio;
// ns/op is of no use. The first turn is not counted. For example:
//
//	go test -run=NONE -bench=. -benchtime=15x ./internal/toolchain

const small = `package main

import "fmt"

const edit = %q

func main() { fmt.Println("hello", edit) }
`

const large = `package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
)

const edit = %q

type greeting struct {
	Text string
	Edit string
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(greeting{"hello " + r.URL.Path, edit})
	}))
	defer server.Close()
	response, err := http.Get(server.URL + "/reader")
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Println(string(body), err)
}
`

// duel lets two ways do the same to a program, in turns.
func duel(b *testing.B, text string, ours, theirs func(files []File)) {
	var us, them []time.Duration
	turn := func() {
		for _, side := range []struct {
			do   func([]File)
			took *[]time.Duration
		}{{ours, &us}, {theirs, &them}} {
			files := program(fmt.Sprintf(text, fmt.Sprint(time.Now().UnixNano())))
			start := time.Now()
			side.do(files)
			*side.took = append(*side.took, time.Since(start))
		}
	}
	turn()
	us, them = nil, nil
	for b.Loop() {
		turn()
	}
	b.ReportMetric(median(us), "ours-ms")
	b.ReportMetric(median(them), "theirs-ms")
	b.ReportMetric(median(us)/median(them), "ratio")
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return (d[(len(d)-1)/2] + d[len(d)/2]).Seconds() * 1000 / 2
}

// theGo runs a command of the local go command, with its default settings, on the
// program in a folder.
func theGo(b *testing.B, args ...string) func(files []File) {
	dir := b.TempDir()
	var env []string
	if shared(b).hasCompiler() {
		env = []string{"CGO_ENABLED=1"}
	}
	return func(files []File) {
		if err := os.WriteFile(filepath.Join(dir, "main.go"), files[0].Data, 0o644); err != nil {
			b.Fatal(err)
		}
		r, err := shared(b).local.Command(b.Context(), dir, env, args...)
		if err != nil || !r.OK() {
			b.Fatalf("go %s: %+v, %v", args[0], r, err)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	for name, text := range map[string]string{"fmt": small, "http": large} {
		b.Run(name, func(b *testing.B) {
			binary := filepath.Join(b.TempDir(), "program")
			ours := func(files []File) {
				built, err := shared(b).Build(b.Context(), shared(b).local, files, Options{}, binary)
				if err != nil || !built.OK {
					b.Fatalf("Build = %+v, %v", built, err)
				}
				if exit, err := box(b).Run(b.Context(), sandbox.Command{Path: binary}); err != nil || !exit.OK() {
					b.Fatalf("the program ended with %+v, %v", exit, err)
				}
			}
			duel(b, text, ours, theGo(b, "run", "main.go"))
		})
	}
}

func BenchmarkRunOnReleases(b *testing.B) {
	for _, minor := range []int{18, 21, 27} {
		b.Run(fmt.Sprintf("1.%d", minor), func(b *testing.B) {
			g := release(b, minor)
			binary := filepath.Join(b.TempDir(), "program")
			dir := b.TempDir()
			duel(b, small, func(files []File) {
				built, err := shared(b).Build(b.Context(), g, files, Options{}, binary)
				if err != nil || !built.OK {
					b.Fatalf("Build = %+v, %v", built, err)
				}
				execute(b, binary)
			}, func(files []File) {
				if err := os.WriteFile(filepath.Join(dir, "main.go"), files[0].Data, 0o644); err != nil {
					b.Fatal(err)
				}
				if r, err := g.Command(b.Context(), dir, nil, "run", "main.go"); err != nil || !r.OK() {
					b.Fatalf("go run: %+v, %v", r, err)
				}
			})
		})
	}
}

func BenchmarkRace(b *testing.B) {
	gcc(b)
	binary := filepath.Join(b.TempDir(), "program")
	duel(b, small, func(files []File) {
		built, err := shared(b).Build(b.Context(), shared(b).local, files, Options{Race: true}, binary)
		if err != nil || !built.OK {
			b.Fatalf("Build = %+v, %v", built, err)
		}
	}, theGo(b, "build", "-race", "-o", "x", "main.go"))
}

func BenchmarkNotes(b *testing.B) {
	for name, text := range map[string]string{"fmt": small, "http": large} {
		b.Run(name, func(b *testing.B) {
			duel(b, text, func(files []File) {
				built, err := shared(b).Compile(b.Context(), shared(b).local, files, Options{GCFlags: []string{"-m=2"}})
				if err != nil || !built.OK || built.Output == "" {
					b.Fatalf("Compile = %+v, %v", built, err)
				}
			}, theGo(b, "build", "-gcflags=-m=2", "-o", "x", "main.go"))
		})
	}
}

func BenchmarkVet(b *testing.B) {
	for name, text := range map[string]string{"fmt": small, "http": large} {
		b.Run(name, func(b *testing.B) {
			duel(b, text, func(files []File) {
				if v, err := shared(b).Vet(b.Context(), shared(b).local, files, Options{}); err != nil || !v.Compiles {
					b.Fatalf("Vet = %+v, %v", v, err)
				}
			}, theGo(b, "vet", "main.go"))
		})
	}
}
