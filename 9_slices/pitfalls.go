//go:build ignore

// Pitfalls of slices: who writes into the part of the array that you don't
// see, who keeps it alive, and who still looks at the old one.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// A config is what the service is started with.
type config struct {
	listen  string
	retries int
}

func checkListen(c config, problems []string) {
	if c.listen == "" {
		problems = append(problems, "no listen") // want staticcheck:SA4006 "never used"
	}
}

func checkRetries(c config, problems []string) {
	if c.retries < 0 {
		problems = append(problems, "retries < 0") // want staticcheck:SA4006 "never used"
	}
}

// lostAppend starts a service with a broken configuration: each check
// appends to its own copy of the header, and the caller's length stays 0.
//
// It looked right because a map or a pointer would have worked, and
// because the author made room beforehand: the capacity suffices, nothing
// has to move, so "the same array" must mean "the same slice". The array
// is the same. Both findings were written to its element 0, one over the
// other, and the caller's length is still 0. Without the room each check
// writes to a new array instead; the caller sees no more and no less.
//
// The pager says what the check would have said, an hour after the deploy.
// Look for append to a parameter whose result is not returned; staticcheck
// does, vet does not.
func lostAppend() {
	problems := make([]string, 0, 8)
	c := config{retries: -1}
	checkListen(c, problems)
	checkRetries(c, problems)

	fmt.Println("problems:", len(problems))
	fmt.Println("starts:", len(problems) == 0)
	fmt.Println("element 0, behind the length:", problems[:1][0])
	// Output:
	// problems: 0
	// starts: true
	// element 0, behind the length: retries < 0
}

func listenProblems(c config, problems []string) []string {
	if c.listen == "" {
		problems = append(problems, "no listen")
	}
	return problems
}

func retryProblems(c config, problems []string) []string {
	if c.retries < 0 {
		problems = append(problems, "retries < 0")
	}
	return problems
}

// lostAppendFixed returns the slice, as append itself does, and assigns
// it.
//
// It costs three words in registers. A pointer to the slice works too and
// says that the callee may keep it; a return value says that it is done.
func lostAppendFixed() {
	problems := make([]string, 0, 8)
	c := config{retries: -1}
	problems = listenProblems(c, problems)
	problems = retryProblems(c, problems)

	fmt.Println("problems:", len(problems))
	fmt.Println("starts:", len(problems) == 0)
	fmt.Println("element 0, behind the length:", problems[:1][0])
	// Output:
	// problems: 2
	// starts: false
	// element 0, behind the length: no listen
}

// backoff returns the waits between the tries of a call, doubled up to a
// limit.
func backoff(first, limit time.Duration, tries int) []time.Duration {
	var waits []time.Duration
	for wait := first; len(waits) < tries; wait *= 2 {
		if wait > limit {
			wait = limit
		}
		waits = append(waits, wait)
	}
	return waits
}

// sharedTail gives the payment client the last wait of the search client:
// both are appended to one slice, and the second append overwrites the
// first.
//
// backoff returns three waits. Where append left a capacity of four,
// neither append below has to grow, and both write element 3 of one array.
// Nothing in a signature says so; one, two or four waits hide it. So does
// 1.26, where three elements that are only returned come back without room
// for a fourth. One log line in backoff that prints the slice brings the
// bug back, and so do -race, -gcflags=-N and every older release.
//
// In production a provider that asked for a minute is called again after
// 50 ms, by every client at once. Look for two appends to one slice whose
// results go to different variables.
func sharedTail() {
	base := backoff(time.Second, time.Minute, 3)
	payment := append(base, time.Minute)
	search := append(base, 50*time.Millisecond)

	fmt.Println("spare elements:", cap(base)-len(base))
	fmt.Println("payment waits:", payment)
	fmt.Println("search waits:", search)
	// Output (!go1.26):
	// spare elements: 1
	// payment waits: [1s 2s 4s 50ms]
	// search waits: [1s 2s 4s 50ms]
	// Output (go1.26):
	// spare elements: 0
	// payment waits: [1s 2s 4s 1m0s]
	// search waits: [1s 2s 4s 50ms]
}

// sharedTailFixed takes the spare capacity away before the slice is
// shared.
//
// The third index sets the capacity to the length, so that each append
// copies: an allocation for each derived slice, at start-up. slices.Clip
// (1.21) is the same by name. Best done in backoff: only there is it known
// that the tail is not meant for anybody.
func sharedTailFixed() {
	base := backoff(time.Second, time.Minute, 3)
	base = base[:len(base):len(base)]
	payment := append(base, time.Minute)
	search := append(base, 50*time.Millisecond)

	fmt.Println("spare elements:", cap(base)-len(base))
	fmt.Println("payment waits:", payment)
	fmt.Println("search waits:", search)
	// Output:
	// spare elements: 0
	// payment waits: [1s 2s 4s 1m0s]
	// search waits: [1s 2s 4s 50ms]
}

// users are ids as three systems make them: a counter, hex, and a UUID.
var users = []string{
	"4217",
	"9f86d081884c7d659a2feaa0c55ad015",
	"9f86d081-884c-4d65-9a2f-eaa0c55ad015",
}

// cacheKeys returns the keys under which a user's name and mail are
// cached.
func cacheKeys(user string) (name, mail string) {
	prefix := []byte(user)
	n := append(prefix, ":name"...)
	m := append(prefix, ":mail"...)
	return string(n), string(m)
}

// prefixBuffer files a name under the key of the mail address, for some
// users: []byte(user) has room behind it, and both keys are built in
// there.
//
// Whether there is room depends on the length and on the compiler. A
// conversion whose result stays in the function gets a buffer of 32 bytes.
// Up to 27 bytes the suffix fits behind the id, from 28 to 32 it does not,
// and beyond that the allocator's size class decides. The author's test
// used the hex id.
//
// Return n and m as bytes, to look at them, and the buffer is gone: the
// counter's id is in 8 bytes now, the suffix does not fit, and the keys
// differ. The UUID's still don't.
//
// The pager: support says that a customer is called "ann@example.com".
// Look for two appends to one conversion.
func prefixBuffer() {
	for _, user := range users {
		name, mail := cacheKeys(user)
		fmt.Println(len(user), "byte id, keys differ:", name != mail)
	}
	// Output:
	// 4 byte id, keys differ: false
	// 32 byte id, keys differ: true
	// 36 byte id, keys differ: false
}

func cacheKeysFixed(user string) (name, mail string) {
	return user + ":name", user + ":mail"
}

// prefixBufferFixed concatenates strings, which share nothing.
//
// One allocation for each key, as before: the bytes saved none, since
// string(n) copies anyway.
func prefixBufferFixed() {
	for _, user := range users {
		name, mail := cacheKeysFixed(user)
		fmt.Println(len(user), "byte id, keys differ:", name != mail)
	}
	// Output:
	// 4 byte id, keys differ: true
	// 32 byte id, keys differ: true
	// 36 byte id, keys differ: true
}

// cutOverwrites renames a metric and destroys its value: append writes the
// suffix over what bytes.Cut returned as the second half.
//
// bytes.Cut looks like bytes.SplitN with 2, whose parts can be appended
// to, since Split cuts the capacity off. Cut does not: name ends in the
// middle of the line, with the separator and the value as its spare
// capacity.
//
// In the test the line ended soon after the separator. There is no room
// for the suffix then, append copies, and all is well. In production the
// line is a part of a read buffer, and a short one overwrites the line
// behind it.
//
// The next parser refuses some lines, or accepts "67" for 1234567, which
// is worse. spareOf in example.go lists who cuts and who does not. Look
// for append to a result of Cut, Trim, Buffer.Next or Scanner.Bytes.
func cutOverwrites() {
	line := []byte("requests=1234567|c")
	name, value, _ := bytes.Cut(line, []byte("="))
	name = append(name, "_total"...)

	fmt.Printf("name: %s\n", name)
	fmt.Printf("value: %s\n", value)
	// Output:
	// name: requests_total
	// value: total67|c
}

// cutOverwritesFixed limits the capacity of the part that is appended to:
// one allocation for a name that changes, none for one that does not.
func cutOverwritesFixed() {
	line := []byte("requests=1234567|c")
	name, value, _ := bytes.Cut(line, []byte("="))
	name = append(name[:len(name):len(name)], "_total"...)

	fmt.Printf("name: %s\n", name)
	fmt.Printf("value: %s\n", value)
	// Output:
	// name: requests_total
	// value: 1234567|c
}

// handle returns the log fields of one request, on top of the server's
// own.
func handle(server []string, request string) []string {
	return append(server, "request="+request)
}

// fieldsPerRequest logs one request's id with another's lines, and is a
// data race: all requests append to the server's fields, into one spare
// element.
//
// The fields were built once, with room, by someone who had read that
// append is expensive. Each request assigns to a variable of its own, so
// nothing looks shared, and a load test with distinct requests one after
// the other is green.
//
// What you see is a log in which a request id appears twice and another
// never. The race detector finds it when two requests overlap and there is
// room: test handlers in parallel, with fields made by the code that makes
// them in main.
func fieldsPerRequest() {
	server := append(make([]string, 0, 8), "service=cart", "zone=eu")
	var a, b []string
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); a = handle(server, "7f3a") }()
	go func() { defer wg.Done(); b = handle(server, "90c1") }()
	wg.Wait()

	fmt.Println("two requests, one id:", a[2] == b[2])
	// Races: handle
	// Output:
	// two requests, one id: true
}

// fieldsPerRequestFixed cuts the capacity off where the slice becomes
// shared.
//
// Each request pays for a copy of the server's fields, which it needs
// anyway: it adds to them.
func fieldsPerRequestFixed() {
	server := append(make([]string, 0, 8), "service=cart", "zone=eu")
	server = server[:len(server):len(server)]
	var a, b []string
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); a = handle(server, "7f3a") }()
	go func() { defer wg.Done(); b = handle(server, "90c1") }()
	wg.Wait()

	fmt.Println("two requests, one id:", a[2] == b[2])
	// Output:
	// two requests, one id: false
}

// A session counts the requests of one client.
type session struct {
	client string
	hits   int
}

// A registry knows all sessions.
type registry struct{ sessions []session }

func (r *registry) open(client string) *session {
	r.sessions = append(r.sessions, session{client: client})
	return &r.sessions[len(r.sessions)-1]
}

func (r *registry) total() (hits int) {
	for _, s := range r.sessions {
		hits += s.hits
	}
	return hits
}

// staleElement loses four of five counts: a pointer to an element goes on
// pointing into the array that append has left behind.
//
// The pointer is valid and the memory is alive. Those handed out since the
// last growth are even right, so the test with one client passes. The
// others count into arrays that nobody else looks at.
//
// In production it is the limit that never triggers: more clients, fewer
// hits. vet, staticcheck and -race are silent. Look for & before an
// element of a slice that is appended to, above all in a function that
// returns it.
func staleElement() {
	var r registry
	var open []*session
	for _, client := range []string{"a", "b", "c", "d", "e"} {
		open = append(open, r.open(client))
	}
	for _, s := range open {
		s.hits++
	}

	fmt.Println("counted:", r.total(), "of", len(open))
	// Output:
	// counted: 1 of 5
}

// A pointerRegistry owns sessions that stay where they are.
type pointerRegistry struct{ sessions []*session }

func (r *pointerRegistry) open(client string) *session {
	s := &session{client: client}
	r.sessions = append(r.sessions, s)
	return s
}

func (r *pointerRegistry) total() (hits int) {
	for _, s := range r.sessions {
		hits += s.hits
	}
	return hits
}

// staleElementFixed lets the slice hold pointers: append moves those.
//
// An allocation for each session, and a cache line for each step of total.
// Where that matters, hand out the index and keep the values.
func staleElementFixed() {
	var r pointerRegistry
	var open []*session
	for _, client := range []string{"a", "b", "c", "d", "e"} {
		open = append(open, r.open(client))
	}
	for _, s := range open {
		s.hits++
	}

	fmt.Println("counted:", r.total(), "of", len(open))
	// Output:
	// counted: 5 of 5
}

// A quota is what is left to a tenant today.
type quota struct {
	tenant string
	left   int64
}

var (
	quotas    = []quota{{"acme", 500}, {"zeta", 700}}
	ambiguous []quota // the last lookup with several matches, for /debug
	noQuota   int64
)

// quotaOf returns the counter of the one quota that matches.
func quotaOf(tenant string) *int64 {
	tenant = strings.ToLower(tenant)
	var matches []quota
	for _, q := range quotas {
		if strings.HasPrefix(q.tenant, tenant) {
			matches = append(matches, q)
		}
	}
	if len(matches) == 1 {
		return &matches[0].left
	}
	ambiguous = matches
	return &noQuota
}

// audit stands for any call that uses some stack.
//
//go:noinline
func audit(code int64) (sum int64) {
	var line [64]int64
	for i := range line {
		line[i] = code
	}
	for _, v := range line {
		sum += v
	}
	return sum
}

// interiorPointer returns a pointer to a field of an element, and on
// 1.26.8 that pointer leads into a stack frame that is gone: the next call
// writes over it.
//
// The program is correct, the compiler was not. Since 1.26 it builds
// matches in a buffer on the stack and copies it to the heap before
// anybody else can see it. It knew that &matches[0] lets the array out and
// overlooked &matches[0].left (issue 81612: wrong in 1.26.8 and 1.27.1,
// right in 1.26.9 and 1.27.4). No unsafe, no second goroutine, and left
// reads what audit wrote.
//
// The pager said: quotas that no configuration contains, since the
// upgrade. -race and -gcflags=-N are silent, and right. Ship a mended
// release, or build with -gcflags=all=-d=variablemakethreshold=0. Then
// mend this too: on every release the pointer leads to a copy, and a
// caller who counts down counts for nobody.
func interiorPointer() {
	left := quotaOf("acme")
	audit(13)
	fmt.Println("left:", *left)
	// Output (!go1.26):
	// left: 500
	// Output matches (go1.26 && !go1.27):
	// left: (13|500)
	// Output (go1.27):
	// left: 500
}

func quotaLeft(tenant string) int64 {
	tenant = strings.ToLower(tenant)
	var matches []quota
	for _, q := range quotas {
		if strings.HasPrefix(q.tenant, tenant) {
			matches = append(matches, q)
		}
	}
	if len(matches) == 1 {
		return matches[0].left
	}
	ambiguous = matches
	return noQuota
}

// interiorPointerFixed returns the value.
//
// A value in a register costs less than the pointer did. A caller who has
// to change the quota needs the index into quotas or a pointer to
// quotas[i], not one into a temporary slice.
func interiorPointerFixed() {
	left := quotaLeft("acme")
	audit(13)
	fmt.Println("left:", left)
	// Output:
	// left: 500
}

// A pool is the set of hosts that requests go to.
type pool struct{ hosts []string }

// up returns the hosts that answer.
func (p *pool) up(down string) []string {
	return slices.DeleteFunc(p.hosts, func(h string) bool {
		return h == down
	})
}

// filteredInPlace turns one failed health check into a permanent fault:
// the filter works in the array of the pool that it filters.
//
// To filter without allocating is a known trick, with hosts[:0] and append
// or with slices.DeleteFunc, and right where nobody uses the old slice
// again. Here p.hosts is that slice: its length is still 3, its elements
// have moved up. Until 1.21 the last host stands there twice. Since 1.22
// the end is cleared, and a third of the traffic goes to the host "",
// which to net.Dial is the machine itself.
//
// b stays away after it has recovered, until a restart. The upgrade to
// 1.22 turned uneven load into refused connections and got the blame. Look
// for a field or parameter that goes into Delete, DeleteFunc, Compact,
// Replace or append(x[:0], …) while the result goes elsewhere; vet reports
// only a result that is dropped.
func filteredInPlace() {
	p := &pool{hosts: []string{"a", "b", "c"}}

	fmt.Printf("while b is down: %q\n", p.up("b"))
	fmt.Printf("after it is back: %q\n", p.up("none"))
	// Since: 1.21 slices.DeleteFunc
	// Output (!go1.22):
	// while b is down: ["a" "c"]
	// after it is back: ["a" "c" "c"]
	// Output (go1.22):
	// while b is down: ["a" "c"]
	// after it is back: ["a" "c" ""]
}

// upFixed returns the hosts that answer, in an array of its own.
func (p *pool) upFixed(down string) []string {
	hosts := slices.Clone(p.hosts)
	return slices.DeleteFunc(hosts, func(h string) bool {
		return h == down
	})
}

// filteredInPlaceFixed copies before it filters: one allocation for each
// health check.
//
// If that is too much, keep a second slice for the result and reuse that
// one.
func filteredInPlaceFixed() {
	p := &pool{hosts: []string{"a", "b", "c"}}

	fmt.Printf("while b is down: %q\n", p.upFixed("b"))
	fmt.Printf("after it is back: %q\n", p.upFixed("none"))
	// Since: 1.21 slices.DeleteFunc
	// Output:
	// while b is down: ["a" "c"]
	// after it is back: ["a" "b" "c"]
}

// An outbox keeps batches that the collector did not accept.
type outbox struct{ retry [][]string }

func (o *outbox) send(batch []string) { o.retry = append(o.retry, batch) }

// batchReused sends the last batch three times and the first two never:
// every batch that was put aside is the same array.
//
// batch[:0] keeps the memory, and while send wrote to a socket before it
// returned that was right. The retry queue came later, from someone else,
// and broke a rule that stood nowhere: send must not keep its argument.
//
// Three batches, six events: the counts are right and every dashboard is
// green. io.Writer has the rule in its contract, "must not retain p";
// write it into yours. Where send passes the slice to a goroutine the same
// bug is a race, and -race finds it.
func batchReused() {
	var out outbox
	batch := make([]string, 0, 2)
	for _, event := range []string{"e1", "e2", "e3", "e4", "e5", "e6"} {
		batch = append(batch, event)
		if len(batch) == cap(batch) {
			out.send(batch)
			batch = batch[:0]
		}
	}
	fmt.Println("to retry:", out.retry)
	// Output:
	// to retry: [[e5 e6] [e5 e6] [e5 e6]]
}

// batchReusedFixed gives the batch away and starts a new one.
//
// An allocation for each batch, not for each event. The other cure is a
// copy in send: it pays only for batches that are really kept, and belongs
// there if most of them are not.
func batchReusedFixed() {
	var out outbox
	batch := make([]string, 0, 2)
	for _, event := range []string{"e1", "e2", "e3", "e4", "e5", "e6"} {
		batch = append(batch, event)
		if len(batch) == cap(batch) {
			out.send(batch)
			batch = make([]string, 0, 2)
		}
	}
	fmt.Println("to retry:", out.retry)
	// Output:
	// to retry: [[e1 e2] [e3 e4] [e5 e6]]
}

// heapMB returns the megabytes of live heap.
func heapMB() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc >> 20
}

// upload returns a body of 32 MB that begins with its id.
func upload() []byte {
	body := make([]byte, 32<<20)
	copy(body, "id-4217-0000001;")
	return body
}

// smallKeepsLarge holds 32 MB for 16 bytes: the collector knows arrays,
// not the part of them that a slice shows.
//
// The third index was meant as the cure. It cuts off the capacity, so that
// nobody can append into the body or reslice to it; the pointer still
// leads into the array, and one pointer keeps all of it. slices.Clip does
// no more.
//
// A heap profile shows the 32 MB where they were allocated, in the reader
// of the body, and never who keeps them. When inuse_space names a function
// that has long returned, ask who holds a part of its result. A part of a
// string is the same.
func smallKeepsLarge() {
	body := upload()
	id := body[:16:16]
	body = nil

	fmt.Println("bytes within reach:", cap(id))
	fmt.Println("MB held:", heapMB())
	runtime.KeepAlive(id)
	// Output:
	// bytes within reach: 16
	// MB held: 32
}

// smallKeepsLargeFixed copies what is kept: bytes.Clone (1.20),
// slices.Clone (1.21), strings.Clone (1.18), or append as here.
//
// 16 bytes are copied and 32 MB released.
func smallKeepsLargeFixed() {
	body := upload()
	id := append([]byte(nil), body[:16]...)
	body = nil

	fmt.Println("bytes within reach:", cap(id))
	fmt.Println("MB held:", heapMB())
	runtime.KeepAlive(id)
	// Output:
	// bytes within reach: 16
	// MB held: 0
}

// A job is work with its input.
type job struct{ input []byte }

// A queue hands out jobs in order.
type queue struct{ jobs []*job }

func (q *queue) push(j *job) { q.jobs = append(q.jobs, j) }

func (q *queue) pop() *job {
	j := q.jobs[0]
	q.jobs = q.jobs[1:]
	return j
}

// drainedQueue keeps the input of every finished job: q.jobs[1:] hides an
// element, it does not remove it.
//
// The array begins before the slice does, and the collector scans the
// whole of it. At the end the length is 0, even the capacity is 0, and the
// pointer still leads there. Under load the next growth copies only what
// is waiting and lets the old array go, so the leak shows after the rush,
// when nothing is pushed any more.
//
// A heap profile full of inputs while the gauge "waiting" says 0. Look for
// q = q[1:] on elements that hold pointers.
func drainedQueue() {
	q := new(queue)
	for i := 0; i < 4; i++ {
		q.push(&job{input: make([]byte, 8<<20)})
	}
	for len(q.jobs) > 0 {
		q.pop()
	}
	fmt.Println("waiting:", len(q.jobs))
	fmt.Println("capacity:", cap(q.jobs))
	fmt.Println("MB held:", heapMB())
	runtime.KeepAlive(q)
	// Output:
	// waiting: 0
	// capacity: 0
	// MB held: 32
}

func (q *queue) popFixed() *job {
	j := q.jobs[0]
	q.jobs[0] = nil
	q.jobs = q.jobs[1:]
	return j
}

// drainedQueueFixed clears the element before it leaves the window.
//
// One store for each job. The array itself stays until the next growth: 8
// bytes for each job. If that is too much as well, use a ring of fixed
// size, which also answers what happens when producers are faster.
func drainedQueueFixed() {
	q := new(queue)
	for i := 0; i < 4; i++ {
		q.push(&job{input: make([]byte, 8<<20)})
	}
	for len(q.jobs) > 0 {
		q.popFixed()
	}
	fmt.Println("waiting:", len(q.jobs))
	fmt.Println("capacity:", cap(q.jobs))
	fmt.Println("MB held:", heapMB())
	runtime.KeepAlive(q)
	// Output:
	// waiting: 0
	// capacity: 0
	// MB held: 0
}

// snapshot copies the list, so that a reload can't change it under a
// request.
func snapshot(list []string) []string {
	s := make([]string, 0, len(list))
	copy(s, list)
	return s
}

// permitted reports whether the address may connect; without a list all
// may.
func permitted(list []string, address string) bool {
	for _, a := range list {
		if a == address {
			return true
		}
	}
	return len(list) == 0
}

// copiedNothing opens the service to everybody: the copy of the list of
// allowed addresses is empty.
//
// copy moves as many elements as the shorter slice has, by length, not
// capacity. append wants make([]T, 0, n) and copy wants make([]T, n); each
// looks right beside the other's call. The mirror image, append after
// make([]T, n), leaves n zero values in front.
//
// No error, no panic, and the 0 that copy returns is dropped by everyone.
// Look for copy into a slice that was made with a length of 0.
func copiedNothing() {
	allow := []string{"10.0.0.7", "10.0.0.8"}
	list := snapshot(allow)

	fmt.Println("addresses:", len(list))
	fmt.Println("a stranger is let in:", permitted(list, "203.0.113.9"))
	// Output:
	// addresses: 0
	// a stranger is let in: true
}

func snapshotFixed(list []string) []string {
	return append([]string(nil), list...)
}

// copiedNothingFixed copies in one expression, where no length can be
// wrong.
//
// slices.Clone says it by name since 1.21. Both may leave some spare
// capacity. And a list that is empty by mistake should not mean
// "everybody": that is a decision of permitted, and the more expensive
// one.
func copiedNothingFixed() {
	allow := []string{"10.0.0.7", "10.0.0.8"}
	list := snapshotFixed(allow)

	fmt.Println("addresses:", len(list))
	fmt.Println("a stranger is let in:", permitted(list, "203.0.113.9"))
	// Output:
	// addresses: 2
	// a stranger is let in: false
}

// frame returns a message as it stands on the wire: its size, then its
// bytes.
func frame(size uint64, body string) *bytes.Reader {
	head := make([]byte, binary.MaxVarintLen64)
	n := binary.PutUvarint(head, size)
	return bytes.NewReader(append(head[:n], body...))
}

// readFrame reads one message.
func readFrame(r *bytes.Reader) ([]byte, error) {
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	body := make([]byte, size)
	_, err = io.ReadFull(r, body)
	return body, err
}

// frameLength lets a client stop the server with ten bytes: the size in
// the frame goes to make as it came.
//
// The tests had truncated frames, which io.ReadFull reports. A size beyond
// the address space is a panic in make, and a panic that nobody recovers
// ends the process. Smaller lies are worse. The body counts as heap before
// its first byte has arrived: the collector waits for twice as much, or,
// with GOMEMLIMIT set, does not rest.
//
// Look for make with a size from outside: a frame, a column count, a query
// parameter, as a capacity as much as a length.
func frameLength() {
	body, err := readFrame(frame(5, "hello"))
	fmt.Printf("frame: %q, error: %v\n", body, err)
	body, err = readFrame(frame(1<<63, "hello"))
	fmt.Printf("frame: %q, error: %v\n", body, err)
	// Panics: makeslice: len out of range
	// Output:
	// frame: "hello", error: <nil>
}

// maxFrame is the largest message of the protocol.
const maxFrame = 1 << 20

func readFrameFixed(r *bytes.Reader) ([]byte, error) {
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	if size > maxFrame {
		return nil, fmt.Errorf("%d bytes, at most %d", size, maxFrame)
	}
	body := make([]byte, size)
	_, err = io.ReadFull(r, body)
	return body, err
}

// frameLengthFixed refuses a size before it becomes memory.
//
// One comparison, and a limit that somebody has to choose. Where none can
// be chosen, read with io.CopyN into a bytes.Buffer, which grows with what
// has really arrived.
func frameLengthFixed() {
	body, err := readFrameFixed(frame(5, "hello"))
	fmt.Printf("frame: %q, error: %v\n", body, err)
	body, err = readFrameFixed(frame(1<<63, "hello"))
	fmt.Printf("frame: %q, error: %v\n", body, err)
	// Output:
	// frame: "hello", error: <nil>
	// frame: "", error: 9223372036854775808 bytes, at most 1048576
}

const now = 500

var (
	expiries = spread(1024) // when each session ends, half before now
	sessions = make([]int64, 1024)
	live     int
)

func spread(n int) []int64 {
	s := make([]int64, n)
	for i := range s {
		s[i] = int64(i * 7919 % 1000)
	}
	return s
}

// expireOneByOne holds the lock for as long as it takes to move the tail
// of the slice once for each session that has ended.
//
// The line is the idiom for removing one element, and right. The loop
// around it is quadratic: ten times the sessions are a hundred times the
// work, and the hour in which many end together is the one in which
// everybody waits for the lock. (With i++ after the removal too, it also
// skips the element that has moved up.)
//
// In a CPU profile: runtime.memmove below the cleanup. Look for
// append(s[:i], s[i+1:]...) or slices.Delete inside a loop.
func expireOneByOne() {
	s := sessions[:copy(sessions, expiries)]
	for i := 0; i < len(s); {
		if s[i] < now {
			s = append(s[:i], s[i+1:]...)
		} else {
			i++
		}
	}
	live = len(s)
	// Allocs: 0
}

// expireOneByOneFixed keeps what lives, in one pass over the same array.
//
// Each element moves once at most. slices.DeleteFunc (1.21) does this and
// clears the end; with pointers in the elements clear it yourself, or they
// stay.
func expireOneByOneFixed() {
	s := sessions[:copy(sessions, expiries)]
	kept := s[:0]
	for _, end := range s {
		if end >= now {
			kept = append(kept, end)
		}
	}
	live = len(kept)
	// Allocs: 0
	// Faster: 10x than expireOneByOne
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
		lostAppend,
		lostAppendFixed,
		sharedTail,
		sharedTailFixed,
		prefixBuffer,
		prefixBufferFixed,
		cutOverwrites,
		cutOverwritesFixed,
		fieldsPerRequest,
		fieldsPerRequestFixed,
		staleElement,
		staleElementFixed,
		interiorPointer,
		interiorPointerFixed,
		filteredInPlace,
		filteredInPlaceFixed,
		batchReused,
		batchReusedFixed,
		smallKeepsLarge,
		smallKeepsLargeFixed,
		drainedQueue,
		drainedQueueFixed,
		copiedNothing,
		copiedNothingFixed,
		alone("frameLength", frameLength),
		frameLengthFixed,
		expireOneByOne,
		expireOneByOneFixed,
	} {
		run()
	}
}
