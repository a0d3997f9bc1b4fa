//go:build ignore

// Pitfalls of errors: a value that says what failed is made in one place,
// changed on its way by people who mean well, and read in another.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing/iotest"
	"time"
)

// A segment reads one file of the log and says which one when it fails.
type segment struct {
	name string
	r    io.Reader
}

func (s segment) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil {
		err = fmt.Errorf("segment %s: %w", s.name, err)
	}
	return n, err
}

// ship copies a segment to the archive, in at most three attempts.
func ship(open func() io.Reader) (copies int, err error) {
	for copies < 3 {
		copies++
		if _, err = io.Copy(io.Discard, open()); err == nil {
			return copies, nil
		}
	}
	return copies, err
}

// wrappedEOF copies every segment three times and reports each of them as
// failed: the end of the file got a context.
//
// "Always wrap with %w" is the rule of the house, and errors.Is(err,
// io.EOF) is true. But the callers of a Reader are io.Copy, io.ReadAll
// and bufio, and they compare with ==. For them io.EOF is no failure that
// one adds to. It is a second result.
//
// The archive is complete, three times over, and the bill for traffic
// shows it before the alert about "segment 7: EOF" is understood. Look for
// Read, ReadAt, Next and Recv methods that wrap whatever they get.
func wrappedEOF() {
	copies, err := ship(func() io.Reader {
		return segment{"7", strings.NewReader("entries")}
	})
	fmt.Println("copies:", copies)
	fmt.Println("error:", err)
	// Output:
	// copies: 3
	// error: segment 7: EOF
}

type segmentFixed struct{ segment }

func (s segmentFixed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("segment %s: %w", s.name, err)
	}
	return n, err
}

// wrappedEOFFixed passes io.EOF on as it came.
//
// The interface's contract decides, not the rule of the house: Reader
// documents that EOF is returned itself. testing/iotest.TestReader checks
// that, a test of one line for each Reader that you write.
func wrappedEOFFixed() {
	copies, err := ship(func() io.Reader {
		return segmentFixed{segment{"7", strings.NewReader("entries")}}
	})
	fmt.Println("copies:", copies)
	fmt.Println("error:", err)
	// Output:
	// copies: 1
	// error: <nil>
}

// A QuotaError says that a tenant has used up what it paid for.
type QuotaError struct{ Tenant string }

func (e QuotaError) Error() string { return e.Tenant + ": quota used up" }

// reserve is the store's.
func reserve(tenant string) error {
	e := &QuotaError{tenant}
	return fmt.Errorf("reserve: %w", e) // want vet:printf "defeats"
}

// status is the handler's.
func status(err error) int {
	var quota QuotaError
	if errors.As(err, &quota) {
		return 429
	}
	return 500
}

// pointerNotValue answers 500 to a tenant that is over its quota, since
// one side speaks of QuotaError and the other of *QuotaError.
//
// With a value receiver both types are errors. The compiler accepts both,
// vet's errorsas accepts both, and each side was tested against errors
// that it made itself. errors.As asks for the type in the interface, and
// these are two. From 1.27 on vet's printf reports the pointer where %w
// gets it; one that has been returned as an error before is not seen.
//
// Clients back off at 429 and retry at 500, so the quota's users produce
// the load that it should have prevented. Look for error types with value
// receivers, and for & in front of their literals.
func pointerNotValue() {
	err := reserve("acme")
	fmt.Println("log:", err)
	fmt.Println("status:", status(err))
	// Output:
	// log: reserve: acme: quota used up
	// status: 500
}

// A QuotaErrorFixed is an error as a pointer only.
type QuotaErrorFixed struct{ Tenant string }

func (e *QuotaErrorFixed) Error() string {
	return e.Tenant + ": quota used up"
}

func reserveFixed(tenant string) error {
	e := &QuotaErrorFixed{tenant}
	return fmt.Errorf("reserve: %w", e)
}

func statusFixed(err error) int {
	var quota *QuotaErrorFixed
	if errors.As(err, &quota) {
		return 429
	}
	return 500
}

// pointerNotValueFixed leaves one spelling: with a pointer receiver the
// value is no error, so that neither side can return or ask for it.
//
// A literal without & doesn't compile, a target of the wrong kind is
// reported by vet and panics. Two such errors are never == now, which is
// what you want of everything but a code.
func pointerNotValueFixed() {
	err := reserveFixed("acme")
	fmt.Println("log:", err)
	fmt.Println("status:", statusFixed(err))
	// Output:
	// log: reserve: acme: quota used up
	// status: 429
}

// An upstreamError is the answer of a service that was no success.
type upstreamError struct {
	code int
	text string
}

func (e *upstreamError) Error() string {
	return fmt.Sprintf("upstream: %d %s", e.code, e.text)
}

// Is makes errors.Is work although each failure is a new pointer.
func (e *upstreamError) Is(target error) bool {
	_, ok := target.(*upstreamError)
	return ok
}

var errNoUser = &upstreamError{404, "no such user"}

// remembered looks a user up and keeps "no such user" for an hour.
func remembered(negative map[string]bool, user string, err error) {
	if errors.Is(err, errNoUser) {
		negative[user] = true
	}
}

// generousIs turns an outage of ten seconds into an hour without users: a
// method Is says yes to every error of its own type.
//
// Without the method errors.Is compares pointers and the cache stays
// empty, which the test showed. The method was added, the test became
// green. No test asked for a failure of the same type that is something
// else.
//
// After the deployment of the user service its callers see 404 for people
// who exist, and only where they asked in those ten seconds. Look for
// methods Is whose body has a type assertion and no comparison.
func generousIs() {
	negative := map[string]bool{}
	remembered(negative, "ann", &upstreamError{404, "gone"})
	remembered(negative, "bob", &upstreamError{503, "restarting"})
	fmt.Println("ann has no account:", negative["ann"])
	fmt.Println("bob has no account:", negative["bob"])
	// Output:
	// ann has no account: true
	// bob has no account: true
}

type upstreamErrorFixed struct{ upstreamError }

func (e *upstreamErrorFixed) Is(target error) bool {
	t, ok := target.(*upstreamErrorFixed)
	return ok && t.code == e.code
}

var errNoUserFixed = &upstreamErrorFixed{*errNoUser}

func rememberedFixed(negative map[string]bool, user string, err error) {
	if errors.Is(err, errNoUserFixed) {
		negative[user] = true
	}
}

// generousIsFixed compares what makes two failures the same: the code, and
// not the text.
//
// The rule is now API: a caller can't ask for the text any more. If more
// than one field counts, export a predicate instead, which has a name.
func generousIsFixed() {
	negative := map[string]bool{}
	gone := &upstreamErrorFixed{upstreamError{404, "gone"}}
	down := &upstreamErrorFixed{upstreamError{503, "restarting"}}
	rememberedFixed(negative, "ann", gone)
	rememberedFixed(negative, "bob", down)
	fmt.Println("ann has no account:", negative["ann"])
	fmt.Println("bob has no account:", negative["bob"])
	// Output:
	// ann has no account: true
	// bob has no account: false
}

var errDiskFull = errors.New("disk full")

// A fullDisk takes a few bytes, and can be closed.
type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return 0, errDiskFull
	}
	d.left -= len(p)
	return len(p), nil
}

func (d *fullDisk) Close() error { return nil }

// backup writes the rows, and reports what Close says.
func backup(w io.WriteCloser, rows []string) (err error) {
	defer func() { err = w.Close() }()
	for _, row := range rows {
		if _, err := io.WriteString(w, row); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	return nil
}

// closeWins reports that a backup of half the rows is complete, and the
// cause is the line that was to stop errors from being lost.
//
// The first version had defer w.Close(), and a reviewer asked for the
// result. A deferred function that sets a named result runs after return
// has set it: the nil of a Close that went well replaces the failure.
//
// It is found at the restore. Search for "err =" in deferred functions,
// Rollback after a failed Commit has the same form; and make the fake
// writer of the test fail in Write, not in Close alone.
func closeWins() {
	disk := &fullDisk{left: 10}
	err := backup(disk, []string{"row 1\n", "row 2\n"})
	fmt.Println("backup:", err)
	// Output:
	// backup: <nil>
}

func backupFixed(w io.WriteCloser, rows []string) (err error) {
	defer func() {
		if closing := w.Close(); err == nil {
			err = closing
		}
	}()
	for _, row := range rows {
		if _, err := io.WriteString(w, row); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	return nil
}

// closeWinsFixed keeps the first failure and closes in any case.
//
// The error of Close is dropped where there is another one. From 1.20 on
// errors.Join keeps both, with a line break in the text.
func closeWinsFixed() {
	disk := &fullDisk{left: 10}
	err := backupFixed(disk, []string{"row 1\n", "row 2\n"})
	fmt.Println("backup:", err)
	// Output:
	// backup: backup: disk full
}

// report is the house's function for panics in workers.
func report(job string) {
	if r := recover(); r != nil {
		fmt.Println("job", job, "panicked:", r)
	}
}

// work runs a job and counts it as done whatever happens.
func work(job string, counts []int, done *int) {
	defer func() {
		*done++
		report(job)
	}()
	fmt.Println("job", job, "average:", 100/len(counts))
}

// recoverTooDeep ends a process that has recovered from such panics for
// years: recover is now called by a function that a deferred one calls.
//
// It used to be `defer report(job)`. Then a counter was needed, and both
// went into one function literal. recover returns nil unless the function
// that calls it was deferred itself; a level deeper it is a call without
// effect, and no tool says so.
//
// All jobs of the process die with the one that had no counts, and after
// the restart the queue delivers it again. Look for functions that call
// recover, and at every place where they are called and not deferred.
func recoverTooDeep() {
	done := 0
	work("mail", []int{3, 4}, &done)
	work("bill", nil, &done)
	fmt.Println("done:", done)
	// Panics: integer divide by zero
	// Output:
	// job mail average: 50
}

func workFixed(job string, counts []int, done *int) {
	defer report(job)
	defer func() { *done++ }()
	fmt.Println("job", job, "average:", 100/len(counts))
}

// recoverTooDeepFixed defers the function that recovers.
//
// Two defers, run in reverse order. A helper that takes the value, with
// `report(job, recover())` in the literal, is as good, and can't be called
// from the wrong place.
func recoverTooDeepFixed() {
	done := 0
	workFixed("mail", []int{3, 4}, &done)
	workFixed("bill", nil, &done)
	fmt.Println("done:", done)
	// Output:
	// job mail average: 50
	// job bill panicked: runtime error: integer divide by zero
	// done: 2
}

// A ledger has accounts whose sum never changes.
type ledger struct {
	mu      sync.Mutex
	balance map[string]*int
}

func newLedger() *ledger {
	ann, bob := 100, 0
	return &ledger{balance: map[string]*int{"ann": &ann, "bob": &bob}}
}

func (l *ledger) sum() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return *l.balance["ann"] + *l.balance["bob"]
}

func (l *ledger) move(from, to string, amount int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.balance[from] -= amount
	*l.balance[to] += amount
}

// served runs a request as a web server does, which survives its panics.
func served(request func()) (code int) {
	defer func() {
		if recover() != nil {
			code = 500
		}
	}()
	request()
	return 200
}

// halfMoved loses 40 although the request failed, was answered with 500,
// and changed "nothing".
//
// The lock is released by defer, so the usual complaint does not apply and
// the service goes on. That is the bug: between two writes the ledger was
// in a state that the lock should have hidden, and the deferred Unlock
// published it.
//
// Nothing is seen for weeks but one panic in the log. Where recover keeps
// a process alive, read each critical section for what it leaves behind
// if any line in it is the last.
func halfMoved() {
	l := newLedger()
	code := served(func() { l.move("ann", "bbo", 40) })
	fmt.Println("answer:", code)
	fmt.Println("sum:", l.sum())
	// Output:
	// answer: 500
	// sum: 60
}

func (l *ledger) moveFixed(from, to string, amount int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	source, target := l.balance[from], l.balance[to]
	if source == nil || target == nil {
		return fmt.Errorf("move from %q to %q: no such account", from, to)
	}
	*source -= amount
	*target += amount
	return nil
}

// halfMovedFixed does all that can fail before it changes anything, and
// an unknown account is an error.
//
// Where that isn't possible, build the new state beside the old one and
// store it at the end. Recovering is right where state dies with the
// request, and wrong where it is shared.
func halfMovedFixed() {
	l := newLedger()
	code := served(func() {
		if err := l.moveFixed("ann", "bbo", 40); err != nil {
			panic(err)
		}
	})
	fmt.Println("answer:", code)
	fmt.Println("sum:", l.sum())
	// Output:
	// answer: 500
	// sum: 100
}

// upload opens the file that a client has named.
func upload(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	return f.Close()
}

// forgedLine lets a client write lines of its own into the audit log,
// with a file name.
//
// Errors of strconv and net/url quote what they cite, and one gets used to
// that. fs.PathError doesn't: its text has the path as it is, line breaks
// included. The log is one line for each event.
//
// The forged line says that somebody else was granted access. It is
// parsed, indexed, and can't be told from others. Look for %v and %w of
// errors on lines without quotes, errors.Join included, which puts line
// breaks there by design.
func forgedLine() {
	err := upload("a\nuser=eve granted")
	log := fmt.Sprintf("msg=%v", err)
	lines := strings.Split(log, "\n")
	fmt.Println("lines:", len(lines))
	fmt.Println("last:", lines[len(lines)-1])
	// Output:
	// lines: 2
	// last: user=eve granted: no such file or directory
}

// forgedLineFixed quotes the text where it becomes part of a line.
//
// It is the log's job, which knows its format: slog's handlers do it
// (1.21). Quotes inside of quotes become hard to read.
func forgedLineFixed() {
	err := upload("a\nuser=eve granted")
	log := fmt.Sprintf("msg=%q", err)
	lines := strings.Split(log, "\n")
	fmt.Println("lines:", len(lines))
	fmt.Println("last:", lines[len(lines)-1])
	// Output:
	// lines: 1
	// last: msg="upload: open a\nuser=eve granted: no such file or directory"
}

// dsn is what the operator has set, with a password that has a percent
// sign in it.
var dsn = "postgres://app:50%zebra@db1/orders"

func databaseHost(dsn string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("database address: %w", err)
	}
	return u.Host, nil
}

// passwordInText publishes the database's password at the first start
// with a new one, through three layers that only add context.
//
// Nobody logs the address. But the error of url.Parse cites its whole
// input, and errors are logged by everybody. The password works
// everywhere except in a URL, where % has to be escaped; it is the new,
// generated one.
//
// Rotation follows on rotation, until one has no % in it. Look for parsers
// that are given secrets: net/url, time, strconv and the drivers' own all
// cite what they got.
func passwordInText() {
	_, err := databaseHost(dsn)
	fmt.Println("reported:", err != nil)
	fmt.Println("cites the password:", strings.Contains(err.Error(), "zebra"))
	fmt.Println("cites a part of it:", strings.Contains(err.Error(), "%ze"))
	// Output:
	// reported: true
	// cites the password: true
	// cites a part of it: true
}

func databaseHostFixed(dsn string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", errors.New("database address: not a URL (is % escaped?)")
	}
	return u.Host, nil
}

// passwordInTextFixed drops the cause and says what to do instead.
//
// Taking the Err out of the *url.Error looks like enough and isn't: its
// text is invalid URL escape "%ze", three characters of the secret. The
// price is a vaguer text for an operator, who has the value at hand.
func passwordInTextFixed() {
	_, err := databaseHostFixed(dsn)
	fmt.Println("reported:", err != nil)
	fmt.Println("cites the password:", strings.Contains(err.Error(), "zebra"))
	fmt.Println("cites a part of it:", strings.Contains(err.Error(), "%ze"))
	// Output:
	// reported: true
	// cites the password: false
	// cites a part of it: false
}

// received appends what a connection sends, until it ends.
func received(r io.Reader) ([]byte, error) {
	var all []byte
	chunk := make([]byte, 8)
	for {
		n, err := r.Read(chunk)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, chunk[:n]...)
	}
}

// lastChunk drops the end of a message, for readers that say "here is the
// rest" and "that was all" in one call.
//
// if err != nil first is the habit of every Go programmer, and right for
// nearly all functions: with an error the other results mean nothing.
// Reader is an exception that is documented, and files, buffers and
// connections don't make use of it. HTTP bodies and decompressors do.
//
// The test reads from a strings.Reader. In production bodies lose up to
// a buffer, the checksum at the end first. Wrap the test's reader with
// iotest.DataErrReader.
func lastChunk() {
	sent := "amount=100;to=bob;sum=77"
	plain, _ := received(strings.NewReader(sent))
	eager, err := received(iotest.DataErrReader(strings.NewReader(sent)))
	fmt.Printf("%s\n%s %v\n", plain, eager, err)
	// Output:
	// amount=100;to=bob;sum=77
	// amount=100;to=bo <nil>
}

func receivedFixed(r io.Reader) ([]byte, error) {
	var all bytes.Buffer
	_, err := all.ReadFrom(r)
	return all.Bytes(), err
}

// lastChunkFixed leaves the loop to the library, which uses the n bytes
// before it looks at the error.
//
// In a loop of your own, handle n > 0 first. For functions of your own
// promise the usual: a result or an error.
func lastChunkFixed() {
	sent := "amount=100;to=bob;sum=77"
	plain, _ := receivedFixed(strings.NewReader(sent))
	eager, err := receivedFixed(iotest.DataErrReader(strings.NewReader(sent)))
	fmt.Printf("%s\n%s %v\n", plain, eager, err)
	// Output:
	// amount=100;to=bob;sum=77
	// amount=100;to=bob;sum=77 <nil>
}

// retryable classifies by behaviour, as net.Error suggests.
func retryable(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// query asks the database, which notices when the caller has gone.
func query(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	return nil
}

// expired is the context of a request whose deadline has passed.
func expired() (context.Context, context.CancelFunc) {
	return context.WithDeadline(context.Background(), time.Unix(0, 0))
}

// retriesTheDead repeats calls for clients that have stopped waiting,
// which is most of them in the minute when the database is slow.
//
// A timeout of the network is worth another attempt. But the error of a
// context that has expired has Timeout as well, it is true, and so is its
// Temporary. It can't succeed: every attempt begins with the same context.
//
// Load rises when latency does, and comes down when clients go away. In
// traces there are spans after the end of their parents. Look for Timeout()
// in retry loops without ctx.Err() beside it.
func retriesTheDead() {
	ctx, cancel := expired()
	defer cancel()
	attempts := 0
	for attempts < 4 {
		attempts++
		if err := query(ctx); err == nil || !retryable(err) {
			break
		}
	}
	fmt.Println("attempts:", attempts)
	// Output:
	// attempts: 4
}

// retriesTheDeadFixed asks first whether anybody is waiting.
//
// errors.Is(err, context.DeadlineExceeded) in place of ctx.Err() would
// say too much: an inner timeout, of one attempt, has the same error and
// is worth the next attempt.
func retriesTheDeadFixed() {
	ctx, cancel := expired()
	defer cancel()
	attempts := 0
	for attempts < 4 {
		attempts++
		err := query(ctx)
		if err == nil || ctx.Err() != nil || !retryable(err) {
			break
		}
	}
	fmt.Println("attempts:", attempts)
	// Output:
	// attempts: 1
}

// fetchAll asks all shards at once and ends the others when one fails.
// fail is the error of the last one.
func fetchAll(shards int, fail error) []error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	errs := make([]error, shards)
	var wg sync.WaitGroup
	wg.Add(shards)
	for i := 0; i < shards; i++ {
		go func(i int) {
			defer wg.Done()
			if i == shards-1 {
				errs[i] = fail
				cancel()
				return
			}
			<-ctx.Done()
			errs[i] = fmt.Errorf("shard %d: %w", i, ctx.Err())
		}(i)
	}
	wg.Wait()
	return errs
}

var errChecksum = errors.New("shard 2: checksum mismatch")

// firstOf returns the first of the errors.
func firstOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// symptomFirst reports "context canceled" for a broken disk: the first
// error of the slice isn't the first that happened.
//
// Results by index are free of races and keep their order, a good habit.
// One failure cancels the others, they all report what was done to them,
// and the cause stands behind.
//
// The dashboard files it under clients that hang up, which nobody is
// paged for. Look for cancel() in workers whose errors are collected, and
// for a rate of "canceled" that rises without clients.
func symptomFirst() {
	err := firstOf(fetchAll(3, errChecksum))
	fmt.Println("reported:", err)
	fmt.Println("client's fault:", errors.Is(err, context.Canceled))
	// Output:
	// reported: shard 0: context canceled
	// client's fault: true
}

// causeOf prefers an error that no cancellation has caused.
func causeOf(errs []error) error {
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return firstOf(errs)
}

// symptomFirstFixed looks for a cause before it takes a symptom.
//
// Keeping the first in time does as well, with a sync.Once around error
// and cancel, as errgroup has. From 1.20 on context.WithCancelCause hands
// the reason to all who wait.
func symptomFirstFixed() {
	err := causeOf(fetchAll(3, errChecksum))
	fmt.Println("reported:", err)
	fmt.Println("client's fault:", errors.Is(err, context.Canceled))
	// Output:
	// reported: shard 2: checksum mismatch
	// client's fault: false
}

var errRefused = errors.New("refused")

// reconnected tries until it works, and keeps the history of failures.
func reconnected(dial func() error) error {
	var history error
	for i := 1; i <= 1000; i++ {
		err := dial()
		if err == nil {
			return nil
		}
		if history != nil {
			err = fmt.Errorf("%v, after %w", err, history)
		}
		history = err
	}
	return history
}

// longHistory formats seven megabytes for a message that nobody can read:
// each attempt wraps the one before.
//
// Errorf makes the text when it is called, not when somebody prints it.
// The text of attempt 1,000 has all the others in it, and each of them had
// those before, so the bytes grow with the square.
//
// A night without the broker, and a process that should sleep is busy with
// fmt in the CPU profile and large strings in the heap profile. Look for
// %w of a variable that is declared outside of the loop.
func longHistory() {
	err := reconnected(func() error { return errRefused })
	depth := 0
	for e := err; e != nil; e = errors.Unwrap(e) {
		depth++
	}
	fmt.Println("bytes of text:", len(err.Error()), "depth:", depth)
	// Output:
	// bytes of text: 14992 depth: 1000
}

func reconnectedFixed(dial func() error) error {
	var last error
	attempts := 0
	for attempts < 1000 {
		attempts++
		if last = dial(); last == nil {
			return nil
		}
	}
	return fmt.Errorf("after %d attempts: %w", attempts, last)
}

// longHistoryFixed keeps the last failure and a number, and wraps once.
//
// What is lost is a failure that differed from the last one. If that
// matters, log each attempt or keep the first as well.
func longHistoryFixed() {
	err := reconnectedFixed(func() error { return errRefused })
	depth := 0
	for e := err; e != nil; e = errors.Unwrap(e) {
		depth++
	}
	fmt.Println("bytes of text:", len(err.Error()), "depth:", depth)
	// Output:
	// bytes of text: 28 depth: 2
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
		wrappedEOF,
		wrappedEOFFixed,
		pointerNotValue,
		pointerNotValueFixed,
		generousIs,
		generousIsFixed,
		closeWins,
		closeWinsFixed,
		alone("recoverTooDeep", recoverTooDeep),
		recoverTooDeepFixed,
		halfMoved,
		halfMovedFixed,
		forgedLine,
		forgedLineFixed,
		passwordInText,
		passwordInTextFixed,
		lastChunk,
		lastChunkFixed,
		retriesTheDead,
		retriesTheDeadFixed,
		symptomFirst,
		symptomFirstFixed,
		longHistory,
		longHistoryFixed,
	} {
		run()
	}
}
