//go:build ignore

// Pitfalls of constants: what is exact before it has a type, which type it
// takes from its surroundings, and what only looks constant.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// sampleRate is the share of requests that are traced.
const sampleRate = 1 / 100 // want staticcheck:SA4025 "results in zero"

// sampled decides by a number from 0 to 1, drawn for each request.
func sampled(draw float64) bool { return draw < sampleRate }

// neverSampled traces nothing: the share is 0 before it ever becomes a
// float.
//
// Both operands of the division are untyped integers, so it is the integer
// division, and the result is the untyped integer 0. The comparison with a
// float64 turns that 0 into 0.0, after the division. Constants are said to
// be exact, and this one is: it is an exact integer quotient.
//
// Nobody misses traces until the incident. The collector shows no error,
// since nothing arrives. vet is silent; staticcheck's SA4025 finds it,
// but not 3 / 2. Look for a slash between two literals without a point.
func neverSampled() {
	kept := 0
	for i := 0; i < 1000; i++ {
		if sampled(float64(i) / 1000) {
			kept++
		}
	}
	fmt.Println("traced of 1000:", kept)
	// Output: traced of 1000: 0
}

const sampleRateFixed = 1.0 / 100

func sampledFixed(draw float64) bool { return draw < sampleRateFixed }

// neverSampledFixed makes one operand a float constant.
//
// It costs a point. Declaring the type would not do:
// `const sampleRate float64 = 1 / 100` is 0 as well, for the type is given
// to the result.
func neverSampledFixed() {
	kept := 0
	for i := 0; i < 1000; i++ {
		if sampledFixed(float64(i) / 1000) {
			kept++
		}
	}
	fmt.Println("traced of 1000:", kept)
	// Output: traced of 1000: 10
}

// pageMask has a bit for each byte of a page.
const pageMask uint32 = 4096 - 1

// pageOf returns where the page begins that offset is in.
func pageOf(offset uint64) uint64 { return offset & uint64(^pageMask) }

// offsetsCut reads the wrong page of every file above 4 GB, because the
// complement is taken in 32 bits and widened afterwards.
//
// ^pageMask is a constant of the type that pageMask has: 0xfffff000. The
// conversion adds 32 zeros in front, and the AND clears the upper half of
// the offset. With an untyped mask the line would not compile, as ^4095 is
// -4096; the type that somebody added for clarity has silenced that.
//
// Test files are small. In production a page is valid, has a valid
// checksum, and belongs to another place. Look for ^ inside of a
// conversion to a wider type.
func offsetsCut() {
	for _, offset := range []uint64{5000, 3 << 30, 5<<30 + 5000} {
		fmt.Println(offset, "is in page", pageOf(offset)/4096)
	}
	// Output:
	// 5000 is in page 1
	// 3221225472 is in page 786432
	// 5368714120 is in page 262145
}

func pageOfFixed(offset uint64) uint64 { return offset &^ uint64(pageMask) }

// offsetsCutFixed widens first and clears afterwards, with AND NOT.
//
// The machine does the same work. An untyped pageMask is better still:
// `offset &^ pageMask` needs no conversion and is right for each width.
func offsetsCutFixed() {
	for _, offset := range []uint64{5000, 3 << 30, 5<<30 + 5000} {
		fmt.Println(offset, "is in page", pageOfFixed(offset)/4096)
	}
	// Output:
	// 5000 is in page 1
	// 3221225472 is in page 786432
	// 5368714120 is in page 1310721
}

// separator stands between tenant and id. No UTF-8 text contains it.
const separator = '\xff'

func keyOf(tenant, id string) []byte {
	return []byte(tenant + string(separator) + id)
}

func tenantOf(key []byte) string {
	if i := bytes.IndexByte(key, separator); i >= 0 {
		return string(key[:i])
	}
	return string(key)
}

// keysUnsplit counts each key as a tenant of its own: one constant is two
// bytes where it is written and one byte where it is looked for.
//
// '\xff' is an untyped rune, the number 255. As an argument of IndexByte
// it is a byte, for it fits. In string(separator) it is a rune, ÿ, and the
// string is its encoding, c3 bf. Both lines name the same constant, which
// is what constants are for.
//
// A quota by tenant admits everybody, because each key is a new tenant.
// vet warns of string(int), not of string(rune). Look for a rune constant
// between '\x80' and '\xff' in a conversion to string.
func keysUnsplit() {
	used := map[string]int{}
	for _, id := range []string{"17", "18", "19"} {
		used[tenantOf(keyOf("acme", id))]++
	}
	fmt.Printf("% x\n", keyOf("acme", "17"))
	fmt.Println("tenants:", len(used), "keys of acme:", used["acme"])
	// Output:
	// 61 63 6d 65 c3 bf 31 37
	// tenants: 3 keys of acme: 0
}

const separatorFixed = "\xff"

func keyOfFixed(tenant, id string) []byte {
	return []byte(tenant + separatorFixed + id)
}

func tenantOfFixed(key []byte) string {
	tenant, _, _ := bytes.Cut(key, []byte(separatorFixed))
	return string(tenant)
}

// keysUnsplitFixed makes it a string constant, in which \xff is a byte.
//
// It can't be passed to IndexByte any more, and that is what it costs. The
// keys that are stored with c3 bf have to be rewritten, or be read by both
// rules for a while.
func keysUnsplitFixed() {
	used := map[string]int{}
	for _, id := range []string{"17", "18", "19"} {
		used[tenantOfFixed(keyOfFixed("acme", id))]++
	}
	fmt.Printf("% x\n", keyOfFixed("acme", "17"))
	fmt.Println("tenants:", len(used), "keys of acme:", used["acme"])
	// Output:
	// 61 63 6d 65 ff 31 37
	// tenants: 1 keys of acme: 3
}

// bitsFor returns how many bits a column takes whose largest code is max.
func bitsFor(max uint8) int {
	bits := 0
	for max >= 1<<bits {
		bits++
	}
	return bits
}

// columnNeverEnds hangs on the first column with more than 128 values; the
// 1 that is shifted has become a byte.
//
// An untyped constant on the left of a shift with a variable count takes
// the type that it would have without the shift. `max >= 1` compares
// bytes, so 1<<8 is computed in a byte, and is 0, as are all that follow.
// Every byte is at least 0. The same loop over an int is right, which is
// where it was copied from.
//
// One core is at 100 % and the profile ends in this function. The silent
// relative is `code < 1<<width`, which answers false for width 8. Look for
// a comparison or sum of a small type with 1<<n.
func columnNeverEnds() {
	for _, max := range []uint8{1, 100, 127, 128} {
		fmt.Println("codes up to", max, "take", bitsFor(max), "bits")
	}
	// Hangs: spinning
	// Output:
	// codes up to 1 take 1 bits
	// codes up to 100 take 7 bits
	// codes up to 127 take 7 bits
}

func bitsForFixed(max uint8) int {
	bits := 0
	for max>>bits != 0 {
		bits++
	}
	return bits
}

// columnNeverEndsFixed shifts the variable, whose type stands in the
// signature.
//
// It costs nothing; here bits.Len8 says the same in a word. Where the
// power is needed, give it a type that can hold it: `int(max) >= 1<<bits`.
func columnNeverEndsFixed() {
	for _, max := range []uint8{1, 100, 127, 128} {
		fmt.Println("codes up to", max, "take", bitsForFixed(max), "bits")
	}
	// Output:
	// codes up to 1 take 1 bits
	// codes up to 100 take 7 bits
	// codes up to 127 take 7 bits
	// codes up to 128 take 8 bits
}

// defaultHeaders are sent with each request. Constant.
var defaultHeaders = map[string]string{"Accept": "application/json"}

func headers(token string) map[string]string {
	h := defaultHeaders
	if token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return h
}

// tokenInherited sends the token of one customer with the requests of
// another: Go has no constant map, and a comment does not make one.
//
// The table stands between the constants, in a group of its own, and is
// named like them. h looks like a copy. A map is a reference, so the first
// request with a token changes the table for all that follow.
//
// It is a leak of credentials without a log line; under load there is a
// fatal "concurrent map writes" too, and people then add a mutex. Look for
// package variables of map or slice type that are passed on.
func tokenInherited() {
	fmt.Printf("with: %q\n", headers("s3cr3t")["Authorization"])
	fmt.Printf("without: %q\n", headers("")["Authorization"])
	// Output:
	// with: "Bearer s3cr3t"
	// without: "Bearer s3cr3t"
}

func freshHeaders() map[string]string {
	return map[string]string{"Accept": "application/json"}
}

func headersFixed(token string) map[string]string {
	h := freshHeaders()
	if token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return h
}

// tokenInheritedFixed replaces the variable by a function that makes one.
//
// A map for each request. Where it is only read, a function with a switch
// in it is the constant map: no memory, no writer, and inlined if small.
func tokenInheritedFixed() {
	fmt.Printf("with: %q\n", headersFixed("s3cr3t")["Authorization"])
	fmt.Printf("without: %q\n", headersFixed("")["Authorization"])
	// Output:
	// with: "Bearer s3cr3t"
	// without: ""
}

// reloadEvery was 5 for years. Now it says its unit.
const reloadEvery = 5 * time.Second

// nextReload returns when the rules are read again.
func nextReload(last time.Time) time.Time {
	return last.Add(reloadEvery * time.Second)
}

// reloadedOnce reads its rules at start and then in 158 years.
//
// A product of two durations is a duration to the compiler, since only
// types are checked and not units. The line compiled with the untyped 5,
// and it compiles now. That it does is luck as well: 5 seconds times a
// second fits into an int64 as nanoseconds, and so does 9. With 10 the
// constant overflows, and the build would have failed.
//
// Rules that operators change have no effect until the next deployment,
// which is the next day, so nobody is certain. Look for * time. behind
// something that is a Duration already.
func reloadedOnce() {
	start := time.Unix(0, 0)
	fmt.Println("next reload after", nextReload(start).Sub(start))
	// Output: next reload after 1388888h53m20s
}

func nextReloadFixed(last time.Time) time.Time {
	return last.Add(reloadEvery)
}

// reloadedOnceFixed multiplies a unit once, where the constant is declared.
//
// No cost. The rule for reviews: a Duration is multiplied by counts, and a
// count is an untyped constant or a conversion, time.Duration(n).
func reloadedOnceFixed() {
	start := time.Unix(0, 0)
	fmt.Println("next reload after", nextReloadFixed(start).Sub(start))
	// Output: next reload after 5s
}

// Shares of the traffic, as they were built in until they moved to a file.
const (
	readShare   = 0.7
	writeShare  = 0.2
	deleteShare = 0.1
)

// A mix is the same from a file.
type mix struct{ Read, Write, Delete float64 }

func (m mix) check() error {
	if sum := m.Read + m.Write + m.Delete; sum != 1 {
		return fmt.Errorf("the shares add up to %v", sum)
	}
	return nil
}

// sharesRefused does not start with the values that it has run with for a
// year.
//
// They were constants, and the check was an expression of constants, which
// is computed without rounding: seven tenths, two and one are 1. From the
// file they are float64, none of the three is what it says, and the sum is
// rounded twice more. Nobody has touched the check.
//
// The instances that restart are the ones that are missing, and the
// message reads like a typing error in the file. Look for == and != over
// floats in code where constants have become fields.
func sharesRefused() {
	var m mix
	text := `{"read": 0.7, "write": 0.2, "delete": 0.1}`
	err := json.Unmarshal([]byte(text), &m)
	fmt.Println("built in:", readShare+writeShare+deleteShare == 1)
	fmt.Println("from a file:", m.check(), err)
	// Output:
	// built in: true
	// from a file: the shares add up to 0.9999999999999999 <nil>
}

// A mixFixed counts in hundredths.
type mixFixed struct{ Read, Write, Delete int }

func (m mixFixed) check() error {
	if sum := m.Read + m.Write + m.Delete; sum != 100 {
		return fmt.Errorf("the shares add up to %v", sum)
	}
	return nil
}

// sharesRefusedFixed counts in a unit in which every legal value is whole.
//
// The file has another format, and half a per cent can't be said. With
// floats, compare with a tolerance, and say in the message how far off.
func sharesRefusedFixed() {
	var m mixFixed
	text := `{"read": 70, "write": 20, "delete": 10}`
	err := json.Unmarshal([]byte(text), &m)
	fmt.Println("built in:", readShare+writeShare+deleteShare == 1)
	fmt.Println("from a file:", m.check(), err)
	// Output:
	// built in: true
	// from a file: <nil> <nil>
}

// startLimit holds until the first configuration has arrived.
const startLimit = 100

// A gate admits so many requests at a time.
type gate struct{ limit atomic.Value }

func newGate() *gate {
	g := new(gate)
	g.limit.Store(startLimit)
	return g
}

func (g *gate) configure(text string) error {
	limit, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		g.limit.Store(limit)
	}
	return err
}

// firstReloadPanics takes the process down when an operator changes a
// limit: in an interface the constant has become an int.
//
// Store takes any. A constant has no type to bring, so it gets the one
// that its kind has by default. ParseInt returns an int64, and a Value
// insists on the type that was stored first. Each of the two lines is
// right by itself, and they stand in different functions.
//
// The change reaches all instances at once, and so does the panic. Look
// for untyped constants that are passed to a parameter of type any:
// Store, context.WithValue, arguments of SQL.
func firstReloadPanics() {
	g := newGate()
	fmt.Printf("%T\n", g.limit.Load())
	fmt.Println(g.configure("200"))
	// Panics: sync/atomic: store of inconsistently typed value into Value
	// Output: int
}

const startLimitFixed int64 = 100

func newGateFixed() *gate {
	g := new(gate)
	g.limit.Store(startLimitFixed)
	return g
}

// firstReloadPanicsFixed declares the type with the constant.
//
// The constant can no longer be compared with an int without a conversion;
// that is the price of every typed constant. From 1.19 on atomic.Int64
// removes the question, since its Store takes an int64.
func firstReloadPanicsFixed() {
	g := newGateFixed()
	fmt.Printf("%T\n", g.limit.Load())
	fmt.Println(g.configure("200"))
	// Output:
	// int64
	// <nil>
}

// slots is how many events are kept. It was 512, and people asked for more.
const slots = 1000

// A history keeps the last events, for the page that support looks at.
type history struct {
	events [slots]string
	n      uint
}

func (h *history) add(event string) {
	h.events[h.n&(slots-1)] = event
	h.n++
}

// kept counts the events that can still be read.
func (h *history) kept() (n int) {
	for _, event := range h.events {
		if event != "" {
			n++
		}
	}
	return n
}

// historyShrunk keeps fewer events since somebody made it larger.
//
// n&(slots-1) is n%slots for powers of two. For 1000 it is an AND with
// 1111100111 in binary: two bits of the index are always 0, so three
// quarters of the slots are never written. The constant says how many, a
// reviewer approves a number, and the expression that depends on it is in
// another hunk or in none.
//
// No index is out of range, so no panic. Support reports that events are
// missing. Look for &(name-1) and for who else may edit the name.
func historyShrunk() {
	var h history
	for i := 0; i < 1000; i++ {
		h.add(strconv.Itoa(i))
	}
	fmt.Println("kept of 1000:", h.kept())
	// Output: kept of 1000: 256
}

const slotsFixed = 1024

// It doesn't compile unless slotsFixed is a power of two: for all other
// numbers this is less than 0.
const _ uint = -(slotsFixed & (slotsFixed - 1))

type historyFixed struct {
	events [slotsFixed]string
	n      uint
}

func (h *historyFixed) add(event string) {
	h.events[h.n&(slotsFixed-1)] = event
	h.n++
}

func (h *historyFixed) kept() (n int) {
	for _, event := range h.events {
		if event != "" {
			n++
		}
	}
	return n
}

// historyShrunkFixed says to the compiler what the expression assumes.
//
// A line, and no instruction. Or write %: for an unsigned n and a constant
// power of two the compiler makes the AND itself, and for 1000 it is right.
func historyShrunkFixed() {
	var h historyFixed
	for i := 0; i < 1000; i++ {
		h.add(strconv.Itoa(i))
	}
	fmt.Println("kept of 1000:", h.kept())
	// Output: kept of 1000: 1000
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
		neverSampled,
		neverSampledFixed,
		offsetsCut,
		offsetsCutFixed,
		keysUnsplit,
		keysUnsplitFixed,
		alone("columnNeverEnds", columnNeverEnds),
		columnNeverEndsFixed,
		tokenInherited,
		tokenInheritedFixed,
		reloadedOnce,
		reloadedOnceFixed,
		sharesRefused,
		sharesRefusedFixed,
		alone("firstReloadPanics", firstReloadPanics),
		firstReloadPanicsFixed,
		historyShrunk,
		historyShrunkFixed,
	} {
		run()
	}
}
