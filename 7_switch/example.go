//go:build ignore

// Switch in use: the order of evaluation, ladders, closed sets, types,
// errors, and what the compiler makes of the cases.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// asked returns n, and says that it was called.
func asked(n int) int {
	fmt.Print(n, " ")
	return n
}

// evaluationOrder prints what a switch evaluates, before it prints what it
// chose.
//
// The tag comes first, once. Then the cases, from top to bottom and from
// left to right, until one is equal; what stands behind it is never
// called. default is not part of the order: it is what is left, wherever it
// stands.
func evaluationOrder() {
	switch asked(3) {
	default:
		fmt.Println("default")
	case asked(1), asked(2):
		fmt.Println("one or two")
	case asked(3), asked(4): // 4 is not asked
		fmt.Println("three or four")
	case asked(3): // a second 3 is legal, as it is no constant
		fmt.Println("three again")
	}

	switch asked(9) {
	default:
		fmt.Println("default")
	case asked(1), asked(2):
	}

	// The tag is a copy. A case that changes the variable does not change
	// what the following cases are compared with.
	n := 1
	set := func(to int) int { n = to; return to }
	switch n {
	case set(2), set(3):
		fmt.Println("changed")
	case 1:
		fmt.Println("still 1, while n is", n)
	}
	// Output:
	// 3 1 2 3 three or four
	// 9 1 2 default
	// still 1, while n is 3
}

// migrate brings a configuration to version 4, from wherever it is.
//
// It is the one good use of fallthrough that we know: each step ends where
// the next begins, and the steps read like a list. Two things keep it
// right. Every clause but the last falls through. And what must not be
// fallen into, the unknown version, stands above the ladder, not in it:
// fallthrough enters the next body in the source, default or not, without
// asking its case.
func migrate(version int, steps *[]string) error {
	switch version {
	default:
		return fmt.Errorf("version %d is not known here", version)
	case 1:
		*steps = append(*steps, "rename host")
		fallthrough
	case 2:
		*steps = append(*steps, "split port")
		fallthrough
	case 3:
		*steps = append(*steps, "add tls")
	case 4: // is current
	}
	return nil
}

// migrated climbs from three versions and refuses a fourth.
func migrated() {
	for _, version := range []int{1, 3, 4, 5} {
		var steps []string
		err := migrate(version, &steps)
		fmt.Println(version, steps, err)
	}
	// Output:
	// 1 [rename host split port add tls] <nil>
	// 3 [add tls] <nil>
	// 4 [] <nil>
	// 5 [] version 5 is not known here
}

// A plan is what a customer pays for. Plans come from a database, written
// by newer programs than this one.
type plan int

const (
	free plan = iota
	team
	enterprise
	plans // how many there are
)

// seats returns how many users a plan allows.
//
// No default: a clause for each plan, and the line behind the switch for
// what is none. The array is the alarm. Its index is a constant, so a
// fourth plan makes it one past the end, and this function, which has to
// be looked at, does not compile any more.
func (p plan) seats() (int, error) {
	_ = [1]struct{}{}[plans-3]
	switch p {
	case free:
		return 1, nil
	case team:
		return 20, nil
	case enterprise:
		return 1000, nil
	}
	return 0, fmt.Errorf("plan %d: seats are not known", int(p))
}

// seatsOfAll asks for all plans and one that a newer program has written.
func seatsOfAll() {
	for p := free; p <= plans; p++ {
		fmt.Println(p.seats())
	}
	// Output:
	// 1 <nil>
	// 20 <nil>
	// 1000 <nil>
	// 0 plan 3: seats are not known
}

// A timeout is an error that says so.
type timeout struct{ after string }

func (t *timeout) Error() string { return "no answer after " + t.after }
func (t *timeout) Timeout() bool { return true }

// describe shows what v is in each kind of clause.
//
// With one type in the clause v has that type. With several it keeps the
// type of what is switched on, and so it does in default. nil is a case of
// its own and means an interface without a type: a nil *timeout has one,
// and goes where *timeout goes.
func describe(x any) string {
	switch v := x.(type) {
	case nil:
		return "nothing"
	case *timeout: // before error, which covers it
		return fmt.Sprint("a *timeout, nil: ", v == nil)
	case error:
		return "an error: " + v.Error()
	case int, int64:
		// v is any: v+1 would not compile.
		return fmt.Sprintf("a number, %T", v)
	case []byte, []rune, string:
		return fmt.Sprintf("text, %T", v)
	default:
		return fmt.Sprintf("a %T", v)
	}
}

// kinds describes seven values.
func kinds() {
	var missing *timeout
	for _, x := range []any{
		nil, missing, &timeout{"3s"}, io.EOF, int64(7), []byte("x"), 'x',
	} {
		fmt.Println(describe(x))
	}
	// Output:
	// nothing
	// a *timeout, nil: true
	// a *timeout, nil: false
	// an error: EOF
	// a number, int64
	// text, []uint8
	// a int32
}

// exitStatus turns an error into the status of a command.
//
// An error is a chain, and a switch on it looks at the first link. So the
// tag is gone, and each case walks the chain: Is for values, As for types.
// Order is meaning. What is an end stands before what is a failure, the
// narrow before the wide, and nil before both.
func exitStatus(err error) int {
	var late interface{ Timeout() bool }
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return 0
	case errors.Is(err, fs.ErrNotExist):
		return 66
	case errors.As(err, &late) && late.Timeout():
		return 75
	default:
		return 70
	}
}

// statuses shows that wrapping changes no status. A switch on err itself
// would say 70 to all but the first.
func statuses() {
	_, missing := os.Open("no such file")
	for _, err := range []error{
		nil,
		fmt.Errorf("read rows: %w", io.EOF),
		fmt.Errorf("load config: %w", missing),
		fmt.Errorf("dial: %w", &timeout{"3s"}),
		fmt.Errorf("no cause: %v", io.EOF),
	} {
		fmt.Println(exitStatus(err), err == io.EOF)
	}
	// Output:
	// 0 false
	// 0 false
	// 66 false
	// 75 false
	// 70 false
}

// words splits a command line at spaces. Quotes keep them together, and a
// backslash keeps the next byte.
//
// A machine of three states in one switch. It has no tag, as its cases need
// the state, the byte and the error, and no default: what no case names
// comes out at the bottom and is written. Cases that are done say continue,
// which a switch leaves to the loop; break it takes for itself.
func words(line string) ([]string, error) {
	const (
		between = iota
		inWord
		inQuotes
	)
	var all []string
	var word strings.Builder
	state := between
	in := bufio.NewReader(strings.NewReader(line))
bytes:
	for {
		b, err := in.ReadByte()
		switch {
		case err == io.EOF:
			break bytes // a break alone would leave the switch
		case err != nil:
			return nil, err
		case b == '"' && state == inQuotes:
			state = inWord
			continue
		case b == '"':
			state = inQuotes
			continue
		case b == ' ' && state == between:
			continue
		case b == ' ' && state == inWord:
			all = append(all, word.String())
			word.Reset()
			state = between
			continue
		case b == '\\':
			if b, err = in.ReadByte(); err != nil {
				return nil, io.ErrUnexpectedEOF
			}
		}
		if state == between {
			state = inWord
		}
		word.WriteByte(b)
	}
	switch state {
	case inQuotes:
		return all, io.ErrUnexpectedEOF
	case inWord:
		all = append(all, word.String())
	}
	return all, nil
}

// commands splits four lines, one of which ends too early.
func commands() {
	for _, line := range []string{
		`set name "Ada L."`, `say \"hi\"  `, `put "" x`, `say "hi`,
	} {
		all, err := words(line)
		fmt.Printf("%q %v\n", all, err)
	}
	// Output:
	// ["set" "name" "Ada L."] <nil>
	// ["say" "\"hi\""] <nil>
	// ["put" "" "x"] <nil>
	// ["say"] unexpected EOF
}

// Events as they come from a queue that carries any.
var (
	events = shuffled(8, func(i int) any {
		return []any{
			"user.created", "user.deleted", "user.renamed", "order.placed",
			"order.paid", "order.shipped", "order.returned", "invoice.sent",
		}[i]
	})
	levels = shuffled(8, func(i int) level { return level(i) })
	bodies = shuffled(4, func(i int) any {
		return []any{packet{}, &timeout{}, fs.FileMode(0), 4217}[i]
	})
	total int
)

// shuffled returns 16,384 values in an order that is long enough not to be
// learnt by heart. With 1,024 the processor predicts every jump, and the
// benchmark says that jumps are free.
func shuffled[T any](kinds int, make func(i int) T) (all []T) {
	for x := uint32(1); len(all) < 1<<14; x = x*1664525 + 1013904223 {
		all = append(all, make(int(x>>16)%kinds))
	}
	return all
}

func codeOfAny(event any) int {
	switch event {
	case "user.created":
		return 1
	case "user.deleted":
		return 2
	case "user.renamed":
		return 3
	case "order.placed":
		return 4
	case "order.paid":
		return 5
	case "order.shipped":
		return 6
	case "order.returned":
		return 7
	case "invoice.sent":
		return 8
	}
	return 0
}

// byAny switches on the interface. The cases are compared one after the
// other, each by a call into the runtime since 1.20; before, by code in
// place that looked at the type word and then at the length.
func byAny() {
	for _, event := range events {
		total += codeOfAny(event)
	}
	// Allocs: 0
}

func codeOfText(event string) int {
	switch event {
	case "user.created":
		return 1
	case "user.deleted":
		return 2
	case "user.renamed":
		return 3
	case "order.placed":
		return 4
	case "order.paid":
		return 5
	case "order.shipped":
		return 6
	case "order.returned":
		return 7
	case "invoice.sent":
		return 8
	}
	return 0
}

// byText asserts the type once and switches on the string: by length
// first, then by halves.
func byText() {
	for _, event := range events {
		text, _ := event.(string)
		total += codeOfText(text)
	}
	// Allocs: 0
	// Faster (go1.20): 2x than byAny
}

// A level is the severity of a log line.
type level uint8

func (l level) weight() int {
	switch l { // eight cases that return constants
	case 0:
		return 7
	case 1:
		return 3
	case 2:
		return 9
	case 3:
		return 4
	case 4:
		return 1
	case 5:
		return 8
	case 6:
		return 2
	case 7:
		return 6
	}
	return 0
}

// weightsInlined calls a method that the compiler inlines. On every
// release that is a branch to one of eight places, and it is as hard to
// predict as the level.
func weightsInlined() {
	for _, l := range levels {
		total += l.weight() // want inline "inlining call to level.weight"
	}
	// Allocs: 0
}

// tableWeight has the same body, and may not be inlined.
//
//go:noinline
func (l level) tableWeight() int {
	switch l {
	case 0:
		return 7
	case 1:
		return 3
	case 2:
		return 9
	case 3:
		return 4
	case 4:
		return 1
	case 5:
		return 8
	case 6:
		return 2
	case 7:
		return 6
	}
	return 0
}

// weightsCalled pays for a call each time, and wins since 1.27: a switch
// whose clauses return constants becomes a load from a table. In a body
// that has been inlined there is no return any more, so no table.
func weightsCalled() {
	for _, l := range levels {
		total += l.tableWeight()
	}
	// Allocs: 0
	// Faster (go1.27): 3x than weightsInlined
	// See: assembly
}

// A packet is neither an error nor a Stringer.
type packet struct{ n int }

func (p packet) Read(b []byte) (int, error) { return 0, io.EOF }

func sortOfBody(body any) int {
	switch body.(type) {
	case error:
		return 1
	case io.Writer:
		return 2
	case fmt.Stringer:
		return 3
	case io.Reader:
		return 4
	}
	return 0
}

// byMethods asks a value for its methods. Up to 1.21 each case was a
// look-up in the runtime's table of (interface, type) pairs; since 1.22
// the switch has one cache, from type to clause.
func byMethods() {
	for _, body := range bodies {
		total += sortOfBody(body)
	}
	// Allocs: 0
}

func typeOfBody(body any) int {
	switch body.(type) {
	case *timeout:
		return 1
	case *os.File:
		return 2
	case fs.FileMode:
		return 3
	case packet:
		return 4
	}
	return 0
}

// byTypes asks a value for its type: a hash in the type word, compared
// with constants, then the pointer.
func byTypes() {
	for _, body := range bodies {
		total += typeOfBody(body)
	}
	// Allocs: 0
	// Faster (!go1.22): 2x than byMethods
}

func main() {
	evaluationOrder()
	migrated()
	seatsOfAll()
	kinds()
	statuses()
	commands()
	byAny()
	byText()
	weightsInlined()
	weightsCalled()
	byMethods()
	byTypes()
}
