//go:build ignore

// Arrays in use: where one is copied, what the constant length gives the
// compiler, and what a value of fixed size is good for.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func setFirst(a [3]int)        { a[0] = 9 }
func setFirstOfSlice(s []int)  { s[0] = 9 }
func setFirstBehind(p *[3]int) { p[0] = 9 }

// sameText does the same things to a slice and to an array and prints what
// the first element of the original is afterwards: 9 where the line gave it
// another name, 1 where the line made a copy.
//
// Read it before you put a number between two brackets: all lines compile
// with both types.
func sameText() {
	row := func(line string, slice func(s []int), array func(a *[3]int)) {
		s, a := []int{1, 2, 3}, [3]int{1, 2, 3}
		slice(s)
		array(&a)
		fmt.Printf("%-22s slice %d  array %d\n", line, s[0], a[0])
	}
	row("t := x; t[0] = 9",
		func(s []int) { t := s; t[0] = 9 },
		func(a *[3]int) { t := *a; t[0] = 9 })
	row("f(x)",
		func(s []int) { setFirstOfSlice(s) },
		func(a *[3]int) { setFirst(*a) })
	row("c <- x; y := <-c",
		func(s []int) { c := make(chan []int, 1); c <- s; (<-c)[0] = 9 },
		func(a *[3]int) {
			c := make(chan [3]int, 1)
			c <- *a
			y := <-c
			y[0] = 9
		})
	row("any(x), asserted",
		func(s []int) { any(s).([]int)[0] = 9 },
		func(a *[3]int) { y := any(*a).([3]int); y[0] = 9 })

	// An element of an array is a variable if the array is one: an index
	// and a slice of it reach the original, and so does a pointer.
	row("x[:][0] = 9",
		func(s []int) { s[:][0] = 9 },
		func(a *[3]int) { a[:][0] = 9 })
	row("f(&x)",
		func(s []int) { p := &s; (*p)[0] = 9 },
		func(a *[3]int) { setFirstBehind(a) })

	// A closure captures the variable, not its value, so it is the one
	// line in which an array behaves like a slice.
	row("func() { x[0] = 9 }()",
		func(s []int) { func() { s[0] = 9 }() },
		func(a *[3]int) { x := *a; func() { x[0] = 9 }(); *a = x })
	// Output:
	// t := x; t[0] = 9       slice 9  array 1
	// f(x)                   slice 9  array 1
	// c <- x; y := <-c       slice 9  array 1
	// any(x), asserted       slice 9  array 1
	// x[:][0] = 9            slice 9  array 9
	// f(&x)                  slice 9  array 9
	// func() { x[0] = 9 }()  slice 9  array 9
}

// A plan is what a tenant pays for.
type plan int

const (
	free plan = iota
	team
	company
	plans // how many there are: keep it last
)

// seats has what each plan includes.
var seats = [...]int{free: 3, team: 25, company: 500}

// The length is a part of the type: a plan that is added above and not
// here makes this line fail to compile. It does not see a hole.
var _ [plans]int = seats

// byLength shows what counts as the length of an array: a constant, taken
// from the type, even where there is no array.
//
// len is evaluated at run time only if its argument has a call or a receive
// in it. So a shift by len(x) is a constant shift, computed in the exact
// arithmetic of constants, for an array, and 0 in a byte for a slice of the
// same length.
func byLength() {
	// A key says where the next element goes; the largest decides.
	sparse := [...]string{5: "f", "g", 2: "c"}
	fmt.Printf("%q, length %d\n", sparse, len(sparse))

	var none *[24]int
	turns := 0
	for range none {
		turns++
	}
	fmt.Println("through a nil pointer:", len(none), turns)

	levels := [9]int{}
	list := levels[:]
	var fromArray byte = 1 << len(levels) / 128
	var fromSlice byte = 1 << len(list) / 128
	fmt.Println("1 << 9 / 128 as a byte:", fromArray, fromSlice)

	for p := free; p < plans; p++ {
		fmt.Print(seats[p], " ")
	}
	fmt.Println("seats")
	// Output:
	// ["" "" "c" "" "" "f" "g"], length 7
	// through a nil pointer: 24 24
	// 1 << 9 / 128 as a byte: 4 0
	// 3 25 500 seats
}

// A digest names a blob by its content. It is a value: == compares it, a
// map takes it as a key, an assignment copies it, and no caller can change
// the one you have.
type digest [sha256.Size]byte

func (d digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText makes JSON write the digest as text. Without it an array of
// bytes is a list of 32 numbers; only a slice of bytes becomes base64.
func (d digest) MarshalText() ([]byte, error) {
	return []byte(d.String()), nil
}

// UnmarshalText refuses what has another length. encoding/json by itself
// would have filled up with zeros.
func (d *digest) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(d)) {
		return errors.New("digest of the wrong length")
	}
	_, err := hex.Decode(d[:], text)
	return err
}

// digestIDs keeps blobs under their digest.
//
// Where a digest is secret, a MAC or a token, == may tell an attacker by
// its duration how much was right; hmac.Equal and
// subtle.ConstantTimeCompare want slices, so pass d[:].
func digestIDs() {
	blobs := map[digest]string{}
	for _, body := range []string{"a", "b", "a"} {
		blobs[sha256.Sum256([]byte(body))] = body
	}
	fmt.Println("blobs:", len(blobs))

	id := digest(sha256.Sum256([]byte("a")))
	fmt.Println("is it b:", id == sha256.Sum256([]byte("b")))
	fmt.Println("is it set:", id != digest{})

	text, _ := json.Marshal(id)
	plain, _ := json.Marshal([sha256.Size]byte(id))
	fmt.Println("bytes of JSON:", len(text), len(plain))

	var back digest
	fmt.Println(json.Unmarshal(text, &back), back == id)
	fmt.Println(json.Unmarshal([]byte(`"ca97"`), &back))
	// Output:
	// blobs: 2
	// is it b: false
	// is it set: true
	// bytes of JSON: 66 121
	// <nil> true
	// digest of the wrong length
}

// inNames marks the bytes that may stand in a name.
var inNames = [256]bool{'-': true, '_': true}

func init() {
	for c := 'a'; c <= 'z'; c++ {
		inNames[c] = true
	}
}

func nameLength(s []byte) int {
	for i, c := range s {
		if !inNames[c] { // a byte is below 256: no check
			return i
		}
	}
	return len(s)
}

func sizeByBytes(b []byte) uint32 {
	return uint32(b[0])<<24 | // want bounds "IsInBounds"
		uint32(b[1])<<16 | // want bounds "IsInBounds"
		uint32(b[2])<<8 | // want bounds "IsInBounds"
		uint32(b[3]) // want bounds "IsInBounds"
}

func sizeByHint(b []byte) uint32 {
	_ = b[3] // want bounds "IsInBounds"
	return uint32(b[0])<<24 | uint32(b[1])<<16 |
		uint32(b[2])<<8 | uint32(b[3])
}

func sizeByArray(b []byte) uint32 {
	a := (*[4]byte)(b) // want bounds "IsSliceInBounds"
	return uint32(a[0])<<24 | uint32(a[1])<<16 |
		uint32(a[2])<<8 | uint32(a[3])
}

// unchecked reads a name and a size without a bounds check for each byte:
// for the name, since each byte is an index of an array of 256; for the
// size, since one conversion says that there are four.
//
// The hint `_ = b[3]` does the same and is older. The conversion to a
// pointer to an array (1.17) has it in the type: from then on a[4] does not
// compile. It copies nothing and panics if b is shorter; if b is longer,
// the rest is left out.
func unchecked() {
	message := []byte("disk_used\x00\x00\x01\x00 and more")
	n := nameLength(message)
	rest := message[n:]
	fmt.Printf("%s %d %d %d\n", message[:n],
		sizeByBytes(rest), sizeByHint(rest), sizeByArray(rest))
	// Output:
	// disk_used 256 256 256
}

// converted shows the two ways from a slice to an array: a pointer to an
// array is another view of the same elements, an array is a copy of them.
//
// Both look at the length of the slice, not at its capacity, and panic if
// it is too short. Since 1.20 the copy is written [4]byte(b); the older
// *(*[4]byte)(b) does the same on every release.
func converted() {
	try := func(b []byte) {
		defer func() {
			text := fmt.Sprint(recover())
			fmt.Println(text[strings.Index(text, "slice with"):])
		}()
		_ = *(*[4]byte)(b)
	}
	frame := []byte("10.0 and more")
	view := (*[4]byte)(frame)
	host := *view
	copy(frame, "99.9")
	fmt.Printf("view %s, copy %s\n", view[:], host[:])
	try(make([]byte, 2, 8))

	// Length 0 keeps the difference between nil and empty.
	fmt.Println((*[0]byte)(nil) == nil, (*[0]byte)([]byte{}) == nil)
	// Output (!go1.20):
	// view 99.9, copy 10.0
	// slice with length 2 to pointer to array with length 4
	// true false
	// Output (go1.20):
	// view 99.9, copy 10.0
	// slice with length 2 to array or pointer to array with length 4
	// true false
}

// compare runs f and prints its result, or that it panicked.
func compare(name string, f func() bool) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "panics:", r)
		}
	}()
	fmt.Println(name, f())
}

// equality compares arrays element by element, from the first, and stops at
// the first that differs.
//
// Interfaces in the elements make the order visible: an element that can't
// be compared panics, if the comparison comes as far as it.
func equality() {
	list := []int{1}
	compare("differs before:", func() bool {
		return [2]any{1, list} == [2]any{2, list}
	})
	compare("differs behind:", func() bool {
		return [2]any{list, 1} == [2]any{list, 2}
	})

	// NaN is not equal to itself, in an array neither. DeepEqual follows
	// pointers and slices, == does not.
	zero := 0.0
	nan := [1]float64{zero / zero}
	compare("NaN:", func() bool { return nan == [1]float64{nan[0]} })
	a, b := [1]*int{new(int)}, [1]*int{new(int)}
	compare("pointers:", func() bool { return a == b })
	compare("deeply:", func() bool { return reflect.DeepEqual(a, b) })
	// Output:
	// differs before: false
	// differs behind: panics: runtime error: comparing uncomparable type []int
	// NaN: false
	// pointers: false
	// deeply: true
}

// A spot has 7 bytes at its end that are nobody's; a place has none.
type spot struct {
	id   int64
	open bool
}

type place struct{ id, floor int64 }

var (
	spots, spotsNow   [512]spot
	places, placesNow [512]place
	same              bool
)

// equalPadded compares element by element: what is between the fields must
// not count, so the bytes can't be compared at once.
func equalPadded() {
	same = spots == spotsNow
	// Allocs: 0
}

// equalFull compares as many bytes, in one call of memequal. Floats,
// strings and interfaces in the elements prevent that too.
func equalFull() {
	same = places == placesNow
	// Allocs: 0
	// Faster: 2x than equalPadded
}

// An arrow is a vector as an array, a point one as a struct.
type arrow [3]float64

func (a arrow) plus(b arrow) arrow {
	return arrow{a[0] + b[0], a[1] + b[1], a[2] + b[2]}
}

type point struct{ x, y, z float64 }

func (p point) plus(q point) point {
	return point{p.x + q.x, p.y + q.y, p.z + q.z}
}

var (
	steps    = 1000
	sumArrow arrow
	sumPoint point
)

// addArrows adds a thousand vectors of three floats.
func addArrows() {
	sum, step := arrow{}, arrow{1, 2, 3}
	for i := 0; i < steps; i++ {
		sum = sum.plus(step)
	}
	sumArrow = sum
	// Allocs: 0
	// See: assembly
}

// addPoints adds the same numbers as fields. The compiler keeps a struct of
// up to four fields in registers, and an array only if it has one element
// at most: with two it is memory, written and read back at each turn, also
// where all is inlined.
func addPoints() {
	sum, step := point{}, point{1, 2, 3}
	for i := 0; i < steps; i++ {
		sum = sum.plus(step)
	}
	sumPoint = sum
	// Allocs: 0
	// Faster: 3x than addArrows
}

var seed = byte(7)

//go:noinline
func tokenArray(seed byte) (t [16]byte) {
	for i := range t {
		t[i] = seed + byte(i)
	}
	return t
}

//go:noinline
func tokenSlice(seed byte) []byte {
	t := make([]byte, 16) // want escape "escapes to heap"
	for i := range t {
		t[i] = seed + byte(i)
	}
	return t
}

// boxed counts the allocations that an array costs on its way: none as a
// result, one for a slice in its place, and in an interface it depends.
//
// An array of one element is to the compiler what the element is. So a
// pointer in it needs no box, and since 1.19 a single byte neither; two
// bytes do. An array with a method that is called through an interface is
// boxed each time it gets into one.
func boxed() {
	var token [16]byte
	var slice []byte
	var box any
	b1, b2 := [1]byte{seed}, [2]byte{seed}
	p1, p2 := [1]*byte{&seed}, [2]*byte{&seed}
	row := func(name string, f func()) {
		fmt.Println(name, testing.AllocsPerRun(10, f))
	}
	row("result [16]byte:", func() { token = tokenArray(seed) })
	row("result []byte:  ", func() { slice = tokenSlice(seed) })
	row("any([1]byte):   ", func() { box = b1 })
	row("any([2]byte):   ", func() { box = b2 })
	row("any([1]*byte):  ", func() { box = p1 })
	row("any([2]*byte):  ", func() { box = p2 })
	_, _, _ = token, slice, box
	// Output (!go1.19):
	// result [16]byte: 0
	// result []byte:   1
	// any([1]byte):    1
	// any([2]byte):    1
	// any([1]*byte):   0
	// any([2]*byte):   1
	// Output (go1.19):
	// result [16]byte: 0
	// result []byte:   1
	// any([1]byte):    0
	// any([2]byte):    1
	// any([1]*byte):   0
	// any([2]*byte):   1
}

// A journal keeps the last lines of a log. The zero value is ready, it
// never allocates, and a copy of it is a snapshot, for it has no pointer to
// itself.
type journal struct {
	lines [4]string
	next  uint // counts all lines ever written
}

func (j *journal) add(line string) {
	j.lines[j.next%uint(len(j.lines))] = line // no check: the length is known
	j.next++
}

// last returns up to n lines, the oldest first.
func (j *journal) last(n int) []string {
	if n > len(j.lines) {
		n = len(j.lines)
	}
	if uint(n) > j.next {
		n = int(j.next)
	}
	lines := make([]string, 0, n)
	for i := j.next - uint(n); i != j.next; i++ {
		lines = append(lines, j.lines[i%uint(len(j.lines))])
	}
	return lines
}

// snapshots keeps the last lines before an incident by an assignment.
//
// The strings are shared, which is right for strings. With slices, maps or
// pointers as elements the copy would be one level deep.
func snapshots() {
	var j journal
	for _, line := range strings.Fields("start ready GET/ GET/a panic") {
		j.add(line)
	}
	before := j
	j.add("restart")
	fmt.Println("now:   ", strings.Join(j.last(3), ", "))
	fmt.Println("before:", strings.Join(before.last(9), ", "))
	// Output:
	// now:    GET/a, panic, restart
	// before: ready, GET/, GET/a, panic
}

func main() {
	sameText()
	byLength()
	digestIDs()
	unchecked()
	converted()
	equality()
	equalPadded()
	equalFull()
	addArrows()
	addPoints()
	boxed()
	snapshots()
}
