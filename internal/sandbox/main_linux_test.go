package sandbox

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// guard is what Reexec returned to TestMain.
var guard Guard

// TestMain is also the main function of the programs that the tests run: the test
// binary, called with "program" and a name. After the tests it looks whether a
// process or a temporary folder is left.
func TestMain(m *testing.M) {
	guard = Reexec()
	if len(os.Args) > 2 && os.Args[1] == "program" {
		// os.Exit takes a second in a race build.
		syscall.Exit(program(os.Args[2], os.Args[3:]))
	}
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sandbox-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	// For the tests of another user.
	if err := os.Chmod(dir, 0o711); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	os.Setenv("TMPDIR", dir)
	flag.Parse()
	flag.Set("test.parallel", "8") // most of them wait
	before := siblings()
	code := m.Run()
	left := residue(dir, before)
	for deadline := time.Now().Add(3 * time.Second); len(left) > 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
		left = residue(dir, before)
	}
	if len(left) > 0 {
		fmt.Fprintln(os.Stderr, "FAIL: the tests left behind:", left)
		return max(code, 1)
	}
	return code
}

// residue returns the processes that run our binary and did not before, and the
// folders of sandboxes below dir.
func residue(dir string, before []string) []string {
	left := slices.DeleteFunc(siblings(), func(pid string) bool { return slices.Contains(before, pid) })
	found, _ := filepath.Glob(filepath.Join(dir, "gomastery-*", "*"))
	return append(left, found...)
}

// siblings returns the ids of the other processes that run our binary. It asks
// neither for tags nor for environments, as the sandbox does.
func siblings() []string {
	us, err := os.Stat(self)
	if err != nil {
		return []string{err.Error()}
	}
	var found []string
	exes, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, exe := range exes {
		pid := filepath.Base(filepath.Dir(exe))
		info, err := os.Stat(exe)
		if err == nil && os.SameFile(us, info) && pid != strconv.Itoa(os.Getpid()) {
			found = append(found, pid)
		}
	}
	return found
}

// marked returns the ids of the processes that have this argument.
func marked(mark string) []string {
	var found []string
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		b, _ := os.ReadFile(file) // empty for a zombie
		if strings.Contains(string(b), "\x00"+mark+"\x00") {
			found = append(found, filepath.Base(filepath.Dir(file)))
		}
	}
	return found
}

// needsRoot skips a test for others than root, and fails it in CI, where it has to
// be run.
func needsRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() == 0 {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("needs root")
	}
	t.Skip("needs root")
}

// eventually waits until ok, and fails after a time that only a defect takes.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 5 s: %s", what)
		}
	}
}
