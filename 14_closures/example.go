//go:build ignore

// Examples of closures: what a function value is made of, what it costs to
// make and to call, and the shapes that a service is built from.
package main

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
)

// captured shows what a literal takes with it: variables, not values.
//
// Both literals name one variable n. What either writes, the other reads,
// and so does the function around them. A copy that belongs to the closure
// alone is a variable of its own, as start is.
func captured() {
	n := 1
	start := n // never assigned again, so a copy in the closure will do
	add := func(k int) { n += k }
	read := func() string { return fmt.Sprint(start, " to ", n) }

	add(2)
	n *= 10
	fmt.Println(read())

	// Two calls of one literal are two closures, if they capture: each
	// call of counter makes a new variable.
	a, b := counter(), counter()
	fmt.Println(a(), a(), b())
	// Output:
	// 1 to 30
	// 1 2 1
}

// counter returns a function that counts its calls.
func counter() func() int {
	n := 0
	return func() int { n++; return n }
}

var atStart = func() {}

var (
	size   = 100
	result int
	apply  func(int) int
	wide   [17]int // 136 bytes
	narrow [16]int // 128 bytes
)

// run calls f; it is not inlined, so f is a func value here.
//
//go:noinline
func run(f func(int) int) int { return f(size) }

// capturedOnStack hands a closure down. The callee doesn't keep it, and so
// its variables and itself stay on the stack.
func capturedOnStack() {
	k, sum := size, 0
	f := func(n int) int { sum += k; return n + sum } // want escape none
	result = run(f)
	// Allocs: 0
	// See: escape
}

// capturedByValue keeps the closure: one object, which holds the address of
// the code and a copy of k, all 128 bytes of it. Nobody assigns to k after
// it was captured, so nobody can tell.
func capturedByValue() {
	k := narrow
	apply = func(n int) int { return k[n&15] } // want escape "escapes"
	// Allocs: 1
	// See: escape
}

// capturedByReference differs by an assignment. Now k must be one variable
// for two functions: it moves to the heap, and the closure points to it.
func capturedByReference() {
	k := size // want escape "moved to heap: k"
	apply = func(n int) int { return n + k }
	k++
	// Allocs: 2
	// See: escape
}

// capturedWide has eight bytes more than capturedByValue, and its variable
// is captured by reference although it is never assigned again.
func capturedWide() {
	k := wide // want escape "moved to heap: k"
	apply = func(n int) int { return k[n&15] }
	// Allocs: 2
}

// A ruler adds; it is a method's receiver.
type ruler struct{ k int }

func (r ruler) add(n int) int { return n + r.k }

// boundMethod makes a method value: a closure over a copy of the receiver,
// taken now, an object if it is kept.
func boundMethod() {
	r := ruler{size}
	apply = r.add
	r.k++
	// Allocs: 1
}

// methodForms prints when each form looks at its receiver. The method
// expression takes it as a parameter and captures nothing.
func methodForms() {
	r := ruler{1}
	value, expression := r.add, ruler.add
	literal := func(n int) int { return r.add(n) }
	r.k = 100
	fmt.Println("method value:", value(1))
	fmt.Println("method expression:", expression(r, 1))
	fmt.Println("literal:", literal(1))
	// Output:
	// method value: 2
	// method expression: 101
	// literal: 101
}

var step = func(n int) int { return n + 1 }

func plainStep(n int) int { return n + 1 }

// steppedByValue calls what a package variable holds: a load, an indirect
// call, nothing inlined: somebody could assign to step. A profile changes
// that (PGO, 1.22), at the price of a comparison.
func steppedByValue() {
	n := 0
	for i := 0; i < 1000; i++ {
		n = step(n)
	}
	result = n
	// Allocs: 0
}

// steppedLocally calls a literal through a variable that is assigned once.
// The compiler sees which function it is, and inlines it.
func steppedLocally() {
	n, k := 0, size
	local := func(n int) int { return n + k } // want inline "can inline"
	for i := 0; i < 1000; i++ {
		n = local(n) // want inline "inlining call"
	}
	result = n
	// Allocs: 0
	// Faster: 1.5x than steppedByValue
	// See: assembly
}

// A handler answers a path.
type handler func(path string) (string, error)

// A layer wraps a handler into another one.
type layer func(next handler) handler

// chain puts layers around h. The first is the outermost, so that the list
// reads in the order in which a request meets them. Hence the loop from the
// end: what is wrapped last is called first.
func chain(h handler, layers ...layer) handler {
	for i := len(layers) - 1; i >= 0; i-- {
		h = layers[i](h)
	}
	return h
}

// traced writes down who sees a request and who sees the answer.
func traced(name string, log *[]string) layer {
	return func(next handler) handler {
		return func(path string) (string, error) {
			*log = append(*log, name)
			answer, err := next(path)
			*log = append(*log, "/"+name)
			return answer, err
		}
	}
}

// guarded turns a panic below it into an error. The closure captures the
// named results, and calls recover itself.
func guarded(next handler) handler {
	return func(path string) (answer string, err error) {
		defer func() {
			if p := recover(); p != nil {
				answer, err = "", fmt.Errorf("%s: %v", path, p)
			}
		}()
		return next(path)
	}
}

// chained shows the order of layers, and what the place of the one that
// recovers decides: the trace inside of it is not finished.
func chained() {
	var log []string
	page := func(path string) (string, error) {
		if path == "/broken" {
			panic("no template")
		}
		return "page " + path, nil
	}
	h := chain(page, traced("access", &log), guarded, traced("cache", &log))

	for _, path := range []string{"/", "/broken"} {
		answer, err := h(path)
		fmt.Printf("%q %v %s\n", answer, err, strings.Join(log, " "))
		log = log[:0]
	}
	// Output:
	// "page /" <nil> access cache /cache /access
	// "" /broken: no template access cache /access
}

// A feed calls its subscribers.
type feed struct {
	mu   sync.Mutex
	last int
	subs map[int]func(string)
}

// subscribe returns the function that ends the subscription. Functions have
// no ==, so a token stands for one; the cancel function captures it and
// nobody else has to know that it exists. Calling it twice is harmless.
func (f *feed) subscribe(call func(string)) (cancel func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.subs == nil {
		f.subs = make(map[int]func(string))
	}
	f.last++
	token := f.last
	f.subs[token] = call
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.subs, token)
	}
}

// publish calls without the lock, so that a subscriber may cancel.
func (f *feed) publish(text string) (called int) {
	f.mu.Lock()
	calls := make([]func(string), 0, len(f.subs))
	for _, call := range f.subs {
		calls = append(calls, call)
	}
	f.mu.Unlock()
	for _, call := range calls {
		call(text)
	}
	return len(calls)
}

// cancelled removes one of two subscriptions of the same function, one of
// them from inside of its own call.
func cancelled() {
	var f feed
	seen := 0
	count := func(string) { seen++ }
	cancel := f.subscribe(count)
	f.subscribe(count)
	var once func()
	once = f.subscribe(func(string) { once() })

	fmt.Println(f.publish("a"), seen)
	cancel()
	cancel()
	fmt.Println(f.publish("b"), seen)
	// Output:
	// 3 2
	// 1 3
}

// maker is small enough to be inlined where it is called.
func maker() func() { return func() {} }

// nameOf is the name that a profile or a stack has for f.
func nameOf(f interface{}) string {
	return runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()
}

// names prints what literals are called. Names are made of the function
// around and a number; where inlining has copied a literal, of the copy's
// place too, on some releases. Group by them within one build only.
func names() {
	here := func() {}
	fmt.Println(nameOf(here))
	fmt.Println(nameOf(atStart))
	fmt.Println(nameOf(maker()))
	fmt.Println(nameOf(ruler.add), nameOf(ruler{}.add))
	// Output (!go1.21):
	// main.names.func1
	// main.glob..func1
	// main.names.func2
	// main.ruler.add main.ruler.add-fm
	// Output (go1.21 && !go1.22):
	// main.names.func1
	// main.glob..func1
	// main.names.maker.func2
	// main.ruler.add main.ruler.add-fm
	// Output (go1.22 && !go1.27):
	// main.names.func1
	// main.init.func1
	// main.names.maker.func2
	// main.ruler.add main.ruler.add-fm
	// Output (go1.27):
	// main.names.func1
	// main.init.func1
	// main.maker.func1
	// main.ruler.add main.ruler.add-fm
}

func main() {
	for _, run := range []func(){
		captured,
		capturedOnStack,
		capturedByValue,
		capturedByReference,
		capturedWide,
		boundMethod,
		methodForms,
		steppedByValue,
		steppedLocally,
		chained,
		cancelled,
		names,
	} {
		run()
	}
}
