package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gomastery/gomastery/internal/fault"
)

// self is the test binary, for whoever is it already, also where its folder may
// not be entered.
const self = "/proc/self/exe"

// patience is how long a program goes on that should have been ended: so that
// what a defect leaves goes away.
const patience = 20 * time.Second

// program is one of the programs that the tests run; it returns its exit status.
// The last argument is the mark of the test, by which what is left is found again;
// a program that starts others hands it on.
func program(name string, args []string) int {
	mark := args[len(args)-1]
	switch name {
	case "exit": // STATUS
		return number(args[0])
	case "raise": // SIGNAL: dies of it
		_ = syscall.Kill(os.Getpid(), syscall.Signal(number(args[0])))
		return sleep()
	case "sleep":
		return sleep()
	case "deaf": // to all signals that can be ignored
		signal.Ignore()
		return sleep()
	case "spin":
		for end := time.Now().Add(patience); time.Now().Before(end); {
		}
	case "print": // BYTES DESCRIPTOR…: that many to each in turn; for ever if 0
		return printBytes(number(args[0]), args[1:len(args)-1])
	case "copy":
		_, err := io.Copy(os.Stdout, os.Stdin)
		return status(err)
	case "describe":
		return describe()
	case "litter": // leaves a folder that may not be entered
		err := os.MkdirAll("a/b", 0o700)
		return status(err) + status(os.WriteFile("a/b/c", nil, 0)) + status(os.Chmod("a/b", 0)) + status(os.Chmod("a", 0o500))
	case "hog": // MIB: uses that much, then sleeps
		use(number(args[0]))
		return sleep()
	case "touch": // MIB: uses that much, and ends
		use(number(args[0]))
		return 0
	case "write": // BYTES PATH
		return status(os.WriteFile(args[1], make([]byte, number(args[0])), 0o600))
	case "hang": // both goroutines wait for ever, and no deadlock is found
		time.AfterFunc(patience, func() { os.Exit(1) })
		select {}
	case "interrupted": // PATH: makes the file when SIGINT comes
		return interrupted(args[0])
	}
	return treeProgram(name, args, mark)
}

// treeProgram is a program that starts others.
func treeProgram(name string, args []string, mark string) int {
	switch name {
	case "spinners": // waits for two children that spin
		return wait(child(nil, "spin", mark), child(nil, "spin", mark))
	case "hogs": // waits for two children that use 64 MiB each
		return wait(child(nil, "hog", "64", mark), child(nil, "hog", "64", mark))
	case "fork": // N: waits for that many children
		return fork(number(args[0]), mark)
	case "bomb": // DEPTH: two that do the same; without a depth it would take the machine along
		return bomb(nil, number(args[0]), mark)
	case "bombs": // the same, each in a session of its own
		return bomb(&syscall.SysProcAttr{Setsid: true}, number(args[0]), mark)
	case "daemon": // leaves one behind
		daemonize(mark)
		return 0
	case "demon": // the same, and stays
		daemonize(mark)
		return sleep()
	case "leaver": // second of the three processes that make a daemon
		child(&syscall.SysProcAttr{Setsid: true}, "sleep", mark)
		return 0
	case "background": // leaves a child with our standard output
		inherit("sleep", mark)
		return 0
	case "hopper": // TIMES: starts one that does the same, and ends
		if n := number(args[0]); n > 0 {
			child(&syscall.SysProcAttr{Setsid: true}, "hopper", strconv.Itoa(n-1), mark)
		}
		return 0
	}
	return sandboxProgram(name, args, mark)
}

// sandboxProgram is a program that uses a sandbox.
func sandboxProgram(name string, args []string, mark string) int {
	switch name {
	case "supervise": // uses a sandbox until it is killed
		return supervise(guard, mark)
	case "unwatched": // the same without a watchdog
		return supervise(Guard{}, mark)
	case "clean": // begins and ends a sandbox
		return clean()
	case "first": // is the first process of a container
		return first(mark)
	case "heir": // shows what a command has of the descriptors that it got itself
		return heir(mark)
	case "limited": // has lower limits than a sandbox wants to set
		return limited(mark)
	case "interruptible": // PATH: ends on SIGINT
		return interruptible(args[0], mark)
	}
	return 99
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

func status(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

func sleep() int {
	fmt.Println("up")
	time.Sleep(patience)
	return 0
}

// child starts a program of ours with no environment and no streams.
func child(attr *syscall.SysProcAttr, args ...string) *exec.Cmd {
	cmd := exec.Command(self, append([]string{"program"}, args...)...)
	cmd.Env, cmd.SysProcAttr = []string{}, attr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	return cmd
}

func inherit(args ...string) {
	cmd := exec.Command(self, append([]string{"program"}, args...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
}

func wait(cmds ...*exec.Cmd) int {
	for _, c := range cmds {
		_ = c.Wait()
	}
	return 0
}

func printBytes(n int, descriptors []string) int {
	line := []byte(strings.Repeat("x", 99) + "\n")
	for done := 0; n == 0 || done < n; done += len(line) {
		if n > 0 {
			line = line[:min(len(line), n-done)]
		}
		for _, d := range descriptors {
			if _, err := syscall.Write(number(d), line); err != nil {
				return 1
			}
		}
	}
	return 0
}

// describe prints what a program can see of how it was started.
func describe() int {
	dir, _ := os.Getwd()
	entries, _ := os.ReadDir(".")
	fmt.Printf("dir %s with %d entries\nenv %q\n", dir, len(entries), os.Environ())
	for fd := range 50 {
		// What exec would close is not from our parent: Go opens some for itself.
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			link, _ := os.Readlink(fmt.Sprint("/proc/self/fd/", fd))
			kind, _, _ := strings.Cut(link, ":")
			fmt.Println("descriptor", fd, kind)
		}
	}
	fmt.Println("own group", syscall.Getpgrp() == os.Getpid())
	limits, _ := os.ReadFile("/proc/self/limits")
	for line := range strings.Lines(string(limits)) {
		if f := strings.Fields(line); strings.Contains(line, "core file size") || strings.Contains(line, "Max file size") {
			fmt.Println(f[1], "limit", f[len(f)-3], f[len(f)-2])
		}
	}
	return 0
}

func bomb(attr *syscall.SysProcAttr, depth int, mark string) int {
	if depth == 0 {
		return sleep()
	}
	name, less := "bomb", strconv.Itoa(depth-1)
	if attr != nil {
		name = "bombs"
	}
	return wait(child(attr, name, less, mark), child(attr, name, less, mark))
}

func fork(n int, mark string) int {
	var cmds []*exec.Cmd
	for range n {
		cmds = append(cmds, child(nil, "sleep", mark))
	}
	return wait(cmds...)
}

// use fills so many MiB of memory, a piece at a time.
func use(mib int) {
	var pieces [][]byte
	for range mib {
		pieces = append(pieces, bytes.Repeat([]byte{1}, 1<<20))
	}
	fmt.Println(len(pieces), "MiB")
}

// daemonize leaves a process behind in a session of its own, whose parent has
// ended, and which has an empty environment.
func daemonize(mark string) { wait(child(&syscall.SysProcAttr{Setsid: true}, "leaver", mark)) }

func interrupted(path string) int {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGINT)
	fmt.Println("up")
	<-c
	return status(os.WriteFile(path, nil, 0o600))
}

// supervise says "up" when all its commands have done so, and then uses the
// sandbox until it is killed.
func supervise(g Guard, mark string) int {
	p, err := NewPlain(g)
	if err != nil {
		return status(err)
	}
	var up sync.WaitGroup
	for _, name := range []string{"sleep", "demon"} {
		up.Add(1)
		c := command(mark, name)
		c.Stdout = onLine(up.Done)
		go p.Run(context.Background(), c)
	}
	go func() {
		up.Wait()
		fmt.Println("up")
	}()
	for n := 0; ; n++ {
		c := command(mark, []string{"daemon", "exit", "fork", "spin"}[n%4], "2")
		c.Limits.Wall = 20 * time.Millisecond
		if _, err := p.Run(context.Background(), c); err != nil {
			return status(err)
		}
	}
}

func clean() int {
	p, err := NewPlain(guard)
	if err != nil {
		return status(err)
	}
	return status(p.Close())
}

// first uses a sandbox in a container where nobody else waits for daemons, and
// fails when they stay as zombies.
func first(mark string) int {
	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		return status(err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return status(err)
	}
	p, err := NewPlain(guard)
	if err != nil {
		return status(err)
	}
	for range 3 {
		if e, err := p.Run(context.Background(), command(mark, "daemon")); err != nil || e.Strays != 1 {
			return status(fmt.Errorf("%+v, %w", e, err))
		}
	}
	for _, id := range allIDs() {
		if s, err := readProcess(id); err != nil || !s.alive {
			return status(fmt.Errorf("left a zombie: %+v, %w", s, err))
		}
	}
	return status(p.Close())
}

func heir(mark string) int {
	p, err := NewPlain(guard)
	if err != nil {
		return status(err)
	}
	c := command(mark, "describe")
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	_, err = p.Run(context.Background(), c)
	return status(errors.Join(err, p.Close()))
}

// limited fails when a lower limit is a problem, but for the one that has to be
// unlimited.
func limited(mark string) int {
	for resource, l := range map[int]unix.Rlimit{
		unix.RLIMIT_CORE:  {Cur: 0, Max: 0},
		unix.RLIMIT_FSIZE: {Cur: 1 << 20, Max: 1 << 20},
		unix.RLIMIT_LOCKS: {Cur: 7, Max: unix.RLIM_INFINITY},
	} {
		if err := unix.Setrlimit(resource, &l); err != nil {
			return status(err)
		}
	}
	p, err := NewPlain(guard)
	if err != nil {
		return status(err)
	}
	e, err := p.Run(context.Background(), command(mark, "daemon"))
	if err != nil || e.Status != 0 || e.Strays != 1 {
		return status(fmt.Errorf("%+v, %w", e, err))
	}
	if err := unix.Setrlimit(unix.RLIMIT_LOCKS, &unix.Rlimit{Cur: 7, Max: 7}); err != nil {
		return status(err)
	}
	if _, err := NewPlain(guard); fault.KindOf(err) != fault.Unavailable || fault.Next(err) == "" {
		return status(fmt.Errorf("NewPlain = %w, want the kind unavailable and a next step", err))
	}
	return status(p.Close())
}

// interruptible is what a command line does: SIGINT ends the context.
func interruptible(path, mark string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT)
	defer stop()
	p, err := NewPlain(guard)
	if err != nil {
		return status(err)
	}
	c := command(mark, "interrupted", path)
	c.Stdout = onLine(func() { fmt.Println("up") })
	_, err = p.Run(ctx, c)
	if fault.KindOf(err) != fault.Canceled {
		return 1
	}
	if err := p.Close(); err != nil {
		return status(err)
	}
	return 42
}

// onLine returns a writer that calls f at the first write.
func onLine(f func()) io.Writer { return &onceWriter{f: f} }

type onceWriter struct {
	once sync.Once
	f    func()
}

func (w *onceWriter) Write(b []byte) (int, error) {
	w.once.Do(w.f)
	return len(b), nil
}
