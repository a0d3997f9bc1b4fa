//go:build ignore

// Maps in use: what the one word is, what stands behind it on which
// release, what an entry costs, and how a map is handed to somebody else.
package main

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"math"
	"runtime"
	"runtime/metrics"
	"sort"
	"strings"
	"sync"
	"unsafe"
)

// A limit is what one tenant may use.
type limit struct{ perSecond, burst int }

// raise inserts through its parameter, then points the parameter elsewhere.
func raise(m map[string]limit) {
	m["zeta"] = limit{20, 40}
	m = map[string]limit{}
	m["lost"] = limit{1, 1}
}

// oneWord shows what is copied when a map is assigned or passed: one
// pointer.
//
// "Passed by reference" would mean that a callee can replace the caller's
// map. It can't: an assignment to the parameter moves the copy of the
// pointer. It can only change the table that both copies point to. The nil
// map is the copy of no pointer. It reads as an empty map, and a callee
// can't make it for you.
func oneWord() {
	const word = unsafe.Sizeof(uintptr(0))
	limits := map[string]limit{"acme": {10, 20}}
	fmt.Println("words of a map:", unsafe.Sizeof(limits)/word)

	raise(limits)
	fmt.Println("after raise:", limits)

	// An entry is no variable. Growth moves it, so the language gives out
	// no address of it: limits["acme"].burst = 50 does not compile, nor does
	// a call of a method with a pointer receiver. Take it out, put it back.
	acme := limits["acme"]
	acme.burst = 50
	fmt.Println("before the store:", limits["acme"].burst)
	limits["acme"] = acme
	fmt.Println("after the store:", limits["acme"].burst)

	var none map[string]limit
	_, ok := none["acme"]
	delete(none, "acme")
	for range none {
		panic("an entry in a nil map")
	}
	fmt.Println("nil map:", len(none), none["acme"], ok)

	asNil, _ := json.Marshal(none)
	asEmpty, _ := json.Marshal(map[string]limit{})
	fmt.Printf("as JSON: %s %s\n", asNil, asEmpty)
	// Output:
	// words of a map: 1
	// after raise: map[acme:{10 20} zeta:{20 40}]
	// before the store: 20
	// after the store: 50
	// nil map: 0 {0 0} false
	// as JSON: null {}
}

// byTenant shows the two shapes that most maps have, an index and a set,
// and how their content gets into a file that is compared tomorrow.
//
// fmt and encoding/json sort keys, each in its own order: fmt compares
// ints, json the strings that they become. Everything else is your job:
// collect the keys, sort them, range over the slice.
func byTenant() {
	events := []struct {
		tenant string
		status int
	}{{"zeta", 200}, {"acme", 500}, {"zeta", 90}, {"acme", 500}}

	index := map[string][]int{}
	seen := map[int]struct{}{}
	for _, e := range events {
		// The missing entry reads as a nil slice. The compiler looks this
		// key up once: it knows x[k] = append(x[k], …).
		index[e.tenant] = append(index[e.tenant], e.status)
		seen[e.status] = struct{}{}
	}

	tenants := make([]string, 0, len(index))
	for tenant := range index {
		tenants = append(tenants, tenant)
	}
	sort.Strings(tenants)
	for _, tenant := range tenants {
		fmt.Println(tenant+":", index[tenant])
	}

	fmt.Println("fmt:", seen)
	text, _ := json.Marshal(seen)
	fmt.Printf("json: %s\n", text)
	// Output:
	// acme: [500 500]
	// zeta: [200 90]
	// fmt: map[90:{} 200:{} 500:{}]
	// json: {"200":{},"500":{},"90":{}}
}

// rotations prints the keys of a map of three in the order of one range.
//
// Six orders are possible, three are seen. Up to eight entries lie in one
// group in the order of their insertion, and what the runtime draws is the
// slot to begin with. Five of the eight slots are empty here and lead to a
// as well: it comes first in six ranges of eight. This is no shuffle, on no
// release.
func rotations() {
	m := map[string]bool{}
	for _, k := range []string{"a", "b", "c"} {
		m[k] = true
	}
	order := ""
	for k := range m {
		order += k
	}
	fmt.Println(order)
	// Outcomes: abc | bca | cab
}

// keys shows which keys are one entry: those for which == is true.
//
// The hash follows ==, not the bytes. The two zeros are equal, so they are
// one entry, and the assignment through the second replaces the stored key:
// for floats, strings, interfaces and what contains them the runtime writes
// the key again. NaN is not equal to itself. It goes in and is never found.
func keys() {
	byZero := map[float64]string{}
	byZero[0] = "plus"
	byZero[math.Copysign(0, -1)] = "minus"
	for k, v := range byZero {
		fmt.Println("zeros:", len(byZero), v, 1/k)
	}

	byRatio := map[float64]int{}
	for _, errors := range []float64{0, 0, 1} {
		requests := errors // a minute without requests is 0/0
		byRatio[errors/requests]++
	}
	_, found := byRatio[math.NaN()]
	fmt.Println("ratios:", len(byRatio), "NaN found:", found)
	for k := range byRatio {
		delete(byRatio, k)
	}
	fmt.Println("after deleting each key:", len(byRatio))

	// Arrays, structs and interfaces compare part by part; pointers by
	// address, whatever they point to.
	type point struct{ x, y int }
	byPointer := map[*point]bool{{1, 2}: true}
	byValue := map[point]bool{{1, 2}: true}
	fmt.Println("pointer:", byPointer[&point{1, 2}])
	fmt.Println("value:", byValue[point{1, 2}])
	// Output:
	// zeros: 1 minus -Inf
	// ratios: 3 NaN found: false
	// after deleting each key: 2
	// pointer: false
	// value: true
}

// swiss reports whether maps are Swiss tables, as they are since 1.24.
func swiss() bool { return runtime.Version() >= "go1.24" }

// The heads of runtime.hmap, and of Map and table in internal/runtime/maps.
// They are for looking at a map in this file, not for use.
type (
	bucketMap struct {
		count    int
		flags, b uint8
		overflow uint16
		seed     uint32
		buckets  unsafe.Pointer
	}
	swissMap struct {
		used   uint64
		seed   uintptr
		dir    unsafe.Pointer
		dirLen int
	}
	swissTable struct {
		used, capacity, growthLeft uint16
		depth                      uint8
		index                      int
		groups                     unsafe.Pointer
		mask                       uint64
	}
)

// tables returns the tables of a map, none while it is a single group.
func tables(m map[int64]int64) []*swissTable {
	s := *(**swissMap)(unsafe.Pointer(&m))
	var all []*swissTable
	for i := 0; i < s.dirLen; i++ {
		t := *(**swissTable)(unsafe.Add(s.dir, i*int(unsafe.Sizeof(s.dir))))
		if len(all) == 0 || all[len(all)-1] != t {
			all = append(all, t)
		}
	}
	return all
}

// shape says what a map consists of.
func shape(m map[int64]int64) string {
	if !swiss() {
		buckets := 1 << (*(**bucketMap)(unsafe.Pointer(&m))).b
		return fmt.Sprintf("buckets %d, slots %d", buckets, 8*buckets)
	}
	all := tables(m)
	if len(all) == 0 {
		return "tables 0, slots 8" // one group, without a table
	}
	slots := 0
	for _, t := range all {
		slots += int(t.capacity)
	}
	return fmt.Sprintf("tables %d, slots %d", len(all), slots)
}

// fill inserts keys 0 to n-1.
func fill(m map[int64]int64, n int64) map[int64]int64 {
	for i := int64(0); i < n; i++ {
		m[i] = i
	}
	return m
}

// shapes prints what grows when.
//
// Buckets: 6.5 entries each on average, then twice as many buckets, emptied
// into the new ones a few at a time. 1.21 grew at 6, because an integer
// division cut the half off; 1.22 divides later. Tables: 7 of 8 slots,
// doubled up to 1024 slots and from then on split in two, each table on its
// own.
//
// A hint is not a promise. Since 1.24 a hint of 897 makes two tables of
// 512, which hold 896 together: filling such a map to its hint always grows
// it.
func shapes() {
	for _, n := range []int64{8, 9, 13, 14, 896, 897, 2400} {
		fmt.Printf("%d keys: %s\n", n, shape(fill(map[int64]int64{}, n)))
	}
	for _, n := range []int64{896, 897} {
		m := make(map[int64]int64, n)
		fmt.Printf("hint %d: %s", n, shape(m))
		fmt.Printf("; filled: %s\n", shape(fill(m, n)))
	}
	// Output (!go1.21 || go1.22 && !go1.24):
	// 8 keys: buckets 1, slots 8
	// 9 keys: buckets 2, slots 16
	// 13 keys: buckets 2, slots 16
	// 14 keys: buckets 4, slots 32
	// 896 keys: buckets 256, slots 2048
	// 897 keys: buckets 256, slots 2048
	// 2400 keys: buckets 512, slots 4096
	// hint 896: buckets 256, slots 2048; filled: buckets 256, slots 2048
	// hint 897: buckets 256, slots 2048; filled: buckets 256, slots 2048
	// Output (go1.21 && !go1.22):
	// 8 keys: buckets 1, slots 8
	// 9 keys: buckets 2, slots 16
	// 13 keys: buckets 4, slots 32
	// 14 keys: buckets 4, slots 32
	// 896 keys: buckets 256, slots 2048
	// 897 keys: buckets 256, slots 2048
	// 2400 keys: buckets 512, slots 4096
	// hint 896: buckets 256, slots 2048; filled: buckets 256, slots 2048
	// hint 897: buckets 256, slots 2048; filled: buckets 256, slots 2048
	// Output (go1.24):
	// 8 keys: tables 0, slots 8
	// 9 keys: tables 1, slots 16
	// 13 keys: tables 1, slots 16
	// 14 keys: tables 1, slots 16
	// 896 keys: tables 1, slots 1024
	// 897 keys: tables 2, slots 2048
	// 2400 keys: tables 4, slots 4096
	// hint 896: tables 1, slots 1024; filled: tables 1, slots 1024
	// hint 897: tables 2, slots 1024; filled: tables 2, slots 1536
}

// marks returns the control word of a group: x for an entry, - for a
// tombstone, a dot for room.
func marks(group unsafe.Pointer) string {
	s := ""
	for _, c := range *(*[8]byte)(group) {
		switch c {
		case 0x80:
			s += "."
		case 0xfe:
			s += "-"
		default: // seven bits of the key's hash
			s += "x"
		}
	}
	return s
}

// fullGroup returns a map with 14 entries in a table of 16 slots, of which
// one group is full, and its two groups, the full one first.
func fullGroup() (m map[int64]int64, full, other unsafe.Pointer) {
	const group = 8 + 8*16 // the control word and eight slots of 16 bytes
	for {
		m = fill(map[int64]int64{}, 14)
		full = tables(m)[0].groups
		other = unsafe.Add(full, group)
		if marks(full) != "xxxxxxxx" {
			full, other = other, full
		}
		if marks(full) == "xxxxxxxx" {
			return m, full, other
		} // else seven in each: the next map has another seed
	}
}

// tombstones prints the control words of a table before and after all of
// its entries are deleted, key by key and in a range.
//
// A lookup ends at the first group with room. A deletion in a full group
// must not make room there, or it would cut off the keys that had to move
// on to the next one: it leaves a tombstone. In a group with room nobody
// moved on, so the slot is free at once. A range that only deletes is
// compiled to one call that clears, tombstones too. Before 1.24 a bucket
// had a chain of overflow and needed none.
func tombstones() {
	if !swiss() {
		return
	}
	m, full, other := fullGroup()
	show := func(when string) {
		room := tables(m)[0].growthLeft
		fmt.Printf("%-12s %s %s room for %d\n", when, marks(full), marks(other), room)
	}
	show("14 entries:")
	for i := int64(0); i < 14; i++ {
		delete(m, i)
	}
	show("deleted:")

	m, full, other = fullGroup()
	for i := range m {
		delete(m, i)
	}
	show("in a range:")
	// Output (go1.24):
	// 14 entries:  xxxxxxxx xxxxxx.. room for 0
	// deleted:     -------- ........ room for 6
	// in a range:  ........ ........ room for 14
}

var sum int

// ninth allocates for the ninth entry. Up to eight are on the stack with
// the map's header, on all releases, if the map stays in its function.
//
// What the ninth needs is an array of buckets before 1.24, and a directory,
// a table and its groups since.
func ninth() {
	m := map[int]int{}
	for i := 0; i < 9; i++ {
		m[i] = i
	}
	sum = len(m)
	// Allocs (!go1.24): 1
	// Allocs (go1.24): 3
}

// eightUpdated adds nothing: it counts up one of eight entries.
//
// From 1.24 to 1.26 an assignment to a full group grew the map before it
// looked whether the key was there. A map of exactly eight became a table
// at its first update, and stayed one. 1.27 looks first.
func eightUpdated() {
	m := map[int]int{}
	for i := 0; i < 8; i++ {
		m[i] = i
	}
	m[5]++
	sum = m[5]
	// Allocs (!go1.24 || go1.27): 0
	// Allocs (go1.24 && !go1.27): 3
}

// entries is a number at which no release has just grown.
const entries = 90000

// live returns the bytes of live heap, and how many of them a collection
// scans. Before 1.21 the runtime does not tell the second.
func live() (bytes, scanned uint64, known bool) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := []metrics.Sample{{Name: "/gc/scan/heap:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() == metrics.KindBad {
		return m.HeapAlloc, 0, false
	}
	return m.HeapAlloc, s[0].Value.Uint64(), true
}

// weigh prints the bytes of heap for each entry of a map[int64]V.
func weigh[V any](name string, v V) {
	bytes, scanned, _ := live()
	m := map[int64]V{}
	for i := int64(0); i < entries; i++ {
		m[i] = v
	}
	bytes2, scanned2, known := live()
	each := (bytes2 - bytes + entries/2) / entries
	if each > 100 {
		each = (each + 5) / 10 * 10 // how many buckets overflow is chance
	}
	fmt.Printf("%-10s %3d bytes", name, each)
	if known {
		fmt.Print(", scanned: ", scanned2-scanned > entries)
	}
	fmt.Println()
	runtime.KeepAlive(m)
}

// footprint prints bytes for each entry of map[int64]V, and whether the
// garbage collector reads through them.
//
// Since 1.24 a slot is a struct of key and value. A struct that ends in a
// field of size zero is padded, so the set of struct{} costs what a map of
// int64 costs, and so does the one of bool. A value of more than 128 bytes
// is allocated on its own, and the map holds a pointer to it: to be
// scanned, and freed by delete.
func footprint() {
	weigh("struct{}", struct{}{})
	weigh("bool", true)
	weigh("int64", int64(1))
	weigh("*int64", new(int64))
	weigh("[16]int64", [16]int64{})
	weigh("[17]int64", [17]int64{})
	// Output (!go1.21):
	// struct{}    16 bytes
	// bool        18 bytes
	// int64       29 bytes
	// *int64      29 bytes
	// [16]int64  220 bytes
	// [17]int64  170 bytes
	// Output (go1.21 && !go1.24):
	// struct{}    16 bytes, scanned: false
	// bool        18 bytes, scanned: false
	// int64       29 bytes, scanned: false
	// *int64      29 bytes, scanned: true
	// [16]int64  220 bytes, scanned: false
	// [17]int64  170 bytes, scanned: true
	// Output (go1.24):
	// struct{}    26 bytes, scanned: false
	// bool        26 bytes, scanned: false
	// int64       26 bytes, scanned: false
	// *int64      26 bytes, scanned: true
	// [16]int64  210 bytes, scanned: false
	// [17]int64  170 bytes, scanned: true
}

// largestStep prints the largest allocation that one insertion caused.
//
// Both designs spread the moving of entries. Only tables spread the
// allocation: before 1.24 one insertion allocates the new array of buckets,
// all of it, and zeroes it while the request waits.
func largestStep() {
	m := map[int64]int64{}
	fill(m, 48000)
	var before, after runtime.MemStats
	var largest uint64
	for i := int64(48000); i < 60000; i++ {
		runtime.ReadMemStats(&before)
		m[i] = i
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > largest {
			largest = n
		}
	}
	fmt.Println("MB:", largest>>20)
	// Output (!go1.24):
	// MB: 2
	// Output (go1.24):
	// MB: 0
}

// syncMapEmptied prints what a sync.Map of 90,000 numbers takes, full and
// after every key has been deleted.
//
// Until 1.23 it was two maps and shrank like one. Since 1.24 it is a tree
// of hashes: it takes more when it is full and gives back what is deleted.
func syncMapEmptied() {
	bytes, _, _ := live()
	m := new(sync.Map)
	for i := 0; i < entries; i++ {
		m.Store(i, i)
	}
	full, _, _ := live()
	for i := 0; i < entries; i++ {
		m.Delete(i)
	}
	emptied, _, _ := live()
	const eighth = 1 << 17 // so that a few kilobytes do not decide
	fmt.Println("MB full:", (full-bytes+eighth)>>20)
	fmt.Println("MB emptied:", (emptied-bytes+eighth)>>20)
	runtime.KeepAlive(m)
	// Output (!go1.24):
	// MB full: 7
	// MB emptied: 4
	// Output (go1.24):
	// MB full: 10
	// MB emptied: 0
}

// A shard is a part of a counter with a lock of its own.
type shard struct {
	mu sync.Mutex
	n  map[string]*int
	_  [64]byte // keeps the next shard's lock off this cache line
}

// A counter counts by name, from many goroutines.
type counter struct {
	seed   maphash.Seed
	shards [8]shard
}

func newCounter() *counter {
	c := &counter{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].n = map[string]*int{}
	}
	return c
}

// add counts one. The seed is drawn at start, so that whoever chooses the
// names can't choose the lock that they all wait for.
func (c *counter) add(name string) {
	var h maphash.Hash
	h.SetSeed(c.seed)
	h.WriteString(name)
	s := &c.shards[h.Sum64()%uint64(len(c.shards))]

	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.n[name]
	if !ok {
		// Once for each name: a copy, for name may be a part of a request.
		n = new(int)
		s.n[strings.Clone(name)] = n
	}
	*n++
}

// snapshot returns a copy. It locks one shard after the other, so it shows
// each count at some moment, not all of them at the same one.
func (c *counter) snapshot() map[string]int {
	all := map[string]int{}
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		for name, n := range s.n {
			all[name] = *n
		}
		s.mu.Unlock()
	}
	return all
}

// sharded counts from four goroutines and hands out copies.
//
// To the memory model a map is one variable: two writes race where the keys
// differ, too. So each shard has a map and its lock. Shard when a profile
// shows the waiting for one lock; what you give up is a moment at which all
// counts are from.
func sharded() {
	c := newCounter()
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for _, name := range []string{"get", "put", "get"} {
				c.add(name)
			}
		}()
	}
	wg.Wait()

	counts := c.snapshot()
	counts["get"] = 0 // the caller's own
	fmt.Println("counts:", c.snapshot())
	// Output:
	// counts: map[get:8 put:4]
}

func main() {
	oneWord()
	byTenant()
	rotations()
	keys()
	shapes()
	tombstones()
	ninth()
	eightUpdated()
	footprint()
	largestStep()
	syncMapEmptied()
	sharded()
}
