//go:build ignore

// Interfaces: two words, who writes them, and who is allowed to ask what is
// in them.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"testing"
	"unsafe"
)

// words returns the two words of an any as numbers.
func words(v any) [2]uintptr { return *(*[2]uintptr)(unsafe.Pointer(&v)) }

// twoWords looks at what an interface value is made of.
//
// The type word decides: v == nil reads it and nothing else. The data word
// of a typed nil is zero as well, and the value is not nil. Two pointers
// to different accounts share a type word.
func twoWords() {
	type account struct{ id int }
	var none *account
	a, b := &account{1}, &account{2}
	for _, c := range []struct {
		name string
		v    any
	}{{"nil", nil}, {"(*account)(nil)", none}, {"&account", a}} {
		w := words(c.v)
		fmt.Println(c.name, w[0] != 0, w[1] != 0, c.v == nil)
	}
	fmt.Println("type words equal:", words(a)[0] == words(b)[0])
	// A word as big as a pointer holds a pointer, never an int: the 7 is
	// somewhere else, even if it would fit.
	fmt.Println("7 is in the word:", words(7)[1] == 7)
	// Output:
	// nil false false true
	// (*account)(nil) true false false
	// &account true true false
	// type words equal: true
	// 7 is in the word: false
}

// A meter counts. Read has a value receiver, Add a pointer receiver.
type meter struct{ n int }

func (m meter) Read() int  { return m.n }
func (m *meter) Add(n int) { m.n += n }

type (
	reader interface{ Read() int }
	adder  interface{ Add(n int) }
)

// What a type is meant to implement is written down where it is declared,
// and costs nothing at run time.
var (
	_ reader = meter{}
	_ reader = (*meter)(nil)
	_ adder  = (*meter)(nil)
)

// methodSets asks a value and a pointer for both interfaces.
//
// The method set of meter is Read; that of *meter is Read and Add. The
// call m.Add(1) compiles because m is a variable, and is short for
// (&m).Add(1). For what is in an interface there is no such &: it is not a
// variable, so meter does not implement adder, at compile time or in an
// assertion.
func methodSets() {
	var m meter
	m.Add(1)
	for _, v := range []any{m, &m} {
		_, reads := v.(reader)
		_, adds := v.(adder)
		fmt.Printf("%T reads %v adds %v\n", v, reads, adds)
	}
	// An interface made of m is a copy; one made of &m is not.
	var copied, shared reader = m, &m
	m.Add(10)
	fmt.Println(copied.Read(), shared.Read())
	// Output:
	// main.meter reads true adds false
	// *main.meter reads true adds true
	// 1 11
}

type pair struct{ a, b int }

var (
	sink      any
	small     = 255
	big       = 256
	empty     = ""
	name      = "ann"
	noBytes   []byte
	zeroPair  pair
	somePair  = pair{1, 2}
	aPointer  = &somePair
	onePtr    [1]*int
	nothing   struct{}
	boxedFrom = []struct {
		what string
		box  func()
	}{
		{"255", func() { sink = small }},
		{"256", func() { sink = big }},
		{`""`, func() { sink = empty }},
		{`"ann"`, func() { sink = name }},
		{"nil slice", func() { sink = noBytes }},
		{"zero struct", func() { sink = zeroPair }},
		{"pointer", func() { sink = aPointer }},
		{"[1]*int", func() { sink = onePtr }},
		{"struct{}", func() { sink = nothing }},
	}
)

// boxed counts what it costs to put a variable into an interface that
// outlives the call.
//
// A pointer is stored as it is, and so is a struct or array of one
// pointer. Everything else is copied to the heap and pointed to, except
// values below 256 of one word, of which the runtime has a table, and the
// zero values of words, strings and slices. A zero struct of two words is
// no exception.
func boxed() {
	for _, b := range boxedFrom {
		fmt.Println(b.what, testing.AllocsPerRun(100, b.box))
	}
	// Output:
	// 255 0
	// 256 1
	// "" 0
	// "ann" 1
	// nil slice 0
	// zero struct 1
	// pointer 0
	// [1]*int 0
	// struct{} 0
}

// constantBoxed puts a struct into an interface whose fields the compiler
// knows.
//
// Since 1.25 that is an address in read-only memory, as it has always been
// for plain constants. Below, the same line allocates.
func constantBoxed() {
	p := pair{1, 2}
	sink = p
	// Allocs (!go1.25): 1
	// Allocs (go1.25): 0
}

// A balance is all that charge needs to know about a store of accounts.
// charge declares it; the stores don't know that it exists.
type balance interface{ Balance(id string) (int, error) }

var errUnknown = errors.New("unknown account")

// charge says whether the account can pay.
func charge(b balance, id string, cents int) (bool, error) {
	have, err := b.Balance(id)
	if err != nil {
		return false, fmt.Errorf("charge %s: %w", id, err)
	}
	return have >= cents, nil
}

// A ledger has more methods than charge asks for.
type ledger struct{ cents map[string]int }

func (l *ledger) Balance(id string) (int, error) {
	have, ok := l.cents[id]
	if !ok {
		return 0, errUnknown
	}
	return have, nil
}

func (l *ledger) Close() error { return nil }

// A balanceFunc makes a function a balance, as http.HandlerFunc does.
type balanceFunc func(id string) (int, error)

func (f balanceFunc) Balance(id string) (int, error) { return f(id) }

// consumerSide passes the store and a fake of one line to the same
// function.
//
// The interface has one method as the consumer needs one. The store's
// package returns *ledger, a concrete type, to which it can add methods
// without breaking anybody.
func consumerSide() {
	store := &ledger{map[string]int{"ann": 500}}
	down := balanceFunc(func(string) (int, error) {
		return 0, io.ErrUnexpectedEOF
	})
	for _, b := range []balance{store, down} {
		for _, id := range []string{"ann", "bob"} {
			ok, err := charge(b, id, 300)
			fmt.Println(ok, err)
		}
	}
	// Output:
	// true <nil>
	// false charge bob: unknown account
	// false charge ann: unexpected EOF
	// false charge bob: unexpected EOF
}

// A sender is what every transport has.
type sender interface{ send(msg string) int }

// A batchSender needs one round trip for many.
type batchSender interface{ sendAll(msgs []string) int }

type plainWire struct{}

func (plainWire) send(string) int { return 1 }

type batchWire struct{ plainWire }

func (batchWire) sendAll([]string) int { return 1 }

// A traced sender wraps another; inner lets others look past it.
type traced struct{ sender }

func (t traced) inner() sender { return t.sender }

// batcher finds a batchSender behind wrappers that permit it.
func batcher(s sender) (batchSender, bool) {
	for {
		if b, ok := s.(batchSender); ok {
			return b, true
		}
		w, ok := s.(interface{ inner() sender })
		if !ok {
			return nil, false
		}
		s = w.inner()
	}
}

// upgraded asks a value for more than its static type says, and has an
// answer for no.
//
// That is how io.Copy finds WriterTo, and how http.ResponseController and
// errors.As look through wrappers. The loop passes by what traced does:
// right for a capability, wrong for a wrapper that must see each message.
func upgraded() {
	msgs := []string{"a", "b", "c"}
	for _, s := range []sender{plainWire{}, batchWire{}, traced{batchWire{}}} {
		trips := 0
		if b, ok := batcher(s); ok {
			trips = b.sendAll(msgs)
		} else {
			for _, m := range msgs {
				trips += s.send(m)
			}
		}
		_, direct := s.(batchSender)
		fmt.Printf("%T: asserted %v, trips %d\n", s, direct, trips)
	}
	// Output:
	// main.plainWire: asserted false, trips 3
	// main.batchWire: asserted true, trips 1
	// main.traced: asserted false, trips 1
}

// A payment is one of the types below: the unexported method keeps other
// packages from adding one.
type payment interface {
	fee(cents int) int
	seal()
}

type (
	card     struct{}
	transfer struct{}
)

func (card) seal()                 {}
func (transfer) seal()             {}
func (card) fee(cents int) int     { return cents * 2 / 100 }
func (transfer) fee(cents int) int { return 20 }

// sealed uses a closed set of types through an interface.
//
// A method can be added to payment, since all its types are here. Anywhere
// else that is a breaking change. The seal is not a vault: a struct in
// another package that embeds a payment has the method too.
func sealed() {
	total := 0
	for _, p := range []payment{card{}, transfer{}} {
		total += p.fee(1000)
	}
	type outside struct{ payment }
	var p payment = outside{card{}}
	fmt.Println(total, p.fee(1000))
	// Output: 40 20
}

// A trail records what happened; a nil trail records nothing.
type trail struct{ lines []string }

func (t *trail) note(s string) {
	if t == nil {
		return
	}
	t.lines = append(t.lines, s)
}

// nilReceiver makes the typed nil a value that works.
//
// A call through an interface needs a type word, not a data word, so a nil
// *trail is a valid default implementation, without an allocation and
// without a guard at each use. It works if all methods of the type keep
// the promise; those with a value receiver can't.
func nilReceiver() {
	var off *trail
	on := new(trail)
	for _, n := range []interface{ note(string) }{off, on} {
		n.note("started")
		fmt.Println(n != nil, n == interface{ note(string) }(off))
	}
	fmt.Println(on.lines)
	// Output:
	// true true
	// true false
	// [started]
}

// A shape is priced by its area.
type shape interface{ area() int }

type tile struct{ w, h int }

func (t tile) area() int { return t.w * t.h }

var (
	tiles  = make([]tile, 4096)
	shapes = func() []shape {
		s := make([]shape, len(tiles))
		for i := range tiles {
			tiles[i] = tile{i, 3}
			s[i] = tiles[i]
		}
		return s
	}()
	area int
)

// newShape returns the interface, as some constructors do.
func newShape(w, h int) shape { return &tile{w, h} }

// devirtualised calls a method of an interface of which the compiler sees
// what is in it.
//
// newShape is inlined, the *tile becomes visible, the call becomes direct
// and can be inlined itself, and the tile stays on the stack. A newShape
// too large to be inlined would cost the allocation and the dynamic call.
func devirtualised() {
	s := newShape(area, 3)
	area = s.area() // want inline "inlining call to .*area"
	// Allocs: 0
}

// areaDynamic sums areas through the interface: a load of the itab's entry
// and an indirect call for each, and a tile that lies somewhere.
func areaDynamic() {
	total := 0
	for _, s := range shapes {
		total += s.area()
	}
	area = total
	// Allocs: 0
}

// areaConcrete sums the same areas of a slice of tiles.
//
// The call is inlined, and tiles lie one after another. In a loop over
// many, decide for the type once, outside of it.
func areaConcrete() {
	total := 0
	for _, t := range tiles {
		total += t.area()
	}
	area = total
	// Faster: 1.5x than areaDynamic
}

// anyKeys uses values of any type as keys.
//
// Keys are equal if types are identical and values equal. nil is a key
// like others, and a typed nil is another one.
func anyKeys() {
	type celsius int
	seen := map[any]string{
		nil:           "nil",
		(*meter)(nil): "typed nil",
		7:             "int",
		int64(7):      "int64",
		celsius(7):    "celsius",
		pair{1, 2}:    "pair",
	}
	var lines []string
	for _, k := range []any{nil, (*meter)(nil), 7, celsius(7), 7.0, pair{1, 2}} {
		lines = append(lines, fmt.Sprintf("%T %q", k, seen[k]))
	}
	sort.Strings(lines)
	fmt.Fprintln(os.Stdout, strings.Join(lines, "\n"))
	// Output:
	// *main.meter "typed nil"
	// <nil> "nil"
	// float64 ""
	// int "int"
	// main.celsius "celsius"
	// main.pair "pair"
}

func main() {
	for _, run := range []func(){
		twoWords,
		methodSets,
		boxed,
		constantBoxed,
		consumerSide,
		upgraded,
		sealed,
		nilReceiver,
		devirtualised,
		areaDynamic,
		areaConcrete,
		anyKeys,
	} {
		run()
	}
}
