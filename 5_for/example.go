//go:build ignore

// For in use: what is made anew in each turn, what the compiler makes of a
// loop, and the loops a service needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"
)

// turns shows which variable a closure has when it is made in a turn, and
// what becomes of an assignment to it.
//
// Up to 1.21 there is one i for all turns. Since 1.22 a turn begins with a
// new i, which is a copy of the one before, taken after the body; then the
// post statement counts the copy up. It is the language version that
// decides, which the go line of go.mod or a //go:build line sets.
func turns() {
	var later []func() int
	addresses := map[*int]bool{}
	for i := 0; i < 3; i++ {
		later = append(later, func() int { return i })
		addresses[&i] = true
	}
	fmt.Println("variables:", len(addresses))
	fmt.Println("read later:", later[0](), later[1](), later[2]())

	// An assignment in its own turn counts on every release: the copy is
	// taken after it. So does one by a closure that is called there.
	var seen []int
	for i := 0; i < 6; i++ {
		skip := func() { i++ }
		seen = append(seen, i)
		skip()
	}
	fmt.Println("skipped in the turn:", seen)

	// A closure that was made in the first turn and is called in the others
	// has an i that nobody copies any more.
	seen = nil
	var skip func()
	for i := 0; i < 6; i++ {
		if skip == nil {
			skip = func() { i++ }
		}
		seen = append(seen, i)
		skip()
	}
	fmt.Println("by the first closure:", seen)

	func() {
		fmt.Print("deferred:")
		for i := 0; i < 3; i++ {
			defer func() { fmt.Print(" ", i) }()
		}
	}()
	fmt.Println()
	// Output (!go1.22):
	// variables: 1
	// read later: 3 3 3
	// skipped in the turn: [0 2 4]
	// by the first closure: [0 2 4]
	// deferred: 3 3 3
	// Output (go1.22):
	// variables: 3
	// read later: 0 1 2
	// skipped in the turn: [0 2 4]
	// by the first closure: [0 2 3 4 5]
	// deferred: 2 1 0
}

var (
	eight    = 8 // not a constant: the compiler must not know it
	readers  = make([]func() int, 0, 8)
	pointers = make([]*int, 0, 8)
	found    *int
	sum      int
)

// indexOf returns the number of a turn by its address.
func indexOf(n int) *int {
	for i := 0; i < eight; i++ {
		if i == n {
			return &i
		}
	}
	return nil
}

//go:noinline
func indexOfCalled(n int) *int {
	for i := 0; i < eight; i++ {
		if i == n {
			return &i
		}
	}
	return nil
}

// perTurn counts the allocations of loops of eight turns.
//
// A closure that only reads i holds the value, and costs one object in each
// turn. One that assigns needs the variable as well, and so does &i: then
// each turn allocates an i since 1.22, the eight that run and the one that
// finds i < 8 false. An address that is taken in one turn only is paid for
// in all; a copy made in that turn is not.
//
// return &i leaves all turns behind, and the compiler knows: one variable
// is enough. Once indexOf is inlined there is no return any more, and each
// turn up to the sixth allocates.
func perTurn() {
	row := func(name string, loop func()) {
		fmt.Println(name+":", testing.AllocsPerRun(100, loop))
	}
	row("closures that read i", func() {
		readers = readers[:0]
		for i := 0; i < eight; i++ {
			readers = append(readers, func() int { return i })
		}
	})
	row("closures that assign i", func() {
		readers = readers[:0]
		for i := 0; i < eight; i++ {
			readers = append(readers, func() int { i++; return i })
		}
	})
	row("&i if i == 5", func() {
		pointers = pointers[:0]
		for i := 0; i < eight; i++ {
			if i == 5 {
				pointers = append(pointers, &i)
			}
		}
	})
	row("a copy if i == 5", func() {
		pointers = pointers[:0]
		for i := 0; i < eight; i++ {
			if i == 5 {
				five := i
				pointers = append(pointers, &five)
			}
		}
	})
	row("return &i", func() { found = indexOfCalled(5) })
	row("return &i, inlined", func() { found = indexOf(5) })
	row("defer in the loop", func() {
		for i := 0; i < eight; i++ {
			defer func() { sum += i }()
		}
	})
	row("defer in a function", func() {
		for i := 0; i < eight; i++ {
			func() {
				defer func() { sum += i }()
			}()
		}
	})
	row("time.After", func() {
		c := make(chan int, 1)
		for i := 0; i < eight; i++ {
			c <- i
			select {
			case <-c:
			case <-time.After(time.Hour):
			}
		}
	})
	// Output (!go1.22):
	// closures that read i: 9
	// closures that assign i: 9
	// &i if i == 5: 1
	// a copy if i == 5: 1
	// return &i: 1
	// return &i, inlined: 1
	// defer in the loop: 9
	// defer in a function: 0
	// time.After: 25
	// Output (go1.22):
	// closures that read i: 8
	// closures that assign i: 17
	// &i if i == 5: 9
	// a copy if i == 5: 1
	// return &i: 1
	// return &i, inlined: 6
	// defer in the loop: 8
	// defer in a function: 0
	// time.After: 25
}

// The next functions differ in what the compiler can prove about an index.
// A comment names the releases that check it while the program runs.

func first(s []int, n int) (t int) {
	for i := 0; i < n; i++ {
		t += s[i] // want bounds "IsInBounds"
	}
	return t
}

func firstCut(s []int, n int) (t int) {
	s = s[:n] // want bounds "IsSliceInBounds"
	for i := 0; i < n; i++ {
		t += s[i]
	}
	return t
}

func deltas(s []int) (t int) {
	for i := 0; i < len(s)-1; i++ {
		t -= s[i]
		t += s[i+1] // want bounds (!go1.26) "IsInBounds"
	}
	return t
}

// i+1 may overflow, for all that the compiler knows.
func deltasAdded(s []int) (t int) {
	for i := 0; i+1 < len(s); i++ {
		t -= s[i]   // want bounds "IsInBounds"
		t += s[i+1] // want bounds "IsInBounds"
	}
	return t
}

func fourth(s []int) (t int) {
	for i := 0; i < len(s)-3; i += 4 {
		t += s[i]
		t += s[i+3] // want bounds (!go1.26) "IsInBounds"
	}
	return t
}

func eighth(s []int) (t int) {
	for i := 0; i < len(s); i += 8 {
		t += s[i] // want bounds "IsInBounds"
	}
	return t
}

func eighthCut(s []int) (t int) {
	for len(s) >= 8 {
		t += s[7] + s[0]
		s = s[8:]
	}
	return t
}

func reversed(s []byte) bool {
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		a := s[i] // want bounds (!go1.27) "IsInBounds"
		b := s[j] // want bounds (!go1.27) "IsInBounds"
		if a != b {
			return false
		}
	}
	return true
}

func mirrored(s []int) (t int) {
	for i := 0; i < len(s)/2; i++ {
		t += s[i]          // want bounds (!go1.21) "IsInBounds"
		t -= s[len(s)-1-i] // want bounds (!go1.27) "IsInBounds"
	}
	return t
}

// bounds runs loops whose index checks went away with the releases.
//
// A check is a compare and a branch that is never taken: cheap, but it
// keeps a loop from being anything better. What helps on every release is a
// condition about len(s) of the very slice, a cut before the loop, and
// s = s[8:] instead of i += 8. Ask with -gcflags=-d=ssa/check_bce.
func bounds() {
	s := []int{1, 2, 4, 8, 16, 32, 64, 128, 256}
	fmt.Println("first:", first(s, 3), firstCut(s, 3))
	fmt.Println("deltas:", deltas(s), deltasAdded(s))
	fmt.Println("steps:", fourth(s), eighth(s), eighthCut(s))
	fmt.Println("ends:", reversed([]byte("level")), mirrored(s))
	// Output:
	// first: 7 7
	// deltas: 255 255
	// steps: 153 257 129
	// ends: true -465
	// See: assembly
}

var (
	samples = make([]float64, 1024)
	price   = 1.1
	rate    = 1.2
	total   float64
)

//go:noinline
func inUnits(s []float64, price, rate float64) (t float64) {
	for i := range s {
		t += s[i] * (price / rate)
	}
	return t
}

//go:noinline
func inUnitsHoisted(s []float64, price, rate float64) (t float64) {
	unit := price / rate
	for i := range s {
		t += s[i] * unit
	}
	return t
}

//go:noinline
func inUnitsByFour(s []float64, price, rate float64) (t float64) {
	unit := price / rate
	var a, b, c, d float64
	for len(s) >= 4 {
		a += s[0] * unit
		b += s[1] * unit
		c += s[2] * unit
		d += s[3] * unit
		s = s[4:]
	}
	for i := range s {
		a += s[i] * unit
	}
	return a + b + c + d
}

// units divides in each turn what does not change.
func units() {
	total = inUnits(samples, price, rate)
	// Allocs: 0
}

// unitsHoisted divides before the loop.
//
// Up to 1.26 the compiler does not move anything out of a loop. 1.27 moves
// what has no memory in it and can't panic out of innermost loops: a
// division of floats, not one of integers, no load and no call.
func unitsHoisted() {
	total = inUnitsHoisted(samples, price, rate)
	// Allocs: 0
	// Faster (!go1.27): 1.3x than units
	// See: bench
}

// unitsByFour takes four elements in each turn, into four sums.
//
// It is not the unrolling that helps. Four additions to one sum wait for
// each other, four sums do not. For floats the result may differ in its
// last bits, so the compiler must not do it by itself. Nor does it unroll,
// on any release.
func unitsByFour() {
	total = inUnitsByFour(samples, price, rate)
	// Allocs: 0
	// Faster: 1.5x than unitsHoisted
	// See: bench
}

var (
	running, stop = context.WithCancel(context.Background())
	items         = 1000
	counted       int
)

// askedDone asks in each turn whether the context has ended, through a
// channel that was fetched before the loop.
//
// That was the way to make the question cheap, as long as Err took a lock.
func askedDone() {
	done := running.Done()
	for i := 0; i < items; i++ {
		select {
		case <-done:
			return
		default:
		}
		counted++
	}
	// Allocs: 0
	// Faster (!go1.25): 1.5x than askedErr
	// See: bench
}

// askedErr asks the context itself. Since 1.25 Err is an atomic load, and
// the plain question is the cheaper one.
//
// Ask once for each unit that you would not mind finishing: a page, a file,
// a thousand rows. A turn that blocks needs no question, its select has
// Done among the cases.
func askedErr() {
	for i := 0; i < items; i++ {
		if running.Err() != nil {
			return
		}
		counted++
	}
	// Allocs: 0
	// Faster (go1.25): 1.3x than askedDone
	// See: bench
}

// A point is small, and its constructor is inlined.
type point struct{ x, y int }

func newPoint(x, y int) *point { return &point{x, y} }

func (p *point) sum() int { return p.x + p.y }

// benchmark runs a loop for 1,000 turns and returns the allocations of one.
func benchmark(loop func(b *testing.B)) int64 {
	if flag.Lookup("test.benchtime") == nil {
		testing.Init()
	}
	if err := flag.Set("test.benchtime", "1000x"); err != nil {
		panic(err)
	}
	return testing.Benchmark(loop).AllocsPerOp()
}

// benchLoop measures one line with the two loops of package testing.
//
// In a loop up to b.N the compiler inlines the line, sees that nobody needs
// the result, and removes it: you time an empty loop. b.Loop keeps
// arguments and results alive. On 1.24 and 1.25 it did so by not inlining
// calls in its body, so what was measured allocated, and production did
// not. Since 1.26 it inlines.
func benchLoop() {
	fmt.Println("b.N:", benchmark(func(b *testing.B) {
		for i := 0; i < b.N; i++ {
			newPoint(i, i).sum()
		}
	}))
	fmt.Println("b.Loop:", benchmark(func(b *testing.B) {
		for b.Loop() {
			newPoint(sum, sum).sum()
		}
	}))
	// Since: 1.24 testing.B.Loop
	// Output (!go1.26):
	// b.N: 0
	// b.Loop: 1
	// Output (go1.26):
	// b.N: 0
	// b.Loop: 0
}

var errBusy = errors.New("busy")

// A retrier tries again what may go better later.
type retrier struct {
	tries       int
	first, most time.Duration
	jitter      func(most time.Duration) time.Duration
	sleep       func(ctx context.Context, d time.Duration) error
}

// do calls try until it succeeds, fails for good, or has failed too often,
// and stops waiting when ctx ends.
//
// The loop has no condition: each way out is a return, with the error that
// belongs to it. The wait comes last in the turn, so that nobody waits
// before the first try or after the last.
func (r retrier) do(ctx context.Context, try func() error) error {
	wait := r.first
	for n := 1; ; n++ {
		err := try()
		if err == nil || !errors.Is(err, errBusy) {
			return err
		}
		if n == r.tries {
			return fmt.Errorf("after %d tries: %w", n, err)
		}
		if ended := r.sleep(ctx, r.jitter(wait)); ended != nil {
			return fmt.Errorf("%w, last: %v", ended, err)
		}
		if wait *= 2; wait > r.most {
			wait = r.most
		}
	}
}

// sleep waits for d or the end of ctx. time.Sleep would keep a shutdown
// waiting for a backoff.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// full draws a wait between nothing and the whole, so that clients that
// failed together do not come back together.
func full(most time.Duration) time.Duration {
	return time.Duration(rand.Int63n(int64(most)) + 1)
}

// retried shows the three ends of the loop, and the waits between the
// tries. In the test jitter is the identity and sleep writes down.
func retried() {
	var waits []time.Duration
	noted := retrier{
		tries: 5, first: time.Second, most: 3 * time.Second,
		jitter: func(most time.Duration) time.Duration { return most },
		sleep: func(ctx context.Context, d time.Duration) error {
			waits = append(waits, d)
			return ctx.Err()
		},
	}
	busy := func() error { return errBusy }
	fmt.Println(noted.do(running, busy))
	fmt.Println("waits:", waits)
	unknown := errors.New("no such order")
	fmt.Println(noted.do(running, func() error { return unknown }))

	live := noted
	live.jitter, live.sleep = full, sleep
	ended, end := context.WithCancel(running)
	end()
	fmt.Println(live.do(ended, busy))
	// Output:
	// after 5 tries: busy
	// waits: [1s 2s 3s 3s]
	// no such order
	// context canceled, last: busy
}

// A store answers in pages. A page may be empty and not be the last: the
// store stops at a number of rows read, not of rows that match.
type store struct{ pages [][]string }

func (s store) list(ctx context.Context, token int) ([]string, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	next := token + 1
	if next == len(s.pages) {
		next = 0 // there are no more
	}
	return s.pages[token], next, nil
}

// pages exports a store in batches of at most three, without rows that lack
// a field.
//
// Only the token says whether there is more; the length of a page says
// nothing. The loop over the fields leaves its turn and that of the rows by
// a label. The last batch is the one that loops over full batches forget:
// here the loop takes what is there, up to three.
func pages() {
	s := store{pages: [][]string{
		{"ada,eu", "bob,", "cid,us"}, {}, {"dan,eu", "eve,us"}, {"fay,eu"},
	}}
	var rows []string
	for token, more := 0, true; more; more = token != 0 {
		page, next, err := s.list(running, token)
		if err != nil {
			fmt.Println("page", token, err)
			return
		}
		token = next // not :=, which would end with the turn
	row:
		for _, row := range page {
			for _, field := range strings.Split(row, ",") {
				if field == "" {
					continue row
				}
			}
			rows = append(rows, row)
		}
	}
	const most = 3
	for len(rows) > 0 {
		n := most
		if n > len(rows) {
			n = len(rows)
		}
		// The third index, so that a receiver who appends does not write
		// into the next batch. slices.Chunk (1.23) does the same.
		batch := rows[:n:n]
		rows = rows[n:]
		fmt.Println("batch:", batch)
	}
	// Output:
	// batch: [ada,eu cid,us dan,eu]
	// batch: [eve,us fay,eu]
}

// A batcher collects events and sends them when there are enough, when time
// has passed, and at the end.
type batcher struct {
	most  int
	every time.Duration
	send  func(batch []string)
}

// run works until events is closed or ctx ends.
//
// The ticker belongs to the loop: a timer made in the turn would start anew
// with every event and never fire under load. All ways out lead to one
// place behind the loop, which sends the rest.
func (b batcher) run(ctx context.Context, events <-chan string) {
	tick := time.NewTicker(b.every)
	defer tick.Stop()
	var batch []string
	flush := func() {
		if len(batch) > 0 {
			b.send(batch)
			batch = nil // given away, see 9_slices
		}
	}
loop:
	for {
		select {
		case event, ok := <-events:
			if !ok {
				break loop
			}
			if batch = append(batch, event); len(batch) == b.most {
				flush()
			}
		case <-tick.C:
			flush()
		case <-ctx.Done():
			break loop
		}
	}
	flush()
}

// batched sends five events in batches of two: the last one goes when the
// channel is closed.
func batched() {
	events := make(chan string, 5)
	for _, event := range strings.Fields("e1 e2 e3 e4 e5") {
		events <- event
	}
	close(events)
	b := batcher{
		most: 2, every: time.Hour,
		send: func(batch []string) { fmt.Println("sent:", batch) },
	}
	b.run(running, events)
	// Output:
	// sent: [e1 e2]
	// sent: [e3 e4]
	// sent: [e5]
}

func main() {
	defer stop()
	turns()
	perTurn()
	bounds()
	units()
	unitsHoisted()
	unitsByFour()
	askedDone()
	askedErr()
	benchLoop()
	retried()
	pages()
	batched()
}
