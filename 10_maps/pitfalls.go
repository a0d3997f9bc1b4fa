//go:build ignore

// Pitfalls of maps: what a key is, what a copy shares, what a range
// promises, and what stays when the entries are gone.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A balancer knows the backends that answer.
type balancer struct{ up map[string]bool }

func newBalancer(hosts ...string) *balancer {
	b := &balancer{up: map[string]bool{}}
	for _, host := range hosts {
		b.up[host] = true
	}
	return b
}

// pick returns any backend.
func (b *balancer) pick() string {
	for host := range b.up {
		return host
	}
	return ""
}

// eighths sends 8,000 requests and prints how many of eight each backend
// got.
func eighths(pick func() string, hosts ...string) {
	got := map[string]int{}
	for i := 0; i < 8000; i++ {
		got[pick()]++
	}
	for _, host := range hosts {
		fmt.Printf("%s: %d of 8\n", host, (got[host]+500)/1000)
	}
}

// rotatedPick sends seven requests of eight to one of two backends: the
// order of a range is unspecified, and that is not the same as uniform.
//
// "Go randomises map iteration" is what everybody knows. What is drawn is
// where to begin among the slots of one group, which are eight, two of them
// taken. A start on any of the six free ones runs on to the first entry.
// With three backends it is six of eight, with eight it is fair: the load
// test had eight.
//
// The first pod to register after each deploy is hot, whichever that is.
// Nothing reports it. Look for range over a map that leaves in its first
// turn: picks, samples, "evict a random entry".
func rotatedPick() {
	b := newBalancer("10.0.0.1", "10.0.0.2")
	eighths(b.pick, "10.0.0.1", "10.0.0.2")
	// Output:
	// 10.0.0.1: 7 of 8
	// 10.0.0.2: 1 of 8
}

// A fairBalancer keeps the backends in a slice, which has positions to
// draw.
type fairBalancer struct{ up []string }

func (b *fairBalancer) pick() string { return b.up[rand.Intn(len(b.up))] }

// rotatedPickFixed draws an index.
//
// A backend that goes away must be found in the slice: keep a map from host
// to index beside it, and move the last host into the hole.
func rotatedPickFixed() {
	b := &fairBalancer{up: []string{"10.0.0.1", "10.0.0.2"}}
	eighths(b.pick, "10.0.0.1", "10.0.0.2")
	// Output:
	// 10.0.0.1: 4 of 8
	// 10.0.0.2: 4 of 8
}

// quotas returns the quotas of n tenants.
func quotas(n int) map[string]int {
	m := map[string]int{}
	for i := 0; i < n; i++ {
		m[fmt.Sprintf("tenant-%d", i)] = 100
	}
	return m
}

// moveToRegion renames every key.
func moveToRegion(m map[string]int, region string) {
	for tenant, quota := range m {
		delete(m, tenant)
		m[region+"/"+tenant] = quota
	}
}

// movedTwice reports whether a key was renamed again.
func movedTwice(m map[string]int, region string) bool {
	for tenant := range m {
		if strings.HasPrefix(tenant, region+"/"+region+"/") {
			return true
		}
	}
	return false
}

// renamedTwice migrates some tenants to "eu/eu/…": an entry that is added
// during a range may be visited by it, and the loop renames what it has
// just renamed.
//
// The test had five tenants, and with up to eight it can't fail: delete
// frees the slot that the range stands on, the insertion takes the first
// free slot, which is that one, and the range has passed it. From nine on
// the new key goes where its hash says, before the range or behind it.
//
// In production a handful of tenants without quota, others at each run, and
// a migration that is not idempotent when it is repeated. Look for an
// assignment to the map that is ranged over, with another key than the
// loop's.
func renamedTwice() {
	for _, n := range []int{5, 8, 200} {
		m := quotas(n)
		moveToRegion(m, "eu")
		fmt.Println(n, "tenants, one renamed twice:", movedTwice(m, "eu"))
	}
	// Output:
	// 5 tenants, one renamed twice: false
	// 8 tenants, one renamed twice: false
	// 200 tenants, one renamed twice: true
}

// movedToRegion returns the map under new keys.
func movedToRegion(m map[string]int, region string) map[string]int {
	moved := make(map[string]int, len(m))
	for tenant, quota := range m {
		moved[region+"/"+tenant] = quota
	}
	return moved
}

// renamedTwiceFixed builds a second map and hands that out.
//
// Both exist for a moment. Where that is too much, collect the keys in a
// slice first: a range over a slice does not see what the body adds to the
// map.
func renamedTwiceFixed() {
	for _, n := range []int{5, 8, 200} {
		m := movedToRegion(quotas(n), "eu")
		fmt.Println(n, "tenants, one renamed twice:", movedTwice(m, "eu"))
	}
	// Output:
	// 5 tenants, one renamed twice: false
	// 8 tenants, one renamed twice: false
	// 200 tenants, one renamed twice: false
}

// An access says who may do what. It is loaded from a file that people
// edit.
type access struct {
	Admins map[string]bool `json:"admins"`
	Region string          `json:"region"`
}

// mergedReload keeps a dismissed administrator in office: json.Unmarshal
// adds to the map that it finds, and an entry missing from the file is no
// reason to delete one.
//
// Decoding into the live value was meant to keep fields that the file
// leaves out. It does that, one level deeper as well. A slice would have
// been replaced, a struct field overwritten; a map merges. Every test that
// loads one file once is green, and so is the test that adds somebody.
//
// What you see is an audit that finds access which no file grants, until
// the restart that "fixes" it. Look for Unmarshal or Decode into a value
// that has been decoded into before. yaml and toml decoders do as they
// like: try yours.
func mergedReload() {
	var live access
	for _, file := range []string{
		`{"admins": {"ada": true, "mallory": true}, "region": "eu"}`,
		`{"admins": {"ada": true}}`,
	} {
		if err := json.Unmarshal([]byte(file), &live); err != nil {
			panic(err)
		}
	}
	fmt.Println("region:", live.Region)
	fmt.Println("mallory is admin:", live.Admins["mallory"])
	// Output:
	// region: eu
	// mallory is admin: true
}

// mergedReloadFixed decodes each file into a value of its own and takes
// over what is to be kept by name.
//
// What the zero value of a field means has to be decided for each one. That
// is the price, and the file's format.
func mergedReloadFixed() {
	var live access
	for _, file := range []string{
		`{"admins": {"ada": true, "mallory": true}, "region": "eu"}`,
		`{"admins": {"ada": true}}`,
	} {
		next := access{Region: live.Region}
		if err := json.Unmarshal([]byte(file), &next); err != nil {
			panic(err)
		}
		live = next
	}
	fmt.Println("region:", live.Region)
	fmt.Println("mallory is admin:", live.Admins["mallory"])
	// Output:
	// region: eu
	// mallory is admin: false
}

// A room is booked by the start of the hour.
type room struct{ booked map[time.Time]string }

// book reports whether the room was free.
func (r *room) book(start time.Time, who string) bool {
	if _, taken := r.booked[start]; taken {
		return false
	}
	r.booked[start] = who
	return true
}

// at parses a start as the calendar sends it.
func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// starts is one wall clock time at three offsets.
var starts = []string{
	"2026-03-02T10:00:00Z",
	"2026-03-02T10:00:00+01:00",
	"2026-03-02T10:00:00+05:30",
}

// bookedTwice gives one room at one hour to two teams, in Bangalore and not
// in Berlin: the same text, parsed twice, makes two keys that are not ==.
//
// A time.Time holds an instant and a pointer to its location, and a key is
// equal when both are. Parse finds a location for an offset: the local one,
// if the machine stands there; since 1.20 a shared one, for whole hours;
// else a new one each time. So +05:30 works on the developer's laptop,
// where it is local, and +01:00 works in the container since it was built
// with 1.20.
//
// No tool reports it, and the log shows two equal times. Look for time.Time
// in a key, also inside a struct. It is the famous case of a common
// question: is == of the key type the equality you mean? netip.Addr keeps
// 10.0.0.7 apart from ::ffff:10.0.0.7, which a rate limiter by address
// should not.
func bookedTwice() {
	r := &room{booked: map[time.Time]string{}}
	for _, start := range starts {
		r.book(at(start), "ada")
		fmt.Println(start[19:], "booked twice:", r.book(at(start), "bob"))
	}
	// Run with: TZ=UTC
	// Output (!go1.20):
	// Z booked twice: false
	// +01:00 booked twice: true
	// +05:30 booked twice: true
	// Output (go1.20):
	// Z booked twice: false
	// +01:00 booked twice: false
	// +05:30 booked twice: true
}

// bookedTwiceFixed makes the key canonical where it is used as one.
//
// UTC drops the location; Round(0) drops the monotonic reading, which the
// times of time.Now have. Where only the instant counts, UnixNano is a
// third of the size and holds no pointer. Store what you show, the offset,
// in the value.
func bookedTwiceFixed() {
	r := &room{booked: map[time.Time]string{}}
	for _, start := range starts {
		instant := func() time.Time { return at(start).UTC().Round(0) }
		r.book(instant(), "ada")
		fmt.Println(start[19:], "booked twice:", r.book(instant(), "bob"))
	}
	// Run with: TZ=UTC
	// Output:
	// Z booked twice: false
	// +01:00 booked twice: false
	// +05:30 booked twice: false
}

// A memo remembers what load returned for an id.
type memo struct {
	known map[any]string
	loads int
}

func (m *memo) get(id any) string {
	if name, ok := m.known[id]; ok {
		return name
	}
	m.loads++
	m.known[id] = fmt.Sprint("user ", id)
	return m.known[id]
}

// request returns the id of a request, as JSON gives it.
func request(body string) any {
	var r struct{ ID any }
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		panic(err)
	}
	return r.ID
}

// anyKey never finds what the other caller has loaded, and dies of the
// first client that sends a list: a key of type any compares the type with
// the value, and its hash panics when the type has no ==.
//
// any was chosen so that ids could be numbers or strings. 7 from the
// database is an int64, 7 from JSON a float64: two entries, two loads, half
// the hit rate. Both callers have a test, each with its own memo. A list
// can't be compared, so the lookup panics, in the read as well, and on an
// empty map too.
//
// The panic is the lucky half. Look for any, error or another interface as
// the type of a key, or in a field of a struct or array that is one.
func anyKey() {
	m := &memo{known: map[any]string{}}
	m.get(int64(7))
	m.get(request(`{"id": 7}`))
	fmt.Println("loads:", m.loads)
	m.get(request(`{"id": [7]}`))
	fmt.Println("loads:", m.loads)
	// Panics: hash of unhashable type []interface {}
	// Output:
	// loads: 2
}

// A typedMemo has one spelling for each id.
type typedMemo struct {
	known map[string]string
	loads int
}

func (m *typedMemo) get(id any) (string, error) {
	var key string
	switch id := id.(type) {
	case string:
		key = "s:" + id
	case int64:
		key = fmt.Sprint("n:", id)
	case float64:
		if id != float64(int64(id)) {
			return "", fmt.Errorf("id %v is not whole", id)
		}
		key = fmt.Sprint("n:", int64(id))
	default:
		return "", fmt.Errorf("id of type %T", id)
	}
	if name, ok := m.known[key]; ok {
		return name, nil
	}
	m.loads++
	m.known[key] = "user " + key
	return m.known[key], nil
}

// anyKeyFixed turns an id into a string of one spelling, or refuses it.
//
// It costs an allocation for each lookup. A struct{ n int64; s string }
// does without, and a caller who decodes into a type of its own needs none
// of this.
func anyKeyFixed() {
	m := &typedMemo{known: map[string]string{}}
	m.get(int64(7))
	m.get(request(`{"id": 7}`))
	fmt.Println("loads:", m.loads)
	m.get(request(`{"id": [7]}`))
	fmt.Println("loads:", m.loads)
	// Output:
	// loads: 1
	// loads: 1
}

// A site serves pages and counts who asks.
type site struct {
	mu    sync.RWMutex
	pages map[string]string
	hits  map[string]int
}

func (s *site) get(path string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.hits[path]++
	return s.pages[path]
}

// visit asks n times from each of four goroutines.
func visit(n int, get func(path string) string) {
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < n; i++ {
				get("/index")
			}
		}()
	}
	wg.Wait()
}

// hitsUnderRLock takes the whole process down at noon: two readers hold the
// read lock at once, both count, and the runtime finds a map with two
// writers.
//
// get was a read until somebody wanted to know the popular pages, and it
// has a lock, so the counter was "protected". This is a fatal error, not a
// panic: net/http's recover does not see it, nor does yours, no deferred
// function runs, the requests of all other goroutines end with this one.
// The check is one bit in the map's header and best effort. What it misses
// is a lost count, or an entry in two places.
//
// In the log: fatal error: concurrent map writes, then every goroutine.
// Only the first one is sure to be a culprit; the other was running, so it
// has no stack, or has gone on. The race detector needs no bad luck, only
// two readers in one test.
func hitsUnderRLock() {
	s := &site{
		pages: map[string]string{"/index": "welcome"},
		hits:  map[string]int{},
	}
	visit(3000000, s.get)
	fmt.Println("hits:", s.hits["/index"])
	// Fatal: concurrent map
	// Races: site
	// See: race
}

// A countingSite has a counter beside each page, which is changed
// atomically. The map itself is written at start only.
type countingSite struct {
	mu    sync.RWMutex
	pages map[string]*page
}

type page struct {
	text string
	hits int64
}

func (s *countingSite) get(path string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.pages[path]
	if !ok {
		return ""
	}
	atomic.AddInt64(&p.hits, 1)
	return p.text
}

// hitsUnderRLockFixed leaves the map alone and counts behind a pointer.
//
// Under the read lock a map may be read, and what its values point to may
// be changed by whoever synchronises that. The alternative is an ordinary
// mutex: less code, and with sections as short as this seldom slower.
func hitsUnderRLockFixed() {
	s := &countingSite{pages: map[string]*page{"/index": {text: "welcome"}}}
	visit(1000, s.get)
	fmt.Println("hits:", s.pages["/index"].hits)
	// Output:
	// hits: 4000
}

// settings are replaced as a whole, never changed: requests read the ones
// that they started with.
type settings struct {
	version int
	limits  map[string]int
}

// with returns settings that differ in one limit.
func (s settings) with(tenant string, limit int) settings {
	s.version++
	s.limits[tenant] = limit
	return s
}

// rollbackKept goes back to version 1 and keeps the limit of version 2: the
// copy of a struct has the map of the original.
//
// The receiver is a value, the method returns a value, the field is not
// exported: it reads as immutable, and for version it is. The limit has
// changed in every copy there ever was, in the settings of running requests
// too. Those read while with writes, which is a fatal error on another day.
//
// On the pager: acme is still blocked, twenty minutes after the rollback
// that every dashboard confirms. Look for a map in a struct that is copied
// by assignment, by append, as a value receiver; a struct with a map is not
// a value.
func rollbackKept() {
	v1 := settings{version: 1, limits: map[string]int{"acme": 100}}
	v2 := v1.with("acme", 0)
	live := v2
	live = v1 // zero requests allowed: roll back
	fmt.Println("version:", live.version)
	fmt.Println("acme may send:", live.limits["acme"])
	// Output:
	// version: 1
	// acme may send: 0
}

// withFixed copies the map before it changes it.
func (s settings) withFixed(tenant string, limit int) settings {
	limits := make(map[string]int, len(s.limits)+1)
	for t, l := range s.limits {
		limits[t] = l
	}
	limits[tenant] = limit
	return settings{version: s.version + 1, limits: limits}
}

// rollbackKeptFixed pays with a copy of the map for each change.
//
// Right for what is read on every request and changed by people. maps.Clone
// (1.21) is the copy in one word. It is as shallow as the loop: values that
// hold maps, slices or pointers are shared again.
func rollbackKeptFixed() {
	v1 := settings{version: 1, limits: map[string]int{"acme": 100}}
	v2 := v1.withFixed("acme", 0)
	live := v2
	live = v1
	fmt.Println("version:", live.version)
	fmt.Println("acme may send:", live.limits["acme"])
	// Output:
	// version: 1
	// acme may send: 100
}

// liveBytes returns the bytes of live heap.
func liveBytes() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// heldMB returns how many megabytes more are live than were before.
func heldMB(before int64) int64 {
	return (liveBytes() - before + 1<<18) >> 20
}

// afterRush returns sessions by id, as a night leaves them: 180,000 came in
// the evening, 100 are left.
func afterRush() map[int64]int64 {
	m := map[int64]int64{}
	for id := int64(0); id < 180000; id++ {
		m[id] = id
	}
	for id := int64(100); id < 180000; id++ {
		delete(m, id)
	}
	return m
}

// cloneKeepsPeak was the cure for a map that does not shrink, and since
// 1.25 it is none: maps.Clone copies the tables with their emptiness.
//
// A map never gives its slots back, not by delete and not by clear. It may
// reuse them; a cache that is full every evening loses nothing. Where the
// peak was an attack, the slots stay until the map is dropped. So the night
// job replaced it by a clone. Up to 1.24 the clone was made for 100
// entries. Now the runtime copies table by table, which is faster, and
// faithful.
//
// In a heap profile: the peak, at the line of Clone. The gauge says 100
// sessions. The change came as an optimisation (issue 70836), so no test of
// behaviour saw it. Look for Clone where the intention is to compact.
func cloneKeepsPeak() {
	before := liveBytes()
	sessions := afterRush()
	fmt.Println("MB after the rush:", heldMB(before))
	sessions = maps.Clone(sessions)

	fmt.Println("sessions:", len(sessions))
	fmt.Println("MB held:", heldMB(before))
	runtime.KeepAlive(sessions)
	// Since: 1.21 maps.Clone
	// Output (!go1.24):
	// MB after the rush: 5
	// sessions: 100
	// MB held: 0
	// Output (go1.24 && !go1.25):
	// MB after the rush: 4
	// sessions: 100
	// MB held: 0
	// Output (go1.25):
	// MB after the rush: 4
	// sessions: 100
	// MB held: 4
}

// cloneKeepsPeakFixed inserts what is left into a map of that size.
//
// A loop, or maps.Copy into make. The entries are hashed again, so do it
// when the length is a small part of the peak, and count the peak yourself:
// the language has no cap for maps.
func cloneKeepsPeakFixed() {
	before := liveBytes()
	sessions := afterRush()
	fmt.Println("MB after the rush:", heldMB(before))
	compact := make(map[int64]int64, len(sessions))
	maps.Copy(compact, sessions)
	sessions = compact

	fmt.Println("sessions:", len(sessions))
	fmt.Println("MB held:", heldMB(before))
	runtime.KeepAlive(sessions)
	// Since: 1.21 maps.Copy
	// Output (!go1.24):
	// MB after the rush: 5
	// sessions: 100
	// MB held: 0
	// Output (go1.24):
	// MB after the rush: 4
	// sessions: 100
	// MB held: 0
}

// pending are jobs that wait, each once; which is next does not matter.
type pending struct {
	ids  map[int64]bool
	peak int
}

func (p *pending) add(id int64) { p.ids[id] = true }

// take removes a job.
func (p *pending) take() (id int64) {
	for id = range p.ids {
		delete(p.ids, id)
		break
	}
	return id
}

// afterBacklog returns a queue that has had n jobs at once, and has none
// now.
func afterBacklog[Q interface {
	add(id int64)
	take() int64
}](q Q, n int64) Q {
	for id := int64(0); id < n; id++ {
		q.add(id)
	}
	for id := int64(0); id < n; id++ {
		q.take()
	}
	return q
}

var (
	jobs      = afterBacklog(&pending{ids: map[int64]bool{}}, 45000)
	fewerJobs = afterBacklog(newCompacting(), 45000)
	taken     int64
)

// takeAfterBacklog makes every job slow because there once were many: the
// range that finds "the first" entry walks through all the slots that are
// empty.
//
// A set as queue removes duplicates for nothing, and the benchmark was
// good: it filled the set and emptied it. While the set is full the first
// slot has an entry. With one entry in 65,536 slots the range begins
// anywhere and looks at half of them, again for each job, and the slots
// never go away.
//
// After the incident the queue is empty, the latency is not what it was,
// and a restart helps. In a CPU profile: mapiternext, or Iter.Next since
// 1.24, below take. Look for a range over a long-lived map whose length has
// a past.
func takeAfterBacklog() {
	jobs.add(7)
	taken = jobs.take()
	// Allocs: 0
	// See: bench
}

// A compacting queue gives the slots of a backlog back.
type compacting struct{ pending }

func newCompacting() *compacting {
	return &compacting{pending{ids: map[int64]bool{}}}
}

func (p *compacting) add(id int64) {
	p.ids[id] = true
	if len(p.ids) > p.peak {
		p.peak = len(p.ids)
	}
}

func (p *compacting) take() int64 {
	id := p.pending.take()
	if len(p.ids) == 0 && p.peak > 1000 {
		p.ids, p.peak = map[int64]bool{}, 0
	}
	return id
}

// takeAfterBacklogFixed starts with a new map when a large one has become
// empty.
//
// A comparison for each job, an allocation for each backlog. Work that must
// be done in order wants a slice beside the set.
func takeAfterBacklogFixed() {
	fewerJobs.add(7)
	taken = fewerJobs.take()
	// Allocs: 0
	// Faster: 20x than takeAfterBacklog
}

// usage counts requests by tenant, for the invoice.
type usage struct{ requests map[string]int }

// count reads the tenant off the front of a body and adds one.
func (u *usage) count(body string) {
	tenant := body[:strings.IndexByte(body, ' ')]
	if _, ok := u.requests[tenant]; !ok {
		tenant = strings.Clone(tenant) // or the map would keep the body
	}
	u.requests[tenant]++
}

// bodyOf returns an upload of 8 MB.
func bodyOf(tenant string) string {
	return tenant + " " + strings.Repeat("x", 8<<20)
}

// counterKeepsBody holds the last upload of every tenant in memory: an
// assignment to an entry that exists stores the key once more.
//
// The author knew that a piece of a string keeps the string, and made a
// copy for the map. For the first request. From the second on the key is
// found, no copy is made, and ++ is an assignment: for a string the runtime
// overwrites the stored key with the one at hand. Equal text, other memory.
// That is on purpose, and for the opposite case: a short-lived key gives
// way to a newer one.
//
// In a heap profile the bodies, held by a map of a few hundred ints. Look
// for m[k]++ or m[k] = v where k is a slice of something large.
func counterKeepsBody() {
	before := liveBytes()
	u := &usage{requests: map[string]int{}}
	for i := 0; i < 3; i++ {
		u.count(bodyOf("acme"))
		u.count(bodyOf("zeta"))
	}
	fmt.Println("requests:", u.requests)
	fmt.Println("MB held:", heldMB(before))
	runtime.KeepAlive(u)
	// Output:
	// requests: map[acme:3 zeta:3]
	// MB held: 16
}

// counters count requests by tenant behind a pointer.
type counters struct{ requests map[string]*int }

func (c *counters) count(body string) {
	tenant := body[:strings.IndexByte(body, ' ')]
	n, ok := c.requests[tenant]
	if !ok {
		n = new(int)
		c.requests[strings.Clone(tenant)] = n
	}
	*n++
}

// counterKeepsBodyFixed assigns to an entry once, and counts behind the
// pointer.
//
// An allocation for each tenant, and one lookup for each request instead of
// two. Cloning in every call works as well and allocates in every call.
func counterKeepsBodyFixed() {
	before := liveBytes()
	c := &counters{requests: map[string]*int{}}
	for i := 0; i < 3; i++ {
		c.count(bodyOf("acme"))
		c.count(bodyOf("zeta"))
	}
	requests := map[string]int{}
	for tenant, n := range c.requests {
		requests[tenant] = *n
	}
	fmt.Println("requests:", requests)
	fmt.Println("MB held:", heldMB(before))
	runtime.KeepAlive(c)
	// Output:
	// requests: map[acme:3 zeta:3]
	// MB held: 0
}

var (
	verbs    = bytes.Fields([]byte("GET PUT GET GET"))
	perVerb  = map[string]int{"GET": 0, "PUT": 0}
	verbID   = map[string]int{"GET": 0, "PUT": 1}
	verbHits = make([]int, 2)
)

// countedByConversion allocates a string for each line that it counts,
// although every key is there: m[string(b)] is free where it reads, not
// where it assigns.
//
// The compiler knows the pattern and looks up without a string, since the
// map does not keep the key of a lookup. ++ reads and assigns, an
// assignment may keep its key, so the string is made before anyone knows
// whether it is needed. In the review somebody said "the conversion is
// optimised away", and had measured it, with a lookup.
//
// A parser's alloc_objects profile, all of it at a line without a new or
// make. If the garbage collector takes a fifth of the CPU, look for ++, +=
// and = on an index with a conversion in it.
func countedByConversion() {
	for _, verb := range verbs {
		perVerb[string(verb)]++
	}
	// Allocs: 4
}

// countedByConversionFixed reads the map and counts in a slice.
//
// The lookup allocates nothing, nor would one with the conversion inside a
// struct or array that is the key. A verb that is new has to be entered
// where the lookup fails; that path allocates, once for each verb.
func countedByConversionFixed() {
	for _, verb := range verbs {
		if id, ok := verbID[string(verb)]; ok {
			verbHits[id]++
		}
	}
	// Allocs: 0
}

// refused sends 16,000 requests and prints how many of 32 fail
// verification: client and server sign the same parameters, and the
// signatures differ.
func refused(sign func(params map[string]string) []byte) {
	params := map[string]string{"amount": "12", "to": "acme"}
	n := 0
	for i := 0; i < 16000; i++ {
		if !hmac.Equal(sign(params), sign(params)) {
			n++
		}
	}
	fmt.Println("refused of 32:", (n+250)/500)
}

// sign returns the signature of a request's parameters.
func sign(params map[string]string) []byte {
	mac := hmac.New(sha256.New, []byte("secret"))
	for name, value := range params {
		fmt.Fprintf(mac, "%s=%s\n", name, value)
	}
	return mac.Sum(nil)
}

// signedInOrder refuses about one valid request in five: client and server
// write the same parameters in the order of two ranges.
//
// The test signs one parameter and verifies it. With two, the orders differ
// in 7 of 32 cases, which is rare enough to be called the network, and a
// retry is mostly accepted. The same bug makes an ETag that never matches,
// a cache key that never hits, a golden file that is regenerated until it
// is green.
//
// What you see is a rate of 401 that grows with the number of parameters
// and jumps when an optional one is added. Look for a range over a map
// whose body writes, appends or hashes.
func signedInOrder() {
	refused(sign)
	// Output:
	// refused of 32: 7
}

// signFixed writes the parameters in the order of their names.
func signFixed(params map[string]string) []byte {
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	sort.Strings(names)
	mac := hmac.New(sha256.New, []byte("secret"))
	for _, name := range names {
		fmt.Fprintf(mac, "%q=%q\n", name, params[name])
	}
	return mac.Sum(nil)
}

// signedInOrderFixed sorts the names: one slice and a sort for each
// request.
//
// And it quotes. Without that, a value with a line break in it signs as two
// parameters. From 1.23 on slices.Sorted(maps.Keys(params)) is the list.
func signedInOrderFixed() {
	refused(signFixed)
	// Output:
	// refused of 32: 0
}

// A user of the shop.
type user struct{ name string }

// A directory asks a database and remembers the answers.
type directory struct {
	known   map[string]*user
	queries int
}

// query is the database, which has nobody of that name: nil.
func (d *directory) query(string) *user {
	d.queries++
	return nil
}

func (d *directory) find(name string) *user {
	if u := d.known[name]; u != nil {
		return u
	}
	u := d.query(name)
	d.known[name] = u
	return u
}

// absentAgain asks the database for the same missing user at every request:
// the answer "nobody" is stored, and read as if it were not there.
//
// The line is short and right for everybody who exists. An entry with a
// zero value and no entry read alike, and here both occur. The author even
// stores the nil: the map grows by the names of a scan, and each of them
// costs a query again.
//
// A dashboard with a hit rate of 99 % and a database that dies of a list of
// leaked mail addresses. Where zero is a legal value, a lookup without ok
// is a bug: a limit of 0, a flag that is off, a balance.
func absentAgain() {
	d := &directory{known: map[string]*user{}}
	for i := 0; i < 3; i++ {
		d.find("nobody@example.com")
	}
	fmt.Println("remembered:", len(d.known))
	fmt.Println("queries:", d.queries)
	// Output:
	// remembered: 1
	// queries: 3
}

func (d *directory) findFixed(name string) *user {
	if u, ok := d.known[name]; ok {
		return u
	}
	u := d.query(name)
	d.known[name] = u
	return u
}

// absentAgainFixed asks whether there is an entry, not what it holds.
//
// Now the map keeps what clients make up, so it needs a bound and an age,
// for the absent more than for the present: a user who registers must be
// found.
func absentAgainFixed() {
	d := &directory{known: map[string]*user{}}
	for i := 0; i < 3; i++ {
		d.findFixed("nobody@example.com")
	}
	fmt.Println("remembered:", len(d.known))
	fmt.Println("queries:", d.queries)
	// Output:
	// remembered: 1
	// queries: 1
}

// A deployment is described by a file that a template has written.
type deployment struct {
	Labels map[string]string `json:"labels"`
}

// nullLabels crashes one installation in a hundred at its start: null in
// the file replaces the map of defaults by nil, and the next line writes to
// it.
//
// The map is made two lines above, so no reviewer asks. An empty object
// leaves it alone, a missing field too; null is what the template prints
// when the value has no labels. Reading would have gone well, len, range,
// delete and lookups do on a nil map, so the panic comes at the first
// write, far from the file.
//
// assignment to entry in nil map, in a constructor that makes the map. Look
// for a map that is made before decoding and written after it.
func nullLabels() {
	d := deployment{Labels: map[string]string{"tier": "web"}}
	if err := json.Unmarshal([]byte(`{"labels": null}`), &d); err != nil {
		panic(err)
	}
	fmt.Println("labels:", d.Labels)
	d.Labels["host"] = "eu-1"
	fmt.Println("labels:", d.Labels)
	// Panics: assignment to entry in nil map
	// Output:
	// labels: map[]
}

// nullLabelsFixed decodes first and fills in what is missing afterwards,
// into a map of its own.
//
// One allocation. The defaults survive null, and a file can't take one away
// any more by saying nothing about it; that is a decision, so it stands in
// one place.
func nullLabelsFixed() {
	var file deployment
	err := json.Unmarshal([]byte(`{"labels": null}`), &file)
	if err != nil {
		panic(err)
	}
	labels := map[string]string{"tier": "web"}
	for name, value := range file.Labels {
		labels[name] = value
	}
	d := deployment{Labels: labels}
	fmt.Println("labels:", d.Labels)
	d.Labels["host"] = "eu-1"
	fmt.Println("labels:", d.Labels)
	// Output:
	// labels: map[tier:web]
	// labels: map[host:eu-1 tier:web]
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
		rotatedPick,
		rotatedPickFixed,
		renamedTwice,
		renamedTwiceFixed,
		mergedReload,
		mergedReloadFixed,
		bookedTwice,
		bookedTwiceFixed,
		alone("anyKey", anyKey),
		anyKeyFixed,
		alone("hitsUnderRLock", hitsUnderRLock),
		hitsUnderRLockFixed,
		rollbackKept,
		rollbackKeptFixed,
		cloneKeepsPeak,
		cloneKeepsPeakFixed,
		takeAfterBacklog,
		takeAfterBacklogFixed,
		counterKeepsBody,
		counterKeepsBodyFixed,
		countedByConversion,
		countedByConversionFixed,
		signedInOrder,
		signedInOrderFixed,
		absentAgain,
		absentAgainFixed,
		alone("nullLabels", nullLabels),
		nullLabelsFixed,
	} {
		run()
	}
}
