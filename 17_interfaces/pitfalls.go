//go:build ignore

// Pitfalls of interfaces: what a value says about itself once its type has
// been put away in a word that nobody reads.
package main

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A problem lists what is wrong with an upload.
type problem struct{ fields []string }

func (p *problem) Error() string { return strings.Join(p.fields, ", ") }

// inspect returns nil if the name is fine.
func inspect(name string) *problem {
	if strings.Contains(name, "/") {
		return &problem{[]string{"name"}}
	}
	return nil
}

// accept was three lines until somebody had to name the error for a log.
func accept(name string) error {
	p := inspect(name)
	return p
}

// typedNil refuses every upload that is in order, with an error that has
// nothing to say.
//
// inspect returns a *problem, its tests compare it with nil, and they are
// right to. accept returns the same pointer as an error, which stores two
// words: the type *problem and a nil. The comparison looks at the first.
// As long as accept said `if p != nil { return p }; return nil` it was
// fine, and a reviewer asked for the shorter form.
//
// The pager says that the rate of rejections is 100 %. The log has no
// text for them if Error has a guard for nil, or the trace of a nil
// dereference if it has none. vet is silent; staticcheck's SA4023 is the
// check for it.
func typedNil() {
	for _, name := range []string{"a.txt", "../b.txt"} {
		err := accept(name)
		fmt.Printf("%s: rejected %v, holds %T\n", name, err != nil, err)
	}
	// Output:
	// a.txt: rejected true, holds *main.problem
	// ../b.txt: rejected true, holds *main.problem
}

func inspectFixed(name string) error {
	if strings.Contains(name, "/") {
		return &problem{[]string{"name"}}
	}
	return nil
}

// typedNilFixed returns error from the first function to the last, so that
// nil is converted nowhere: it is a nil interface when it is written.
//
// A caller that wants the fields has to ask with errors.As. That is the
// price, and it pays for wrapping as well.
func typedNilFixed() {
	for _, name := range []string{"a.txt", "../b.txt"} {
		err := inspectFixed(name)
		fmt.Printf("%s: rejected %v, holds %T\n", name, err != nil, err)
	}
	// Output:
	// a.txt: rejected false, holds <nil>
	// ../b.txt: rejected true, holds *main.problem
}

// A recorder counts requests somewhere.
type recorder interface{ count(path string) }

type promRecorder struct{ hits map[string]int }

func (r *promRecorder) count(path string) { r.hits[path]++ }

// An endpoint records if it has been given a recorder.
type endpoint struct{ rec recorder }

func (e endpoint) serve(path string) string {
	if e.rec != nil {
		e.rec.count(path)
	}
	return "200 " + path
}

func wire(metrics bool) endpoint {
	var rec *promRecorder
	if metrics {
		rec = &promRecorder{hits: map[string]int{}}
	}
	return endpoint{rec: rec}
}

// optionalMetrics crashes in the one installation where metrics are off.
//
// endpoint guards the call, and wire leaves the pointer nil: each half is
// what one would write. Between them the pointer becomes an interface
// with a type, and the guard is always true. All stages before production
// have metrics on.
//
// The trace ends in count, with a nil receiver, below an `if` that seems
// to exclude it. Search constructors for a `var x *T` that is passed where
// an interface is wanted.
func optionalMetrics() {
	for _, metrics := range []bool{true, false} {
		e := wire(metrics)
		fmt.Println("metrics", metrics, "guarded:", e.rec != nil)
		fmt.Println(e.serve("/cart"))
	}
	// Output:
	// metrics true guarded: true
	// 200 /cart
	// metrics false guarded: true
	// Panics: nil pointer dereference
}

func wireFixed(metrics bool) endpoint {
	var e endpoint
	if metrics {
		e.rec = &promRecorder{hits: map[string]int{}}
	}
	return e
}

// optionalMetricsFixed assigns to the interface on the branch that has
// something to assign.
//
// It costs nothing here. Where the option is read in many places, a
// recorder that does nothing is better: no guard is left to be wrong.
func optionalMetricsFixed() {
	for _, metrics := range []bool{true, false} {
		e := wireFixed(metrics)
		fmt.Println("metrics", metrics, "guarded:", e.rec != nil)
		fmt.Println(e.serve("/cart"))
	}
	// Output:
	// metrics true guarded: true
	// 200 /cart
	// metrics false guarded: false
	// 200 /cart
}

// A statusWriter remembers the status for the access log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(code int) {
	w.status = code
	w.ResponseWriter.WriteHeader(code)
}

// progress sends a line per step, and flushes where it can.
func progress(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusOK)
	for step := 1; step <= 3; step++ {
		fmt.Fprintln(w, "step", step)
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
	}
}

// flusherLost delivers a live progress bar in one piece, when the job is
// over.
//
// The wrapper embeds an http.ResponseWriter, which has three methods, and
// promotes these three. What the server's writer can do besides is behind
// the interface, where an assertion on the wrapper doesn't look. The
// handler was written to be careful, so it falls back without a word.
//
// Nobody gets an error; support hears that the page hangs and is then
// done. The commit to blame is in the middleware, and says "log status".
// Print `%T` of the writer where the assertion fails.
func flusherLost() {
	rec := httptest.NewRecorder()
	w := &statusWriter{ResponseWriter: rec}
	progress(w, nil)
	fmt.Println("status", w.status, "flushed:", rec.Flushed)
	// Output: status 200 flushed: false
}

type statusWriterFixed struct{ statusWriter }

var _ http.Flusher = (*statusWriterFixed)(nil)

func (w *statusWriterFixed) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// flusherLostFixed forwards Flush, and says so in a line that the compiler
// reads.
//
// It now claims to flush above a writer that can't, which is harmless for
// Flush, whose absence nobody could act on, and is not for Hijack. Since
// 1.20 a wrapper can have Unwrap instead and leave the search to
// http.ResponseController; handlers that assert don't search.
func flusherLostFixed() {
	rec := httptest.NewRecorder()
	w := &statusWriterFixed{statusWriter{ResponseWriter: rec}}
	progress(w, nil)
	fmt.Println("status", w.status, "flushed:", rec.Flushed)
	// Output: status 200 flushed: true
}

// A journal stores entries one at a time.
type journal interface{ put(entry string) error }

// A syncer is a journal that can promise that entries are on disk.
type syncer interface{ sync() error }

// A memoryJournal is for tests; it has no sync.
type memoryJournal struct{ entries []string }

func (j *memoryJournal) put(e string) error {
	j.entries = append(j.entries, e)
	return nil
}

// A timedJournal measures puts of any journal.
type timedJournal struct {
	journal
	puts int
}

func (t *timedJournal) put(e string) error {
	t.puts++
	return t.journal.put(e)
}

// sync was added so that durable journals stay durable when measured.
func (t *timedJournal) sync() error {
	if s, ok := t.journal.(syncer); ok {
		return s.sync()
	}
	return nil
}

// commit refuses to acknowledge what can't be made durable.
func commit(j journal, entry string) error {
	if err := j.put(entry); err != nil {
		return err
	}
	s, ok := j.(syncer)
	if !ok {
		return errors.New("journal is not durable")
	}
	return s.sync()
}

// durableOnPaper acknowledges payments that are in memory only: a decorator
// that forwards every capability has every capability.
//
// It is the cure for the lost Flusher, applied to an interface that is
// asked for a guarantee. commit would have refused the memory journal by
// itself; measured, the same journal passes.
//
// Nothing is wrong until a restart. Look for a method of a decorator that
// asserts its inner value and returns nil or zero if that fails.
func durableOnPaper() {
	plain := &memoryJournal{}
	fmt.Println("plain:", commit(plain, "pay 1"))
	timed := &timedJournal{journal: plain}
	fmt.Println("timed:", commit(timed, "pay 2"))
	// Output:
	// plain: journal is not durable
	// timed: <nil>
}

// A durableJournal is what timedSyncer needs: both, in one type.
type durableJournal interface {
	journal
	syncer
}

type timedJournalFixed struct {
	journal
	puts int
}

func (t *timedJournalFixed) put(e string) error {
	t.puts++
	return t.journal.put(e)
}

type timedDurable struct {
	*timedJournalFixed
	syncer
}

// timed returns a decorator with the capabilities of j, no more, no less.
func timed(j journal) journal {
	t := &timedJournalFixed{journal: j}
	if d, ok := j.(durableJournal); ok {
		return timedDurable{t, d}
	}
	return t
}

// durableOnPaperFixed chooses the decorator's type by what it decorates.
//
// One type for each combination: two for one capability, eight for three,
// which is why it doesn't scale and why capabilities that guarantee
// something belong into the main interface, with an error for "can't".
func durableOnPaperFixed() {
	plain := &memoryJournal{}
	fmt.Println("plain:", commit(plain, "pay 1"))
	timed := timed(plain)
	fmt.Println("timed:", commit(timed, "pay 2"))
	// Output:
	// plain: journal is not durable
	// timed: journal is not durable
}

// A token hides itself when it is printed.
type token struct{ secret string }

func (t *token) String() string { return "token(" + t.secret[:2] + "...)" }

type tokenFixed struct{ secret string }

func (t tokenFixed) String() string { return "token(" + t.secret[:2] + "...)" }

// tokenPrinted writes credentials to the log in exactly one of its lines.
//
// String has a pointer receiver like the type's other methods, and the
// test printed a *token. A value has no String: fmt asks whether what it
// was given is a Stringer, is told no, and prints fields. Assigning the
// value to a Stringer would not compile; to any, everything does.
//
// It is found by whoever may read the logs. Search them for the shape of a
// secret after each release, and declare `var _ fmt.Stringer = token{}`.
func tokenPrinted() {
	byUser := map[string]token{"ann": {"s3cr3t-47"}}
	for user, t := range byUser {
		fmt.Println("refresh", user, &t)
		fmt.Println("revoke", user, t)
	}
	// Output:
	// refresh ann token(s3...)
	// revoke ann {s3cr3t-47}
}

// tokenPrintedFixed gives the method to the value, and so to the pointer:
// the method set of *T contains that of T.
//
// Methods that change the token still need the pointer, and the receivers
// are of two kinds then. Printing is what any can hold, so it wins.
func tokenPrintedFixed() {
	byUser := map[string]tokenFixed{"ann": {"s3cr3t-47"}}
	for user, t := range byUser {
		fmt.Println("refresh", user, &t)
		fmt.Println("revoke", user, t)
	}
	// Output:
	// refresh ann token(s3...)
	// revoke ann token(s3...)
}

// An event can be published later.
type event interface{ topic() string }

type created struct{ id string }

func (c created) topic() string { return "created " + c.id }

// replay decodes rows into one variable, to save allocations.
func replay(rows []string) []event {
	var queue []event
	var c created
	for _, row := range rows {
		c.id = row
		queue = append(queue, &c)
	}
	return queue
}

// replayedLast publishes the last event once for each row.
//
// topic has a value receiver, so the event looks like a value, and both
// created and *created are events. With &c the interface holds an address,
// and the rows that follow write there. Dropping the `&` would have
// copied; nothing at the place of use shows which of the two it is.
//
// Consumers are idempotent and drop the copies: the metric says that as
// many events went out as there are rows, and all but one customer miss
// theirs. The loop variable's new meaning of 1.22 doesn't help, c is
// declared outside.
func replayedLast() {
	for _, e := range replay([]string{"o-1", "o-2", "o-3"}) {
		fmt.Println(e.topic())
	}
	// Output:
	// created o-3
	// created o-3
	// created o-3
}

func replayFixed(rows []string) []event {
	var queue []event
	var c created
	for _, row := range rows {
		c.id = row
		queue = append(queue, c)
	}
	return queue
}

// replayedLastFixed puts the value into the interface, which copies it
// into memory of its own.
//
// That memory is an allocation per event, the one that was to be saved.
// A field added to created that is a slice or a map is shared again.
func replayedLastFixed() {
	for _, e := range replayFixed([]string{"o-1", "o-2", "o-3"}) {
		fmt.Println(e.topic())
	}
	// Output:
	// created o-1
	// created o-2
	// created o-3
}

// A step of a pipeline as it was configured.
type step interface{ run() string }

type fetch struct{ tries int }

func (f fetch) run() string { return fmt.Sprint("fetch, tries ", f.tries) }

type store struct{}

func (store) run() string { return "store" }

// overrideIgnored starts with the defaults although the flag was parsed and
// the override has run.
//
// An assertion yields a copy of what the interface holds; that copy is a
// variable, it can be assigned to, and it is gone at the brace. What is in
// an interface can't be changed in place: it is not addressable, and
// `s.(fetch).tries = 9` does not compile. The two-line form does.
//
// In the incident that the flag was made for, operators raise the tries
// and see no effect. vet has no check; staticcheck's SA4005 is about
// receivers, and this is none.
func overrideIgnored() {
	steps := []step{fetch{tries: 3}, store{}}
	for _, s := range steps {
		if f, ok := s.(fetch); ok {
			f.tries = 9
		}
	}
	for _, s := range steps {
		fmt.Println(s.run())
	}
	// Output:
	// fetch, tries 3
	// store
}

// overrideIgnoredFixed stores the changed copy where the old one was.
//
// It allocates a new fetch, and everybody else who holds the old step
// keeps the old value. With pointers in the slice the assignment would
// have worked, and would have changed it for them too.
func overrideIgnoredFixed() {
	steps := []step{fetch{tries: 3}, store{}}
	for i, s := range steps {
		if f, ok := s.(fetch); ok {
			f.tries = 9
			steps[i] = f
		}
	}
	for _, s := range steps {
		fmt.Println(s.run())
	}
	// Output:
	// fetch, tries 9
	// store
}

// A grants set holds role ids as they come: from the database and the file.
type grants map[any]bool

// roleTypes denies a role that has been granted, as the 7 that is looked up
// is of another type than the 7 that was stored.
//
// Interface values are equal if their types are identical and their values
// equal, and a key of type any is compared by that. The id was an int in
// the file's loader and is an int64 from the driver. A literal 7 is an
// int, so the test, which is made of literals, passes.
//
// Users lose a role after a migration to another driver; the dump of the
// set shows it, printed the same. Print with %T, or `%#v` for structs.
func roleTypes() {
	g := grants{}
	g[int64(7)] = true // as the driver returns it
	fmt.Println("granted:", g)

	fromFile := 7
	fmt.Println("role", fromFile, "allowed:", g[fromFile])
	// Output:
	// granted: map[7:true]
	// role 7 allowed: false
}

// A roleID is the one type that both are converted to.
type roleID int64

type grantsFixed map[roleID]bool

// roleTypesFixed has a key of a concrete type, so that a key of another
// one does not compile.
//
// The conversion stands where the value comes in, and is the place to
// refuse what doesn't fit.
func roleTypesFixed() {
	g := grantsFixed{}
	g[roleID(int64(7))] = true
	fmt.Println("granted:", g)

	fromFile := 7
	fmt.Println("role", fromFile, "allowed:", g[roleID(fromFile)])
	// Output:
	// granted: map[7:true]
	// role 7 allowed: true
}

// A throttled error says when to come back.
type throttled struct{ after time.Duration }

func (t throttled) Error() string { return "throttled" }

func call(n int) error {
	err := &throttled{after: time.Duration(n) * time.Second}
	return fmt.Errorf("call %d: %w", n, err) // want vet:printf "defeats errors.Is"
}

// neverBacksOff retries at once against a service that has asked it to wait.
//
// Error has a value receiver, so throttled and *throttled are errors both,
// and errors.As asks for exactly one of them. vet's errorsas check wants
// the target to be a pointer to something that implements error; it is.
// 1.27's printf check is the first to report it, at the %w, if go.mod
// says 1.27 and the operand's static type is *throttled.
//
// The service's dashboard shows your client as its hardest. Test that a
// real error of the client matches, not one built by the test.
func neverBacksOff() {
	err := call(2)
	var wait time.Duration
	var t throttled
	if errors.As(err, &t) {
		wait = t.after
	}
	fmt.Println(err, "wait:", wait)
	// Output: call 2: throttled wait: 0s
}

// A throttledFixed is an error as a pointer only.
type throttledFixed struct{ after time.Duration }

func (t *throttledFixed) Error() string { return "throttled" }

func callFixed(n int) error {
	err := &throttledFixed{after: time.Duration(n) * time.Second}
	return fmt.Errorf("call %d: %w", n, err)
}

// neverBacksOffFixed gives Error to the pointer: the value is no error any
// more, and errors.As with a target of it is reported by vet.
//
// It also makes two errors with equal fields different, as == compares
// addresses. For errors that carry data that is what you want.
func neverBacksOffFixed() {
	err := callFixed(2)
	var wait time.Duration
	var t *throttledFixed
	if errors.As(err, &t) {
		wait = t.after
	}
	fmt.Println(err, "wait:", wait)
	// Output: call 2: throttled wait: 2s
}

// A rejected error carries what the other side said, decoded.
type rejected struct {
	code   int
	detail any
}

func (r rejected) Error() string { return fmt.Sprint("rejected ", r.code) }

// errBusy is what to compare with.
var errBusy = rejected{code: 429, detail: []any{"busy"}}

func respond(code int, detail any) error {
	return fmt.Errorf("post: %w", rejected{code, detail})
}

// sentinelPanics takes the worker down while it sorts an error into a class.
//
// errors.Is asks reflection whether the target's type is comparable, and a
// struct with a field of type any is. Whether == panics is a matter of what
// the field holds, at run time. A 503 is told apart by its code; a 429 with
// a string by the type of the detail; the list, like in the sentinel, ends
// the process, and no recover is expected in the path of an error.
//
// The trace has errors.Is and runtime.efaceeq in it. Look for error types
// that are structs by value with a field of interface type.
func sentinelPanics() {
	for _, err := range []error{
		respond(503, []any{"down"}),
		respond(429, "busy"),
		respond(429, []any{"busy"}),
	} {
		fmt.Println(err, "is busy:", errors.Is(err, errBusy))
	}
	// Output:
	// post: rejected 503 is busy: false
	// post: rejected 429 is busy: false
	// Panics: comparing uncomparable type []interface {}
}

// A rejectedFixed says itself what makes two of them the same.
type rejectedFixed struct {
	code   int
	detail any
}

func (r *rejectedFixed) Error() string { return fmt.Sprint("rejected ", r.code) }

func (r *rejectedFixed) Is(target error) bool {
	t, ok := target.(*rejectedFixed)
	return ok && t.code == r.code
}

var errBusyFixed = &rejectedFixed{code: 429}

func respondFixed(code int, detail any) error {
	return fmt.Errorf("post: %w", &rejectedFixed{code, detail})
}

// sentinelPanicsFixed compares pointers first, which never panics, and then
// asks Is, which looks at the code.
//
// The method is a promise: what it calls equal, callers will treat alike.
func sentinelPanicsFixed() {
	for _, err := range []error{
		respondFixed(503, []any{"down"}),
		respondFixed(429, "busy"),
		respondFixed(429, []any{"busy"}),
	} {
		fmt.Println(err, "is busy:", errors.Is(err, errBusyFixed))
	}
	// Output:
	// post: rejected 503 is busy: false
	// post: rejected 429 is busy: true
	// post: rejected 429 is busy: true
}

// deadlines is the queue of a scheduler, soonest first, in milliseconds.
type deadlines []int

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i] < d[j] }
func (d deadlines) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *deadlines) Push(x any)        { *d = append(*d, x.(int)) }
func (d *deadlines) Pop() any {
	last := len(*d) - 1
	x := (*d)[last]
	*d = (*d)[:last]
	return x
}

var (
	pending = deadlines(append(make([]int, 0, 64), 1000, 2000, 3000))
	due     = 1500
)

// boxedDeadlines allocates twice for each timer that is scheduled and
// fired, in a queue that never grows.
//
// An int in an any is a pointer to an int. Push boxes the argument, Pop
// boxes the result, and values below 256 would be free, so the benchmark
// with small numbers saw nothing.
//
// A CPU profile shows runtime.convT64 in a service that "only moves
// integers"; an allocation profile hides the runtime and names the line
// of the conversion, which has no `make` and no `&`.
func boxedDeadlines() {
	heap.Push(&pending, due)
	heap.Pop(&pending)
	// Allocs: 2
}

func (d *deadlines) push(x int) {
	*d = append(*d, x)
	heap.Fix(d, len(*d)-1)
}

func (d *deadlines) pop() int {
	first := (*d)[0]
	d.Swap(0, len(*d)-1)
	*d = (*d)[:len(*d)-1]
	if len(*d) > 0 {
		heap.Fix(d, 0)
	}
	return first
}

// boxedDeadlinesFixed keeps the element out of the interface: append and
// cut by hand, and let heap.Fix restore the order through Less and Swap.
//
// Two short methods; Less and Swap are still called through the
// interface. A generic heap would save these calls too.
func boxedDeadlinesFixed() {
	pending.push(due)
	pending.pop()
	// Allocs: 0
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
		typedNil,
		typedNilFixed,
		alone("optionalMetrics", optionalMetrics),
		optionalMetricsFixed,
		flusherLost,
		flusherLostFixed,
		durableOnPaper,
		durableOnPaperFixed,
		tokenPrinted,
		tokenPrintedFixed,
		replayedLast,
		replayedLastFixed,
		overrideIgnored,
		overrideIgnoredFixed,
		roleTypes,
		roleTypesFixed,
		neverBacksOff,
		neverBacksOffFixed,
		alone("sentinelPanics", sentinelPanics),
		sentinelPanicsFixed,
		boxedDeadlines,
		boxedDeadlinesFixed,
	} {
		run()
	}
}
