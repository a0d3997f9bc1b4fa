//go:build ignore

// Range in use: what the loop takes before the first turn, what a turn
// costs, and how an iterator keeps its promises.
package main

import (
	"fmt"
	"iter"
	"runtime"
	"strings"
	"unicode/utf8"
)

// takenOnce shows what each kind of operand is when the loop begins. The
// body of every loop below writes to what it ranges over.
//
// "The range expression is evaluated once" is one rule with five results,
// because the value of an expression is something else for each type: an
// array, three words, an address, a channel.
func takenOnce() {
	array := [3]int{1, 2, 3}
	fmt.Print("array:")
	for i, v := range array { // the array is copied
		array[2-i] = 9
		fmt.Print(" ", v)
	}
	fmt.Println()

	pointed := [3]int{1, 2, 3}
	fmt.Print("pointer to array:")
	for i, v := range &pointed { // the address is
		pointed[2-i] = 9
		fmt.Print(" ", v)
	}
	fmt.Println()

	slice := []int{1, 2, 3}
	fmt.Print("slice, appended to:")
	for _, v := range slice { // pointer and length are
		slice = append(slice, 9)
		fmt.Print(" ", v)
	}
	fmt.Println()

	fmt.Print("slice, shortened:")
	short := []int{1, 2, 3, 4}
	for i, v := range short { // the length of the beginning: 4 twice
		if v == 2 {
			short = append(short[:i], short[i+1:]...)
		}
		fmt.Print(" ", v)
	}
	fmt.Println()

	// What is nil has no turns, except a pointer to an array: its length
	// is a constant, and with one variable nobody follows the pointer.
	var noSlice []int
	var noMap map[string]int
	var noArray *[4]int
	var turns [3]int
	for range noSlice {
		turns[0]++
	}
	for range noMap {
		turns[1]++
	}
	for range noArray {
		turns[2]++
	}
	fmt.Println("turns over nil slice, map, *[4]int:", turns)

	// A variable that the loop assigns and does not declare is the last
	// index afterwards, never the length, and unchanged after no turn.
	i := -1
	for i = range slice[:2] {
	}
	last := i
	for i = range noSlice {
	}
	fmt.Println("after the loops:", last, i)
	// Output:
	// array: 1 2 3
	// pointer to array: 1 2 9
	// slice, appended to: 1 2 3
	// slice, shortened: 1 2 4 4
	// turns over nil slice, map, *[4]int: [0 0 4]
	// after the loops: 1 1
}

// firstRunes returns the first n runes of s. It never cuts one in half,
// and it keeps bytes that are no UTF-8 as they are.
//
// The index of range is the offset of the rune, so the offset of rune n is
// where to cut. To add up utf8.RuneLen(r) is the same only for valid
// text: a bad byte is U+FFFD to range, of width 1 in the string and 3 when
// it is written.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// widths shows offsets and runes of a string that holds a letter of two
// bytes, a bad byte, a genuine U+FFFD and half of a surrogate pair.
//
// Only the width tells a bad byte from a U+FFFD that somebody wrote.
func widths() {
	s := "é\xff\ufffd\xed\xa0\x80z"
	for i, r := range s {
		_, width := utf8.DecodeRuneInString(s[i:])
		fmt.Printf("%d: %U, %d of %d bytes\n", i, r, width, utf8.RuneLen(r))
	}
	fmt.Printf("%q\n", firstRunes(s, 3))
	// Output:
	// 0: U+00E9, 2 of 2 bytes
	// 2: U+FFFD, 1 of 3 bytes
	// 3: U+FFFD, 3 of 3 bytes
	// 6: U+FFFD, 1 of 3 bytes
	// 7: U+FFFD, 1 of 3 bytes
	// 8: U+FFFD, 1 of 3 bytes
	// 9: U+007A, 1 of 1 bytes
	// "é\xff�"
}

// An order is 136 bytes, as rows of a table tend to be.
type order struct {
	id    int64
	note  [120]byte
	cents int64
}

func (o order) total() int64 { return o.cents }

var (
	orders = make([]order, 1000)
	sum    int64
)

// byField reads one field of each value. Up to 1.26 the whole order is
// copied into the variable for it; since 1.27 only the field is read.
func byField() {
	var cents int64
	for _, o := range orders {
		cents += o.cents
	}
	sum = cents
	// Allocs: 0
}

// byMethod calls a method with a value receiver. It is inlined, and the
// copy is made on every release.
func byMethod() {
	var cents int64
	for _, o := range orders {
		cents += o.total()
	}
	sum = cents
	// Allocs: 0
}

// byIndex copies nothing but the field.
//
// It also works on the element and not on a copy of it, so assignments
// reach the slice. That is the better reason to write it.
func byIndex() {
	var cents int64
	for i := range orders {
		cents += orders[i].cents
	}
	sum = cents
	// Allocs: 0
	// Faster (!go1.27): 3x than byField
	// Faster: 2x than byMethod
}

// A table is something with rows that has to be closed.
type table struct {
	rows []int
	open int
}

// each calls yield for the rows, in the shape that a range loop accepts
// since 1.23: `for row := range t.each`.
//
// Its promises are those of every iterator. It returns after the first
// false, it calls yield from the goroutine and the call that it was given,
// never afterwards, and it lets a panic of the body pass. defer is what
// keeps the cleanup in all four ways out.
func (t *table) each(yield func(row int) bool) {
	t.open++
	defer func() { t.open-- }()
	for _, row := range t.rows {
		if !yield(row) {
			return
		}
	}
}

// closedAnyway leaves the loop in four ways and asks each time whether the
// table is closed. The body is written as the function that the compiler
// makes of it.
func closedAnyway() {
	t := &table{rows: []int{1, 2, 3}}
	read := 0

	t.each(func(int) bool { read++; return true })
	fmt.Println("to the end: read", read, "open", t.open)

	read = 0
	t.each(func(int) bool { read++; return false }) // break, return, goto
	fmt.Println("stopped: read", read, "open", t.open)

	func() {
		defer func() { fmt.Print("panic ", recover(), ": ") }()
		t.each(func(row int) bool { panic(row) })
	}()
	fmt.Println("open", t.open)

	gone := make(chan bool)
	go func() {
		defer close(gone)
		t.each(func(int) bool { runtime.Goexit(); return true })
	}()
	<-gone
	fmt.Println("Goexit, as t.FailNow calls it: open", t.open)
	// Output:
	// to the end: read 3 open 0
	// stopped: read 1 open 0
	// panic 1: open 0
	// Goexit, as t.FailNow calls it: open 0
}

// A source is anything with numbers in it.
type source interface {
	each(yield func(n int64) bool)
}

// A block is a source.
type block struct{ numbers []int64 }

func (b *block) each(yield func(n int64) bool) {
	for _, n := range b.numbers {
		if !yield(n) {
			return
		}
	}
}

var (
	numbers        = &block{make([]int64, 1000)}
	hidden  source = numbers
)

// sumHidden goes through an interface: the compiler does not know each, so
// the body is called through a pointer, and it and its variable live on
// the heap.
func sumHidden() {
	var total int64
	hidden.each(func(n int64) bool {
		total += n
		return true
	})
	sum = total
	// Allocs: 2
}

// sumInlined is the same as a loop over a function that is known. Since
// 1.24 iterator, body and checks are inlined into each other, and what is
// left is the loop over the slice.
//
// -m says the same of 1.23, "inlining call to (*block).each". What it does
// not say: 1.23 left total and the state of the loop in memory, for the
// sake of a closure that was gone, and stored both in each turn. Read the
// assembly, or measure.
func sumInlined() {
	var total int64
	for n := range numbers.each {
		total += n
	}
	sum = total
	// Since: 1.23 range over functions
	// Allocs: 0
	// Faster (go1.24): 4x than sumHidden
	// See: assembly
}

// A tree is sorted by its keys.
type tree struct {
	left, right *tree
	key         int64
}

func plant(from, to int64) *tree {
	if from >= to {
		return nil
	}
	key := (from + to) / 2
	return &tree{plant(from, key), plant(key+1, to), key}
}

var forest = plant(0, 1023)

func (t *tree) nested() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		if t == nil {
			return
		}
		for key := range t.left.nested() {
			if !yield(key) {
				return
			}
		}
		if !yield(t.key) {
			return
		}
		for key := range t.right.nested() {
			if !yield(key) {
				return
			}
		}
	}
}

// walkNested ranges over the iterators of the children. It reads well and
// hands each key up through every level, by a call and a closure each.
//
// 1,023 nodes cost as many allocations as the release decides. It is the
// best benchmark of iterators that we know, and the worst way to write
// one.
func walkNested() {
	var total int64
	for key := range forest.nested() {
		total += key
	}
	sum = total
	// Since: 1.23 range over functions
	// Allocs (!go1.24): 8188
	// Allocs (go1.24 && !go1.25): 6745
	// Allocs (go1.25): 4698
}

// push hands one yield down through the tree, and the answer up: false
// from any part ends the whole. So no level can go on by mistake.
func (t *tree) push(yield func(int64) bool) bool {
	return t == nil ||
		t.left.push(yield) && yield(t.key) && t.right.push(yield)
}

// walkPushed is what the method of an iterator should call:
// `func (t *tree) all(yield func(int64) bool) { t.push(yield) }`.
func walkPushed() {
	var total int64
	forest.push(func(key int64) bool {
		total += key
		return true
	})
	sum = total
	// Allocs: 0
	// Faster (go1.23): 10x than walkNested
}

// merge returns the values of two ordered sequences in order.
//
// A loop can range over one of them; the other has to be pulled. stop is
// deferred on the next line, so that b's own defers run however the loop
// ends, and merge is as lazy as its arguments: nothing is read before
// somebody ranges, and it can be ranged over as often as they can.
func merge(a, b iter.Seq[string]) iter.Seq[string] {
	return func(yield func(string) bool) {
		next, stop := iter.Pull(b)
		defer stop()
		v, ok := next()
		for w := range a {
			for ; ok && v < w; v, ok = next() {
				if !yield(v) {
					return
				}
			}
			if !yield(w) {
				return
			}
		}
		for ; ok; v, ok = next() {
			if !yield(v) {
				return
			}
		}
	}
}

// fields returns the fields of a line, and says when it is done.
func fields(line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		defer fmt.Print("(closed ", line, ") ")
		for _, f := range strings.Fields(line) {
			if !yield(f) {
				return
			}
		}
	}
}

// merged reads two sorted runs as one, twice: to the end, and up to c.
// Both times both runs are closed, the pulled one by stop.
func merged() {
	runs := merge(fields("a d e"), fields("b c f"))
	for word := range runs {
		fmt.Print(word, " ")
	}
	fmt.Println()
	for word := range runs {
		if word == "c" {
			break
		}
		fmt.Print(word, " ")
	}
	fmt.Println()
	// Since: 1.23 iter.Pull
	// Output:
	// a b c d e (closed a d e) f (closed b c f)
	// a b (closed a d e) (closed b c f)
}

// stateMessages lets iterators break their promises and prints what the
// loop says. Each loop has one variable of state that its body checks.
//
// The last two say "after loop body panic", and nothing has panicked. The
// state while the body runs is the one that is left behind when it panics,
// so yield from inside the body, or from a second goroutine while the
// first is in it, gets that message. Do not look for the panic.
func stateMessages() {
	attempt := func(what string, loop func()) {
		defer func() {
			const prefix = "runtime error: range function "
			text := fmt.Sprint(recover())
			fmt.Println(what+":", strings.TrimPrefix(text, prefix))
		}()
		loop()
	}
	var kept func(int) bool

	attempt("break", func() {
		for range func(yield func(int) bool) { yield(1); yield(2) } {
			break
		}
	})
	attempt("late", func() {
		for range func(yield func(int) bool) { kept = yield } {
		}
		kept(1)
	})
	attempt("swallowed", func() {
		for range func(yield func(int) bool) {
			defer func() { _ = recover() }()
			yield(1)
		} {
			panic("from the body")
		}
	})
	attempt("in the body", func() {
		for n := range func(yield func(int) bool) { kept = yield; yield(1) } {
			if n == 1 {
				kept(2)
			}
		}
	})
	attempt("two goroutines", func() {
		inBody, second := make(chan bool), make(chan any)
		for range func(yield func(int) bool) {
			go func() {
				defer func() { second <- recover() }()
				<-inBody
				yield(2)
			}()
			yield(1)
		} {
			inBody <- true
			panic(<-second)
		}
	})
	// Since: 1.23 range over functions
	// Output:
	// break: continued iteration after function for loop body returned false
	// late: continued iteration after whole loop exit
	// swallowed: recovered a loop body panic and did not resume panicking
	// in the body: continued iteration after loop body panic
	// two goroutines: continued iteration after loop body panic
}

func main() {
	takenOnce()
	widths()
	byField()
	byMethod()
	byIndex()
	closedAnyway()
	sumHidden()
	sumInlined()
	walkNested()
	walkPushed()
	merged()
	stateMessages()
}
