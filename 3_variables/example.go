//go:build ignore

// Variables in use: what a declaration decides, what its zero value can
// do, when an assignment acts, and how long a variable lives.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand"
	"runtime"
	"strings"
	"sync"
	"time"
)

// declared shows what a declaration decides: a name, its scope, its type.
//
// := needs one new name and assigns to the others, if they are of this
// very scope. The type comes from the operand; an untyped constant has its
// default, so a shift is an int and a division of ints an int.
func declared() {
	done, all := 2, 3
	ratio := done / all // not 0.67
	mask := 1 << 3
	fmt.Printf("%T %v, %T %v\n", ratio, ratio, mask, mask)

	first := &done
	done, left := 3, all-done // left is new, done the same variable
	fmt.Println("same variable:", first == &done, left)
	if done, left := 9, 9; done == left { // two new ones
		fmt.Println("in the block, same:", first == &done)
	}
	fmt.Println("after it:", done, left)

	var wait time.Duration = 5 // nanoseconds
	wait, unit := 3*wait, time.Second
	fmt.Println(wait, unit)
	// Output:
	// int 0, int 8
	// same variable: true 1
	// in the block, same: false
	// after it: 3 1
	// 15ns 1s
}

// works reports whether f returns.
func works(f func()) (ok bool) {
	defer func() { ok = recover() == nil }()
	f()
	return
}

// zeroValues asks which types of the library can be used as they are
// declared. The list is not one that you can guess.
//
// A Ticker that nobody made can be stopped, a Timer can't. A nil map reads
// and does not write. A nil func compares, and does not run. Where your
// own zero value is of no use, let it fail in the first call.
func zeroValues() {
	var (
		mu     sync.Mutex
		buf    bytes.Buffer
		timer  time.Timer
		ticker time.Ticker
		rng    rand.Rand
		list   []int
		counts map[string]int
		hook   func()
		cond   sync.Cond
	)
	fmt.Println("Mutex:", works(mu.Lock))
	fmt.Println("Buffer:", works(func() { buf.WriteString("x") }))
	fmt.Println("slice, append:", works(func() { list = append(list, 1) }))
	fmt.Println("map, read:", works(func() { _ = counts["x"] }))
	fmt.Println("map, write:", works(func() { counts["x"]++ }))
	fmt.Println("func:", works(hook))
	fmt.Println("Ticker.Stop:", works(ticker.Stop))
	fmt.Println("Timer.Stop:", works(func() { timer.Stop() }))
	fmt.Println("Rand:", works(func() { rng.Int() }))
	fmt.Println("Cond.Signal:", works(cond.Signal))
	fmt.Println("Cond.Wait:", works(cond.Wait))
	// Output:
	// Mutex: true
	// Buffer: true
	// slice, append: true
	// map, read: true
	// map, write: false
	// func: false
	// Ticker.Stop: true
	// Timer.Stop: false
	// Rand: false
	// Cond.Signal: true
	// Cond.Wait: false
}

// A node is an element of a list.
type node struct {
	value int
	next  *node
}

// twoPhases assigns several variables at once.
//
// First the operands: the right side, and on the left each index and each
// pointer that is followed. Then the assignments, from left to right.
func twoPhases() {
	i, s := 0, []int{10, 20}
	i, s[i] = 1, 99 // s[0]: the index was taken before i changed
	fmt.Println(i, s)

	s[0], s[1] = s[1], s[0]
	fmt.Println("swapped:", s)

	// Any order of these three is right. As three statements one is.
	var reversed *node
	for list := (&node{1, &node{2, &node{3, nil}}}); list != nil; {
		list, list.next, reversed = list.next, reversed, list
	}
	for n := reversed; n != nil; n = n.next {
		fmt.Print(n.value, " ")
	}
	fmt.Println("reversed")

	s[0], s[0] = 1, 2 // the last one wins
	fmt.Println(s[0])
	// Output:
	// 1 [99 20]
	// swapped: [20 99]
	// 3 2 1 reversed
	// 2
}

//go:noinline
func average(n, mean *int, sum, by int) { *n, *mean = 7, sum/by }

//go:noinline
func first(n, mean *int, s []int) { *n, *mean = 7, s[0] }

// dividedLate looks at n when the right side of a tuple assignment fails.
//
// It belongs to the first phase, so n should be 0 both times. The element
// keeps to that. This compiler divides when it stores, and n is assigned
// although the statement that assigns it panics. Check the divisor before.
func dividedLate() {
	var n, m, mean int
	fmt.Println("works:", works(func() { first(&n, &mean, nil) }))
	fmt.Println("works:", works(func() { average(&m, &mean, 1, n) }))
	fmt.Println("assigned by index, by division:", n, m)
	// Output:
	// works: false
	// works: false
	// assigned by index, by division: 0 7
}

// readWhen puts nine operands beside a call that changes what they read,
// and prints whether each was read before the call.
//
// The specification leaves it open. This table is what one compiler does,
// the same on ten releases. It is here to be recognised in a bug, and not
// to be used.
func readWhen() {
	var (
		n       int
		p       = &n
		s       = []int{0}
		m       = map[int]int{}
		text    string
		boxed   any
		signals = make(chan int, 1)
	)
	change := func() int {
		n, s[0], m[0], text, boxed = n+1, 1, 1, "new", 1
		return len(signals)
	}
	reset := func() { n, s[0], m[0], text, boxed = 0, 0, 0, "", 0 }

	reset()
	a, _ := n, change()
	reset()
	b, _ := *p, change()
	reset()
	c, _ := s[0], change()
	reset()
	d, _ := m[0], change()
	reset()
	e, _ := n+0, change()
	reset()
	f, _ := len(text), change()
	fmt.Println("variable, pointer, element:", a == 0, b == 0, c == 0)
	fmt.Println("map element, sum, len of string:", d == 0, e == 0, f == 0)

	reset()
	g, _ := boxed.(int), change()
	reset()
	h, _ := []byte(text), change()
	reset()
	k, _ := fmt.Sprint(n), change()
	fmt.Println("assertion, copy, call:", g == 0, len(h) == 0, k == "0")
	// Output:
	// variable, pointer, element: false false false
	// map element, sum, len of string: false false true
	// assertion, copy, call: true true true
}

// heapMB returns the megabytes of live heap, rounded.
func heapMB() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return (m.HeapAlloc + 1<<19) >> 20
}

type page struct {
	body *[32 << 20]byte
	size int
}

//go:noinline
func (p *page) load() { p.body, p.size = new([32 << 20]byte), 32 }

//go:noinline
func loaded() (*[32 << 20]byte, int) { return new([32 << 20]byte), 32 }

// lifetimes asks when 32 MB are free that a local variable points to.
//
// Not at the end of the scope: after the last use, for the collector. A
// struct whose address was taken is one variable, all fields or none, so
// the use of its size below keeps its body. Two variables end separately.
// A deferred closure is a use at the very end.
func lifetimes() {
	body, size := loaded()
	body[0]++
	fmt.Println("two variables, MB:", heapMB(), "of", size)

	var p page
	p.load()
	fmt.Println("one struct, MB:", heapMB(), "of", p.size)

	func() {
		body, _ := loaded()
		defer func() { body[0]++ }()
		fmt.Println("used by a defer, MB:", heapMB())
	}()
	// Output:
	// two variables, MB: 0 of 32
	// one struct, MB: 32 of 32
	// used by a defer, MB: 32
}

var (
	prefix   = "/api"
	fallback = "/"
	table    [16]int
	wide     [17]int
	pick     int
	handler  func() int
)

// capturedCopy makes a closure over a variable that has its final value:
// the compiler copies it into the closure, one allocation.
//
// That the branch assigned before does not matter.
func capturedCopy() {
	path := fallback
	if prefix != "" {
		path = prefix
	}
	handler = func() int { return len(path) }
	// Allocs: 1
}

// capturedVariable assigns once more when the closure exists: they share
// the variable, and it moves to the heap.
func capturedVariable() {
	path := fallback // want escape "moved to heap: path"
	handler = func() int { return len(path) }
	path = prefix
	// See: escape
	// Allocs: 2
}

// captured128 copies 128 bytes, the most that is copied.
func captured128() {
	t := table
	handler = func() int { return t[pick&7] }
	// Allocs: 1
}

// captured136 is 8 bytes more, and so a variable on the heap.
func captured136() {
	t := wide // want escape "moved to heap: t"
	handler = func() int { return t[pick&7] }
	// See: escape
	// Allocs: 2
}

// A rule is checked before it is used.
type rule interface{ check(string) error }

type maxLength int

func (n maxLength) check(s string) error {
	if len(s) > int(n) {
		return errors.New("too long")
	}
	return nil
}

// Both fail to compile the day they are wrong. They cost nothing: blank
// variables have no memory.
var (
	_ rule = maxLength(0)
	_ rule = (*maxLength)(nil)
)

// lazily computes a package's value when it is first needed, instead of in
// an initialiser that every program and every test pays for.
//
// The closure holds what init would have put into a variable: it can't be
// read too early. OnceValues does the same for a value and its error, which
// it remembers as well.
func lazily() {
	runs := 0
	rules := sync.OnceValue(func() []rule {
		runs++
		return []rule{maxLength(3)}
	})
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); _ = rules() }()
	}
	wg.Wait()
	fmt.Println("runs:", runs)
	for _, r := range rules() {
		fmt.Println(r.check(strings.Repeat("x", 4)))
	}
	// Since: 1.21 sync.OnceValue
	// Output:
	// runs: 1
	// too long
}

func main() {
	for _, run := range []func(){
		declared,
		zeroValues,
		twoPhases,
		dividedLate,
		readWhen,
		lifetimes,
		capturedCopy,
		capturedVariable,
		captured128,
		captured136,
		lazily,
	} {
		run()
	}
}
