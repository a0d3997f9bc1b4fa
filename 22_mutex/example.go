//go:build ignore

// Locks in use: what the word holds, what the dump calls a waiter, and how
// to guard data so that the next method cannot get it wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

// sizes shows what each primitive adds to the struct that embeds it.
//
// A Mutex is a state word and the address of its wait queue: the queue
// itself is found by that address, in a table of the runtime. So the zero
// value is unlocked, no constructor is needed, and a copy at another
// address is another lock whose state word was copied.
func sizes() {
	fmt.Println("Mutex:", unsafe.Sizeof(sync.Mutex{}))
	fmt.Println("RWMutex:", unsafe.Sizeof(sync.RWMutex{}))
	fmt.Println("Once:", unsafe.Sizeof(sync.Once{}))
	fmt.Println("WaitGroup:", unsafe.Sizeof(sync.WaitGroup{}))
	// Output:
	// Mutex: 8
	// RWMutex: 24
	// Once: 12
	// WaitGroup: 16
}

// A ledger is what a lock and the data that it guards look like when
// they are one thing: nobody can reach the amounts without the lock.
type ledger struct {
	mu      sync.Mutex
	amounts map[string]int // guarded by mu
}

// update runs f under the lock. f must not call methods of l: the lock is
// not reentrant. The defer unlocks also when f panics.
func (l *ledger) update(f func(amounts map[string]int)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.amounts == nil {
		l.amounts = map[string]int{}
	}
	f(l.amounts)
}

// guarded hands the data to a function instead of handing it out.
//
// The critical section is the function's body, so that a check and the act
// that depends on it can't come apart. One name per lock, the fields that
// it guards below it, no embedding: an embedded Mutex would make Lock a
// method of ledger for every importer.
func guarded() {
	var l ledger
	var wg sync.WaitGroup
	for i := 0; i < 10; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			l.update(func(amounts map[string]int) {
				if amounts["rent"] < 7 {
					amounts["rent"]++
				}
			})
		}()
	}
	wg.Wait()
	l.update(func(amounts map[string]int) {
		fmt.Println("rent:", amounts["rent"])
	})
	// Output:
	// rent: 7
}

// handedOver locks in one goroutine and unlocks in another.
//
// A Mutex has no owner. That is legal, and the reason why nothing can tell
// you who holds it, why it can't be reentrant, and why a stray Unlock
// takes the lock away from whoever has it.
func handedOver() {
	var mu sync.Mutex
	report := ""
	mu.Lock()
	go func() {
		// What is written before Unlock is seen after the Lock that
		// follows it: the edge is between calls, not goroutines.
		report = "written by the other goroutine"
		mu.Unlock()
	}()
	mu.Lock()
	fmt.Println(report)
	fmt.Println("free:", mu.TryLock())
	// Output:
	// written by the other goroutine
	// free: false
}

// writerFirst shows that a waiting writer closes the door to new readers.
//
// Lock announces itself by making readerCount negative, then waits for the
// readers inside. Each RLock from then on waits for the writer; Unlock lets
// all of those in before the next writer. Neither side starves.
func writerFirst() {
	var mu sync.RWMutex
	written := make(chan struct{})

	mu.RLock()
	go func() {
		mu.Lock()
		close(written)
		mu.Unlock()
	}()
	// No reader is refused until the writer has announced itself.
	for mu.TryRLock() {
		mu.RUnlock()
		runtime.Gosched()
	}
	fmt.Println("second reader:", mu.TryRLock())
	mu.RUnlock()
	<-written
	mu.RLock()
	fmt.Println("after the writer: in")
	mu.RUnlock()
	// Output:
	// second reader: false
	// after the writer: in
}

// A routes holds a table that is read by each request and replaced by
// hand; readers take no lock at all.
type routes struct {
	mu    sync.Mutex   // serialises writers
	table atomic.Value // map[string]string, never written after Store
}

func (r *routes) lookup(host string) string {
	table, _ := r.table.Load().(map[string]string)
	return table[host]
}

func (r *routes) set(host, target string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old, _ := r.table.Load().(map[string]string)
	next := make(map[string]string, len(old)+1)
	for k, v := range old {
		next[k] = v
	}
	next[host] = target
	r.table.Store(next)
}

// copyOnWrite replaces the whole table instead of changing it.
//
// A reader has one consistent table for as long as it likes. A write costs
// a copy, and the Mutex is still there: without it two writers start from
// the same old table and one update is lost. From 1.19 on atomic.Pointer
// says the type.
func copyOnWrite() {
	var r routes
	var wg sync.WaitGroup
	for _, host := range []string{"a.example", "b.example", "c.example"} {
		wg.Add(1)
		go func(host string) {
			defer wg.Done()
			r.set(host, "10.0.0."+host[:1])
		}(host)
	}
	_ = r.lookup("a.example") // no lock, no race
	wg.Wait()
	for _, host := range []string{"a.example", "b.example", "c.example"} {
		fmt.Println(r.lookup(host))
	}
	// Output:
	// 10.0.0.a
	// 10.0.0.b
	// 10.0.0.c
}

// A shard is one lock of many, padded to the size of a cache line of 64
// bytes on 64-bit processors.
type shard struct {
	mu   sync.Mutex
	hits map[string]int
	_    [48]byte
}

type shardedHits [16]shard

func (s *shardedHits) of(key string) *shard {
	h := uint32(2166136261)
	for i := 0; i < len(key); i++ {
		h = (h ^ uint32(key[i])) * 16777619
	}
	return &s[h%uint32(len(s))]
}

func (s *shardedHits) add(key string) {
	sh := s.of(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.hits == nil {
		sh.hits = map[string]int{}
	}
	sh.hits[key]++
}

func (s *shardedHits) total() int {
	n := 0
	for i := range s { // by index: a range value would copy the locks
		s[i].mu.Lock()
		for _, hits := range s[i].hits {
			n += hits
		}
		s[i].mu.Unlock()
	}
	return n
}

// sharded divides one contended lock by the key.
//
// Two keys wait for each other only if they share a shard. The price: a
// total is not a moment, since the first shard has moved on when the last
// is read, and one hot key is as contended as before.
func sharded() {
	var s shardedHits
	var wg sync.WaitGroup
	for w := 0; w < 4; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 100; i++ {
				s.add(fmt.Sprint("user", i))
			}
		}()
	}
	wg.Wait()
	used := 0
	for i := range s {
		if len(s[i].hits) > 0 {
			used++
		}
	}
	fmt.Println("hits:", s.total(), "shards used:", used)
	fmt.Println("bytes of a shard:", unsafe.Sizeof(s[0]))
	// Output:
	// hits: 400 shards used: 16
	// bytes of a shard: 64
}

// A gate is a lock that a context can give up waiting for.
type gate chan struct{}

func (g gate) lock(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g gate) unlock() { <-g }

// bounded waits for a lock no longer than the request does.
//
// Mutex.Lock can't be cancelled, and a loop over TryLock burns a core and
// has no place in the queue. A channel of one slot has both.
func bounded() {
	g := make(gate, 1)
	ctx, cancel := context.WithCancel(context.Background())
	fmt.Println("first:", g.lock(ctx))
	cancel()
	err := g.lock(ctx)
	fmt.Println("second gave up:", errors.Is(err, context.Canceled))
	g.unlock()
	fmt.Println("third:", g.lock(context.Background()))
	// Output:
	// first: <nil>
	// second gave up: true
	// third: <nil>
}

// onceDone shows what Once remembers: that f was called, not that it
// succeeded.
//
// Do marks itself done in a defer, so a panic counts. Who needs a retry
// after a failure needs a lock and a nil check.
func onceDone() {
	var once sync.Once
	calls := 0
	attempt := func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		once.Do(func() {
			calls++
			panic("no route to host")
		})
	}
	attempt()
	attempt()
	fmt.Println("calls:", calls)
	// Output:
	// recovered: no route to host
	// recovered: <nil>
	// calls: 1
}

// onceValue repeats the panic to each caller, and keeps the value of the
// call that succeeded.
//
// So nobody goes on with a zero value, as after Once. An error is a value
// and is kept as well: OnceValues is no retry.
func onceValue() {
	load := sync.OnceValue(func() string { panic("no route to host") })
	for i := 0; i < 2; i++ {
		func() {
			defer func() { fmt.Println("recovered:", recover()) }()
			fmt.Println("loaded", load())
		}()
	}
	// Since: 1.21 sync.OnceValue
	// Output:
	// recovered: no route to host
	// recovered: no route to host
}

// oneType shows the type rule of atomic.Value: the first Store decides.
//
// An atomic.Value of interfaces stores the dynamic type, so a second
// implementation, a test's fake or a wrapped error, panics.
func oneType() {
	try := func(v *atomic.Value, x interface{}) {
		defer func() {
			if p := recover(); p != nil {
				fmt.Println(p)
			}
		}()
		v.Store(x)
		fmt.Printf("stored %T\n", x)
	}
	var last atomic.Value
	try(&last, errors.New("timeout"))
	try(&last, fmt.Errorf("dial: %w", errors.New("timeout")))
	try(&last, nil)
	// Output:
	// stored *errors.errorString
	// sync/atomic: store of inconsistently typed value into Value
	// sync/atomic: store of nil value into Value
}

// waitState returns what the dump writes between the brackets of the one
// goroutine that runs block.
func waitState(block string) string {
	for {
		buf := make([]byte, 1<<16)
		dump := string(buf[:runtime.Stack(buf, true)])
		for _, g := range strings.Split(dump, "\n\n") {
			open, end := strings.Index(g, "["), strings.Index(g, "]")
			if strings.Contains(g, "main."+block) && open > 0 {
				state := g[open+1 : end]
				if !strings.HasPrefix(state, "run") {
					return state
				}
			}
		}
		runtime.Gosched()
	}
}

//go:noinline
func blockedLock(mu *sync.Mutex) { mu.Lock(); mu.Unlock() }

//go:noinline
func blockedRLock(mu *sync.RWMutex) { mu.RLock(); mu.RUnlock() }

//go:noinline
func blockedWait(wg *sync.WaitGroup) { wg.Wait() }

// dumped shows what a goroutine dump calls those who wait for a lock.
//
// The state is what to count in a dump of ten thousand goroutines. Who
// holds the lock is not in it: look for the one goroutine that is inside
// the critical section and in another state.
func dumped() {
	var mu sync.Mutex
	var rw sync.RWMutex
	var wg, all sync.WaitGroup
	mu.Lock()
	rw.Lock()
	wg.Add(1)
	all.Add(3)
	go func() { defer all.Done(); blockedLock(&mu) }()
	go func() { defer all.Done(); blockedRLock(&rw) }()
	go func() { defer all.Done(); blockedWait(&wg) }()
	fmt.Println("Mutex.Lock:", waitState("blockedLock"))
	fmt.Println("RWMutex.RLock:", waitState("blockedRLock"))
	fmt.Println("WaitGroup.Wait:", waitState("blockedWait"))
	mu.Unlock()
	rw.Unlock()
	wg.Done()
	all.Wait()
	// Output (!go1.20):
	// Mutex.Lock: semacquire
	// RWMutex.RLock: semacquire
	// WaitGroup.Wait: semacquire
	// Output (go1.20 && !go1.24):
	// Mutex.Lock: sync.Mutex.Lock
	// RWMutex.RLock: sync.RWMutex.RLock
	// WaitGroup.Wait: semacquire
	// Output (go1.24):
	// Mutex.Lock: sync.Mutex.Lock
	// RWMutex.RLock: sync.RWMutex.RLock
	// WaitGroup.Wait: sync.WaitGroup.Wait
}

var (
	idle  sync.Mutex
	table sync.RWMutex
)

// uncontended takes two locks that nobody else wants: a few atomic
// instructions, no allocation, no call into the scheduler.
func uncontended() {
	idle.Lock()
	table.RLock()
	table.RUnlock()
	idle.Unlock()
	// Allocs: 0
}

func main() {
	sizes()
	guarded()
	handedOver()
	writerFirst()
	copyOnWrite()
	sharded()
	bounded()
	onceDone()
	onceValue()
	oneType()
	dumped()
	uncontended()
}
