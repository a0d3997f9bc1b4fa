//go:build ignore

// Pitfalls between start and exit: what is not initialised yet, who has the
// descriptor, which status the caller sees, and what the end leaves undone.
//
// Where a whole program is the subject, the case starts this file again to
// be that program; as and command, at the end, do it.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A target is where the orders are stored. It comes from production in the
// binary that is shipped, and from a fake in tests.
type target interface {
	address() (host string, timeout time.Duration)
}

type production struct{}

func (production) address() (string, time.Duration) {
	return ordersHost, ordersTimeout
}

// A client talks to the target.
type client struct {
	host    string
	timeout time.Duration
}

func newClient(t target) client {
	host, timeout := t.address()
	return client{host, timeout}
}

var (
	shipped target = production{}
	orders         = newClient(shipped)

	ordersHost    = inZone("orders")
	ordersTimeout = seconds(5)
)

func inZone(name string) string   { return name + ".eu.internal" }
func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// show prints where a client goes, and how long it waits.
func show(c client) {
	fmt.Printf("host: %q\n", c.host)
	fmt.Printf("timeout: %v\n", c.timeout)
}

// calledTooEarly makes a client with a timeout of zero: a package variable
// is read before it is initialised.
//
// The specification sorts package variables by what their initialisers
// mention, through functions and methods, in whichever file they stand. A
// call through an interface mentions nothing. So orders depends on shipped
// alone, may go first, and reads zero values.
//
// It looked right because it was: both values were constants once, and
// those are in the file before anything runs. The host still is, but only
// since 1.21, which computes small functions beforehand. Up to 1.20 it is
// "", and a function that is too large to inline brings that back. So one
// of two equal lines is right, by courtesy of the compiler.
//
// The pager said: no timeout. A call hung for two hours, since zero means
// for ever. Look for package variables whose initialisers call through an
// interface, a map or a slice of functions; no tool reports them.
func calledTooEarly() {
	show(orders)
	// Output (!go1.21):
	// host: ""
	// timeout: 0s
	// Output (go1.21):
	// host: "orders.eu.internal"
	// timeout: 0s
}

// calledTooEarlyFixed makes the client when main runs: everything above is
// initialised by then.
//
// It costs a parameter wherever the client is used, and that parameter is
// what a test wants to replace.
func calledTooEarlyFixed() {
	show(newClient(shipped))
	// Output:
	// host: "orders.eu.internal"
	// timeout: 5s
}

// loadEnv sets the variables of a .env file.
func loadEnv(file string) {
	for _, line := range strings.Split(file, "\n") {
		if i := strings.IndexByte(line, '='); i > 0 {
			os.Setenv(line[:i], line[i+1:])
		}
	}
}

func intFromEnv(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// rowLimit is how many rows one export may have.
var rowLimit = intFromEnv("EXPORT_ROW_LIMIT", 1000000)

// readTooEarly ignores what the operator configured: the environment is
// read while packages are initialised, and completed in main.
//
// In the cluster the variable is set before the process starts, and there
// it works. On the one machine with a .env file, and in each test with
// Setenv, the default wins. Nobody sees an error, since a default is what
// was asked for.
//
// What you see is a limit in the log that no file contains. The same holds
// for flags: a package variable that reads *timeout reads the default,
// since main has not parsed yet. Look for os.Getenv and pointers of
// package flag outside of functions.
func readTooEarly() {
	loadEnv("EXPORT_ROW_LIMIT=500\n")
	fmt.Println("limit:", rowLimit)
	// Output:
	// limit: 1000000
}

// readTooEarlyFixed reads the environment where it is complete, and hands
// the value on.
//
// Give main a function that turns the environment into one struct, and let
// nothing else call Getenv. Then a list of all settings exists as well.
func readTooEarlyFixed() {
	loadEnv("EXPORT_ROW_LIMIT=500\n")
	limit := intFromEnv("EXPORT_ROW_LIMIT", 1000000)
	fmt.Println("limit:", limit)
	// Output:
	// limit: 500
}

// expire deletes the builds in a folder. It returns how many it deleted.
func expire(dryRun bool) (deleted int) {
	if dryRun {
		return 0
	}
	return 3
}

// dryRunBehind deletes what it was asked to list: package flag stops at
// the first argument that is none, and -dry-run comes after it.
//
// Most tools that operators know accept flags anywhere, those of GNU and
// cobra among them, so the command in the runbook looked fine. The second
// argument is not refused, it is an argument. The program does not count
// them.
//
// The same silence meets "-dry-run false": a bool flag takes its value by
// "=" only, so that is true, and false is a folder. In production it is a
// deletion that a script had announced as a rehearsal. Look for Parse
// without a look at NArg.
func dryRunBehind() {
	args := []string{"builds/2021", "-dry-run"}
	flags := flag.NewFlagSet("expire", flag.ContinueOnError)
	dryRun := flags.Bool("dry-run", false, "delete nothing")
	if err := flags.Parse(args); err != nil {
		fmt.Println("usage:", err)
		return
	}
	fmt.Println("folder:", flags.Arg(0))
	fmt.Println("deleted:", expire(*dryRun))
	// Output:
	// folder: builds/2021
	// deleted: 3
}

// dryRunBehindFixed parses what follows the folder as well, and refuses
// what is left then.
//
// It makes a file whose name begins with a dash unreachable without "./",
// as elsewhere. Whoever wants less writes the check alone: NArg() != 1 is
// an error.
func dryRunBehindFixed() {
	args := []string{"builds/2021", "-dry-run"}
	flags := flag.NewFlagSet("expire", flag.ContinueOnError)
	dryRun := flags.Bool("dry-run", false, "delete nothing")
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		fmt.Println("usage:", err)
		return
	}
	folder := flags.Arg(0)
	err := flags.Parse(flags.Args()[1:])
	if err != nil || flags.NArg() > 0 {
		fmt.Println("usage:", flags.Args(), err)
		return
	}
	fmt.Println("folder:", folder)
	fmt.Println("deleted:", expire(*dryRun))
	// Output:
	// folder: builds/2021
	// deleted: 0
}

// unknown returns how many addresses belong to no customer.
func unknown(addresses []string) (n int) {
	for _, a := range addresses {
		if !strings.HasSuffix(a, "@example.com") {
			n++
		}
	}
	return n
}

var _ = as("check", func() { os.Exit(unknown(os.Args[1:])) })

// countAsStatus lets a deploy go on with 256 broken addresses: the status
// of a process has 8 bits here, and the rest of the count is gone.
//
// The number was meant as a service to scripts, and os.Exit takes an int.
// Its documentation speaks of 0 to 125, and nothing checks: os.Exit(-1) is
// 255, os.Exit(256) is success. Tests had 0, 1 and 3 broken addresses.
//
// It waits for the day on which very much is broken. Windows would pass 32
// bits on, so a tool that is tested there is no safer here.
func countAsStatus() {
	for _, n := range []int{0, 255, 256, 257} {
		broken := strings.Fields(strings.Repeat("nobody ", n))
		err := command("check", broken...).Run()
		fmt.Printf("%d broken: %v\n", n, err)
	}
	// Output:
	// 0 broken: <nil>
	// 255 broken: exit status 255
	// 256 broken: <nil>
	// 257 broken: exit status 1
}

var _ = as("check again", func() {
	if n := unknown(os.Args[1:]); n > 0 {
		fmt.Fprintln(os.Stderr, n, "addresses belong to no customer")
		os.Exit(1)
	}
})

// countAsStatusFixed has one status for one meaning, and writes the count
// as text.
//
// A script that wants the number has to read it from the output, which is
// where it can be larger than 255.
func countAsStatusFixed() {
	for _, n := range []int{0, 255, 256, 257} {
		broken := strings.Fields(strings.Repeat("nobody ", n))
		err := command("check again", broken...).Run()
		fmt.Printf("%d broken: %v\n", n, err)
	}
	// Output:
	// 0 broken: <nil>
	// 255 broken: exit status 1
	// 256 broken: exit status 1
	// 257 broken: exit status 1
}

// alter is a migration that fails.
func alter() error { return errors.New("alter table: lock wait timeout") }

// lock creates the file that says that a migration is running.
func lock(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.New("another migration is running")
	}
	return f.Close()
}

var _ = as("migrate", func() {
	log.SetFlags(0)
	path := os.Args[1]
	if err := lock(path); err != nil {
		log.Fatal(err)
	}
	defer os.Remove(path)
	if err := alter(); err != nil {
		log.Fatal(err)
	}
})

// twice runs a program two times and prints what it says.
func twice(name string) {
	dir, err := os.MkdirTemp("", "migration")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for _, run := range []string{"first", "second"} {
		cmd := command(name, filepath.Join(dir, "lock"))
		said, err := cmd.CombinedOutput()
		fmt.Printf("%s: %s (%v)\n", run, strings.TrimSpace(string(said)), err)
	}
}

// fatalKeepsLock blocks all later migrations after one that failed:
// log.Fatal ends the process, and the deferred removal of the lock with it.
//
// Read from top to bottom it is correct: the lock is taken, its release is
// deferred, each error is reported. But Fatal is os.Exit(1) behind a log
// line, and os.Exit runs no deferred function, of no goroutine. The test
// of the failure looked at the status.
//
// The second line is what the pager gets, an hour after the first, which
// had been repaired. With other resources it is a buffer that is not
// flushed, a profile of 0 bytes, a lease that blocks until it expires.
// staticcheck has no check for it; gocritic's exitAfterDefer does.
func fatalKeepsLock() {
	twice("migrate")
	// Output:
	// first: alter table: lock wait timeout (exit status 1)
	// second: another migration is running (exit status 1)
}

// migrate returns its errors, so that what it deferred runs.
func migrate(path string) error {
	if err := lock(path); err != nil {
		return err
	}
	defer os.Remove(path)
	return alter()
}

var _ = as("migrate again", func() {
	log.SetFlags(0)
	if err := migrate(os.Args[1]); err != nil {
		log.Fatal(err)
	}
})

// fatalKeepsLockFixed ends the process in one place, with nothing deferred
// above it.
//
// A crash or a kill still leaves the file. A lock that the kernel releases
// (flock, a socket, a session of the database) does not outlive its
// process, and is the better one.
func fatalKeepsLockFixed() {
	twice("migrate again")
	// Output:
	// first: alter table: lock wait timeout (exit status 1)
	// second: alter table: lock wait timeout (exit status 1)
}

// importPrices reads prices; a row without a comma is a bug of the sender.
func importPrices(rows []string) (sum int) {
	for _, row := range rows {
		cents, _ := strconv.Atoi(strings.Split(row, ",")[1])
		sum += cents
	}
	return sum
}

var _ = as("import", func() {
	status := 0
	defer func() { os.Exit(status) }() // first, so that it runs last
	defer fmt.Println("closed the database")
	if sum := importPrices([]string{"tea,250", "rice"}); sum == 0 {
		status = 1
	}
})

// deferredExit swallows a panic: the deferred os.Exit ends the process
// with status 0 before the runtime has printed a word.
//
// It is the idiom of those who know that os.Exit skips deferred functions:
// exit in the first of them, which runs after all others. A panic runs
// them too, prints its trace only after the last one has returned, and
// the last one does not return.
//
// The pager is silent. The job is green, and prices are those of last
// week. A TestMain of this shape hides the panics of its set-up. Search for
// os.Exit inside of a deferred function.
func deferredExit() {
	out, err := command("import").CombinedOutput()
	said := string(out)
	fmt.Println("deferred ran:", strings.Contains(said, "closed the"))
	fmt.Println("panic reported:", strings.Contains(said, "panic: "))
	fmt.Println("ended:", err)
	// Output:
	// deferred ran: true
	// panic reported: false
	// ended: <nil>
}

// importAll returns the status that main ends with.
func importAll() int {
	defer fmt.Println("closed the database")
	if sum := importPrices([]string{"tea,250", "rice"}); sum == 0 {
		return 1
	}
	return 0
}

var _ = as("import again", func() { os.Exit(importAll()) })

// deferredExitFixed passes a result to os.Exit. When importAll panics
// there is none, and main does not get as far.
//
// The price is a second function, which can be tested without a process.
func deferredExitFixed() {
	out, err := command("import again").CombinedOutput()
	said := string(out)
	fmt.Println("deferred ran:", strings.Contains(said, "closed the"))
	fmt.Println("panic reported:", strings.Contains(said, "panic: "))
	fmt.Println("ended:", err)
	// Output:
	// deferred ran: true
	// panic reported: true
	// ended: exit status 2
}

var invoices = []string{"1,acme,1200", "2,zeta,80", "3,acme,35"}

var _ = as("export", func() {
	fmt.Println("id,customer,cents")
	for _, i := range invoices {
		fmt.Println(i)
	}
})

// toFullDisk runs a program whose output can't be written. The descriptor
// is open for reading alone: each write fails, as on a full disk.
func toFullDisk(name string) error {
	f, err := os.Open(os.DevNull)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	cmd := command(name)
	cmd.Stdout = f
	return cmd.Run()
}

// printedToNobody exports invoices onto a full disk and reports success:
// what Println returns is thrown away, as everywhere.
//
// Nobody checks Println, and errcheck leaves it out by default, because a
// program that can't print can't complain either. That holds for messages.
// Here standard output is the product.
//
// The file has 0 bytes, or ends at a block of the file system in the
// middle of a row; the status is 0, and the archive keeps it for ten years.
// Look for fmt.Print in programs whose output is redirected to a file.
func printedToNobody() {
	fmt.Println("ended:", toFullDisk("export"))
	// Output:
	// ended: <nil>
}

// export writes the invoices, or says why it could not.
func export(to io.Writer) error {
	w := bufio.NewWriter(to)
	fmt.Fprintln(w, "id,customer,cents")
	for _, i := range invoices {
		fmt.Fprintln(w, i)
	}
	return w.Flush()
}

var _ = as("export again", func() {
	if err := export(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "exporting invoices:", err)
		os.Exit(1)
	}
})

// printedToNobodyFixed writes through a bufio.Writer, which keeps its first
// error until Flush returns it: one check for all rows.
//
// It saves a system call for each row as well, and asks for the Flush on
// every way out. A file that you have opened yourself can fail at Close.
func printedToNobodyFixed() {
	fmt.Println("ended:", toFullDisk("export again"))
	// Output:
	// ended: exit status 1
}

// book appends a line to the ledger.
func book(ledger, line string) error {
	const mode = os.O_CREATE | os.O_APPEND | os.O_WRONLY
	f, err := os.OpenFile(ledger, mode, 0o600)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(f, line); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// move books a transfer, two lines in a ledger, and says how far it is.
func move(ledger string) {
	for _, line := range []string{"debit acme 1200", "credit zeta 1200"} {
		if err := book(ledger, line); err != nil {
			log.Fatal(err)
		}
		fmt.Println("done:", line)
	}
}

var _ = as("move", func() { move(os.Args[1]) })

// intoClosedPipe runs a program that prints to a reader who has gone, and
// shows the ledger that it leaves.
func intoClosedPipe(name string) {
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ledger := filepath.Join(dir, "ledger")
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	r.Close()
	cmd := command(name, ledger)
	cmd.Stdout = w
	fmt.Println("ended:", cmd.Run())
	w.Close()
	booked, _ := os.ReadFile(ledger)
	lines := strings.Split(strings.TrimSpace(string(booked)), "\n")
	fmt.Println("ledger:", strings.Join(lines, ", "))
}

// pipedThroughHead takes money from one account and gives it to none: a
// progress message kills the program between the two bookings.
//
// Somebody ran it with "| head -1", or over a connection that broke. On a
// pipe without a reader the kernel answers EPIPE, and for descriptors 1
// and 2 package os turns that into death by SIGPIPE, so that pipelines end
// as those of C programs do. On any other descriptor, sockets included, it
// is an error like others. No deferred function runs, no error is
// returned, and nothing is logged: that would go to the same terminal.
//
// What you see is the status, 141 in a shell ("signal: broken pipe"), if
// anybody looks. Look for prints in programs that change something.
func pipedThroughHead() {
	intoClosedPipe("move")
	// Output:
	// ended: signal: broken pipe
	// ledger: debit acme 1200
}

var _ = as("move again", func() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	move(os.Args[1])
})

// pipedThroughHeadFixed asks for SIGPIPE, after which the write returns an
// error. Nobody needs to receive from the channel.
//
// signal.Ignore has the same effect here and is inherited by the programs
// you start, whose pipelines then do not end. A crash between the bookings
// still loses one of them; only a transaction helps against that.
func pipedThroughHeadFixed() {
	intoClosedPipe("move again")
	// Output:
	// ended: <nil>
	// ledger: debit acme 1200, credit zeta 1200
}

// someTimeLater collects until the descriptor is closed, or long enough.
func someTimeLater(descriptor int) {
	var st syscall.Stat_t
	for i := 0; i < 50 && syscall.Fstat(descriptor, &st) == nil; i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}

// bookAndCrash opens the journal, writes to it, and has a bug.
func bookAndCrash(journal string) {
	f, err := os.Create(journal)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(f, "paid 1200")
	var sums map[string]int
	sums["acme"] += 1200
}

// logTo sends what is logged or printed as an error to a file.
func logTo(path string) {
	f, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	log.SetOutput(f)
	os.Stderr = f
}

var _ = as("serve", func() {
	logTo(os.Args[1])
	someTimeLater(2)
	bookAndCrash(os.Args[2])
})

// journalAfter runs a program that logs to a file, keeps a journal and
// crashes, and shows the first lines of the journal.
func journalAfter(name string) {
	dir, err := os.MkdirTemp("", "serve")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	journal := filepath.Join(dir, "journal")
	command(name, filepath.Join(dir, "log"), journal).Run()
	text, err := os.ReadFile(journal)
	if err != nil {
		panic(err)
	}
	lines := strings.SplitN(string(text), "\n", 3)
	fmt.Println("journal:", strings.Join(lines[:2], " | "))
}

// stderrAssigned writes a crash into the journal: descriptor 2 was closed
// behind everyone's back, and the journal got it.
//
// os.Stderr is a variable. Assign to it, and nothing refers to the old
// *os.File any more; the next collections finalise it, and that closes
// descriptor 2. The kernel gives the lowest free number to the next file,
// socket or pipe. The runtime has not heard of the variable. It prints
// panics, fatal errors and println to descriptor 2, whatever that is now.
//
// In production the journal can't be replayed, or a customer receives a
// stack trace, and the crash is in no log. Whether it happens depends on
// one reference: package log holds the old file, until SetOutput, which is
// in the line above. Look for assignments to os.Stdout and os.Stderr.
func stderrAssigned() {
	journalAfter("serve")
	// Output:
	// journal: paid 1200 | panic: assignment to entry in nil map
}

// standardError is kept for as long as the process runs.
var standardError *os.File

var _ = as("serve again", func() {
	standardError = os.Stderr
	logTo(os.Args[1])
	someTimeLater(2)
	bookAndCrash(os.Args[2])
})

// stderrAssignedFixed keeps the old file, so that its descriptor stays
// open and means what it meant.
//
// The crash then goes to the old standard error, where a supervisor reads
// it. To have it in the log too, call debug.SetCrashOutput (1.23), or
// duplicate the log's descriptor onto 2 instead of assigning.
func stderrAssignedFixed() {
	journalAfter("serve again")
	// Output:
	// journal: paid 1200 |
}

// A trail keeps audit records and writes them in batches.
type trail struct {
	records chan string
	done    chan struct{}
}

const batchSize = 100

// newTrail starts the goroutine that writes.
func newTrail(to io.Writer) *trail {
	t := &trail{make(chan string), make(chan struct{})}
	go func() {
		defer close(t.done)
		var batch []string
		write := func() {
			for _, r := range batch {
				fmt.Fprintln(to, r)
			}
			batch = nil
		}
		defer write()
		for r := range t.records {
			if batch = append(batch, r); len(batch) == batchSize {
				write()
			}
		}
	}()
	return t
}

// close writes what is left and returns when that is done.
func (t *trail) close() {
	close(t.records)
	<-t.done
}

var _ = as("grant", func() {
	t := newTrail(os.Stdout)
	for user := 0; user < 250; user++ {
		t.records <- fmt.Sprint("granted admin to user ", user)
	}
})

// lastBatch loses the end of the audit trail, each time: main returns, and
// with it ends the goroutine that has 50 records in its hands.
//
// Its author deferred the last write, and the review approved: "all ways
// out are covered". Those of the goroutine are. When main returns, the
// process ends; other goroutines are not told, and none of their deferred
// functions runs. In the test 100 records were granted.
//
// What you see is a trail that ends at a round number. Look for goroutines
// that buffer and have no method that waits for them.
func lastBatch() {
	out, err := command("grant").Output()
	fmt.Println("recorded:", strings.Count(string(out), "\n"), "of 250", err)
	// Output:
	// recorded: 200 of 250 <nil>
}

var _ = as("grant again", func() {
	t := newTrail(os.Stdout)
	defer t.close()
	for user := 0; user < 250; user++ {
		t.records <- fmt.Sprint("granted admin to user ", user)
	}
})

// lastBatchFixed closes the trail and waits, in a function that returns.
//
// Whoever starts a goroutine owes the caller a way to end it. os.Exit, and
// log.Fatal behind it, would skip this defer as well.
func lastBatchFixed() {
	out, err := command("grant again").Output()
	fmt.Println("recorded:", strings.Count(string(out), "\n"), "of 250", err)
	// Output:
	// recorded: 250 of 250 <nil>
}

// refresh fills the prices of a region. One map has not been made.
func refresh(region string) {
	prices := map[string]map[string]int{"eu": {}}
	prices[region]["tea"] = 250
}

var _ = as("refresh", func() {
	var wg sync.WaitGroup
	for _, region := range []string{"eu", "us"} {
		wg.Add(1)
		go func(region string) {
			defer log.Println("closed", region)
			defer wg.Done()
			refresh(region)
		}(region)
	}
	wg.Wait()
	os.Exit(0)
})

// doneBeforePanic reports success while a worker panics: Done is deferred,
// so it runs before the trace is printed, and Wait lets main go.
//
// From there it is a race between os.Exit(0) and the goroutine that has
// other deferred calls to make before it may print. Each line is what one
// learns: Done is deferred, so that no way out is forgotten, and os.Exit is
// called once, in main.
//
// A return instead of os.Exit makes it rarer, since the runtime looks for
// panics under way, and does not exclude it. WaitGroup.Go has the race in
// 1.25; since 1.26 it does not call Done in a panic. The pager: a nightly
// job, red and green in turns, on the same input; green without a trace.
func doneBeforePanic() {
	_, err := command("refresh").CombinedOutput()
	fmt.Println("ended:", err)
	// Outcomes: ended: <nil> | ended: exit status 2
}

var _ = as("refresh again", func() {
	regions := []string{"eu", "us"}
	failed := make(chan error, len(regions))
	var wg sync.WaitGroup
	for _, region := range regions {
		wg.Add(1)
		go func(region string) {
			defer log.Println("closed", region)
			defer wg.Done()
			defer func() {
				if v := recover(); v != nil {
					failed <- fmt.Errorf("%s: %v", region, v)
				}
			}()
			refresh(region)
		}(region)
	}
	wg.Wait()
	if len(failed) > 0 {
		log.Fatal(<-failed)
	}
})

// doneBeforePanicFixed makes the panic a result before Done can run.
//
// Add debug.Stack() to the error, since its trace is gone otherwise. Where
// a panic should end the process, call Done without defer, as its last
// statement: then nothing wakes main up, and the panic has all the time.
func doneBeforePanicFixed() {
	_, err := command("refresh again").CombinedOutput()
	fmt.Println("ended:", err)
	// Output: ended: exit status 1
}

// drainThatHangs stands for a shutdown that does not come to its end. It
// repeats what it is told, which shows that the process is alive.
func drainThatHangs() { io.Copy(os.Stdout, os.Stdin) }

var _ = as("drain", func() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println("draining")
	drainThatHangs()
})

// interruptedTwice interrupts a program when it is ready and again when it
// drains, and then looks whether it is still there.
func interruptedTwice(name string) {
	cmd := command(name)
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	lines := bufio.NewScanner(out)
	for i := 0; i < 2; i++ {
		lines.Scan()
		fmt.Println(lines.Text())
		cmd.Process.Signal(os.Interrupt)
	}
	answers := 0
	for answers < 1000 {
		fmt.Fprintln(in, "still there?")
		if !lines.Scan() {
			break
		}
		answers++
	}
	fmt.Println("answers for ever:", answers == 1000)
	in.Close()
	fmt.Println("ended:", cmd.Wait())
}

// secondInterrupt makes a program immune against Ctrl-C from the first one
// on: the drain hangs, and nothing but SIGKILL ends it.
//
// "defer stop()" stands where every example has it, right below the call.
// Until it runs, all interrupts go into a channel of the context, which
// has been cancelled already: they are swallowed. Without a handler the
// first one was enough.
//
// Locally people learn to use kill -9, which skips what the drain was for.
// In a cluster each deploy takes the whole grace period. Look for
// NotifyContext whose stop is only deferred.
func secondInterrupt() {
	interruptedTwice("drain")
	// Output:
	// ready
	// draining
	// answers for ever: true
	// ended: <nil>
}

var _ = as("drain again", func() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Println("ready")
	<-ctx.Done()
	stop()
	fmt.Println("draining")
	drainThatHangs()
})

// secondInterruptFixed calls stop as soon as the context is done: from
// then on the signal does what it did without a handler.
//
// stop may be called again, so the defer can stay. Bound the drain too,
// by a context with a timeout that is not a child of this one.
func secondInterruptFixed() {
	interruptedTwice("drain again")
	// Output:
	// ready
	// draining
	// answers for ever: false
	// ended: signal: interrupt
}

// goexitInMain exports everything and then crashes: runtime.Goexit ends
// main's goroutine, and there is nobody left who could end the process.
//
// It was found in the documentation of package runtime: the program goes
// on with the other goroutines. They are waited for without a counter, and
// locally the output was complete. The next sentence says that the program
// crashes when they have returned.
//
// As a job it fails after its work is done, is started again, and does all
// of it again. Look for Goexit outside of tests; t.FailNow needs it, you
// don't.
func goexitInMain() {
	for _, region := range []string{"eu", "us"} {
		go fmt.Println("exported", region)
	}
	runtime.Goexit()
	// Unordered output:
	// exported eu
	// exported us
	// Fatal: no goroutines (main called runtime.Goexit) - deadlock!
}

// goexitInMainFixed counts the goroutines and waits for them.
//
// A WaitGroup waits for ever, too, if one of them hangs; but then the
// runtime or a dump says for whom.
func goexitInMainFixed() {
	var wg sync.WaitGroup
	for _, region := range []string{"eu", "us"} {
		wg.Add(1)
		go func(region string) {
			defer wg.Done()
			fmt.Println("exported", region)
		}(region)
	}
	wg.Wait()
	// Unordered output:
	// exported eu
	// exported us
}

// warmUp fills a cache. It closes warm when the cache can be used.
func warmUp(rows []string, warm chan struct{}) error {
	if len(rows) == 0 {
		return errors.New("no rows")
	}
	close(warm)
	return nil
}

// deadlockUnseen waits for ever, without the fatal error that its unit
// test had: since the service handles signals, no deadlock is reported.
//
// The runtime reports one when no goroutine can go on. signal.Notify
// starts one that waits in the kernel for the next signal, and a signal
// could wake up anything. Timers count like that, and open sockets, and
// with cgo a thread of C, so a server is never deadlocked.
//
// The pager says: not ready after the deploy, no CPU, no log. SIGQUIT
// prints what each goroutine waits for, and for how many minutes. A test
// without the handler finds it at once.
func deadlockUnseen() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM)
	warm := make(chan struct{})
	err := warmUp(nil, warm)
	fmt.Println("warm-up:", err)
	<-warm
	fmt.Println("ready")
	// Output:
	// warm-up: no rows
	// Hangs:
}

// deadlockUnseenFixed looks at the error before it waits for what only
// success brings.
//
// Don't rely on the detector where it works, either. A wait at start-up
// has a deadline, and a readiness check that fails.
func deadlockUnseenFixed() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM)
	warm := make(chan struct{})
	err := warmUp(nil, warm)
	fmt.Println("warm-up:", err)
	if err != nil {
		return
	}
	<-warm
	fmt.Println("ready")
	// Output:
	// warm-up: no rows
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
		calledTooEarly,
		calledTooEarlyFixed,
		readTooEarly,
		readTooEarlyFixed,
		dryRunBehind,
		dryRunBehindFixed,
		countAsStatus,
		countAsStatusFixed,
		fatalKeepsLock,
		fatalKeepsLockFixed,
		deferredExit,
		deferredExitFixed,
		printedToNobody,
		printedToNobodyFixed,
		pipedThroughHead,
		pipedThroughHeadFixed,
		stderrAssigned,
		stderrAssignedFixed,
		lastBatch,
		lastBatchFixed,
		doneBeforePanic,
		doneBeforePanicFixed,
		secondInterrupt,
		secondInterruptFixed,
		alone("goexitInMain", goexitInMain),
		goexitInMainFixed,
		alone("deadlockUnseen", deadlockUnseen),
		deadlockUnseenFixed,
	} {
		run()
	}
}
