//go:build ignore

// Pointers in use: what is copied, where a variable lives, what a pointer
// keeps alive and costs, and how to share what it points to.
package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"
	"weak"
)

// A point is two coordinates.
type point struct{ x, y int }

func (p point) movedRight() point { p.x++; return p }
func (p *point) moveRight()       { p.x++ }

// copies shows the one rule: assignment, argument, receiver, range value
// and result are copies, of the whole value and of nothing behind it.
//
// Of a struct or an array that is all its bytes. Of a pointer, a map, a
// channel or a func it is one word, so the copy leads to the same thing.
// The specification has no "passing by reference" and no "reference type".
func copies() {
	var a [3]point
	b := a // all three points
	b[0].x = 9
	fmt.Println("array and its copy:", a[0].x, b[0].x)

	// a[0] is addressable, so the call is (&a[0]).moveRight().
	a[0].moveRight()
	a[0].movedRight() // the result is dropped, a[0] as before
	fmt.Println("after two calls:", a[0].x)

	// A map's element has no address. m["p"].moveRight() does not compile:
	// a map moves its elements when it grows, and corrects no pointers.
	m := map[string]point{"p": {}}
	p := m["p"]
	p.moveRight()
	fmt.Println("element, its copy:", m["p"].x, p.x)
	m["p"] = p
	fmt.Println("stored again:", m["p"].x)

	// An interface holds a copy too, and that one can't be changed.
	var s interface{ movedRight() point } = a[0]
	a[0].x = 50
	fmt.Println("in the interface:", s.(point).x)

	// A method value copies its receiver when it is made.
	f := a[0].movedRight
	a[0].x = 70
	fmt.Println("by method value:", f().x)

	// A pointer is copied like the rest: q and r are two, p is one.
	q := &p
	r := q
	r.x = -1
	fmt.Println("through two pointers:", q.x, p.x)
	// Output:
	// array and its copy: 0 9
	// after two calls: 1
	// element, its copy: 0 1
	// stored again: 1
	// in the interface: 1
	// by method value: 51
	// through two pointers: -1 -1
}

// A frame is 8 KB.
type frame struct{ samples [1024]int64 }

var (
	live frame
	last *frame
	sum  int64
)

//go:noinline
func ofValue(f frame) int64 { return f.samples[10] }

//go:noinline
func ofPointer(f *frame) int64 { return f.samples[10] }

//go:noinline
func ofKept(f *frame) int64 { last = f; return f.samples[10] }

// bigByValue passes 8 KB by value. The copy is on the stack: it costs time
// and never an allocation.
//
// It is still much cheaper than bigKept, the same call by a pointer that
// is kept. What decides is not the size of the argument but what the
// callee does with it.
func bigByValue() {
	f := live
	f.samples[10] = sum
	sum += ofValue(f)
	// Allocs: 0
	// Faster: 2x than bigKept
}

// bigByPointer passes 8 bytes and saves one of the two copies.
//
// The callee only reads, so f stays on the stack. The price is that a
// reader of this line no longer knows whether f is still the same after
// the call.
func bigByPointer() {
	f := live
	f.samples[10] = sum
	sum += ofPointer(&f)
	// Allocs: 0
}

// bigKept passes the same pointer to a function that keeps it: 8 KB of
// heap for each call, to be cleared, filled, marked and freed.
func bigKept() {
	f := live // want escape "moved to heap: f"
	f.samples[10] = sum
	sum += ofKept(&f)
	// See: escape
	// Allocs: 1
}

// A user is what the next functions make and pass.
type user struct {
	id   int64
	rest [6]int64
}

func (u *user) key() int64 { return u.id }

type keyed interface{ key() int64 }

var (
	kept     *user
	boxed    any
	small    = 7
	big      = 1000
	ten      = 10
	switched bool
)

func newUser() *user { return &user{id: 1} }

//go:noinline
func makeUser() *user { return &user{id: 1} }

//go:noinline
func read(u *user) int64 { return u.id }

//go:noinline
func mayKeep(u *user) {
	if switched {
		kept = u
	}
}

func keyOf(k keyed) int64 { return k.key() }

//go:noinline
func keyOfAny(k keyed) int64 { return k.key() }

// fates counts allocations: where a variable lives is decided by how long
// it is needed, by its size, and by what the compiler can see.
//
// The rows that are the same on all releases are rules to remember. The
// three others are the reason to measure instead.
func fates() {
	n := func(f func()) int { return int(testing.AllocsPerRun(50, f)) }

	// Not "returns a pointer" decides but whether the call is inlined.
	fmt.Println("constructor inlined, not inlined:",
		n(func() { sum += newUser().id }),
		n(func() { sum += makeUser().id }))
	// A path that is never taken counts like any other.
	fmt.Println("callee reads, might keep:",
		n(func() { var u user; sum += read(&u) }),
		n(func() { var u user; mayKeep(&u) }))
	// Through an interface the callee is unknown, unless inlining shows
	// the type.
	fmt.Println("interface inlined, not inlined:",
		n(func() { var u user; sum += keyOf(&u) }),
		n(func() { var u user; sum += keyOfAny(&u) }))
	// A store through a pointer counts as a store to the heap.
	fmt.Println("in a literal, stored through a pointer:",
		n(func() { var u user; p := &struct{ u *user }{&u}; sum += p.u.id }),
		n(func() { var u user; var p *user; q := &p; *q = &u; sum += p.id }))
	// Boxing: pointers and small integers need no new memory.
	fmt.Println("any of a pointer, of 7, of 1000:",
		n(func() { boxed = kept }),
		n(func() { boxed = small }),
		n(func() { boxed = big }))
	// Size: 64 KB for what new, & and make create. What is declared may
	// have 10 MB, and since 1.24 128 KB.
	fmt.Println("70 KB declared, by new:",
		n(func() { var b [70 << 10]byte; p := &b; p[ten]++; sum += int64(p[0]) }),
		n(func() { p := new([70 << 10]byte); p[ten]++; sum += int64(p[0]) }))

	fmt.Println("pointers to 3 loop variables:",
		n(func() {
			for _, v := range [3]int{1, 2, 3} {
				boxed = &v
			}
		}))
	fmt.Println("200 KB declared:",
		n(func() { var b [200 << 10]byte; b[ten]++; sum += int64(b[small]) }))
	fmt.Println("make of 10 bytes, any of a local 1000:",
		n(func() { b := make([]byte, ten); b[small]++; sum += int64(b[0]) }),
		n(func() { v := 1000; boxed = v }))
	// Output (!go1.22):
	// constructor inlined, not inlined: 0 1
	// callee reads, might keep: 0 1
	// interface inlined, not inlined: 0 1
	// in a literal, stored through a pointer: 0 1
	// any of a pointer, of 7, of 1000: 0 0 1
	// 70 KB declared, by new: 0 1
	// pointers to 3 loop variables: 1
	// 200 KB declared: 0
	// make of 10 bytes, any of a local 1000: 1 1
	// Output (go1.22 && !go1.24):
	// constructor inlined, not inlined: 0 1
	// callee reads, might keep: 0 1
	// interface inlined, not inlined: 0 1
	// in a literal, stored through a pointer: 0 1
	// any of a pointer, of 7, of 1000: 0 0 1
	// 70 KB declared, by new: 0 1
	// pointers to 3 loop variables: 3
	// 200 KB declared: 0
	// make of 10 bytes, any of a local 1000: 1 1
	// Output (go1.24 && !go1.25):
	// constructor inlined, not inlined: 0 1
	// callee reads, might keep: 0 1
	// interface inlined, not inlined: 0 1
	// in a literal, stored through a pointer: 0 1
	// any of a pointer, of 7, of 1000: 0 0 1
	// 70 KB declared, by new: 0 1
	// pointers to 3 loop variables: 3
	// 200 KB declared: 1
	// make of 10 bytes, any of a local 1000: 1 1
	// Output (go1.25):
	// constructor inlined, not inlined: 0 1
	// callee reads, might keep: 0 1
	// interface inlined, not inlined: 0 1
	// in a literal, stored through a pointer: 0 1
	// any of a pointer, of 7, of 1000: 0 0 1
	// 70 KB declared, by new: 0 1
	// pointers to 3 loop variables: 3
	// 200 KB declared: 1
	// make of 10 bytes, any of a local 1000: 0 0
}

//go:noinline
func recurse(depth int) int {
	var frame [256]byte
	frame[depth%256] = 1
	if depth == 0 {
		return 0
	}
	return recurse(depth-1) + int(frame[depth%256])
}

// stackMoves looks at a variable whose stack is too small and gets copied:
// its address changes, and every pointer to it with it.
//
// The runtime knows where the pointers of a frame are, and corrects those
// that lead into the old stack. What it takes for a number, it leaves.
func stackMoves() {
	done := make(chan bool)
	go func() {
		n := 42
		p := &n
		before := uintptr(unsafe.Pointer(p))
		recurse(1000) // 256 KB
		after := uintptr(unsafe.Pointer(p))
		fmt.Println("moved:", before != after)
		fmt.Println("pointer still right:", p == &n && *p == 42)
		close(done)
	}()
	<-done
	// Output:
	// moved: true
	// pointer still right: true
}

type nothing struct{}

var globalA, globalB = &nothing{}, new(nothing)

//go:noinline
func equal(a, b *nothing) bool { return a == b }

// sameAddress compares pointers to two variables of size zero in several
// ways. They "may or may not be equal", says the specification, and not
// even one program has to decide.
//
// The third line compares one pair twice. Where the compiler sees both
// variables, and neither escapes, it answers false without looking. The
// function looks, and finds one address.
func sameAddress() {
	fmt.Println("package variables:", globalA == globalB)

	a, b := new(nothing), new(nothing)
	fmt.Println("here:", a == b)
	fmt.Println("here, and in a function:", a == b, equal(a, b))

	c, d := new(nothing), new(nothing)
	fmt.Println("as interfaces, literally:", any(c) == any(d))

	s := make([]nothing, 2)
	fmt.Println("elements:", &s[0] == &s[1])
	// Output (!go1.21):
	// package variables: false
	// here: false
	// here, and in a function: false true
	// as interfaces, literally: true
	// elements: true
	// Output (go1.21 && !go1.25):
	// package variables: true
	// here: false
	// here, and in a function: false true
	// as interfaces, literally: true
	// elements: true
	// Output (go1.25):
	// package variables: true
	// here: false
	// here, and in a function: false true
	// as interfaces, literally: false
	// elements: true
}

// heapMB returns the megabytes of live heap, rounded.
func heapMB() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return (m.HeapAlloc + 1<<19) >> 20
}

// A tenant has a counter, and everything else.
type tenant struct {
	requests int64
	cache    [32 << 20]byte
}

//go:noinline
func newID(n uint32) *uint32 { return &n }

// held asks what one pointer keeps alive: the whole object that it leads
// into, and sometimes its neighbours.
//
// Register the counter of a tenant with your metrics, by &t.requests, and
// the tenant stays when it is closed. The collector knows objects as they
// were allocated; fields it does not.
//
// Values below 16 bytes without pointers share a block of 16. It is freed
// when the last of them is: with one of four kept, nothing is.
func held() {
	t := new(tenant)
	counter := &t.requests
	t = nil
	fmt.Println("MB held by 8 bytes of a tenant:", heapMB())
	runtime.KeepAlive(counter)

	ids := make([]*uint32, 1<<20)
	before := heapMB()
	for i := range ids {
		ids[i] = newID(uint32(i))
	}
	fmt.Println("MB of ids:", heapMB()-before)
	for i := range ids {
		if i%4 != 0 {
			ids[i] = nil
		}
	}
	fmt.Println("MB when 3 of 4 are dropped:", heapMB()-before)
	for i := range ids {
		if i%16 != 0 {
			ids[i] = nil
		}
	}
	fmt.Println("MB when 15 of 16 are dropped:", heapMB()-before)
	runtime.KeepAlive(ids)
	// Output:
	// MB held by 8 bytes of a tenant: 32
	// MB of ids: 4
	// MB when 3 of 4 are dropped: 4
	// MB when 15 of 16 are dropped: 1
}

// scannedMB returns how many megabytes of heap the collector has to look
// at for pointers while v is alive.
func scannedMB(v any) uint64 {
	runtime.GC()
	runtime.GC()
	sample := []metrics.Sample{{Name: "/gc/scan/heap:bytes"}} // 1.21
	metrics.Read(sample)
	runtime.KeepAlive(v)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return (sample[0].Value.Uint64() + 1<<19) >> 20
}

// scanned shows what the collector pays for each live megabyte: all of it
// if the elements hold a pointer, nothing if they do not.
//
// Each slice has 8 MB of elements. time.Time looks like a number and holds
// a *Location; a string is a pointer and a length. Where millions of
// records live long, UnixNano and an offset into one byte slice take them
// out of every collection.
func scanned() {
	const n = 1 << 17
	type byTime struct {
		at   time.Time
		rest [5]int64
	}
	type byNano struct {
		at   int64
		rest [7]int64
	}
	pointers := make([]*byNano, n) // 1 MB, and 8 MB behind them
	for i := range pointers {
		pointers[i] = new(byNano)
	}
	fmt.Println("MB scanned of *byNano:", scannedMB(pointers))
	pointers = nil
	fmt.Println("MB scanned of byTime:", scannedMB(make([]byTime, n)))
	fmt.Println("MB scanned of byNano:", scannedMB(make([]byNano, n)))
	// Output (go1.21):
	// MB scanned of *byNano: 1
	// MB scanned of byTime: 8
	// MB scanned of byNano: 0
}

// A change is what a client wants changed. What it does not mention stays.
type change struct {
	Name  *string        `json:"name,omitempty"`
	Quota *int           `json:"quota,omitempty"`
	Wait  *time.Duration `json:"wait,omitempty"`
}

// optional uses pointers for what a value can't say: absent is not zero.
//
// new(expr) needs no helper: the type is that of the expression, and the
// variable is a new one. It copies, as every initialisation does.
func optional() {
	quota := 5
	c := change{Quota: new(quota - 5), Wait: new(2 * time.Second)}
	body, _ := json.Marshal(c) // can't fail: plain fields
	fmt.Println("sent:", string(body))

	p := new(quota)
	quota = 100
	fmt.Println("a copy:", *p)

	// Decode into a fresh value. null and absent are both nil: if the
	// difference matters, the type has to have three states.
	var got change
	err := json.Unmarshal([]byte(`{"quota":0,"name":null}`), &got)
	fmt.Println("name, quota, wait given:",
		got.Name != nil, got.Quota != nil, got.Wait != nil, err)
	// Since: 1.26 new(expr)
	// Output:
	// sent: {"quota":0,"wait":2000000000}
	// a copy: 5
	// name, quota, wait given: false true false <nil>
}

// A flagSet is never changed after it has been published.
type flagSet struct {
	version int
	on      map[string]bool
}

// flags holds the flag set in use. Its readers take no lock.
var flags atomic.Pointer[flagSet]

// update publishes a changed copy of the flags.
//
// Load, copy, Store would lose one of two updates that overlap.
// CompareAndSwap stores if nobody else did, and otherwise the change is
// made again, to what is there now.
func update(change func(on map[string]bool)) {
	for {
		old := flags.Load()
		next := &flagSet{old.version + 1, make(map[string]bool)}
		for name, on := range old.on {
			next.on[name] = on
		}
		change(next.on)
		if flags.CompareAndSwap(old, next) {
			return
		}
	}
}

// published lets 20 goroutines switch on a flag each, and others read.
//
// The pointer is all that is shared and changes. Storing it happens before
// a Load that sees it, and so does all that was written before: readers
// need no more than Load, once for each request, kept in a variable. Two
// Loads may be two versions.
func published() {
	flags.Store(&flagSet{})
	var wg sync.WaitGroup
	for i := 0; i < 20; i++ {
		wg.Add(2)
		name := strings.Repeat("x", i+1)
		go func() {
			defer wg.Done()
			update(func(on map[string]bool) { on[name] = true })
		}()
		go func() {
			defer wg.Done()
			f := flags.Load()
			if len(f.on) != f.version {
				panic("half a version")
			}
		}()
	}
	wg.Wait()
	f := flags.Load()
	fmt.Println("flags, version:", len(f.on), f.version)
	// Since: 1.19 atomic.Pointer
	// Output:
	// flags, version: 20 20
}

type (
	eight   struct{ a, b int32 }
	sixteen struct{ a, b, c, d int32 }
)

//go:noinline
func newEight() *eight { return new(eight) }

//go:noinline
func newSixteen() *sixteen { return new(sixteen) }

// collected makes 64 objects of a kind that nobody keeps, and reports
// whether most weak pointers to them have become nil and whether most
// cleanups have run, a few collections later.
func collected[T any](fresh func() *T) (weakNil, cleaned bool) {
	const n = 64
	var pointers []weak.Pointer[T]
	for i := 0; i < n; i++ {
		pointers = append(pointers, weak.Make(fresh()))
	}
	ran := make(chan int, n)
	for i := 0; i < n; i++ {
		runtime.AddCleanup(fresh(), func(i int) { ran <- i }, i)
	}
	for i := 0; i < 8; i++ {
		done := make(chan struct{})
		runtime.AddCleanup(new([8]*int), func(int) { close(done) }, 0)
		runtime.GC()
		<-done
	}
	dead := 0
	for _, p := range pointers {
		if p.Value() == nil {
			dead++
		}
	}
	return dead > n/2, len(ran) > n/2
}

// smallTargets asks whether objects of 8 bytes are collected that have
// nothing but a weak pointer or a cleanup. On 1.24 and 1.25 they are not.
//
// The weak handle was 8 bytes without pointers, the cleanup's copy of an
// int too: both came from the block of 16 in which the object lay, and the
// runtime holds on to both. The object was kept alive by what waited for
// its end. From 16 bytes on, or with a pointer inside, all is well, and
// since 1.26 below as well.
func smallTargets() {
	weakNil, cleaned := collected(newEight)
	fmt.Println("8 bytes: weak nil", weakNil, "cleaned up", cleaned)
	weakNil, cleaned = collected(newSixteen)
	fmt.Println("16 bytes: weak nil", weakNil, "cleaned up", cleaned)
	// Since: 1.24 runtime.AddCleanup
	// Output (!go1.26):
	// 8 bytes: weak nil false cleaned up false
	// 16 bytes: weak nil true cleaned up true
	// Output (go1.26):
	// 8 bytes: weak nil true cleaned up true
	// 16 bytes: weak nil true cleaned up true
}

func main() {
	copies()
	bigByValue()
	bigByPointer()
	bigKept()
	fates()
	stackMoves()
	sameAddress()
	held()
	scanned()
	optional()
	published()
	smallTargets()
}
