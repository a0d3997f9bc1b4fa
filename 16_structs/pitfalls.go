//go:build ignore

// Pitfalls of structs: what a line between the braces decides besides the
// field that it declares.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// An origin says where an event comes from.
type origin struct {
	Host string `json:"host"`
	ID   string `json:"id"` // added: which instance on that host
}

// An order is what the customer bought.
type order struct {
	ID    string `json:"id"`
	Total int    `json:"total"`
}

// An orderPlaced event is an order with its origin.
type orderPlaced struct {
	origin
	order // want vet:structtag "repeats json tag"
}

// idVanished publishes orders without an id: a field was added to origin,
// two fields claim one name at one depth, and encoding/json drops both.
//
// In Go the selector e.ID would not compile, "ambiguous selector". No code
// has it, everybody writes e.order.ID. The encoder applies the same rule
// to the names in the tags and has nobody to complain to. Decoding ignores
// "id" just as silently.
//
// Consumers see orders with an empty id and store them under it, one over
// the other. The diff that did it is in another package, adds one line,
// and its tests are green: of vet's checks go test runs a few, and
// structtag, which has seen this for years, is not among them. Run vet by
// itself, and keep one document of each kind in a golden file.
func idVanished() {
	e := orderPlaced{origin{"web1", "i-7"}, order{"o-47", 250}}
	body, err := json.Marshal(e)
	fmt.Println("sent:", string(body), err)

	var back orderPlaced
	err = json.Unmarshal([]byte(`{"id":"o-48","total":90}`), &back)
	fmt.Printf("received: %+v %v\n", back.order, err)
	// Output:
	// sent: {"host":"web1","total":250} <nil>
	// received: {ID: Total:90} <nil>
}

type orderPlacedFixed struct {
	origin `json:"origin"`
	order
}

// idVanishedFixed gives the embedded origin a name in the document: with a
// tag it is a field like others, one level up, and competes with nobody.
//
// The document changes, "host" moves, and that has to be agreed with its
// readers. But it changes once, in your diff, and not when somebody adds a
// field elsewhere.
func idVanishedFixed() {
	e := orderPlacedFixed{origin{"web1", "i-7"}, order{"o-47", 250}}
	body, err := json.Marshal(e)
	fmt.Println("sent:", string(body), err)

	var back orderPlacedFixed
	err = json.Unmarshal([]byte(`{"id":"o-48","total":90}`), &back)
	fmt.Printf("received: %+v %v\n", back.order, err)
	// Output:
	// sent: {"origin":{"host":"web1","id":"i-7"},"id":"o-47","total":250} <nil>
	// received: {ID:o-48 Total:90} <nil>
}

// A signIn is an entry of the audit log.
type signIn struct {
	time.Time
	User string `json:"user"`
	From string `json:"from"`
}

// embeddedTime keeps an audit log that says when, and neither who nor from
// where.
//
// Embedding saved four calls of the form s.At.Before(t.At). It promotes
// all methods of time.Time, MarshalJSON and String among them, and so an
// entry is whatever these say. The test read an entry back and compared it
// by Equal, which is promoted as well, and compares times.
//
// It is found when somebody needs the log. Look for embedded types that
// have MarshalJSON, MarshalText, String, Error, Format, Scan or Value, in
// structs that are encoded, printed or stored.
func embeddedTime() {
	at := time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC)
	entry := signIn{Time: at, User: "ann", From: "10.0.0.9"}

	body, err := json.Marshal(entry)
	fmt.Println("stored:", string(body), err)
	fmt.Println("logged:", entry)
	// Output:
	// stored: "2024-05-01T10:00:00Z" <nil>
	// logged: 2024-05-01 10:00:00 +0000 UTC
}

type signInFixed struct {
	At   time.Time `json:"at"`
	User string    `json:"user"`
	From string    `json:"from"`
}

// embeddedTimeFixed names the field.
//
// Three letters more at each use. The entries that were written have lost
// their users; that is the price of the four calls.
func embeddedTimeFixed() {
	at := time.Date(2024, 5, 1, 10, 0, 0, 0, time.UTC)
	entry := signInFixed{At: at, User: "ann", From: "10.0.0.9"}

	body, err := json.Marshal(entry)
	fmt.Println("stored:", string(body), err)
	fmt.Println("logged:", entry)
	// Output:
	// stored: {"at":"2024-05-01T10:00:00Z","user":"ann","from":"10.0.0.9"} <nil>
	// logged: {2024-05-01 10:00:00 +0000 UTC ann 10.0.0.9}
}

// saved writes text to a file and returns it, open at its beginning.
func saved(text string) *os.File {
	f, err := os.CreateTemp(".", "upload-")
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	return f
}

// An upload is a file that hashes what is read from it.
type upload struct {
	*os.File
	sum hash.Hash
}

func (u *upload) Read(p []byte) (int, error) {
	n, err := u.File.Read(p)
	u.sum.Write(p[:n])
	return n, err
}

// embeddedFile stores objects under the checksum of nothing, since the
// upgrade to Go 1.22: io.Copy no longer calls the Read that hashes.
//
// The code is from 2019 and was right. Embedding the file brought Name,
// Stat and Close for free, and Read was overridden. In 1.22 os.File was
// given the method WriteTo, for splice and sendfile. It is promoted too,
// io.Copy prefers it to Read, and WriteTo belongs to the file: it reads
// past you.
//
// The bytes arrive, no error. Each object has the key e3b0c442, and the
// store keeps the last one. A limit, a meter or a decryption in Read is
// passed by in the same way. Look for embedded files, connections and
// readers in types that override Read or Write.
func embeddedFile() {
	f := saved("hello")
	defer os.Remove(f.Name())
	defer f.Close()
	u := &upload{File: f, sum: sha256.New()}
	var store bytes.Buffer
	n, err := io.Copy(&store, u)

	fmt.Println("copied:", n, err)
	fmt.Printf("stored %q as %.4x\n", store.String(), u.sum.Sum(nil))
	// Output (!go1.22):
	// copied: 5 <nil>
	// stored "hello" as 2cf24dba
	// Output (go1.22):
	// copied: 5 <nil>
	// stored "hello" as e3b0c442
}

type uploadFixed struct {
	file *os.File
	sum  hash.Hash
}

func (u *uploadFixed) Read(p []byte) (int, error) {
	n, err := u.file.Read(p)
	u.sum.Write(p[:n])
	return n, err
}

// embeddedFileFixed has a field instead, and the methods that it means to
// have.
//
// Whoever needs Name or Stat writes them out, a line each. The copy goes
// through a buffer of 32 kB, as it must where somebody looks at the bytes.
// io.TeeReader(f, sum) is the same without a type.
func embeddedFileFixed() {
	f := saved("hello")
	defer os.Remove(f.Name())
	defer f.Close()
	u := &uploadFixed{file: f, sum: sha256.New()}
	var store bytes.Buffer
	n, err := io.Copy(&store, u)

	fmt.Println("copied:", n, err)
	fmt.Printf("stored %q as %.4x\n", store.String(), u.sum.Sum(nil))
	// Output:
	// copied: 5 <nil>
	// stored "hello" as 2cf24dba
}

// A gate starts functions, at most so many at a time.
type gate struct {
	slots  chan struct{}
	passed int
}

// Go waits for a slot and then runs f in a goroutine.
func (g *gate) Go(f func()) {
	g.slots <- struct{}{}
	g.passed++
	go func() {
		defer func() { <-g.slots }()
		f()
	}()
}

// A crew is a gate, and a group to wait for.
type crew struct {
	sync.WaitGroup
	*gate
}

// A group is what runAll needs; with a method Go it also decides how a
// task is started.
type group interface {
	Add(int)
	Done()
	Wait()
}

// runAll runs the tasks, each in a goroutine, and waits for them.
func runAll(g group, tasks []func()) {
	start := func(f func()) { go f() }
	if own, ok := g.(interface{ Go(func()) }); ok {
		start = own.Go
	}
	for _, task := range tasks {
		task := task
		g.Add(1)
		start(func() {
			defer g.Done()
			task()
		})
	}
	g.Wait()
}

// limitGone starts all tasks at once, since Go 1.25 brought a method that
// nobody calls: sync.WaitGroup has a Go as well, and two promoted methods
// of one name at one depth are none.
//
// A call c.Go(f) would not compile, and the upgrade would have found it.
// But runAll asks whether there is such a method, and "no" is a valid
// answer: it is how groups without a limit are meant to work.
//
// The first large batch after the upgrade opens as many connections as it
// has tasks, and the database refuses. Nothing in the diff of the upgrade
// names crew. Look for structs that embed two types of which one is not
// yours, and for optional interfaces that somebody asserts.
func limitGone() {
	c := &crew{gate: &gate{slots: make(chan struct{}, 2)}}
	runAll(c, make5(func() {}))

	fmt.Println("tasks through the gate:", c.passed)
	// Output (!go1.25):
	// tasks through the gate: 5
	// Output (go1.25):
	// tasks through the gate: 0
}

func make5(task func()) []func() {
	return []func(){task, task, task, task, task}
}

type crewFixed struct {
	sync.WaitGroup
	*gate
}

// Go starts f through the gate.
func (c *crewFixed) Go(f func()) { c.gate.Go(f) }

// That crewFixed has its own Go is now the compiler's business.
var _ interface{ Go(func()) } = (*crewFixed)(nil)

// limitGoneFixed writes the method on the outer type, where nothing that
// is embedded can reach it, and says in a line which interface is meant.
//
// The method costs three lines. The assertion alone would have turned the
// upgrade into a compile error, which is the better half of the cure.
func limitGoneFixed() {
	c := &crewFixed{gate: &gate{slots: make(chan struct{}, 2)}}
	runAll(c, make5(func() {}))

	fmt.Println("tasks through the gate:", c.passed)
	// Output:
	// tasks through the gate: 5
}

// An importer loads rows that are valid.
type importer struct{ loaded []string }

func (i *importer) valid(row string) bool { return row != "" }

func (i *importer) load(rows []string) {
	for _, row := range rows {
		if i.valid(row) {
			i.loaded = append(i.loaded, row)
		}
	}
}

// A ledgerImporter is stricter: a row names its currency.
type ledgerImporter struct{ importer }

func (l *ledgerImporter) valid(row string) bool {
	return l.importer.valid(row) && strings.HasPrefix(row, "EUR ")
}

// baseDecides books rows without a currency: load belongs to the importer
// that is embedded, and calls the importer's valid.
//
// In Java or Python it would be the override. Here the promoted load has
// one receiver, &l.importer, and that is an importer: it has no way to the
// struct around it. The unit test of ledgerImporter called valid, which is
// the strict one.
//
// Rows that should be refused are in the ledger, and the validator's
// metrics count nothing. Look for a method on the outer type that no code
// calls except its test.
func baseDecides() {
	l := new(ledgerImporter)
	fmt.Println("250 is valid:", l.valid("250"))
	l.load([]string{"EUR 100", "250", ""})
	fmt.Printf("loaded: %q\n", l.loaded)
	// Output:
	// 250 is valid: false
	// loaded: ["EUR 100" "250"]
}

// A validator decides about a row.
type validator interface{ valid(row string) bool }

type notEmpty struct{}

func (notEmpty) valid(row string) bool { return row != "" }

// inEuro wraps another validator.
type inEuro struct{ validator }

func (e inEuro) valid(row string) bool {
	return e.validator.valid(row) && strings.HasPrefix(row, "EUR ")
}

// An openImporter leaves the decision to the interface that it embeds.
type openImporter struct {
	validator
	loaded []string
}

func (o *openImporter) load(rows []string) {
	for _, row := range rows {
		if o.valid(row) {
			o.loaded = append(o.loaded, row)
		}
	}
}

// baseDecidesFixed embeds an interface: o.valid is dispatched at run time,
// to whatever was put in.
//
// That is the template method, and it is as polymorphic as anybody's. Its
// price: the zero value is gone, since a nil interface panics at the first
// row, and the call is not inlined.
func baseDecidesFixed() {
	l := &openImporter{validator: inEuro{notEmpty{}}}
	fmt.Println("250 is valid:", l.valid("250"))
	l.load([]string{"EUR 100", "250", ""})
	fmt.Printf("loaded: %q\n", l.loaded)
	// Output:
	// 250 is valid: false
	// loaded: ["EUR 100"]
}

// traffic is what a server counts.
type traffic struct {
	requests int
	bytes    int
	byStatus map[int]int // added
}

// A server counts under its lock.
type server struct {
	mu  sync.Mutex
	now traffic
}

func (s *server) count(status, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.byStatus == nil {
		s.now.byStatus = make(map[int]int)
	}
	s.now.requests++
	s.now.bytes += bytes
	s.now.byStatus[status]++
}

// snapshot returns what was counted up to now.
func (s *server) snapshot() traffic {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// sharedSnapshot reports a rate of errors above one: half of the snapshot
// is a copy, the other half goes on counting.
//
// Return s.now under the lock was a snapshot, and had been one for years,
// as long as traffic was numbers. The map that was added is copied as a
// word. Its entries are shared, and read outside of the lock that guards
// them.
//
// Mostly you see a chart that makes no sense. Under load the process ends
// by "concurrent map iteration and map write", in the exporter, and no
// recover helps. The race detector finds it if a test exports while it
// counts. Look for a map, slice or pointer in a struct that is returned by
// value under a lock.
func sharedSnapshot() {
	s := new(server)
	s.count(500, 80)
	before := s.snapshot()
	s.count(500, 80)
	s.count(500, 80)

	fmt.Println("requests:", before.requests)
	fmt.Println("errors:", before.byStatus[500])
	// Output:
	// requests: 1
	// errors: 3
}

// clone returns a copy that shares nothing with t.
func (t traffic) clone() traffic {
	byStatus := make(map[int]int, len(t.byStatus))
	for status, n := range t.byStatus {
		byStatus[status] = n
	}
	t.byStatus = byStatus
	return t
}

func (s *server) snapshotFixed() traffic {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.clone()
}

// sharedSnapshotFixed clones what the assignment does not copy, before the
// lock is given up. (maps.Clone since 1.21.)
//
// The lock is held for as long as the map takes to copy. Where codes are
// few, [600]int is a value again, and the assignment is right as it
// stands.
func sharedSnapshotFixed() {
	s := new(server)
	s.count(500, 80)
	before := s.snapshotFixed()
	s.count(500, 80)
	s.count(500, 80)

	fmt.Println("requests:", before.requests)
	fmt.Println("errors:", before.byStatus[500])
	// Output:
	// requests: 1
	// errors: 1
}

// A mailer sends what is waiting.
type mailer struct{ waiting []string }

func (m *mailer) enqueue(mail string) {
	m.waiting = append(m.waiting, mail)
}

// backlog is for the gauge. It changes nothing, hence the value receiver.
func (m mailer) backlog() int { return len(m.waiting) }

// gaugeOfCopy exports a backlog of zero while mail piles up: the method
// value m.backlog took its receiver along when it was made.
//
// A method value binds what the receiver is declared as. With a pointer
// that is the pointer. A value is copied there and then, three words of an
// empty slice, and the gauge reads that copy for ever. The receiver was a
// pointer until a linter asked why.
//
// The graph is flat and looks healthy; the alert on it has never fired.
// defer m.report() evaluates its receiver at once as well. Look for method
// values with value receivers in registrations and in defer. vet minds
// such a receiver only if the struct has a lock in it.
func gaugeOfCopy() {
	gauges := make(map[string]func() int)
	var m mailer
	gauges["backlog"] = m.backlog
	m.enqueue("to ann")
	m.enqueue("to bob")

	fmt.Println("waiting:", len(m.waiting))
	fmt.Println("gauge:", gauges["backlog"]())
	// Output:
	// waiting: 2
	// gauge: 0
}

func (m *mailer) backlogFixed() int { return len(m.waiting) }

// gaugeOfCopyFixed has a pointer receiver, as the other methods have.
//
// m moves to the heap and stays as long as the gauge is registered, which
// is what a gauge needs. One kind of receiver for a type: a mixture is
// right only where each value method is meant to see a copy.
func gaugeOfCopyFixed() {
	gauges := make(map[string]func() int)
	var m mailer
	gauges["backlog"] = m.backlogFixed
	m.enqueue("to ann")
	m.enqueue("to bob")

	fmt.Println("waiting:", len(m.waiting))
	fmt.Println("gauge:", gauges["backlog"]())
	// Output:
	// waiting: 2
	// gauge: 2
}

// A breaker counts failures and opens when there are too many.
type breaker struct {
	mu       sync.Mutex // added
	failures int
	open     bool
}

func (b *breaker) fail() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	b.open = b.failures > 2
}

func (b *breaker) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	*b = breaker{}
}

// resetUnlocked ends the process when the breaker closes again: the reset
// replaces the whole struct, and with it the mutex that it holds.
//
// *b = breaker{} was the first version of the method, and right: it will
// also reset fields that are added later. Later a mutex was added, with
// the two usual lines in each method. The mutex is now reset while it is
// locked, and the deferred Unlock finds an unlocked one.
//
// It is a fatal error, beyond any recover, in the minute in which the
// dependency comes back. If another goroutine locks before the Unlock, it
// is worse: Unlock takes that one's lock away, and nothing is reported.
// vet's copylocks is silent, a literal is no copy. Look for *x = T{} where
// T has a lock.
func resetUnlocked() {
	b := new(breaker)
	for i := 0; i < 3; i++ {
		b.fail()
	}
	fmt.Println("open:", b.open)
	b.reset()
	fmt.Println("open:", b.open)
	// Fatal: unlock of unlocked mutex
	// Output:
	// open: true
}

// breakerState is what the lock guards, and what a reset resets.
type breakerState struct {
	failures int
	open     bool
}

type breakerFixed struct {
	mu sync.Mutex
	breakerState
}

func (b *breakerFixed) fail() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	b.open = b.failures > 2
}

func (b *breakerFixed) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.breakerState = breakerState{}
}

// resetUnlockedFixed puts what is guarded into a struct of its own.
//
// Fields that are added there are reset, copied and compared together, and
// the lock never is. Costs nothing at run time.
func resetUnlockedFixed() {
	b := new(breakerFixed)
	for i := 0; i < 3; i++ {
		b.fail()
	}
	fmt.Println("open:", b.open)
	b.reset()
	fmt.Println("open:", b.open)
	// Output:
	// open: true
	// open: false
}

// A callPolicy says how a dependency is called.
type callPolicy struct {
	Retries   int `json:"retries"`
	TimeoutMS int `json:"timeout_ms"`
}

// policyFrom reads a policy; what it does not mention has a default.
func policyFrom(doc string) (callPolicy, error) {
	var p callPolicy
	err := json.Unmarshal([]byte(doc), &p)
	if p.Retries == 0 {
		p.Retries = 3
	}
	if p.TimeoutMS == 0 {
		p.TimeoutMS = 500
	}
	return p, err
}

// zeroIsDefault keeps retrying after the retries were switched off: zero
// is what the operator wrote, and also what says that nothing was written.
//
// The zero value is usable here, that is the trap. It was given a meaning,
// "use the default", and the number 0 has lost its own.
//
// In the outage somebody sets retries to 0 to take load off the database.
// The change is rolled out, the log prints the new configuration, and the
// load stays. Look for x == 0 and x == "" in code that fills in defaults,
// and for each ask whether the zero can be meant.
func zeroIsDefault() {
	p, err := policyFrom(`{"retries": 0, "timeout_ms": 250}`)
	fmt.Println("calls per request:", 1+p.Retries, err)
	p, err = policyFrom(`{}`)
	fmt.Println("without a word about it:", 1+p.Retries, err)
	// Output:
	// calls per request: 4 <nil>
	// without a word about it: 4 <nil>
}

// policyFromFixed decodes over the defaults.
func policyFromFixed(doc string) (callPolicy, error) {
	p := callPolicy{Retries: 3, TimeoutMS: 500}
	err := json.Unmarshal([]byte(doc), &p)
	return p, err
}

// zeroIsDefaultFixed starts from the defaults and lets the document
// overwrite them: what is absent stays, what is 0 becomes 0.
//
// No pointers are needed. It suits numbers and strings; a map in the
// defaults is merged, not replaced, and a second document must not be
// decoded into the result of the first.
func zeroIsDefaultFixed() {
	p, err := policyFromFixed(`{"retries": 0, "timeout_ms": 250}`)
	fmt.Println("calls per request:", 1+p.Retries, err)
	p, err = policyFromFixed(`{}`)
	fmt.Println("without a word about it:", 1+p.Retries, err)
	// Output:
	// calls per request: 1 <nil>
	// without a word about it: 4 <nil>
}

// A secret does not print itself.
type secret string

func (secret) String() string   { return "[secret]" }
func (secret) GoString() string { return "[secret]" }

// A target is where the service connects to.
type target struct {
	Host     string
	password secret
}

// redactedInVain writes the password to the log: the field is unexported,
// so fmt may not call its String method.
//
// The type has a test, fmt.Sprint(secret("x")) gives [secret]. The struct
// was reviewed, and hiding the field seemed to be one protection more. But
// fmt calls methods through reflection, and reflection refuses to take a
// value out of an unexported field. What it may do is print the string
// that is there.
//
// The log has been shipped and indexed when the audit finds it. Look for
// types with String, Format or LogValue in unexported fields; print the
// outer struct in the test, with %v, %+v and %#v.
func redactedInVain() {
	t := target{"db1", "hunter2"}
	fmt.Println("the value alone:", t.password)
	line := fmt.Sprintf("connecting to %+v", t)
	fmt.Println("password in the line:", strings.Contains(line, "hunter2"))
	// Output:
	// the value alone: [secret]
	// password in the line: true
}

// A sealed keeps its text where nothing that prints will look.
type sealed struct{ text *string }

func seal(text string) sealed   { return sealed{&text} }
func (sealed) String() string   { return "[secret]" }
func (s sealed) reveal() string { return *s.text }

type targetFixed struct {
	Host     string
	password sealed
}

// redactedInVainFixed doesn't rely on being asked: fmt prints the pointer
// and does not follow it, an encoder finds no exported field.
//
// An allocation for each secret, and == compares identities now, not
// texts. A debugger and a core dump still have it.
func redactedInVainFixed() {
	t := targetFixed{"db1", seal("hunter2")}
	fmt.Println("the value alone:", t.password)
	line := fmt.Sprintf("connecting to %+v", t)
	fmt.Println("password in the line:", strings.Contains(line, "hunter2"))
	// Output:
	// the value alone: [secret]
	// password in the line: false
}

// An account is a row of the table, and what GET /accounts/ann returns.
type account struct {
	Name string `json:"name"`
	Hash string `json:"-,omitempty"` // want staticcheck:SA5008 "ignore"
}

// dashComma publishes the hash of the password, and lets a client set it:
// in a tag, "-" alone means never, and "-," means a field named -.
//
// Someone made all tags of the file consistent and added omitempty. The
// reviewer saw a dash. The documentation has the rule in one sentence, and
// vet takes no offence.
//
// The API returns a member that no client reads, so nobody notices; a
// client that sends it overwrites the hash. Look for "-, in tags: one
// regular expression over the repository, today. staticcheck reports it
// for json.
func dashComma() {
	body, err := json.Marshal(account{"ann", "$2a$10$N9qo8u"})
	fmt.Println("sent:", string(body), err)

	a := account{"ann", "$2a$10$N9qo8u"}
	err = json.Unmarshal([]byte(`{"name":"ann","-":"mallory"}`), &a)
	fmt.Println("hash after an update:", a.Hash, err)
	// Output:
	// sent: {"name":"ann","-":"$2a$10$N9qo8u"} <nil>
	// hash after an update: mallory <nil>
}

// An accountReply has the fields that clients may see.
type accountReply struct {
	Name string `json:"name"`
}

// dashCommaFixed answers with a type that has nothing to hide.
//
// `json:"-"` would do as well, until the next secret is added to account.
// A type for the wire is a line for each public field, and a new field of
// the row is private until someone writes it there.
func dashCommaFixed() {
	a := account{"ann", "$2a$10$N9qo8u"}
	body, err := json.Marshal(accountReply{a.Name})
	fmt.Println("sent:", string(body), err)

	var change accountReply
	err = json.Unmarshal([]byte(`{"name":"ann","-":"mallory"}`), &change)
	a.Name = change.Name
	fmt.Println("hash after an update:", a.Hash, err)
	// Output:
	// sent: {"name":"ann"} <nil>
	// hash after an update: $2a$10$N9qo8u <nil>
}

// An event comes from a queue. Its fields stand in the order that a linter
// for field alignment proposed: pointers first.
type event struct {
	Payload any
	Kind    string
	ID      int64
}

// repeated reports whether the queue has delivered an event twice.
func repeated(last, next event) bool { return last == next }

// reorderedFields panics at the first two events with lists in them,
// because == now begins with the payload.
//
// == compares fields in their order and stops at the first difference. As
// long as ID stood first, two events differed there and nobody looked at
// their payloads. Behind the interfaces is a []any from JSON, which has no
// ==, and the comparison panics.
//
// The commit quotes the linter, "struct with 40 pointer bytes could be
// 24", and adds "no functional change". The old order was no cure: it
// panics when one event is really delivered twice, in the case that the
// function is for. Look for == on structs with an any or error inside.
func reorderedFields() {
	first := event{ID: 1, Kind: "paid", Payload: "o-1"}
	second := event{ID: 2, Kind: "paid", Payload: "o-2"}
	fmt.Println("repeated:", repeated(first, second))

	first.Payload, second.Payload = []any{"o-1"}, []any{"o-1"}
	fmt.Println("repeated:", repeated(first, second))
	// Panics: comparing uncomparable type []interface {}
	// Output:
	// repeated: false
}

// An eventKey is what tells events apart.
type eventKey struct {
	Kind string
	ID   int64
}

func (e event) key() eventKey { return eventKey{e.Kind, e.ID} }

// reorderedFieldsFixed compares a key: a struct whose fields all have an
// == that can't panic, in any order.
//
// Two fields are copied. The key also works in a map, where an event with
// a list would panic at the first insertion.
func reorderedFieldsFixed() {
	first := event{ID: 1, Kind: "paid", Payload: "o-1"}
	second := event{ID: 2, Kind: "paid", Payload: "o-2"}
	fmt.Println("repeated:", first.key() == second.key())

	first.Payload, second.Payload = []any{"o-1"}, []any{"o-1"}
	fmt.Println("repeated:", first.key() == second.key())
	// Output:
	// repeated: false
	// repeated: false
}

// tokens are those of the sessions that are open.
var tokens [][]byte

// serveLogins stands for an hour of traffic: tokens are made, and half of
// them die.
func serveLogins() {
	for i := 0; i < 1000; i++ {
		token := []byte("token-of-mallory")
		if i%2 == 0 {
			tokens = append(tokens, token)
		}
	}
	runtime.GC()
	runtime.GC()
}

// A sample is a measurement. Behind kind are 7 bytes that no field has.
type sample struct {
	kind  uint8
	value int64
}

// measured returns a batch of one sample, always the same one.
func measured() []sample {
	var batch []sample
	return append(batch, sample{kind: 1, value: 42})
}

// memoryOf returns the batch as it lies in memory: no encoding, no copy.
func memoryOf(batch []sample) []byte {
	size := len(batch) * int(unsafe.Sizeof(batch[0]))
	return unsafe.Slice((*byte)(unsafe.Pointer(&batch[0])), size)
}

// sentBatches encodes many batches and reports whether equal ones had
// different bytes, and whether a token was in any.
func sentBatches(encode func([]sample) []byte) (differ, leaked bool) {
	first := string(encode(measured()))
	for i := 0; i < 1000; i++ {
		body := encode(measured())
		differ = differ || string(body) != first
		leaked = leaked || bytes.Contains(body, []byte("oken-of"))
	}
	return differ, leaked
}

// paddingOnTheWire sends seven bytes of somebody's session with each
// measurement, from the gap between two fields.
//
// The author knew that Go zeroes memory. append knows that it is about to
// fill it: it takes memory that is not cleared where elements are going to
// be written, and then writes fields. Nobody writes the padding. What
// stood there before the collection is there still.
//
// Checksums of equal batches differ between replicas, at random, and that
// is the harmless half. Nothing reports it, neither -race nor vet nor
// checkptr. Look for unsafe.Pointer to a struct in code that hashes,
// sends, or writes to a file; print unsafe.Sizeof and the sum of the
// fields.
func paddingOnTheWire() {
	serveLogins()
	a, b := measured(), measured()
	differ, leaked := sentBatches(memoryOf)

	fmt.Println("samples are equal:", a[0] == b[0])
	fmt.Println("their bytes differ:", differ)
	fmt.Println("a token was sent:", leaked)
	// Output:
	// samples are equal: true
	// their bytes differ: true
	// a token was sent: true
}

// encoded returns the batch field by field.
func encoded(batch []sample) []byte {
	const size = 9
	out := make([]byte, size*len(batch))
	for i, s := range batch {
		at := out[size*i:]
		at[0] = s.kind
		binary.LittleEndian.PutUint64(at[1:], uint64(s.value))
	}
	return out
}

// paddingOnTheWireFixed encodes fields.
//
// A copy, 9 bytes in place of 16, and a format that does not change when
// somebody reorders the struct or builds for another processor. If the
// memory must go out as it is, give the gap a name, pad [7]byte: then it
// is a field, and a literal sets it to zero.
func paddingOnTheWireFixed() {
	serveLogins()
	a, b := measured(), measured()
	differ, leaked := sentBatches(encoded)

	fmt.Println("samples are equal:", a[0] == b[0])
	fmt.Println("their bytes differ:", differ)
	fmt.Println("a token was sent:", leaked)
	// Output:
	// samples are equal: true
	// their bytes differ: false
	// a token was sent: false
}

var (
	latencies = latenciesOf(1000)
	hour      summary
	hourFixed summaryFixed
)

func latenciesOf(n int) []int64 {
	l := make([]int64, n)
	for i := range l {
		l[i] = int64(i * 7919 % 1000)
	}
	return l
}

// A summary sums latencies up. The blank field, which takes no memory,
// makes callers name the others.
type summary struct {
	_                    struct{}
	count, sum, min, max int64
}

func (s summary) with(v int64) summary {
	s.count++
	s.sum += v
	if v < s.min {
		s.min = v
	}
	if v > s.max {
		s.max = v
	}
	return s
}

// guardField makes a loop many times slower by a field of size zero: it is
// the fifth, and the compiler keeps structs of at most four in registers.
//
// summary was written as a value on purpose, with receivers that change
// nothing, and was fast. The guard came with a style guide. unsafe.Sizeof
// is the same before and after, there is no allocation, and with is still
// inlined. But s lives in memory now and is copied at each turn: on amd64
// written in parts of 8 bytes and read in parts of 16, for which the
// processor has to wait.
//
// In a CPU profile the time is at with, spread over plain assignments. In
// the assembly look for MOVUPS between the additions. An array of two does
// the same as a fifth field.
func guardField() {
	var s summary
	for _, v := range latencies {
		s = s.with(v)
	}
	hour = s
	// Allocs: 0
	// See: assembly
}

// totals are the four numbers.
type totals struct{ count, sum, min, max int64 }

type summaryFixed struct {
	_ struct{}
	totals
}

func (s summaryFixed) with(v int64) summaryFixed {
	s.count++
	s.sum += v
	if v < s.min {
		s.min = v
	}
	if v > s.max {
		s.max = v
	}
	return s
}

// guardFieldFixed has two fields, of which one has four: the limit is
// counted at each level, up to four words in all.
//
// A curiosity to know, not a style to adopt. A pointer receiver, which
// changes s where it is, needs no such care; it is the cure for structs
// that are larger anyway.
func guardFieldFixed() {
	var s summaryFixed
	for _, v := range latencies {
		s = s.with(v)
	}
	hourFixed = s
	// Allocs: 0
	// Faster: 8x than guardField
	// See: assembly
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
		idVanished,
		idVanishedFixed,
		embeddedTime,
		embeddedTimeFixed,
		embeddedFile,
		embeddedFileFixed,
		limitGone,
		limitGoneFixed,
		baseDecides,
		baseDecidesFixed,
		sharedSnapshot,
		sharedSnapshotFixed,
		gaugeOfCopy,
		gaugeOfCopyFixed,
		alone("resetUnlocked", resetUnlocked),
		resetUnlockedFixed,
		zeroIsDefault,
		zeroIsDefaultFixed,
		redactedInVain,
		redactedInVainFixed,
		dashComma,
		dashCommaFixed,
		alone("reorderedFields", reorderedFields),
		reorderedFieldsFixed,
		paddingOnTheWire,
		paddingOnTheWireFixed,
		guardField,
		guardFieldFixed,
	} {
		run()
	}
}
