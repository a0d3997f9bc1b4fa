package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/toolchain"
)

var wholeGoroot = flag.Bool("goroot", false, "compare with go run on all programs of $GOROOT/test, not on a sample")

// gorootSample is how many of them are compared otherwise.
const gorootSample = 12

// unsteady are programs whose output is another one each time, also with go run.
var unsteady = map[string]string{}

// TestGoroot runs programs of $GOROOT/test through gomastery run and through go run:
// both must print the same and end with the same status. Nine of ten are to be built
// by the direct path; the others are listed by reason.
func TestGoroot(t *testing.T) {
	goroot := filepath.Join(strings.TrimSpace(output(t, "go", "env", "GOROOT")), "test")
	files := programsOf(t, goroot)
	step := 1
	if !*wholeGoroot {
		step = len(files)/gorootSample + 1
	}
	a := inFolder(goroot, os.Stdout, os.Stderr)
	a.flags.CacheDir = testCache()
	e, err := a.engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { e.close(nil) }()
	var direct, other, skipped int
	reasons := map[string]int{}
	for i := 0; i < len(files); i += step {
		file := files[i]
		if unsteady[file] != "" {
			skipped++
			continue
		}
		want, steady := byGoRun(t, goroot, file)
		if !steady {
			skipped++
			t.Logf("%s: skipped, since go run itself took too long", file)
			continue
		}
		if got := byUs(t, goroot, file); got != want {
			t.Errorf("gomastery run %s:\n%s\ngo run:\n%s", file, got, want)
		}
		if reason := whyNotDirect(t, e, filepath.Join(goroot, file)); reason != "" {
			other++
			reasons[reason]++
			continue
		}
		direct++
	}
	t.Logf("%d by the direct path, %d by the go command, %d skipped", direct, other, skipped)
	for _, r := range slices.Sorted(maps.Keys(reasons)) {
		t.Logf("%4d %s", reasons[r], r)
	}
	if n := direct + other; *wholeGoroot && (direct*10 < n*9 || skipped*20 > n) {
		t.Errorf("%d of %d by the direct path and %d skipped, want nine of ten and one of twenty", direct, n, skipped)
	}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

var runLine = regexp.MustCompile(`(?m)\A// run\s*$`)

// programsOf lists the programs that need no arguments.
func programsOf(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.go", "*/*.go"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if runLine.Match(data) {
				rel, _ := filepath.Rel(dir, f) // it is below
				files = append(files, rel)
			}
		}
	}
	if len(files) == 0 {
		t.Skip("needs a Go with its test folder")
	}
	return files
}

// byGoRun returns what go run prints, and its status; false when it takes too long.
func byGoRun(t *testing.T, dir, file string) (said string, steady bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var stdout, stderr bytes.Buffer
	c := exec.CommandContext(ctx, "go", "run", file)
	c.Dir, c.Stdout, c.Stderr = dir, &stdout, &stderr
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome(stdout.String(), stderr.String(), c.ProcessState.ExitCode()), ctx.Err() == nil
}

func byUs(t *testing.T, dir, file string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := inFolder(dir, &stdout, &stderr)
	status := a.run(t.Context(), []string{"--cache=" + testCache(), "run", file})
	return outcome(stdout.String(), strings.ReplaceAll(stderr.String(), "\t"+filepath.Base(file)+":", "\t"+filepath.Join(dir, file)+":"), status)
}

func outcome(stdout, stderr string, status int) string {
	return fmt.Sprintf("%s--- stderr\n%s--- status %d", stdout, stderr, status)
}

// whyNotDirect returns why the direct path does not build a file, "" if it does.
func whyNotDirect(t *testing.T, e *engine, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g, ok := e.tools.Installed(e.tools.Local())
	if !ok {
		t.Fatalf("%s is not whole", runtime.Version())
	}
	built, err := e.tools.Compile(t.Context(), g, []toolchain.File{{Name: filepath.Base(file), Data: data}}, toolchain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !built.OK && built.Reason == "" {
		return "does not compile"
	}
	return built.Reason
}
