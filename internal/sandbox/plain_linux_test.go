package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

var _ Sandbox = (*Plain)(nil)

func newPlain(t testing.TB) *Plain {
	t.Helper()
	p, err := NewPlain(guard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestPlain(t *testing.T) {
	t.Parallel()
	conform(t, newPlain(t))
}

// TestPlainUntraced has no ptrace, as under a debugger.
func TestPlainUntraced(t *testing.T) {
	p := newPlain(t)
	p.host.untraced.Store(true)
	for range 20 {
		mark := newMark()
		if e, _, _ := run(t, p, mark, command(mark, "background")); wants(e) != (want{reason: Exited, strays: 1}) {
			t.Errorf("Run(background) = %+v, want one stray", e)
		}
	}
}

func TestPlainClose(t *testing.T) {
	p := newPlain(t)
	mark := newMark()
	c := command(mark, "demon")
	up, ended := make(chan bool), make(chan error)
	c.Stdout = onLine(func() { close(up) })
	go func() {
		_, err := p.Run(context.Background(), c)
		ended <- err
	}()
	<-up
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; fault.KindOf(err) != fault.Canceled {
		t.Errorf("Run under Close = %v, want kind %v", err, fault.Canceled)
	}
	if left := marked(mark); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	if err := p.Close(); err != nil {
		t.Errorf("second Close = %v", err)
	}
	if _, err := p.Run(t.Context(), c); fault.KindOf(err) != fault.Misuse {
		t.Errorf("Run after Close = %v, want kind %v", err, fault.Misuse)
	}
	if _, err := os.Stat(p.folders.dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}

// TestFirstProcess makes the sandbox's process the first of a container.
func TestFirstProcess(t *testing.T) {
	needsRoot(t)
	t.Parallel()
	cmd := exec.Command(self, "program", "first", newMark())
	cmd.Env = []string{"TMPDIR=" + t.TempDir()}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestHeir gives the sandbox's process a descriptor that exec does not close.
func TestHeir(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(self, "program", "heir", newMark())
	cmd.Env = []string{"TMPDIR=" + t.TempDir()}
	cmd.ExtraFiles = []*os.File{os.Stderr}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "descriptor 2 ") || strings.Contains(string(out), "descriptor 3 ") {
		t.Errorf("%v, printed\n%s\nwant no descriptor above 2", err, out)
	}
}

func TestLimited(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(self, "program", "limited", newMark())
	cmd.Env = []string{"TMPDIR=" + t.TempDir()}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestBusyExecutable starts a program that is still open for writing.
func TestBusyExecutable(t *testing.T) {
	t.Parallel()
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "program"), os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("#!/bin/sh\nexit 3\n"); err != nil {
		t.Fatal(err)
	}
	closed := time.AfterFunc(10*time.Millisecond, func() { f.Close() })
	defer closed.Stop()
	e, err := newPlain(t).Run(t.Context(), Command{Path: f.Name()})
	if err != nil || e.Status != 3 {
		t.Errorf("Run = %+v, %v; want status 3", e, err)
	}
}

// TestAsNobody runs all tests again as a user without rights.
func TestAsNobody(t *testing.T) {
	needsRoot(t)
	t.Parallel()
	const nobody = 65534
	dir, err := os.MkdirTemp("", "nobody-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.failfast", "-test.timeout=2m")
	cmd.Dir = dir
	cmd.Env = []string{"TMPDIR=" + dir} // without CI: nobody is not root
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

// TestFullDisk has a file system of 256 KiB for the temporary folders.
func TestFullDisk(t *testing.T) {
	needsRoot(t)
	dir := t.TempDir()
	if err := syscall.Mount("full", dir, "tmpfs", 0, "size=256k,nr_inodes=5"); err != nil {
		t.Skipf("needs a tmpfs: %v", err)
	}
	defer syscall.Unmount(dir, 0)
	t.Setenv("TMPDIR", dir)
	p, err := NewPlain(guard)
	if err != nil {
		t.Fatal(err)
	}
	mark := newMark()
	e, _, stderr := run(t, p, mark, command(mark, "write", "1000000", "file"))
	if e.Status != 1 || !strings.Contains(stderr, syscall.ENOSPC.Error()) {
		t.Errorf("Run(write) = %+v, %q; want the program to be told", e, stderr)
	}
	for n := range 5 { // takes the last inodes
		_ = os.WriteFile(filepath.Join(dir, fmt.Sprint(n)), nil, 0o600)
	}
	if _, err := p.Run(t.Context(), command(mark, "exit", "0")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Run without room for a folder = %v, want %v", err, syscall.ENOSPC)
	}
	if _, err := NewPlain(guard); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("NewPlain without room for a folder = %v, want %v", err, syscall.ENOSPC)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
