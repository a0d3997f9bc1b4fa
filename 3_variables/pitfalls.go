//go:build ignore

// Variables that are not the one you mean: shadowed, read too late, half
// assigned, overwritten, shared.
package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// limit is how many requests a client may have in flight.
var limit = 100

func parseLimit(s string) (int, error) { return strconv.Atoi(s) }

// globalShadow loads the configured limit and keeps the default: the
// package variable and the one that was set share a name only.
//
// limit was an int that main assigned. When parsing got an error, = became
// :=, which declares what is new in this scope; the package's variable is
// in another. "declared and not used" stays away, as the log line uses it.
//
// The log says 5, the service admits 100. With a *sql.DB instead it is a
// nil pointer at the first request. Search for := in init, main and
// TestMain with the name of a package variable; vet's shadow analyzer is
// not part of go vet.
func globalShadow() {
	limit, err := parseLimit("5")
	if err != nil {
		fmt.Println("limit:", err)
		return
	}
	fmt.Println("configured:", limit)
	fmt.Println("in use:", inUse())
	// Output:
	// configured: 5
	// in use: 100
}

func inUse() int { return limit }

// globalShadowFixed declares the error by itself and assigns.
//
// One line more. The cure that lasts is a parameter or a field: what is
// passed can't be missed.
func globalShadowFixed() {
	var err error
	limit, err = parseLimit("5")
	if err != nil {
		fmt.Println("limit:", err)
		return
	}
	fmt.Println("configured:", limit)
	fmt.Println("in use:", inUse())
	limit = 100 // for the cases below
	// Output:
	// configured: 5
	// in use: 5
}

func callBackend(ctx context.Context) bool {
	_, bounded := ctx.Deadline()
	return bounded
}

// lostDeadline gives the backend no deadline, although the line that sets
// one has run.
//
// The timeout became optional, and the statement moved into an if. There
// := makes a new ctx, which ends at the brace. It would be an unused
// variable, if the audit line did not use it.
//
// Requests that hang for as long as the backend does, in the tenants that
// have set a timeout. A goroutine profile shows them under a context that
// can't end. Look for a := of ctx that is not the first statement.
func lostDeadline() {
	ctx := context.Background()
	timeout := time.Duration(len("configured")) * time.Second
	if timeout > 0 {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		fmt.Println("audit, deadline:", callBackend(ctx))
	}
	fmt.Println("backend, deadline:", callBackend(ctx))
	// Output:
	// audit, deadline: true
	// backend, deadline: false
}

// lostDeadlineFixed declares cancel and assigns to the ctx that is used
// below.
//
// An argument helps too: a function that returns the ctx and its cancel
// leaves nothing to shadow.
func lostDeadlineFixed() {
	ctx := context.Background()
	timeout := time.Duration(len("configured")) * time.Second
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
		fmt.Println("audit, deadline:", callBackend(ctx))
	}
	fmt.Println("backend, deadline:", callBackend(ctx))
	// Output:
	// audit, deadline: true
	// backend, deadline: true
}

// A transaction moves money between two accounts.
type transaction struct{ booked, committed int }

func (t *transaction) book(account string) error {
	if strings.HasPrefix(account, "closed") {
		return errors.New("account is closed")
	}
	t.booked++
	return nil
}

func (t *transaction) end(err error) {
	if err == nil {
		t.committed = t.booked
	}
}

func transfer(t *transaction, from, to string) error {
	var err error
	defer func() { t.end(err) }()
	if err := t.book(from); err != nil {
		return err
	}
	if err := t.book(to); err != nil {
		return err
	}
	return nil
}

// committedHalf commits the first half of a transfer whose second half has
// failed, and reports the failure correctly.
//
// The deferred function looks at err, and err is returned: one name, three
// variables. return copies its operand to the result, which has no name
// here, so the outer err stays nil for ever. In the version that was
// reviewed the statements assigned to it.
//
// Money is gone from one account, the client retries, and it is gone
// twice. Nothing is logged but the error that was expected. Look for a
// deferred closure that reads an err which is not a named result.
func committedHalf() {
	var t transaction
	err := transfer(&t, "savings", "closed-17")
	fmt.Println("error:", err)
	fmt.Println("bookings committed:", t.committed)
	// Output:
	// error: account is closed
	// bookings committed: 1
}

func transferFixed(t *transaction, from, to string) (err error) {
	defer func() { t.end(err) }()
	if err := t.book(from); err != nil {
		return err
	}
	if err := t.book(to); err != nil {
		return err
	}
	return nil
}

// committedHalfFixed names the result. return assigns to it before the
// deferred functions run, whatever the variable in its operand is called.
//
// Shadowing does no harm then, except to a bare return, which the compiler
// refuses where the result is shadowed. The name is a part of the contract
// now: leave a comment at it.
func committedHalfFixed() {
	var t transaction
	err := transferFixed(&t, "savings", "closed-17")
	fmt.Println("error:", err)
	fmt.Println("bookings committed:", t.committed)
	// Output:
	// error: account is closed
	// bookings committed: 0
}

// A pool is opened when it is first needed.
type pool struct{ size int }

func open(address string) (*pool, error) {
	if address == "" {
		return nil, errors.New("no address")
	}
	return &pool{10}, nil
}

type lazyPool struct {
	once sync.Once
	pool *pool
}

func (l *lazyPool) get() (*pool, error) {
	var err error
	l.once.Do(func() { l.pool, err = open("") })
	return l.pool, err
}

// onceError returns the error to the first caller, and to all others
// neither an error nor a pool.
//
// The closure runs once, err exists once for each call. The first call's
// is set, and forgotten with the call. In review one sees a variable, a
// closure that sets it, and a return that returns it.
//
// One request fails with "no address", in a log that has rotated. All
// later ones die of a nil pointer, far from here. Find it by calling get
// twice in the test of the failure.
func onceError() {
	var l lazyPool
	for call := 1; call <= 2; call++ {
		p, err := l.get()
		fmt.Printf("call %d: pool %v, error %v\n", call, p != nil, err)
	}
	// Output:
	// call 1: pool false, error no address
	// call 2: pool false, error <nil>
}

type lazyPoolFixed struct {
	once sync.Once
	pool *pool
	err  error
}

func (l *lazyPoolFixed) get() (*pool, error) {
	l.once.Do(func() { l.pool, l.err = open("") })
	return l.pool, l.err
}

// onceErrorFixed lets the error live as long as the once does.
//
// Since 1.21 that is sync.OnceValues. Both remember the failure for ever;
// if opening may succeed later, use a mutex and store a success only.
func onceErrorFixed() {
	var l lazyPoolFixed
	for call := 1; call <= 2; call++ {
		p, err := l.get()
		fmt.Printf("call %d: pool %v, error %v\n", call, p != nil, err)
	}
	// Output:
	// call 1: pool false, error no address
	// call 2: pool false, error no address
}

// A document counts its edits.
type document struct{ version int }

func (d *document) edit() int {
	d.version++
	return d.version
}

// beforeAfter records the version before an edit, and gets the one after
// it: the field is read when the call has been made.
//
// From left to right, one thinks. That is promised of calls, receives and
// logical operators, not of variables between them. This compiler reads
// variables, fields and elements last, on all ten releases, so a test that
// was written from the output is green and certifies the bug.
//
// An audit trail with "from 2 to 2". A conversion that allocates, a type
// assertion or a Sprint in the same place is done before the call, so
// adding one seems to mend it. Look for statements with a call and a
// variable that the call changes.
func beforeAfter() {
	d := document{version: 1}
	before, after := d.version, d.edit()
	fmt.Printf("from %d to %d\n", before, after)
	// Output:
	// from 2 to 2
}

// beforeAfterFixed uses two statements, whose order is promised.
//
// They cost the same machine code. If the method returned both versions,
// there would be nothing to get wrong.
func beforeAfterFixed() {
	d := document{version: 1}
	before := d.version
	after := d.edit()
	fmt.Printf("from %d to %d\n", before, after)
	// Output:
	// from 1 to 2
}

// A registry knows the connections of a server by their names.
type registry struct {
	open   int
	byName map[string]int
}

func (r *registry) add(name string) {
	r.open, r.byName[name] = r.open+1, len(name)
}

// served calls add as net/http calls a handler: a panic is logged, and the
// server goes on.
func served(add func(string), name string) {
	defer func() { _ = recover() }()
	add(name)
}

// halfTuple counts a connection that it could not file: a tuple assignment
// is not a transaction.
//
// The registry has no constructor, and its zero value counts well. Both
// sides are evaluated first; then the assignments are made from left to
// right, and the second panics: the map is nil. The first stays.
//
// A panic in the log for each connection, and a gauge that only rises.
// When it reaches the limit the server refuses everybody, an hour later.
// The same with an index out of range or a nil pointer on the left.
func halfTuple() {
	var r registry
	for _, name := range []string{"db", "queue", "mail"} {
		served(r.add, name)
	}
	fmt.Println("counted:", r.open, "filed:", len(r.byName))
	// Output:
	// counted: 3 filed: 0
}

func (r *registry) addFixed(name string) {
	if r.byName == nil {
		r.byName = make(map[string]int)
	}
	r.byName[name] = len(name)
	r.open = len(r.byName)
}

// halfTupleFixed makes the zero value useful, does first what can fail, and
// derives the rest.
//
// A check for each call. If two facts must agree, the best number of
// variables for them is one.
func halfTupleFixed() {
	var r registry
	for _, name := range []string{"db", "queue", "mail"} {
		served(r.addFixed, name)
	}
	fmt.Println("counted:", r.open, "filed:", len(r.byName))
	// Output:
	// counted: 3 filed: 3
}

func readQuota(s string) (int, error) { return strconv.Atoi(s) }

// overwrittenErr starts a tenant with a quota of 0, which somebody had
// written as "10GB": the error was replaced before anyone looked.
//
// Another line was pasted between the call and its check. := takes err for
// the second time, as an assignment, since burst is new. The compiler asks
// whether a variable is used somewhere, never whether a value is.
//
// The tenant's uploads are refused, without a line in the log. staticcheck
// has SA4006 for the assignment; go vet has nothing.
func overwrittenErr() {
	quota, err := readQuota("10GB") // want staticcheck:SA4006 "never used"
	burst, err := readQuota("3")
	fmt.Println("error:", err)
	fmt.Println("quota, burst:", quota, burst)
	// Output:
	// error: <nil>
	// quota, burst: 0 3
}

// overwrittenErrFixed checks before the next call.
//
// A branch for each call is the price. What is collected from many
// calls needs a variable that is added to, and not one that is assigned.
func overwrittenErrFixed() {
	quota, err := readQuota("10GB")
	burst := 3
	if err == nil {
		burst, err = readQuota("3")
	}
	fmt.Println("error:", err)
	fmt.Println("quota, burst:", quota, burst)
	// Output:
	// error: strconv.Atoi: parsing "10GB": invalid syntax
	// quota, burst: 0 3
}

// sharedErr races for the err of the enclosing function, which both
// goroutines took for their own.
//
// The code was sequential, and the = were right. Wrapped into two funcs,
// they assign to a variable that was captured, not copied. No line with go
// mentions err.
//
// The error of one lookup is reported for the other, or lost behind a nil,
// since the later assignment wins. The race detector names the two lines if
// a test runs both.
func sharedErr() {
	quota, err := readQuota("7")
	var burst int
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); quota, err = readQuota("10") }()
	go func() { defer wg.Done(); burst, err = readQuota("3") }()
	wg.Wait()
	fmt.Println("quota, burst, error:", quota, burst, err)
	// Races: sharedErr
	// Output:
	// quota, burst, error: 10 3 <nil>
}

// sharedErrFixed gives each goroutine an error of its own.
//
// Two variables more, joined after Wait. A function that returns its error
// and takes no closure, as with errgroup, needs none.
func sharedErrFixed() {
	quota, err := readQuota("7")
	var burst int
	var quotaErr, burstErr error
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); quota, quotaErr = readQuota("10") }()
	go func() { defer wg.Done(); burst, burstErr = readQuota("3") }()
	wg.Wait()
	for _, e := range []error{quotaErr, burstErr} {
		if e != nil {
			err = e
		}
	}
	fmt.Println("quota, burst, error:", quota, burst, err)
	// Output:
	// quota, burst, error: 10 3 <nil>
}

// clock is a test seam: tests put their own in.
var clock = func() string { return "real" }

// fakeClock is what tests call first.
func fakeClock(name string) (restore func()) {
	saved := clock
	clock = func() string { return name }
	return func() { clock = saved }
}

// restoredSeam leaves the clock of a finished test in place, although each
// test has put back what it found.
//
// Save, replace, restore is right if tests end in the reverse order of
// their begin. Somebody added t.Parallel. The second test saved the fake
// of the first, and was the last to restore. A mutex around the variable
// silences the race detector and changes nothing.
//
// A test fails when it runs after these two, and passes alone. Look for
// package variables that tests assign.
func restoredSeam() {
	endA := fakeClock("fake of A")
	endB := fakeClock("fake of B")
	endA()
	endB()
	fmt.Println("clock afterwards:", clock())
	// Output:
	// clock afterwards: fake of A
}

// A service has its clock in a field.
type service struct{ clock func() string }

// restoredSeamFixed gives each test a service with its own clock: nothing
// is shared, so nothing is restored.
//
// The price is a field and a constructor that sets it. Process-wide things
// remain, environment and working folder: t.Setenv panics in a parallel
// test for this reason.
func restoredSeamFixed() {
	a := service{func() string { return "fake of A" }}
	b := service{func() string { return "fake of B" }}
	inProduction := service{func() string { return "real" }}
	_, _ = a.clock(), b.clock()
	fmt.Println("clock afterwards:", inProduction.clock())
	// Output:
	// clock afterwards: real
}

func main() {
	for _, run := range []func(){
		globalShadow,
		globalShadowFixed,
		lostDeadline,
		lostDeadlineFixed,
		committedHalf,
		committedHalfFixed,
		onceError,
		onceErrorFixed,
		beforeAfter,
		beforeAfterFixed,
		halfTuple,
		halfTupleFixed,
		overwrittenErr,
		overwrittenErrFixed,
		sharedErr,
		sharedErrFixed,
		restoredSeam,
		restoredSeamFixed,
	} {
		run()
	}
}
