//go:build ignore

// From start to exit: the order in which a program comes to be, what the
// linker leaves out, how a process ends, and a main that can be tested.
//
// Where a whole program is the subject, the case starts this file again to
// be that program; as and command, at the end, do it.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// These are the first package variables of the file; copiedValue says why.
var (
	issued   = 0
	first    = ticket()
	atStart  = issued
	workers  = 4
	_        = scaleUp()
	poolSize = workers
	mode     = "quiet"
	_        = beVerbose()
	logMode  = mode
)

func ticket() int    { issued++; return issued }
func scaleUp() int   { workers = 8; return 0 }
func beVerbose() int { mode = "debug"; return 0 }

// events is what happened so far. It has no initialiser, so it is ready
// before anything runs.
var events []string

func event(what string) int {
	events = append(events, what)
	return len(events)
}

// The order of these lines is not the order of their initialisation.
var (
	total   = gross() + event("total")
	vatRate = event("vatRate")
	net     = event("net")
)

func gross() int { return net * vatRate }

func init() { event("first init") }

func init() {
	// Goroutines run before main does. This one may even be waited for:
	// no lock is held while packages are initialised.
	done := make(chan struct{})
	go func() {
		event("goroutine of the second init")
		close(done)
	}()
	<-done
	event("second init")
}

// beforeMain lists what runs before main: package variables, each as soon
// as those that its initialiser mentions are ready, then the init
// functions, in the order of the text.
//
// total mentions net and vatRate, through gross. The earliest of those
// that are ready goes first, which is vatRate: between them the text
// decides, not the order in gross.
//
// All of it happens on the main goroutine, locked to the main thread, one
// package after the other. Between files "the order of the text" is that
// in which the go command hands them to the compiler, sorted by name, or
// as you list them after go run.
func beforeMain() {
	for _, e := range events {
		fmt.Println(e)
	}
	// Output:
	// vatRate
	// net
	// total
	// first init
	// goroutine of the second init
	// second init
}

// copiedValue copies variables that an earlier initialiser has changed. By
// the specification each copy sees the change.
//
// The compiler puts values into the object file where it can, and a copy
// of 4 looked as constant as the 4. Up to 1.21 it overlooked that a
// function had run in between. 1.22 saw assignments in such functions, but
// not issued++ in one that is inlined; 1.23 sees that too. Strings were
// always right: since -X of the linker may replace a string, its copies
// are made when the program starts.
//
// So a pool has had the wrong size for years, and gets another with the
// compiler. An initialiser should assign to its own variable alone.
func copiedValue() {
	fmt.Println("issued, at start:", issued, atStart)
	fmt.Println("workers, pool:", workers, poolSize)
	fmt.Println("mode, of the log:", mode, logMode)
	// Output (!go1.22):
	// issued, at start: 1 0
	// workers, pool: 8 4
	// mode, of the log: debug debug
	// Output (go1.22 && !go1.23):
	// issued, at start: 1 0
	// workers, pool: 8 8
	// mode, of the log: debug debug
	// Output (go1.23):
	// issued, at start: 1 1
	// workers, pool: 8 8
	// mode, of the log: debug debug
}

var _ = as("nothing", func() {})

var initLine = regexp.MustCompile(`(?m)^init (\S+) @`)

// packageOrder reads from GODEBUG=inittrace=1 which packages of the library
// had something to initialise, in their order.
//
// Up to 1.20 the order followed the import graph, so a new import could
// move packages that do not know each other. Since 1.21 the linker sorts
// by import path, and takes the first that is ready, again and again:
// errors waits for the runtime, math for nobody. Code that relies on an
// order without an import is found by the upgrade.
//
// io left the list in 1.21. Its variables are errors.New("EOF") and the
// like, which the compiler computes beforehand since then; an init that
// does nothing is free.
func packageOrder() {
	cmd := command("nothing")
	cmd.Env = append(cmd.Env, "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	if err != nil {
		fmt.Println(err)
	}
	rank := map[string]int{}
	for i, line := range initLine.FindAllSubmatch(trace, -1) {
		rank[string(line[1])] = i + 1
	}
	fmt.Println("math before errors:", rank["math"] < rank["errors"])
	fmt.Println("io has an init:", rank["io"] > 0)
	// Output (!go1.21):
	// math before errors: false
	// io has an init: true
	// Output (go1.21):
	// math before errors: true
	// io has an init: false
}

const listZones = false

// zones is used by code that is compiled and never reached.
var zones = map[string]string{
	"AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia",
	"CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin",
	"DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "ES": "Europe/Madrid",
	"FI": "Europe/Helsinki", "FR": "Europe/Paris", "GR": "Europe/Athens",
	"HR": "Europe/Zagreb", "HU": "Europe/Budapest", "IE": "Europe/Dublin",
}

func printZones() {
	for country, zone := range zones {
		fmt.Println(country, zone)
	}
}

// A report is printed by the name of a method.
type report struct{ rows int }

func (r report) Summary() string  { return strconv.Itoa(r.rows) }
func (r report) Appendix() string { return "a method that nobody calls" }

// inBinary reports whether a text is in this program. It takes the text in
// parts, lest looking for it puts it there.
func inBinary(parts ...string) bool {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return bytes.Contains(program, []byte(strings.Join(parts, "")))
}

// leftOut looks into its own binary for what the linker could leave out.
//
// Functions that nothing reaches go. So does the initialiser of a map
// since 1.21, if nothing reaches the map; before that each start of the
// program filled it. Methods stay if reflection could call them: a call of
// MethodByName with a name that the compiler can't see keeps each exported
// method of each type that is converted to an interface. A constant name
// keeps methods of that name alone, since 1.22.
//
// Nothing in this file has such a call. text/template does, and whoever
// imports it pays with the methods of all other packages.
func leftOut() {
	if listZones {
		printZones()
	}
	summary := reflect.ValueOf(report{3}).MethodByName("Summary").Call(nil)
	fmt.Println("rows:", summary[0])
	fmt.Println("the unreached map:", inBinary("Europe/", "Copenhagen"))
	fmt.Println("the unnamed method:", inBinary("that nobody ", "calls"))
	// Output (!go1.21):
	// rows: 3
	// the unreached map: true
	// the unnamed method: true
	// Output (go1.21 && !go1.22):
	// rows: 3
	// the unreached map: false
	// the unnamed method: true
	// Output (go1.22):
	// rows: 3
	// the unreached map: false
	// the unnamed method: false
}

// endings are ways in which a process can end.
var endings = map[string]func(){
	"return":    func() {},
	"Exit(3)":   func() { os.Exit(3) },
	"Exit(-1)":  func() { os.Exit(-1) },
	"log.Fatal": func() { log.Fatal("no configuration") },
	"panic":     func() { panic("no configuration") },
	"elsewhere": func() { go panic("no configuration"); select {} },
	"Goexit":    func() { runtime.Goexit() },
	"deadlock":  func() { select {} },
	"SIGTERM":   func() { kill(syscall.SIGTERM) },
	"SIGQUIT":   func() { kill(syscall.SIGQUIT) },
}

func kill(s syscall.Signal) {
	syscall.Kill(os.Getpid(), s)
	select {}
}

var _ = as("ending", func() {
	defer fmt.Println("deferred")
	endings[os.Args[1]]()
})

// ends shows how a process ends, whether main's deferred functions run
// first, and what its parent sees.
//
// Three ways run them: return, panic on this goroutine, and Goexit. 2 is
// the runtime's own status, for a panic, a fatal error and a dump, so give
// it no other meaning. (package flag does, for a wrong usage.) A negative
// or large status is cut to 8 bits. Death by a signal is not a status at
// all; shells write 128 and the signal's number.
func ends() {
	for _, way := range []string{
		"return", "Exit(3)", "Exit(-1)", "log.Fatal", "panic",
		"elsewhere", "Goexit", "deadlock", "SIGTERM", "SIGQUIT",
	} {
		out, err := command("ending", way).Output()
		fmt.Println(way, "deferred:", len(out) > 0, "ended:", err)
	}
	// Output:
	// return deferred: true ended: <nil>
	// Exit(3) deferred: false ended: exit status 3
	// Exit(-1) deferred: false ended: exit status 255
	// log.Fatal deferred: false ended: exit status 1
	// panic deferred: true ended: exit status 2
	// elsewhere deferred: false ended: exit status 2
	// Goexit deferred: true ended: exit status 2
	// deadlock deferred: false ended: exit status 2
	// SIGTERM deferred: false ended: signal: terminated
	// SIGQUIT deferred: false ended: exit status 2
}

var _ = as("crash", func() {
	waiting := make(chan struct{})
	go func() {
		close(waiting)
		select {}
	}()
	<-waiting
	panic("no configuration")
})

var goroutineLine = regexp.MustCompile(`(?m)^goroutine [0-9]`)

// tracebacks counts the goroutines in the trace of a panic, by GOTRACEBACK.
//
// There are two of the program's own. The default, single, shows the one
// that panicked; a fatal error shows all in any case. system adds those of
// the runtime: the forced collection, sweeper, scavenger, finalizers, and
// since 1.25 one that follows the cgroup's CPU limit. crash ends with
// SIGABRT for a core dump.
//
// 1 is the old name of all, not of single. A word that is not known turns
// traces off, so a misspelt level is worse than none.
func tracebacks() {
	for _, level := range []string{
		"single", "all", "system", "crash", "1", "full",
	} {
		cmd := command("crash")
		cmd.Env = append(cmd.Env, "GOTRACEBACK="+level)
		trace, err := cmd.CombinedOutput()
		n := len(goroutineLine.FindAll(trace, -1))
		fmt.Printf("%s: %d goroutines, %v\n", level, n, err)
	}
	// Output (!go1.25):
	// single: 1 goroutines, exit status 2
	// all: 2 goroutines, exit status 2
	// system: 6 goroutines, exit status 2
	// crash: 6 goroutines, signal: aborted
	// 1: 2 goroutines, exit status 2
	// full: 0 goroutines, exit status 2
	// Output (go1.25):
	// single: 1 goroutines, exit status 2
	// all: 2 goroutines, exit status 2
	// system: 7 goroutines, exit status 2
	// crash: 7 goroutines, signal: aborted
	// 1: 2 goroutines, exit status 2
	// full: 0 goroutines, exit status 2
}

var _ = as("println", func() { println("load", 1.5, "of", 4) })
var _ = as("Fprintln", func() {
	fmt.Fprintln(os.Stderr, "load", 1.5, "of", 4)
})
var _ = as("log", func() {
	log.SetFlags(0)
	log.Println("load", 1.5, "of", 4)
})

// writes starts a program and reads each write to its standard error by
// itself: a socket of this kind keeps their boundaries.
func writes(name string) (all []string) {
	const kind = syscall.SOCK_SEQPACKET
	pair, err := syscall.Socketpair(syscall.AF_UNIX, kind, 0)
	if err != nil {
		panic(err)
	}
	defer syscall.Close(pair[0])
	cmd := command(name)
	stderr := os.NewFile(uintptr(pair[1]), "stderr")
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	stderr.Close()
	packet := make([]byte, 1<<12)
	for {
		n, err := syscall.Read(pair[0], packet)
		if n <= 0 || err != nil {
			break
		}
		all = append(all, string(packet[:n]))
	}
	cmd.Wait()
	return all
}

// threePrinters compares the println of the language with those of the
// library: how often each writes, and what.
//
// The built-in one writes to descriptor 2, each argument by itself. A lock
// keeps two goroutines apart, but not two processes that share a terminal
// or a log file: their words mix. fmt and log call write once. On a pipe
// that is one piece, up to 4096 bytes; longer lines may mix, too.
//
// Its format is nobody's promise: up to 1.25 floats had seven digits and
// an exponent. The specification does not even promise that it stays in
// the language. What it has, and fmt lacks: it never allocates.
func threePrinters() {
	for _, name := range []string{"println", "Fprintln", "log"} {
		w := writes(name)
		fmt.Printf("%s: %d writes, %q\n", name, len(w), strings.Join(w, ""))
	}
	// Output (!go1.26):
	// println: 5 writes, "load +1.500000e+000 of 4\n"
	// Fprintln: 1 writes, "load 1.5 of 4\n"
	// log: 1 writes, "load 1.5 of 4\n"
	// Output (go1.26):
	// println: 5 writes, "load 1.5 of 4\n"
	// Fprintln: 1 writes, "load 1.5 of 4\n"
	// log: 1 writes, "load 1.5 of 4\n"
}

var _ = as("copy", func() {
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	fmt.Println("copying")
	fmt.Fprintln(f, "row 1")
})

// closedAtStart starts a program without a standard output, as a daemon
// may be, and shows the file that it writes.
//
// The kernel gives the lowest free number to whoever opens next. Up to
// 1.21 that was the program's first file, and all that it printed went
// there. Since 1.22 the runtime looks before anything else and opens
// /dev/null for each of the three that is missing. Closing one later has
// the old effect, on every release.
func closedAtStart() {
	dir, err := os.MkdirTemp("", "copy")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := dir + "/rows"
	cmd := command("copy", path)
	p, err := os.StartProcess(cmd.Path, cmd.Args, &os.ProcAttr{
		Env:   cmd.Env,
		Files: []*os.File{os.Stdin, nil, os.Stderr},
	})
	if err != nil {
		panic(err)
	}
	p.Wait()
	rows, err := os.ReadFile(path)
	fmt.Printf("%q %v\n", rows, err)
	// Output (!go1.22): "copying\nrow 1\n" <nil>
	// Output (go1.22): "row 1\n" <nil>
}

var (
	sink, _ = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	toSink  = bufio.NewWriter(sink)
	names   = strings.Fields(strings.Repeat("customer ", 100))
)

// printed writes 100 names with Fprintln, as Println would: one system
// call for each, and one allocation, which makes the string an any.
//
// os.Stdout has no buffer, so that nothing is lost when the process ends
// by other ways than return.
func printed() {
	for _, name := range names {
		fmt.Fprintln(sink, name)
	}
	// Allocs: 100
}

// collected writes them into a buffer of 4096 bytes, and the buffer once.
//
// In return somebody has to call Flush on every way out, and look at its
// error. Strings go in as they are, not as an any.
func collected() {
	for _, name := range names {
		toSink.WriteString(name)
		toSink.WriteByte('\n')
	}
	toSink.Flush()
	// Allocs: 0
	// Faster: 10x than printed
}

// A usageError is the caller's mistake.
type usageError struct{ error }

// sum is a whole program: it adds the numbers that it reads. What it needs
// of the world are its parameters.
func sum(ctx context.Context, args []string, in io.Reader,
	out io.Writer) error {
	flags := flag.NewFlagSet("sum", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	unit := flags.String("unit", "", "what is added")
	if err := flags.Parse(args); err != nil {
		return usageError{err}
	}
	if flags.NArg() > 0 {
		return usageError{fmt.Errorf("unexpected %q", flags.Args())}
	}
	total := 0
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			return fmt.Errorf("adding: %w", err)
		}
		total += n
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("reading numbers: %w", err)
	}
	_, err := fmt.Fprintln(out, total, *unit)
	return err
}

// status is what main passes to os.Exit, and the one place that knows the
// numbers.
func status(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		return 64 // EX_USAGE of sysexits.h; 2 is the runtime's
	}
	return 1
}

// wholeProgram tries a program without starting a process.
//
// Its main has four lines and nothing to test: make a context that ends
// with SIGTERM, call sum with os.Args[1:], os.Stdin and os.Stdout, print
// the error, os.Exit(status(err)). Nothing below main calls os.Exit, reads
// os.Args or prints to os.Stdout.
func wholeProgram() {
	for _, try := range []struct{ args, in string }{
		{"-unit kg", "1\n2\n"},
		{"", "1\ntwo\n"},
		{"-units kg", ""},
		{"kg", ""},
	} {
		var out strings.Builder
		in := strings.NewReader(try.in)
		err := sum(context.Background(), strings.Fields(try.args), in, &out)
		fmt.Printf("%d %q %v\n", status(err), out.String(), err)
	}
	// Output:
	// 0 "3 kg\n" <nil>
	// 1 "" adding: strconv.Atoi: parsing "two": invalid syntax
	// 64 "" flag provided but not defined: -units
	// 64 "" unexpected ["kg"]
}

// stoppedBy ends a context by a signal and asks it why.
//
// Without a handler SIGTERM ends the process and no deferred function
// runs; with one it is a value. Since 1.26 the cause of the context names
// the signal, so that the last line of the log can.
//
// stop is called at once: a second signal then ends the process.
func stoppedBy() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	syscall.Kill(os.Getpid(), syscall.SIGTERM)
	<-ctx.Done()
	stop()
	fmt.Println(ctx.Err())
	fmt.Println(context.Cause(ctx))
	// Since: 1.20 context.Cause
	// Output (!go1.26):
	// context canceled
	// context canceled
	// Output (go1.26):
	// context canceled
	// terminated signal received
}

// as turns this process into a program when it was started to be that one.
// It is called by the initialisers above, so main does not begin.
func as(name string, program func()) bool {
	if os.Getenv("PROGRAM") != name {
		return false
	}
	program()
	os.Exit(0)
	return true
}

// command starts this file again, to be the program of that name.
func command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "PROGRAM="+name, "GOTRACEBACK=single")
	return cmd
}

func main() {
	for _, run := range []func(){
		beforeMain,
		copiedValue,
		packageOrder,
		leftOut,
		ends,
		tracebacks,
		threePrinters,
		closedAtStart,
		printed,
		collected,
		wholeProgram,
		stoppedBy,
	} {
		run()
	}
}
