//go:build ignore

// Pitfalls of arrays: what was copied without a word, what is as long as
// its type says, and what a length that is fixed does to everything else.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A limiter counts the requests of one client in the last eight seconds.
type limiter struct {
	limit   int
	seconds [8]int
}

// allow reports whether one more request is within the limit.
func (l *limiter) allow(now int) bool {
	window := l.seconds
	total := 0
	for _, n := range window {
		total += n
	}
	if total >= l.limit {
		return false
	}
	window[now%len(window)]++
	return true
}

// windowCopied lets every request through: since seconds is an array, the
// local name for it is a second array, and the count goes there.
//
// seconds was a []int, and the code was right. A profile showed one small
// allocation for each client, somebody wrote an 8 between the brackets,
// and nothing else had to change: len, range, the index and the assignment
// compile as before. Only the first line of allow means something else.
//
// The limit is silent when it works and silent when it does not; the pager
// is the database's. vet and staticcheck have nothing to say. When a slice
// becomes an array, look at each place that gives it a second name: :=,
// a parameter, a result, a range value, a channel, an interface.
func windowCopied() {
	l := &limiter{limit: 5}
	allowed := 0
	for i := 0; i < 100; i++ {
		if l.allow(7) {
			allowed++
		}
	}
	fmt.Println("allowed in one second:", allowed)
	fmt.Println("counted:", l.seconds[7])
	// Output:
	// allowed in one second: 100
	// counted: 0
}

// allowFixed differs by one character.
func (l *limiter) allowFixed(now int) bool {
	window := &l.seconds
	total := 0
	for _, n := range window {
		total += n
	}
	if total >= l.limit {
		return false
	}
	window[now%len(window)]++
	return true
}

// windowCopiedFixed names the array by its address.
//
// len, range and the index take a pointer to an array as they take the
// array, and the length is still a constant. It costs nothing. A slice of
// it, l.seconds[:], works as well and forgets the length.
func windowCopiedFixed() {
	l := &limiter{limit: 5}
	allowed := 0
	for i := 0; i < 100; i++ {
		if l.allowFixed(7) {
			allowed++
		}
	}
	fmt.Println("allowed in one second:", allowed)
	fmt.Println("counted:", l.seconds[7])
	// Output:
	// allowed in one second: 5
	// counted: 5
}

// classes counts the answers of an import by the first digit of the
// status.
type classes [6]int

func report(c classes) {
	fmt.Println("stored:", c[2])
	fmt.Println("failed:", c[5])
}

// importAll sends the rows and reports also if one of them panics.
func importAll(statuses []int) {
	var counts classes
	defer report(counts)
	for _, status := range statuses {
		counts[status/100]++
	}
}

// zeroReport says of each import that nothing failed: defer evaluates its
// arguments where it stands, and the argument is the array before the
// first row.
//
// With a map in the place of the array the line is right, and so it is
// with a slice: their word or words are evaluated early, what they lead to
// is read late. The author had both in other workers. An array has no
// behind.
//
// Somebody asks why the nightly job has not failed once in a year. Look
// for defer, and go, with an argument of array or struct type that is
// assigned to below.
func zeroReport() {
	importAll([]int{201, 201, 503, 201})
	// Output:
	// stored: 0
	// failed: 0
}

func importAllFixed(statuses []int) {
	var counts classes
	defer func() { report(counts) }()
	for _, status := range statuses {
		counts[status/100]++
	}
}

// zeroReportFixed captures the variable, which a closure does by reference
// as long as somebody assigns to it.
//
// Passing &counts says the same in the signature of report. Neither
// allocates while the closure stays in its function.
func zeroReportFixed() {
	importAllFixed([]int{201, 201, 503, 201})
	// Output:
	// stored: 3
	// failed: 1
}

// A chunk is a piece of a backup, named by its digest.
type chunk struct {
	sum  [sha256.Size]byte
	size int
}

func bodies() []string { return []string{"first", "second", "third"} }

// listed returns the digests in a manifest.
func listed(manifest []chunk) (sums [][]byte) {
	for _, c := range manifest {
		sums = append(sums, c.sum[:])
	}
	return sums
}

// computed returns the digests of the bodies.
func computed(bodies []string) (sums [][]byte) {
	var sum [sha256.Size]byte
	for _, body := range bodies {
		sum = sha256.Sum256([]byte(body))
		sums = append(sums, sum[:])
	}
	return sums
}

func manifest() (m []chunk) {
	for _, body := range bodies() {
		m = append(m, chunk{sha256.Sum256([]byte(body)), len(body)})
	}
	return m
}

// distinct counts the digests that differ.
func distinct(sums [][]byte) int {
	seen := map[string]bool{}
	for _, sum := range sums {
		seen[string(sum)] = true
	}
	return len(seen)
}

// sumsAliased makes the clean-up of a backup delete two of three chunks
// that are in use: each digest in the list is the same 32 bytes.
//
// c.sum[:] looks like a conversion and is an address: a slice of the
// array in the variable c. Up to 1.21 there is one c for all turns. Since
// 1.22 each turn has its own, and listed is right, at an allocation for
// each chunk. computed is wrong on every release: there the variable was
// moved out of the loop by hand, to save that allocation.
//
// What you see is a restore that fails, weeks later. The list had the
// right length, and its last digest was right. Look for x[:] on an array
// that outlives the statement.
func sumsAliased() {
	fmt.Println("from the manifest:", distinct(listed(manifest())))
	fmt.Println("from the bodies:", distinct(computed(bodies())))
	// Output (!go1.22):
	// from the manifest: 1
	// from the bodies: 1
	// Output (go1.22):
	// from the manifest: 3
	// from the bodies: 1
}

func listedFixed(manifest []chunk) (sums [][sha256.Size]byte) {
	for _, c := range manifest {
		sums = append(sums, c.sum)
	}
	return sums
}

func computedFixed(bodies []string) (sums [][sha256.Size]byte) {
	for _, body := range bodies {
		sums = append(sums, sha256.Sum256([]byte(body)))
	}
	return sums
}

func distinctFixed(sums [][sha256.Size]byte) int {
	seen := map[[sha256.Size]byte]bool{}
	for _, sum := range sums {
		seen[sum] = true
	}
	return len(seen)
}

// sumsAliasedFixed keeps the digests as the values they are.
//
// 32 bytes for each in one array, in place of 24 for a header and 32
// behind it, and a key without a conversion. Slice a digest where a
// function wants bytes, and let that slice end with the call.
func sumsAliasedFixed() {
	fmt.Println("from the manifest:", distinctFixed(listedFixed(manifest())))
	fmt.Println("from the bodies:", distinctFixed(computedFixed(bodies())))
	// Output:
	// from the manifest: 3
	// from the bodies: 3
}

// A cluster has three replicas, by design.
type cluster struct {
	Replicas [3]string `json:"replicas"`
}

// load reads the configuration of a cluster.
func load(file string) (c cluster, err error) {
	err = json.Unmarshal([]byte(file), &c)
	return c, err
}

const (
	fourReplicas = `{"replicas": ["db-a", "db-b", "db-c", "db-d"]}`
	twoReplicas  = `{"replicas": ["db-a", "db-b"]}`
)

// replicaDropped runs for months without the replica that was added:
// encoding/json drops what does not fit into an array, and fills up with
// zero values what is missing. Neither is an error.
//
// The array was chosen to have the compiler guarantee three. It does: there
// are three strings, whatever the file says. The third of two is "", which
// net.Dial takes for the machine itself.
//
// Nobody is paged when the fourth replica is added, but when db-a is taken
// away because there are four. Look for arrays in types that are decoded.
// DisallowUnknownFields does not help; encoding/json/v2 (1.27) refuses both
// files.
func replicaDropped() {
	for _, file := range []string{fourReplicas, twoReplicas} {
		c, err := load(file)
		fmt.Printf("replicas: %q, error: %v\n", c.Replicas, err)
	}
	// Output:
	// replicas: ["db-a" "db-b" "db-c"], error: <nil>
	// replicas: ["db-a" "db-b" ""], error: <nil>
}

func loadFixed(file string) (c cluster, err error) {
	var raw struct{ Replicas []string }
	if err := json.Unmarshal([]byte(file), &raw); err != nil {
		return c, err
	}
	if n := copy(c.Replicas[:], raw.Replicas); n != len(raw.Replicas) ||
		n != len(c.Replicas) {
		return cluster{}, fmt.Errorf("%d replicas, want %d",
			len(raw.Replicas), len(c.Replicas))
	}
	return c, nil
}

// replicaDroppedFixed decodes into a slice, which is as long as the file
// says, and compares.
//
// A second type and a loop at start-up. In an UnmarshalJSON method of the
// array's type the check travels with it.
func replicaDroppedFixed() {
	for _, file := range []string{fourReplicas, twoReplicas} {
		c, err := loadFixed(file)
		fmt.Printf("replicas: %q, error: %v\n", c.Replicas, err)
	}
	// Output:
	// replicas: ["" "" ""], error: 4 replicas, want 3
	// replicas: ["" "" ""], error: 2 replicas, want 3
}

// A name is a service's, in 16 bytes: no pointer, and a key.
type name [16]byte

func nameOf(service string) (n name) {
	copy(n[:], service)
	return n
}

// nameTruncated hands one service the secret of another: copy stops at the
// end of the array, and the first 16 bytes of both names are the same.
//
// The longest name was "billing-eu-west", fifteen bytes, when the type was
// written; keys without a pointer were to save the collector's time, and
// do. copy returns how much it has moved, and nobody asks.
//
// A region was split and the names got a digit. No error, no log line, and
// in a debugger two keys that print alike. (Slices convert the same way:
// [16]byte(b) panics for a short b and takes the beginning of a long one.)
// Look for copy into an array from something that a person may lengthen.
func nameTruncated() {
	secrets := map[name]string{}
	secrets[nameOf("billing-eu-west-1")] = "k1"
	secrets[nameOf("billing-eu-west-2")] = "k2"
	fmt.Println("services:", len(secrets))
	fmt.Println("-1 signs with:", secrets[nameOf("billing-eu-west-1")])
	// Output:
	// services: 1
	// -1 signs with: k2
}

// A nameSum stands for a name of any length.
type nameSum [sha256.Size]byte

func nameSumOf(service string) nameSum {
	return sha256.Sum256([]byte(service))
}

// nameTruncatedFixed takes a digest, which is made to be of one size.
//
// It costs a hash for each lookup, and keys that no debugger can read.
// Where names have a limit, check it where they enter and keep copy.
// Strings cost the collector a pointer each, which is often the right
// price.
func nameTruncatedFixed() {
	secrets := map[nameSum]string{}
	secrets[nameSumOf("billing-eu-west-1")] = "k1"
	secrets[nameSumOf("billing-eu-west-2")] = "k2"
	fmt.Println("services:", len(secrets))
	fmt.Println("-1 signs with:", secrets[nameSumOf("billing-eu-west-1")])
	// Output:
	// services: 2
	// -1 signs with: k1
}

// nibbles has the value of each hexadecimal digit.
var nibbles = [...]byte{
	'0': 0, '1': 1, '2': 2, '3': 3, '4': 4, '5': 5, '6': 6, '7': 7,
	'8': 8, '9': 9, 'A': 10, 'B': 11, 'C': 12, 'D': 13, 'E': 14, 'F': 15,
	'a': 10, 'b': 11, 'c': 12, 'd': 13, 'e': 14, 'f': 15,
}

// flags reads the last two digits of a trace header.
func flags(digits string) byte {
	return nibbles[digits[0]]<<4 | nibbles[digits[1]]
}

// digitBeyond dies of a letter in a header, and reads any sign below 'f' as
// a zero: the largest index decides how long the table is, and what is not
// listed is there all the same.
//
// The three dots were to keep the number out of the source. It is 103.
// Every test has digits in it, and the byte behind them, 'g', is the first
// that is out of range. A character beyond ASCII is as well.
//
// A scanner sends "zz", and where no handler's recover is around it, the
// collector of traces is down. "0!" is worse: it switches sampling off.
// Look for [...] with keys whose index comes from outside.
func digitBeyond() {
	for _, digits := range []string{"01", "0!", "0g"} {
		fmt.Println(digits, "sampled:", flags(digits) == 1)
	}
	// Panics: index out of range [103] with length 103
	// Output:
	// 01 sampled: true
	// 0! sampled: false
}

// digitValues has one more than the value of each hexadecimal digit, and 0
// for all other bytes.
var digitValues = [256]byte{
	'0': 1, '1': 2, '2': 3, '3': 4, '4': 5, '5': 6, '6': 7, '7': 8,
	'8': 9, '9': 10, 'A': 11, 'B': 12, 'C': 13, 'D': 14, 'E': 15, 'F': 16,
	'a': 11, 'b': 12, 'c': 13, 'd': 14, 'e': 15, 'f': 16,
}

var errDigit = errors.New("not two hexadecimal digits")

func flagsFixed(digits string) (byte, error) {
	if len(digits) != 2 {
		return 0, errDigit
	}
	hi, lo := digitValues[digits[0]], digitValues[digits[1]]
	if hi == 0 || lo == 0 {
		return 0, errDigit
	}
	return (hi-1)<<4 | (lo - 1), nil
}

// digitBeyondFixed has an entry for each byte, and a zero that means no.
//
// 153 bytes more, and a check less: the compiler knows that a byte is an
// index of an array of 256.
func digitBeyondFixed() {
	for _, digits := range []string{"01", "0!", "0g"} {
		f, err := flagsFixed(digits)
		fmt.Println(digits, "sampled:", f == 1, err)
	}
	// Output:
	// 01 sampled: true <nil>
	// 0! sampled: false not two hexadecimal digits
	// 0g sampled: false not two hexadecimal digits
}

// A mailbox holds six messages. The counters only grow; what they are
// modulo six is a position.
type mailbox struct {
	slots      [6]string
	head, tail uint32
}

func (m *mailbox) put(s string) bool {
	if m.tail-m.head == uint32(len(m.slots)) {
		return false
	}
	m.slots[m.tail%uint32(len(m.slots))] = s
	m.tail++
	return true
}

func (m *mailbox) take() string {
	s := m.slots[m.head%uint32(len(m.slots))]
	m.head++
	return s
}

// counterWraps delivers one message twice and another never, once in four
// billion: where the counter wraps, the positions don't.
//
// Counters that only grow are the better ring: tail-head is the number of
// messages, also across the wrap, and full differs from empty. But 2 to
// the 32 is no multiple of 6. The number before 0 has position 3, and 0 has
// position 0, which still holds what was put there four messages ago.
//
// At a thousand messages a second it takes 50 days, and the array of 6
// became one of 8 in the version that tried to reproduce it. Test rings
// with counters that start just below the wrap.
func counterWraps() {
	start := uint32(math.MaxUint32 - 3)
	m := mailbox{head: start, tail: start}
	for _, s := range []string{"a", "b", "c", "d", "e"} {
		m.put(s)
	}
	fmt.Print("taken:")
	for m.head != m.tail {
		fmt.Print(" ", m.take())
	}
	fmt.Println()
	// Output:
	// taken: e b c d e
}

// A mailboxFixed holds eight messages: a power of two.
type mailboxFixed struct {
	slots      [8]string
	head, tail uint32
}

// The length of an array is a constant, so a rule about it can be one: an
// array whose length is not 0 can't be assigned to this one.
const slots = len(mailboxFixed{}.slots)

var _ [0]struct{} = [slots & (slots - 1)]struct{}{}

func (m *mailboxFixed) put(s string) bool {
	if m.tail-m.head == uint32(len(m.slots)) {
		return false
	}
	m.slots[m.tail%uint32(len(m.slots))] = s
	m.tail++
	return true
}

func (m *mailboxFixed) take() string {
	s := m.slots[m.head%uint32(len(m.slots))]
	m.head++
	return s
}

// counterWrapsFixed has a length that divides 2 to the 32, and does not
// compile with another.
//
// At most half of the slots are more than was asked for. The remainder
// becomes an AND, and its bounds check goes.
func counterWrapsFixed() {
	start := uint32(math.MaxUint32 - 3)
	m := mailboxFixed{head: start, tail: start}
	for _, s := range []string{"a", "b", "c", "d", "e"} {
		m.put(s)
	}
	fmt.Print("taken:")
	for m.head != m.tail {
		fmt.Print(" ", m.take())
	}
	fmt.Println()
	// Output:
	// taken: a b c d e
}

// checksum stands for what is done with an encoded message.
//
//go:noinline
func checksum(b []byte) (sum byte) {
	for _, c := range b {
		sum += c
	}
	return sum
}

var lastSum int64

// A job is a message for one subscriber.
type job string

func subscriber(jobs <-chan job) {
	var scratch [64 << 10]byte
	for j := range jobs {
		n := copy(scratch[:], j)
		atomic.StoreInt64(&lastSum, int64(checksum(scratch[:n])))
	}
}

// handler is what a request runs in. It has no array.
func handler(jobs <-chan job) {
	for range jobs {
	}
}

// started starts 64 goroutines that wait, and returns the megabytes of
// stack that came with them.
func started(run func(jobs <-chan job)) (mb int64, stop func()) {
	var before, after runtime.MemStats
	var done sync.WaitGroup
	queues := make([]chan job, 64)
	for i := range queues {
		queues[i] = make(chan job)
	}
	runtime.ReadMemStats(&before)
	for _, q := range queues {
		done.Add(1)
		go func(q chan job) {
			defer done.Done()
			run(q)
		}(q)
	}
	for _, q := range queues {
		q <- "a short message"
	}
	runtime.ReadMemStats(&after)
	grown := int64(after.StackInuse) - int64(before.StackInuse)
	if grown < 0 { // stacks of earlier goroutines went away
		grown = 0
	}
	return (grown + 1<<19) >> 20, func() {
		for _, q := range queues {
			close(q)
		}
		done.Wait()
	}
}

// served prints the stacks of 64 subscribers, and of 64 handlers that are
// started after a collection has seen the subscribers. Like those of any
// server, the handlers run on what is left of goroutines that have ended.
func served(subscriber func(jobs <-chan job)) {
	var stops [3]func()
	for i := range stops {
		_, stops[i] = started(handler)
	}
	for _, stop := range stops {
		stop()
	}
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
	runtime.GC() // frees the stacks of the dead
	mb, stop := started(subscriber)
	runtime.GC()
	fmt.Println("64 subscribers, MB of stack:", mb)
	mb, stopHandlers := started(handler)
	fmt.Println("64 handlers, MB of stack:", mb)
	stopHandlers()
	stop()
}

// scratchOnStack costs 8 MB of stack for 64 subscribers that wait, and 4 MB
// more for handlers that have nothing to do with them.
//
// The array was to save allocations, and allocs/op are 0. But it is a part
// of the frame for as long as the function runs, used or not. A stack has a
// power of two, and 64 KB with anything beside them take 128. Since 1.19
// the runtime also learns: a collection measures how deep stacks are, and
// goroutines begin at the average until the next one.
//
// The heap profile is clean. RSS grows with the subscribers, and then with
// requests, after an upgrade to 1.19. Compare MemStats.StackInuse, or
// /memory/classes/heap/stacks:bytes, with the number of goroutines, and
// read /gc/stack/starting-size:bytes (1.19). Look for arrays in functions
// that wait.
func scratchOnStack() {
	served(subscriber)
	// Output (!go1.19):
	// 64 subscribers, MB of stack: 8
	// 64 handlers, MB of stack: 0
	// Output (go1.19):
	// 64 subscribers, MB of stack: 8
	// 64 handlers, MB of stack: 4
}

// scratches has the buffers that are in use, and a few more.
var scratches = sync.Pool{New: func() any { return new([64 << 10]byte) }}

func subscriberFixed(jobs <-chan job) {
	for j := range jobs {
		scratch := scratches.Get().(*[64 << 10]byte)
		n := copy(scratch[:], j)
		atomic.StoreInt64(&lastSum, int64(checksum(scratch[:n])))
		scratches.Put(scratch)
	}
}

// scratchOnStackFixed takes a buffer when there is something to put into
// it.
//
// As many buffers as messages at a time. The pool holds pointers: an array
// put into an interface would be copied to the heap each time. A second
// function that has the array and returns before the wait helps less: its
// stack stays as large until a collection halves it.
func scratchOnStackFixed() {
	served(subscriberFixed)
	// Output:
	// 64 subscribers, MB of stack: 0
	// 64 handlers, MB of stack: 0
}

var (
	probe  = []byte("GET /health 200")
	length int
)

// trimmed stands for what is done with a log line.
//
//go:noinline
func trimmed(b []byte) int { return len(b) - 1 }

// bufferZeroed writes 160 KB of zeros for a line of 15 bytes, and since
// 1.24 allocates them too: a declared array is cleared each time, whatever
// is used of it.
//
// The size is that of the longest line there may be. As a local array it
// cost no allocation, and the benchmark had long lines. The limit for
// declared variables was 10 MB until 1.23 and is 128 KB since.
//
// In a CPU profile: runtime.memclrNoHeapPointers, or a function that is
// flat in its first line, and from 1.24 on the collector. The upgrade gets
// the blame. Look for local arrays of more than a few KB.
func bufferZeroed() {
	var buf [160 << 10]byte
	length = trimmed(buf[:copy(buf[:], probe)])
	// Allocs (!go1.24): 0
	// Allocs (go1.24): 1
}

// bufferZeroedFixed has room for what is usual.
//
// Longer lines take another way, with an allocation. That is a second path,
// and needs a test.
func bufferZeroedFixed() {
	var buf [512]byte
	if len(probe) > len(buf) {
		length = trimmed(append([]byte(nil), probe...))
		return
	}
	length = trimmed(buf[:copy(buf[:], probe)])
	// Allocs: 0
	// Faster: 20x than bufferZeroed
}

var (
	loads = newLoads()
	total int64
)

// newLoads returns a measurement for each host and second.
func newLoads() *[1024][1024]int64 {
	l := new([1024][1024]int64)
	for host := range l {
		for second := range l[host] {
			l[host][second] = int64(host + second)
		}
	}
	return l
}

// bySecond adds up 8 MB in steps of 8 KB: the first index chooses a row,
// and the inner loop changes it at each turn.
//
// The report is by second, so seconds are the outer loop; it reads well.
// Each number is in a cache line of its own, of which one eighth is used,
// and each step is in another page. The benchmark found nothing, see
// columnsOfZeros.
//
// A profile shows an addition that takes long. Look for an inner loop that
// changes any index but the last.
func bySecond() {
	var sum int64
	for second := range loads[0] {
		for host := range loads {
			sum += loads[host][second]
		}
	}
	total = sum
	// Allocs: 0
}

// bySecondFixed walks through the memory as it lies. An array of arrays is
// one piece, row after row.
//
// A sum for each second needs an array of sums, which is small. Where both
// directions are wanted often, keep the matrix twice.
func bySecondFixed() {
	var sum int64
	for host := range loads {
		for second := range loads[host] {
			sum += loads[host][second]
		}
	}
	total = sum
	// Allocs: 0
	// Faster: 4x than bySecond
}

// fresh is the matrix of the benchmark.
var fresh [1024][1024]int64

// columnsOfZeros measures a walk down the columns that production will
// never see: the benchmark is many times faster than the same loop over
// data.
//
// Nobody has written to fresh. Linux shows a page that is only read as one
// shared page of zeros, so the 8 MB are 4 KB in the first-level cache,
// whatever the order. Rows and columns come out equal, and the layout of
// the service is decided by it.
//
// An array of package level is as little written to as one that make or new
// has just got from the system. Compare bytes by time with what memory can
// do. Look for a benchmark that does not fill its input.
func columnsOfZeros() {
	var sum int64
	for x := range fresh[0] {
		for y := range fresh {
			sum += fresh[y][x]
		}
	}
	total = sum
	// Allocs: 0
	// Faster: 4x than columnsOfZerosFixed
}

// columnsOfZerosFixed measures the loop on memory that has been written to.
//
// It costs the time to fill it, before the timer starts, with what
// production has: zeros that were written are pages, too, and may still be
// the wrong data for a branch.
func columnsOfZerosFixed() {
	var sum int64
	for x := range loads[0] {
		for y := range loads {
			sum += loads[y][x]
		}
	}
	total = sum
	// Allocs: 0
}

// rates has the price of each of a few thousand products, in cents.
type rates [4096]int32

var (
	published atomic.Value // of rates; replaced as a whole every minute
	sku       = 5
	price     int32
)

func init() { published.Store(rates{5: 1999}) }

func priceOf(sku int) int32 { return published.Load().(rates)[sku] }

// tableLoaded moves 16 KB for each price: what is in an interface is a
// value, a type assertion copies it, and the index comes afterwards.
//
// The pattern is right, a table that nobody changes behind an atomic, and
// with a map or a slice in it the line is cheap. Allocations: 0, on both
// sides. It is also safe, and stays unnoticed until somebody looks
// up in a loop.
//
// The profile shows priceOf itself, flat; the copy is a few instructions in
// it, not a call. Look for a type assertion to an array or a large struct,
// and for an array as a result, with an index or a field behind it.
func tableLoaded() {
	price = priceOf(sku)
	// Allocs: 0
}

var publishedFixed atomic.Value // of *rates

func init() { publishedFixed.Store(&rates{5: 1999}) }

func priceOfFixed(sku int) int32 {
	return publishedFixed.Load().(*rates)[sku]
}

// tableLoadedFixed stores a pointer.
//
// atomic.Pointer (1.19) can't be given anything else. The price is that the
// table can be written to by whoever loads it.
func tableLoadedFixed() {
	price = priceOfFixed(sku)
	// Allocs: 0
	// Faster: 40x than tableLoaded
}

// shards counts the requests in each part of a store that is shutting
// down.
type shards struct {
	closing chan bool
	busy    [4]int64
}

// serve runs one request, which gives up when the store is closing.
func (s *shards) serve(shard int) {
	<-s.closing
	atomic.AddInt64(&s.busy[shard], -1)
}

func (s shards) drain() {
	close(s.closing)
	for i := range s.busy {
		for atomic.LoadInt64(&s.busy[i]) > 0 {
			runtime.Gosched()
		}
	}
}

// drainCopied waits for ever for a request that has ended: the receiver is
// a value, so the counters of the loop are a copy that nobody counts down.
//
// shards was a channel and a slice, two things that a copy shares, and
// drain changes neither. The counters moved into the struct to be next to
// each other. Atomic loads are no help; they read the copy, atomically.
//
// The deploy hangs until it is killed, whenever a request was running. The
// race detector is silent, and right: the copy was made before. Had the
// counters been atomic.Int64 (1.19), vet's copylocks would have reported
// the receiver. Look for value receivers on types with arrays.
func drainCopied() {
	s := &shards{closing: make(chan bool)}
	atomic.AddInt64(&s.busy[2], 1)
	go s.serve(2)
	fmt.Println("draining, busy:", s.busy[2])
	s.drain()
	fmt.Println("drained, busy:", s.busy[2])
	// Hangs: spinning
	// Output:
	// draining, busy: 1
}

func (s *shards) drainFixed() {
	close(s.closing)
	for i := range s.busy {
		for atomic.LoadInt64(&s.busy[i]) > 0 {
			runtime.Gosched()
		}
	}
}

// drainCopiedFixed has a pointer for its receiver, as all methods of a type
// should once one has.
//
// It costs nothing here. A WaitGroup would do the waiting better.
func drainCopiedFixed() {
	s := &shards{closing: make(chan bool)}
	atomic.AddInt64(&s.busy[2], 1)
	go s.serve(2)
	fmt.Println("draining, busy:", s.busy[2])
	s.drainFixed()
	fmt.Println("drained, busy:", s.busy[2])
	// Output:
	// draining, busy: 1
	// drained, busy: 0
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
		windowCopied,
		windowCopiedFixed,
		zeroReport,
		zeroReportFixed,
		sumsAliased,
		sumsAliasedFixed,
		replicaDropped,
		replicaDroppedFixed,
		nameTruncated,
		nameTruncatedFixed,
		alone("digitBeyond", digitBeyond),
		digitBeyondFixed,
		counterWraps,
		counterWrapsFixed,
		scratchOnStack,
		scratchOnStackFixed,
		bufferZeroed,
		bufferZeroedFixed,
		bySecond,
		bySecondFixed,
		columnsOfZeros,
		columnsOfZerosFixed,
		tableLoaded,
		tableLoadedFixed,
		alone("drainCopied", drainCopied),
		drainCopiedFixed,
	} {
		run()
	}
}
