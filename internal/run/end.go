package run

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/gomastery/gomastery/internal/sandbox"
)

// An Ending is the kind of end that a program came to.
type Ending string

// The endings. Panic and Fatal need a run with GOTRACEBACK=crash: without it the
// runtime ends the process with status 2, which the program can do as well.
const (
	Exit   Ending = "exit"   // by itself, with a status
	Panic  Ending = "panic"  // of a panic that nobody recovered
	Fatal  Ending = "fatal"  // stopped by the runtime: deadlock, concurrent map access, stack overflow
	Killed Ending = "signal" // by a signal that was not ours
	Limit  Ending = "limit"  // by a limit of ours
)

// An End says how a program ended.
type End struct {
	Kind    Ending
	Status  int            // of Exit
	Signal  syscall.Signal // of Killed
	Limit   sandbox.Reason // of Limit
	Message string         // of Panic and Fatal: the runtime's headline, without traces
	Wall    time.Duration  // from start to end
	CPU     time.Duration
}

// RaceStatus is the exit status of a program in which the race detector saw a race.
const RaceStatus = 66

// String says how the program ended, in words.
func (e End) String() string {
	switch e.Kind {
	case Exit:
		if e.Status == 0 {
			return "ended"
		}
		return fmt.Sprintf("exit status %d", e.Status)
	case Panic, Fatal:
		first, _, _ := strings.Cut(e.Message, "\n")
		return first
	case Killed:
		return "signal: " + e.Signal.String()
	case Limit:
		return limitWords[e.Limit]
	}
	return "did not run"
}

var limitWords = map[sandbox.Reason]string{
	sandbox.Wall:      "stopped: still running after its time",
	sandbox.CPU:       "stopped: used more than its CPU time",
	sandbox.Memory:    "stopped: used more than its memory",
	sandbox.Processes: "stopped: started too many processes",
	sandbox.Output:    "stopped: printed too much",
}

// Classify says how a process ended. stderr is what was written to descriptor 2,
// or its end. That the runtime killed the process is known from the wait status
// (SIGABRT under GOTRACEBACK=crash); only panic and fatal error are told apart by
// the headline that the runtime wrote.
func Classify(x sandbox.Exit, stderr []byte) End {
	e := End{Wall: x.Wall, CPU: x.CPU}
	switch x.Reason {
	case sandbox.Exited:
		e.Kind, e.Status = Exit, x.Status
	case sandbox.Signaled:
		e.Kind, e.Signal = Killed, x.Signal
		if x.Signal == syscall.SIGABRT {
			e.Kind, e.Message = headline(string(stderr))
		}
		if e.Kind != Killed {
			e.Signal = 0
		}
	default:
		e.Kind, e.Limit = Limit, x.Reason
	}
	return e
}

// headline finds the last crash block: the line that begins with "panic: " or
// "fatal error: ", "runtime: " lines directly above it, and what follows up to
// the first trace. Without such a line nobody but the program itself or an
// outsider has sent the signal.
func headline(stderr string) (Ending, string) {
	lines := strings.Split(stderr, "\n")
	at := -1
	for i, l := range lines {
		if strings.HasPrefix(l, "panic: ") || strings.HasPrefix(l, "fatal error: ") || l == "panic:" {
			at = i
		}
	}
	if at < 0 {
		return Killed, ""
	}
	kind := Panic
	if strings.HasPrefix(lines[at], "fatal error: ") {
		kind = Fatal
	}
	from, to := at, at+1
	for from > 0 && strings.HasPrefix(lines[from-1], "runtime: ") {
		from--
	}
	for to < len(lines) && !strings.HasPrefix(lines[to], "goroutine ") && !strings.HasPrefix(lines[to], "runtime stack:") && !strings.HasPrefix(lines[to], "[signal ") {
		to++
	}
	return kind, strings.TrimSpace(strings.Join(lines[from:to], "\n"))
}
