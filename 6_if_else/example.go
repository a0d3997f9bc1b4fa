//go:build ignore

// Examples of if: what == asks, when an operand is read, what a branch
// costs, and conditions that hold when they are acted upon.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// equalities asks == of one type after the other. The question is another
// one each time, and only some of them are "the same".
func equalities() {
	// Constants are exact numbers; variables have been rounded.
	x, y := 0.1, 0.2
	fmt.Println("constants:", 0.1+0.2 == 0.3, "variables:", x+y == 0.3)

	// Two zeros are equal, and divide differently.
	minus := math.Copysign(0, -1)
	fmt.Println("zeros:", minus == 0, "inverses:", 1/minus == 1/(minus*-1))

	// A conversion in front compares what is left.
	id := int64(1)<<53 + 1
	fmt.Println("as float64:", float64(id) == float64(id-1))

	// An interface: first the dynamic type, then the value. An int against
	// an int64 is false, not an error.
	var count any = 7
	fmt.Println("int and int64:", count == int64(7), "int:", count == 7)

	// Equal length first, then the same memory or equal bytes.
	text := fmt.Sprint("ab", 1)
	fmt.Println("strings:", text == "ab1")

	// Pointers and channels: the same variable, not an equal one.
	a, b := &[]int{1}, &[]int{1}
	fmt.Println("pointers:", a == b)

	// An instant has a wall clock, a location, sometimes a monotonic
	// reading; == wants all of them alike.
	deadline := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	same := deadline.In(time.FixedZone("", 3600))
	fmt.Println("times:", deadline == same, "Equal:", deadline.Equal(same))
	// Output:
	// constants: true variables: false
	// zeros: true inverses: false
	// as float64: true
	// int and int64: false int: true
	// strings: true
	// pointers: false
	// times: false Equal: true
}

type list []int

// A reading has a value of any type; its station comes second.
type reading struct {
	value   any
	station int
}

// equal reports a == b, or that it panics.
func equal(a, b any) (result string) {
	defer func() {
		if recover() != nil {
			result = "panic"
		}
	}()
	return fmt.Sprint(a == b)
}

// howDeep shows where == of interfaces stops. It goes through elements and
// fields in order, into interfaces in them, and ends at the first
// difference or at the first dynamic type without ==.
func howDeep() {
	// The outer types differ: nothing else is looked at.
	fmt.Println("list, int:", equal(list{1}, 1))
	// The same type, and it has no ==. Even with itself.
	fmt.Println("list, list:", equal(list{1}, list{1}))

	// An element in front differs.
	fmt.Println("behind:", equal([2]any{1, list{}}, [2]any{2, list{}}))
	// One behind does, in its type even; it is not reached.
	fmt.Println("in front:", equal([2]any{list{}, 1}, [2]any{list{}, "a"}))
	// That an int would be cheaper to compare changes nothing.
	fmt.Println("fields:", equal(reading{list{}, 1}, reading{list{}, 2}))
	// Two levels down, the types differ again.
	fmt.Println("nested:",
		equal(reading{reading{1, 1}, 1}, reading{list{}, 1}))
	// Output:
	// list, int: false
	// list, list: panic
	// behind: false
	// in front: panic
	// fields: panic
	// nested: false
}

// readAfterCall compares an operand with a call that changes it. true means
// that the old value was read, before the call. Only calls, receives and
// the logical operators have an order in the specification.
func readAfterCall() {
	n := 1
	fmt.Println("variable:", n == func() int { n = 2; return 1 }())

	p := &struct{ n int }{1}
	fmt.Println("field:", p.n == func() int { p.n = 2; return 1 }())

	s := []int{1}
	fmt.Println("element:", s[0] == func() int { s[0] = 2; return 1 }())

	// A built-in function is a call.
	fmt.Println("len:", len(s) == func() int { s = nil; return 1 }())

	// An assertion is none, and is made at once.
	var v any = 1
	fmt.Println("assertion:", v.(int) == func() int { v = 2; return 1 }())

	// A map is asked late, unless the key is converted from bytes: then
	// the lookup follows the conversion immediately.
	hits := map[string]int{"a": 1}
	key, raw := "a", []byte("a")
	fmt.Println("m[key]:",
		hits[key] == func() int { hits["a"] = 2; return 1 }())
	hits["a"] = 1
	fmt.Println("m[string(raw)]:",
		hits[string(raw)] == func() int { hits["a"] = 2; return 1 }())

	// && has an order, so its left side is settled before.
	n = 1
	fmt.Println("n == 1 &&:", n == 1 && func() bool { n = 2; return true }())
	// Output:
	// variable: false
	// field: false
	// element: false
	// len: true
	// assertion: true
	// m[key]: false
	// m[string(raw)]: true
	// n == 1 &&: true
}

// An entry is what an index finds.
type entry struct {
	size, parts int
	name        string
}

var errMissing = errors.New("missing")

func find(name string) (*entry, error) { return nil, errMissing }

// An index finds entries by name.
type index map[string]*entry

func (x index) find(name string) (*entry, error) {
	if e, ok := x[name]; ok {
		return e, nil
	}
	return nil, errMissing
}

func (x index) sizeOf(name string) (int, error) {
	e, err := x.find(name)
	size := e.size
	if err != nil {
		return 0, err
	}
	return size, nil
}

var sizeSum int

// used runs a function that uses an entry before it checks the error, and
// says how that ends.
func used(f func(e *entry, err error) error) (end string) {
	defer func() {
		if recover() != nil {
			end = "panic"
		}
	}()
	e, err := find("a")
	return f(e, err).Error()
}

// delayedChecks has six statements between a call and the check of its
// error. Each must panic. From 1.21 to 1.24 the compiler could move the nil
// check behind the if, when the value is needed there only.
func delayedChecks() {
	fmt.Println("field:", used(func(e *entry, err error) error {
		size := e.size
		if err != nil {
			return err
		}
		return fmt.Errorf("size %d", size)
	}))
	// A copy of four words, for which 1.21 did not do it yet.
	fmt.Println("copy:", used(func(e *entry, err error) error {
		c := *e
		if err != nil {
			return err
		}
		return fmt.Errorf("entry %v", c)
	}))
	// The address of a field is a nil check as well.
	fmt.Println("address:", used(func(e *entry, err error) error {
		p := &e.size
		if err != nil {
			return err
		}
		return fmt.Errorf("size %d", *p)
	}))
	// The value is needed on both paths, so the load stays where it is.
	fmt.Println("logged:", used(func(e *entry, err error) error {
		size := e.size
		if err != nil {
			return fmt.Errorf("size %d: %w", size, err)
		}
		return fmt.Errorf("size %d", size)
	}))
	// The first shape again, in sizeOf, which is inlined with what it
	// calls. The second caller does not want the size.
	var files index
	fmt.Println("inlined:", used(func(*entry, error) error {
		size, err := files.sizeOf("a")
		sizeSum += size
		return err
	}))
	fmt.Println("discarded:", used(func(*entry, error) error {
		_, err := files.sizeOf("a")
		return err
	}))
	// Output (!go1.21):
	// field: panic
	// copy: panic
	// address: panic
	// logged: panic
	// inlined: panic
	// discarded: panic
	// Output (go1.21 && !go1.22):
	// field: missing
	// copy: panic
	// address: missing
	// logged: panic
	// inlined: missing
	// discarded: panic
	// Output (go1.22 && !go1.25):
	// field: missing
	// copy: missing
	// address: missing
	// logged: panic
	// inlined: missing
	// discarded: panic
	// Output (go1.25):
	// field: panic
	// copy: panic
	// address: panic
	// logged: panic
	// inlined: panic
	// discarded: panic
}

// load reads a file of settings. Each check returns, so each line below a
// check may rely on it, and the way that usually is taken stays at the left
// margin. What is expected, "there is none", is told apart from failure
// right where it occurs.
func load(path string) (settings string, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "defaults", nil
	}
	if err != nil {
		return "", fmt.Errorf("load settings: %w", err)
	}
	if len(data) == 0 {
		return "", fmt.Errorf("load settings: %w", io.ErrUnexpectedEOF)
	}
	return string(data), nil
}

func tempDir() string {
	dir, err := os.MkdirTemp("", "if")
	if err != nil {
		panic(err)
	}
	return dir
}

// leftMargin loads settings that are absent, empty, present, and behind a
// path that leads through a file.
func leftMargin() {
	dir := tempDir()
	defer os.RemoveAll(dir)
	empty, full := filepath.Join(dir, "empty"), filepath.Join(dir, "full")
	for _, err := range []error{
		os.WriteFile(empty, nil, 0o600),
		os.WriteFile(full, []byte("rate=7"), 0o600),
	} {
		if err != nil {
			panic(err)
		}
	}
	fmt.Println(load(filepath.Join(dir, "absent")))
	fmt.Println(load(full))

	// Wrapped errors keep their identity for errors.Is, and for nothing
	// that is older than it.
	_, err := load(empty)
	fmt.Println(err == io.ErrUnexpectedEOF,
		errors.Is(err, io.ErrUnexpectedEOF))

	// Neither absent nor readable. "if it does not exist … else it does"
	// has no branch for this.
	_, err = load(filepath.Join(full, "settings"))
	fmt.Println("absent:", os.IsNotExist(err), "error:", err != nil)
	// Output:
	// defaults <nil>
	// rate=7 <nil>
	// false true
	// absent: false error: true
}

// claimed lets four workers claim one job and returns how many got it.
func claimed(claim func(worker int) bool) int {
	var (
		all sync.WaitGroup
		mu  sync.Mutex
		won int
	)
	for i := 0; i < 4; i++ {
		i := i
		all.Add(1)
		go func() {
			defer all.Done()
			if claim(i) {
				mu.Lock()
				won++
				mu.Unlock()
			}
		}()
	}
	all.Wait()
	return won
}

// claimedOnce asks and acts in one step, for three places where a state can
// be. The condition is the result of the act.
func claimedOnce() {
	// A file: O_EXCL makes creation fail if it is there, for other
	// processes too. os.Stat in front would answer for the past.
	dir := tempDir()
	defer os.RemoveAll(dir)
	job := filepath.Join(dir, "job")
	fmt.Println("by file:", claimed(func(int) bool {
		f, err := os.OpenFile(job, os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return false
		}
		return f.Close() == nil
	}))

	// A map: the one who stored it is the one who did not load it.
	var owners sync.Map
	fmt.Println("by key:", claimed(func(worker int) bool {
		_, loaded := owners.LoadOrStore("job", worker)
		return !loaded
	}))

	// A lock: question and act are under the same one.
	var mu sync.Mutex
	taken := false
	fmt.Println("by lock:", claimed(func(int) bool {
		mu.Lock()
		defer mu.Unlock()
		if taken {
			return false
		}
		taken = true
		return true
	}))
	// Output:
	// by file: 1
	// by key: 1
	// by lock: 1
}

// checksum of a header, its length asked first: behind the branch the
// compiler knows the answer, and the indexes are free.
func checksum(p []byte) uint32 {
	if len(p) < 4 {
		return 0
	}
	return uint32(p[0]) ^ uint32(p[1])<<8 ^ uint32(p[3])<<24
}

// checksumUnasked leaves the question to each index. From the highest to
// the lowest one check is enough; this order needs all of them.
func checksumUnasked(p []byte) uint32 {
	a := uint32(p[0])                  // want bounds "Found IsInBounds"
	b := uint32(p[1])                  // want bounds "Found IsInBounds"
	return a ^ b<<8 ^ uint32(p[3])<<24 // want bounds "Found IsInBounds"
}

var (
	header = []byte{1, 2, 3, 4}
	total  uint32
)

// provenByIf sums headers. A guard clause is information: for the reader,
// and for the compiler's prove pass, which carries it to each line that the
// branch dominates.
func provenByIf() {
	total = checksum(header) ^ checksumUnasked(header)
	// Allocs: 0
	// See: bounds
}

const tracing = false

var verbose = false

// step is cheap enough to be inlined: what stands behind a false constant
// is gone before its cost is counted.
func step(n int) int { // want inline "can inline step( |$)"
	if tracing {
		fmt.Println("step", n, os.Getenv("TRACE"), os.Args, time.Now())
		fmt.Println("step", n, os.Getenv("TRACE"), os.Args, time.Now())
	}
	return n + 1
}

// stepVerbose asks a variable, so the code has to be there.
func stepVerbose(n int) int {
	if verbose {
		fmt.Println("step", n, os.Getenv("TRACE"), os.Args, time.Now())
		fmt.Println("step", n, os.Getenv("TRACE"), os.Args, time.Now())
	}
	return n + 1
}

var steps int

// constantOff counts with a switch that is decided at build time. Both
// files of such a constant, one under a build tag, compile alike, so the
// dead branch can't rot.
func constantOff() {
	n := steps
	for i := 0; i < 1000; i++ {
		n = step(n)
	}
	steps = n
	// Allocs: 0
	// Faster: 2x than variableOff
	// See: inline
}

// variableOff counts with a switch that can be flipped in production. The
// price is a load, a branch that is predicted, and here the call.
func variableOff() {
	n := steps
	for i := 0; i < 1000; i++ {
		n = stepVerbose(n)
	}
	steps = n
	// Allocs: 0
}

// sizes are in no order, so that no processor guesses them.
var sizes = func() (s [1 << 16]int64) {
	x := uint32(1)
	for i := range s {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		s[i] = int64(x % 256)
	}
	return s
}()

var (
	large  [1 << 16]int64
	nLarge int
)

// largeByIf collects what is at least 128. The branch goes either way, and
// each wrong guess costs as much as some ten turns without one.
func largeByIf() {
	n := 0
	for _, size := range &sizes {
		if size >= 128 {
			large[n&(1<<16-1)] = size
			n++
		}
	}
	nLarge = n
	// Allocs: 0
	// See: assembly
}

var sumLarge int64

// sumByIf adds what is at least 128. This branch only chooses a value, so
// the compiler makes a conditional move of it, and the order of the sizes
// does not matter.
func sumByIf() {
	var sum int64
	for _, size := range &sizes {
		if size >= 128 {
			sum += size
		}
	}
	sumLarge = sum
	// Allocs: 0
	// Faster: 4x than largeByIf
	// See: assembly
}

// largeWithout always stores, and moves on by 0 or 1. The compiler does not
// make this of the loop above, since a store that was not asked for could
// be seen.
func largeWithout() {
	n := 0
	for _, size := range &sizes {
		large[n&(1<<16-1)] = size
		n += int(uint64(127-size) >> 63)
	}
	nLarge = n
	// Allocs: 0
	// Faster: 4x than largeByIf
	// See: bench
}

func main() {
	for _, run := range []func(){
		equalities,
		howDeep,
		readAfterCall,
		delayedChecks,
		leftMargin,
		claimedOnce,
		provenByIf,
		constantOff,
		variableOff,
		largeByIf,
		sumByIf,
		largeWithout,
	} {
		run()
	}
}
