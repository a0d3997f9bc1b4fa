//go:build unix

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An interrupted process of ours, and what it has started.
type interrupted struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	fifo   string // to which what it has started writes its process id
	temp   string // its folder for temporary files
}

// start starts gomastery as a process, with an empty folder for its temporary
// files and a FIFO in $MARK.
func start(t *testing.T, dir string, args ...string) *interrupted {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &interrupted{fifo: fifo(t), temp: t.TempDir()}
	p.cmd = exec.Command(self, args...)
	p.cmd.Args[0] = "gomastery" // TestMain goes by the name
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), "TMPDIR="+p.temp, "MARK="+p.fifo, "GOMASTERY_CACHE="+testCache())
	p.cmd.Stderr = &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	return p
}

func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mark")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// child waits until what the process has started says who it is.
func (p *interrupted) child(t *testing.T) int {
	t.Helper()
	said := make(chan string, 1)
	go func() {
		data, err := os.ReadFile(p.fifo) // waits for a writer
		if err == nil {
			said <- string(data)
		}
	}()
	select {
	case text := <-said:
		pid, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			t.Fatal(err)
		}
		return pid
	case <-time.After(time.Minute):
		t.Fatalf("nothing was started: %s", p.stderr.String())
	}
	return 0
}

// status waits for the end.
func (p *interrupted) status(t *testing.T) int {
	t.Helper()
	err := p.cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	t.Fatal(err)
	return 0
}

// left lists the temporary files that the process has left, and the temporary
// folders of the cache that nobody holds.
func (p *interrupted) left(t *testing.T) []string {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(p.temp, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join(p.temp, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range more {
		if !strings.HasPrefix(filepath.Base(file), "gomastery-"+strconv.Itoa(os.Getuid())) {
			left = append(left, file) // that folder is the user's, for ever
		}
	}
	return left
}

const waiting = `package main

import (
	"os"
	"strconv"
	"time"
)

func main() {
	os.WriteFile(os.Getenv("MARK"), []byte(strconv.Itoa(os.Getpid())), 0)
	time.Sleep(time.Hour)
}
`

// TestInterrupt sends signals to a process that has started a program: it ends with
// 130, and nothing is left of it.
func TestInterrupt(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run("run "+sig.String(), func(t *testing.T) {
			dir := t.TempDir()
			writeFiles(t, dir, map[string]string{"main.go": waiting})
			endsClean(t, start(t, dir, "run", "main.go"), sig)
		})
		t.Run("prove "+sig.String(), func(t *testing.T) {
			dir := t.TempDir()
			writeSample(t, dir)
			p := fifo(t)
			writeFiles(t, dir, map[string]string{"1_sample/example.go": slowCase(p)})
			proving := start(t, dir, "prove", "--fresh")
			proving.fifo = p
			endsClean(t, proving, sig)
		})
	}
}

func endsClean(t *testing.T, p *interrupted, sig syscall.Signal) {
	t.Helper()
	child := p.child(t)
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	if got := p.status(t); got != statusInterrupted {
		t.Errorf("status = %d, want %d\n%s", got, statusInterrupted, p.stderr.String())
	}
	if got, want := p.stderr.String(), "gomastery: interrupted\n"; got != want {
		t.Errorf("stderr = %q, want %q", got, want)
	}
	if err := syscall.Kill(child, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("signal 0 to what it had started: %v, want %v", err, syscall.ESRCH)
	}
	if left := p.left(t); len(left) > 0 {
		t.Errorf("left in its folder for temporary files: %v, want nothing", left)
	}
}

// slowCase is a file with a case that says who it is and does not end.
func slowCase(fifo string) string {
	return fmt.Sprintf(`//go:build ignore

package main

import (
	"os"
	"strconv"
	"time"
)

func slow() {
	os.WriteFile(os.Getenv("MARK"), []byte(strconv.Itoa(os.Getpid())), 0)
	time.Sleep(time.Hour)
	// Run with: MARK=%s
	// Output: never
}

func main() { slow() }
`, fifo)
}
