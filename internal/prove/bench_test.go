package prove

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/lens"
	"github.com/gomastery/gomastery/internal/toolchain"
)

func benchProver(b *testing.B, cache string) *Prover {
	b.Helper()
	root := os.Getenv("GOMASTERY_TEST_CACHE")
	if root == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			b.Fatal(err)
		}
		root = filepath.Join(dir, "gomastery-test")
	}
	tools, err := toolchain.New(context.Background(), toolchain.Config{Cache: filepath.Join(root, "toolchain"), Sandbox: box})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { tools.Close() })
	p, err := New(Config{Toolchains: tools, Sandbox: box, Cache: cache})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// tenCases is a file of ten cases. n changes a constant in each of them.
func tenCases(n int) []byte {
	var src strings.Builder
	src.WriteString("package main\n\nimport \"fmt\"\n")
	for i := range 10 {
		fmt.Fprintf(&src, "\nfunc case%d() { fmt.Println(%d + len(fmt.Sprint(1))) }\n", i, 1000*n+i)
	}
	return []byte(src.String())
}

// BenchmarkTenCases runs ten cases of one file, each in a process of its own,
// against ten times go run. The source is another one each time; both sides are
// warm and take turns. ratio is that of the medians.
func BenchmarkTenCases(b *testing.B) {
	p := benchProver(b, "")
	g, _, err := p.install(context.Background(), p.localPair())
	if err != nil {
		b.Fatal(err)
	}
	var names []string
	for i := range 10 {
		names = append(names, fmt.Sprint("case", i))
	}
	var ours, theirs []time.Duration
	for n := 0; b.Loop(); n++ {
		dir := b.TempDir()
		begin := time.Now()
		files := []toolchain.File{{Name: "cases.go", Data: tenCases(n)}, lens.Harness(names, false)}
		binary := filepath.Join(dir, "cases")
		if built, err := p.build(context.Background(), g, files, toolchain.Options{}, binary); err != nil || !built.OK {
			b.Fatalf("build: %s, %v", built.Output, err)
		}
		for _, name := range names {
			if o, err := lens.Plain(context.Background(), box, lens.Program{Binary: binary, Case: name}); err != nil || o.Stdout == "" {
				b.Fatalf("case %s: %+v, %v", name, o, err)
			}
		}
		ours = append(ours, time.Since(begin))
		theirs = append(theirs, tenTimesGoRun(b, dir, n))
	}
	report(b, ours, theirs)
}

func tenTimesGoRun(b *testing.B, dir string, n int) time.Duration {
	b.Helper()
	var took time.Duration
	for i := range 10 {
		file := filepath.Join(dir, fmt.Sprintf("case%d.go", i))
		src := fmt.Sprintf("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(%d + len(fmt.Sprint(1))) }\n", 1000*n+i)
		if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		cmd := exec.Command("go", "run", file)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("go run: %s, %v", out, err)
		}
		took += time.Since(begin)
	}
	return took
}

// report gives the medians and their ratio.
func report(b *testing.B, ours, theirs []time.Duration) {
	b.Helper()
	slices.Sort(ours)
	slices.Sort(theirs)
	a, z := ours[len(ours)/2], theirs[len(theirs)/2]
	b.ReportMetric(float64(a.Microseconds())/1000, "ms/ours")
	b.ReportMetric(float64(z.Microseconds())/1000, "ms/go-run")
	b.ReportMetric(float64(a)/float64(z), "ratio")
}

// BenchmarkNothingChanged proves an entry of which everything is known, from
// reading its files on.
func BenchmarkNothingChanged(b *testing.B) {
	p := benchProver(b, b.TempDir())
	prove := func() Summary {
		bk, err := book.Read(os.DirFS("../.."))
		if err != nil {
			b.Log(err)
		}
		e, err := bk.Entry("9_slices")
		if err != nil {
			b.Fatal(err)
		}
		sum, err := p.Entries(context.Background(), bk, []*book.Entry{e}, Options{Pairs: []toolchain.Pair{p.localPair()}}, func(Verdict) {})
		if err != nil || !sum.OK() {
			b.Fatal(sum, err)
		}
		return sum
	}
	prove()
	for b.Loop() {
		prove()
	}
}
