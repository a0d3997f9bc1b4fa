package check

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// exportData is the export data of the local standard library.
var exportData = sync.OnceValues(func() (map[string]string, error) { return listExports("", "std") })

// listExports asks the go command for export data, with an addition to its environment.
func listExports(env string, pkg string) (map[string]string, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", pkg)
	cmd.Env = append(os.Environ(), env)
	cmd.Dir = os.TempDir() // outside our module, which an old release could not read
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		if file != "" {
			files[path] = file
		}
	}
	return files, nil
}

// missing skips a test for want of something, except where everything must be there.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func lookup(path string) (io.ReadCloser, error) {
	files, err := exportData()
	if err != nil {
		return nil, err
	}
	file, ok := files[path]
	if !ok {
		return nil, fmt.Errorf("package %s is not in std: %w", path, fs.ErrNotExist)
	}
	return os.Open(file)
}

// shared is the importer of all tests that have no reason for one of their own.
var shared = NewImporter(lookup)

// goVersion returns the release of the go command: "go1.26.8".
func goVersion(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOVERSION").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestChecks(t *testing.T) {
	count := map[string]int{}
	seen := map[string]bool{}
	for _, c := range Checks() {
		id := c.Suite + ":" + c.Name
		if seen[id] {
			t.Errorf("%s is listed twice", id)
		}
		seen[id] = true
		count[c.Suite]++
		if c.Title == "" || !strings.HasPrefix(c.Doc, c.Title) || !strings.HasPrefix(c.URL, "https://") {
			t.Errorf("%s has the title %q, the documentation %.40q and the address %q", id, c.Title, c.Doc, c.URL)
		}
	}
	if count[Vet] < 30 || count[Staticcheck] < 80 || seen["staticcheck:SA9003"] {
		t.Errorf("counts of checks = %v, want at least 30 of vet and 80 of staticcheck, without SA9003", count)
	}
}

func TestExplain(t *testing.T) {
	tests := []struct {
		suite, check string
		want         string // in the text; "" for no such check
	}{
		{"vet", "copylocks", "Inadvertently copying a value containing a lock"},
		{"staticcheck", "SA4023", "Under the covers, interfaces are implemented as two elements"},
		{"staticcheck", "sa4006", "A value assigned to a variable is never read before being overwritten"},
		{"staticcheck", "copylocks", ""},
		{"vet", "shadow", ""},
		{"lint", "copylocks", ""},
	}
	for _, tt := range tests {
		got, ok := Explain(tt.suite, tt.check)
		if ok != (tt.want != "") || !strings.Contains(got, tt.want) {
			t.Errorf("Explain(%s, %s) = %.60q, %v, want %q in it", tt.suite, tt.check, got, ok, tt.want)
		}
	}
}

func ExampleImporter() {
	// A program of the toolchain package gives export data; here it is go list.
	im := NewImporter(lookup)
	p, err := im.Load("go1.26", File{Name: "main.go", Data: []byte(`package main

import "fmt"

func main() { fmt.Printf("%d items\n", "three") }
`)})
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := p.Run(Vet)
	for _, d := range found {
		fmt.Printf("%s:%d:%d: %s (%s:%s)\n", d.File, d.Line, d.Column, d.Message, d.Suite, d.Check)
	}
	fmt.Println(err)
	// Output:
	// main.go:5:27: fmt.Printf format %d has arg "three" of wrong type string (vet:printf)
	// <nil>
}
