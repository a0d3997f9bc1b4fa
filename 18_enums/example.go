//go:build ignore

// Enums in use: names for numbers, a boundary that checks them, and tables
// that say when they are incomplete.
package main

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A State is where an order is. The numbers are stored: they are written
// down, never reused, and 0 is none of them.
type State uint8

// The states of an order.
const (
	Open     State = 1
	Paid     State = 2
	Shipped  State = 3
	Returned State = 5 // 4 was Packed, until 2024
)

var stateNames = [...]string{
	Open: "open", Paid: "paid", Shipped: "shipped", Returned: "returned",
}

// These lines don't compile if the table doesn't end with the last state: a
// difference of unsigned constants must not be negative. Who adds a state
// puts its name here.
const _ = uint(len(stateNames)-1) - uint(Returned)
const _ = uint(Returned) - uint(len(stateNames)-1)

// Known says whether s is one of the states above. A table may have holes,
// so that its length alone doesn't tell.
func (s State) Known() bool {
	return int(s) < len(stateNames) && stateNames[s] != ""
}

// String never fails: it is called by log lines about broken data.
func (s State) String() string {
	if !s.Known() {
		return fmt.Sprintf("state(%d)", uint8(s))
	}
	return stateNames[s]
}

// named prints what a number is called, for all that a byte can hold.
//
// A State is a uint8 with a name. The names in the const block are not the
// set of its values: any constant that fits can be assigned, any integer
// converted. Code that takes a State has to say what it does with the
// other 252.
func named() {
	var unset State // not a state, and visible as such
	var wild State = 200
	fmt.Println(unset, Open, Returned, wild)

	// The hole left by Packed is an empty string in the table. Without
	// the check it would be a log line with nothing in it.
	fmt.Println(State(4))

	known := 0
	for s := 0; s < 256; s++ {
		if State(s).Known() {
			known++
		}
	}
	fmt.Println("known:", known, "others:", 256-known)

	// %d sees the number. %x is about text too, and sees String.
	fmt.Printf("%d %x %q\n", Paid, Paid, Paid)
	// Output:
	// state(0) open returned state(200)
	// state(4)
	// known: 4 others: 252
	// 2 70616964 "paid"
}

// ParseState is the inverse of String for the known states, and refuses
// everything else.
func ParseState(name string) (State, error) {
	for s, known := range stateNames {
		if known == name && known != "" {
			return State(s), nil
		}
	}
	return 0, fmt.Errorf("unknown state %q", name)
}

// MarshalText has a value receiver, so that no way of passing a State
// avoids it. What can't be read again is not written.
func (s State) MarshalText() ([]byte, error) {
	if !s.Known() {
		return nil, fmt.Errorf("state %d has no text", uint8(s))
	}
	return []byte(stateNames[s]), nil
}

// UnmarshalText changes s only if it succeeds.
func (s *State) UnmarshalText(text []byte) error {
	parsed, err := ParseState(string(text))
	if err == nil {
		*s = parsed
	}
	return err
}

// roundTrip tries the property that a text form has to have, with every
// value of the type and not just with those that have a name.
//
// A byte has 256 values, so the test is a loop. For an int try the known
// ones, the numbers beside them, and the ends.
func roundTrip() {
	written, refused := 0, 0
	for n := 0; n < 256; n++ {
		text, err := State(n).MarshalText()
		if err != nil {
			refused++
			continue
		}
		var back State
		if err := back.UnmarshalText(text); err != nil || back != State(n) {
			fmt.Println("lost:", n)
		}
		written++
	}
	fmt.Println("written:", written, "refused:", refused)

	// The same two methods serve JSON, as a value and as a map key.
	body, err := json.Marshal(map[State][]State{Open: {Paid, Returned}})
	fmt.Println(string(body), err)

	// A number is refused: readers can't come to depend on it.
	var s State
	fmt.Println(json.Unmarshal([]byte(`2`), &s) != nil, s)
	// Output:
	// written: 4 refused: 252
	// {"open":["paid","returned"]} <nil>
	// true state(0)
}

// Value stores the number. It has a value receiver as well, or database/sql
// would find no method and store whatever the underlying type is.
func (s State) Value() (driver.Value, error) {
	if !s.Known() {
		return nil, fmt.Errorf("state %d is not stored", uint8(s))
	}
	return int64(s), nil
}

// Scan takes what a driver may deliver. The check is before the conversion,
// which would cut 258 down to a valid state.
func (s *State) Scan(column any) error {
	n, ok := column.(int64)
	if !ok {
		return fmt.Errorf("state column is %T, not an integer", column)
	}
	if n < 0 || n > int64(Returned) || !State(n).Known() {
		return fmt.Errorf("unknown state %d in the database", n)
	}
	*s = State(n)
	return nil
}

// scanned reads columns of all kinds into one variable: what is refused
// leaves it as it was.
//
// NULL arrives as nil and is refused here. A column that may be NULL is a
// pointer or an sql.Null in the row's struct, not one more state.
func scanned() {
	s := Open
	for _, column := range []any{int64(3), int64(4), int64(258), "paid", nil} {
		err := s.Scan(column)
		fmt.Println(s, err)
	}
	fmt.Println(driver.DefaultParameterConverter.ConvertValue(s))
	// Output:
	// shipped <nil>
	// shipped unknown state 4 in the database
	// shipped unknown state 258 in the database
	// shipped state column is string, not an integer
	// shipped state column is <nil>, not an integer
	// 3 <nil>
}

// follows says which states may come after which. It is data: a test can
// walk through it, and a page can draw it.
var follows = [...][]State{
	Open:     {Paid},
	Paid:     {Shipped, Returned},
	Shipped:  {Returned},
	Returned: {},
}

var errConflict = errors.New("the order is in another state")

// An order has a state that several requests may want to change.
type order struct{ state int32 }

// advance moves the order from one state to another, for one caller.
func (o *order) advance(from, to State) error {
	if !from.Known() {
		return fmt.Errorf("advance from %v", from)
	}
	for _, next := range follows[from] {
		if next == to {
			if !atomic.CompareAndSwapInt32(&o.state, int32(from), int32(to)) {
				return errConflict
			}
			return nil
		}
	}
	return fmt.Errorf("no way from %v to %v", from, to)
}

// transitions has four requests ship one order, and one of them does.
//
// Two questions are asked. Is there such a transition: a look into the
// table, the same for all orders. Is this order in that state now: one
// atomic operation, since an answer that is read first is old when it is
// used. Whoever gets nil does what belongs to the transition.
func transitions() {
	o := &order{state: int32(Paid)}
	var shipped, conflicts int32
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			switch err := o.advance(Paid, Shipped); err {
			case nil:
				atomic.AddInt32(&shipped, 1)
			case errConflict:
				atomic.AddInt32(&conflicts, 1)
			}
		}()
	}
	wg.Wait()
	fmt.Println("shipped:", shipped, "conflicts:", conflicts)
	fmt.Println(o.advance(Shipped, Open))

	// The table checked: each state is in it, and each can end.
	for from := range follows {
		if State(from).Known() && !ends(State(from)) {
			fmt.Println("no end from", State(from))
		}
	}
	// Output:
	// shipped: 1 conflicts: 3
	// no way from shipped to open
}

// ends says whether a final state can be reached. There are no circles in
// the table; with circles, remember where you have been.
func ends(s State) bool {
	for _, next := range follows[s] {
		if ends(next) {
			return true
		}
	}
	return len(follows[s]) == 0
}

// Access is a set of rights.
type Access uint8

// The rights, each one bit.
const (
	Read Access = 1 << iota
	Write
	Remove

	// All has its own expression. It stands at the end of the block, where
	// no bare name can repeat it.
	All = Read | Write | Remove
)

// Has says whether all of want are in a. Nothing is not a right: to ask for
// it is a mistake, and mistakes are refused.
func (a Access) Has(want Access) bool {
	return want != 0 && a&want == want
}

// String names the bits it knows and prints the others as a number, so that
// a newer peer's right is not invisible.
func (a Access) String() string {
	if a == 0 {
		return "none"
	}
	var parts []string
	for i, name := range []string{"read", "write", "remove"} {
		if a&(1<<i) != 0 {
			parts = append(parts, name)
		}
	}
	if unknown := a &^ All; unknown != 0 {
		parts = append(parts, fmt.Sprintf("%#x", uint8(unknown)))
	}
	return strings.Join(parts, "|")
}

// flagged takes rights apart.
//
// With one bit, a&w != 0 and a&w == w are the same test. With two they are
// any and all; with none they are never and always. A route that has been
// registered without a right asks for none.
func flagged() {
	editor := Read | Write
	var unset Access
	for _, want := range []Access{Read, Read | Remove, unset} {
		fmt.Printf("%v: any %t, all %t, Has %t\n", want,
			editor&want != 0, editor&want == want, editor.Has(want))
	}

	// &^ takes away and can be repeated. ^ toggles: twice is back again.
	fmt.Println(editor&^Write, editor&^Write&^Write, editor^Remove^Remove)

	// Right 8 is of a newer peer. Keep it or mask it, but see it.
	fmt.Println(Access(9), Access(9)&All, bits.OnesCount8(uint8(All)))
	// Output:
	// read: any true, all true, Has true
	// read|remove: any true, all false, Has false
	// none: any false, all true, Has false
	// read read read|write
	// read|0x8 read 3
}

// An Outcome is how a payment ended. Its method is unexported, so no other
// package can write one.
type Outcome interface{ visit(outcomes) }

// outcomes has a function for each variant.
type outcomes struct {
	captured func(cents int)
	declined func(reason string)
}

// Captured is money.
type Captured struct{ Cents int }

// Declined is none.
type Declined struct{ Reason string }

func (c Captured) visit(o outcomes) { o.captured(c.Cents) }
func (d Declined) visit(o outcomes) { o.declined(d.Reason) }

// summed adds up outcomes of both kinds without a type switch.
//
// An enum whose members carry different data is a set of types. A switch
// over them is not checked for completeness, a method is: a third variant
// has to have visit, so it needs a function in outcomes. A literal without
// keys then fails to compile wherever outcomes are used, until somebody
// has said what is to happen. And a pointer, which no case of a switch
// would match, is visited as well.
func summed() {
	cents := 0
	var reasons []string
	for _, o := range []Outcome{
		Captured{500}, &Captured{700}, Declined{"limit"},
	} {
		o.visit(outcomes{
			func(c int) { cents += c },
			func(reason string) { reasons = append(reasons, reason) },
		})
	}
	fmt.Println(cents, reasons)
	// Output: 1200 [limit]
}

// Each returns the known values of an enum: all that have a name. The
// constraint is about the underlying type, so that one function serves
// every enum of a program.
func Each[E ~uint8](known func(E) bool) (all []E) {
	for n := 0; n < 256; n++ {
		if known(E(n)) {
			all = append(all, E(n))
		}
	}
	return all
}

// listed makes the choices of a form from the type.
//
// ~uint8 lets a State in. A type switch does not: it looks for the type
// itself, and a State is no uint8. So a logger or encoder that switches
// on the basic types drops enums into its default.
func listed() {
	fmt.Println(Each(State.Known))
	var v any = Paid
	switch v.(type) {
	case uint8:
		fmt.Println("a uint8")
	case fmt.Stringer:
		fmt.Println("something with a String")
	default:
		fmt.Println("unknown")
	}
	// Output:
	// [open paid shipped returned]
	// something with a String
}

// rowByNumber and rowByText are a row of an index: when, where to, state.
type rowByNumber struct {
	at    int64
	shard uint16
	state State
}

type rowByText struct {
	at    int64
	shard uint16
	state string
}

// rows shows what a state costs as a number and as text, in memory and in
// a document.
//
// The number fits into the gap behind another field. The text is two words
// and a pointer for the collector to follow. In return a document of texts
// explains itself, and an unknown text survives.
func rows() {
	fmt.Println("by number:", unsafe.Sizeof(rowByNumber{}), "bytes")
	fmt.Println("by text:", unsafe.Sizeof(rowByText{}), "bytes")
	number, _ := json.Marshal(uint8(Returned))
	text, _ := json.Marshal(Returned)
	fmt.Println("in JSON:", len(number), "and", len(text), "bytes")
	// Output (amd64 || arm64):
	// by number: 16 bytes
	// by text: 32 bytes
	// in JSON: 1 and 10 bytes
	// See: layout
}

var (
	history = []State{Open, Paid, Shipped, Returned, Paid, Open, Shipped, Paid}
	days    int
)

var daysByMap = map[State]int{Open: 2, Paid: 1, Shipped: 5, Returned: 14}

// limitByMap looks a number up for each state in a map.
func limitByMap() {
	for _, s := range history {
		days += daysByMap[s]
	}
	// Allocs: 0
}

var daysByArray = [...]int{Open: 2, Paid: 1, Shipped: 5, Returned: 14}

// limitByArray looks it up in an array: an index and a comparison.
//
// A map answers 0 for what is not in it, the array does so for its holes
// and panics behind its end. Neither is an answer to an unknown state.
func limitByArray() {
	for _, s := range history {
		days += daysByArray[s]
	}
	// Allocs: 0
	// Faster: 3x than limitByMap
	// See: assembly
}

func main() {
	for _, run := range []func(){
		named,
		roundTrip,
		scanned,
		transitions,
		flagged,
		summed,
		listed,
		rows,
		limitByMap,
		limitByArray,
	} {
		run()
	}
}
