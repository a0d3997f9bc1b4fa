package sandbox

import (
	"bufio"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A supervisor is a process that uses a sandbox, with a TMPDIR and a process
// group of its own.
type supervisor struct {
	cmd  *exec.Cmd
	temp string
	mark string
	up   chan bool // one value: whether it came so far as to say so
}

func startSupervisor(t *testing.T, temp string, args ...string) *supervisor {
	t.Helper()
	s := &supervisor{temp: temp, mark: newMark(), up: make(chan bool, 1)}
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
	go func() { s.up <- bufio.NewScanner(out).Scan() }()
	return s
}

// kill kills it, as nobody can prevent, and reports whether it had been up.
func (s *supervisor) kill() (up bool) {
	_ = s.cmd.Process.Kill()
	up = <-s.up
	_ = s.cmd.Wait()
	return up
}

// folders returns the temporary folders of its sandbox.
func (s *supervisor) folders() []string {
	found, _ := filepath.Glob(filepath.Join(s.temp, "gomastery-*", "*"))
	return found
}

// clean does what the next start does.
func (s *supervisor) clean(t *testing.T) {
	t.Helper()
	next := startSupervisor(t, s.temp, "clean")
	if err := next.cmd.Wait(); err != nil {
		t.Errorf("the next sandbox: %v", err)
	}
}

func gone(mark string) func() bool { return func() bool { return len(marked(mark)) == 0 } }

// TestKilled kills supervisors at random moments, from before they have a sandbox
// until they have used it for long. One that was not yet up may have been killed
// before its watchdog was there; then it had no processes, and its folder is left
// to the next start.
func TestKilled(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	rounds := 30
	if os.Getuid() != 0 { // the second time; see TestAsNobody
		rounds = 5
	}
	for range rounds {
		s := startSupervisor(t, t.TempDir(), "supervise")
		time.Sleep(time.Duration(random.IntN(60_000)) * time.Microsecond)
		up := s.kill()
		eventually(t, "the processes of a killed supervisor are gone", gone(s.mark))
		if !up {
			s.clean(t)
		}
		eventually(t, "its folders are gone", func() bool { return len(s.folders()) == 0 })
	}
}

// TestKilledService does to a supervisor and its watchdog what the machine does
// when it stops a service: SIGTERM and the like for all, then SIGKILL.
func TestKilledService(t *testing.T) {
	t.Parallel()
	s := startSupervisor(t, t.TempDir(), "supervise")
	if !<-s.up {
		t.Fatal("the supervisor did not come up")
	}
	dogs := watchdogs(t, s.cmd.Process.Pid)
	if len(dogs) != 1 {
		t.Fatalf("watchdogs = %v, want one", dogs)
	}
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT} {
		if err := syscall.Kill(dogs[0], sig); err != nil {
			t.Error(err)
		}
	}
	s.up <- true
	s.kill()
	eventually(t, "the processes of a killed supervisor are gone", gone(s.mark))
	eventually(t, "its folders are gone", func() bool { return len(s.folders()) == 0 })
	eventually(t, "the watchdog has ended", func() bool { return errors.Is(syscall.Kill(dogs[0], 0), syscall.ESRCH) })
}

// watchdogs returns the ids of the watchdogs of a process.
func watchdogs(t *testing.T, supervisor int) []int {
	t.Helper()
	var dogs []int
	for _, id := range allIDs() {
		p, err := readProcess(id)
		cmdline, _ := os.ReadFile("/proc/" + strconv.Itoa(id) + "/cmdline")
		if err == nil && p.parent == supervisor && string(cmdline) == watchdogName+"\x00" {
			dogs = append(dogs, id)
		}
	}
	return dogs
}

// TestKilledUnwatched kills a supervisor that has no watchdog: its commands end
// with it, and what they left is for the next start.
func TestKilledUnwatched(t *testing.T) {
	t.Parallel()
	s := startSupervisor(t, t.TempDir(), "unwatched")
	if !<-s.up {
		t.Fatal("the supervisor did not come up")
	}
	if dogs := watchdogs(t, s.cmd.Process.Pid); len(dogs) != 0 {
		t.Errorf("watchdogs = %v, want none", dogs)
	}
	s.up <- true
	s.kill()
	commands := func() bool { // "demon" itself, as opposed to its daemon, which is a "sleep"
		for _, id := range marked(s.mark) {
			b, _ := os.ReadFile("/proc/" + id + "/cmdline")
			if strings.Contains(string(b), "demon") {
				return false
			}
		}
		return true
	}
	eventually(t, "the command has ended", commands)
	if len(marked(s.mark)) == 0 || len(s.folders()) == 0 {
		t.Fatal("nothing is left: this test tests nothing")
	}
	s.clean(t)
	eventually(t, "the processes are gone", gone(s.mark))
	if left := s.folders(); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// TestInterrupted presses Ctrl-C: SIGINT for the process group of a supervisor
// whose context ends on it. Its command does not get the signal.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	told := filepath.Join(t.TempDir(), "told")
	s := startSupervisor(t, t.TempDir(), "interruptible", told)
	if !<-s.up {
		t.Fatal("the supervisor did not come up")
	}
	if err := syscall.Kill(-s.cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	if got := s.cmd.ProcessState.ExitCode(); got != 42 {
		t.Errorf("the supervisor ended with %d, want 42: Run = fault.Canceled", got)
	}
	if left := append(marked(s.mark), s.folders()...); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	if _, err := os.Stat(told); err == nil {
		t.Error("the command got SIGINT")
	}
}
