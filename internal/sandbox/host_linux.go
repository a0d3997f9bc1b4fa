package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gomastery/gomastery/internal/fault"
)

// host is what a sandbox needs of Linux.
type host struct {
	census *census
	tag    tag    // on all processes of the sandbox
	core   uint64 // RLIMIT_CORE of the commands

	untraced atomic.Bool // ptrace is not allowed here
}

func newHost() (*host, error) {
	if strconv.IntSize < 64 {
		return nil, fault.New(fault.Unavailable, "a 32-bit limit has no room for a tag").
			Try("Use a 64-bit build.")
	}
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return nil, fault.New(fault.Unavailable, "there is no /proc with our processes").
			Try("Mount it: mount -t proc proc /proc")
	}
	hard, err := hardLimit(0, unix.RLIMIT_LOCKS)
	if err != nil {
		return nil, err
	}
	if hard != math.MaxUint64 {
		return nil, fault.New(fault.Unavailable, "RLIMIT_LOCKS is limited to %d", hard).
			Try("Start this program where `ulimit -H -x` says unlimited.")
	}
	// What we inherited is not for the commands. Old kernels can't, and then it is.
	_ = unix.CloseRange(3, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC)
	pattern, _ := os.ReadFile("/proc/sys/kernel/core_pattern")
	return &host{census: newCensus(), tag: newTag(), core: coreLimit(string(pattern))}, nil
}

// coreLimit returns the RLIMIT_CORE that lets no core be dumped. A pattern that
// names a program, such as Ubuntu's apport, is not bound by the limit and would be
// started for each crash; only 1 stops it, see do_coredump.
func coreLimit(pattern string) uint64 {
	if strings.HasPrefix(pattern, "|") {
		return 1
	}
	return 0
}

// name is the name of the folder of the sandbox.
func (h *host) name() string { return dirName(os.Getpid(), h.tag.id) }

func (h *host) close() error { return h.census.close() }

// launch starts command number n of the sandbox. The calling goroutine is locked
// to its thread, and stays so until the command has ended.
func (h *host) launch(argv []string, attr *os.ProcAttr, l Limits, n uint64) (*os.Process, *tree, error) {
	proc, traced, err := h.begin(argv, attr)
	if err != nil {
		return nil, nil, err
	}
	t := &tree{census: h.census, tag: h.tag.command(n), root: proc.Pid}
	if traced {
		err = atFirstInstruction(proc.Pid, func() error { return h.bound(proc.Pid, t.tag, l) })
	} else {
		err = h.boundLate(t, l)
	}
	if err == nil {
		return proc, t, nil
	}
	_ = proc.Kill()
	_, kerr := t.kill()
	_, werr := proc.Wait()
	return nil, nil, errors.Join(fmt.Errorf("set its limits: %w", err), kerr, werr)
}

// begin starts the process, if possible held at its first instruction.
func (h *host) begin(argv []string, attr *os.ProcAttr) (proc *os.Process, traced bool, err error) {
	// Not a session: the kernel schedules each as a unit (autogroup), and on a busy
	// machine a new one waits for its turn, at the median a millisecond.
	attr.Sys = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Ptrace: true}
	if !h.untraced.Load() {
		proc, err = startProcess(argv, attr)
		// Yama, an old seccomp profile, or somebody who traces us may forbid it; or
		// the program may not be executed, and then not without it either.
		if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.ENOSYS) {
			return proc, true, err
		}
	}
	attr.Sys.Ptrace = false
	if proc, err = startProcess(argv, attr); err == nil {
		h.untraced.Store(true)
	}
	return proc, false, err
}

// startProcess starts a process, and tries again when the executable is open for
// writing: some other fork of ours can hold a file that has just been written, for
// the moment until its exec.
func startProcess(argv []string, attr *os.ProcAttr) (*os.Process, error) {
	for wait := time.Millisecond; ; wait *= 2 {
		proc, err := os.StartProcess(argv[0], argv, attr)
		if !errors.Is(err, syscall.ETXTBSY) || wait > 100*time.Millisecond {
			return proc, err
		}
		time.Sleep(wait)
	}
}

// atFirstInstruction calls f while the new process, which this thread traces,
// stands still after its exec.
func atFirstInstruction(pid int, f func() error) error {
	var info unix.Siginfo
	for {
		// Does not take an exit status away, should there be one.
		err := unix.Waitid(unix.P_PID, pid, &info, unix.WSTOPPED|unix.WEXITED|unix.WNOWAIT, nil)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return fmt.Errorf("wait for its exec: %w", err)
		}
	}
	if info.Code != cldTrapped { // killed before its exec was over
		return nil
	}
	if err := f(); err != nil {
		return err
	}
	if err := unix.PtraceDetach(pid); err != nil && err != unix.ESRCH {
		return fmt.Errorf("let it go: %w", err)
	}
	return nil
}

// cldTrapped is the code of a child that stands still for its tracer.
const cldTrapped = 4

// boundLate does so when the program runs already: some 50 µs, more on a busy
// machine. What it started meanwhile is found by its process group.
func (h *host) boundLate(t *tree, l Limits) error {
	if err := h.bound(t.root, t.tag, l); err != nil {
		return err
	}
	for seen := -1; ; {
		last, known := h.census.last()
		for _, id := range t.candidates(t.root, last) {
			if group, err := unix.Getpgid(id); err == nil && group == t.root {
				_ = h.bound(id, t.tag, l) // it may have ended
			}
		}
		if seen == last || !known && seen == 0 {
			return nil
		}
		seen = last
	}
}

// bound puts the tag and the limits on a process.
func (h *host) bound(pid int, t tag, l Limits) error {
	tagged := unix.Rlimit{Cur: t.id, Max: math.MaxUint64}
	if err := unix.Prlimit(pid, unix.RLIMIT_LOCKS, &tagged, nil); err != nil {
		return fmt.Errorf("prlimit %d: %w", unix.RLIMIT_LOCKS, err)
	}
	err := lower(pid, unix.RLIMIT_FSIZE, uint64(l.FileSize))
	return errors.Join(err, lower(pid, unix.RLIMIT_CORE, h.core))
}

// lower sets a limit of a process for good, unless it is lower already.
func lower(pid, resource int, to uint64) error {
	hard, err := hardLimit(pid, resource)
	if err != nil {
		return err
	}
	to = min(to, hard)
	if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: to, Max: to}, nil); err != nil {
		return fmt.Errorf("prlimit %d: %w", resource, err)
	}
	return nil
}

func hardLimit(pid, resource int) (uint64, error) {
	var l unix.Rlimit
	if err := unix.Prlimit(pid, resource, nil, &l); err != nil {
		return 0, fmt.Errorf("prlimit %d: %w", resource, err)
	}
	return l.Max, nil
}

// statePeak returns the peak of a process that has ended, in bytes.
func statePeak(s *os.ProcessState) int64 {
	if u, ok := s.SysUsage().(*syscall.Rusage); ok {
		return int64(u.Maxrss) << 10
	}
	return 0
}

// ownPeak returns the peak of our own process, in bytes.
func ownPeak() int64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return int64(u.Maxrss) << 10
}
