//go:build ignore

// Pitfalls of pointers: who else has one, what it keeps alive, and when an
// address is not an identity.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"
	"weak"
)

// A key makes a context value private to this package: nobody else can
// have its address.
type key struct{}

var (
	userKey   = new(key)
	tenantKey = new(key)
)

// sameKey logs every request under the name of its tenant: the two context
// keys are one pointer.
//
// The keys were taken over from net/http, whose contextKey has a name
// inside. The name looked like decoration and went. A key is then of size
// zero, and the specification leaves open whether two pointers to distinct
// variables of size zero are equal. In package variables they are, on
// every release. A test that makes two keys in a function and compares
// them there sees that they differ: the compiler answers without looking.
//
// The innermost value wins. In production the audit log names tenants
// where it should name people, and a tenant called "root" is worth having.
// No tool says anything. Look for new and & before a type without fields,
// where the address is meant to be unique: context keys, sentinel errors,
// tokens.
func sameKey() {
	ctx := context.WithValue(context.Background(), userKey, "ann")
	ctx = context.WithValue(ctx, tenantKey, "acme")

	fmt.Println("user:", ctx.Value(userKey))
	fmt.Println("tenant:", ctx.Value(tenantKey))
	// Output:
	// user: acme
	// tenant: acme
}

// A namedKey has a size, and so an address of its own.
type namedKey struct{ name string }

var (
	userNamed   = &namedKey{"user"}
	tenantNamed = &namedKey{"tenant"}
)

// sameKeyFixed gives the key a field.
//
// Two words for each key, once. The name is of use in a debugger as well.
// Two types without fields, used by value, do it too and cost nothing: an
// interface compares the types first.
func sameKeyFixed() {
	ctx := context.WithValue(context.Background(), userNamed, "ann")
	ctx = context.WithValue(ctx, tenantNamed, "acme")

	fmt.Println("user:", ctx.Value(userNamed))
	fmt.Println("tenant:", ctx.Value(tenantNamed))
	// Output:
	// user: ann
	// tenant: acme
}

// A policy says who may read a bucket.
type policy struct{ readers map[string]bool }

// permits reports whether the user may read. A bucket without a policy is
// public.
func (p *policy) permits(user string) bool {
	return p == nil || p.readers[user]
}

var policies = map[string]*policy{
	"website": nil,
	"payroll": {readers: map[string]bool{"ann": true}},
}

// nilPolicy opens each bucket whose policy can't be found, because the
// missing policy and the permissive one are the same nil.
//
// A nil receiver is a legal call, and to give it a meaning saves a check
// in twenty places. But nil is also what a map returns for a key that it
// doesn't have, what a constructor returns beside its error, and what a
// field is that nobody has set. All of these now mean "public".
//
// It is found by an auditor, or by whoever reads the payroll. Look for
// "== nil" at the start of a method, and ask what the zero value grants.
func nilPolicy() {
	may := func(user, bucket string) bool {
		return policies[bucket].permits(user)
	}
	fmt.Println("ann reads payroll:", may("ann", "payroll"))
	fmt.Println("mallory reads payroll:", may("mallory", "payroll"))
	fmt.Println("mallory reads payroll-old:", may("mallory", "payroll-old"))
	// Output:
	// ann reads payroll: true
	// mallory reads payroll: false
	// mallory reads payroll-old: true
}

// A strictPolicy says who may read a bucket, or that all may.
type strictPolicy struct {
	public  bool
	readers map[string]bool
}

func (p *strictPolicy) permits(user string) bool {
	return p != nil && (p.public || p.readers[user])
}

var strictPolicies = map[string]*strictPolicy{
	"website": {public: true},
	"payroll": {readers: map[string]bool{"ann": true}},
}

// nilPolicyFixed lets nil refuse, and gives "public" a value that somebody
// has to write.
//
// A bucket that is public by accident of configuration is closed after the
// change: announce it.
func nilPolicyFixed() {
	may := func(user, bucket string) bool {
		return strictPolicies[bucket].permits(user)
	}
	fmt.Println("ann reads payroll:", may("ann", "payroll"))
	fmt.Println("mallory reads payroll:", may("mallory", "payroll"))
	fmt.Println("mallory reads payroll-old:", may("mallory", "payroll-old"))
	// Output:
	// ann reads payroll: true
	// mallory reads payroll: false
	// mallory reads payroll-old: false
}

// limits bound the requests of a tenant.
type limits struct{ Rate, Burst int }

// settings are what a tenant may change, by sending what differs.
type settings struct {
	Region string
	Limits *limits // optional
}

var standard = settings{Region: "eu", Limits: &limits{Rate: 10, Burst: 20}}

func parse(patch string) (settings, error) {
	s := standard
	err := json.Unmarshal([]byte(patch), &s)
	return s, err
}

// sharedDefault lets one tenant set the rate limit of all: the document is
// decoded into the defaults, through a copy of their pointer.
//
// s := standard copies the struct, and Region is proof that it works.
// Limits was a value once. It became a pointer to tell "absent" from zero,
// and a decoder that finds a pointer which is not nil writes to what it
// points to.
//
// The first tenant with a patch of its own decides, until the next
// deployment; each pod has other defaults. Look for a package variable
// that is copied by assignment and has a pointer, slice or map inside.
func sharedDefault() {
	big, err := parse(`{"Region":"us","Limits":{"Rate":9000}}`)
	if err != nil {
		panic(err)
	}
	next, err := parse(`{}`)
	if err != nil {
		panic(err)
	}
	fmt.Println("big tenant:", big.Region, big.Limits.Rate)
	fmt.Println("next tenant:", next.Region, next.Limits.Rate)
	// Output:
	// big tenant: us 9000
	// next tenant: eu 9000
}

// newStandard returns defaults that nobody else has.
func newStandard() settings {
	return settings{Region: "eu", Limits: &limits{Rate: 10, Burst: 20}}
}

func parseFixed(patch string) (settings, error) {
	s := newStandard()
	err := json.Unmarshal([]byte(patch), &s)
	return s, err
}

// sharedDefaultFixed makes the defaults anew for each document.
//
// One allocation for each optional part. A Clone method costs the same and
// is forgotten when a field is added; a function that builds the value
// can't forget one.
func sharedDefaultFixed() {
	big, err := parseFixed(`{"Region":"us","Limits":{"Rate":9000}}`)
	if err != nil {
		panic(err)
	}
	next, err := parseFixed(`{}`)
	if err != nil {
		panic(err)
	}
	fmt.Println("big tenant:", big.Region, big.Limits.Rate)
	fmt.Println("next tenant:", next.Region, next.Limits.Rate)
	// Output:
	// big tenant: us 9000
	// next tenant: eu 10
}

// A customer is who gets the invoice.
type customer struct{ name, mail string }

// A directory caches customers.
type directory struct{ byID map[int]*customer }

func (d *directory) find(id int) *customer { return d.byID[id] }

// logLine returns what may be logged of a customer.
func logLine(c *customer) string {
	c.mail = "[hidden]"
	return c.name + " " + c.mail
}

// redactedOriginal sends the invoice to "[hidden]": the customer is
// redacted for the log, and the log has the only one there is.
//
// logLine was reviewed for what it leaks, and it leaks nothing. It took a
// value when it was written; the linter's "large parameter" made it a
// pointer. Nobody changed the line inside.
//
// Mails bounce for those customers that were logged since the start, and a
// restart heals it. No race report: one goroutine. Look for assignments to
// a field of a pointer parameter in a function whose name is a noun.
func redactedOriginal() {
	d := directory{map[int]*customer{7: {"Ann", "ann@example.com"}}}

	fmt.Println("logged:", logLine(d.find(7)))
	fmt.Println("invoice to:", d.find(7).mail)
	// Output:
	// logged: Ann [hidden]
	// invoice to: [hidden]
}

// A copyingDirectory hands out values.
type copyingDirectory struct{ byID map[int]customer }

func (d *copyingDirectory) find(id int) (c customer, ok bool) {
	c, ok = d.byID[id]
	return c, ok
}

func logLineFixed(c customer) string {
	c.mail = "[hidden]"
	return c.name + " " + c.mail
}

// redactedOriginalFixed returns a value from the cache, so that no caller
// can change what the next one gets.
//
// 32 bytes are copied instead of 8. The copy is one level deep: with a
// slice or a map in customer, find has to clone those. And "not found" has
// to be said, where nil said it before.
func redactedOriginalFixed() {
	d := copyingDirectory{map[int]customer{7: {"Ann", "ann@example.com"}}}

	c, _ := d.find(7)
	fmt.Println("logged:", logLineFixed(c))
	c, _ = d.find(7)
	fmt.Println("invoice to:", c.mail)
	// Output:
	// logged: Ann [hidden]
	// invoice to: ann@example.com
}

// A state is a short text; up to 16 bytes it needs no allocation.
type state struct {
	small [16]byte
	text  []byte
}

func (s *state) set(text string) { s.text = append(s.small[:0], text...) }

// selfPointer publishes the first status and none after it: the copy that
// was kept for comparison points into the original.
//
// text leads to small, of the same struct. Assigning the struct copies the
// bytes of small, and the pointer to the other small. The next set writes
// there, and both texts change together. A text of more than 16 bytes has
// an array of its own, and of another length it looks different in any
// case; the test used "starting" and "ready".
//
// The dashboard is green since the first 200. vet is silent; it knows
// locks. Look for a field that is a slice of, or a pointer to, another
// field of the same struct, and for who copies that.
func selfPointer() {
	var current, last state
	published := 0
	codes := []string{"200", "503", "500"}
	for _, code := range codes {
		current.set(code)
		if !bytes.Equal(current.text, last.text) {
			published++
		}
		last = current
	}
	fmt.Println("published:", published, "of", len(codes))
	// Output:
	// published: 1 of 3
}

// A plainState has a length where state has a pointer.
type plainState struct {
	small [16]byte
	n     int
	large []byte // if the text does not fit
}

func (s *plainState) set(text string) {
	s.n, s.large = copy(s.small[:], text), nil
	if s.n < len(text) {
		s.large = []byte(text)
	}
}

func (s *plainState) text() []byte {
	if s.large != nil {
		return s.large
	}
	return s.small[:s.n]
}

// selfPointerFixed computes the slice when it is asked for.
//
// A branch for each read, and the struct may be copied like an int. Where
// the pointer must stay, give the type a field of a noCopy type with the
// methods Lock and Unlock: vet's copylocks then reports each copy.
func selfPointerFixed() {
	var current, last plainState
	published := 0
	codes := []string{"200", "503", "500"}
	for _, code := range codes {
		current.set(code)
		if !bytes.Equal(current.text(), last.text()) {
			published++
		}
		last = current
	}
	fmt.Println("published:", published, "of", len(codes))
	// Output:
	// published: 3 of 3
}

// An account is a row of the ledger.
type account struct {
	id    string
	cents int
}

// pointerToCopy books into a copy: the index points to the loop's
// variable, not to the rows.
//
// Until 1.21 there is one variable for the loop, and the whole index leads
// to the last row. That is found in the first test. Since 1.22 each turn
// has its own: the index is right, the test of the index passes, and the
// rows that are written back are the old ones.
//
// So the upgrade turned a loud bug into a quiet one. In production the
// booking is confirmed, read back from the index, and gone with the
// process. Look for & before the second variable of a range.
func pointerToCopy() {
	rows := []account{{"a", 100}, {"b", 200}, {"c", 300}}
	byID := make(map[string]*account)
	for _, row := range rows {
		byID[row.id] = &row
	}
	byID["a"].cents += 50

	fmt.Println("a by index:", byID["a"].cents)
	fmt.Println("a in the rows:", rows[0].cents)
	// Output (!go1.22):
	// a by index: 350
	// a in the rows: 100
	// Output (go1.22):
	// a by index: 150
	// a in the rows: 100
}

// pointerToCopyFixed points to the elements.
//
// It also saves an allocation for each row. The index is right for as long
// as rows doesn't grow; if it may, let rows hold pointers, or the index
// hold positions.
func pointerToCopyFixed() {
	rows := []account{{"a", 100}, {"b", 200}, {"c", 300}}
	byID := make(map[string]*account)
	for i := range rows {
		byID[rows[i].id] = &rows[i]
	}
	byID["a"].cents += 50

	fmt.Println("a by index:", byID["a"].cents)
	fmt.Println("a in the rows:", rows[0].cents)
	// Output:
	// a by index: 150
	// a in the rows: 150
}

// A session is one client that has signed in.
type session struct {
	user   string
	number uint64
	recent [4]string
}

var (
	online []*session
	signed uint64
)

func signIn(user string) *session {
	signed++
	return &session{user: user, number: signed}
}

// reusedAddress makes a stranger an administrator: roles are filed under
// the address of a session, and addresses are used again.
//
// A uintptr as the key was no accident. With a pointer the map would keep
// every session alive that was not signed out. With a number it doesn't,
// and nobody noticed that the entry of a dropped connection stays. After a
// collection the allocator gives the memory to a session of the same size,
// and the entry with it.
//
// Rights that appear from nowhere, on busy days. No tool reports it: the
// conversion is legal, vet's unsafeptr looks for the way back. Look for
// uintptr, reflect's Pointer and %p wherever a key is made.
func reusedAddress() {
	roles := make(map[uintptr]string)
	root := signIn("root")
	roles[uintptr(unsafe.Pointer(root))] = "admin"
	online = append(online, root)

	online = nil // the connection is lost, nobody signs out
	runtime.GC()
	stranger := "no role"
	for i := 0; i < 1<<16 && stranger == "no role"; i++ {
		s := signIn("mallory")
		online = append(online, s)
		if role, ok := roles[uintptr(unsafe.Pointer(s))]; ok {
			stranger = role
		}
	}
	fmt.Println("mallory is:", stranger)
	// Output:
	// mallory is: admin
}

// reusedAddressFixed files roles under a number that is never given twice.
//
// 8 bytes in each session. Entries of lost sessions stay, harmless, until
// something removes them: a time limit, or on 1.24 runtime.AddCleanup. The
// other cure of 1.24 is a weak.Pointer as the key: comparable, never equal
// to that of a later object, and no reason to stay alive.
func reusedAddressFixed() {
	roles := make(map[uint64]string)
	root := signIn("root")
	roles[root.number] = "admin"
	online = append(online, root)

	online = nil
	runtime.GC()
	stranger := "no role"
	for i := 0; i < 1<<16 && stranger == "no role"; i++ {
		s := signIn("mallory")
		online = append(online, s)
		if role, ok := roles[s.number]; ok {
			stranger = role
		}
	}
	fmt.Println("mallory is:", stranger)
	// Output:
	// mallory is: no role
}

// A request is what a goroutine works on.
type request struct {
	path    string
	depth   int // how deep its document is nested
	scratch [4096]byte
}

// walk stands for a recursive parser.
//
//go:noinline
func walk(depth int) int {
	var frame [256]byte
	frame[depth%256] = 1
	if depth == 0 {
		return 0
	}
	return walk(depth-1) + int(frame[depth%256])
}

// An inFlight knows which requests are being served.
type inFlight struct {
	mu    sync.Mutex
	paths map[uintptr]string
}

func (f *inFlight) enter(id uintptr, path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.paths[id] = path
}

func (f *inFlight) leave(id uintptr) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.paths, id)
}

func (f *inFlight) serve(depth int) {
	r := request{path: "/import", depth: depth}
	f.enter(uintptr(unsafe.Pointer(&r)), r.path)
	defer func() { f.leave(uintptr(unsafe.Pointer(&r))) }()
	walk(r.depth)
}

// after serves one request and returns how many are still listed.
func (f *inFlight) after(depth int) int {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		f.serve(depth)
	}()
	wg.Wait()
	return len(f.paths)
}

// movedKey never removes a request that has recursed deeply: while it was
// served its stack was copied, and its variable has another address.
//
// The address of the request was the cheapest unique number at hand. As a
// uintptr it doesn't make the variable escape, which the benchmark liked.
// When a stack is too small, the runtime copies it to one of twice the
// size and corrects the pointers into it. A uintptr is no pointer. The
// tests had flat documents.
//
// The gauge "in flight" climbs by one for each deep document, and shutdown
// waits for requests that are done. Look for uintptr(unsafe.Pointer(&x))
// whose result outlives the expression it stands in.
func movedKey() {
	f := inFlight{paths: make(map[uintptr]string)}
	fmt.Println("in flight after a flat document:", f.after(0))
	fmt.Println("in flight after a deep document:", f.after(1000))
	// Output:
	// in flight after a flat document: 0
	// in flight after a deep document: 1
}

// A pinned knows requests by pointer.
type pinned struct {
	mu    sync.Mutex
	paths map[*request]string
}

func (f *pinned) serve(depth int) {
	r := &request{path: "/import", depth: depth} // want escape "escapes to heap"
	f.mu.Lock()
	f.paths[r] = r.path
	f.mu.Unlock()
	walk(r.depth)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.paths, r)
}

func (f *pinned) after(depth int) int {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		f.serve(depth)
	}()
	wg.Wait()
	return len(f.paths)
}

// movedKeyFixed uses the pointer: a variable whose pointer is stored on
// the heap lives there itself, and the heap doesn't move.
//
// One allocation for each request. A counter under the same lock costs
// none.
func movedKeyFixed() {
	f := pinned{paths: make(map[*request]string)}
	fmt.Println("in flight after a flat document:", f.after(0))
	fmt.Println("in flight after a deep document:", f.after(1000))
	// Output:
	// in flight after a flat document: 0
	// in flight after a deep document: 0
}

// finalizersRan collects garbage and waits until the finalizers of what
// was garbage have run.
func finalizersRan() {
	for i := 0; i < 2; i++ { // one cycle's finalizers have no order
		done := make(chan struct{})
		runtime.SetFinalizer(new([8]*int), func(*[8]*int) { close(done) })
		runtime.GC()
		<-done
	}
}

// A kernel knows which descriptors are open.
type kernel struct {
	mu   sync.Mutex
	open map[int]bool
}

func (k *kernel) close(fd int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.open, fd)
}

// read waits for data, which may take long, so that a collection happens,
// and then reads it: two system calls with one number.
//
//go:noinline
func (k *kernel) read(fd int) string {
	finalizersRan()
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.open[fd] {
		return "bad file descriptor"
	}
	return "42 bytes"
}

// A device owns a descriptor.
type device struct {
	fd int
	k  *kernel
}

func openDevice(k *kernel, fd int) *device {
	d := &device{fd, k}
	k.open[fd] = true
	runtime.SetFinalizer(d, func(d *device) { d.k.close(d.fd) })
	return d
}

func (d *device) read() string { return d.k.read(d.fd) }

// finalizedInUse closes the device while it is being read: to the
// collector an object ends with the last use of its pointer, not with the
// block, and not with its own method.
//
// read takes fd out of d and needs d no more. The finalizer was meant for
// those who forget to close. It runs during the call if a collection does
// and nobody uses d afterwards.
//
// EBADF, rarely, under memory pressure; or the data of another connection
// that got the number meanwhile. Not in tests, which close the device
// after the read and so use d. Look for finalizers and cleanups on types
// whose methods pass a field to the system or to C.
func finalizedInUse() {
	k := &kernel{open: make(map[int]bool)}
	d := openDevice(k, 3)
	fmt.Println("read:", d.read())
	// Output:
	// read: bad file descriptor
}

func (d *device) readFixed() string {
	s := d.k.read(d.fd)
	runtime.KeepAlive(d)
	return s
}

// finalizedInUseFixed says until when the object is needed.
//
// KeepAlive emits no instruction beyond keeping the pointer in a register
// or on the stack. It belongs behind the last use of what the object owns,
// in each method, as os.File has it.
func finalizedInUseFixed() {
	k := &kernel{open: make(map[int]bool)}
	d := openDevice(k, 3)
	fmt.Println("read:", d.readFixed())
	// Output:
	// read: 42 bytes
}

// A link is a connection with its streams, which know their link.
type link struct {
	closed  *int
	streams []*stream
}

type stream struct{ of *link }

func dial(closed *int) *link {
	l := &link{closed: closed}
	l.streams = append(l.streams, &stream{l})
	runtime.SetFinalizer(l, func(l *link) { *l.closed++ })
	return l
}

// finalizedCycle never closes a link that was dropped: the finalizer's
// object is reachable from itself, and so for ever.
//
// A finalizer gets its object back, so the collector has to keep alive
// what the object points to. The streams point to the link, and the link
// is alive. Until somebody gave a stream a way back to its link, the
// finalizer worked.
//
// Links, streams and their buffers stay, and the heap profile shows them
// where they were allocated. GODEBUG=checkfinalizers=1 (1.25) names the
// line that set the finalizer. staticcheck's SA5005 looks for a finalizer
// that captures its object, not for this.
func finalizedCycle() {
	closed := 0
	for i := 0; i < 3; i++ {
		dial(&closed)
	}
	finalizersRan()
	fmt.Println("dropped links closed:", closed, "of 3")
	// Output:
	// dropped links closed: 0 of 3
}

// A descriptor is what has to be closed. It points to nothing that leads
// back.
type descriptor struct{ closed *int }

type leafLink struct {
	fd      *descriptor
	streams []*leafStream
}

type leafStream struct{ of *leafLink }

func dialFixed(closed *int) *leafLink {
	l := &leafLink{fd: &descriptor{closed}}
	l.streams = append(l.streams, &leafStream{l})
	runtime.SetFinalizer(l.fd, func(d *descriptor) { *d.closed++ })
	return l
}

// finalizedCycleFixed sets the finalizer on a leaf that owns the resource.
//
// One small object more. The cycle is garbage like any other, and the leaf
// with it. On 1.24 runtime.AddCleanup(l, …, fd) does without the leaf: a
// cleanup gets a value and not its object back, so a cycle does no harm.
func finalizedCycleFixed() {
	closed := 0
	for i := 0; i < 3; i++ {
		dialFixed(&closed)
	}
	finalizersRan()
	fmt.Println("dropped links closed:", closed, "of 3")
	// Output:
	// dropped links closed: 3 of 3
}

// A mapping is a file in memory that has to be unmapped.
type mapping struct {
	data []byte
	path string
}

func openMapping(path string, unmapped chan<- string) *mapping {
	m := &mapping{data: make([]byte, 4096), path: path}
	runtime.AddCleanup(m, func(int) { unmapped <- m.path }, 0)
	return m
}

// cleanupCaptures keeps every mapping for ever until 1.25, and ends the
// process since 1.26: the cleanup uses the object that it waits for.
//
// With SetFinalizer the object was the argument. AddCleanup passes
// something else, and a closure that reaches for the object compiles. What
// a cleanup can reach is alive, hence the object. 1.26 looks into the
// closure and panics. It does not look further: hide the pointer behind
// another one, as a method value does, and it is a silent leak again.
//
// An upgrade that crashes in a constructor was right to. Search for
// AddCleanup with a func literal, and run the tests under
// GODEBUG=checkfinalizers=1.
func cleanupCaptures() {
	unmapped := make(chan string, 1)
	openMapping("index.db", unmapped)
	finalizersRan()
	fmt.Println("unmapped:", len(unmapped), "of 1")
	// Since: 1.24 runtime.AddCleanup
	// Output (!go1.26):
	// unmapped: 0 of 1
	// Panics (go1.26): cleanup function closes over ptr, cleanup will never run
}

func openMappingFixed(path string, unmapped chan<- string) *mapping {
	m := &mapping{data: make([]byte, 4096), path: path}
	runtime.AddCleanup(m, func(path string) { unmapped <- path }, path)
	return m
}

// cleanupCapturesFixed passes what the cleanup needs as its argument.
//
// The argument is copied to the heap. What it points to stays alive as
// long as the object, so pass a descriptor or a path, never a part of the
// object.
func cleanupCapturesFixed() {
	unmapped := make(chan string, 1)
	openMappingFixed("index.db", unmapped)
	finalizersRan()
	path := <-unmapped // cleanups have goroutines of their own
	fmt.Println("unmapped:", strings.Count(path, "index.db"), "of 1")
	// Since: 1.24 runtime.AddCleanup
	// Output:
	// unmapped: 1 of 1
}

// A model is large, and to be in memory once.
type model struct {
	name    string
	weights [1 << 16]float32
}

// models caches what is in use: it does not keep a model alive.
type models struct {
	mu      sync.Mutex
	byName  map[string]weak.Pointer[model]
	evicted chan string
}

func newModels() *models {
	return &models{
		byName:  make(map[string]weak.Pointer[model]),
		evicted: make(chan string, 8),
	}
}

// load returns the model; c.mu is held.
func (c *models) load(name string, evict func(string)) *model {
	if m := c.byName[name].Value(); m != nil {
		return m
	}
	m := &model{name: name}
	c.byName[name] = weak.Make(m)
	runtime.AddCleanup(m, evict, name)
	return m
}

func (c *models) evict(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byName, name)
	c.evicted <- name
}

// weakEviction loads a model that is in memory: the cleanup of the old one
// removes the entry of the new one.
//
// An object goes in three steps: its weak pointers become nil, its cleanup
// is queued, the cleanup runs. Between the first and the last somebody
// asks for the model, finds nil, loads it and files it under the same
// name. Then evict deletes by name.
//
// The cache is right for months, and memory is twice what it should be on
// days of many reloads. The lock here only makes the order certain;
// without it the window is short, and open after each collection. Look for
// a cleanup that deletes from a map by key alone.
func weakEviction() {
	c := newModels()
	c.mu.Lock()
	c.load("eu", c.evict)
	runtime.GC() // nobody uses it any more; its cleanup waits for the lock
	second := c.load("eu", c.evict)
	c.mu.Unlock()
	<-c.evicted

	c.mu.Lock()
	third := c.load("eu", c.evict)
	c.mu.Unlock()
	fmt.Println("one model in memory:", second == third)
	// Since: 1.24 weak.Pointer
	// Output:
	// one model in memory: false
}

func (c *models) evictFixed(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byName[name].Value() == nil {
		delete(c.byName, name)
	}
	c.evicted <- name
}

// weakEvictionFixed deletes the entry if it is dead.
//
// Value under the lock that load takes: what is alive there stays. With a
// sync.Map the same is CompareAndDelete with the weak pointer that the
// cleanup got as its argument.
func weakEvictionFixed() {
	c := newModels()
	c.mu.Lock()
	c.load("eu", c.evictFixed)
	runtime.GC()
	second := c.load("eu", c.evictFixed)
	c.mu.Unlock()
	<-c.evicted

	c.mu.Lock()
	third := c.load("eu", c.evictFixed)
	c.mu.Unlock()
	fmt.Println("one model in memory:", second == third)
	// Since: 1.24 weak.Pointer
	// Output:
	// one model in memory: true
}

// A route is where requests for a prefix go.
type route struct {
	prefix string
	host   string
	port   int
}

// A table is the routes in use, behind a lock.
type table struct {
	mu      sync.RWMutex
	current *route
}

func (t *table) get() *route {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.current
}

func (t *table) move(host string, port int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current.host = host
	t.current.port = port
}

// guardedPointer connects to the new host with the old port, now and then:
// the lock guards the pointer, and the readers have left with it.
//
// Every access to current is under the lock, and a review that checks just
// this finds nothing. get unlocks when it returns. What it returns is the
// struct that move writes to.
//
// Connections to an address that no configuration has had, in the second
// of a failover. The race detector finds it if a test reads a route while
// it moves. Look for a method that locks and returns a pointer, slice or
// map.
func guardedPointer() {
	t := &table{current: &route{"/pay", "10.0.0.1", 8001}}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		t.move("10.0.0.2", 9001)
	}()
	r := t.get()
	sum := len(r.host) + r.port
	wg.Wait()

	fmt.Println("a route was read:", sum > 8000)
	// Races: move
	// Output:
	// a route was read: true
}

func (t *table) moveFixed(host string, port int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current = &route{t.current.prefix, host, port}
}

// guardedPointerFixed replaces the route, and never writes to one that
// somebody may have.
//
// One allocation for each move; readers keep the old route until they ask
// again. A struct that is not changed after it was published needs no lock
// to be read. If get has to return something that changes, let it return a
// value.
func guardedPointerFixed() {
	t := &table{current: &route{"/pay", "10.0.0.1", 8001}}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		t.moveFixed("10.0.0.2", 9001)
	}()
	r := t.get()
	sum := len(r.host) + r.port
	wg.Wait()

	fmt.Println("a route was read:", sum > 8000)
	// Output:
	// a route was read: true
}

// An event is decoded from the wire.
type event struct {
	kind   int64
	amount int64
	rest   [14]int64
}

var (
	kindOnWire = int64(1)
	suspicious []*event // for /debug
	booked     int64
)

//go:noinline
func book(e *event) { booked += e.amount }

// rareKeeper allocates 128 bytes for each event, for the sake of the one
// in a million that is kept.
//
// The branch was added with the debug page, and the benchmark was not run
// again: nothing that always happens has changed. But where a variable
// lives is decided once, at its declaration, for all paths. If its pointer
// can get away on one of them, it is allocated on each.
//
// In an allocation profile: the line of the declaration, "var e event",
// which looks innocent. Ask -gcflags=-m=2: the reason leads to the branch.
func rareKeeper() {
	var e event // want escape "moved to heap: e"
	e.kind = kindOnWire
	e.amount = 5
	if e.kind == 13 {
		suspicious = append(suspicious, &e)
	}
	book(&e)
	// See: escape
	// Allocs: 1
}

// rareKeeperFixed copies what is kept, in the branch.
//
// The copy is what escapes: one allocation and 128 bytes moved for the
// rare event, none for the others. It also keeps a snapshot, where the
// pointer kept whatever the code below the branch made of it.
func rareKeeperFixed() {
	var e event
	e.kind = kindOnWire
	e.amount = 5
	if e.kind == 13 {
		kept := e // want escape "moved to heap: kept"
		suspicious = append(suspicious, &kept)
	}
	book(&e)
	// See: escape
	// Allocs: 0
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
		sameKey,
		sameKeyFixed,
		nilPolicy,
		nilPolicyFixed,
		sharedDefault,
		sharedDefaultFixed,
		redactedOriginal,
		redactedOriginalFixed,
		selfPointer,
		selfPointerFixed,
		pointerToCopy,
		pointerToCopyFixed,
		reusedAddress,
		reusedAddressFixed,
		movedKey,
		movedKeyFixed,
		finalizedInUse,
		finalizedInUseFixed,
		finalizedCycle,
		finalizedCycleFixed,
		alone("cleanupCaptures", cleanupCaptures),
		cleanupCapturesFixed,
		weakEviction,
		weakEvictionFixed,
		guardedPointer,
		guardedPointerFixed,
		rareKeeper,
		rareKeeperFixed,
	} {
		run()
	}
}
