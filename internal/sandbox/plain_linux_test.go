package sandbox

import (
	"bufio"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
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

func TestPlain(t *testing.T) { conform(t, newPlain(t)) }

// TestPlainUntraced has no ptrace, as under a debugger.
func TestPlainUntraced(t *testing.T) {
	p := newPlain(t)
	p.host.untraced.Store(true)
	conformSurroundings(t, p)
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

// A supervisor is a process that uses a sandbox, with a TMPDIR of its own.
type supervisor struct {
	cmd  *exec.Cmd
	temp string
	mark string
	up   chan bool // closed when it says so, or ends
}

func startSupervisor(t *testing.T, temp string, args ...string) *supervisor {
	t.Helper()
	s := &supervisor{temp: temp, mark: newMark(), up: make(chan bool)}
	s.cmd = exec.Command(self, append(append([]string{"program"}, args...), s.mark)...)
	s.cmd.Env = []string{"TMPDIR=" + temp}
	s.cmd.Stderr = os.Stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		bufio.NewScanner(out).Scan()
		close(s.up)
	}()
	return s
}

// kill kills it, as nobody can prevent.
func (s *supervisor) kill() {
	_ = s.cmd.Process.Kill()
	<-s.up
	_ = s.cmd.Wait()
}

// left returns the processes and folders that it left.
func (s *supervisor) left() []string {
	found, _ := filepath.Glob(filepath.Join(s.temp, "gomastery-*", "*"))
	return append(marked(s.mark), found...)
}

func TestKilled(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for n := range 30 {
		s := startSupervisor(t, t.TempDir(), "supervise")
		time.Sleep(time.Duration(random.IntN(100)) * time.Millisecond)
		s.kill()
		for deadline := time.Now().Add(3 * time.Second); len(s.left()) > 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("seed %d, round %d: left %v", seed, n, s.left())
			}
		}
	}
}
