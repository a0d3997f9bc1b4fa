package prove

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// smallBook is a concept that holds.
func smallBook() fstest.MapFS {
	return fstest.MapFS{
		"1_small/README.md": {Data: []byte("# Small\n\n## Model\n\nA [case](example.go#doubled).\n\n```go\nfmt.Println(1 + 1)\n```\n\n```output\n2\n```\n")},
		"1_small/example.go": {Data: []byte(`//go:build ignore

// Examples.
package main

import "fmt"

var numbers = []int{1, 2}

func doubled() {
	for _, n := range numbers {
		fmt.Println(2 * n)
	}
	// Output:
	// 2
	// 4
}

func tripled() {
	for _, n := range numbers {
		fmt.Println(3 * n)
	}
	// Output:
	// 3
	// 6
}

func main() {
	doubled()
	tripled()
}
`)},
		"1_small/pitfalls.go":  {Data: []byte(emptyExample)},
		"1_small/interview.md": {Data: []byte("# Interview\n")},
	}
}

func readBook(t *testing.T, fsys fs.FS) *book.Book {
	t.Helper()
	b, err := book.Read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func localOnly(p *Prover) Options { return Options{Pairs: []toolchain.Pair{p.localPair()}} }

// fresh returns the ids of the verdicts that were not kept from before.
func fresh(verdicts []Verdict) []string {
	var ids []string
	for _, v := range verdicts {
		if !v.Cached && v.Release != "" {
			ids = append(ids, v.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// TestVerdictsAreKept proves a book again: without a change, after a change of one
// case, and after the files of the cache were damaged.
func TestVerdictsAreKept(t *testing.T) {
	cache := t.TempDir()
	p := newProver(t, cache)
	files := smallBook()
	first := proveAll(t, p, readBook(t, files), localOnly(p))
	if len(fresh(first)) == 0 {
		t.Fatal("nothing was proved")
	}
	if again := fresh(proveAll(t, p, readBook(t, files), localOnly(p))); len(again) > 0 {
		t.Errorf("proved again without a change: %v", again)
	}
	if o := localOnly(p); true {
		o.Fresh = true
		if again := fresh(proveAll(t, p, readBook(t, files), o)); len(again) != len(fresh(first)) {
			t.Errorf("proved afresh: %v, want all of %v", again, fresh(first))
		}
	}

	text := string(files["1_small/example.go"].Data)
	files["1_small/example.go"] = &fstest.MapFile{Data: []byte(strings.NewReplacer("3 * n", "3 + n", "// 3\n\t// 6", "// 4\n\t// 5").Replace(text))}
	for _, id := range fresh(proveAll(t, p, readBook(t, files), localOnly(p))) {
		if !strings.Contains(id, "tripled") && !strings.HasSuffix(id, "#whole") {
			t.Errorf("proved again after a change of another case: %s", id)
		}
	}

	damaged := 0
	err := filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		damaged++
		return os.Truncate(path, 10)
	})
	if err != nil || damaged == 0 {
		t.Fatalf("damaged %d files, %v", damaged, err)
	}
	verdicts := proveAll(t, p, readBook(t, files), localOnly(p))
	if len(fresh(verdicts)) != len(fresh(first)) {
		t.Errorf("after damage %d verdicts were proved again, want %d", len(fresh(verdicts)), len(fresh(first)))
	}
}

// TestRefutedIsNotKept tries a refuted claim each time.
func TestRefutedIsNotKept(t *testing.T) {
	p := newProver(t, t.TempDir())
	files := smallBook()
	files["1_small/example.go"] = &fstest.MapFile{Data: []byte(strings.Replace(string(files["1_small/example.go"].Data), "// 6", "// 7", 1))}
	for range 2 {
		verdicts := proveAll(t, p, readBook(t, files), localOnly(p))
		i := slices.IndexFunc(verdicts, func(v Verdict) bool { return v.ID == "1_small/tripled#output" })
		if i < 0 || verdicts[i].Verdict != Refuted || verdicts[i].Cached || verdicts[i].Got != "3\n6" || verdicts[i].Expected != "3\n7" {
			t.Fatalf("the wrong claim came out as %+v", verdicts[max(i, 0)])
		}
	}
}

// TestReleaseThatCanNotBeHad asks for a patch that was never released.
func TestReleaseThatCanNotBeHad(t *testing.T) {
	p := newProver(t, t.TempDir())
	o := Options{Pairs: []toolchain.Pair{{Release: toolchain.Release{Minor: 20, Version: "go1.20.99"}}}}
	verdicts := proveAll(t, p, readBook(t, smallBook()), o)
	unproved := 0
	for _, v := range verdicts {
		if v.Verdict == Unproved && v.Got != "" {
			unproved++
		} else {
			t.Errorf("%s on %s: %s, want unproved with a reason", v.ID, v.Release, v.Verdict)
		}
	}
	if unproved == 0 {
		t.Error("nothing is unproved")
	}
}

func TestCanceled(t *testing.T) {
	p := newProver(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	b := readBook(t, smallBook())
	o := localOnly(p)
	o.Progress = func(int, int, string) { cancel() }
	_, err := p.Entries(ctx, b, b.Entries, o, func(Verdict) {})
	if fault.KindOf(err) != fault.Canceled {
		t.Errorf("Entries(canceled) = %v, want a fault of the kind canceled", err)
	}
}

// TestRefusals turns claims that may not stand into refuted verdicts.
func TestRefusals(t *testing.T) {
	p := newProver(t, "")
	files := smallBook()
	files["1_small/pitfalls.go"] = &fstest.MapFile{Data: []byte(`//go:build ignore

// Pitfalls.
package main

import "fmt"

var n = 1

func bug() {
	fmt.Println("sum:", n)
	// Output: sum: 1
}

func main() { bug() }
`)}
	files["1_small/README.md"] = &fstest.MapFile{Data: []byte("# Small\n\n## Model\n\nA [case](example.go#nothing), [elsewhere](../2_none/example.go#x).\n")}
	refused := map[string]bool{}
	for _, v := range proveAll(t, p, readBook(t, files), localOnly(p)) {
		if strings.HasSuffix(v.ID, "#refused") && v.Verdict == Refuted {
			refused[v.Got] = true
		}
	}
	for _, want := range []string{
		"a bug without its cure, bugFixed",
		"the link leads to example.go#nothing, which is no case",
		"the link leads to 2_none/example.go#x, which is no case",
	} {
		if !refused[want] {
			t.Errorf("not refused: %s; refused: %v", want, refused)
		}
	}
}

func TestLedger(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(root, smallBook()); err != nil {
		t.Fatal(err)
	}
	p := newProver(t, t.TempDir())
	b := readBook(t, os.DirFS(root))
	verdicts := proveAll(t, p, b, localOnly(p))
	if err := WriteLedger(root, b.Entries, verdicts); err != nil {
		t.Fatal(err)
	}
	records, err := ReadLedger(os.DirFS(root), b.Entries[0])
	if err != nil || len(records) != len(verdicts) {
		t.Fatalf("ReadLedger = %d records, %v, want %d", len(records), err, len(verdicts))
	}
	stale := func(change string) []string {
		t.Helper()
		faults, err := p.Stale(t.Context(), os.DirFS(root), readBook(t, os.DirFS(root)).Entries[0])
		if err != nil {
			t.Fatal(change, err)
		}
		var what []string
		for _, f := range faults {
			if !strings.Contains(f.What, "never proved on") { // other releases were not tried
				what = append(what, f.What)
			}
		}
		return what
	}
	if got := stale("nothing"); len(got) > 0 {
		t.Errorf("a ledger just written is stale: %v", got)
	}
	edit := func(old, new string) {
		t.Helper()
		file := filepath.Join(root, "1_small", "example.go")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(data), old, new)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	edit("3 * n", "n * 3")
	if got := stale("a case"); !slices.Contains(got, "1_small/tripled has changed since it was proved") || slices.Contains(got, "1_small/doubled has changed since it was proved") {
		t.Errorf("after a change of tripled the ledger is stale in %v", got)
	}
	edit("tripled", "threefold")
	if got := strings.Join(stale("a name"), "\n"); !strings.Contains(got, "1_small/tripled") || !strings.Contains(got, "does not exist") {
		t.Errorf("after tripled is gone the ledger is stale in %v", got)
	}
	verdicts[0].Verdict = Refuted
	if err := WriteLedger(root, b.Entries, verdicts); err == nil {
		t.Error("WriteLedger recorded a refuted claim")
	}
}

// TestVerdictJSON fixes the names that scripts read.
func TestVerdictJSON(t *testing.T) {
	data, err := json.Marshal(Verdict{Claim: "Output", ID: "9_slices/x#output", File: "9_slices/example.go", Line: 3, Release: "go1.26.8", Platform: "linux/amd64", Verdict: Holds, Expected: "a", Got: "a", Milliseconds: 2.5, Hash: "h"})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"claim":"Output","id":"9_slices/x#output","file":"9_slices/example.go","line":3,"release":"go1.26.8","platform":"linux/amd64","verdict":"holds","expected":"a","got":"a","milliseconds":2.5,"hash":"h"}`
	if string(data) != want {
		t.Errorf("Marshal(Verdict) = %s, want %s", data, want)
	}
}

// TestWholeFileNamesTheLine says of a file that prints something else where it does.
func TestWholeFileNamesTheLine(t *testing.T) {
	p := newProver(t, "")
	files := smallBook()
	files["1_small/example.go"] = &fstest.MapFile{Data: []byte(strings.Replace(string(files["1_small/example.go"].Data), "// 3\n", "// 5\n", 1))}
	for _, v := range proveAll(t, p, readBook(t, files), localOnly(p)) {
		if v.ID == "1_small/example#whole" {
			if want := `tripled: want "5\n6", got "3\n6"`; v.Verdict != Refuted || v.Got != want {
				t.Errorf("the whole file is %s: %s, want refuted: %s", v.Verdict, v.Got, want)
			}
			return
		}
	}
	t.Error("the whole file was not tried")
}
