//go:build ignore

// Slices in use: what the header is, what append does with it, and how to
// hand a slice to somebody else.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// header shows what is copied when a slice is assigned or passed: three
// words.
//
// The specification knows no "reference types". A map, a channel and a
// func value are one word, a pointer to something the runtime owns, so a
// callee that inserts into a map changes what the caller sees. A slice is
// a pointer, a length and a capacity. The elements are shared, the length
// is not: whoever appends changes a length of their own.
func header() {
	const word = unsafe.Sizeof(uintptr(0))
	fmt.Println("words of a slice:", unsafe.Sizeof([]byte(nil))/word)
	fmt.Println("words of a string:", unsafe.Sizeof("")/word)
	fmt.Println("words of a map, chan, func:",
		unsafe.Sizeof(map[int]int(nil))/word,
		unsafe.Sizeof((chan int)(nil))/word,
		unsafe.Sizeof((func())(nil))/word)

	rows := []string{"a", "b", "c", "d"}
	page := rows[1:3]
	fmt.Println("page:", page, "len", len(page), "cap", cap(page))

	page[0] = "B" // an element: rows sees it
	fmt.Println("rows:", rows)

	// The length is a window, not a border: up to the capacity, slicing
	// again brings back what lies behind it.
	fmt.Println("behind the page:", page[2:3])

	// The third index moves the border. Now append has to copy.
	tight := rows[1:3:3]
	more := append(tight, "X")
	more[0] = "?"
	fmt.Println("after append to a tight page:", rows)

	// Without it append writes where page's capacity allows: into rows.
	_ = append(page, "X")
	fmt.Println("after append to the page:", rows)
	// Output:
	// words of a slice: 3
	// words of a string: 2
	// words of a map, chan, func: 1 1 1
	// page: [b c] len 2 cap 3
	// rows: [a B c d]
	// behind the page: [d]
	// after append to a tight page: [a B c d]
	// after append to the page: [a B c X]
}

// nilOrEmpty shows where a nil slice and an empty one differ: for == nil
// and little else in the language, and in every encoder that makes the
// difference public.
//
// Inside a program test len(s) == 0 and let both be. At the edge decide: a
// reply whose list is null breaks the client that maps over it, so make
// the list just before it is encoded.
func nilOrEmpty() {
	type reply struct {
		Items []string `json:"items"`
	}
	var none []string
	empty := []string{}

	fmt.Println("lengths:", len(none), len(empty))
	fmt.Println("after append:", append(none, "x"), append(empty, "x"))
	fmt.Println("is nil:", none == nil, empty == nil)
	fmt.Println("deeply equal:", reflect.DeepEqual(none, empty))

	n, _ := json.Marshal(reply{none})
	e, _ := json.Marshal(reply{empty})
	fmt.Printf("as JSON: %s %s\n", n, e)

	// Slicing keeps which of the two it was; copying by append does not.
	fmt.Println("empty[:0] is nil:", empty[:0] == nil)
	fmt.Println("its copy is nil:", append([]string(nil), empty...) == nil)
	// Output:
	// lengths: 0 0
	// after append: [x] [x]
	// is nil: true false
	// deeply equal: false
	// as JSON: {"items":null} {"items":[]}
	// empty[:0] is nil: false
	// its copy is nil: true
}

// kept makes what is stored in it escape, as a field of a server would.
var kept any

// capacities appends n elements one by one and returns each new capacity.
func capacities[T any](n int) []int {
	var s []T
	var zero T
	var caps []int
	for i := 0; i < n; i++ {
		s = append(s, zero)
		kept = s
		if len(caps) == 0 || caps[len(caps)-1] != cap(s) {
			caps = append(caps, cap(s))
		}
	}
	return caps
}

// growth prints the capacities that append goes through. The answer "it
// doubles, then it grows by a quarter" describes none of these rows.
//
// append asks for twice the capacity below 256 elements and for gradually
// less above. The allocator rounds the bytes up to a size class, and
// append takes all of it: hence 848. Since 1.22 an object of more than 512
// bytes that may hold pointers has 8 bytes of type information in front.
// Twice 64 pointers then do not fit the class of 1,024 bytes, the next one
// has 1,152, and the powers of two end at 143.
func growth() {
	fmt.Println("[]int64: ", capacities[int64](1000))
	fmt.Println("[]*int64:", capacities[*int64](1000))
	fmt.Println("[]string:", capacities[string](1000))
	fmt.Println("[][]byte:", capacities[[]byte](1000))
	// Output (!go1.22):
	// []int64:  [1 2 4 8 16 32 64 128 256 512 848 1280]
	// []*int64: [1 2 4 8 16 32 64 128 256 512 848 1280]
	// []string: [1 2 4 8 16 32 64 128 256 512 848 1280]
	// [][]byte: [1 2 4 8 16 32 64 128 256 512 853 1365]
	// Output (go1.22):
	// []int64:  [1 2 4 8 16 32 64 128 256 512 848 1280]
	// []*int64: [1 2 4 8 16 32 64 143 287 607 1023]
	// []string: [1 2 4 8 16 32 71 143 303 591 1023]
	// [][]byte: [1 2 4 8 16 37 74 170 341 682 1135]
}

// The next five functions run the same loop. They differ in what becomes
// of the slice afterwards, and the compiler may look.

//go:noinline
func local(n int) int {
	var ids []int64
	for i := 0; i < n; i++ {
		ids = append(ids, int64(i))
	}
	return cap(ids)
}

//go:noinline
func returned(n int) []int64 {
	var ids []int64
	for i := 0; i < n; i++ {
		ids = append(ids, int64(i))
	}
	return ids
}

//go:noinline
func logged(n int, log *strings.Builder) []int64 {
	var ids []int64
	for i := 0; i < n; i++ {
		ids = append(ids, int64(i))
	}
	fmt.Fprintln(log, "ids:", ids)
	return ids
}

//go:noinline
func ranged(n int) []int64 {
	var ids []int64
	for i := 0; i < n; i++ {
		ids = append(ids, int64(i))
	}
	for i := range ids {
		ids[i]++
	}
	return ids
}

type list struct{ ids []int64 }

//go:noinline
func wrapped(n int) list {
	var ids []int64
	for i := 0; i < n; i++ {
		ids = append(ids, int64(i))
	}
	return list{ids}
}

// appendFates prints the capacity after 1 to 5 appends, of five slices
// that are filled by the same loop.
//
// None of it is promised. Since 1.25 a slice that stays in its function
// starts in 32 bytes of stack. Since 1.26 one that is only returned is
// built there too and copied out at about its length: three elements come
// back without room for a fourth. Print the slice, or put a struct around
// it, and the room is there again. Range over it first, and the room
// depends on the patch release: a mended compiler bug (issue 79909) moved
// it from 1.26.8 to 1.26.9.
func appendFates() {
	log := new(strings.Builder)
	row := func(name string, capacity func(n int) int) {
		fmt.Print(name, ":")
		for n := 1; n <= 5; n++ {
			fmt.Print(" ", capacity(n))
		}
		fmt.Println()
	}
	row("stays", local)
	row("returned", func(n int) int { return cap(returned(n)) })
	row("logged, returned", func(n int) int { return cap(logged(n, log)) })
	row("ranged, returned", func(n int) int { return cap(ranged(n)) })
	row("in a struct", func(n int) int { return cap(wrapped(n).ids) })
	// Output (!go1.25):
	// stays: 1 2 4 4 8
	// returned: 1 2 4 4 8
	// logged, returned: 1 2 4 4 8
	// ranged, returned: 1 2 4 4 8
	// in a struct: 1 2 4 4 8
	// Output (go1.25 && !go1.26):
	// stays: 4 4 4 4 8
	// returned: 1 2 4 4 8
	// logged, returned: 1 2 4 4 8
	// ranged, returned: 1 2 4 4 8
	// in a struct: 1 2 4 4 8
	// Output matches (go1.26 && !go1.27):
	// stays: 4 4 4 4 8
	// returned: 1 2 3 4 8
	// logged, returned: 1 2 4 4 8
	// ranged, returned: 1 2 (3|4) 4 8
	// in a struct: 1 2 4 4 8
	// Output (go1.27):
	// stays: 4 4 4 4 8
	// returned: 1 2 3 4 8
	// logged, returned: 1 2 4 4 8
	// ranged, returned: 1 2 4 4 8
	// in a struct: 1 2 4 4 8
}

var wanted int64 = 3 // not a constant: the compiler must not know it

//go:noinline
func firstIDs(n int64) []int64 {
	var ids []int64
	for i := int64(0); i < n; i++ {
		ids = append(ids, i) // want escape "append escapes to heap"
	}
	return ids
}

// collectFew costs three allocations for three elements, and one since
// 1.26.
//
// Of the append -m says "escapes to heap" on 1.25, where it allocates, and
// on 1.26, where only the return does: the array ends on the heap, it is
// not built there. Count allocations; do not read them off -m.
func collectFew() {
	collected = firstIDs(wanted)
	// Allocs (!go1.26): 3
	// Allocs (go1.26): 1
}

var (
	records   = 1000
	collected []int64
)

// collectGrown lets append find the size: every growth allocates and
// copies.
func collectGrown() {
	var ids []int64
	for i := 0; i < records; i++ {
		ids = append(ids, int64(i))
	}
	collected = ids
	// Allocs (!go1.26): 12
	// Allocs (go1.26): 9
}

// collectSized says the size first. That is the whole optimisation, where
// the size is known and yours: a size from the network is a request for
// memory, see frameLength in pitfalls.go.
func collectSized() {
	ids := make([]int64, 0, records)
	for i := 0; i < records; i++ {
		ids = append(ids, int64(i))
	}
	collected = ids
	// Allocs: 1
	// Faster: 1.8x than collectGrown
}

// spareOf prints how many bytes behind its end a result of the library can
// reach.
//
// Zero means that append has to copy. The Split family, Fields, FieldsFunc
// and regexp cut the capacity to the length. Cut, Trim, Buffer and Scanner
// do not: their results end in the middle of memory that is still in use.
func spareOf() {
	line := func() []byte { return []byte("host=db1;zone=eu ") }
	spare := func(name string, b []byte) {
		fmt.Println(name+":", cap(b)-len(b))
	}

	spare("bytes.Split", bytes.Split(line(), []byte("="))[0])
	spare("bytes.SplitN", bytes.SplitN(line(), []byte("="), 2)[0])
	spare("bytes.Fields", bytes.Fields(line())[0])
	semicolon := func(r rune) bool { return r == ';' }
	spare("bytes.FieldsFunc", bytes.FieldsFunc(line(), semicolon)[0])
	spare("Regexp.Find", regexp.MustCompile("[a-z]+").Find(line()))

	before, _, _ := bytes.Cut(line(), []byte("="))
	spare("bytes.Cut", before)
	spare("bytes.TrimSpace", bytes.TrimSpace(line()))
	spare("bytes.TrimSuffix", bytes.TrimSuffix(line(), []byte("zone=eu ")))
	spare("Buffer.Next", bytes.NewBuffer(line()).Next(4))
	in := bufio.NewScanner(bytes.NewReader(line()))
	in.Scan()
	spare("Scanner.Bytes", in.Bytes())
	// Output:
	// bytes.Split: 0
	// bytes.SplitN: 0
	// bytes.Fields: 0
	// bytes.FieldsFunc: 0
	// Regexp.Find: 0
	// bytes.Cut: 13
	// bytes.TrimSpace: 1
	// bytes.TrimSuffix: 8
	// Buffer.Next: 13
	// Scanner.Bytes: 4079
}

// clearedTail prints what an older variable sees after the slices package
// has shortened the slice in place: leftovers at first, zero values later.
//
// Since 1.22 the functions clear what they cut off, so that pointers there
// do not keep memory alive. Replace of the last elements forgot to, until
// 1.23.
func clearedTail() {
	fresh := func() []string { return []string{"a", "b", "b", "d"} }
	show := func(name string, short, old []string) {
		fmt.Printf("%-15s %q, the old one %q\n", name, short, old)
	}
	a, b, c, d := fresh(), fresh(), fresh(), fresh()
	show("Delete:", slices.Delete(a, 1, 2), a)
	show("Compact:", slices.Compact(b), b)
	show("Replace inside:", slices.Replace(c, 1, 3, "x"), c)
	show("Replace at end:", slices.Replace(d, 1, 4, "x"), d)
	// Since: 1.21 slices.Delete
	// Output (!go1.22):
	// Delete:         ["a" "b" "d"], the old one ["a" "b" "d" "d"]
	// Compact:        ["a" "b" "d"], the old one ["a" "b" "d" "d"]
	// Replace inside: ["a" "x" "d"], the old one ["a" "x" "d" "d"]
	// Replace at end: ["a" "x"], the old one ["a" "x" "b" "d"]
	// Output (go1.22 && !go1.23):
	// Delete:         ["a" "b" "d"], the old one ["a" "b" "d" ""]
	// Compact:        ["a" "b" "d"], the old one ["a" "b" "d" ""]
	// Replace inside: ["a" "x" "d"], the old one ["a" "x" "d" ""]
	// Replace at end: ["a" "x"], the old one ["a" "x" "b" "d"]
	// Output (go1.23):
	// Delete:         ["a" "b" "d"], the old one ["a" "b" "d" ""]
	// Compact:        ["a" "b" "d"], the old one ["a" "b" "d" ""]
	// Replace inside: ["a" "x" "d"], the old one ["a" "x" "d" ""]
	// Replace at end: ["a" "x"], the old one ["a" "x" "" ""]
}

// heapMB returns the megabytes of live heap.
func heapMB() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc >> 20
}

// heldBy returns the megabytes that are live while only view's result is.
func heldBy(view func(body []byte) []byte) uint64 {
	body := make([]byte, 32<<20)
	v := view(body)
	mb := heapMB()
	runtime.KeepAlive(v)
	return mb
}

// emptyViews asks what a slice of no elements keeps alive: all of its
// array, even where the capacity is zero too.
//
// body[len(body):] points at an array that it can't reach a byte of. A
// clone is the cure, except on 1.22 and 1.23, where slices.Clone of an
// empty slice returned an empty slice of the same array.
func emptyViews() {
	end := func(body []byte) []byte { return body[len(body):] }
	appended := func(body []byte) []byte {
		return append([]byte(nil), body[:0]...)
	}
	cloned := func(body []byte) []byte { return slices.Clone(body[:0]) }

	fmt.Println("MB held by body[len(body):]:", heldBy(end))
	fmt.Println("MB held by append(nil, body[:0]...):", heldBy(appended))
	fmt.Println("MB held by slices.Clone(body[:0]):", heldBy(cloned))
	// Since: 1.21 slices.Clone
	// Output (!go1.22):
	// MB held by body[len(body):]: 32
	// MB held by append(nil, body[:0]...): 0
	// MB held by slices.Clone(body[:0]): 0
	// Output (go1.22 && !go1.24):
	// MB held by body[len(body):]: 32
	// MB held by append(nil, body[:0]...): 0
	// MB held by slices.Clone(body[:0]): 32
	// Output (go1.24):
	// MB held by body[len(body):]: 32
	// MB held by append(nil, body[:0]...): 0
	// MB held by slices.Clone(body[:0]): 0
}

// gather runs the requests at once and keeps the order of the answers.
//
// Elements of a slice are variables of their own. Goroutines that write
// different ones need no lock, and Wait orders the writes before the read.
// What they must not touch is the slice itself: append in the goroutine
// would be a race on the length and on the array.
func gather() {
	shops := []string{"amber", "basalt", "cobalt"}
	prices := make([]int, len(shops)) // the length, not the capacity
	var wg sync.WaitGroup
	for i, shop := range shops {
		wg.Add(1)
		go func(i int, shop string) {
			defer wg.Done()
			prices[i] = len(shop) * 100
		}(i, shop)
	}
	wg.Wait()
	fmt.Println("prices:", prices)
	// Output:
	// prices: [500 600 600]
}

// A chain is a sequence of steps that never changes: with returns a longer
// one.
type chain struct{ steps []string }

// with copies before it appends, at exactly the size, so that two chains
// made from one never meet in its spare capacity.
func (c chain) with(step string) chain {
	steps := make([]string, len(c.steps), len(c.steps)+1)
	copy(steps, c.steps)
	return chain{append(steps, step)}
}

// all returns the steps for reading. The capacity is cut off, so a caller
// who appends gets an array of their own. One who writes an element still
// writes here: only a copy protects against that.
func (c chain) all() []string { return c.steps[:len(c.steps):len(c.steps)] }

// chainWith derives two chains from one, the way an API should that people
// will use without reading about slices.
func chainWith() {
	base := chain{}.with("log").with("auth").with("limit")
	admin := base.with("admin only")
	public := base.with("cache")

	_ = append(base.all(), "from outside")
	fmt.Println("base:", strings.Join(base.all(), ", "))
	fmt.Println("admin:", strings.Join(admin.all(), ", "))
	fmt.Println("public:", strings.Join(public.all(), ", "))
	// Output:
	// base: log, auth, limit
	// admin: log, auth, limit, admin only
	// public: log, auth, limit, cache
}

func main() {
	header()
	nilOrEmpty()
	growth()
	appendFates()
	collectFew()
	collectGrown()
	collectSized()
	spareOf()
	clearedTail()
	emptyViews()
	gather()
	chainWith()
}
