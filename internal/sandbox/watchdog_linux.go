package sandbox

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	// watchdogEnv is the only variable in a watchdog's environment: the folder of
	// the sandbox, whose name says which processes are meant.
	watchdogEnv  = "GOMASTERY_SANDBOX_WATCHDOG"
	watchdogName = "gomastery-watchdog" // as ps shows it

	readyTime = 5 * time.Second // for a watchdog to come up
	leaveTime = 5 * time.Second // for a watchdog to end when told to
)

func reexec() Guard {
	dir := os.Getenv(watchdogEnv)
	if dir == "" || os.Args[0] != watchdogName {
		return Guard{armed: true}
	}
	if keepWatch(dir) != nil {
		os.Exit(1) // nobody is left to tell; the next start finds the folder
	}
	os.Exit(0)
	return Guard{}
}

// keepWatch is the life of a watchdog: its standard input ends with the sandbox.
func keepWatch(dir string) error {
	// Whoever stops all of a service's processes stops ours first.
	signal.Ignore(syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
	os.Stdout.Close() // says that we are up
	_, rerr := io.Copy(io.Discard, os.Stdin)
	return errors.Join(rerr, cleanUp(dir))
}

// A watchdog is the process that cleans up after ours.
type watchdog struct {
	life *os.File      // closed when we end, by us or by the kernel
	gone chan struct{} // closed when it has ended
}

// startWatchdog starts the watchdog of the sandbox with this folder; nil when the
// program can't be one. It does not wait until it is up: if we end before that, it
// finds its standard input ended.
func startWatchdog(g Guard, dir string) (*watchdog, error) {
	if !g.armed {
		return nil, nil
	}
	theirs, life, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	up, upTheirs, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, life.Close())
	}
	defer upTheirs.Close()
	proc, err := os.StartProcess("/proc/self/exe", []string{watchdogName}, &os.ProcAttr{
		Dir:   "/", // keeps no file system busy
		Env:   []string{watchdogEnv + "=" + dir},
		Files: []*os.File{theirs, upTheirs, nil},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return nil, errors.Join(err, life.Close(), up.Close())
	}
	w := &watchdog{life: life, gone: make(chan struct{})}
	go w.tend(proc, up)
	return w, nil
}

// tend kills a watchdog that does not come up, because the program does other
// things before it calls Reexec, and waits for its end.
func (w *watchdog) tend(proc *os.Process, up *os.File) {
	_ = up.SetReadDeadline(time.Now().Add(readyTime))
	if _, err := up.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		_ = proc.Kill()
	}
	up.Close()
	_, _ = proc.Wait()
	close(w.gone)
}

// close tells the watchdog to end, and waits for it. A nil watchdog has ended.
func (w *watchdog) close() error {
	if w == nil {
		return nil
	}
	w.life.Close()
	select {
	case <-w.gone:
		return nil
	case <-time.After(leaveTime):
		return errors.New("the watchdog does not end")
	}
}
