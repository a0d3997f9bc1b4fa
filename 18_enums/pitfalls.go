//go:build ignore

// Pitfalls of enums: a number gets its meaning from a const block, and the
// number outlives the block, leaves the process and meets another one.
package main

import (
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"
)

// An effect is what a rule does with the requests that it matches.
type effect uint8

const (
	allow effect = iota
	deny
)

func (e effect) String() string {
	if e == deny {
		return "deny"
	}
	return "allow"
}

// UnmarshalText is strict: no word but the two is accepted.
func (e *effect) UnmarshalText(text []byte) error {
	switch string(text) {
	case "allow":
		*e = allow
	case "deny":
		*e = deny
	default:
		return fmt.Errorf("unknown effect %q", text)
	}
	return nil
}

var _ encoding.TextUnmarshaler = (*effect)(nil)

// policies are one rule as four people wrote it.
var policies = []string{
	`{"path":"/admin","effect":"deny"}`,
	`{"path":"/admin","effect":"dney"}`,
	`{"path":"/admin","efect":"deny"}`,
	`{"path":"/admin","effect":null}`,
}

func loadRule(text string) string {
	var rule struct {
		Path   string
		Effect effect
	}
	if err := json.Unmarshal([]byte(text), &rule); err != nil {
		return "refused"
	}
	return rule.Effect.String()
}

// strictButAbsent opens /admin: the parser refuses every wrong word, is
// never called for a missing one, and zero is allow.
//
// The review looked at UnmarshalText, which can't be faulted, and at its
// test, which has one row for each word. A member that is absent, or
// misspelt, calls nothing. Neither does null: encoding/json calls
// UnmarshalJSON for it and UnmarshalText not.
//
// No log line, no metric, and an audit that finds the rule in the file,
// with the right word in it. Look for enums whose zero value grants, pays
// or sends something, in structs that are decoded.
func strictButAbsent() {
	for _, text := range policies {
		fmt.Println(text[17:], loadRule(text))
	}
	// Output:
	// "effect":"deny"} deny
	// "effect":"dney"} refused
	// "efect":"deny"} allow
	// "effect":null} allow
}

// An effectFixed has no meaning at zero.
type effectFixed uint8

const (
	_ effectFixed = iota
	allowFixed
	denyFixed
)

func loadRuleFixed(text string) string {
	var rule struct {
		Path   string
		Effect string
	}
	if err := json.Unmarshal([]byte(text), &rule); err != nil {
		return "refused"
	}
	words := map[string]effectFixed{"allow": allowFixed, "deny": denyFixed}
	switch words[rule.Effect] {
	case allowFixed, denyFixed:
		return rule.Effect
	}
	return "refused"
}

// strictButAbsentFixed starts at one and asks after decoding whether
// something has been set.
//
// The check has to be behind the decoder: nothing inside it runs for what
// is not there. DisallowUnknownFields finds the misspelt name as well, and
// neither the null nor a rule without the member.
func strictButAbsentFixed() {
	for _, text := range policies {
		fmt.Println(text[17:], loadRuleFixed(text))
	}
	// Output:
	// "effect":"deny"} deny
	// "effect":"dney"} refused
	// "efect":"deny"} refused
	// "effect":null} refused
}

// The states of a payment in the build that wrote the rows.
const (
	pendingOld = iota + 1
	settledOld
)

// The states in the build that reads them.
const (
	cancelledNew = iota + 1 // added; the linter wants blocks sorted
	pendingNew
	settledNew
)

// charges says of a stored state whether the next build asks for money.
func charges(stored int) bool {
	return stored == pendingNew
}

// sortedBlock charges everybody a second time who has already paid: a line
// at the top of the block moved all numbers below it by one.
//
// In the diff it is one added line in alphabetical order. Both builds pass
// all their tests, since a test imports the block that it runs with. Only
// the rows know the old one, and the messages in flight, and the replica
// that is deployed an hour later.
//
// The pager is the bank's. Roll the build back and the rows written in
// between are wrong the other way round. To repair them you need the time
// of each write and the build that made it. Look for iota in types that are
// stored, hashed or sent, and keep a test that has numbers in it.
func sortedBlock() {
	for _, stored := range []int{pendingOld, settledOld} {
		fmt.Println("stored:", stored, "charge:", charges(stored))
	}
	fmt.Println("settled is", settledOld, "then", settledNew)
	// Output:
	// stored: 1 charge: false
	// stored: 2 charge: true
	// settled is 2 then 3
}

// The states with the numbers that they have had since the first row.
const (
	pendingFixed = 1
	settledFixed = 2
	// 3 was refunding, until March. It is not given to anybody else.
	cancelledFixed = 4
)

func chargesFixed(stored int) bool {
	return stored == pendingFixed
}

// sortedBlockFixed writes the numbers down, in the order of the numbers,
// and keeps the one of a removed state.
//
// It costs the pleasure of iota. Now a wrong edit is visible as one: the
// diff of an insertion shows one new number, that of a renumbering all.
func sortedBlockFixed() {
	for _, stored := range []int{pendingOld, settledOld} {
		fmt.Println("stored:", stored, "charge:", chargesFixed(stored))
	}
	fmt.Println("settled is", settledOld, "then", settledFixed)
	// Output:
	// stored: 1 charge: true
	// stored: 2 charge: false
	// settled is 2 then 2
}

// A parcel is where a parcel is.
type parcel uint8

const (
	_ parcel = iota
	packed
	handedOver
	lost
)

// parcelOf checks what the carrier has sent.
func parcelOf(code int64) (parcel, error) {
	p := parcel(code)
	if p < packed || p > lost {
		return 0, fmt.Errorf("unknown parcel state %d", code)
	}
	return p, nil
}

// checkedTooLate takes 258 for handed over: the conversion cuts the number
// down to a byte, and the check sees the byte.
//
// Both lines are right, in the wrong order. A constant that does not fit
// would not compile; a variable wraps. The test tried 0, 4 and 200, which
// are refused. The carrier began to send its depot in the second byte, and
// what was meant to be refused came out as a valid state.
//
// encoding/json finds the number out of range, unless you decode into an
// int and convert. database/sql, protobuf's int32 and strconv give you a
// wide integer and leave the rest to you. gosec reports the conversion
// (G115), vet and staticcheck do not.
func checkedTooLate() {
	for _, code := range []int64{2, 4, 258, -254} {
		p, err := parcelOf(code)
		fmt.Println("code:", code, "state:", p, "error:", err != nil)
	}
	// Output:
	// code: 2 state: 2 error: false
	// code: 4 state: 0 error: true
	// code: 258 state: 2 error: false
	// code: -254 state: 2 error: false
}

func parcelOfFixed(code int64) (parcel, error) {
	if code < int64(packed) || code > int64(lost) {
		return 0, fmt.Errorf("unknown parcel state %d", code)
	}
	return parcel(code), nil
}

// checkedTooLateFixed compares in the type that the number came in.
//
// The price is a conversion of the two limits, which are constants. It
// assumes that the numbers have no gaps; with gaps, look the number up.
func checkedTooLateFixed() {
	for _, code := range []int64{2, 4, 258, -254} {
		p, err := parcelOfFixed(code)
		fmt.Println("code:", code, "state:", p, "error:", err != nil)
	}
	// Output:
	// code: 2 state: 2 error: false
	// code: 4 state: 0 error: true
	// code: 258 state: 0 error: true
	// code: -254 state: 0 error: true
}

// A right is a set of things that a role may do.
type right uint8

const (
	read right = 1 << iota
	write
	edit = read | write
	remove
	audit
)

// combinedInTheMiddle lets editors delete: below a line with an expression
// of its own, a bare name repeats that expression, not the shift.
//
// edit was moved up to the rights that it consists of, where a reader
// wants it. iota goes on counting, and nothing uses it: remove and audit
// are both read|write. There is no duplicate for the compiler to find,
// three constants may have one value.
//
// Every check by == or & works as written, so the log says that the user
// had the right. Print the block, or test that all flags are distinct
// powers of two.
func combinedInTheMiddle() {
	editor := edit
	fmt.Printf("remove: %06b, audit: %06b\n", remove, audit)
	fmt.Println("editor may remove:", editor&remove == remove)
	// Output:
	// remove: 000011, audit: 000011
	// editor may remove: true
}

const (
	readFixed right = 1 << iota
	writeFixed
	removeFixed
	auditFixed
)

// Combinations have a block of their own.
const editFixed = readFixed | writeFixed

// combinedInTheMiddleFixed keeps flags and their combinations in separate
// blocks. It costs a line.
func combinedInTheMiddleFixed() {
	editor := editFixed
	fmt.Printf("remove: %06b, audit: %06b\n", removeFixed, auditFixed)
	fmt.Println("editor may remove:", editor&removeFixed == removeFixed)
	// Output:
	// remove: 000100, audit: 001000
	// editor may remove: false
}

// A step is one of the steps of a delivery.
type step uint8

var stepNames = [...]string{"none", "picked", "sent"}

// String has no table of its own: one source for both texts.
func (s step) String() string {
	text, err := s.MarshalText()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// MarshalText refuses what it has no name for.
func (s step) MarshalText() ([]byte, error) {
	if int(s) >= len(stepNames) {
		return nil, fmt.Errorf("unknown step %v", s)
	}
	return []byte(stepNames[s]), nil
}

// unknownStep ends the process on the first step that it doesn't know: the
// error message prints s, which asks String, which asks MarshalText.
//
// All known steps work, so the tests are green and the code runs for
// years. Then a newer service sends a step, and each replica that logs it
// dies, takes the message again after its restart, and dies. A stack
// overflow is fatal: no recover, no deferred function. vet reports a
// String that formats its own receiver; it doesn't look through
// MarshalText.
//
// Test every String, Error and Marshal method with a value that is not in
// the table.
func unknownStep() {
	debug.SetMaxStack(8 << 20) // so that it ends soon; the default is 1 GB
	for _, s := range []step{1, 3} {
		fmt.Println("step:", s)
	}
	// Output:
	// step: picked
	// Fatal: stack overflow
}

// A stepFixed formats itself as a number when it has no name.
type stepFixed uint8

func (s stepFixed) String() string {
	text, err := s.MarshalText()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (s stepFixed) MarshalText() ([]byte, error) {
	if int(s) >= len(stepNames) {
		return nil, fmt.Errorf("unknown step %d", uint8(s))
	}
	return []byte(stepNames[s]), nil
}

// unknownStepFixed prints the number: a conversion to the underlying type
// takes the methods away. %d alone would do, until somebody writes %v.
func unknownStepFixed() {
	debug.SetMaxStack(8 << 20)
	for _, s := range []stepFixed{1, 3} {
		fmt.Println("step:", s)
	}
	// Output:
	// step: picked
	// step: unknown step 3
}

// A tier is what a customer pays for.
type tier uint8

// UnmarshalText needs a pointer.
func (t *tier) UnmarshalText(text []byte) error {
	switch string(text) {
	case "basic":
		*t = 1
	case "gold":
		*t = 2
	default:
		return fmt.Errorf("unknown tier %q", text)
	}
	return nil
}

// MarshalText has one because all methods of a type should have the same
// kind of receiver.
func (t *tier) MarshalText() ([]byte, error) {
	return []byte([]string{"none", "basic", "gold"}[*t]), nil
}

var (
	_ encoding.TextMarshaler   = (*tier)(nil) // not tier, and that is the bug
	_ encoding.TextUnmarshaler = (*tier)(nil)
)

type customer struct {
	Tier tier `json:"tier"`
}

func encoded(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// textByPointer stores a word or a number, depending on how the customer is
// handed to the encoder, and can't read the number back.
//
// encoding/json calls a pointer's method where it has an address: behind a
// pointer, in a slice. In a value that was passed, in a map, in an
// interface, there is none, and a tier without methods is an integer. The
// round trip in the test went through a pointer.
//
// The pager says "unknown customer format" months later, when a handler
// returned a struct by value. fmt is stricter with String, it never takes
// an address; database/sql with Value as well, and the column holds a
// number. Look for Marshal, String and Value on pointers of enums.
func textByPointer() {
	c := customer{Tier: 2}
	fmt.Println("pointer:", encoded(&c))
	fmt.Println("slice:", encoded([]customer{c}))
	fmt.Println("value:", encoded(c))
	fmt.Println("map:", encoded(map[string]customer{"ann": c}))
	err := json.Unmarshal([]byte(encoded(c)), &c)
	fmt.Println("read again:", err == nil)
	// Output:
	// pointer: {"tier":"gold"}
	// slice: [{"tier":"gold"}]
	// value: {"tier":2}
	// map: {"ann":{"tier":2}}
	// read again: false
}

// A tierFixed writes by value and reads by pointer.
type tierFixed uint8

func (t *tierFixed) UnmarshalText(text []byte) error {
	return (*tier)(t).UnmarshalText(text)
}

func (t tierFixed) MarshalText() ([]byte, error) {
	return (*tier)(&t).MarshalText()
}

var (
	_ encoding.TextMarshaler   = tierFixed(0)
	_ encoding.TextUnmarshaler = (*tierFixed)(nil)
)

type customerFixed struct {
	Tier tierFixed `json:"tier"`
}

// textByPointerFixed gives MarshalText a value receiver. It costs the
// uniformity of receivers, which for enums has to give way.
func textByPointerFixed() {
	c := customerFixed{Tier: 2}
	fmt.Println("pointer:", encoded(&c))
	fmt.Println("slice:", encoded([]customerFixed{c}))
	fmt.Println("value:", encoded(c))
	fmt.Println("map:", encoded(map[string]customerFixed{"ann": c}))
	err := json.Unmarshal([]byte(encoded(c)), &c)
	fmt.Println("read again:", err == nil)
	// Output:
	// pointer: {"tier":"gold"}
	// slice: [{"tier":"gold"}]
	// value: {"tier":"gold"}
	// map: {"ann":{"tier":"gold"}}
	// read again: true
}

// A phase is where a job is. This build knows two.
type phase uint8

const (
	phaseUnknown phase = iota
	phaseQueued
	phaseDone
)

var phaseTexts = [...]string{
	phaseUnknown: "unknown", phaseQueued: "queued", phaseDone: "done",
}

func (p phase) MarshalText() ([]byte, error) {
	return []byte(phaseTexts[p]), nil
}

// UnmarshalText accepts what newer builds send, so that a deployment
// doesn't stop the queue.
func (p *phase) UnmarshalText(text []byte) error {
	*p = phaseUnknown
	for known, name := range phaseTexts {
		if name == string(text) {
			*p = phase(known)
		}
	}
	return nil
}

var (
	_ encoding.TextMarshaler   = phase(0)
	_ encoding.TextUnmarshaler = (*phase)(nil)
)

type job struct {
	ID    int   `json:"id"`
	Phase phase `json:"phase"`
	Tries int   `json:"tries"`
}

// tolerantReader destroys the phase of each job that a newer build has put
// on hold: it reads "held" as unknown, counts a try, and writes unknown.
//
// Tolerance was asked for, and given, to reading. The write is another
// function's, of another field. During a deployment both builds take jobs
// from one table, and which rows suffer is a matter of chance.
//
// The pager: jobs that no build will ever take up. Rolling forward doesn't
// bring the word back. Look for read, modify, write of a whole document by
// a type that has a default for what it doesn't know.
func tolerantReader() {
	stored := `{"id":7,"phase":"held","tries":1}`
	var j job
	err := json.Unmarshal([]byte(stored), &j)
	j.Tries++
	fmt.Println("error:", err)
	fmt.Println("stored:", encoded(j))
	// Output:
	// error: <nil>
	// stored: {"id":7,"phase":"unknown","tries":2}
}

// A phaseText is the word itself, whether this build knows it or not.
type phaseText string

// Known returns the phase, or phaseUnknown.
func (p phaseText) Known() (k phase) {
	k.UnmarshalText([]byte(p))
	return k
}

type jobFixed struct {
	ID    int       `json:"id"`
	Phase phaseText `json:"phase"`
	Tries int       `json:"tries"`
}

// tolerantReaderFixed keeps the word and derives the meaning from it.
//
// It costs two words of memory for each job, and a comparison of strings
// where the phase is asked. Unknown members of the document are still lost;
// an UPDATE of the one column that has changed loses neither.
func tolerantReaderFixed() {
	stored := `{"id":7,"phase":"held","tries":1}`
	var j jobFixed
	err := json.Unmarshal([]byte(stored), &j)
	j.Tries++
	fmt.Println("error:", err)
	fmt.Println("stored:", encoded(j))
	// Output:
	// error: <nil>
	// stored: {"id":7,"phase":"held","tries":2}
}

// A region is where a request came from. This build knows two.
type region uint8

var _ encoding.TextMarshaler = region(0)

// MarshalText has a word for everything.
func (r region) MarshalText() ([]byte, error) {
	switch r {
	case 1:
		return []byte("eu"), nil
	case 2:
		return []byte("us"), nil
	}
	return []byte("unknown"), nil
}

// sameUnknown loses requests in a report: two regions that this build
// doesn't know are two keys of the map and one name in the document.
//
// A default that never fails is friendly in a log line. As a key it is a
// collision. encoding/json writes both members, sorted by name, and as the
// names are equal, in the order of the map: one map, two documents. The
// reader keeps the member that comes last.
//
// The report is too low by one region or the other, and which one changes
// from minute to minute. A signature or an ETag of the document does not
// match at times. Look for String and MarshalText with one text for many
// values, and a map, a GROUP BY or a metric's label behind it.
func sameUnknown() {
	requests := map[region]int{1: 10, 7: 20, 8: 30}
	documents := map[string]bool{}
	for i := 0; i < 200; i++ {
		documents[encoded(requests)] = true
	}
	var report map[string]int
	err := json.Unmarshal([]byte(encoded(requests)), &report)
	fmt.Println("regions:", len(requests), "in the report:", len(report), err)
	fmt.Println("documents:", len(documents))
	// Output:
	// regions: 3 in the report: 2 <nil>
	// documents: 2
}

// A regionFixed has a text of its own for each value.
type regionFixed uint8

var _ encoding.TextMarshaler = regionFixed(0)

func (r regionFixed) MarshalText() ([]byte, error) {
	switch r {
	case 1:
		return []byte("eu"), nil
	case 2:
		return []byte("us"), nil
	}
	return []byte(fmt.Sprintf("region(%d)", uint8(r))), nil
}

// sameUnknownFixed puts the number into the text. Values that differ have
// texts that differ, which is half of being able to read them back.
//
// It costs a bound on what your metrics can count: 256 labels here, and
// for an int whatever the peers send. There, count the unknown together,
// on purpose and under a key that you make.
func sameUnknownFixed() {
	requests := map[regionFixed]int{1: 10, 7: 20, 8: 30}
	documents := map[string]bool{}
	for i := 0; i < 200; i++ {
		documents[encoded(requests)] = true
	}
	var report map[string]int
	err := json.Unmarshal([]byte(encoded(requests)), &report)
	fmt.Println("regions:", len(requests), "in the report:", len(report), err)
	fmt.Println("documents:", len(documents))
	// Output:
	// regions: 3 in the report: 3 <nil>
	// documents: 1
}

// The states of a reservation.
const (
	held int32 = iota + 1
	charging
	paid
)

// A reservation is paid for once.
type reservation struct{ state, charged int32 }

func (r *reservation) pay(bank func()) {
	if atomic.LoadInt32(&r.state) != held {
		return
	}
	atomic.AddInt32(&r.charged, 1)
	bank()
	atomic.StoreInt32(&r.state, paid)
}

// loadThenStore charges a card twice: the bank is slow, the client tries
// again, and the second request finds the reservation held, too.
//
// The state is atomic, so the race detector has nothing to report, today
// or ever. Each access is whole; the transition, a load, a decision and a
// store, is not. In a test one request follows the other, and the second
// is refused as it should be. Storing paid before the call narrows the gap
// to nanoseconds and leaves it open.
//
// The pager is the customer. Look for a Load whose answer decides about a
// Store to the same variable.
func loadThenStore() {
	r := &reservation{state: held}
	r.pay(func() {
		retried := make(chan struct{})
		go func() {
			defer close(retried)
			r.pay(func() {})
		}()
		<-retried
	})
	fmt.Println("charged:", r.charged, "paid:", r.state == paid)
	// Output: charged: 2 paid: true
}

func (r *reservation) payFixed(bank func()) {
	if !atomic.CompareAndSwapInt32(&r.state, held, charging) {
		return
	}
	atomic.AddInt32(&r.charged, 1)
	bank()
	atomic.StoreInt32(&r.state, paid)
}

// loadThenStoreFixed makes the transition one operation, before the work:
// who swaps held for charging has the right to charge, and there is one.
//
// It costs a state, and somebody who looks after what a crash has left in
// it. In a database it is UPDATE … WHERE state = 'held' and the count of
// rows.
func loadThenStoreFixed() {
	r := &reservation{state: held}
	r.payFixed(func() {
		retried := make(chan struct{})
		go func() {
			defer close(retried)
			r.payFixed(func() {})
		}()
		<-retried
	})
	fmt.Println("charged:", r.charged, "paid:", r.state == paid)
	// Output: charged: 1 paid: true
}

// A severity says how bad an event is.
type severity uint8

const (
	sevDebug severity = iota + 1
	sevInfo
	sevWarn
	sevError
	sevNotice // added between info and warn; at the end, not to renumber
)

var severities = []severity{sevDebug, sevInfo, sevNotice, sevWarn, sevError}

// appendedNotice wakes somebody up for a notice: the new severity is at the
// end of the block, where nothing is renumbered, and above error.
//
// Two rules meet. Stored numbers must not move, so new ones go to the end;
// l >= sevWarn means that the numbers are an order. The author knew the
// first. The comparison is in the package that sends pages.
//
// The pager, literally, fifty times a night. Search for <, >, max and sort
// on the type before you append to it.
func appendedNotice() {
	for _, s := range severities {
		fmt.Println("number:", s, "pages:", s >= sevWarn)
	}
	// Output:
	// number: 1 pages: false
	// number: 2 pages: false
	// number: 5 pages: true
	// number: 3 pages: true
	// number: 4 pages: true
}

// severityRank is the order, and nothing that is stored.
var severityRank = [...]int{
	sevDebug: 1, sevInfo: 2, sevNotice: 3, sevWarn: 4, sevError: 5,
}

// appendedNoticeFixed orders by a table of ranks, which can be renumbered
// whenever you like.
//
// It costs a lookup for each comparison, and a check before it of numbers
// from outside, which may lie behind the table. If none are stored yet,
// leave gaps instead, as log/slog does: its levels are 4 apart.
func appendedNoticeFixed() {
	for _, s := range severities {
		pages := severityRank[s] >= severityRank[sevWarn]
		fmt.Println("number:", s, "pages:", pages)
	}
	// Output:
	// number: 1 pages: false
	// number: 2 pages: false
	// number: 5 pages: false
	// number: 3 pages: true
	// number: 4 pages: true
}

// A result is what became of a transfer: one of the types below, which are
// the only ones with the method.
type result interface{ isResult() }

type transferred struct{ cents int }

type rejected struct{ reason string }

func (transferred) isResult() {}
func (rejected) isResult()    {}

// book adds to the ledger what was transferred.
func book(results []result) (cents int) {
	for _, r := range results {
		switch r := r.(type) {
		case transferred:
			cents += r.cents
		case rejected:
		}
	}
	return cents
}

// sealedTwice misses a transfer in the ledger: the interface is sealed, and
// still each variant has two types in it.
//
// Nobody outside can write a variant. But a method on a value is in the
// method set of the pointer too, so &transferred{} is a result, compiles,
// and matches no case. Somebody wrote it to save a copy. Nil is a result as
// well.
//
// The sums differ at the end of the month. vet and staticcheck have no
// check for it. Look for a seal on a value receiver; a default that logs
// the type finds it at the first event.
func sealedTwice() {
	fmt.Println("booked:", book([]result{
		transferred{500}, &transferred{700}, rejected{"limit"},
	}))
	// Output: booked: 500
}

// A resultFixed has one type for each variant, the pointer.
type resultFixed interface{ isResultFixed() }

func (*transferred) isResultFixed() {}
func (*rejected) isResultFixed()    {}

func bookFixed(results []resultFixed) (cents int) {
	for _, r := range results {
		switch r := r.(type) {
		case *transferred:
			cents += r.cents
		case *rejected:
		default:
			panic(fmt.Sprintf("unknown result %T", r))
		}
	}
	return cents
}

// sealedTwiceFixed puts the method on the pointers, so that a value does
// not compile, and stops at what is none of them, which now is nil.
//
// It costs an allocation for each result; the cheap way is the value, and
// a default that does not keep quiet.
func sealedTwiceFixed() {
	fmt.Println("booked:", bookFixed([]resultFixed{
		&transferred{500}, &transferred{700}, &rejected{"limit"},
	}))
	// Output: booked: 1200
}

// options are the switches of a connection.
type options uint16

const (
	compressed options = 1 << iota
	encrypted
	pooled
	traced
	readOnly
	replica
	sticky
	legacyAuth
	pipelined // the ninth
)

var (
	current      = pooled | pipelined
	lastArgument any
)

// debugf is a log function whose level is off. It takes what all of them
// take, and keeps one argument, as a ring of recent messages does.
//
//go:noinline
func debugf(format string, arg any) { lastArgument = arg }

// ninthOption allocates at each call of a logger that is switched off: the
// options have outgrown what the runtime keeps ready.
//
// An integer in an interface is a pointer to it, and for the values below
// 256 the runtime has a table to point to. The benchmark was made with
// eight options. Somebody added a ninth, in a const block of another
// package, and the hottest line of the proxy began to allocate; only for
// connections that have it, so the profile differs between customers.
//
// The heap profile names the log call, and nothing below it: it leaves the
// runtime's functions out, and eight such values are one object to it. A
// CPU profile has convT16 there.
func ninthOption() {
	debugf("options %v", current)
	// Allocs: 1
	// See: escape
}

// ninthOptionFixed passes the number as one, to a function that takes it.
func ninthOptionFixed() {
	debugOptions("options %v", current)
	// Allocs: 0
	// See: escape
}

var lastOptions options

// debugOptions has a parameter of the type, and keeps it as such. It costs
// a function for each type, or one with a type parameter.
//
//go:noinline
func debugOptions(format string, o options) { lastOptions = o }

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
		strictButAbsent,
		strictButAbsentFixed,
		sortedBlock,
		sortedBlockFixed,
		checkedTooLate,
		checkedTooLateFixed,
		combinedInTheMiddle,
		combinedInTheMiddleFixed,
		alone("unknownStep", unknownStep),
		unknownStepFixed,
		textByPointer,
		textByPointerFixed,
		tolerantReader,
		tolerantReaderFixed,
		sameUnknown,
		sameUnknownFixed,
		loadThenStore,
		loadThenStoreFixed,
		appendedNotice,
		appendedNoticeFixed,
		sealedTwice,
		sealedTwiceFixed,
		ninthOption,
		ninthOptionFixed,
	} {
		run()
	}
}
