//go:build ignore

// Pitfalls of locks: what is copied, who waits for whom, and what is not
// guarded although a lock stands beside it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// limits are a tenant's settings, guarded by mu.
type limits struct {
	mu     sync.Mutex
	perMin int
}

func clone[T any](p *T) *T {
	c := *p
	return &c
}

func (l *limits) snapshot() *limits {
	l.mu.Lock()
	defer l.mu.Unlock()
	return clone(l)
}

func (l *limits) get() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.perMin
}

// cloneOfLocked hangs at the first use of a snapshot, because the copy was
// made under the lock and is born locked.
//
// Copying under the lock is what the review asked for, and the helper that
// copies is generic, so vet's copylocks does not see a lock in it. A copy
// takes the state word: of an unlocked mutex it is an independent lock that
// guards nothing shared, of a locked one a lock that nobody can unlock.
//
// The pager: one tenant's requests time out, CPU is idle. The dump shows
// waiters of a mutex and no goroutine inside. Look for values of struct
// types with a lock in clone helpers, append, channels and any.
func cloneOfLocked() {
	l := &limits{perMin: 60}
	fmt.Println("live:", l.get())
	s := l.snapshot()
	fmt.Println("snapshot:", s.get())
	// Fatal: all goroutines are asleep - deadlock!
	// Output:
	// live: 60
}

type limitValues struct{ perMin int }

func (v limitValues) get() int { return v.perMin }

type limitsFixed struct {
	mu sync.Mutex
	limitValues
}

func (l *limitsFixed) get() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.limitValues.get()
}

func (l *limitsFixed) snapshot() limitValues {
	l.mu.Lock()
	defer l.mu.Unlock()
	return *clone(&l.limitValues)
}

// cloneOfLockedFixed copies the values and leaves the lock behind.
//
// The snapshot's type has no lock to copy. Costs a type.
func cloneOfLockedFixed() {
	l := &limitsFixed{limitValues: limitValues{perMin: 60}}
	fmt.Println("live:", l.get())
	s := l.snapshot()
	fmt.Println("snapshot:", s.get())
	// Output:
	// live: 60
	// snapshot: 60
}

// A registry knows the instances of a service.
type registry struct {
	mu    sync.RWMutex
	addrs []string
}

func (r *registry) count() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.addrs)
}

func (r *registry) register(addr string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addrs = append(r.addrs, addr)
}

// writerWaits returns when a Lock waits for the readers inside.
func (r *registry) writerWaits() {
	for r.mu.TryRLock() {
		r.mu.RUnlock()
		runtime.Gosched()
	}
}

func (r *registry) describe(between func()) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	between()
	return fmt.Sprint(r.count(), " instances")
}

// nestedRead stops all readers and the writer for ever, whenever a write
// arrives between two read locks of one goroutine.
//
// Read locks are shared, so taking a second one looked free; it is, until a
// writer waits. A waiting writer closes the door to new readers: the inner
// RLock waits for the writer, which waits for the outer.
//
// Tests have no concurrent write, and production has one at each deploy.
// Find it in the dump: one goroutine in RLock whose own stack has a method
// that holds RLock. In a server the deadlock detector says nothing, other
// goroutines live.
func nestedRead() {
	r := &registry{addrs: []string{"10.0.0.1"}}
	fmt.Println(r.describe(func() {}))
	fmt.Println(r.describe(func() {
		go r.register("10.0.0.2")
		r.writerWaits()
	}))
	// Fatal: all goroutines are asleep - deadlock!
	// Output:
	// 1 instances
}

// countLocked needs mu to be held.
func (r *registry) countLocked() int { return len(r.addrs) }

func (r *registry) describeFixed(between func()) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	between()
	return fmt.Sprint(r.countLocked(), " instances")
}

// nestedReadFixed locks in the exported method and nowhere below.
//
// Methods whose names end in Locked expect the lock; the compiler does not
// check the name.
func nestedReadFixed() {
	r := &registry{addrs: []string{"10.0.0.1"}}
	fmt.Println(r.describeFixed(func() {}))
	fmt.Println(r.describeFixed(func() {
		go r.register("10.0.0.2")
		r.writerWaits()
	}))
	// Output:
	// 1 instances
	// 1 instances
}

// An account is locked by each of its methods.
type account struct {
	mu  sync.Mutex
	sum int
}

func (a *account) balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sum
}

func (a *account) add(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sum += n
}

func (a *account) withdraw(n int, approve func()) bool {
	if a.balance() < n {
		return false
	}
	approve()
	a.add(-n)
	return true
}

// together returns a function that returns when n goroutines are in it.
func together(n int) func() {
	var wg sync.WaitGroup
	wg.Add(n)
	return func() { wg.Done(); wg.Wait() }
}

// overdrawn pays out the same money twice with each access locked.
//
// The race detector is silent, and right: no access is without the lock.
// Both checks are made in one critical section and both payments in
// another, and what the check has found is out of date in between.
//
// No alert; reconciliation finds it at the end of the month. Search for
// two locked calls on one object in a function, the second depending on
// the first. Getters and setters with a lock each invite it.
func overdrawn() {
	a := &account{sum: 100}
	approve := together(2)
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			a.withdraw(80, approve)
		}()
	}
	wg.Wait()
	fmt.Println("balance:", a.balance())
	// Output:
	// balance: -60
}

func (a *account) withdrawFixed(n int, approve func()) bool {
	approve()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sum < n {
		return false
	}
	a.sum -= n
	return true
}

// overdrawnFixed checks and acts in one critical section.
//
// The approval, which calls another service, comes before the lock; it may
// be asked in vain.
func overdrawnFixed() {
	a := &account{sum: 100}
	approve := together(2)
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			a.withdrawFixed(80, approve)
		}()
	}
	wg.Wait()
	fmt.Println("balance:", a.balance())
	// Output:
	// balance: 20
}

// A board has the scores that a page shows.
type board struct {
	mu     sync.Mutex
	scores []int
}

func (b *board) all() []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.scores
}

func (b *board) add(i, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scores[i] += n
}

func sum(scores []int) int {
	n := 0
	for _, score := range scores {
		n += score
	}
	return n
}

// viewLeavesLock is a data race in code whose every method locks.
//
// The getter holds the lock while it copies three words. What they lead to
// is read by the caller after the Unlock, while another request writes.
// With a map in place of the slice the runtime may end the process.
//
// Pages with totals that never were. Run tests under -race with a writer
// beside the reader; in review, ask of each return under a lock what it
// points to.
func viewLeavesLock() {
	b := &board{scores: []int{3, 4}}
	done := make(chan struct{})
	go func() {
		b.add(0, 10)
		close(done)
	}()
	total := sum(b.all())
	<-done
	fmt.Println("a total:", total == 7 || total == 17)
	// Races:
	// Output:
	// a total: true
}

func (b *board) allFixed() []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]int(nil), b.scores...)
}

// viewLeavesLockFixed returns a copy made under the lock.
//
// Costs an allocation per call; elements with pointers in them need a
// deeper copy.
func viewLeavesLockFixed() {
	b := &board{scores: []int{3, 4}}
	done := make(chan struct{})
	go func() {
		b.add(0, 10)
		close(done)
	}()
	total := sum(b.allFixed())
	<-done
	fmt.Println("a total:", total == 7 || total == 17)
	// Output:
	// a total: true
}

// A tally counts requests by path; a nil map is the bug of another day.
type tally struct {
	mu    sync.Mutex
	paths map[string]int
}

// served lives as long as the process, as a handler's state does.
var served = new(tally)

func (t *tally) hit(path string) {
	t.mu.Lock()
	t.paths[path]++
	t.mu.Unlock()
}

// serve runs a handler as net/http does: a panic ends one request.
func serve(handler func()) {
	defer func() {
		if recover() != nil {
			fmt.Println("500")
		}
	}()
	handler()
}

// panicKeepsLock turns one failed request into a service that answers none.
//
// The Unlock without defer was a measured saving, from the days when defer
// had a price. The map is nil for one request; the panic is recovered
// above, as net/http does, and passes the Unlock by. Each later request
// waits.
//
// The pager: memory and goroutines rise, no errors after the first 500. The
// dump has thousands of waiters in hit and nobody behind the lock. Early
// returns do the same. Look for Unlock that is not deferred.
func panicKeepsLock() {
	t := served
	serve(func() { t.hit("/") })
	t.paths = map[string]int{}
	for i := 0; i < 3; i++ {
		go serve(func() { t.hit("/") })
	}
	// Leaks: 3
	// Leaks (go1.27): 0 profile
	// Output:
	// 500
}

func (t *tally) hitFixed(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.paths[path]++
}

// panicKeepsLockFixed defers the Unlock, and the service stays up.
//
// A recovered panic can leave half a change behind: what is unlocked is not
// therefore consistent. A loop needs a function per turn.
func panicKeepsLockFixed() {
	t := &tally{}
	serve(func() { t.hitFixed("/") })
	t.paths = map[string]int{}
	for i := 0; i < 3; i++ {
		go serve(func() { t.hitFixed("/") })
	}
	// Output:
	// 500
}

// A hub sends events to those who have subscribed.
type hub struct {
	mu   sync.Mutex
	subs map[chan string]bool
}

func (h *hub) leave(c chan string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subs, c)
}

func (h *hub) publish(events ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.subs {
		for _, event := range events {
			c <- event
		}
	}
}

// sendUnderLock blocks a publisher and the subscriber that wants to leave,
// each waiting for the other, one on a channel and one on the lock.
//
// Holding the lock keeps the set stable while it is ranged over. But a send
// waits for a receiver, and this receiver leaves after the first event,
// which takes the lock.
//
// Whoever publishes next waits too. The dump has many goroutines at the
// lock and one, with the lock, in chan send: that one is the cause.
// Callbacks, logging and network calls under a lock are the same bug.
func sendUnderLock() {
	c := make(chan string)
	h := &hub{subs: map[chan string]bool{c: true}}
	fmt.Println("subscribers:", len(h.subs))
	go func() {
		<-c
		h.leave(c)
	}()
	go h.publish("ready", "steady")
	// Leaks: 2
	// Output:
	// subscribers: 1
}

func (h *hub) publishFixed(events ...string) {
	h.mu.Lock()
	subs := make([]chan string, 0, len(h.subs))
	for c := range h.subs {
		subs = append(subs, c)
	}
	h.mu.Unlock()
	for _, c := range subs {
		for _, event := range events {
			select {
			case c <- event:
			default: // slow or gone
			}
		}
	}
}

// sendUnderLockFixed copies the set under the lock and sends without it.
//
// A subscriber that has left may be sent to once more, so the send must not
// wait: with room for one event the second is dropped. Dropping is a
// decision of the protocol, and wants a counter.
func sendUnderLockFixed() {
	c := make(chan string, 1)
	h := &hub{subs: map[chan string]bool{c: true}}
	fmt.Println("subscribers:", len(h.subs))
	go func() {
		<-c
		h.leave(c)
	}()
	go h.publishFixed("ready", "steady")
	// Output:
	// subscribers: 1
}

// A purse is one of two that a transfer locks.
type purse struct {
	mu  sync.Mutex
	id  int
	sum int
}

func transfer(from, to *purse, n int, audit func()) {
	from.mu.Lock()
	defer from.mu.Unlock()
	audit()
	to.mu.Lock()
	defer to.mu.Unlock()
	from.sum -= n
	to.sum += n
}

// oppositeTransfers lock two purses in the order of the arguments, and two
// opposite payments wait for each other.
//
// Each function is right by itself. The order of the locks is a property
// of the program, and here it is a property of the input.
//
// It takes two customers paying each other in the same millisecond: once
// a week, then daily. Two goroutines of one function, both in its second
// Lock, is what the dump shows. 1.27's goroutineleak profile reports them
// too, as long as nothing that lives can reach the purses.
func oppositeTransfers() {
	a, b := &purse{id: 1, sum: 50}, &purse{id: 2, sum: 50}
	fmt.Println("total:", a.sum+b.sum)
	audit := together(2)
	go transfer(a, b, 10, audit)
	go transfer(b, a, 20, audit)
	// Leaks: 2
	// Leaks (go1.27): 2 profile
	// Output:
	// total: 100
}

func transferFixed(from, to *purse, n int, audit func()) {
	audit()
	first, second := from, to
	if second.id < first.id {
		first, second = second, first
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	from.sum -= n
	to.sum += n
}

// oppositeTransfersFixed locks by id, whatever the direction.
//
// A total order must exist and be the same everywhere; from == to needs an
// answer of its own, since the lock is not reentrant. The audit, which may
// wait, is outside.
func oppositeTransfersFixed() {
	a, b := &purse{id: 1, sum: 50}, &purse{id: 2, sum: 50}
	fmt.Println("total:", a.sum+b.sum)
	audit := together(2)
	go transferFixed(a, b, 10, audit)
	go transferFixed(b, a, 20, audit)
	// Output:
	// total: 100
}

// A session is what dial returns.
type session struct{ id int }

type dialFunc func() (*session, error)

// dialer fails the first time, as a broker does that is still starting.
func dialer() dialFunc {
	calls := 0
	return func() (*session, error) {
		calls++
		if calls == 1 {
			return nil, errors.New("connection refused")
		}
		return &session{id: calls}, nil
	}
}

// A broker dials when it is first needed.
type broker struct {
	once sync.Once
	s    *session
}

func (b *broker) session(dial dialFunc) (*session, error) {
	var err error
	b.once.Do(func() { b.s, err = dial() })
	return b.s, err
}

// onceFailed hands out nil and no error from the second call on.
//
// Once promises that dial is called once, and the review asked for
// that. The first caller gets the error. The second finds the Once done,
// its own err untouched, and b.s nil.
//
// The log has one "connection refused" at start, then nil pointers in code
// that has checked err. Look for an err declared outside of Do.
func onceFailed() {
	dial := dialer()
	var b broker
	for i := 0; i < 2; i++ {
		s, err := b.session(dial)
		fmt.Println("session:", s != nil, "error:", err)
	}
	// Output:
	// session: false error: connection refused
	// session: false error: <nil>
}

// A retryingBroker keeps what succeeded and nothing else.
type retryingBroker struct {
	mu sync.Mutex
	s  *session
}

func (b *retryingBroker) session(dial dialFunc) (*session, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.s != nil {
		return b.s, nil
	}
	s, err := dial()
	if err == nil {
		b.s = s
	}
	return s, err
}

// onceFailedFixed remembers success only.
//
// Each failure is tried again by the next caller, and callers queue behind
// a slow dial: give it a deadline.
func onceFailedFixed() {
	dial := dialer()
	var b retryingBroker
	for i := 0; i < 2; i++ {
		s, err := b.session(dial)
		fmt.Println("session:", s != nil, "error:", err)
	}
	// Output:
	// session: false error: connection refused
	// session: true error: <nil>
}

// A flags holds the switches that are loaded at the first request.
type flags struct {
	mu     sync.Mutex
	loaded *map[string]bool
}

func (f *flags) get() map[string]bool {
	if f.loaded == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.loaded == nil {
			f.loaded = &map[string]bool{"beta": true}
		}
	}
	return *f.loaded
}

// checkedTwice reads a pointer without the lock that its writer holds.
//
// The first check saves a lock per request, the second one makes it right,
// in the pattern's original. A lock orders those who take it: the reader
// that sees a pointer has no edge to what was written before it.
//
// amd64 keeps the order of stores, arm64 need not. The race detector
// reports it when two first requests overlap, in a test for the cold start.
func checkedTwice() {
	var f flags
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = f.get()["beta"]
		}()
	}
	wg.Wait()
	fmt.Println("beta:", f.get()["beta"])
	// Races:
	// Output:
	// beta: true
}

// flagsFixed publishes the table by an atomic store.
type flagsFixed struct {
	mu     sync.Mutex
	loaded atomic.Value // map[string]bool
}

func (f *flagsFixed) get() map[string]bool {
	if table, ok := f.loaded.Load().(map[string]bool); ok {
		return table
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if table, ok := f.loaded.Load().(map[string]bool); ok {
		return table
	}
	table := map[string]bool{"beta": true}
	f.loaded.Store(table)
	return table
}

// checkedTwiceFixed makes the unlocked read an atomic one.
//
// The table must not change after it is stored. sync.Once does the same in
// one line where loading can't fail.
func checkedTwiceFixed() {
	var f flagsFixed
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = f.get()["beta"]
		}()
	}
	wg.Wait()
	fmt.Println("beta:", f.get()["beta"])
	// Output:
	// beta: true
}

// A meter counts what is in flight.
type meter struct {
	inFlight int64
}

func (m *meter) enter() { atomic.AddInt64(&m.inFlight, 1) }

func (m *meter) overloaded() bool { return m.inFlight > 1000 }

// mixedAccess races although every write is atomic.
//
// The writers had to be atomic, or counts would be lost. The reader only
// looks, a word can't be torn, and being one off doesn't matter. But a
// plain load has no place in the order of the atomic ones: the compiler may
// keep it in a register and hoist it out of a loop, and a load shedder
// that polls never sees the value fall.
//
// Run a request and a check side by side under -race. For a guarded field
// it is the same bug: a lock in the setter and none in the getter. Typed
// atomics (1.19) can't be read plainly.
func mixedAccess() {
	var m meter
	done := make(chan struct{})
	go func() {
		m.enter()
		close(done)
	}()
	shed := m.overloaded()
	<-done
	fmt.Println("shed:", shed)
	// Races:
	// Output:
	// shed: false
}

func (m *meter) overloadedFixed() bool {
	return atomic.LoadInt64(&m.inFlight) > 1000
}

// mixedAccessFixed loads atomically too.
//
// On amd64 the load is the same instruction. On 32-bit processors the
// field must stay the first of the struct, or become an atomic.Int64.
func mixedAccessFixed() {
	var m meter
	done := make(chan struct{})
	go func() {
		m.enter()
		close(done)
	}()
	shed := m.overloadedFixed()
	<-done
	fmt.Println("shed:", shed)
	// Output:
	// shed: false
}

// A seats hands out tickets, and lets buyers wait for the next batch.
type seats struct {
	mu      sync.Mutex
	more    *sync.Cond
	free    int
	waiting int
	closed  bool
}

func newSeats() *seats {
	s := &seats{}
	s.more = sync.NewCond(&s.mu)
	return s
}

func (s *seats) take() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting++
	if s.free == 0 && !s.closed {
		s.more.Wait()
	}
	s.free--
}

// lastBatch puts seats on sale when n buyers wait, and closes the sale.
func (s *seats) lastBatch(buyers, free int) {
	for {
		s.mu.Lock()
		if s.waiting == buyers {
			s.free, s.closed = free, true
			s.more.Broadcast()
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		runtime.Gosched()
	}
}

// wokenTogether sells one seat to two buyers who were both woken for it.
//
// With one buyer the if does what the loop would do.
// Wait returns with the lock held, but not at once: others had the lock
// between the Broadcast and the return, and the condition is theirs too.
//
// The count of free seats is below zero, and no race report says why. Look
// for Wait that is not in a for.
func wokenTogether() {
	s := newSeats()
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s.take()
		}()
	}
	s.lastBatch(2, 1)
	wg.Wait()
	fmt.Println("free:", s.free)
	// Output:
	// free: -1
}

func (s *seats) takeFixed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting++
	for s.free == 0 && !s.closed {
		s.more.Wait()
	}
	if s.free > 0 {
		s.free--
	}
}

// wokenTogetherFixed asks again after each Wait, and before it takes.
//
// Costs nothing; each Broadcast still wakes everybody, for one seat.
func wokenTogetherFixed() {
	s := newSeats()
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s.takeFixed()
		}()
	}
	s.lastBatch(2, 1)
	wg.Wait()
	fmt.Println("free:", s.free)
	// Output:
	// free: 0
}

// alone gives a case a process of its own, because it ends the process or never ends.
func alone(name string, run func()) func() {
	if len(os.Args) > 1 && os.Args[1] == name {
		run()
		os.Exit(0)
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		child := exec.CommandContext(ctx, os.Args[0], name)
		stderr := new(strings.Builder)
		child.Stdout, child.Stderr = os.Stdout, stderr
		err := child.Run()
		for _, line := range strings.Split(stderr.String(), "\n") {
			if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
				fmt.Println(line)
				break
			}
		}
		fmt.Println(name, "ended:", err)
	}
}

func main() {
	for _, run := range []func(){
		alone("cloneOfLocked", cloneOfLocked),
		cloneOfLockedFixed,
		alone("nestedRead", nestedRead),
		nestedReadFixed,
		overdrawn,
		overdrawnFixed,
		viewLeavesLock,
		viewLeavesLockFixed,
		alone("panicKeepsLock", panicKeepsLock),
		panicKeepsLockFixed,
		alone("sendUnderLock", sendUnderLock),
		sendUnderLockFixed,
		alone("oppositeTransfers", oppositeTransfers),
		oppositeTransfersFixed,
		onceFailed,
		onceFailedFixed,
		checkedTwice,
		checkedTwiceFixed,
		mixedAccess,
		mixedAccessFixed,
		wokenTogether,
		wokenTogetherFixed,
	} {
		run()
	}
}
