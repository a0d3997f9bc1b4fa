//go:build ignore

// Errors in use: a chain that a program can ask, a boundary that decides
// what may be asked, and what each part of it costs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"
)

// load reads a configuration.
func load(name string) error {
	_, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("load configuration: %w", err)
	}
	return nil
}

// asked is a failure that went through two functions, and the questions
// that a caller can put to it.
//
// Is looks for a value, As for a type. Both walk the chain that %w built;
// the text is for people, and no question is ever answered by it.
func asked() {
	err := load("app.json")
	fmt.Println(err)

	// A sentinel: which failure is it?
	fmt.Println("does not exist:", errors.Is(err, fs.ErrNotExist))

	// A type: what more is known about it?
	var path *fs.PathError
	if errors.As(err, &path) {
		fmt.Println("of:", path.Op, path.Path)
	}

	// os.IsNotExist is older than chains and never looks inside.
	fmt.Println("by the old function:", os.IsNotExist(err))

	// %v has the same text and ends the chain.
	cut := fmt.Errorf("start: %v", err)
	fmt.Println("after the cut:", errors.Is(cut, fs.ErrNotExist))

	// nil is wrapped too: the result is an error, with a broken text.
	fmt.Println("of nil:", fmt.Errorf("stop: %w", error(nil)))
	// Output:
	// load configuration: open app.json: no such file or directory
	// does not exist: true
	// of: open app.json
	// by the old function: false
	// after the cut: false
	// of nil: stop: %!w(<nil>)
}

var (
	errLeader  = errors.New("leader down")
	errReplica = errors.New("replica behind")
)

// twoCauses wraps two errors with one format.
//
// Since 1.20 an error may have several causes: Unwrap returns a slice, and
// Is and As try one after the other. Below, the second %w is a mistake of
// the format that takes the first cause away as well.
func twoCauses() {
	err := fmt.Errorf("read: %w, %w", errLeader, errReplica)
	fmt.Println(err)
	fmt.Println(errors.Is(err, errLeader), errors.Is(err, errReplica))

	// errors.Unwrap calls a method that returns one error. It has no
	// answer for two, and code that loops over it ends here.
	fmt.Println(errors.Unwrap(err))
	// Output (go1.20):
	// read: leader down, replica behind
	// true true
	// <nil>
	// Output (!go1.20):
	// read: leader down, %!w(*errors.errorString=&{replica behind})
	// false false
	// <nil>
}

// A coded error has a number that a client gets.
type coded struct {
	code  int
	cause error
}

func (c *coded) Error() string { return fmt.Sprintf("code %d", c.code) }
func (c *coded) Unwrap() error { return c.cause }

// A both is two failures at once.
type both [2]error

func (b *both) Error() string   { return fmt.Sprintf("%v; %v", b[0], b[1]) }
func (b *both) Unwrap() []error { return b[:] }

// deepFirst asks a tree with three codes for its code.
//
// The order is depth first, each error before its causes: a code three
// levels down the first branch is found before one at the top of the
// second. If the code decides what the client sees, the order of the
// arguments of errors.Join does.
func deepFirst() {
	quota := &coded{429, nil}
	lookup := fmt.Errorf("lookup: %w", fmt.Errorf("cache: %w", quota))
	tree := &both{lookup, &coded{500, &coded{503, nil}}}

	var first *coded
	fmt.Println(errors.As(tree, &first), first)

	// Below 1.20 nobody calls an Unwrap that returns a slice.
	fmt.Println(errors.Is(tree, quota))
	// Output (go1.20):
	// true code 429
	// true
	// Output (!go1.20):
	// false <nil>
	// false
}

// errNoRows is the driver's, ErrNoOrder is ours.
var (
	errNoRows  = errors.New("sql: no rows")
	ErrNoOrder = errors.New("no such order")
)

// order translates what callers may act upon, and cuts off the rest.
//
// With %w the driver's errors would be part of this package's API: somebody
// asks for them, and the store can't be replaced any more.
func order(id int, rows error) error {
	switch {
	case rows == nil:
		return nil
	case errors.Is(rows, errNoRows):
		return fmt.Errorf("order %d: %w", id, ErrNoOrder)
	default:
		return fmt.Errorf("order %d: %v", id, rows)
	}
}

// translated shows what a caller learns at the boundary of a package.
//
// The texts have all that an operator needs. The chain has what is
// promised, one sentinel, and nothing that isn't.
func translated() {
	for _, rows := range []error{nil, errNoRows, errLeader} {
		err := order(7, rows)
		fmt.Println(err)
		fmt.Println(" ", errors.Is(err, ErrNoOrder), errors.Is(err, rows))
	}
	// Output:
	// <nil>
	//   false true
	// order 7: no such order
	//   true false
	// order 7: leader down
	//   false false
}

// ending says how f ended, and keeps a panic in its goroutine.
//
// recover() == nil is no proof of success: panic(nil) gives nil below
// 1.21, and runtime.Goexit, with which t.FailNow works, gives nil always.
// A variable that only the last line sets can't be mistaken.
func ending(f func()) (how string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			r := recover()
			switch {
			case returned:
				how = "returned"
			case r != nil:
				how = fmt.Sprintf("panic: %v", r)
			default:
				how = "neither returned nor panicked with a value"
			}
		}()
		f()
		returned = true
	}()
	<-done
	return how
}

// ended runs four jobs, two of which end in ways that recover can't see.
//
// What panic(nil) does is decided by the go line of the main module; a
// program run without one is as new as its toolchain.
func ended() {
	var none interface{}
	for _, job := range []func(){
		func() {},
		func() { panic("no rate for EUR") },
		func() { panic(none) },
		func() { runtime.Goexit() },
	} {
		fmt.Println(ending(job))
	}
	// Output (go1.27):
	// returned
	// panic: no rate for EUR
	// panic: runtime error: panic called with nil argument
	// neither returned nor panicked with a value
	// Output (go1.21 && !go1.27):
	// returned
	// panic: no rate for EUR
	// panic: panic called with nil argument
	// neither returned nor panicked with a value
	// Output (!go1.21):
	// returned
	// panic: no rate for EUR
	// neither returned nor panicked with a value
	// neither returned nor panicked with a value
}

// A group runs functions and remembers the first failure in time.
type group struct {
	cancel context.CancelFunc
	wg     sync.WaitGroup
	once   sync.Once
	err    error
}

func (g *group) run(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		if err := f(); err != nil {
			g.once.Do(func() { g.err = err; g.cancel() })
		}
	}()
}

// wait is the only place that may read err: all writers have ended.
func (g *group) wait() error {
	g.wg.Wait()
	g.cancel()
	return g.err
}

// firstFailure starts three workers, of which one fails and two are told.
//
// The error is stored before cancel is called, so that no consequence of
// the cancellation can come first. What the group drops is every other
// failure; and a panic in one of its goroutines ends the process, whatever
// the caller of wait has deferred.
func firstFailure() {
	ctx, cancel := context.WithCancel(context.Background())
	g := &group{cancel: cancel}
	for i := 0; i < 2; i++ {
		g.run(func() error {
			<-ctx.Done()
			return ctx.Err()
		})
	}
	g.run(func() error { return io.ErrUnexpectedEOF })
	fmt.Println(g.wait())
	// Output:
	// unexpected EOF
}

// Package variables, so that the compiler can't know them.
var (
	key     = "session-1"
	failure error
	target  *coded
	found   bool
	errMiss = errors.New("miss")
)

// missFormatted makes an error for each miss.
//
// On a path where failing is normal, half of the lookups of a cache, the
// error is the most expensive part of the answer.
func missFormatted() {
	failure = fmt.Errorf("miss: %s", key)
	// Allocs: 3
}

// missUnformatted has nothing to format. Since 1.26 Errorf sees that and
// costs what errors.New does.
func missUnformatted() {
	failure = fmt.Errorf("miss")
	// Allocs (go1.26): 1
	// Allocs (!go1.26): 2
}

// missStatic returns the same variable each time.
//
// The caller knows the key and adds it where it logs. For a miss that is
// no failure a second result, ok, says the same and can't be ignored by
// accident.
func missStatic() {
	failure = errMiss
	// Allocs: 0
	// Faster: 10x than missFormatted
}

// A traced error knows where it was made.
type traced struct {
	cause error
	stack []uintptr
}

func (t *traced) Error() string { return t.cause.Error() }

// trace captures the callers, at most 32.
func trace(err error) error {
	var pcs [32]uintptr
	n := runtime.Callers(2, pcs[:])
	return &traced{err, append([]uintptr(nil), pcs[:n]...)}
}

// missTraced captures a stack, the addresses only: names are looked up
// when somebody prints.
func missTraced() {
	failure = trace(errMiss)
	// Allocs: 2
}

// missPlain makes the same error without it.
func missPlain() {
	failure = &traced{cause: errMiss}
	// Allocs: 1
	// Faster: 3x than missTraced
}

var wrappedOnce = fmt.Errorf("lookup: %w", &coded{429, nil})

// askedAs lets the target escape: As takes it as an any.
func askedAs() {
	var c *coded
	found = errors.As(wrappedOnce, &c)
	target = c
	// Allocs: 1
}

func main() {
	for _, run := range []func(){
		asked,
		twoCauses,
		deepFirst,
		translated,
		ended,
		firstFailure,
		missFormatted,
		missUnformatted,
		missStatic,
		missTraced,
		missPlain,
		askedAs,
	} {
		run()
	}
}
