// Package sandbox starts processes within limits. It is the only place of the
// project that starts one.
//
// A [Sandbox] runs one [Command] and says how it ended as data, an [Exit]. What
// the limits are about is the whole tree of processes, also those that left the
// session or the process group. When Run returns, none of them is left and the
// command's temporary folder is gone; that also holds when our own process is
// killed at any moment.
//
// The [Plain] sandbox bounds what a program uses; it does not stand between the
// program and the network or the files of its user. It is for one's own code.
package sandbox

import (
	"cmp"
	"context"
	"io"
	"syscall"
	"time"
)

// A Sandbox runs one command within limits. Implementations are safe for
// concurrent use.
type Sandbox interface {
	// Run starts the command, waits until it and all it started have ended, and
	// says how. However a program ends is an Exit. An error means that the machine
	// failed: the program could not be started (fault.NotFound when it or Dir does
	// not exist), a writer of the command failed, or ctx ended (fault.Canceled).
	// After an error nothing is left either.
	Run(ctx context.Context, c Command) (Exit, error)
}

// A Command is a program to run once. Its streams are pipes, and it is not in our
// process group: Ctrl-C does not reach it, and our caller ends ctx instead.
type Command struct {
	Path string   // the executable, absolute
	Args []string // its arguments, without the program's name
	Env  []string // its whole environment as KEY=value; nil means empty. TMPDIR and HOME are added when missing: the temporary folder
	Dir  string   // working folder; "" means the temporary folder, which is fresh, empty, and removed afterwards

	// The streams. Writers are called one at a time, whatever the stream, in the
	// order in which things were read; so one writer may stand for several. Run
	// returns after the last write. A Read of Stdin that blocks does not hold Run
	// up, and may still be blocked when Run returns.
	Stdin  io.Reader   // nil means empty
	Stdout io.Writer   // nil means discarded, and not counted as output
	Stderr io.Writer   // likewise
	Extra  []io.Writer // what the program writes to descriptors 3, 4, …

	Limits Limits

	// Expire, when closed, ends the command as if it had reached its wall limit.
	// Nil never does.
	Expire <-chan struct{}

	// Dump asks a Go program that reached its wall limit for its goroutines
	// (SIGQUIT, then at most a second of grace) before it is killed. They arrive
	// on Stderr.
	Dump bool
}

// Limits bound a command and everything it starts. A zero field means the default.
//
// Memory, CPU and Processes are looked at every 25 ms, so they can be passed by
// what a program uses in that time. A program that writes a file larger than
// FileSize gets SIGXFSZ, and EFBIG if it ignores that: no Reason of ours.
type Limits struct {
	Wall      time.Duration // from start to end; default 10s
	CPU       time.Duration // user and system time of the whole tree, but for processes that ended unwaited for; default: no bound of its own
	Memory    int64         // resident bytes of the whole tree, a shared page counted once a process; default 1 GiB
	Processes int           // processes alive at once; default 64
	Output    int64         // bytes written to Stdout, Stderr and Extra together; default 16 MiB
	FileSize  int64         // bytes of one file; default 1 GiB
}

// withDefaults returns the limits with each zero field, CPU aside, replaced.
func (l Limits) withDefaults() Limits {
	l.Wall = cmp.Or(l.Wall, 10*time.Second)
	l.Memory = cmp.Or(l.Memory, 1<<30)
	l.Processes = cmp.Or(l.Processes, 64)
	l.Output = cmp.Or(l.Output, 16<<20)
	l.FileSize = cmp.Or(l.FileSize, 1<<30)
	return l
}

// A Reason says what ended a command.
type Reason string

// The reasons. All but Exited and Signaled are limits of ours.
const (
	Exited    Reason = "exit"      // by itself, with Exit.Status
	Signaled  Reason = "signal"    // by Exit.Signal, which was not ours
	Wall      Reason = "wall"      // ran longer than Limits.Wall
	CPU       Reason = "cpu"       // used more than Limits.CPU
	Memory    Reason = "memory"    // used more than Limits.Memory
	Processes Reason = "processes" // had more than Limits.Processes alive
	Output    Reason = "output"    // printed more than Limits.Output; the writers got exactly that much
)

// An Exit says how a command ended and what it used.
type Exit struct {
	Reason Reason
	Status int            // exit status, when Reason is Exited
	Signal syscall.Signal // the signal, when Reason is Signaled
	Wall   time.Duration  // from start to end
	CPU    time.Duration  // user and system time of the command's own process and the children it waited for
	Peak   int64          // largest resident size of the command's own process or of a child it waited for, bytes; 0 when unknown, see [Plain]
	Strays int            // processes that were still there when the command had ended by itself, and were killed
}

// OK reports whether the command ended by itself with status 0.
func (e Exit) OK() bool { return e.Reason == Exited && e.Status == 0 }
