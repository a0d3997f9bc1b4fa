package prove

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

var update = flag.Bool("update", false, "write the golden files anew")

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

var box *sandbox.Plain

// testCache is kept from one test run to the next, since the archives in it take
// minutes to make.
func testCache(t *testing.T) string {
	if dir := os.Getenv("GOMASTERY_TEST_CACHE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "gomastery-test")
}

func newProver(t *testing.T, cache string) *Prover {
	t.Helper()
	tools, err := toolchain.New(t.Context(), toolchain.Config{Cache: filepath.Join(testCache(t), "toolchain"), Sandbox: box})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tools.Close() })
	p, err := New(Config{Toolchains: tools, Sandbox: box, Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// releases returns the pairs of a list that are installed. A missing one is
// installed when CI is set, since there a claim that was not tried is a failure.
func releases(t *testing.T, p *Prover, list string) []toolchain.Pair {
	t.Helper()
	pairs, err := p.Toolchains.Select(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(pairs, func(pair toolchain.Pair) bool {
		if _, ok := p.Toolchains.Installed(pair.Release); ok {
			return false
		}
		if os.Getenv("CI") == "true" {
			if _, err := p.Toolchains.Install(t.Context(), pair.Release, os.Stderr); err != nil {
				t.Fatal(err)
			}
			return false
		}
		t.Logf("not tried on %v, which is not installed", pair)
		return true
	})
}

const emptyExample = `//go:build ignore

// No cases.
package main

func main() {}
`

// specimenBook makes a book of one file of cases or one page.
func specimenBook(t *testing.T, name string) *book.Book {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "specimens", name))
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{
		"traps/README.md":    {Data: []byte("# Specimens\n")},
		"traps/example.go":   {Data: []byte(emptyExample)},
		"traps/pitfalls.go":  {Data: data},
		"traps/interview.md": {Data: []byte("# Interview\n")},
	}
	if strings.HasSuffix(name, ".md") {
		printed, err := os.ReadFile(filepath.Join("testdata", "specimens", "printed.go"))
		if err != nil {
			t.Fatal(err)
		}
		files["traps/README.md"] = &fstest.MapFile{Data: data}
		files["traps/pitfalls.go"] = &fstest.MapFile{Data: printed}
	}
	b, err := book.Read(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSpecimens tries true and false specimens of each kind of claim. Those named
// holds… have to hold on every release, those named refuted… have to be refuted on
// one of them. The golden files hold the whole verdicts.
func TestSpecimens(t *testing.T) {
	p := newProver(t, "")
	pairs := releases(t, p, "1.21,local,1.27")
	if len(pairs) < 3 {
		t.Skip("needs Go 1.21 and Go 1.27: gomastery releases install 1.21 1.27")
	}
	for _, name := range []string{"printed.go", "ends.go", "concurrent.go", "measured.go", "lines.go", "pages.md"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := specimenBook(t, name)
			verdicts := proveAll(t, p, b, Options{Pairs: pairs})
			judgeSpecimens(t, verdicts)
			golden(t, name, verdicts)
		})
	}
}

func proveAll(t *testing.T, p *Prover, b *book.Book, o Options) []Verdict {
	t.Helper()
	var all []Verdict
	sum, err := p.Entries(t.Context(), b, b.Entries, o, func(v Verdict) { all = append(all, v) })
	if err != nil {
		t.Fatal(err)
	}
	if n := sum.Hold + sum.Refuted + sum.Absent + sum.Unproved; n != len(all) {
		t.Errorf("the summary counts %d verdicts, %d were emitted", n, len(all))
	}
	return all
}

var specimenName = regexp.MustCompile(`(?:[/.](holds|refuted)[A-Z][A-Za-z]*|#(holds|refuted)-(?:link-)?[0-9]+|#(module|wrong)\b)`)

// judgeSpecimens holds verdicts against the names of the specimens.
func judgeSpecimens(t *testing.T, verdicts []Verdict) {
	t.Helper()
	refuted := map[string]bool{}
	for _, v := range verdicts {
		specimen := specimenName.FindString(v.ID)
		if specimen == "" {
			continue
		}
		if v.Verdict == Unproved {
			t.Errorf("%s on %s is unproved: %s", v.ID, v.Release, v.Got)
		}
		if !strings.Contains(specimen, "holds") && specimen != "#module" {
			refuted[specimen] = refuted[specimen] || v.Verdict == Refuted
			continue
		}
		if v.Verdict == Refuted {
			t.Errorf("%s on %s is refuted: expected %q, got %q", v.ID, v.Release, v.Expected, v.Got)
		}
	}
	if len(refuted) == 0 {
		t.Error("no false specimens")
	}
	for specimen, ok := range refuted {
		if !ok {
			t.Errorf("the false specimen %s was not refuted on any release", specimen)
		}
	}
}

// unsteady are the parts of verdicts that differ from run to run.
var unsteady = []struct {
	text *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`go1\.27\.[0-9]+`), "go1.27.N"},
	{regexp.MustCompile(`go1\.26\.[0-9]+`), "go1.26.N"},
	{regexp.MustCompile(`[0-9.]+x: [0-9.]+ ns against [0-9.]+ ns`), "Nx: N ns against N ns"},
	{regexp.MustCompile(`[0-9]+ runs: .*`), "N runs: …"},
	{regexp.MustCompile(`(?s)WARNING: DATA RACE.*`), "WARNING: DATA RACE …"},
	{regexp.MustCompile(`not listed;.*`), "not listed; …"},
	{regexp.MustCompile(`0x[0-9a-f]+`), "0x…"},
	{regexp.MustCompile(`in state (running|runnable)`), "in state running or runnable"},
}

// golden compares the verdicts with testdata/golden/NAME.
func golden(t *testing.T, name string, verdicts []Verdict) {
	t.Helper()
	slices.SortStableFunc(verdicts, func(a, b Verdict) int {
		if c := strings.Compare(a.ID, b.ID); c != 0 {
			return c
		}
		return compareReleases(a.Release, b.Release)
	})
	var out strings.Builder
	for _, v := range verdicts {
		if v.File == "traps/example.go" || strings.HasSuffix(v.ID, "#whole") || strings.HasSuffix(name, ".md") && v.File != "traps/README.md" {
			continue
		}
		text := fmt.Sprintf("%s  %s  %s  %s\n\texpected %q\n\tgot %q\n", v.ID, v.Release, v.Claim, v.Verdict, v.Expected, v.Got)
		for _, u := range unsteady {
			text = u.text.ReplaceAllString(text, u.name)
		}
		out.WriteString(text)
	}
	file := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("verdicts of %s differ from %s (-want +got):\n%s", name, file, diff)
	}
}
