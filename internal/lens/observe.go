package lens

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/run"
	"github.com/gomastery/gomastery/internal/sandbox"
)

// A Program is a harness that was built, and the case to run in it.
type Program struct {
	Binary string   // absolute path
	Case   string   // one of the names given to Harness
	Env    []string // for the case, beside what the lens needs
}

// An Observation is what one execution of a case showed.
type Observation struct {
	Stdout  string
	Stderr  string // what the case wrote to os.Stderr
	Runtime string // what was written to descriptor 2: by the runtime, the race detector, println
	End     run.End

	Started  bool // the case was reached
	Returned bool // and came back

	// Left are the goroutines of the case that were still there when nothing but
	// waiting was left, or a second after the return. Only Run fills it in, and only
	// when the case returned.
	Left []Goroutine

	reports []string // what the harness reported, a line each
}

// Waits of the lenses.
const (
	leftoverWait = time.Second            // after the return, for goroutines that wait for a timer or the network
	hangWait     = 300 * time.Millisecond // from the start: a case that has not returned by then hangs
	caseWall     = 10 * time.Second       // for a case that is expected to end
)

// Run executes a case and says how it ended and what it left behind. After the
// return the main goroutine blocks, so that the runtime's own deadlock detector
// decides when nothing but waiting is left: exact, and without waiting ourselves.
// What it cannot decide (a pending timer, an open connection) is asked after a
// second.
func Run(ctx context.Context, box sandbox.Sandbox, p Program) (Observation, error) {
	o, err := observe(ctx, box, p, modeBlock, sandbox.Command{
		Env:    []string{"GOTRACEBACK=crash"},
		Limits: sandbox.Limits{Wall: caseWall + leftoverWait},
		Dump:   true,
	})
	if err != nil || !o.Returned {
		return o, err
	}
	deadlock := o.End.Kind == run.Fatal && strings.Contains(o.End.Message, "all goroutines are asleep")
	expired := o.End.Kind == run.Limit && o.End.Limit == sandbox.Wall
	if deadlock || expired {
		o.Left = Left(o.Runtime)
		o.End = run.End{Kind: run.Exit, Wall: o.End.Wall, CPU: o.End.CPU}
		o.Runtime = ""
	}
	return o, nil
}

// Plain executes a case as the main function of a program would: whatever it left
// behind ends with the process.
func Plain(ctx context.Context, box sandbox.Sandbox, p Program) (Observation, error) {
	return observe(ctx, box, p, modeExit, sandbox.Command{
		Env:    []string{"GOTRACEBACK=crash"},
		Limits: sandbox.Limits{Wall: caseWall},
	})
}

// A Hang says what a case was doing when its time was over.
type Hang struct {
	Observation
	Hangs    bool   // it had not returned, and the process was still there
	Spinning bool   // its goroutine was running or ready to run
	State    string // of its goroutine: "chan receive", "sleep"
}

// blockedStates are those that nothing but another goroutine, a file or the
// network can end.
var blockedStates = []string{
	"chan receive", "chan send", "select", "semacquire", "sync.", "IO wait", "syscall", "chan receive (nil chan)", "chan send (nil chan)", "select (no cases)",
}

// Blocked reports whether the case waits for a channel, a lock or a file, not for
// a timer.
func (h Hang) Blocked() bool {
	return h.Hangs && slices.ContainsFunc(blockedStates, func(s string) bool { return strings.HasPrefix(h.State, s) })
}

// Hanging executes a case for 300 ms and asks for its goroutine.
func Hanging(ctx context.Context, box sandbox.Sandbox, p Program) (Hang, error) {
	o, err := observe(ctx, box, p, modeExit, sandbox.Command{
		Env:    []string{"GOTRACEBACK=all"}, // crash would make each thread dump in turn
		Limits: sandbox.Limits{Wall: hangWait},
		Dump:   true,
	})
	h := Hang{Observation: o}
	if err != nil || o.End.Kind != run.Limit || o.Returned {
		return h, err
	}
	for _, g := range Goroutines(o.Runtime) {
		if g.ID == 1 {
			h.Hangs, h.State = true, g.State
			h.Spinning = g.State == "running" || g.State == "runnable"
		}
	}
	return h, nil
}

// Racing executes a case of a race build once and returns the first report, or
// "". The process ends with the report; history is kept for as many accesses as
// the detector can.
func Racing(ctx context.Context, box sandbox.Sandbox, p Program, wall time.Duration) (report string, o Observation, err error) {
	if wall == 0 {
		wall = caseWall
	}
	o, err = observe(ctx, box, p, modeSettle, sandbox.Command{
		Env:    []string{"GOTRACEBACK=crash", "GORACE=halt_on_error=1 atexit_sleep_ms=0 history_size=7"},
		Limits: sandbox.Limits{Wall: wall, Memory: 4 << 30},
	})
	if err != nil || o.End.Kind != run.Exit || o.End.Status != run.RaceStatus {
		return "", o, err
	}
	return RaceReport(o.Runtime), o, nil
}

// Profiled executes a case and returns how many goroutines the goroutineleak
// profile reports. ok is false where the release has no such profile.
func Profiled(ctx context.Context, box sandbox.Sandbox, p Program) (leaked int, ok bool, o Observation, err error) {
	o, err = observe(ctx, box, p, modeLeaks, sandbox.Command{
		Env:    []string{"GOTRACEBACK=crash"},
		Limits: sandbox.Limits{Wall: caseWall},
	})
	if err != nil {
		return 0, false, o, err
	}
	leaked, ok = o.number("profile")
	return leaked, ok, o, nil
}

// Allocs returns the mallocs of one call of a case, as testing.AllocsPerRun
// counts them. ok is false when the case did not come to an end.
func Allocs(ctx context.Context, box sandbox.Sandbox, p Program) (allocs int, ok bool, o Observation, err error) {
	o, err = observe(ctx, box, p, modeAllocs, sandbox.Command{
		Env:    []string{"GOTRACEBACK=crash"},
		Limits: sandbox.Limits{Wall: caseWall},
	})
	if err != nil {
		return 0, false, o, err
	}
	allocs, ok = o.number("allocs")
	return allocs, ok, o, nil
}

// Times are the fastest calls of two cases that were timed in turn.
type Times struct {
	Case, Other float64 // nanoseconds
}

// Timed returns the fastest of 31 interleaved rounds for a case and another one of
// the same program. The machine should do nothing else meanwhile. ok is false when
// they did not come to an end.
func Timed(ctx context.Context, box sandbox.Sandbox, p Program, other string) (t Times, ok bool, o Observation, err error) {
	o, err = observe(ctx, box, p, modeTimes+" "+other, sandbox.Command{
		Env:    []string{"GOTRACEBACK=crash"},
		Limits: sandbox.Limits{Wall: 2 * caseWall},
	})
	if err != nil {
		return t, false, o, err
	}
	rounds := 0
	for _, line := range o.reports {
		var a, b float64
		if n, _ := fmt.Sscanf(line, "times %f %f", &a, &b); n != 2 {
			continue
		}
		if rounds == 0 || a < t.Case {
			t.Case = a
		}
		if rounds == 0 || b < t.Other {
			t.Other = b
		}
		rounds++
	}
	t.Case, t.Other = t.Case/10, t.Other/10
	return t, rounds == 31 && t.Case > 0, o, nil
}

// number returns the value of a report of one number.
func (o Observation) number(word string) (int, bool) {
	for _, line := range o.reports {
		if value, ok := strings.CutPrefix(line, word+" "); ok {
			n, err := strconv.Atoi(value)
			return n, err == nil
		}
	}
	return 0, false
}

// observe runs a case in a mode of the harness and sorts what comes over its
// descriptors.
func observe(ctx context.Context, box sandbox.Sandbox, p Program, mode string, c sandbox.Command) (Observation, error) {
	var stdout, stderr, rt bytes.Buffer
	expire := make(chan struct{})
	reports := &reports{expire: func() {}}
	if mode == modeBlock {
		timer := time.AfterFunc(time.Hour, func() { close(expire) })
		defer timer.Stop()
		reports.expire = func() { timer.Reset(leftoverWait) }
	}
	c.Path, c.Expire = p.Binary, expire
	c.Stdout, c.Stderr, c.Extra = &stdout, &rt, []io.Writer{reports, &stderr}
	c.Env = slices.Concat(c.Env, []string{"PATH=", caseVariable + "=" + p.Case, modeVariable + "=" + mode}, p.Env)
	exit, err := box.Run(ctx, c)
	if err != nil {
		return Observation{}, fmt.Errorf("running %s: %w", p.Case, err)
	}
	o := Observation{Stdout: stdout.String(), Stderr: stderr.String(), Runtime: rt.String(), End: run.Classify(exit, rt.Bytes())}
	o.reports = strings.Split(strings.TrimSpace(reports.text.String()), "\n")
	o.Started = slices.Contains(o.reports, "start")
	o.Returned = slices.Contains(o.reports, "returned")
	return o, nil
}

// reports collects what a harness reports, and starts the clock for what a case
// left behind when it hears of the return.
type reports struct {
	text   bytes.Buffer
	expire func()
}

// Write implements io.Writer. A report is one short write of the harness, so it
// is never split.
func (r *reports) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("returned\n")) {
		r.expire()
	}
	return r.text.Write(p)
}
