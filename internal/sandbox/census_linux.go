package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gomastery/gomastery/internal/fault"
)

const (
	tick    = 10 * time.Millisecond // of the times in /proc/PID/stat, wherever Go runs on Linux
	span    = 1000                  // process ids that are tried one by one rather than by reading /proc
	dieTime = 5 * time.Second       // for killed processes to end
)

// A tag is carried by processes as their soft RLIMIT_LOCKS: those of one command,
// or, when the mask leaves out the number of the command, of one sandbox.
type tag struct{ id, mask uint64 }

const commandBits = 24

// newTag returns the tag of a sandbox: a random number, larger than any limit that
// somebody means, and smaller than unlimited.
func newTag() tag { return sandboxTag(1<<61 | rand.Uint64N(1<<61)) }

// sandboxTag returns the tag of the sandbox that has this id, or a command with it.
func sandboxTag(id uint64) tag {
	const mask = ^uint64(1<<commandBits - 1)
	return tag{id & mask, mask}
}

// command returns the tag of command n of the sandbox t.
func (t tag) command(n uint64) tag { return tag{t.id | n&^t.mask, ^uint64(0)} }

// on reports whether a process carries the tag. It costs a fraction of what
// reading a file of /proc does, so it is asked of every process there is.
func (t tag) on(pid int) bool {
	var l unix.Rlimit
	return unix.Prlimit(pid, unix.RLIMIT_LOCKS, nil, &l) == nil && l.Cur&t.mask == t.id
}

// killTagged kills what a sandbox left behind that ended long ago.
func killTagged(id uint64) error {
	c := newCensus()
	defer c.close()
	t := &tree{census: c, tag: sandboxTag(id), wide: true}
	_, err := t.kill()
	return err
}

// A tree is what carries a tag.
type tree struct {
	census *census
	tag    tag
	root   int  // the first process; all others have later ids. 0 when it is not known
	wide   bool // too many ids have been given since root to try each
}

// usage says what the tree uses now. It stops counting above max processes.
func (t *tree) usage(maxProcesses int) usage {
	var u usage
	last, _ := t.census.last()
	for _, id := range t.candidates(t.root-1, last) {
		p, ok := t.process(id)
		if !ok {
			continue
		}
		u.processes++
		u.memory += p.memory
		u.cpu += p.cpu
		if p.pid == t.root {
			u.own = p.memory
		}
		if u.processes > maxProcesses {
			break
		}
	}
	return u
}

// has reports whether id is that of a process, and not of a mere thread, of the
// tree.
func (t *tree) has(id int) bool { return t.tag.on(id) && unix.Tgkill(id, id, 0) == nil }

// process returns the process of the tree that has this id and is alive. One that
// has ended and was left to us, because ours is the first process of a container,
// is waited for.
func (t *tree) process(id int) (process, bool) {
	if !t.has(id) {
		return process{}, false
	}
	p, err := readProcess(id)
	if err == nil && !p.alive && p.parent == os.Getpid() && id != t.root {
		_, _ = unix.Wait4(id, nil, unix.WNOHANG, nil)
	}
	return p, err == nil && p.alive
}

// kill kills all processes of the tree, waits until they are gone, and returns
// how many there were.
func (t *tree) kill() (int, error) {
	killed := t.strike()
	deadline := time.Now().Add(dieTime)
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, 5*time.Millisecond) {
		left := 0
		for id := range killed {
			if _, ok := t.process(id); ok {
				left++
			}
		}
		if left == 0 {
			return len(killed), nil
		}
		if time.Now().After(deadline) {
			return 0, fault.New(fault.Internal, "%d processes do not end when killed", left)
		}
		time.Sleep(pause)
	}
}

// strike sends SIGKILL to all processes of the tree and returns their ids.
//
// A pass over the ids can miss a process that comes into being meanwhile. But its
// id is higher than the last one before the pass, and who has been sent SIGKILL
// forks no more. So all are struck when a pass finds no new one, and no process at
// all has come into being since it began. Where the kernel does not say that, two
// such passes must do.
func (t *tree) strike() map[int]bool {
	struck := map[int]bool{}
	after, quiet := t.root-1, false
	for {
		last, known := t.census.last()
		found := t.strikePass(after, last, struck)
		now, _ := t.census.last()
		if !found && (known && now == last || !known && quiet) {
			return struck
		}
		after, quiet = last, !found
	}
}

// strikePass strikes the processes with ids above after, and reports whether there
// was one that had not been struck.
//
// It must be faster than a program that does nothing but fork, which may leave us
// a small share of the machine. So when they are many, it kills the group at once
// and does not look into /proc for zombies.
func (t *tree) strikePass(after, last int, struck map[int]bool) (found bool) {
	const many = 100
	grouped := false
	for _, id := range t.candidates(after, last) {
		if struck[id] || !t.has(id) {
			continue
		}
		if len(struck) < many {
			if _, ok := t.process(id); !ok {
				continue
			}
		} else if !grouped {
			grouped = killGroupOf(id, t.root)
		}
		_ = unix.Kill(id, unix.SIGKILL) // it may have ended
		struck[id], found = true, true
	}
	return found
}

// killGroupOf kills the process group of this id, if process id is in it; else the
// id may be another's by now.
func killGroupOf(id, group int) bool {
	g, err := unix.Getpgid(id)
	return err == nil && g == group && unix.Kill(-group, unix.SIGKILL) == nil
}

// candidates returns ids, threads included perhaps, among which are all processes
// that came into being after the id after and not after the id last.
func (t *tree) candidates(after, last int) []int {
	// Once it is wide it stays so: ids begin again, and last would look near.
	t.wide = t.wide || last < after || last-after > span
	if t.wide {
		return allIDs()
	}
	ids := make([]int, 0, last-after)
	for id := after + 1; id <= last; id++ {
		ids = append(ids, id)
	}
	return ids
}

// A census knows how many processes come into being on the machine.
type census struct {
	lastID *os.File // says which process id was given last; nil where the kernel does not tell
}

func newCensus() *census {
	f, err := os.Open("/proc/sys/kernel/ns_last_pid")
	if err != nil {
		return &census{}
	}
	return &census{f}
}

func (c *census) close() error {
	if c.lastID == nil {
		return nil
	}
	return c.lastID.Close()
}

// last returns the process id that was given last. Ids are given in ascending
// order, until they begin again from the lowest.
func (c *census) last() (id int, known bool) {
	if c.lastID == nil {
		return 0, false
	}
	buf := make([]byte, 16)
	n, _ := c.lastID.ReadAt(buf, 0)
	id, err := strconv.Atoi(string(bytes.TrimSpace(buf[:n])))
	return id, err == nil
}

func allIDs() []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	ids := make([]int, 0, len(names))
	for _, name := range names {
		if id, err := strconv.Atoi(name); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// A process is what /proc/PID/stat says.
type process struct {
	pid    int
	alive  bool // it has threads that run
	parent int
	group  int
	memory int64 // resident bytes
	cpu    time.Duration
}

func readProcess(pid int) (process, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return process{}, err
	}
	return parseStat(pid, b)
}

// parseStat parses proc_pid_stat(5). The name of the program, in parentheses, may
// hold spaces and parentheses.
func parseStat(pid int, stat []byte) (process, error) {
	_, rest, ok := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(" "))
	fields := bytes.Fields(rest)
	if !ok || len(fields) < 22 {
		return process{}, fmt.Errorf("parse stat of process %d: %q", pid, stat)
	}
	var errs []error
	field := func(n int) int64 { // numbered as in the manual
		v, err := strconv.ParseInt(string(fields[n-3]), 10, 64)
		errs = append(errs, err)
		return v
	}
	state, threads := fields[0][0], field(20)
	p := process{
		pid:    pid,
		alive:  state != 'Z' && state != 'X' || threads > 1, // a first thread may end before the others
		parent: int(field(4)),
		group:  int(field(5)),
		memory: field(24) * int64(os.Getpagesize()),
		cpu:    time.Duration(field(14)+field(15)+field(16)+field(17)) * tick,
	}
	return p, errors.Join(errs...)
}
