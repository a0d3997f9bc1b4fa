package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A report is what a tool and we must agree about.
type report struct {
	File     string // in the corpus
	At, Upto place  // the same when the end is not known
	Check    string
	Message  string
}

type place struct{ Line, Column int }

func (r report) String() string {
	return fmt.Sprintf("%s:%d:%d-%d:%d: %s: %s", r.File, r.At.Line, r.At.Column, r.Upto.Line, r.Upto.Column, r.Check, r.Message)
}

func newReport(file string, at, upto place, check, message string) report {
	if upto.Line == 0 {
		upto = at
	}
	file = filepath.Base(file)
	return report{file, at, upto, check, inFile(file, message)}
}

// knownDifferences are reports of one side alone, by suite; anything else is a
// failure, and so is a difference that has gone.
var knownDifferences = map[string][]struct {
	report
	ours bool // else it is the tool's
	why  string
}{
	Vet: {
		{report: report{"printf.go", place{23, 2}, place{23, 26}, "printf", "fmt.Println arg list ends with redundant newline"}, why: "dropped in x/tools v0.52"},
		{report: report{"benchmark_test.go", place{10, 3}, place{10, 13}, "unusedresult", "result of fmt.Sprint call not used"}, why: "x/tools v0.52 knows b.Loop"},
	},
}

// TestConformance compares what a suite says about each program of testdata/corpus
// with what its tool says.
func TestConformance(t *testing.T) {
	needsRelease(t)
	dir := t.TempDir()
	files := copyCorpus(t, dir)
	for suite, tool := range map[string]func(*testing.T, string) []report{Vet: runVet, Staticcheck: runStaticcheck} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			want := tool(t, dir)
			got := runOurs(t, suite, files)
			for _, known := range knownDifferences[suite] {
				side := &want
				if known.ours {
					side = &got
				}
				i := slices.Index(*side, known.report)
				if i < 0 {
					t.Errorf("%v: known as a difference (%s), but it is none", known.report, known.why)
					continue
				}
				*side = slices.Delete(*side, i, i+1)
			}
			compareReports(t, got, want)
			mustSpeak(t, suite, files, want)
		})
	}
}

func compareReports(t *testing.T, got, want []report) {
	t.Helper()
	for _, r := range want {
		if !slices.Contains(got, r) {
			t.Errorf("only the tool says %v", r)
		}
	}
	for _, r := range got {
		if !slices.Contains(want, r) {
			t.Errorf("only we say %v", r)
		}
	}
}

// mustSpeak fails for a program of the corpus that is named after a check and on
// which the tool does not say what the program is there for.
func mustSpeak(t *testing.T, suite string, files []File, said []report) {
	t.Helper()
	for _, c := range Checks() {
		for _, f := range files {
			name, _, _ := strings.Cut(strings.TrimSuffix(f.Name, ".go"), "_")
			if c.Suite == suite && name == c.Name && !slices.ContainsFunc(said, func(r report) bool { return r.File == f.Name && r.Check == c.Name }) {
				t.Errorf("%s says nothing of its check about %s", suite, f.Name)
			}
		}
	}
}

// TestVetHasTheseChecks compares the list of analyzers with that of go vet.
func TestVetHasTheseChecks(t *testing.T) {
	needsRelease(t)
	out, err := exec.Command("go", "tool", "vet", "help").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(out), "Registered analyzers:")
	list, _, _ = strings.Cut(list, "By default")
	want := map[string]bool{}
	for line := range strings.Lines(list) {
		if fields := strings.Fields(line); len(fields) > 0 && notHere[fields[0]] == "" {
			want[fields[0]] = true
		}
	}
	got := map[string]bool{}
	for _, c := range vetChecks() {
		got[c.Name] = true
	}
	if !maps.Equal(got, want) {
		t.Errorf("vetChecks() = %v, want those of go vet help that are not in notHere: %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// needsRelease skips what is compared with the tools of one release, whatever its patch.
func needsRelease(t *testing.T) {
	t.Helper()
	want := version.Lang(tableVersion())
	if release := goVersion(t); version.Lang(release) != want {
		t.Skipf("needs %s, with which this package is compared; this is %s", want, release)
	}
}

// copyCorpus makes a module of the corpus, each program in a folder of its own.
func copyCorpus(t *testing.T, dir string) []File {
	t.Helper()
	files := corpus(t)
	write(t, filepath.Join(dir, "go.mod"), []byte("module corpus\n\ngo 1.26\n"))
	for _, f := range files {
		write(t, filepath.Join(dir, strings.TrimSuffix(f.Name, ".go"), f.Name), f.Data)
	}
	return files
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func corpus(t testing.TB) []File {
	t.Helper()
	names, err := filepath.Glob("testdata/corpus/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	var files []File
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, File{Name: filepath.Base(name), Data: data})
	}
	return files
}

// inFile is what the go command calls the package of the file when it is given the
// file alone, as we do, and not the folder.
func inFile(file, message string) string {
	return strings.ReplaceAll(message, "corpus/"+strings.TrimSuffix(file, ".go")+".", packagePath+".")
}

func runOurs(t *testing.T, suite string, files []File) []report {
	t.Helper()
	all := map[report]bool{}
	for _, f := range files {
		p, err := shared.Load("go1.26", f)
		if err != nil {
			t.Fatalf("Load(%s): %v", f.Name, err)
		}
		if len(p.Errors) > 0 {
			t.Fatalf("Load(%s) found errors %v", f.Name, p.Errors)
		}
		found, err := p.Run(suite)
		if err != nil {
			t.Errorf("Run(%s) of %s: %v", suite, f.Name, err)
		}
		for _, d := range found {
			all[newReport(d.File, place{d.Line, d.Column}, place{d.EndLine, d.EndColumn}, d.Check, d.Message)] = true
		}
	}
	return slices.Collect(maps.Keys(all))
}

// command runs a tool in dir; that it found something is no failure.
func command(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", args, err)
	}
	if len(out) == 0 {
		t.Fatalf("%v: no output; %v\n%s", args, err, stderr.Bytes())
	}
	return out
}

func runVet(t *testing.T, dir string) []report {
	out := command(t, dir, "go", "vet", "-json", "./...")
	var objects []byte
	for line := range bytes.Lines(out) {
		if !bytes.HasPrefix(line, []byte("#")) {
			objects = append(objects, line...)
		}
	}
	all := map[report]bool{}
	for dec := json.NewDecoder(bytes.NewReader(objects)); ; {
		var packages map[string]map[string][]struct{ Posn, End, Message string }
		if err := dec.Decode(&packages); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go vet -json: %v in %s", err, objects)
		}
		for _, analyzers := range packages {
			for name, diagnostics := range analyzers {
				for _, d := range diagnostics {
					file, at := vetPlace(t, d.Posn)
					_, upto := vetPlace(t, d.End)
					all[newReport(file, at, upto, name, d.Message)] = true
				}
			}
		}
	}
	return slices.Collect(maps.Keys(all))
}

// vetPlace reads file:line:column.
func vetPlace(t *testing.T, posn string) (file string, p place) {
	t.Helper()
	parts := strings.Split(posn, ":")
	if len(parts) < 3 {
		t.Fatalf("go vet -json: position %q", posn)
	}
	p.Line, _ = strconv.Atoi(parts[len(parts)-2])
	p.Column, _ = strconv.Atoi(parts[len(parts)-1])
	return strings.Join(parts[:len(parts)-2], ":"), p
}

func runStaticcheck(t *testing.T, dir string) []report {
	binary := staticcheckBinary(t)
	out := command(t, dir, binary, "-f", "json", "-checks", "SA*,-SA9003", "./...")
	all := map[report]bool{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var d struct {
			Code, Message string
			Location      struct {
				File string
				place
			}
			End place
		}
		if err := dec.Decode(&d); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("staticcheck -f json: %v in %s", err, out)
		}
		if d.Code == "compile" {
			continue // said of what does not compile as a package
		}
		all[newReport(d.Location.File, d.Location.place, d.End, d.Code, d.Message)] = true
	}
	return slices.Collect(maps.Keys(all))
}

// staticcheckBinary has the go command build the tool of go.mod.
func staticcheckBinary(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "tool", "-n", "staticcheck").Output()
	if err != nil {
		missing(t, "needs staticcheck, the tool of go.mod: "+err.Error())
	}
	return strings.TrimSpace(string(out))
}
