package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"go/build/constraint"
	"hash/fnv"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

var wholeGoRoot = flag.Bool("goroot", false, "run every program of $GOROOT/test, not a sample of them")

// sampleOneOf is the share of $GOROOT/test that is run without -goroot: those
// whose name hashes to 0 modulo this.
const sampleOneOf = 16

// TestSameAsGoRun runs the programs of $GOROOT/test through gomastery run and
// through go run. Both have to print the same and end with the same status.
func TestSameAsGoRun(t *testing.T) {
	goroot := strings.TrimSpace(output(t, "go", "env", "GOROOT"))
	programs, err := runPrograms(filepath.Join(goroot, "test"))
	if err != nil || len(programs) == 0 {
		t.Skipf("needs the folder test of GOROOT, which this Go came without: %v", err)
	}
	t.Setenv("GOMASTERY_CACHE", testCache())
	t.Setenv("GOTRACEBACK", "")
	a := &app{guard: sandbox.Reexec(), dir: t.TempDir(), environ: os.Environ(), stderr: os.Stderr, stdout: os.Stdout}
	a.flags.CacheDir = testCache()
	e, err := a.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.close(nil); err != nil {
			t.Error(err)
		}
	}()
	g, err := e.tools.Install(t.Context(), e.tools.Local(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	tally := map[string]int{}
	ran, direct := 0, 0
	for _, file := range programs {
		if !*wholeGoRoot && !sampled(file) {
			continue
		}
		ran++
		name, err := filepath.Rel(goroot, file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.ToSlash(name), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			built, err := e.tools.Compile(t.Context(), g, []toolchain.File{{Name: filepath.Base(file), Data: data}}, toolchain.Options{})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case built.Path == toolchain.Direct && built.OK:
				direct++
			case built.Path == toolchain.Direct:
				tally["the compiler refuses it: the go command says why"]++
			default:
				tally[built.Reason]++
			}
			compareRuns(t, file)
		})
	}
	for reason, n := range tally {
		t.Logf("%d not by the direct path: %s", n, reason)
	}
	t.Logf("%d of %d programs, %d by the direct path", ran, len(programs), direct)
	if 10*direct < 9*ran {
		t.Errorf("%d of %d programs go by the direct path, want nine of ten", direct, ran)
	}
}

// compareRuns runs a file both ways.
func compareRuns(t *testing.T, file string) {
	t.Helper()
	dir := t.TempDir()
	ours := execute(t, dir, "gomastery", "run", file)
	theirs := execute(t, dir, "go", "run", file)
	if ours.status != theirs.status {
		t.Errorf("status %d, go run ends with %d\nours:   %.500s\ntheirs: %.500s", ours.status, theirs.status, ours.stderr, theirs.stderr)
	}
	if ours.stdout != theirs.stdout {
		t.Errorf("standard output differs\nours:   %.500q\ntheirs: %.500q", ours.stdout, theirs.stdout)
	}
	if ours.stderr != theirs.stderr {
		t.Errorf("standard error differs\nours:   %.500q\ntheirs: %.500q", ours.stderr, theirs.stderr)
	}
}

type execution struct {
	status         int
	stdout, stderr string
}

// execute runs a command. testscript has put the test binary on the PATH as
// gomastery.
func execute(t *testing.T, dir, name string, args ...string) execution {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return execution{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return string(out)
}

// sampled chooses the same programs each time.
func sampled(file string) bool {
	h := fnv.New32a()
	fmt.Fprint(h, filepath.Base(file))
	return h.Sum32()%sampleOneOf == 0
}

// runPrograms lists the files whose recipe is "// run" and nothing else, and whose
// build constraint holds here.
func runPrograms(root string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasSuffix(d.Name(), ".dir") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") {
			return nil
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if isRunProgram(string(data)) {
			files = append(files, file)
		}
		return nil
	})
	return files, err
}

func isRunProgram(src string) bool {
	head, _, _ := strings.Cut(src, "\npackage ")
	recipe := false
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		recipe = recipe || line == "// run"
		if !constraint.IsGoBuild(line) {
			continue
		}
		expr, err := constraint.Parse(line)
		if err != nil || !expr.Eval(func(tag string) bool {
			return tag == runtime.GOOS || tag == runtime.GOARCH || tag == "gc" || tag == "unix" || tag == "cgo" || strings.HasPrefix(tag, "go1.")
		}) {
			return false
		}
	}
	return recipe
}
