//go:build ignore

// Structs in use: how they lie in memory, what they cost, what equality
// and embedding mean, and how a type is made that can grow.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// A session has its fields in the order in which they came to mind.
type session struct {
	active bool
	seen   int64
	admin  bool
	user   string
	tries  uint8
}

// A sorted session has the same fields, those with the largest alignment
// first.
type sortedSession struct {
	user   string
	seen   int64
	active bool
	admin  bool
	tries  uint8
}

// show prints where the fields of a struct lie, and the gaps.
func show(v any) {
	t := reflect.TypeOf(v)
	var end uintptr
	gap := func(to uintptr) {
		if to > end {
			fmt.Printf("  %2d  %2d  -\n", end, to-end)
		}
	}
	fmt.Println(t.Name()+":", t.Size(), "bytes, aligned to", t.Align())
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		gap(f.Offset)
		fmt.Printf("  %2d  %2d  %s\n", f.Offset, f.Type.Size(), f.Name)
		end = f.Offset + f.Type.Size()
	}
	gap(t.Size())
}

// layout prints the picture of a struct: offset, size, name, and a dash
// where nothing is.
//
// Each field begins at a multiple of its alignment, and the whole has the
// largest alignment of them, so that the next element of an array fits.
// The compiler keeps the order of the source. The specification does not
// ask it to: it promises unsafe.Offsetof, and that a field is aligned.
//
// A field of size zero at the end is given a byte, which the alignment
// turns into 8. A pointer to it would otherwise point behind the object,
// and keep a stranger alive. Put noCopy, _ struct{} and _ [0]func() first.
func layout() {
	show(session{})
	show(sortedSession{})

	type guardFirst struct {
		_ [0]func()
		n int64
	}
	type guardLast struct {
		n int64
		_ [0]func()
	}
	show(guardFirst{})
	show(guardLast{})
	// Output:
	// session: 48 bytes, aligned to 8
	//    0   1  active
	//    1   7  -
	//    8   8  seen
	//   16   1  admin
	//   17   7  -
	//   24  16  user
	//   40   1  tries
	//   41   7  -
	// sortedSession: 32 bytes, aligned to 8
	//    0  16  user
	//   16   8  seen
	//   24   1  active
	//   25   1  admin
	//   26   1  tries
	//   27   5  -
	// guardFirst: 8 bytes, aligned to 8
	//    0   0  _
	//    0   8  n
	// guardLast: 16 bytes, aligned to 8
	//    0   8  n
	//    8   0  _
	//    8   8  -
}

// kept makes what is stored in it escape, as a field of a server would.
var kept any

// allocated returns how many bytes of heap one object takes, by the least
// of a few measurements.
func allocated(create func() any) uint64 {
	objects := make([]any, 1000)
	least := uint64(math.MaxUint64)
	for try := 0; try < 5; try++ {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range objects {
			objects[i] = create()
		}
		runtime.ReadMemStats(&after)
		each := (after.TotalAlloc - before.TotalAlloc) / uint64(len(objects))
		if each < least {
			least = each
		}
	}
	kept = objects
	return least
}

// sizeClasses prints what the next field costs: mostly nothing, sometimes
// a quarter.
//
// The heap has some 70 sizes, and an object takes the next one. A bool
// makes 80 bytes out of 64. It makes nothing out of 520, since 576 were
// taken anyway. Objects of less than 16 bytes without pointers share a
// block of 16, and keep each other alive.
//
// Since 1.22 an object of more than 512 bytes that has a pointer anywhere
// has 8 bytes in front, for its type. One of 1,024 bytes, a power of two
// by design, pays 1,152 for its first pointer.
func sizeClasses() {
	type next struct{ _ *int }
	row := func(name string, create func() any) {
		fmt.Printf("%-21s %4d\n", name, allocated(create))
	}
	row("64", func() any { return new([64]byte) })
	row("64 and a bool", func() any {
		return new(struct {
			_ [8]int64
			_ bool
		})
	})
	row("512", func() any { return new([512]byte) })
	row("520", func() any { return new([520]byte) })
	row("528, a bool more", func() any {
		return new(struct {
			_ [65]int64
			_ bool
		})
	})
	row("512, a pointer in it", func() any {
		return new(struct {
			next
			_ [504]byte
		})
	})
	row("1024", func() any { return new([1024]byte) })
	row("1024, a pointer in it", func() any {
		return new(struct {
			next
			_ [1016]byte
		})
	})
	// Output (!go1.22):
	// 64                      64
	// 64 and a bool           80
	// 512                    512
	// 520                    576
	// 528, a bool more       576
	// 512, a pointer in it   512
	// 1024                  1024
	// 1024, a pointer in it 1024
	// Output (go1.22):
	// 64                      64
	// 64 and a bool           80
	// 512                    512
	// 520                    576
	// 528, a bool more       576
	// 512, a pointer in it   512
	// 1024                  1024
	// 1024, a pointer in it 1152
}

// A rowFirst and a rowLast are the same record, a buffer and a link.
type rowFirst struct {
	next *rowFirst
	buf  [1000]byte
}

type rowLast struct {
	buf  [1000]byte
	next *rowLast
}

// pointerBytes returns how many bytes of a value the collector may have to
// look at: from its beginning to the end of its last pointer. It is the
// second word of a type, for reading here, not for use.
func pointerBytes(v any) uintptr {
	typ := *(**[2]uintptr)(unsafe.Pointer(&v))
	return typ[1]
}

// pointersFirst shows the one field order that the collector cares about.
//
// It stops at the last pointer of an object. With the link in front of the
// buffer that is 8 bytes, behind it 1,008. For a slice of such rows it
// saves nothing: there the rows that follow have pointers too.
//
// The linter fieldalignment proposes both orders at once, for size and for
// pointers. It doesn't know who relies on the old one: ==, unkeyed
// literals, encoding/binary, a cache line.
func pointersFirst() {
	type logged struct {
		ID      int64
		Kind    string
		Payload any
	}
	type reordered struct {
		Payload any
		Kind    string
		ID      int64
	}
	row := func(v any) {
		size := reflect.TypeOf(v).Size()
		fmt.Printf("%T: %d of %d\n", v, pointerBytes(v), size)
	}
	row(rowFirst{})
	row(rowLast{})
	row(logged{})
	row(reordered{})
	row([10]rowFirst{})
	// Output:
	// main.rowFirst: 8 of 1008
	// main.rowLast: 1008 of 1008
	// main.logged: 40 of 40
	// main.reordered: 24 of 40
	// [10]main.rowFirst: 9080 of 10080
}

// cacheLine is right for amd64. The runtime pads to 128 bytes on arm64
// and ppc64, 256 on s390x: cpu.CacheLinePad of golang.org/x/sys knows.
const cacheLine = 64

// A shard is a counter with a line of its own.
type shard struct {
	n int64
	_ [cacheLine - 8]byte
}

// A hits counter is written by many goroutines, each to its own shard. The
// line in front keeps away whatever stands before shards.
type hits struct {
	name   string
	_      [cacheLine]byte
	shards [8]shard
}

// linesOf counts the cache lines in which the variables lie.
func linesOf(vars ...*int64) int {
	lines := make(map[uintptr]bool)
	for _, v := range vars {
		lines[uintptr(unsafe.Pointer(v))/cacheLine] = true
	}
	return len(lines)
}

// shards keeps eight writers from taking one cache line from each other.
//
// Without padding eight counters of 8 bytes are one line, which moves from
// core to core with each write. What padding buys depends on the machine
// and has to be measured there; what it does is arithmetic. Padding at the
// end alone is the usual mistake: it keeps the neighbours behind away, not
// those in front.
//
// The counters are int64 and atomic. On 32-bit processors that needs an
// address divisible by 8, which Go promises for the first word of an
// allocated struct and for the type atomic.Int64 (1.19) anywhere.
func shards() {
	plain := new([8]int64)
	padded := &hits{name: "GET /"}
	kept = []any{plain, padded}

	var ofPlain, ofPadded []*int64
	var wg sync.WaitGroup
	for i := range plain {
		ofPlain = append(ofPlain, &plain[i])
		ofPadded = append(ofPadded, &padded.shards[i].n)
		wg.Add(1)
		go func(n *int64) {
			defer wg.Done()
			atomic.AddInt64(n, 1)
		}(&padded.shards[i].n)
	}
	wg.Wait()

	fmt.Println("lines, plain:", linesOf(ofPlain...))
	fmt.Println("lines, padded:", linesOf(ofPadded...))
	fmt.Println("bytes:", unsafe.Sizeof(*plain), unsafe.Sizeof(*padded))
	var sum int64
	for i := range padded.shards {
		sum += atomic.LoadInt64(&padded.shards[i].n)
	}
	fmt.Println("hits:", sum)
	// Output:
	// lines, plain: 1
	// lines, padded: 8
	// bytes: 64 592
	// hits: 8
}

// A trade is a row of 1 kB, of which the loops below need 8 bytes.
type trade struct {
	amount int64
	rest   [127]int64
}

var (
	trades = make([]trade, 64)
	volume int64
)

// sumByRange copies each row to read one field of it, until 1.26.
//
// for _, t := range makes t a variable, assigned at each turn. The
// compiler keeps structs of up to four fields and four words in
// registers; a larger one is memory, and the assignment a copy. 1.27
// leaves the copy out where only fields are read. A method with a value
// receiver, even an inlined one, brings it back.
func sumByRange() {
	var sum int64
	for _, t := range trades {
		sum += t.amount
	}
	volume = sum
	// Allocs: 0
	// See: assembly
}

// sumByIndex reads where the row lies.
//
// The habit costs nothing on 1.27 and is worth most of the loop's time
// before. It also lets the loop change the row, which a copy does not.
func sumByIndex() {
	var sum int64
	for i := range trades {
		sum += trades[i].amount
	}
	volume = sum
	// Allocs: 0
	// Faster (!go1.27): 3x than sumByRange
}

// equal says how two values compare with ==, or that they can't.
func equal(a, b any) (answer string) {
	defer func() {
		if recover() != nil {
			answer = "panic"
		}
	}()
	return fmt.Sprint(a == b)
}

// compared shows what == means for a struct: == of all fields, in their
// order, up to the first that differs.
//
// Blank fields don't count. NaN differs from itself and the two zeros are
// equal, so equal structs can print differently and identical ones can
// differ. A pointer is its address. A field of an interface type compiles
// and may panic, which a difference further up prevents. A slice, map or
// func field takes == away from the struct and from all that hold it.
func compared() {
	type load struct{ ratio float64 }
	nan, negative := math.NaN(), math.Copysign(0, -1)
	fmt.Println("NaN:", equal(load{nan}, load{nan}))
	fmt.Println("zeros:", equal(load{0}, load{negative}))

	type blank struct {
		n int32
		_ int32
	}
	a, b := blank{n: 1}, blank{n: 1}
	(*[2]int32)(unsafe.Pointer(&b))[1] = 7
	fmt.Println("blank field differs:", equal(a, b))

	type labelled struct{ label *string }
	x, y := "eu", "eu"
	fmt.Println("pointers to equal text:", equal(labelled{&x}, labelled{&y}))

	list := []int{1}
	type first struct {
		payload any
		id      int
	}
	type last struct {
		id      int
		payload any
	}
	fmt.Println("payload, id:", equal(first{list, 1}, first{list, 2}))
	fmt.Println("id, payload:", equal(last{1, list}, last{2, list}))

	// As a key every field is hashed, so the order can't help.
	defer func() { fmt.Println("as a key:", recover() != nil) }()
	_ = map[last]bool{}[last{1, list}]
	// Output:
	// NaN: false
	// zeros: true
	// blank field differs: true
	// pointers to equal text: false
	// payload, id: panic
	// id, payload: false
	// as a key: true
}

// A journal has a method for values and one for pointers.
type journal struct{ lines int }

func (j journal) Len() int { return j.lines }

func (j *journal) Flush() string { *j = journal{}; return "journal" }

// A spool has a Flush as well.
type spool struct{}

func (spool) Flush() string { return "spool" }

// promoted shows which methods embedding brings, by asking for interfaces.
//
// A T brings the methods of T; those of *T come to the outer pointer only,
// since they need an address. A *T brings both to both, and a nil to each
// new value. Two of one name at one depth are none, and nobody says so. A
// method nearer to the surface hides the deeper ones, and need not have
// the same signature. An interface brings what it lists, not what is in
// it.
//
// Promotion satisfies interfaces, so an embedding struct is as polymorphic
// as any type. What it is not is a subclass: the receiver of a promoted
// method is the embedded value, which knows nothing of what is around it.
func promoted() {
	has := func(name string, v any) {
		by := "nobody"
		if f, ok := v.(interface{ Flush() string }); ok {
			by = f.Flush()
		}
		_, length := v.(interface{ Len() int })
		fmt.Printf("%s: Len %v, Flush by %s\n", name, length, by)
	}
	type byValue struct{ journal }
	has("struct{ T }", byValue{})
	has("pointer to it", &byValue{})

	type byPointer struct{ *journal }
	has("struct{ *T }", byPointer{new(journal)})

	type both struct {
		*journal
		spool
	}
	has("two of one depth", both{new(journal), spool{}})

	type deeper struct {
		both
		spool
	}
	has("two depths", deeper{both{journal: new(journal)}, spool{}})

	type lener interface{ Len() int }
	type byInterface struct{ lener }
	has("an interface, *T in it", byInterface{new(journal)})

	defer func() { fmt.Println("a nil *T panics:", recover() != nil) }()
	byPointer{}.Len()
	// Output:
	// struct{ T }: Len true, Flush by nobody
	// pointer to it: Len true, Flush by journal
	// struct{ *T }: Len true, Flush by journal
	// two of one depth: Len true, Flush by nobody
	// two depths: Len true, Flush by spool
	// an interface, *T in it: Len true, Flush by nobody
	// a nil *T panics: true
}

// A user is a row of the table.
type user struct {
	ID    int64  `db:"id"`
	Name  string `db:"name"`
	Quota int    `db:"quota"`
}

// A userV1 is what version 1 of the API calls a user.
type userV1 struct {
	ID    int64  `json:"id,string"`
	Name  string `json:"name"`
	Quota int    `json:"-"`
}

// converted turns one struct into the other without naming a field:
// conversion ignores tags.
//
// Names, types and order must be the same, and what is embedded. That is
// the point: whoever adds a field to user gets a compile error here and
// has to decide whether version 1 has it. A function that copies three
// fields would go on copying three. It costs nothing; a slice of users has
// to be converted one by one.
func converted() {
	u := user{ID: 1 << 60, Name: "ann", Quota: 5}
	body, err := json.Marshal(userV1(u))
	fmt.Println(string(body), err)
	fmt.Println("back:", user(userV1(u)) == u)
	// Output:
	// {"id":"1152921504606846976","name":"ann"} <nil>
	// back: true
}

// An interval ends, or has no end yet.
type interval struct {
	Until time.Time `json:"until,omitempty"`
}

type intervalZero struct {
	Until time.Time `json:"until,omitzero"`
}

type intervalPointer struct {
	Until *time.Time `json:"until,omitempty"`
}

type intervalNested struct {
	Range struct{ From, To int } `json:"range,omitempty"`
}

// omitted prints what goes over the wire when a struct has nothing to say.
//
// omitempty leaves out false, 0, nil and what has a length of 0. No struct
// is ever empty in that sense, time.Time least of all. omitzero (1.24) is
// meant for it and asks IsZero, where there is one. On 1.23 it is a word
// in a tag that nobody reads. A library with such tags depends on the
// toolchain of whoever builds it; the pointer does not.
func omitted() {
	for _, v := range []any{
		interval{}, intervalNested{}, intervalPointer{}, intervalZero{},
	} {
		body, err := json.Marshal(v)
		fmt.Println(string(body), err)
	}
	// Output (!go1.24):
	// {"until":"0001-01-01T00:00:00Z"} <nil>
	// {"range":{"From":0,"To":0}} <nil>
	// {} <nil>
	// {"until":"0001-01-01T00:00:00Z"} <nil>
	// Output (go1.24):
	// {"until":"0001-01-01T00:00:00Z"} <nil>
	// {"range":{"From":0,"To":0}} <nil>
	// {} <nil>
	// {} <nil>
}

// A registry is ready as it is: the map is made by the first writer.
type registry struct {
	mu     sync.Mutex
	byName map[string]int
}

// add registers a name. Readers need no such care, a nil map reads as an
// empty one.
func (r *registry) add(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byName == nil {
		r.byName = make(map[string]int)
	}
	r.byName[name]++
	return len(r.byName)
}

// ready asks zero values whether they can be used.
//
// "Make the zero value useful" is a promise that a type makes, not one of
// the language. It has to be written down and kept: a field that needs a
// constructor takes it away from the struct, and from every struct that
// embeds it. Where a constructor is needed, say what happens without it,
// and let it be a panic at the first use and not a wrong answer.
func ready() {
	try := func(name string, use func()) {
		defer func() { fmt.Println(name+":", recover()) }()
		use()
	}
	var s struct {
		mu    sync.Mutex
		buf   bytes.Buffer
		text  strings.Builder
		list  []int
		table map[string]int
		timer time.Timer
		cond  sync.Cond
		done  func()
		reg   registry
	}
	try("Mutex", func() { s.mu.Lock(); s.mu.Unlock() })
	try("Buffer", func() { s.buf.WriteByte('x') })
	try("Builder", func() { s.text.WriteByte('x') })
	try("append to nil", func() { s.list = append(s.list, 1) })
	try("read a nil map", func() { _ = s.table["a"] })
	try("delete from it", func() { delete(s.table, "a") })
	try("write a nil map", func() { s.table["a"] = 1 })
	try("Timer", func() { s.timer.Stop() })
	try("Cond", func() { s.cond.Wait() })
	try("func", func() { s.done() })
	try("registry", func() { s.reg.add("a") })
	// Output:
	// Mutex: <nil>
	// Buffer: <nil>
	// Builder: <nil>
	// append to nil: <nil>
	// read a nil map: <nil>
	// delete from it: <nil>
	// write a nil map: assignment to entry in nil map
	// Timer: time: Stop called on uninitialized Timer
	// Cond: runtime error: invalid memory address or nil pointer dereference
	// func: runtime error: invalid memory address or nil pointer dereference
	// registry: <nil>
}

// A client calls a service. Make it with newClient.
type client struct {
	base    string
	timeout time.Duration
	retries int
}

// An option changes one setting of a client.
type option func(*client) error

func withTimeout(d time.Duration) option {
	return func(c *client) error {
		if d <= 0 {
			return fmt.Errorf("timeout %v: must be positive", d)
		}
		c.timeout = d
		return nil
	}
}

func withRetries(n int) option {
	return func(c *client) error { c.retries = n; return nil }
}

// newClient returns a client for the service at base.
func newClient(base string, options ...option) (*client, error) {
	if base == "" {
		return nil, errors.New("no base address")
	}
	c := &client{base: base, timeout: time.Second, retries: 3}
	for _, set := range options {
		if err := set(c); err != nil {
			return nil, fmt.Errorf("client for %s: %w", base, err)
		}
	}
	return c, nil
}

// options makes a client by functional options: what is required is a
// parameter, the rest has defaults, and zero is a setting like others.
//
// A config struct is better where settings come from a file, are printed,
// compared or passed on: it is data, and options are code. Its zero value
// then has to mean "default", see zeroIsDefault in pitfalls.go. Both can
// grow without breaking callers, if literals are keyed and nobody compares
// the struct.
func options() {
	c, err := newClient("https://a.example", withRetries(0))
	fmt.Println(c.retries, c.timeout, err)
	c, err = newClient("https://a.example", withTimeout(0))
	fmt.Println(c, err)
	c, err = newClient("")
	fmt.Println(c, err)
	// Output:
	// 0 1s <nil>
	// <nil> client for https://a.example: timeout 0s: must be positive
	// <nil> no base address
}

func main() {
	for _, run := range []func(){
		layout,
		sizeClasses,
		pointersFirst,
		shards,
		sumByRange,
		sumByIndex,
		compared,
		promoted,
		converted,
		omitted,
		ready,
		options,
	} {
		run()
	}
}
