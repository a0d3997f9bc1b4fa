package prove

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/lens"
	"github.com/gomastery/gomastery/internal/run"
)

func unavailable(err error) bool {
	return err != nil && fault.KindOf(err) == fault.Unavailable
}

// A trial is one case on one release while its claims are tried.
type trial struct {
	*release
	c   cutCase
	all []judgement
}

// judge tries each claim of a case that is about this release, and what the case
// claims by saying nothing.
func (r *release) judge(ctx context.Context, c cutCase) ([]judgement, error) {
	t := &trial{release: r, c: c}
	steps := []func(context.Context) error{t.executed, t.outcomes, t.profiled, t.counted, t.timed, t.races}
	if r.o.RaceOnly {
		steps = steps[len(steps)-1:]
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return t.all, nil
}

func (t *trial) on(k book.Kind) []book.Claim { return t.c.On(k, platform(t.pair)) }

func (t *trial) add(js ...judgement) { t.all = append(t.all, js...) }

func (t *trial) program(kind buildKind, ctx context.Context) (lens.Program, string, error) {
	path, why, err := t.binary(ctx, kind)
	return lens.Program{Binary: path, Case: t.c.Name, Env: t.c.Env}, why, err
}

// implied is a claim that a case makes by not making another one.
func (t *trial) implied(k book.Kind) book.Claim {
	return book.Claim{ID: t.c.ID + "#" + string(k), Position: t.c.Position, Kind: k}
}

// executed tries what one execution shows: output, end, goroutines left behind.
func (t *trial) executed(ctx context.Context) error {
	p, _, err := t.program(plainBuild, ctx)
	if err != nil {
		return err
	}
	if hangs := t.on(book.Hangs); len(hangs) > 0 {
		return t.hang(ctx, p, hangs)
	}
	if t.measuredOnly() {
		return nil
	}
	o, err := lens.Run(ctx, gate{t.f.p}, p)
	if err != nil {
		return err
	}
	if limited(o.End) {
		t.unproved(o.End)
		return nil
	}
	t.printed(o.Stdout)
	t.ended(o)
	t.left(o)
	return nil
}

// measuredOnly reports whether a case claims nothing that one execution shows: it
// is only counted or timed, many times over.
func (t *trial) measuredOnly() bool {
	return !slices.ContainsFunc(t.c.Claims, func(cl book.Claim) bool { return cl.Kind != book.Allocs && cl.Kind != book.Faster })
}

// limited reports whether a process was ended by a limit of ours, or killed from
// outside: that says nothing about a claim.
func limited(e run.End) bool {
	return e.Kind == run.Limit || e.Kind == run.Killed
}

// unproved says so of each claim that the execution was for.
func (t *trial) unproved(e run.End) {
	tried := false
	for _, cl := range t.c.Claims {
		if cl.Only.Holds(platform(t.pair)) && cl.Kind != book.Races && cl.Kind != book.Allocs && cl.Kind != book.Faster && cl.Kind != book.Outcomes {
			t.add(undecided(cl, e.String()))
			tried = true
		}
	}
	if !tried {
		t.add(undecided(t.implied(book.Ends), e.String()))
	}
}

// printed tries the claims about standard output.
func (t *trial) printed(stdout string) {
	for _, k := range []book.Kind{book.Output, book.Unordered, book.Matches} {
		for _, cl := range t.on(k) {
			t.add(judgeOutput(cl, stdout))
		}
	}
}

// judgeOutput tries one claim about a text that was printed.
func judgeOutput(cl book.Claim, stdout string) judgement {
	got := book.TrimLines(stdout)
	switch cl.Kind {
	case book.Unordered:
		return judged(cl, sortLines(got) == sortLines(cl.Text), cl.Text, got)
	case book.Matches:
		return judged(cl, matchLines(cl, got), cl.Text, got)
	}
	return judged(cl, got == cl.Text, cl.Text, got)
}

func sortLines(s string) string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// matchLines reports whether there are as many lines as expressions, each
// matching its own.
func matchLines(cl book.Claim, got string) bool {
	lines := strings.Split(got, "\n")
	if len(lines) != len(cl.Lines) {
		return false
	}
	for i, re := range cl.Lines {
		if !re.MatchString(lines[i]) {
			return false
		}
	}
	return true
}

// ended tries how the process ended, or that it ended well.
func (t *trial) ended(o lens.Observation) {
	claimed := false
	for _, k := range []book.Kind{book.Panics, book.Fatal, book.Exits} {
		for _, cl := range t.on(k) {
			claimed = true
			t.add(judgeEnd(cl, o.End))
		}
	}
	if !claimed {
		ok := o.End.Kind == run.Exit && o.End.Status == 0
		t.add(judged(t.implied(book.Ends), ok, "ends with status 0", o.End.String()))
	}
}

// judgeEnd tries one claim about how a process ended. Another kind of death is
// not what was claimed, whatever its text says.
func judgeEnd(cl book.Claim, e run.End) judgement {
	got := e.String()
	if e.Message != "" {
		got = e.Message
	}
	switch cl.Kind {
	case book.Panics:
		return judged(cl, e.Kind == run.Panic && strings.Contains(e.Message, cl.Text), "panic: … "+cl.Text, got)
	case book.Fatal:
		return judged(cl, e.Kind == run.Fatal && strings.Contains(e.Message, cl.Text), "fatal error: … "+cl.Text, got)
	default:
		return judged(cl, e.Kind == run.Exit && e.Status == cl.Count, fmt.Sprintf("exit status %d", cl.Count), got)
	}
}

// left tries what is still there after the return.
func (t *trial) left(o lens.Observation) {
	claims := t.on(book.Leaks)
	got := describeLeft(o.Left)
	for _, cl := range claims {
		if cl.Profile {
			continue
		}
		if !o.Returned {
			t.add(judged(cl, false, goroutines(cl.Count), "the case did not return: "+o.End.String()))
			continue
		}
		t.add(judged(cl, len(o.Left) == cl.Count, goroutines(cl.Count), got))
	}
	if len(claims) == 0 && o.Returned {
		t.add(judged(t.implied(book.LeakFree), len(o.Left) == 0, goroutines(0), got))
	}
}

func goroutines(n int) string {
	switch n {
	case 0:
		return "no goroutine left"
	case 1:
		return "1 goroutine left"
	}
	return fmt.Sprintf("%d goroutines left", n)
}

// describeLeft names the goroutines by what they wait for and who started them.
func describeLeft(left []lens.Goroutine) string {
	text := goroutines(len(left))
	for i, g := range left {
		text += map[bool]string{true: ": ", false: "; "}[i == 0] + g.State + ", created by " + g.CreatedBy
	}
	return text
}

// hang tries a case that does not return.
func (t *trial) hang(ctx context.Context, p lens.Program, claims []book.Claim) error {
	h, err := lens.Hanging(ctx, gate{t.f.p}, p)
	if err != nil {
		return err
	}
	if !h.Hangs && !h.Returned && h.End.Kind != run.Limit { // it died: how, only a run in crash mode tells
		if h.Observation, err = lens.Plain(ctx, gate{t.f.p}, p); err != nil {
			return err
		}
	}
	for _, cl := range claims {
		if !h.Started {
			t.add(undecided(cl, "the process had not reached the case after 300 ms"))
			continue
		}
		want, ok := "waits for a channel, a lock or a file", h.Blocked()
		if cl.Spinning {
			want, ok = "runs without end", h.Hangs && h.Spinning
		}
		got := h.End.String()
		if h.Returned {
			got = "returned"
		}
		if h.Hangs {
			got = "in state " + h.State
		}
		t.add(judged(cl, ok, want, got))
	}
	t.printed(h.Stdout)
	return nil
}

// profiled tries what the goroutineleak profile sees.
func (t *trial) profiled(ctx context.Context) error {
	for _, cl := range t.on(book.Leaks) {
		if !cl.Profile {
			continue
		}
		p, _, err := t.program(plainBuild, ctx)
		if err != nil {
			return err
		}
		n, ok, o, err := lens.Profiled(ctx, gate{t.f.p}, p)
		if err != nil {
			return err
		}
		got := goroutines(n) + " in the profile"
		if !ok {
			got = "no goroutineleak profile; the process: " + o.End.String()
		}
		t.add(judged(cl, ok && n == cl.Count, goroutines(cl.Count)+" in the profile", got))
	}
	return nil
}

// counted tries how many allocations one call makes.
func (t *trial) counted(ctx context.Context) error {
	for _, cl := range t.on(book.Allocs) {
		p, _, err := t.program(plainBuild, ctx)
		if err != nil {
			return err
		}
		n, ok, o, err := lens.Allocs(ctx, gate{t.f.p}, p)
		switch {
		case err != nil:
			return err
		case !ok && limited(o.End):
			t.add(undecided(cl, o.End.String()))
		case !ok:
			t.add(judged(cl, false, "Allocs: "+cl.Text, o.End.String()))
		case o.Stdout != "":
			t.add(judged(cl, false, "a case that prints nothing, so that only its own allocations count", firstLine(o.Stdout)))
		default:
			t.add(judged(cl, n == cl.Count || cl.AtMost && n < cl.Count, cl.Text, fmt.Sprint(n)))
		}
	}
	return nil
}

// timed tries how much faster a case is than another one.
func (t *trial) timed(ctx context.Context) error {
	for _, cl := range t.on(book.Faster) {
		if !slices.ContainsFunc(t.f.cases, func(c cutCase) bool { return c.Name == cl.Than }) {
			t.add(judged(cl, false, "the name of another case of the file", fmt.Sprintf("no case %s", cl.Than)))
			continue
		}
		times, ok, o, err := t.time(ctx, cl.Than)
		switch {
		case err != nil:
			return err
		case !ok && limited(o.End):
			t.add(undecided(cl, o.End.String()))
		case !ok:
			t.add(judged(cl, false, cl.Text, o.End.String()))
		default:
			ratio := times.Other / times.Case
			t.add(judged(cl, ratio >= cl.Ratio, cl.Text, fmt.Sprintf("%.2fx: %.1f ns against %.1f ns", ratio, times.Case, times.Other)))
		}
	}
	return nil
}

// time times a case and another one in a program of the two.
func (t *trial) time(ctx context.Context, than string) (lens.Times, bool, lens.Observation, error) {
	i := slices.IndexFunc(t.f.cases, func(c cutCase) bool { return c.Name == than })
	pair := &release{f: t.f, g: t.g, pair: t.pair, o: t.o, dir: t.dir, binaries: map[buildKind]string{}}
	built, err := pair.build(ctx, timedBuild, []cutCase{t.c, t.f.cases[i]})
	if err != nil {
		return lens.Times{}, false, lens.Observation{}, err
	}
	if !built.OK {
		return lens.Times{}, false, lens.Observation{}, nil // the other case does not compile, which is judged where it stands
	}
	return lens.Timed(ctx, alone{t.f.p}, lens.Program{Binary: pair.binaries[timedBuild], Case: t.c.Name, Env: t.c.Env}, than)
}

// raceRuns is how often a claimed race is looked for; a detector that sees it in
// two of three runs misses it 20 times in 3 of 10 billion.
const raceRuns = 20

// races asks the race build for a report.
func (t *trial) races(ctx context.Context) error {
	claims := t.on(book.Races)
	p, why, err := t.program(raceBuild, ctx)
	if err != nil {
		return err
	}
	asked := claims
	if len(asked) == 0 {
		asked = []book.Claim{t.implied(book.RaceFree)}
	}
	if why != "" {
		for _, cl := range asked {
			t.add(undecided(cl, why))
		}
		return nil
	}
	var wall time.Duration
	if len(t.on(book.Hangs)) > 0 || len(t.on(book.Fatal)) > 0 {
		wall = 300 * time.Millisecond // the race build never reports a deadlock
	}
	runs := 1
	if len(claims) > 0 {
		runs = raceRuns
	}
	report := ""
	for n := 0; n < runs && report == ""; n++ {
		if report, _, err = lens.Racing(ctx, gate{t.f.p}, p, wall); err != nil {
			return err
		}
	}
	for _, cl := range asked {
		got := "no report"
		if report != "" {
			got = report
		}
		holds := report != "" && strings.Contains(report, cl.Text)
		want := "a report of the race detector"
		if cl.Kind == book.RaceFree {
			holds, want = report == "", "no report"
		} else if cl.Text != "" {
			want += " with " + cl.Text
		}
		if holds && report != "" {
			got = "a report"
		}
		t.add(judged(cl, holds, want, got))
	}
	return nil
}
