//go:build ignore

// Pitfalls of for: what belongs to one turn, what to the whole loop, what
// to the function around it, and what goes wrong when two are confused.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A schedule runs its tasks at night.
type schedule struct{ tasks []func() }

func (s *schedule) add(task func()) { s.tasks = append(s.tasks, task) }

func (s *schedule) run() {
	for _, task := range s.tasks {
		task()
	}
}

// copyDeleted rebuilds a shard that does not exist, once for each one that
// does: the loop assigns to a variable that stands before it, and Go 1.22
// made new variables only for those that a loop declares.
//
// After the move to 1.22 somebody deleted every copy of the form
// shard := shard, by a script, in a hundred places. In ninety-nine the loop
// said := and the copy was noise. Here the log line behind the loop wanted
// the count, so the header says =. Nothing complains: vet looks for the
// old bug in old files only, and one goroutine makes no race.
//
// In the morning the index is as it was and the log says "3 shards". Look
// for loops whose header assigns without declaring, and closures in them.
func copyDeleted() {
	var night schedule
	var rebuilt []int
	var shard int
	for shard = 0; shard < 3; shard++ {
		night.add(func() { rebuilt = append(rebuilt, shard) })
	}
	night.run()

	fmt.Println("scheduled:", shard)
	fmt.Println("rebuilt:", rebuilt)
	// Output:
	// scheduled: 3
	// rebuilt: [3 3 3]
}

// copyDeletedFixed gives the closure the value of its turn, as a parameter
// of the function that makes it.
//
// This is right in every file, whatever its language version, and shows in
// a review what the closure depends on. It costs a name. shard := shard in
// the body is as good; so is a loop that declares shard and a count beside
// it.
func copyDeletedFixed() {
	var night schedule
	var rebuilt []int
	rebuild := func(shard int) func() {
		return func() { rebuilt = append(rebuilt, shard) }
	}
	var shard int
	for shard = 0; shard < 3; shard++ {
		night.add(rebuild(shard))
	}
	night.run()

	fmt.Println("scheduled:", shard)
	fmt.Println("rebuilt:", rebuilt)
	// Output:
	// scheduled: 3
	// rebuilt: [0 1 2]
}

const (
	blocks = 4
	stripe = 2 // blocks for each goroutine
)

// A scrub remembers which blocks of a disk were checked.
type scrub struct {
	mu      sync.Mutex
	checked [blocks]bool
}

func (s *scrub) check(block int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if block < blocks {
		s.checked[block] = true
	}
}

func (s *scrub) count() (n int) {
	for _, ok := range s.checked {
		if ok {
			n++
		}
	}
	return n
}

// cursorOwned skips blocks of the disk that it was to check: a goroutine
// counts up the variable of its turn, and the loop reads that variable once
// more, to begin the next turn with it.
//
// "Since 1.22 every iteration has its own i" is true and not the whole
// rule. The next one starts as a copy of this one, taken after the body and
// before block += stripe. Whatever the goroutine has added by then is added
// to the loop. At first the loop was over before the goroutines began, and
// nothing was missing. Then it was paced, and now they are done first.
//
// The scrub reports no error and checks half of the disk. To the race
// detector it is a race of a closure with the line of the for statement,
// which people read as a false alarm. Look for closures that assign to a
// variable of a three-clause loop.
func cursorOwned() {
	var s scrub
	var wg sync.WaitGroup
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for block := 0; block < blocks; block += stripe {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for end := block + stripe; block < end; block++ {
				s.check(block)
			}
		}()
		<-pace.C // leave the disk to others, too
	}
	wg.Wait()
	fmt.Println("checked:", s.count())
	// Races: cursorOwned
	// Outcomes (go1.22): checked: 2 | (checked: 4) | (checked: 3)
	// See: race
}

// cursorOwnedFixed passes the first block as an argument: what the
// goroutine counts up is its parameter.
//
// Nothing in the signature of a closure says what it assigns to, so a
// function with a name is better still. No cost: the goroutine needs its
// start in any case.
func cursorOwnedFixed() {
	var s scrub
	var wg sync.WaitGroup
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for block := 0; block < blocks; block += stripe {
		wg.Add(1)
		go func(block int) {
			defer wg.Done()
			for end := block + stripe; block < end; block++ {
				s.check(block)
			}
		}(block)
		<-pace.C // leave the disk to others, too
	}
	wg.Wait()
	fmt.Println("checked:", s.count())
	// Output:
	// checked: 4
}

// A registry holds functions that /metrics calls.
type registry struct {
	once  sync.Once
	gauge func() int
}

// register publishes a gauge; a second one of the same name would panic.
func (r *registry) register(gauge func() int) {
	r.once.Do(func() { r.gauge = gauge })
}

// gaugeStuck shows page 1 for as long as the import runs, since the go line
// of go.mod says 1.22: the gauge was registered in the first turn, and
// there the variable of the first turn is what it sees.
//
// This is the change of 1.22 in the other direction. One closure was meant
// to follow the loop, and did, because there was one variable. The team had
// searched for closures that want a copy; all of those were cured by the
// new go line. Nobody searched for those that must not have one.
//
// The alert on "import does not advance" fires every night and is silenced
// in the second week. No test reads a gauge twice. Look for closures that
// are made once, by sync.Once, if i == 0 or lazily, and use the loop's
// variable.
func gaugeStuck() {
	var metrics registry
	var seen []int
	for page := 1; page <= 4; page++ {
		metrics.register(func() int { return page })
		seen = append(seen, metrics.gauge())
	}
	fmt.Println("gauge in each turn:", seen)
	// Output (!go1.22):
	// gauge in each turn: [1 2 3 4]
	// Output (go1.22):
	// gauge in each turn: [1 1 1 1]
}

// gaugeStuckFixed gives what outlives a turn a variable outside of the
// loop.
//
// It is stored atomically, since /metrics reads it from another goroutine;
// the old code was a race as well. Registering now stands before the loop,
// where no once is needed.
func gaugeStuckFixed() {
	var metrics registry
	var seen []int
	var current int64
	metrics.register(func() int { return int(atomic.LoadInt64(&current)) })
	for page := 1; page <= 4; page++ {
		atomic.StoreInt64(&current, int64(page))
		seen = append(seen, metrics.gauge())
	}
	fmt.Println("gauge in each turn:", seen)
	// Output:
	// gauge in each turn: [1 2 3 4]
}

// A scan goes through the records of a log. The buffer is part of it, so
// that nothing is allocated.
type scan struct {
	buf    [4096]byte
	record int
}

func (s *scan) next() bool {
	s.record++
	return s.record < records
}

var (
	records = 1000
	bytes   int
)

// scanInHeader copies four kilobytes twice in each turn, since the go line
// says 1.22: what the header declares is one variable for each turn, and
// each begins as a copy.
//
// next has a pointer receiver, so that "nothing is copied". That is what
// makes the loop copy: only where the address is taken does the compiler
// need a variable for each turn, and it does not ask whether the address is
// kept. The declaration stands in the header to keep its scope small, which
// is good style and was free.
//
// After the upgrade one worker needs five times the CPU, and the diff has
// one line, in go.mod. In the profile the time is flat, on the line of the
// for statement. Look for structs declared in the header of a loop; with a
// slice instead of an array the copy is three words.
func scanInHeader() {
	for s := (scan{}); s.next(); {
		bytes += int(s.buf[s.record])
	}
	// Allocs: 0
	// See: bench
}

// scanInHeaderFixed declares the scan before the loop, which has then no
// variable of its own.
//
// The scope is wider by a line. Braces around both make it small again. A
// pointer in the header is as good: nobody takes its address.
func scanInHeaderFixed() {
	var s scan
	for s.next() {
		bytes += int(s.buf[s.record])
	}
	// Allocs: 0
	// Faster (go1.22): 20x than scanInHeader
	// See: bench
}

var errBusy = errors.New("provider is busy")

// A provider charges cards, and is busy now.
type provider struct{ calls int }

func (p *provider) post(order string) (receipt string, err error) {
	p.calls++
	return "", fmt.Errorf("order %s: %w", order, errBusy)
}

// charge tries three times.
func charge(p *provider, order string) (string, error) {
	var err error
	for try := 0; try < 3; try++ {
		receipt, err := p.post(order)
		if err == nil {
			return receipt, nil
		}
		if !errors.Is(err, errBusy) {
			return "", err
		}
	}
	return "", err
}

// retryShadowed ships orders that nobody has paid: after the last try it
// returns the error of the function, which is nil, and not the error of the
// turn.
//
// := in the body declares both variables anew, in each turn, and they end
// with it. The outer err exists for the last line only and is never
// assigned. Each path that the tests took is right: success at once,
// success after two failures, a refusal. Only giving up was never tested,
// because it takes the whole backoff.
//
// What you see is a report of the month that doesn't add up, always on days
// on which the provider was down. vet has a shadow analyzer, which is not
// part of go vet. Look for := in a loop with the name of a variable that is
// returned behind it.
func retryShadowed() {
	p := new(provider)
	_, err := charge(p, "4217")
	fmt.Println("calls:", p.calls)
	fmt.Println("paid:", err == nil)
	// Output:
	// calls: 3
	// paid: true
}

func chargeFixed(p *provider, order string) (string, error) {
	for try := 0; ; try++ {
		receipt, err := p.post(order)
		if err == nil || !errors.Is(err, errBusy) {
			return receipt, err
		}
		if try == 2 {
			return "", fmt.Errorf("after %d tries: %w", try+1, err)
		}
	}
}

// retryShadowedFixed gives up inside of the loop, where the last error is.
//
// A loop without a condition can't fall out of its end, so the function
// needs no last line, and the compiler knows that. The error says how often
// was tried.
func retryShadowedFixed() {
	p := new(provider)
	_, err := chargeFixed(p, "4217")
	fmt.Println("calls:", p.calls)
	fmt.Println("paid:", err == nil)
	// Output:
	// calls: 3
	// paid: false
}

// An account has a lock of its own.
type account struct {
	mu      sync.Mutex
	balance int
}

// A bank takes fees.
type bank map[string]*account

func (b bank) takeFees(ids []string) {
	for _, id := range ids {
		a := b[id]
		a.mu.Lock()
		defer a.mu.Unlock()
		a.balance -= 5
	}
}

// lockedTwice stops for ever at the first batch that names one account
// twice: the deferred Unlock of the first turn waits for the end of the
// function, the second turn for the Unlock.
//
// defer mu.Unlock() below mu.Lock() is what everybody writes, and the loop
// was put around it later. With distinct accounts it works and holds all
// locks of the batch to the end, which shows as contention. The input was
// distinct until the upstream job began to repeat what it could not
// confirm.
//
// This process has nothing else to do, so the runtime notices. A server
// would not: the dump shows one goroutine in sync.Mutex.Lock under
// takeFees and a queue behind it, growing. Look for defer inside of for:
// files and rows pile up in the same way, only later.
func lockedTwice() {
	b := bank{"ada": {balance: 100}, "bob": {balance: 100}}
	b.takeFees([]string{"ada", "bob"})
	fmt.Println("ada:", b["ada"].balance, "bob:", b["bob"].balance)
	b.takeFees([]string{"ada", "bob", "ada"})
	fmt.Println("ada:", b["ada"].balance, "bob:", b["bob"].balance)
	// Fatal: all goroutines are asleep - deadlock!
	// Output:
	// ada: 95 bob: 95
}

func (a *account) take(fee int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance -= fee
}

// lockedTwiceFixed makes the turn a function, and so the defer ends with
// it.
//
// A method of the element is the best name for it; a function literal
// called on the spot is the quickest. Either costs less than the defer in a
// loop, which puts each record on the heap.
func lockedTwiceFixed() {
	b := bank{"ada": {balance: 100}, "bob": {balance: 100}}
	for _, ids := range [][]string{{"ada", "bob"}, {"ada", "bob", "ada"}} {
		for _, id := range ids {
			b[id].take(5)
		}
		fmt.Println("ada:", b["ada"].balance, "bob:", b["bob"].balance)
	}
	// Output:
	// ada: 95 bob: 95
	// ada: 85 bob: 90
}

// A message of a build server: a heartbeat or a result.
type message struct{ kind, body string }

// heartbeats sends one every ten milliseconds until stop is closed.
func heartbeats(stop <-chan struct{}) <-chan message {
	c := make(chan message)
	go func() {
		defer close(c)
		for {
			select {
			case c <- message{kind: "alive"}:
				time.Sleep(10 * time.Millisecond)
			case <-stop:
				return
			}
		}
	}()
	return c
}

var errPatience = errors.New("no result in time")

func result(from <-chan message, patience time.Duration) (string, error) {
	for {
		select {
		case m := <-from:
			if m.kind == "result" {
				return m.body, nil
			}
		case <-time.After(patience):
			return "", errPatience
		}
	}
}

// patience never runs out while the other side is alive: each heartbeat
// begins a new turn, and each turn begins a new timer.
//
// The line is in most texts about select, there without a loop or with one
// that leaves at the first message. The test had a dead server and timed
// out on time. A server that is stuck but healthy sends heartbeats, and
// those are what keeps the client waiting for the result.
//
// Deploys that hang over night, a goroutine in select, a timeout in the
// code that everybody points to. Ask of each time.After in a loop whether
// it bounds the turn or the loop. The mirror image is a batch that is to be
// flushed after a second and is not, as long as something arrives.
func patience() {
	stop := make(chan struct{})
	defer close(stop)
	_, err := result(heartbeats(stop), 250*time.Millisecond)
	fmt.Println("gave up:", errors.Is(err, errPatience))
	// Hangs:
}

func resultFixed(from <-chan message, most time.Duration) (string, error) {
	enough := time.NewTimer(most)
	defer enough.Stop()
	for {
		select {
		case m := <-from:
			if m.kind == "result" {
				return m.body, nil
			}
		case <-enough.C:
			return "", errPatience
		}
	}
}

// patienceFixed makes the timer before the loop.
//
// One timer instead of one for each message. A context with a timeout is
// the same and reaches what the body calls, too. Where the silence is to be
// bounded and not the whole, the timer in the turn is right: say so beside
// it.
func patienceFixed() {
	stop := make(chan struct{})
	alive := heartbeats(stop)
	_, err := resultFixed(alive, 50*time.Millisecond)
	close(stop)
	for range alive {
		continue // until the sender has gone
	}
	fmt.Println("gave up:", errors.Is(err, errPatience))
	// Output:
	// gave up: true
}

// A portRange is what a tenant may listen on, both ends included.
type portRange struct{ first, last uint16 }

// free returns a port that is not used, if there is one.
func (r portRange) free(used map[uint16]bool) (uint16, bool) {
	for port := r.first; port <= r.last; port++ {
		if !used[port] {
			return port, true
		}
	}
	return 0, false
}

// full returns the ports of a range, all used.
func full(r portRange) map[uint16]bool {
	used := map[uint16]bool{}
	for port := int(r.first); port <= int(r.last); port++ {
		used[uint16(port)] = true
	}
	return used
}

// portZero hands out port 0 when the range of one tenant is used up, and
// "none" for every other: no uint16 is greater than 65535, so the condition
// of the loop can't become false.
//
// The type is the right one for a port, and the condition reads as the
// comment does. Behind 65535 comes 0, which is free, and ok is true. To
// net.Listen 0 means "any", so the tenant's process comes up, on a port
// outside of its range that the firewall does not know.
//
// One tenant in a thousand, whose range ends at the top. No tool knows that
// last may be 65535. Look for <= against a variable, or >= when counting
// down, with a counter no wider than its bound. For a uint, 0 is always
// such a bound.
func portZero() {
	for _, r := range []portRange{{8001, 8003}, {65533, 65535}} {
		port, ok := r.free(full(r))
		fmt.Println(r, "port:", port, "ok:", ok)
	}
	// Output:
	// {8001 8003} port: 0 ok: false
	// {65533 65535} port: 0 ok: true
}

func (r portRange) freeFixed(used map[uint16]bool) (uint16, bool) {
	for port := int(r.first); port <= int(r.last); port++ {
		if !used[uint16(port)] {
			return uint16(port), true
		}
	}
	return 0, false
}

// portZeroFixed counts in an int, which is wider than what it counts.
//
// Two conversions, no instruction that matters. Where there is nothing
// wider, as for addresses of 64 bits, test for the end in the body:
// if port == last { break }, before port++.
func portZeroFixed() {
	for _, r := range []portRange{{8001, 8003}, {65533, 65535}} {
		port, ok := r.freeFixed(full(r))
		fmt.Println(r, "port:", port, "ok:", ok)
	}
	// Output:
	// {8001 8003} port: 0 ok: false
	// {65533 65535} port: 0 ok: false
}

// rollout returns the shares of traffic that a new version gets, in turn.
func rollout(to float64) (percent []int) {
	for share := 0.1; share <= to; share += 0.1 {
		percent = append(percent, int(share*100+0.5))
	}
	return percent
}

// lastShare stops a rollout to 30 % at 20, and none of the others: 0.1 is
// no number of the machine, and three of them are a little more than 0.3.
//
// Whether the last turn takes place depends on the rounding of all turns
// before it. To 0.2 and 0.8 the sums come out at or below the bound. The
// test went to 1.0, where the sum is just below one and the tenth turn
// runs.
//
// A canary that is "done" at 20 %, with a dashboard of green checks. Look
// for a float in the header of a loop. With float32 it need not even end:
// from 16777216 on adding one changes nothing.
func lastShare() {
	for _, to := range []float64{0.2, 0.3, 0.8, 1.0} {
		percent := rollout(to)
		fmt.Println("to", to, "ends at:", percent[len(percent)-1])
	}
	// Output:
	// to 0.2 ends at: 20
	// to 0.3 ends at: 20
	// to 0.8 ends at: 80
	// to 1 ends at: 100
}

func rolloutFixed(to float64) (percent []int) {
	for tenths := 1; tenths <= int(to*10+0.5); tenths++ {
		percent = append(percent, tenths*10)
	}
	return percent
}

// lastShareFixed counts turns and computes the share from the count.
//
// Nothing is carried from turn to turn but an integer, so no error is
// either. What remains is the one rounding of the bound; a configuration in
// percent does without.
func lastShareFixed() {
	for _, to := range []float64{0.2, 0.3, 0.8, 1.0} {
		percent := rolloutFixed(to)
		fmt.Println("to", to, "ends at:", percent[len(percent)-1])
	}
	// Output:
	// to 0.2 ends at: 20
	// to 0.3 ends at: 30
	// to 0.8 ends at: 80
	// to 1 ends at: 100
}

// A table holds the ids of users who asked to be forgotten.
type table struct{ ids []int }

// page returns up to size ids, as LIMIT and OFFSET do.
func (t *table) page(offset, size int) []int {
	if offset > len(t.ids) {
		offset = len(t.ids)
	}
	rest := t.ids[offset:]
	if len(rest) > size {
		rest = rest[:size]
	}
	return append([]int(nil), rest...)
}

func (t *table) erase(id int) {
	for i, other := range t.ids {
		if other == id {
			t.ids = append(t.ids[:i], t.ids[i+1:]...)
			return
		}
	}
}

// forgotten returns a table of n users.
func forgotten(n int) *table {
	t := new(table)
	for id := 1; id <= n; id++ {
		t.ids = append(t.ids, id)
	}
	return t
}

// erasedHalf leaves every second page of users in the database and reports
// success: the loop counts through a table that its own body shortens.
//
// Read alone, each half is right: the loop over pages is the one from the
// export, the deletion is the one from the handler. After the first page is
// deleted, what was the second stands where the first was, and offset has
// moved on. The test had fewer users than a page.
//
// The job is green, its counter of erased users plausible, and a regulator
// finds the others. It is the loop that removes s[i] and goes on with i+1,
// spread over two systems. Look for an offset, and for a body that changes
// what the query selects by.
func erasedHalf() {
	t := forgotten(10)
	const size = 2
	for offset := 0; ; offset += size {
		page := t.page(offset, size)
		if len(page) == 0 {
			break
		}
		for _, id := range page {
			t.erase(id)
		}
	}
	fmt.Println("left:", t.ids)
	// Output:
	// left: [3 4 7 8]
}

// erasedHalfFixed asks for the first page until there is none.
//
// A row that can't be erased would now come again for ever. Where that may
// happen, page by key, WHERE id > last ORDER BY id: the position is a value
// of the data and no count of rows. That is faster as well, since a
// database reads the rows of an offset before it drops them.
func erasedHalfFixed() {
	t := forgotten(10)
	const size = 2
	for {
		page := t.page(0, size)
		if len(page) == 0 {
			break
		}
		for _, id := range page {
			t.erase(id)
		}
	}
	fmt.Println("left:", t.ids)
	// Output:
	// left: []
}

// serve handles jobs until there are no more, and reports at each tick.
func serve(jobs <-chan string, tick <-chan time.Time) (handled int) {
	for {
		select {
		case _, ok := <-jobs:
			if !ok {
				break // no more jobs
			}
			handled++
		case <-tick:
			fmt.Println("handled:", handled)
		}
	}
}

// drained returns a queue of three jobs that is closed.
func drained() <-chan string {
	jobs := make(chan string, 3)
	for _, job := range []string{"a", "b", "c"} {
		jobs <- job
	}
	close(jobs)
	return jobs
}

// breakInSelect burns a CPU from the moment at which the work is done:
// break leaves the select, which was over anyway, and the loop goes on.
//
// A closed channel is always ready, so each turn receives nothing at once.
// All jobs are handled, the ticks come, the health check is green. In the
// first version there was a return. Then something had to be done after the
// loop, and break is the word for that.
//
// One core at 100 % while the service idles, from the first drain on. In
// the CPU profile: runtime.selectgo under serve, and no work. Look for
// break inside of select or switch inside of for.
func breakInSelect() {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	fmt.Println("handled:", serve(drained(), tick.C))
	// Hangs: spinning
}

func serveFixed(jobs <-chan string, tick <-chan time.Time) (handled int) {
loop:
	for {
		select {
		case _, ok := <-jobs:
			if !ok {
				break loop
			}
			handled++
		case <-tick:
			fmt.Println("handled:", handled)
		}
	}
	return handled
}

// breakInSelectFixed names the loop that it leaves.
//
// The compiler refuses a label that nothing uses, so it can't go stale.
// Where the loop is the whole function, return needs no label.
func breakInSelectFixed() {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	fmt.Println("handled:", serveFixed(drained(), tick.C))
	// Output:
	// handled: 3
}

// parse reads a job from a queue message.
func parse(message string) (job string, err error) {
	if !strings.HasPrefix(message, "job ") {
		return "", fmt.Errorf("message %q is no job", message)
	}
	return message[len("job "):], nil
}

// messages returns a queue that has two bad messages among six.
func messages() chan string {
	queue := make(chan string, 6)
	for _, m := range strings.Split(",jbo 1,job 2,job 3,job 4,job 5", ",") {
		queue <- m
	}
	close(queue)
	return queue
}

// inPool runs work in two goroutines and waits for both.
func inPool(work func()) {
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
	}
	wg.Wait()
}

// poolShrinks handles nothing after two bad messages, and is healthy: an
// error of one turn ends the loop, and with it the worker.
//
// if err != nil { return err } is right in a function that handles one
// message, and this was one until somebody put the loop around the body.
// The error is logged. The pool has no idea how many of it are left; it
// works on with one worker for weeks, at half the speed, before the second
// message comes.
//
// A queue that grows beside a process at 0 % CPU. In the dump, the workers
// are not there, which is hard to see. Look for return inside of the loop
// of a worker, and export how many are running.
func poolShrinks() {
	queue := messages()
	var handled int64
	inPool(func() {
		for m := range queue {
			if _, err := parse(m); err != nil {
				return
			}
			atomic.AddInt64(&handled, 1)
		}
	})
	fmt.Println("handled:", handled)
	fmt.Println("left in the queue:", len(queue))
	// Output:
	// handled: 0
	// left in the queue: 4
}

// poolShrinksFixed goes on with the next message.
//
// What to do with the bad one is a decision, and dropping it is the worst:
// count it, put it aside, bound how many in a row are believable. An error
// of the queue itself still ends the loop.
func poolShrinksFixed() {
	queue := messages()
	var handled int64
	inPool(func() {
		for m := range queue {
			if _, err := parse(m); err != nil {
				continue
			}
			atomic.AddInt64(&handled, 1)
		}
	})
	fmt.Println("handled:", handled)
	fmt.Println("left in the queue:", len(queue))
	// Output:
	// handled: 4
	// left in the queue: 0
}

var errColumn = errors.New("column is missing")

// validate checks a row of an import. The format of the file has changed,
// so none is right.
func validate(row int) error { return errColumn }

// megabytes returns what run allocates.
func megabytes(run func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	run()
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) >> 20
}

// joinedInLoop needs memory with the square of the number of bad rows: each
// turn wraps the error of all turns before it in one more error.
//
// It reads as append does and costs nothing to build. The text is made
// later, by the logger: the outermost error asks the one inside for its
// text and copies it, which asks the one inside of that. errors.Is has as
// many levels to go down. Files have two bad rows, until one day all of
// them are.
//
// The worker that reports a broken file is killed for its memory, and the
// file is tried again. Look for err = errors.Join(err, …) or fmt.Errorf
// with the same err on both sides, inside of a loop.
func joinedInLoop() {
	var err error
	mb := megabytes(func() {
		for row := 0; row < 3000; row++ {
			err = errors.Join(err, validate(row))
		}
	})
	fmt.Println("MB to collect:", mb)
	fmt.Println("MB to print:", megabytes(func() { _ = err.Error() }))
	// Since: 1.20 errors.Join
	// Output (!go1.22):
	// MB to collect: 0
	// MB to print: 168
	// Output (go1.22):
	// MB to collect: 0
	// MB to print: 84
}

// joinedInLoopFixed collects the errors and joins them once.
//
// Join leaves nil out and returns nil for none, so the code behind the loop
// is the same. Bound what you collect: nobody reads line three thousand of
// one report.
func joinedInLoopFixed() {
	var err error
	mb := megabytes(func() {
		var errs []error
		for row := 0; row < 3000; row++ {
			errs = append(errs, validate(row))
		}
		err = errors.Join(errs...)
	})
	fmt.Println("MB to collect:", mb)
	fmt.Println("MB to print:", megabytes(func() { _ = err.Error() }))
	// Since: 1.20 errors.Join
	// Output:
	// MB to collect: 0
	// MB to print: 0
}

// A resolver answers lookups in a goroutine of its own.
type resolver struct {
	ask    chan string
	answer chan string
}

func newResolver() *resolver {
	r := &resolver{make(chan string, 8), make(chan string, 8)}
	go func() {
		for name := range r.ask {
			r.answer <- name + ".internal"
		}
		close(r.answer)
	}()
	return r
}

// lookup polls for the answer.
func (r *resolver) lookup(name string) string {
	r.ask <- name
	for {
		select {
		case host := <-r.answer:
			return host
		default: // it will be here in a moment
		}
	}
}

// slowLookups makes ten lookups and reports whether they took 50 ms.
func slowLookups(r *resolver, lookup func(name string) string) bool {
	start := time.Now()
	for i := 0; i < 10; i++ {
		lookup("db1")
	}
	took := time.Since(start)
	close(r.ask)
	<-r.answer
	return took > 50*time.Millisecond
}

// polledAnswer takes twenty milliseconds for an answer that needs a third
// of one microsecond, in the smallest container: with one CPU the loop that
// polls runs on the CPU that the answer needs.
//
// It was to save parking and waking. But a receive that blocks is how a
// goroutine hands its processor over, to whoever has the answer. default
// never blocks, so the loop keeps the processor. With a second one, another
// thread has to wake up first. With one, nobody else runs until the
// runtime's monitor looks, finds that 10 ms are over, and takes the loop
// off.
//
// The latency of the smallest instances comes in steps of ten milliseconds,
// at 100 % CPU, and adding a CPU "fixes" it. Look for default: in a select
// in a loop, and for loops over an atomic load. With
// GODEBUG=asyncpreemptoff=1 the second kind does not end at all.
func polledAnswer() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // the container
	r := newResolver()
	fmt.Println("slow with one CPU:", slowLookups(r, r.lookup))
	// Output:
	// slow with one CPU: true
}

func (r *resolver) lookupFixed(name string) string {
	r.ask <- name
	return <-r.answer
}

// polledAnswerFixed blocks, so that the scheduler can run whoever has the
// answer.
//
// runtime.Gosched in the loop would let the other run, too, and keep a core
// busy for as long as the wait turns out to be. A spin is right for a few
// dozen turns, before blocking: sync.Mutex does that, and not on one CPU.
func polledAnswerFixed() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	r := newResolver()
	fmt.Println("slow with one CPU:", slowLookups(r, r.lookupFixed))
	// Output:
	// slow with one CPU: false
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
		copyDeleted,
		copyDeletedFixed,
		cursorOwned,
		cursorOwnedFixed,
		gaugeStuck,
		gaugeStuckFixed,
		scanInHeader,
		scanInHeaderFixed,
		retryShadowed,
		retryShadowedFixed,
		alone("lockedTwice", lockedTwice),
		lockedTwiceFixed,
		alone("patience", patience),
		patienceFixed,
		portZero,
		portZeroFixed,
		lastShare,
		lastShareFixed,
		erasedHalf,
		erasedHalfFixed,
		alone("breakInSelect", breakInSelect),
		breakInSelectFixed,
		poolShrinks,
		poolShrinksFixed,
		joinedInLoop,
		joinedInLoopFixed,
		polledAnswer,
		polledAnswerFixed,
	} {
		run()
	}
}
