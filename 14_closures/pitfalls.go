//go:build ignore

// Pitfalls of closures: a function value carries variables, and nothing at
// the place of the call says which, since when, and with whom they are
// shared.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"
)

// A bus calls its subscribers, each once.
type bus struct{ subscribers []func() string }

// subscribe adds f, unless it is there already.
func (b *bus) subscribe(f func() string) {
	code := reflect.ValueOf(f).Pointer()
	for _, have := range b.subscribers {
		if reflect.ValueOf(have).Pointer() == code {
			return
		}
	}
	b.subscribers = append(b.subscribers, f)
}

// invalidate returns a subscriber that drops one region's cache.
func invalidate(region string) func() string {
	return func() string { return region }
}

// sameCode loses a subscriber with the upgrade to Go 1.27: functions were
// compared by the pointer that reflect gives out.
//
// That pointer leads to code, and a closure is code and variables. Up to
// 1.26 each inlined call of invalidate left a copy of the literal behind,
// with an address of its own; the two regions differed by accident, and the
// test of subscribe was green. Since 1.27 the copies are one function.
//
// One region serves stale prices, no error anywhere. A loop over the
// regions, one call in the source, has shown the fault on every release.
// Look for Pointer() of a reflect.Value and for %p of functions.
func sameCode() {
	var b bus
	b.subscribe(invalidate("eu"))
	b.subscribe(invalidate("us"))
	for _, call := range b.subscribers {
		fmt.Println("dropped:", call())
	}
	// Output (!go1.27):
	// dropped: eu
	// dropped: us
	// Output (go1.27):
	// dropped: eu
}

// A busFixed knows its subscribers by a name that they choose.
type busFixed struct {
	names       []string
	subscribers []func() string
}

func (b *busFixed) subscribe(name string, f func() string) {
	for _, have := range b.names {
		if have == name {
			return
		}
	}
	b.names = append(b.names, name)
	b.subscribers = append(b.subscribers, f)
}

// sameCodeFixed gives each subscription an identity that is data.
//
// The caller has to think of one. Where only removal is wanted, return a
// cancel function or a pointer to the entry; see cancelled in example.go.
func sameCodeFixed() {
	var b busFixed
	b.subscribe("eu", invalidate("eu"))
	b.subscribe("us", invalidate("us"))
	for _, call := range b.subscribers {
		fmt.Println("dropped:", call())
	}
	// Output:
	// dropped: eu
	// dropped: us
}

// A client talks to the store of one tenant.
type client struct{ tenant string }

// clients hands out connections, made when they are first needed.
type clients struct {
	once sync.Once
	conn *client
}

func (c *clients) get(tenant string) *client {
	c.once.Do(func() { c.conn = &client{tenant} })
	return c.conn
}

// firstTenant answers every tenant with the data of the first one: Do runs
// one closure, and that one has captured the argument of its own call.
//
// It reads as "connect once", and with one tenant it was. The parameter was
// added with the second, every caller passes the right one, and Do takes
// the closure and drops it. The race detector is content, the value is
// published properly. It is the wrong value.
//
// The incident is a breach, not an outage. Which tenant everybody sees
// changes with every restart. Look at each Do, OnceValue and "lazy" whose
// closure names a parameter.
func firstTenant() {
	var c clients
	for _, tenant := range []string{"acme", "globex"} {
		fmt.Println(tenant, "reads", c.get(tenant).tenant)
	}
	// Output:
	// acme reads acme
	// globex reads acme
}

type clientsFixed struct {
	mu   sync.Mutex
	conn map[string]*client
}

func (c *clientsFixed) get(tenant string) *client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn[tenant] == nil {
		if c.conn == nil {
			c.conn = make(map[string]*client)
		}
		c.conn[tenant] = &client{tenant}
	}
	return c.conn[tenant]
}

// firstTenantFixed makes the argument the key.
//
// Connecting under the lock makes tenants wait for each other. If it takes
// long, keep a Once for each key in the map and run it outside of the lock.
func firstTenantFixed() {
	var c clientsFixed
	for _, tenant := range []string{"acme", "globex"} {
		fmt.Println(tenant, "reads", c.get(tenant).tenant)
	}
	// Output:
	// acme reads acme
	// globex reads globex
}

// observe is the metrics library's: it takes values.
func observe(route string, status int, slow bool) {
	fmt.Println("reported:", route, status, slow)
}

// A stopwatch stands in for time.Now: tick makes it later.
type stopwatch struct{ ms int }

func (w *stopwatch) since(start int) int { return w.ms - start }
func (w *stopwatch) tick(ms int)         { w.ms += ms }

// measuredEarly reports every request as a fast 200, the failed ones and
// the slow ones too.
//
// A defer statement evaluates function, receiver and arguments where it
// stands and keeps the values for later. Only the call is late. One writes
// it in the first line, as one should, where status is what it was
// initialised with and nothing has taken any time.
//
// The dashboard is green during the outage; that is how it is found. vet
// sees one form of it: time.Since as a direct argument of a deferred call.
func measuredEarly() {
	var w stopwatch
	start, status := w.ms, 200
	defer observe("/pay", status, w.since(start) > 100)

	w.tick(900)
	status = 503
	// Output:
	// reported: /pay 200 false
}

// measuredEarlyFixed defers a closure without parameters: what it names is
// read when it runs.
//
// Now the opposite care is due. A variable that is used again for
// something else, in a loop say, is seen in its last state.
func measuredEarlyFixed() {
	var w stopwatch
	start, status := w.ms, 200
	defer func() {
		observe("/pay", status, w.since(start) > 100)
	}()

	w.tick(900)
	status = 503
	// Output:
	// reported: /pay 503 true
}

var errFull = errors.New("disk full")

// A file keeps what is written to it until Close, where the disk may turn
// out to be full.
type file struct{}

func (file) Write(p []byte) (int, error) { return len(p), nil }
func (file) Close() error                { return errFull }

func export(rows string) error {
	var f file
	var err error
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	_, err = f.Write([]byte(rows))
	return err
}

// closeLost confirms an export that is not on the disk. The deferred
// closure sets err, and err is not what the caller gets.
//
// Somebody knew that Close can fail, and wrote the lines that everybody
// recommends. They need a named result. Here err is a local variable, which
// return copies into a result without a name, before the closure runs. In
// a function that names its result the same five lines are right.
//
// Rows are missing on days on which the disk was full, and the job's log
// says success. Find deferred closures that assign to a variable which the
// function header does not declare.
func closeLost() {
	fmt.Println("export:", export("a,b\n"))
	// Output:
	// export: <nil>
}

func exportFixed(rows string) (err error) {
	var f file
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	_, err = f.Write([]byte(rows))
	return err
}

// closeLostFixed names the result, so that the closure captures the result
// itself: return stores there, the closure runs, and the caller reads.
//
// One name in the header. Write it into the review rules, since no tool
// asks for it: the other form is legal, and sometimes meant.
func closeLostFixed() {
	fmt.Println("export:", exportFixed("a,b\n"))
	// Output:
	// export: disk full
}

var errNoRoute = errors.New("no route")

// loaders fill the caches at start-up; one of them can't.
var loaders = []func() error{
	func() error { return errNoRoute },
	func() error { return nil },
	func() error { return nil },
}

// errShared starts a server with a cold cache, on most days: three
// goroutines write their outcomes into one err, and a late nil covers an
// early error.
//
// The loop used to say "if err = load(); err != nil", one after another.
// Made concurrent, the body kept its equals sign, which in a goroutine's
// literal means the variable of the function around it. With a colon it
// would not have been shared, and would not have been returned either.
//
// The race build reports it at the first test that has two loaders. Without
// one, it is a start that succeeds and a first minute of misses.
func errShared() {
	var wg sync.WaitGroup
	var err error
	for _, load := range loaders {
		load := load
		wg.Add(1)
		go func() {
			defer wg.Done()
			err = load()
		}()
	}
	wg.Wait()
	fmt.Println("warm:", err)
	// Outcomes: warm: <nil> | (warm: no route)
	// Races:
	// See: race
}

// errSharedFixed gives each goroutine a place of its own in a slice, and
// looks at them when all are done.
//
// All errors are there, in the order of the loaders. errgroup has the first
// in time, and cancels the others, which here would be welcome.
func errSharedFixed() {
	var wg sync.WaitGroup
	errs := make([]error, len(loaders))
	for i, load := range loaders {
		i, load := i, load
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = load()
		}()
	}
	wg.Wait()
	var err error
	for i := 0; i < len(errs) && err == nil; i++ {
		err = errs[i]
	}
	fmt.Println("warm:", err)
	// Output: warm: no route
}

// logPanic is shared by all handlers of the service.
func logPanic(route string) {
	if p := recover(); p != nil {
		fmt.Println("recovered:", route, p)
	}
}

// charge fails in a way that nobody foresaw.
func charge(cents []int) int { return cents[len(cents)-1] }

var (
	noCents []int
	traceID = 4711
)

// recoverTooDeep ends the process at a panic that the handler was written
// to survive.
//
// recover works in the function that defer calls, and nowhere below it.
// "defer logPanic(route)" was right. Then a trace id was wanted, the line
// was wrapped in a closure, and logPanic now is called by the deferred
// function. It compiles, and until the first panic nothing is different.
//
// All requests in flight die with the one. Search for calls of a function
// that recovers which are not behind the word defer.
func recoverTooDeep() {
	defer func() {
		fmt.Println("trace:", traceID)
		logPanic("/charge")
	}()
	fmt.Println(charge(noCents))
	// Output:
	// trace: 4711
	// Panics: index out of range [-1]
}

func logPanicFixed(route string, p interface{}) {
	if p != nil {
		fmt.Println("recovered:", route, p)
	}
}

// recoverTooDeepFixed calls recover in the literal and passes on what it
// returned. The helper is an ordinary function then, which can be called
// from anywhere and tested.
//
// The price is one more word in each handler.
func recoverTooDeepFixed() {
	defer func() {
		fmt.Println("trace:", traceID)
		logPanicFixed("/charge", recover())
	}()
	fmt.Println(charge(noCents))
	// Output:
	// trace: 4711
	// recovered: /charge runtime error: index out of range [-1]
}

// A watcher tells its callbacks about a new configuration.
type watcher struct {
	mu        sync.Mutex
	version   int
	callbacks []func(version int)
}

func (w *watcher) current() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.version
}

func (w *watcher) publish(version int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.version = version
	for _, call := range w.callbacks {
		call(version)
	}
}

// calledUnderLock stops for ever at the first new configuration: the
// callback has captured the watcher that calls it, lock held.
//
// Neither side is wrong alone. publish guards the list that it walks, and
// current guards the number. That one runs inside of the other is written
// nowhere, since a func value hides what it will call. Whoever wrote the
// callback had read the documentation, which lists current as safe for
// concurrent use.
//
// A service has other goroutines, so there is no fatal error. Reloads stop,
// then everything that asks for the version. In the dump: sync.Mutex.Lock,
// twice in one stack.
func calledUnderLock() {
	w := &watcher{}
	w.callbacks = append(w.callbacks, func(int) {
		fmt.Println("now at", w.current())
	})
	w.publish(2)
	// Fatal: all goroutines are asleep - deadlock!
}

func (w *watcher) publishFixed(version int) {
	w.mu.Lock()
	w.version = version
	callbacks := append([]func(int){}, w.callbacks...)
	w.mu.Unlock()
	for _, call := range callbacks {
		call(version)
	}
}

// calledUnderLockFixed copies the list under the lock, and calls without.
//
// A callback can now run after its removal, and two versions can arrive in
// the wrong order. If that matters, one goroutine makes all the calls.
func calledUnderLockFixed() {
	w := &watcher{}
	w.callbacks = append(w.callbacks, func(int) {
		fmt.Println("now at", w.current())
	})
	w.publishFixed(2)
	// Output:
	// now at 2
}

// memoised returns f with a memory.
func memoised(f func(int) int) func(int) int {
	known := make(map[int]int)
	return func(n int) int {
		if _, ok := known[n]; !ok {
			known[n] = f(n)
		}
		return known[n]
	}
}

// tax is the rate of a region, computed once for each.
var tax = memoised(func(region int) int { return region % 20 })

// load is how many requests a goroutine answers.
const load = 20000

// serve answers requests on so many goroutines.
func serve(goroutines int, handle func(request int)) {
	var wg sync.WaitGroup
	for i := 0; i < goroutines; i++ {
		i := i
		wg.Add(1)
		go func() {
			defer wg.Done()
			for n := 0; n < load; n++ {
				handle(i*load + n)
			}
		}()
	}
	wg.Wait()
}

// memoShared ends the process with "concurrent map writes", and there is
// no map in the code that calls.
//
// tax has the type of a pure function. Before it was wrapped it was one,
// and safe on any number of goroutines. The map is a variable of a call
// that returned at start-up, reachable through the func value alone; no
// field, no package variable, nothing to put a lock beside.
//
// It happens under load, after a deployment, when the map is being filled.
// Test wrapped functions in the race build with two goroutines.
func memoShared() {
	serve(4, func(request int) { tax(request) })
	fmt.Println("rate:", tax(47))
	// Fatal: concurrent map
	// Races:
	// See: race
}

func memoisedFixed(f func(int) int) func(int) int {
	var mu sync.Mutex
	known := make(map[int]int)
	return func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		if _, ok := known[n]; !ok {
			known[n] = f(n)
		}
		return known[n]
	}
}

var taxFixed = memoisedFixed(func(region int) int { return region % 20 })

// memoSharedFixed captures a lock beside the map.
//
// It also serialises f. That suits a cheap f; an expensive one wants a
// result that is waited for by key. The map still has no bound.
func memoSharedFixed() {
	serve(4, func(request int) { taxFixed(request) })
	fmt.Println("rate:", taxFixed(47))
	// Output:
	// rate: 7
}

// A request is what a handler gets.
type request struct {
	id   string
	body []byte
}

func (r *request) label() string { return "request " + r.id }

// waiting is what runs when the nightly settlement is done.
var waiting []func() string

// retained says how many MB stay allocated for what run has left behind.
func retained(run func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	run()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return (after.HeapAlloc - before.HeapAlloc + 1<<19) >> 20
}

// bodyKept holds the bodies of all requests of a day for the sake of their
// ids.
//
// r.label is one word longer than r.id and looks as light. A method value
// keeps its receiver, here a pointer to the request, and the request keeps
// its body. A literal that reads r.id captures r just the same: it is
// variables that are captured, not the fields one reads.
//
// The heap profile blames the reader of the body, the one place that is
// innocent. Ask who holds it: look for func values in long-lived lists, in
// contexts, timers and finalizers.
func bodyKept() {
	mb := retained(func() {
		for i := 0; i < 8; i++ {
			r := &request{fmt.Sprint(i), make([]byte, 1<<20)}
			waiting = append(waiting, r.label)
		}
	})
	fmt.Println(len(waiting), "waiting, MB kept:", mb)
	waiting = nil
	// Output:
	// 8 waiting, MB kept: 8
}

// bodyKeptFixed takes what is needed into a variable of its own, and
// captures that.
//
// It is a copy, taken now. If the id could change later, this would be a
// change of meaning as well.
func bodyKeptFixed() {
	mb := retained(func() {
		for i := 0; i < 8; i++ {
			r := &request{fmt.Sprint(i), make([]byte, 1<<20)}
			label := r.label()
			waiting = append(waiting, func() string { return label })
		}
	})
	fmt.Println(len(waiting), "waiting, MB kept:", mb)
	waiting = nil
	// Output:
	// 8 waiting, MB kept: 0
}

// A session ends when nobody has touched it for a while.
type session struct {
	mu      sync.Mutex
	timer   *time.Timer
	expired bool
	turn    int
}

// A step is where a test stops a callback: after it began, before the lock.
type step struct{ began, done chan struct{} }

func newStep() step {
	return step{make(chan struct{}), make(chan struct{})}
}

func (s *session) start(d time.Duration, at step) {
	s.timer = time.AfterFunc(d, func() {
		close(at.began)
		s.mu.Lock()
		s.expired = true
		s.mu.Unlock()
		close(at.done)
	})
}

// stoppedTooLate logs out a user who has just clicked. Stop was called, and
// the timer's closure ran afterwards.
//
// Stop prevents a call that has not begun. This one had, on a goroutine of
// its own, and stood at the lock that touch was holding. So "both hold the
// lock" does not help: the order is touch, then expiry. That Stop returned
// false is the only sign, and nobody reads it.
//
// Rare, at busy hours, never in a test. Here a channel takes the place of
// bad luck. Look at AfterFunc closures that do not ask whether they are
// still wanted.
func stoppedTooLate() {
	var s session
	at := newStep()
	s.mu.Lock()
	s.start(time.Millisecond, at)
	<-at.began
	stopped := s.timer.Stop() // a click: the session goes on
	s.mu.Unlock()
	<-at.done

	fmt.Println("stopped:", stopped, "expired:", s.expired)
	// Output:
	// stopped: false expired: true
}

func (s *session) startFixed(d time.Duration, at step) {
	s.turn++
	turn := s.turn
	s.timer = time.AfterFunc(d, func() {
		close(at.began)
		s.mu.Lock()
		if s.turn == turn {
			s.expired = true
		}
		s.mu.Unlock()
		close(at.done)
	})
}

// stoppedTooLateFixed lets the closure capture which turn it belongs to, by
// value, and compare that with the session's under the lock.
//
// An int in the struct. The same shape serves retries, debouncing and
// whatever else replaces an earlier call by a later one.
func stoppedTooLateFixed() {
	var s session
	at := newStep()
	s.mu.Lock()
	s.startFixed(time.Millisecond, at)
	<-at.began
	stopped := s.timer.Stop()
	s.turn++
	s.mu.Unlock()
	<-at.done

	fmt.Println("stopped:", stopped, "expired:", s.expired)
	// Output:
	// stopped: false expired: false
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
		sameCode,
		sameCodeFixed,
		firstTenant,
		firstTenantFixed,
		measuredEarly,
		measuredEarlyFixed,
		closeLost,
		closeLostFixed,
		errShared,
		errSharedFixed,
		alone("recoverTooDeep", recoverTooDeep),
		recoverTooDeepFixed,
		alone("calledUnderLock", calledUnderLock),
		calledUnderLockFixed,
		alone("memoShared", memoShared),
		memoSharedFixed,
		bodyKept,
		bodyKeptFixed,
		stoppedTooLate,
		stoppedTooLateFixed,
	} {
		run()
	}
}
