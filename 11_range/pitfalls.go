//go:build ignore

// Pitfalls of range: what the loop took before its first turn, what one
// variable stands for, and whose code runs between two turns.
package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// expired returns the accounts whose trial is over, in order. Until last
// week it returned them as a map[int]bool.
func expired() []int { return []int{4217, 4290, 5003} }

// suspended suspends accounts 0, 1 and 2: the set became a slice, and the
// one variable of the loop became its index.
//
// Two people did nothing wrong. The first wrote `for id := range` over a
// map, whose one variable is the key. The second returned a sorted slice,
// so that a test would stop being flaky, and every loop over it went on
// compiling: an index is an int, and so is an id.
//
// The pager is support: three of the oldest customers are locked out and
// 4217 works on for nothing. vet and staticcheck are silent. After such a
// change look at every range with one variable. It stands for the key, the
// index, the offset of a rune, or, for channels, integers and iterators,
// the value.
func suspended() {
	var locked []int
	for id := range expired() {
		locked = append(locked, id)
	}
	fmt.Println("expired:", expired())
	fmt.Println("locked:", locked)
	// Output:
	// expired: [4217 4290 5003]
	// locked: [0 1 2]
}

// An accountID is not an index.
type accountID int

func expiredIDs() []accountID { return []accountID{4217, 4290, 5003} }

// suspendedFixed gives ids a type of their own.
//
// An index is an int, so the old loop would not have compiled: it could
// not append an int to a []accountID. A conversion here and there is the
// price. Writing `_, id` alone mends this loop and not the next change.
func suspendedFixed() {
	var locked []accountID
	for _, id := range expiredIDs() {
		locked = append(locked, id)
	}
	fmt.Println("expired:", expiredIDs())
	fmt.Println("locked:", locked)
	// Output:
	// expired: [4217 4290 5003]
	// locked: [4217 4290 5003]
}

// reverse8 turns a serial number round, from wire order to print order.
func reverse8(serial [8]byte) [8]byte {
	for i, b := range serial {
		serial[len(serial)-1-i] = b
	}
	return serial
}

// reverse is reverse8 for the new devices, whose numbers vary in length.
func reverse(serial []byte) []byte {
	for i, b := range serial {
		serial[len(serial)-1-i] = b
	}
	return serial
}

// deviceKeys reports whether two devices get different keys, with serial
// numbers as arrays and as slices.
func deviceKeys(turn func([]byte) []byte) (arrays, slices bool) {
	a, b := [8]byte{1, 2, 3, 4, 5, 6, 7, 8}, [8]byte{1, 2, 3, 4, 8, 7, 6, 5}
	arrays = reverse8(a) != reverse8(b)
	slices = !bytes.Equal(turn(a[:]), turn(b[:]))
	return arrays, slices
}

// turnedRound merges all devices whose serial numbers begin alike: the
// same loop is right for an array and destroys a slice.
//
// In reverse8 range walks over a copy of the array, so writing from the
// end does no harm to what is still to be read. Nobody knew; it was
// written, it passed. The parameter became a slice, no line of the body
// changed, and now the second half reads what the first has written.
//
// Devices report under the number of another. Look for range with two
// variables over what was an array and for a body that writes to other
// elements than its own.
func turnedRound() {
	arrays, slices := deviceKeys(reverse)
	fmt.Println("different, as arrays:", arrays)
	fmt.Println("different, as slices:", slices)
	// Output:
	// different, as arrays: true
	// different, as slices: false
}

func reverseFixed(serial []byte) []byte {
	turned := make([]byte, len(serial))
	for i, b := range serial {
		turned[len(serial)-1-i] = b
	}
	return turned
}

// turnedRoundFixed makes the copy that range made before, by name.
//
// One allocation, and the argument is left alone, as it was when it was an
// array. Where that is too much, swap from both ends.
func turnedRoundFixed() {
	arrays, slices := deviceKeys(reverseFixed)
	fmt.Println("different, as arrays:", arrays)
	fmt.Println("different, as slices:", slices)
	// Output:
	// different, as arrays: true
	// different, as slices: true
}

// A route leads packets for a prefix to a port.
type route struct {
	prefix, bits uint32
	port         int
	name         [48]byte
}

// routes is an array, to spare the collector a pointer.
type routes struct{ table [256]route }

var (
	edge   = newEdge()
	packet = uint32(0x0a010203)
	port   int
)

func newEdge() *routes {
	r := new(routes)
	r.table[0] = route{prefix: 0x0a, bits: 24, port: 7}
	return r
}

func (r *routes) lookup(addr uint32) int {
	for _, e := range r.table {
		if addr>>e.bits == e.prefix {
			return e.port
		}
	}
	return -1
}

// tableCopied moves 16 KB before it looks at the first route: range over
// an array with two variables works on a copy of the array.
//
// The method has a pointer receiver, which was to avoid the copy. It does,
// of the struct. The range expression r.table is a value again, and range
// evaluates it once, which for an array means copying it. Nothing is
// allocated, so the benchmark's allocs/op stay at 0, and the stack of each
// goroutine that looks up grows by the size of the table.
//
// In a CPU profile the time lies on the line of the for, flat, not in a
// call. Look for range over an array field with a value variable.
func tableCopied() {
	port = edge.lookup(packet)
	// Allocs: 0
}

func (r *routes) lookupFixed(addr uint32) int {
	for i := range r.table {
		if e := &r.table[i]; addr>>e.bits == e.prefix {
			return e.port
		}
	}
	return -1
}

// tableCopiedFixed ranges over the index.
//
// With one variable the expression is not even evaluated, since the length
// of an array is a constant. `range &r.table` and `range r.table[:]` don't
// copy the table either, but each element into the variable. What it
// costs: the loop now sees writes that others make meanwhile.
func tableCopiedFixed() {
	port = edge.lookupFixed(packet)
	// Allocs: 0
	// Faster: 20x than tableCopied
}

// A node owns a part of the hash ring.
type node struct {
	from, to uint32
	host     string
}

var (
	ring  = newRing(64)
	hash  = uint32(63*1000 + 1)
	owner *node
)

func newRing(n uint32) []node {
	ring := make([]node, n)
	for i := range ring {
		from := uint32(i) * 1000
		ring[i] = node{from: from, to: from + 1000, host: "db"}
	}
	return ring
}

func ownerOf(hash uint32) *node {
	for _, n := range ring {
		if n.from <= hash && hash < n.to {
			return &n
		}
	}
	return nil
}

// ownerCopied allocates a node for each one that it passes by, since 1.22:
// each turn has a variable of its own, and the address of one of them is
// returned.
//
// Loop variables per iteration made programs right that were wrong. This
// one was right before: it takes the address in its last turn. A variable
// whose address leaves the function lives on the heap, so what was one
// allocation is one for every turn, most of them for nothing.
//
// It came with the go line in go.mod and looks like the garbage
// collector's fault. An allocation profile names the line of the for. -m
// says "moved to heap: n", and said so of 1.21. Look for & of a range
// variable in a return.
func ownerCopied() {
	owner = ownerOf(hash)
	// Allocs (!go1.22): 1
	// Allocs (go1.22): 64
}

func ownerOfFixed(hash uint32) *node {
	for i := range ring {
		if n := &ring[i]; n.from <= hash && hash < n.to {
			return n
		}
	}
	return nil
}

// ownerCopiedFixed points into the ring.
//
// No allocation, and a caller who writes now writes to the ring itself.
// Where they must not, return the node by value: `n := ring[i]; return &n`
// in the branch is one allocation on every release.
func ownerCopiedFixed() {
	owner = ownerOfFixed(hash)
	// Allocs: 0
	// Faster (go1.22): 4x than ownerCopied
}

// latencies counts requests by duration, 10 ms a bucket.
type latencies struct{ buckets [16]uint64 }

func (l *latencies) observe(ms int) {
	atomic.AddUint64(&l.buckets[ms/10], 1)
}

func (l *latencies) total() (sum uint64) {
	for i, n := range l.buckets {
		if n > 0 {
			sum += atomic.LoadUint64(&l.buckets[i])
		}
	}
	return sum
}

// plainRead is a data race in a body that reads with atomic only: the line
// of the for has read all buckets before.
//
// `if n > 0` was to skip the empty ones cheaply. With it the range gets
// its second variable and the loop a copy of the array, sixteen plain
// reads of what others add to. On amd64 each gets some value that was
// there once, which is why this lives: a bucket that was empty at the
// beginning is missing from the sum.
//
// The report names total and the line of the for, and reviewers look at
// the body. Declared as atomic.Uint64 (1.19), the buckets can't be ranged
// over by value: vet's copylocks reports it.
func plainRead() {
	var l latencies
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for ms := 0; ms < 100; ms++ {
			l.observe(ms)
		}
	}()
	l.total()
	wg.Wait()
	fmt.Println("requests:", l.total())
	// Races: plainRead
	// Output:
	// requests: 100
}

func (l *latencies) totalFixed() (sum uint64) {
	for i := range l.buckets {
		sum += atomic.LoadUint64(&l.buckets[i])
	}
	return sum
}

// plainReadFixed ranges over the index: then the for reads nothing.
//
// Sixteen atomic loads, on amd64 ordinary ones. The sum is still no
// snapshot; buckets are read one after the other.
func plainReadFixed() {
	var l latencies
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for ms := 0; ms < 100; ms++ {
			l.observe(ms)
		}
	}()
	l.totalFixed()
	wg.Wait()
	fmt.Println("requests:", l.totalFixed())
	// Output:
	// requests: 100
}

// imports is who uses whom, as the scanner has read it from lock files.
var imports = map[string][]string{
	"shop":  {"web"},
	"web":   {"tls", "log"},
	"tls":   {"asn1"},
	"asn1":  {"bytes"},
	"log":   nil,
	"bytes": nil,
}

// dependencies returns root and everything it uses, directly or not.
func dependencies(root string) []string {
	todo := []string{root}
	seen := map[string]bool{root: true}
	for _, pkg := range todo {
		for _, dep := range imports[pkg] {
			if !seen[dep] {
				seen[dep] = true
				todo = append(todo, dep)
			}
		}
	}
	return todo
}

// shallowScan reports a product as free of a vulnerable package that it
// uses: the work list grows while the loop goes by its first length.
//
// It was `for i := 0; i < len(todo); i++`, which asks for the length in
// each turn, and was tidied. range takes pointer, length and capacity once.
// What append adds is in the result, and nothing is done for it, so direct
// dependencies are found and the test, which had one, is green.
//
// Nobody is paged. Look for append to the slice that is ranged over.
func shallowScan() {
	deps := dependencies("shop")
	fmt.Println("found:", deps)
	fmt.Println("packages:", len(deps), "of", len(imports))
	// Output:
	// found: [shop web]
	// packages: 2 of 6
}

func dependenciesFixed(root string) []string {
	todo := []string{root}
	seen := map[string]bool{root: true}
	for i := 0; i < len(todo); i++ {
		for _, dep := range imports[todo[i]] {
			if !seen[dep] {
				seen[dep] = true
				todo = append(todo, dep)
			}
		}
	}
	return todo
}

// shallowScanFixed asks for the length again in each turn.
//
// It costs a load. Say in a comment that the list grows, or the next one
// who tidies takes it away again.
func shallowScanFixed() {
	deps := dependenciesFixed("shop")
	fmt.Println("found:", deps)
	fmt.Println("packages:", len(deps), "of", len(imports))
	// Output:
	// found: [shop web tls log asn1 bytes]
	// packages: 6 of 6
}

// subscribe returns a stream that ends when the broker closes it.
func subscribe(events ...string) <-chan string {
	stream := make(chan string, len(events))
	for _, e := range events {
		stream <- e
	}
	close(stream)
	return stream
}

// resubscribed never reads the second stream: the loop holds the channel
// that it began with, not the variable.
//
// The handler asks for a new stream when the broker announces that it will
// move, and assigns it to the variable that stands in the range clause.
// The old stream is read to its end, the loop ends, and the consumer
// returns without an error, as it does at every shutdown.
//
// The pager says consumer lag, hours later, on one instance. Look for an
// assignment to the range expression inside the loop. For channels there
// is never a reason to write one.
func resubscribed() {
	var handled []string
	stream := subscribe("a", "b", "moving")
	for e := range stream {
		if e == "moving" {
			stream = subscribe("c", "d")
			continue
		}
		handled = append(handled, e)
	}
	fmt.Println("handled:", handled)
	fmt.Println("waiting in the new stream:", len(stream))
	// Output:
	// handled: [a b]
	// waiting in the new stream: 2
}

// resubscribedFixed has a loop for streams around the loop for events.
//
// One more level, and a place to wait before the next attempt. The outer
// loop asks the variable in every turn, because it is no range.
func resubscribedFixed() {
	var handled []string
	stream := subscribe("a", "b", "moving")
	for next := stream; next != nil; {
		stream, next = next, nil
		for e := range stream {
			if e == "moving" {
				next = subscribe("c", "d")
				continue
			}
			handled = append(handled, e)
		}
	}
	fmt.Println("handled:", handled)
	fmt.Println("waiting in the new stream:", len(stream))
	// Output:
	// handled: [a b c d]
	// waiting in the new stream: 0
}

// foldName returns the name under which an upload is found again, without
// regard to case.
func foldName(name string) string {
	var b strings.Builder
	for _, r := range name {
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// foldedNames stores two uploads under one key: every byte that is no
// UTF-8 comes out of range as U+FFFD, and goes back in as that.
//
// A round trip through runes looks like a copy. An old client sends names
// in Latin-1, in which é and è are one byte each; range turns each into
// the same rune, of width 1, and WriteRune writes its three bytes. The
// name is longer now and no longer says what it was. strings.ToLower does
// the same to them, so the obvious simplification keeps the bug.
//
// One customer downloads the file of another. Look for range over a string
// from outside whose runes are put together again: keys, signatures,
// redaction.
func foldedNames() {
	uploads := []string{"Ren\xe9.pdf", "Ren\xe8.pdf"}
	stored := map[string]int{}
	for i, name := range uploads {
		stored[foldName(name)] = i
	}
	fmt.Println("stored:", len(stored), "of", len(uploads))
	fmt.Println("bytes of a key:", len(uploads[0]), "->",
		len(foldName(uploads[0])))
	// Output:
	// stored: 1 of 2
	// bytes of a key: 8 -> 10
}

func foldNameFixed(name string) string {
	if !utf8.ValidString(name) {
		return name
	}
	return strings.ToLower(name)
}

// foldedNamesFixed leaves alone what is not text.
//
// One pass over the bytes to know. Refusing such names at the edge is the
// better answer if the protocol allows it: then nobody behind it has to
// ask.
func foldedNamesFixed() {
	uploads := []string{"Ren\xe9.pdf", "Ren\xe8.pdf"}
	stored := map[string]int{}
	for i, name := range uploads {
		stored[foldNameFixed(name)] = i
	}
	fmt.Println("stored:", len(stored), "of", len(uploads))
	fmt.Println("bytes of a key:", len(uploads[0]), "->",
		len(foldNameFixed(uploads[0])))
	// Output:
	// stored: 2 of 2
	// bytes of a key: 8 -> 8
}

// A batcher sends what it has collected, every hour and at the end.
type batcher struct {
	tick  *time.Ticker
	done  chan struct{}
	ended chan struct{}
	sent  chan string
}

func newBatcher() *batcher {
	return &batcher{
		tick:  time.NewTicker(time.Hour),
		done:  make(chan struct{}),
		ended: make(chan struct{}),
		sent:  make(chan string, 8),
	}
}

func (b *batcher) run(batch string) {
	for range b.tick.C {
		b.sent <- batch
	}
	b.sent <- batch // the rest
}

func (b *batcher) close() { b.tick.Stop() }

// tickerRange loses the last batch and a goroutine: Stop stops the ticker
// and does not close its channel, so the loop never ends.
//
// `for range` over a channel ends when the channel is closed, and the
// author took Stop for that; the line after the loop was written for that
// moment. The documentation of Stop says why it does not close: a reader
// must not take the end for a tick.
//
// One goroutine for each closed batcher, in state "chan receive", and the
// events of the last hour before each deploy. Look for range over a
// channel that nobody closes: Ticker.C, Timer.C, one given to
// signal.Notify.
func tickerRange() {
	b := newBatcher()
	go b.run("e1 e2 e3")
	b.close()
	fmt.Println("sent at close:", len(b.sent))
	// Leaks: 1
	// Leaks (go1.27): 1 profile
	// Output:
	// sent at close: 0
}

func (b *batcher) runFixed(batch string) {
	defer close(b.ended)
	for {
		select {
		case <-b.tick.C:
			b.sent <- batch
		case <-b.done:
			b.sent <- batch // the rest
			return
		}
	}
}

func (b *batcher) closeFixed() {
	b.tick.Stop()
	close(b.done)
	<-b.ended
}

// tickerRangeFixed ends the loop by a channel that the batcher owns, and
// waits for it.
//
// Two channels more. range is for channels whose sender closes them;
// select is for all others.
func tickerRangeFixed() {
	b := newBatcher()
	go b.runFixed("e1 e2 e3")
	b.closeFixed()
	fmt.Println("sent at close:", len(b.sent))
	// Output:
	// sent at close: 1
}

// A cache knows how old its entries are.
type cache struct {
	mu  sync.Mutex
	age map[string]int
}

// each calls yield for the entries, as `for key, age := range c.each` does
// since 1.23.
func (c *cache) each(yield func(key string, age int) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, age := range c.age {
		if !yield(key, age) {
			return
		}
	}
}

func (c *cache) drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.age, key)
}

func (c *cache) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.age)
}

// sweepUnderLock stops for ever at the first old entry: the body of the
// loop runs inside of each, which holds the lock that drop waits for.
//
// Both methods are right: each has a lock, a deferred unlock, and obeys
// yield. In the old form the func literal reminded the reader that it is
// called from somewhere. As a range loop, the form since 1.23, the same
// call looks like an ordinary body, and no line of it mentions a mutex.
//
// Here it is a deadlock that the runtime sees. In a server other
// goroutines live, and all who need the cache queue up behind this one; a
// body that only does I/O just holds the lock for as long. Look for a lock
// around a call of yield.
func sweepUnderLock() {
	c := &cache{age: map[string]int{"fresh": 3, "old": 90}}
	fmt.Println("before:", c.len())
	c.each(func(key string, age int) bool {
		if age > 60 {
			c.drop(key)
		}
		return true
	})
	fmt.Println("after:", c.len())
	// Fatal: all goroutines are asleep - deadlock!
	// Output:
	// before: 2
}

// eachFixed calls yield for the entries as they were at the beginning.
func (c *cache) eachFixed(yield func(key string, age int) bool) {
	type entry struct {
		key string
		age int
	}
	c.mu.Lock()
	entries := make([]entry, 0, len(c.age))
	for key, age := range c.age {
		entries = append(entries, entry{key, age})
	}
	c.mu.Unlock()
	for _, e := range entries {
		if !yield(e.key, e.age) {
			return
		}
	}
}

// sweepUnderLockFixed copies under the lock and yields without it.
//
// An allocation of the size of the cache for each sweep, and the body may
// see what has changed since. If that is too much, offer what the caller
// really wants under the lock, here dropOlder(60), and no iterator.
func sweepUnderLockFixed() {
	c := &cache{age: map[string]int{"fresh": 3, "old": 90}}
	fmt.Println("before:", c.len())
	c.eachFixed(func(key string, age int) bool {
		if age > 60 {
			c.drop(key)
		}
		return true
	})
	fmt.Println("after:", c.len())
	// Output:
	// before: 2
	// after: 1
}

// export returns a file of four orders, whose third has a long remark.
func export() io.Reader {
	remark := strings.Repeat("x", bufio.MaxScanTokenSize)
	lines := []string{"o1", "o2", "o3 " + remark, "o4", ""}
	return strings.NewReader(strings.Join(lines, "\n"))
}

// orders calls yield for each order of a file.
func orders(file io.Reader, yield func(order string) bool) {
	in := bufio.NewScanner(file)
	for in.Scan() {
		if !yield(in.Text()) {
			return
		}
	}
}

func importOrders(file io.Reader) (n int, err error) {
	orders(file, func(string) bool {
		n++
		return true
	})
	return n, nil
}

// endedEarly imports half of a file and reports success: an iterator that
// fails can only stop, and the loop ends as it does at the end.
//
// A function of this shape, iter.Seq since 1.23, has no place for an
// error. Scanner keeps one for whoever asks with Err, and the Scanner is a
// variable inside of orders. The author of the loop would have known
// bufio's rule; they were given an iterator, which has none.
//
// The pager: the sums of two systems differ, for one customer who writes
// long remarks. Look for iterators over a reader, rows or pages that have
// neither a second value nor a method to ask afterwards.
func endedEarly() {
	n, err := importOrders(export())
	fmt.Println("imported:", n)
	fmt.Println("error:", err)
	// Output:
	// imported: 2
	// error: <nil>
}

// An orderReader is an iterator that can be asked how it ended.
type orderReader struct{ in *bufio.Scanner }

func (r *orderReader) each(yield func(order string) bool) {
	for r.in.Scan() {
		if !yield(r.in.Text()) {
			return
		}
	}
}

func (r *orderReader) err() error { return r.in.Err() }

func importOrdersFixed(file io.Reader) (n int, err error) {
	r := &orderReader{bufio.NewScanner(file)}
	r.each(func(string) bool {
		n++
		return true
	})
	return n, r.err()
}

// endedEarlyFixed keeps the error where the caller can ask for it.
//
// Still, nothing makes them ask. iter.Seq2[string, error] shows it in the
// range clause, at the price of a decision in each turn and of bodies that
// ignore it with `_`. Choose the method when only the end can fail, the
// pair when single elements can.
func endedEarlyFixed() {
	n, err := importOrdersFixed(export())
	fmt.Println("imported:", n)
	fmt.Println("error:", err)
	// Output:
	// imported: 2
	// error: bufio.Scanner: token too long
}

// usage is how many requests a key has made.
type usage struct {
	key      string
	requests int
}

// shards is usage by shard, in the order in which keys were seen.
type shards [][]usage

func (s shards) each(yield func(u usage) bool) {
	for _, shard := range s {
		for _, u := range shard {
			if !yield(u) {
				break
			}
		}
	}
}

var today = shards{
	{{"a1", 20}, {"a2", 700}},
	{{"b1", 30}, {"b2", 900}},
	{{"c1", 10}, {"c2", 40}},
}

// breakOfShard names the wrong key: the consumer has said stop, and the
// iterator goes on with the next shard.
//
// break leaves the loop it stands in, and each had one loop until the map
// was sharded. The test for stopping early has one shard. A callback that
// returns false and is called again looks at the next shard with the
// result in its hands, and overwrites it.
//
// Called by hand, as here, this is silent on every release. Under
// `for u := range today.each` it is a panic, "range function continued
// iteration after function for loop body returned false": the loop checks,
// a callback does not. Look for `if !yield(…) { break }`, and write
// return.
func breakOfShard() {
	var first string
	afterStop, stopped := 0, false
	today.each(func(u usage) bool {
		if stopped {
			afterStop++
		}
		if u.requests > 500 {
			first, stopped = u.key, true
			return false
		}
		return true
	})
	fmt.Println("first over the limit:", first)
	fmt.Println("calls after stop:", afterStop)
	// Output:
	// first over the limit: b2
	// calls after stop: 4
}

func (s shards) eachFixed(yield func(u usage) bool) {
	for _, shard := range s {
		for _, u := range shard {
			if !yield(u) {
				return
			}
		}
	}
}

// breakOfShardFixed returns. An iterator that is built of others passes
// the answer up: false from any part ends the whole.
//
// It costs nothing. Test every iterator with a stop at each position, and
// count the calls after it.
func breakOfShardFixed() {
	var first string
	afterStop, stopped := 0, false
	today.eachFixed(func(u usage) bool {
		if stopped {
			afterStop++
		}
		if u.requests > 500 {
			first, stopped = u.key, true
			return false
		}
		return true
	})
	fmt.Println("first over the limit:", first)
	fmt.Println("calls after stop:", afterStop)
	// Output:
	// first over the limit: a2
	// calls after stop: 0
}

// openFiles counts what is open.
var openFiles int

// rowsOf returns an iterator over a table that opens its file for as long
// as it is in use.
func rowsOf(rows ...int) iter.Seq[int] {
	return func(yield func(int) bool) {
		openFiles++
		defer func() { openFiles-- }()
		for _, row := range rows {
			if !yield(row) {
				return
			}
		}
	}
}

// sameRows reports whether two tables are equal.
func sameRows(a, b iter.Seq[int]) bool {
	next, _ := iter.Pull(b)
	for row := range a {
		other, ok := next()
		if !ok || row != other {
			return false
		}
	}
	_, more := next()
	return !more
}

// pulledHalf keeps a file open and a goroutine alive for every comparison
// that ends early: the second result of iter.Pull was not called.
//
// range calls its iterator and so ends it. Pull turns one into a function
// that somebody has to end, by reading on to the end or by stop, and until
// then the iterator stands still in its own goroutine, with its defers. For
// equal tables all is well: they are read to the end. Even a Pull
// whose next is never called has a goroutine.
//
// The pager says "too many open files". Goroutine dumps have them in state
// "coroutine", created by iter.Pull. The goroutineleak profile of 1.27
// does not report them. Look for `next, _ := iter.Pull`.
func pulledHalf() {
	openFiles = 0
	same := sameRows(rowsOf(1, 2, 3), rowsOf(1, 7, 3))
	fmt.Println("same:", same)
	fmt.Println("open files:", openFiles)
	// Since: 1.23 iter.Pull
	// Leaks: 1
	// Leaks (go1.27): 0 profile
	// Output:
	// same: false
	// open files: 1
}

func sameRowsFixed(a, b iter.Seq[int]) bool {
	next, stop := iter.Pull(b)
	defer stop()
	for row := range a {
		other, ok := next()
		if !ok || row != other {
			return false
		}
	}
	_, more := next()
	return !more
}

// pulledHalfFixed defers stop on the line after Pull, as one does Close.
//
// stop after the end does nothing, so it needs no condition. It returns
// when the iterator's own defers have run.
func pulledHalfFixed() {
	openFiles = 0
	same := sameRowsFixed(rowsOf(1, 2, 3), rowsOf(1, 7, 3))
	fmt.Println("same:", same)
	fmt.Println("open files:", openFiles)
	// Since: 1.23 iter.Pull
	// Output:
	// same: false
	// open files: 0
}

// A replica takes part in transactions.
type replica struct{ name string }

// txOpen and txMost count transactions that are open now, and the most
// that ever were.
var txOpen, txMost int

func (r replica) begin() {
	txOpen++
	if txOpen > txMost {
		txMost = txOpen
	}
}

func (r replica) end() { txOpen-- }

// replicas calls yield for the two copies of a tenant.
func replicas(yield func(replica) bool) {
	_ = yield(replica{"primary"}) && yield(replica{"standby"})
}

// deferInLiteral holds the transactions of all tenants until the last one
// is done, if it is built by 1.24 or 1.25.
//
// defer in a loop waits for the function, so the author put a func literal
// around each tenant, the usual cure. The source is right. But the body of
// a range over a function is a function of its own, and its defer has to
// find the frame that it belongs to. 1.24 began to inline literals like
// this one, and so asked for the frame when there was only the caller's.
// All patch releases that were tried have it, up to 1.24.13 and 1.25.14.
// 1.26 does not inline such a function.
//
// What you see: lock timeouts that grow with the number of tenants, since
// a toolchain upgrade, and none in builds with -gcflags=-l. Look for defer
// inside a range over a function inside a literal. A named function is too
// long to be inlined, unless a PGO profile calls it hot: then it is the
// same.
func deferInLiteral() {
	txOpen, txMost = 0, 0
	for tenant := 0; tenant < 3; tenant++ {
		func() {
			for r := range replicas {
				r.begin()
				defer r.end()
			}
		}()
	}
	fmt.Println("most at once:", txMost)
	// Since: 1.23 range over functions
	// Output (!go1.24 || go1.26):
	// most at once: 2
	// Output (go1.24 && !go1.26):
	// most at once: 6
}

// migrateTenant opens both copies and closes what it has opened.
func migrateTenant() {
	var open []replica
	defer func() {
		for _, r := range open {
			r.end()
		}
	}()
	for r := range replicas {
		open = append(open, r)
		r.begin()
	}
}

// deferInLiteralFixed has its defer outside of the loop.
//
// A slice of what is open, and the order of release is written down
// instead of implied. It is right on every release, and still right when
// the iterator becomes a slice.
func deferInLiteralFixed() {
	txOpen, txMost = 0, 0
	for tenant := 0; tenant < 3; tenant++ {
		migrateTenant()
	}
	fmt.Println("most at once:", txMost)
	// Since: 1.23 range over functions
	// Output:
	// most at once: 2
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
		suspended,
		suspendedFixed,
		turnedRound,
		turnedRoundFixed,
		tableCopied,
		tableCopiedFixed,
		ownerCopied,
		ownerCopiedFixed,
		plainRead,
		plainReadFixed,
		shallowScan,
		shallowScanFixed,
		resubscribed,
		resubscribedFixed,
		foldedNames,
		foldedNamesFixed,
		tickerRange,
		tickerRangeFixed,
		alone("sweepUnderLock", sweepUnderLock),
		sweepUnderLockFixed,
		endedEarly,
		endedEarlyFixed,
		breakOfShard,
		breakOfShardFixed,
		pulledHalf,
		pulledHalfFixed,
		deferInLiteral,
		deferInLiteralFixed,
	} {
		run()
	}
}
