//go:build ignore

// Constants in use: exact until they get a type, typed where a unit is
// meant, asserted at compile time, and what the machine code saves by them.
package main

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// Tenths without a type and with one.
const (
	tenth       = 0.1
	fifth       = 0.2
	typedTenth  = float64(0.1)
	typedFifth  = float64(0.2)
	huge        = 1 << 100
	unused      = "legal: only variables have to be used"
	oneHundred  = 'd'  // a rune constant, and the number 100
	notNegative = -0.0 // want staticcheck:SA4026 "does not produce a negative"
)

// exactUntilUsed compares sums of constants with sums of variables.
//
// Without a type a constant is a number, not a machine word. With a type
// it is a value of that type: each step is rounded to it, or refused if it
// does not fit.
func exactUntilUsed() {
	a, b := 0.1, 0.2
	fmt.Println("untyped: ", tenth+fifth == 0.3)
	fmt.Println("typed:   ", typedTenth+typedFifth == 0.3)
	fmt.Println("variable:", a+b == 0.3)

	// Thirds are kept as fractions, and what is too large for every type
	// may appear on the way.
	fmt.Println(1.0/3*3 == 1, huge>>98, 1e-5000*1e5000)

	// The kind of an untyped constant says its default type, and of two
	// kinds the later one wins: integer, rune, float, complex.
	fmt.Printf("%T %T %T %T\n", oneHundred, oneHundred*1.0, 7/2, 7/2.)

	// There is no negative zero among them. math.Copysign makes one.
	fmt.Println(math.Signbit(notNegative), 1/math.Copysign(0, -1))
	// Output:
	// untyped:  true
	// typed:    false
	// variable: false
	// true 4 1
	// int32 float64 int float64
	// false -Inf
}

// decidedByContext shifts the same 1 five times.
//
// If the count is a variable, the expression is not constant, and the 1
// has to have a type. It gets the one that it would have if the shift
// were not there.
func decidedByContext() {
	n := uint(8)
	var wide int64 = 1 << n    // as in `var wide int64 = 1`
	small := uint8(200) < 1<<n // as in `uint8(200) < 1`: the bit is lost
	plain := 1 << n            // as in `plain := 1`
	index := make([]byte, 1<<n)

	// var f float64 = 1 << n does not compile: the 1 would be a float64.
	fmt.Printf("%T %v %T %v\n", wide, small, plain, len(index))

	// A constant count makes a constant, and the context comes afterwards.
	fmt.Println(uint8(200) <= 1<<8-1)
	// Output:
	// int64 false int 256
	// true
}

// A size is a number of bytes.
type size int64

// Sizes. The first entry has the type, and the others repeat type and
// expression; only iota is another. 18_enums is about that.
const (
	_ size = 1 << (10 * iota)
	KiB
	MiB
	GiB
)

func (s size) String() string {
	switch {
	case s >= GiB:
		return fmt.Sprintf("%.1f GiB", float64(s)/float64(GiB))
	case s >= MiB:
		return fmt.Sprintf("%.1f MiB", float64(s)/float64(MiB))
	}
	return fmt.Sprintf("%d bytes", int64(s))
}

// Limits of an upload. Two have a unit, and so a type. A count has none:
// it fits to whatever it is multiplied with.
const (
	chunk   = 8 * MiB
	pause   = 250 * time.Millisecond
	retries = 5
)

// unitsAsTypes multiplies units by counts.
//
// chunk+pause does not compile. chunk*chunk does, and is nonsense: types
// know nothing of square bytes.
func unitsAsTypes() {
	fmt.Println(chunk, retries*chunk, retries*pause)

	// 1.5*time.Second does not compile: 1.5 would have to be a Duration.
	// Fractions are written as fractions, and are still constants.
	const backoff = time.Second * 3 / 2
	fmt.Println(backoff, backoff.Milliseconds())

	// A count that is a variable has to be converted.
	attempts := 3
	fmt.Println(time.Duration(attempts) * pause)
	// Output:
	// 8.0 MiB 40.0 MiB 1.25s
	// 1.5s 1500
	// 750ms
}

// What the protocol allows, and what we want to send.
const (
	maxFrame  = 1<<16 - 1
	headerLen = len(headerFields) * 4
	batch     = 250
	recordLen = 256
)

var headerFields = [...]string{"version", "kind", "length"}

// Constants that are never used: each is an assertion. They are refused by
// the compiler if the number is negative, as no uint can hold that.
const (
	_ = uint(maxFrame - headerLen - batch*recordLen) // a batch fits
	_ = uint(-(recordLen & (recordLen - 1)))         // a power of two
	_ = uint(-(headerLen % 4))                       // aligned
)

// asserted prints what the assertions compare.
//
// They cost nothing and say their reason at the place where somebody
// changes a number. The message is poor, it says that a number overflows,
// so the comment has to carry it. len is an int, not untyped, which is why
// uint is a conversion here.
func asserted() {
	fmt.Println("free:", maxFrame-headerLen-batch*recordLen, "bytes")
	// Output: free: 1523 bytes
}

// A const may be what a built-in function makes of constants: len, cap,
// real, imag, complex, the sizes of unsafe, and since 1.21 min and max.
const payload = min(maxFrame-headerLen, 1400)

// smallest takes a minimum at compile time.
func smallest() {
	var buffer [payload]byte
	fmt.Println(len(buffer))
	// Since: 1.21 min
	// Output: 1400
}

// The input of what is measured, in variables, so that it is not constant.
var (
	keys      = []uint64{7, 1 << 40, 99999, 1<<63 + 5, 12, 777, 31, 1 << 20}
	total     uint64
	base      = uint64(10)
	lineLimit = 512
	box       any
	leaked    *[4]int
	debugVar  = false
)

const (
	ten          = 10
	maxLine      = 512
	debug        = false
	stage        = "production"
	answer       = 1000
	traceVerbose = false
)

// digitsByVar divides by a variable, and the processor has to do it.
func digitsByVar() {
	for _, key := range keys {
		for ; key > 0; key /= base {
			total += key % base
		}
	}
	// Allocs: 0
}

// digitsByConst divides by a constant: a multiplication and a shift, which
// the compiler has found. For a power of two it is the shift alone.
//
// Up to 1.26 the loop over a variable divides twice, for / and for %.
// 1.27 takes both results from one division, and comes close.
func digitsByConst() {
	for _, key := range keys {
		for ; key > 0; key /= ten {
			total += key % ten
		}
	}
	// Allocs: 0
	// Faster (!go1.27): 2x than digitsByVar
	// See: assembly
}

// lineByVar has a buffer whose size is a variable, so it is on the heap.
//
// Since 1.25 -m denies it: the compiler keeps 32 bytes on the stack for
// such a make, and decides at run time that they are too few.
func lineByVar() {
	line := make([]byte, 0, lineLimit) // want escape "does not escape"
	line = append(line, "GET /"...)
	total += uint64(len(line))
	// Allocs: 1
}

// lineByConst has the same buffer on the stack. Turning the constant into
// a variable, for a flag or a test, is what moves it.
func lineByConst() {
	line := make([]byte, 0, maxLine) // want escape "does not escape"
	line = append(line, "GET /"...)
	total += uint64(len(line))
	// Allocs: 0
}

// A route is a small struct.
type route struct {
	path string
	ttl  int
}

//go:noinline
func store(v any) { box = v }

// boxed counts the allocations when a value gets into an interface that
// outlives the call.
//
// A constant lies in read-only memory, and the interface points to it. A
// variable is copied to the heap. In between the compiler has learnt:
// since 1.25 a local that is never assigned again is as good as a
// constant, and so is a struct literal with nothing else in it.
func boxed() {
	row := func(name string, f func()) {
		fmt.Println(name, testing.AllocsPerRun(10, f))
	}
	row("constant:", func() { store(answer) })
	row("local:   ", func() { limit := 1000; store(limit) })
	row("literal: ", func() { store(route{"/health", 60}) })
	row("mixed:   ", func() { store(route{"/health", lineLimit}) })
	row("pointer: ", func() { store(&route{"/health", 60}) })
	row("variable:", func() { store(lineLimit) })
	// Output (!go1.25):
	// constant: 0
	// local:    1
	// literal:  1
	// mixed:    1
	// pointer:  1
	// variable: 1
	// Output (go1.25):
	// constant: 0
	// local:    0
	// literal:  0
	// mixed:    1
	// pointer:  1
	// variable: 1
}

func enabled() bool { return false }

// The same dead line in eight forms. Where the compiler drops it early
// enough, x stays on the stack.
func inIf() {
	x := [4]int{lineLimit}
	if debug {
		leaked = &x
	}
	total += uint64(x[0])
}

func inComparison() {
	x := [4]int{lineLimit}
	if stage == "test" {
		leaked = &x
	}
	total += uint64(x[0])
}

func inSwitch() {
	x := [4]int{lineLimit}
	switch stage {
	case "test":
		leaked = &x
	}
	total += uint64(x[0])
}

func inFor() {
	x := [4]int{lineLimit}
	for debug {
		leaked = &x
	}
	total += uint64(x[0])
}

func behindAnd() {
	x := [4]int{lineLimit}
	if lineLimit > 600 && debug {
		leaked = &x
	}
	total += uint64(x[0])
}

func beforeAnd() {
	x := [4]int{lineLimit}
	if debug && lineLimit > 600 {
		leaked = &x
	}
	total += uint64(x[0])
}

func byFunction() {
	x := [4]int{lineLimit}
	if enabled() {
		leaked = &x
	}
	total += uint64(x[0])
}

func byVariable() {
	x := [4]int{lineLimit}
	if debugVar {
		leaked = &x
	}
	total += uint64(x[0])
}

// deadBranches counts what a line costs that never runs.
//
// `if debug` is decided before escape analysis on each release. Other
// forms were added later. A function that returns false is inlined and the
// branch goes, but only after x has been moved to the heap for its sake.
func deadBranches() {
	for _, form := range []struct {
		name string
		run  func()
	}{
		{"if debug            ", inIf},
		{"if stage == …       ", inComparison},
		{"switch stage        ", inSwitch},
		{"for debug           ", inFor},
		{"if debug && variable", beforeAnd},
		{"if variable && debug", behindAnd},
		{"if enabled()        ", byFunction},
		{"if debugVar         ", byVariable},
	} {
		fmt.Println(form.name, testing.AllocsPerRun(10, form.run))
	}
	// Output (!go1.19):
	// if debug             0
	// if stage == …        0
	// switch stage         1
	// for debug            1
	// if debug && variable 0
	// if variable && debug 1
	// if enabled()         1
	// if debugVar          1
	// Output (go1.19 && !go1.22):
	// if debug             0
	// if stage == …        0
	// switch stage         0
	// for debug            1
	// if debug && variable 0
	// if variable && debug 1
	// if enabled()         1
	// if debugVar          1
	// Output (go1.22):
	// if debug             0
	// if stage == …        0
	// switch stage         0
	// for debug            0
	// if debug && variable 0
	// if variable && debug 0
	// if enabled()         1
	// if debugVar          1
}

// parse has a trace in it that is compiled away, and counts as nothing in
// the inliner's budget of 80.
func parse(line string) string { // want inline "can inline parse"
	if traceVerbose {
		fmt.Println("parse:", line, len(line))
		fmt.Println("parse:", strings.Fields(line), len(line))
	}
	return strings.TrimSpace(line)
}

// traced calls the function that is inlined because its trace is off. The
// branch is still type-checked, so it does not rot.
func traced() {
	fmt.Printf("%q\n", parse("  GET / ")) // want inline "inlining call to parse"
	// Output: "GET /"
}

func main() {
	for _, run := range []func(){
		exactUntilUsed,
		decidedByContext,
		unitsAsTypes,
		asserted,
		smallest,
		digitsByVar,
		digitsByConst,
		lineByVar,
		lineByConst,
		boxed,
		deadBranches,
		traced,
	} {
		run()
	}
}
