//go:build ignore

// Pitfalls of switch: which comparison a case is, what the clause owns, how
// often the tag is asked, and who stands first.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// queueOf chooses the queue of a job by its priority.
func queueOf(job map[string]any) string {
	switch job["priority"] {
	case 1:
		return "urgent"
	case 2:
		return "normal"
	}
	return "bulk"
}

// urgentInBulk sends every job of the API to the slowest queue: no number
// that came out of JSON is equal to a case that says 1.
//
// The tag is an interface, so each constant becomes an interface too, with
// the type that it has by default. `case 1` is an int that is 1. In a map
// that encoding/json has filled, numbers are float64. The unit test writes
// its maps in Go, where 1 is an int.
//
// Nothing fails. The pager is a customer who has paid for urgent. vet and
// staticcheck are silent. Look for switches over map values and over any
// whose cases are untyped constants.
func urgentInBulk() {
	var job map[string]any
	err := json.Unmarshal([]byte(`{"priority": 1}`), &job)
	fmt.Println("from a test:", queueOf(map[string]any{"priority": 1}))
	fmt.Println("from the API:", queueOf(job), err)
	// Output:
	// from a test: urgent
	// from the API: bulk <nil>
}

// A queuedJob is what the API sends.
type queuedJob struct {
	Priority int
}

func queueOfFixed(job queuedJob) string {
	switch job.Priority {
	case 1:
		return "urgent"
	case 2:
		return "normal"
	}
	return "bulk"
}

// urgentInBulkFixed decodes into a struct, so that the tag has one type.
//
// Now `case "1"` does not compile, and 1.5 is an error of Unmarshal. The
// struct has to be kept up to date. Writing `case 1.0` mends the API and
// breaks the test, which is the wrong way round but no better.
func urgentInBulkFixed() {
	var job queuedJob
	err := json.Unmarshal([]byte(`{"priority": 1}`), &job)
	fmt.Println("from a test:", queueOfFixed(queuedJob{Priority: 1}))
	fmt.Println("from the API:", queueOfFixed(job), err)
	// Output:
	// from a test: urgent
	// from the API: urgent <nil>
}

// countRecords counts the lines of an upload, which may be compressed.
func countRecords(encoding string, body io.Reader) (int, error) {
	switch encoding {
	case "gzip":
		body, err := gzip.NewReader(body)
		if err != nil {
			return 0, err
		}
		defer body.Close()
	case "", "identity":
	default:
		return 0, fmt.Errorf("content encoding %q", encoding)
	}
	data, err := io.ReadAll(body)
	return bytes.Count(data, []byte(",\n")), err
}

// upload returns n records, as they are and in gzip.
func upload(n int) (plain, packed io.Reader) {
	records := strings.Repeat("4217,\n", n)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, records)
	w.Close()
	return strings.NewReader(records), &b
}

// unpackedAside imports compressed uploads as noise: the reader that
// unpacks them ends with the clause that made it.
//
// Each clause is a block. `body, err :=` declares two variables in it, one
// with the name of the parameter, and the deferred Close counts as a use,
// so the compiler has no reason to complain. After the switch body is the
// raw upload again, without the header that NewReader has read. ReadAll
// is content with it.
//
// Partners who compress have no records. And 1.27 makes the bug pass its
// unit test: its gzip stores three records as they are, where earlier
// releases compressed them. Look for := with the name of a parameter in a
// clause; vet does not.
func unpackedAside() {
	for _, size := range []int{3, 300} {
		plain, packed := upload(size)
		n, err := countRecords("", plain)
		fmt.Println("plain:", n, "records,", err)
		n, err = countRecords("gzip", packed)
		fmt.Println("gzip:", n, "records,", err)
	}
	// Output (!go1.27):
	// plain: 3 records, <nil>
	// gzip: 0 records, <nil>
	// plain: 300 records, <nil>
	// gzip: 0 records, <nil>
	// Output (go1.27):
	// plain: 3 records, <nil>
	// gzip: 3 records, <nil>
	// plain: 300 records, <nil>
	// gzip: 0 records, <nil>
}

func countRecordsFixed(encoding string, body io.Reader) (int, error) {
	switch encoding {
	case "gzip":
		unpacked, err := gzip.NewReader(body)
		if err != nil {
			return 0, err
		}
		defer unpacked.Close()
		body = unpacked
	case "", "identity":
	default:
		return 0, fmt.Errorf("content encoding %q", encoding)
	}
	data, err := io.ReadAll(body)
	return bytes.Count(data, []byte(",\n")), err
}

// unpackedAsideFixed gives the new reader a name and assigns it.
//
// Two more lines. Moving the clauses into a function that returns the
// reader is better still: a result can't be left in a clause.
func unpackedAsideFixed() {
	for _, size := range []int{3, 300} {
		plain, packed := upload(size)
		n, err := countRecordsFixed("", plain)
		fmt.Println("plain:", n, "records,", err)
		n, err = countRecordsFixed("gzip", packed)
		fmt.Println("gzip:", n, "records,", err)
	}
	// Output:
	// plain: 3 records, <nil>
	// gzip: 3 records, <nil>
	// plain: 300 records, <nil>
	// gzip: 300 records, <nil>
}

// roleOf reads the role that our gateway has put into the headers.
func roleOf(message string) string {
	role := "guest"
	for _, line := range strings.Split(message, "\r\n") {
		switch name, value, _ := strings.Cut(line, ": "); {
		case line == "":
			break // want staticcheck:SA4011 "ineffective"
		case strings.EqualFold(name, "X-Role"):
			role = value
		}
	}
	return role
}

// bodyAsHeader lets anyone be admin who writes so into the body: the break
// at the end of the headers leaves the switch and not the loop.
//
// It was a chain of ifs, where break meant the loop. It became a switch,
// the compiler agreed, and the tests went on passing, since they send no
// body. A switch is one of the three statements that break ends.
//
// No error, no log line. vet is silent; staticcheck's SA4011 names the
// break. Look for break in a clause, most of all for one that is alone.
func bodyAsHeader() {
	const headers = "Host: pay\r\nX-Role: editor\r\n\r\n"
	fmt.Println("no body:", roleOf(headers))
	fmt.Println("a body:", roleOf(headers+"x-role: admin\r\n"))
	// Output:
	// no body: editor
	// a body: admin
}

func roleOfFixed(message string) string {
	role := "guest"
headers:
	for _, line := range strings.Split(message, "\r\n") {
		switch name, value, _ := strings.Cut(line, ": "); {
		case line == "":
			break headers
		case strings.EqualFold(name, "X-Role"):
			role = value
		}
	}
	return role
}

// bodyAsHeaderFixed names the loop that it leaves.
//
// A label, and the loop is in the reader's eye. A loop that only returns
// needs none: `return role` in the clause says the same.
func bodyAsHeaderFixed() {
	const headers = "Host: pay\r\nX-Role: editor\r\n\r\n"
	fmt.Println("no body:", roleOfFixed(headers))
	fmt.Println("a body:", roleOfFixed(headers+"x-role: admin\r\n"))
	// Output:
	// no body: editor
	// a body: editor
}

// advice says what to do with a pool in which some workers are busy.
func advice(busy, workers float64) string {
	switch load := busy / workers; {
	case load < 0.3:
		return "shrink"
	case load < 0.8:
		return "keep"
	default:
		return "grow"
	}
}

// idleGrows scales up the pool that has nothing to do: 0 of 0 is no
// number, and what is no number arrives at the default.
//
// Three ranges, ordered, with the last as the rest: it reads like a
// partition of all numbers. NaN is less than nothing and equal to nothing,
// so it fails each test and takes the branch that was written for the
// largest. Floats divide by zero without a panic.
//
// Pools that were scaled to zero at night come back every minute, and the
// bill says so. Look for a default that does something, behind
// comparisons of floats.
func idleGrows() {
	fmt.Println("9 of 10 busy:", advice(9, 10))
	fmt.Println("1 of 10 busy:", advice(1, 10))
	fmt.Println("0 of 0 busy:", advice(0, 0))
	// Output:
	// 9 of 10 busy: grow
	// 1 of 10 busy: shrink
	// 0 of 0 busy: grow
}

func adviceFixed(busy, workers float64) string {
	switch load := busy / workers; {
	case load >= 0.8:
		return "grow"
	case load < 0.3:
		return "shrink"
	default:
		return "keep"
	}
}

// idleGrowsFixed tests for what it acts on, and by default does nothing.
//
// The same number of comparisons. 1 of 0 is +Inf and still grows. Where no
// branch is harmless, ask for workers == 0 first.
func idleGrowsFixed() {
	fmt.Println("9 of 10 busy:", adviceFixed(9, 10))
	fmt.Println("1 of 10 busy:", adviceFixed(1, 10))
	fmt.Println("0 of 0 busy:", adviceFixed(0, 0))
	// Output:
	// 9 of 10 busy: grow
	// 1 of 10 busy: shrink
	// 0 of 0 busy: keep
}

// cacheKey makes a key of any value.
func cacheKey(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case fmt.Stringer:
		return v.String()
	case encoding.TextMarshaler:
		text, err := v.MarshalText()
		if err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(v)
}

// storedAndRead returns an instant as it was stored and as it is read back.
func storedAndRead() (stored, read time.Time) {
	stored = time.Now()
	text, _ := stored.MarshalText()
	_ = read.UnmarshalText(text)
	return stored, read
}

// missedKeys never finds what it has stored under a time: two clauses
// match, and the one for people stands before the one for machines.
//
// Most types have one of the two methods. time.Time, big.Int, netip.Addr
// and slog.Level have both, and the first clause that matches wins. String
// of a time that came from time.Now ends in the reading of the monotonic
// clock, m=+0.002, and no time from a database does.
//
// The hit rate for one key type is 0, or falls after a library has given
// its type a String method. staticcheck's SA4020 reports a clause that can
// never match; this one can. Look for type switches over interfaces.
func missedKeys() {
	stored, read := storedAndRead()
	fmt.Println("same instant:", stored.Equal(read))
	fmt.Println("same key:", cacheKey(stored) == cacheKey(read))
	// Output:
	// same instant: true
	// same key: false
}

func cacheKeyFixed(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case encoding.TextMarshaler:
		text, err := v.MarshalText()
		if err == nil {
			return string(text)
		}
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}

// missedKeysFixed asks for the stricter contract first.
//
// Nothing at run time. MarshalText promises a form that can be read back,
// String promises nothing. Keys that were written by the old order are
// orphaned by the change.
func missedKeysFixed() {
	stored, read := storedAndRead()
	fmt.Println("same instant:", stored.Equal(read))
	fmt.Println("same key:", cacheKeyFixed(stored) == cacheKeyFixed(read))
	// Output:
	// same instant: true
	// same key: true
}

// A scalar is what a setting may be.
type scalar interface{ ~bool | ~int64 | ~string }

// setting writes a setting as the agents read it.
func setting[T scalar](name string, value T) string {
	switch v := any(value).(type) {
	case bool:
		return name + "=" + strconv.FormatBool(v)
	case int64:
		return name + "=" + strconv.FormatInt(v, 10)
	case string:
		return name + "=" + strconv.Quote(v)
	}
	return name + "=" // never: these are all
}

// timeoutDropped writes a timeout as nothing: a type switch compares types,
// and the constraint has let in more than three.
//
// ~int64 admits every type whose underlying type is int64, so a Duration
// compiles. In the switch there is no ~: `case int64` is int64 itself.
// The switch lists what the constraint lists, and a reviewer compares the
// two and nods.
//
// The agent takes the empty value as "no timeout" and hangs with its
// first dead peer. Look for any(value).(type) in functions whose constraint
// has a tilde.
func timeoutDropped() {
	timeout := 1500 * time.Millisecond
	fmt.Println(setting("retries", int64(3)))
	fmt.Println(setting("timeout", timeout))
	// Output:
	// retries=3
	// timeout=
}

func settingFixed[T scalar](name string, value T) string {
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Bool:
		return name + "=" + strconv.FormatBool(v.Bool())
	case reflect.Int64:
		return name + "=" + strconv.FormatInt(v.Int(), 10)
	case reflect.String:
		return name + "=" + strconv.Quote(v.String())
	default:
		panic(fmt.Sprintf("setting of type %T", value))
	}
}

// timeoutDroppedFixed switches on the kind, which is the underlying type.
//
// It costs a call of reflect for each setting, and whoever adds a type to
// the constraint meets the panic in their first test. Without the tildes
// the callers convert instead, and choose the unit while they are there.
func timeoutDroppedFixed() {
	timeout := 1500 * time.Millisecond
	fmt.Println(settingFixed("retries", int64(3)))
	fmt.Println(settingFixed("timeout", timeout))
	// Output:
	// retries=3
	// timeout=1500000000
}

// The states of a breaker.
type state int

const (
	closed state = iota
	open
	halfOpen
)

// A breaker is open until a time, if it has tripped, then half open.
type breaker struct {
	until int // in ticks, 0: has not tripped
	clock func() int
}

func (b *breaker) state() state {
	switch {
	case b.until == 0:
		return closed
	case b.clock() < b.until:
		return open
	}
	return halfOpen
}

// newBreaker returns one that opens at 10, and a clock that goes on with
// each look at it, as clocks do.
func newBreaker(now int) *breaker {
	return &breaker{until: 10, clock: func() int { now++; return now - 1 }}
}

func (b *breaker) route() string {
	switch {
	case b.state() == halfOpen:
		return "probe"
	case b.state() == open:
		return "refuse"
	}
	return "send"
}

// sentWhileOpen sends full traffic to a backend that is down: each case of
// a switch without a tag asks for the state again.
//
// In the first case it is still open, in the second half open already, and
// so it has been neither. It was `switch b.state()` until somebody needed a
// case with && in it. The state is right at each call, and takes a lock in
// the real one, so the race detector has nothing to report.
//
// Once in a million requests, at the moment of recovery, one goes through
// that must not. Look for the same call in two cases.
func sentWhileOpen() {
	for _, now := range []int{5, 9, 20} {
		fmt.Println("at", now, newBreaker(now).route())
	}
	// Output:
	// at 5 refuse
	// at 9 send
	// at 20 probe
}

func (b *breaker) routeFixed() string {
	switch b.state() {
	case halfOpen:
		return "probe"
	case open:
		return "refuse"
	}
	return "send"
}

// sentWhileOpenFixed asks once: the tag is evaluated once and compared
// with all cases.
//
// It is cheaper, too. Cases that need more than equality take a variable:
// `switch s := b.state(); { case s == open && urgent: … }`.
func sentWhileOpenFixed() {
	for _, now := range []int{5, 9, 20} {
		fmt.Println("at", now, newBreaker(now).routeFixed())
	}
	// Output:
	// at 5 refuse
	// at 9 refuse
	// at 20 probe
}

// A credential must not be in a log.
type credential struct{ user, secret string }

func (c *credential) redacted() string { return c.user + ":…" }

// logField formats a value for the log. What can redact itself does.
func logField(v any) string {
	switch v := v.(type) {
	case interface{ redacted() string }:
		return v.redacted()
	default:
		return fmt.Sprint(v)
	}
}

// secretLogged writes a password to the log of the one caller who passes
// the credential by value.
//
// redacted has a pointer receiver, as all methods of the type have. So
// *credential matches the clause, credential does not, and the default
// prints all fields. A call c.redacted() would have compiled for both,
// because the compiler takes the address; an interface has no address to
// take.
//
// Found by whoever reads the logs. Look at the receivers of methods that
// are only ever found by a type switch: Format, MarshalJSON, LogValue.
func secretLogged() {
	c := credential{"ci", "hunter2"}
	fmt.Println("pointer:", logField(&c))
	fmt.Println("value:", logField(c))
	// Output:
	// pointer: ci:…
	// value: {ci hunter2}
}

// An accessKey is a credential whose method is on the value.
type accessKey struct{ user, secret string }

func (k accessKey) redacted() string { return k.user + ":…" }

// secretLoggedFixed declares the method on the value: then value and
// pointer have it.
//
// The call copies the struct, and a nil pointer panics in the wrapper. To
// nail it down, `var _ interface{ redacted() string } = accessKey{}`, which
// stops compiling when somebody turns the receiver into a pointer.
func secretLoggedFixed() {
	k := accessKey{"ci", "hunter2"}
	fmt.Println("pointer:", logField(&k))
	fmt.Println("value:", logField(k))
	// Output:
	// pointer: ci:…
	// value: ci:…
}

// A feed forwards settings, and leaves out what the receiver has.
type feed struct {
	last any
	sent int
}

func (f *feed) publish(v any) {
	switch v {
	case nil, f.last:
		return
	}
	f.last = v
	f.sent++
}

// secondMap dies when two maps are published in a row: a case over
// interfaces is a comparison, and some comparisons panic.
//
// One map is fine, and so is a map after a string. As long as the types
// differ, the answer is false and no value is looked at. Two values of one
// type are compared by that type, and maps, slices and functions can't be,
// nor can a struct that holds one.
//
// It takes a second event of one type to see it, so it comes with load, not
// with the test. The message names the type. Look for a tag of type any
// with a case that is no constant: constants can be compared.
func secondMap() {
	var f feed
	for _, v := range []any{"eu", "eu", map[string]any{"beta": true}} {
		f.publish(v)
	}
	fmt.Println("sent:", f.sent)
	f.publish(map[string]any{"beta": false})
	fmt.Println("sent:", f.sent)
	// Panics: comparing uncomparable type map[string]interface {}
	// Output:
	// sent: 2
}

func (f *feed) publishFixed(v any) {
	if v == nil || reflect.DeepEqual(v, f.last) {
		return
	}
	f.last = v
	f.sent++
}

// secondMapFixed compares by content.
//
// DeepEqual walks both values. Where events have ids or versions, compare
// those. On 1.20 and later reflect's Value.Comparable says beforehand
// whether == would panic.
func secondMapFixed() {
	var f feed
	for _, v := range []any{"eu", "eu", map[string]any{"beta": true}} {
		f.publishFixed(v)
	}
	fmt.Println("sent:", f.sent)
	f.publishFixed(map[string]any{"beta": false})
	fmt.Println("sent:", f.sent)
	// Output:
	// sent: 2
	// sent: 3
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
		urgentInBulk,
		urgentInBulkFixed,
		unpackedAside,
		unpackedAsideFixed,
		bodyAsHeader,
		bodyAsHeaderFixed,
		idleGrows,
		idleGrowsFixed,
		missedKeys,
		missedKeysFixed,
		timeoutDropped,
		timeoutDroppedFixed,
		sentWhileOpen,
		sentWhileOpenFixed,
		secretLogged,
		secretLoggedFixed,
		alone("secondMap", secondMap),
		secondMapFixed,
	} {
		run()
	}
}
