package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	firstLook = 5 * time.Millisecond  // a case of a few milliseconds is never looked at
	look      = 25 * time.Millisecond // between two looks at what the tree uses
	dumpGrace = time.Second           // for a Go program to print its goroutines
)

// errClosed is why a command ended that Close stopped.
var errClosed = errors.New("the sandbox was closed")

// A running command.
type running struct {
	c       Command // with its limits filled in
	process *os.Process
	tree    *tree
	streams *streams
	started time.Time

	ended   chan struct{}    // closed when the three below are set
	took    time.Duration    // from start to end
	state   *os.ProcessState // nil when waitErr is not
	waitErr error

	peak    int64 // largest size of the command's own process that was seen
	largest int64 // our own largest size when the command had been started
}

// usage is what a tree uses at one moment.
type usage struct {
	processes int
	memory    int64 // bytes
	own       int64 // bytes of the command's own process
	cpu       time.Duration
}

func (r *running) wait() {
	r.state, r.waitErr = r.process.Wait()
	r.took = time.Since(r.started)
	close(r.ended)
}

// watch waits until the command has ended by itself, reason "", or has to be ended.
func (r *running) watch(ctx context.Context, quit <-chan struct{}) (Reason, error) {
	wall := time.NewTimer(r.c.Limits.Wall)
	defer wall.Stop()
	next := time.NewTimer(firstLook)
	defer next.Stop()
	for {
		select {
		case <-r.ended:
			return "", r.waitErr
		case <-r.streams.stopped:
			return Output, nil
		case <-ctx.Done():
			return "", canceled(r.c, context.Cause(ctx))
		case <-quit:
			return "", canceled(r.c, errClosed)
		case <-wall.C:
			r.dump(ctx)
			return Wall, nil
		case <-r.c.Expire:
			r.dump(ctx)
			return Wall, nil
		case <-next.C:
			if reason := r.exceeded(); reason != "" {
				return reason, nil
			}
			next.Reset(look)
		}
	}
}

// exceeded looks at the tree and returns the limit that it passed, or "".
func (r *running) exceeded() Reason {
	l := r.c.Limits
	u := r.tree.usage(l.Processes)
	r.peak = max(r.peak, u.own)
	switch {
	case u.processes > l.Processes:
		return Processes
	case u.memory > l.Memory:
		return Memory
	case l.CPU > 0 && u.cpu > l.CPU:
		return CPU
	}
	return ""
}

// dump lets a Go program print its goroutines.
func (r *running) dump(ctx context.Context) {
	if !r.c.Dump || r.process.Signal(syscall.SIGQUIT) != nil {
		return
	}
	grace := time.NewTimer(dumpGrace)
	defer grace.Stop()
	select {
	case <-r.ended:
	case <-grace.C:
	case <-r.streams.stopped:
	case <-ctx.Done():
	}
}

// end kills what is left, waits until it is gone and all output is written, and
// returns how many processes it killed.
func (r *running) end() (killed int, err error) {
	_ = r.process.Kill() // fails when it has ended
	killed, err = r.tree.kill()
	if err != nil {
		r.streams.close()
		return 0, fmt.Errorf("run %s: %w", r.c.Path, err)
	}
	<-r.ended
	if err := r.streams.wait(); err != nil {
		return 0, fmt.Errorf("run %s: %w", r.c.Path, err)
	}
	return killed, nil
}

// exit says how the command ended; reason is "" when that was by itself, and
// killed counts the processes that were left then.
func (r *running) exit(reason Reason, killed int) Exit {
	e := Exit{
		Reason: reason,
		Wall:   r.took,
		CPU:    r.state.UserTime() + r.state.SystemTime(),
		Peak:   r.peak,
	}
	if peak := statePeak(r.state); peak > r.largest {
		e.Peak = max(e.Peak, peak)
	}
	if reason == "" {
		e.Reason, e.Status, e.Signal = ending(r.state)
		e.Strays = killed
	}
	// A program can end before its last output is counted.
	if reason == "" && r.streams.over() {
		e.Reason, e.Status, e.Signal = Output, 0, 0
	}
	return e
}

// ending says how a process ended that we did not end.
func ending(state *os.ProcessState) (Reason, int, syscall.Signal) {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return Signaled, 0, ws.Signal()
	}
	return Exited, state.ExitCode(), 0
}
