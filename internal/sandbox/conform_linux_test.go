package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

// conform holds a sandbox to the contract. Every implementation runs it.
func conform(t *testing.T, s Sandbox) {
	for name, group := range map[string]func(*testing.T, Sandbox){
		"ends":         conformEnds,
		"limits":       conformLimits,
		"output":       conformOutput,
		"late output":  conformLateOutput,
		"file size":    conformFileSize,
		"trees":        conformTrees,
		"surroundings": conformSurroundings,
		"streams":      conformStreams,
		"dump":         conformDump,
		"errors":       conformErrors,
		"cancel":       conformCancel,
		"many":         conformMany,
		"peak":         conformPeak,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			group(t, s)
		})
	}
}

// soon is how long a command may take that is ended: less than the programs'
// patience, more than a busy machine needs.
const soon = patience / 2

var marks atomic.Int64

// newMark returns an argument that no other process has.
func newMark() string { return fmt.Sprintf("mark-%d-%d", os.Getpid(), marks.Add(1)) }

// command returns a command that runs a program of ours.
func command(mark string, args ...string) Command {
	return Command{Path: self, Args: append(append([]string{"program"}, args...), mark)}
}

// run runs c, whose output goes to the returned strings unless c has writers, and
// fails when anything is left. It may be called by any goroutine.
func run(t *testing.T, s Sandbox, mark string, c Command) (e Exit, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	if c.Stdout == nil {
		c.Stdout = &out
	}
	if c.Stderr == nil {
		c.Stderr = &err
	}
	e, rerr := s.Run(t.Context(), c)
	if rerr != nil {
		t.Errorf("Run(%q) = %v, want no error", c.Args, rerr)
	}
	if left := marked(mark); len(left) > 0 {
		t.Errorf("Run(%q) left processes %v", c.Args, left)
	}
	return e, out.String(), err.String()
}

// want is what a row of a table says of an Exit.
type want struct {
	reason Reason
	status int
	signal syscall.Signal
	strays int
}

func wants(e Exit) want { return want{e.Reason, e.Status, e.Signal, e.Strays} }

func conformEnds(t *testing.T, s Sandbox) {
	for _, row := range []struct {
		name string
		args []string
		want want
	}{
		{"by itself", []string{"exit", "0"}, want{reason: Exited}},
		{"with a status", []string{"exit", "3"}, want{reason: Exited, status: 3}},
		{"by a signal", []string{"raise", "15"}, want{reason: Signaled, signal: syscall.SIGTERM}},
		{"by the signal that we use", []string{"raise", "9"}, want{reason: Signaled, signal: syscall.SIGKILL}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			mark := newMark()
			e, _, _ := run(t, s, mark, command(mark, row.args...))
			if got := wants(e); got != row.want {
				t.Errorf("Run(%q) = %+v, want %+v", row.args, got, row.want)
			}
			if ok := row.want.reason == Exited && row.want.status == 0; e.OK() != ok {
				t.Errorf("Run(%q).OK() = %v, want %v", row.args, e.OK(), ok)
			}
			if e.Wall <= 0 || e.Wall > soon || e.CPU <= 0 {
				t.Errorf("Run(%q) took %v, CPU %v", row.args, e.Wall, e.CPU)
			}
		})
	}
}

func conformLimits(t *testing.T, s Sandbox) {
	short := Limits{Wall: 100 * time.Millisecond}
	for _, row := range []struct {
		name   string
		args   []string
		limits Limits
		want   Reason
	}{
		{"sleeps", []string{"sleep"}, short, Wall},
		{"ignores signals", []string{"deaf"}, short, Wall},
		{"spins", []string{"spin"}, Limits{CPU: 100 * time.Millisecond}, CPU},
		{"lets others spin", []string{"spinners"}, Limits{CPU: 100 * time.Millisecond}, CPU},
		{"forks", []string{"fork", "30"}, Limits{Processes: 8}, Processes},
		{"doubles", []string{"bomb", "6"}, Limits{Processes: 16}, Processes},
		{"doubles in sessions", []string{"bombs", "6"}, Limits{Processes: 16}, Processes},
		{"forks as it may", []string{"fork", "3"}, Limits{Processes: 4, Wall: 200 * time.Millisecond}, Wall},
		{"uses memory", []string{"hog", "512"}, Limits{Memory: 128 << 20}, Memory},
		{"lets others use memory", []string{"hogs"}, Limits{Memory: 128 << 20}, Memory},
		{"uses memory as it may", []string{"touch", "32"}, Limits{Memory: 256 << 20}, Exited},
		{"prints for ever", []string{"print", "0", "1"}, Limits{Output: 1 << 20}, Output},
		{"prints to all for ever", []string{"print", "0", "1", "2"}, Limits{Output: 1 << 20}, Output},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			mark := newMark()
			c := command(mark, row.args...)
			c.Limits = row.limits
			e, out, _ := run(t, s, mark, c)
			if e.Reason != row.want || e.Status != 0 || e.Signal != 0 || e.Strays != 0 {
				t.Errorf("Run(%q) = %+v, want reason %q alone; it printed %.200q", row.args, e, row.want, out)
			}
			if e.Wall > soon {
				t.Errorf("Run(%q) took %v", row.args, e.Wall)
			}
		})
	}
}

// conformOutput tries the bound of the output from both sides.
func conformOutput(t *testing.T, s Sandbox) {
	for _, row := range []struct {
		name        string
		bytes       int
		descriptors []string
		want        Reason
	}{
		{"as much as it may", 1000, []string{"1"}, Exited},
		{"one more", 1001, []string{"1"}, Output},
		{"as much as it may in all", 250, []string{"1", "2", "3", "4"}, Exited},
		{"more in all", 251, []string{"1", "2", "3", "4"}, Output},
		{"for ever", 0, []string{"1", "2", "3", "4"}, Output},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			mark := newMark()
			c := command(mark, append([]string{"print", strconv.Itoa(row.bytes)}, row.descriptors...)...)
			c.Limits.Output = 1000
			var all bytes.Buffer // one writer for all: they are called one at a time
			c.Stdout, c.Stderr, c.Extra = &all, &all, []io.Writer{&all, &all}
			e, _, _ := run(t, s, mark, c)
			if e.Reason != row.want || all.Len() != 1000 {
				t.Errorf("reason %q after %d bytes, want %q after 1000", e.Reason, all.Len(), row.want)
			}
		})
	}
}

// conformLateOutput passes the bound while nobody reads, and ends.
func conformLateOutput(t *testing.T, s Sandbox) {
	mark := newMark()
	c := command(mark, "print", "1001", "1")
	c.Limits.Output = 1000
	var n int
	c.Stdout = writerFunc(func(b []byte) (int, error) {
		for !gone(mark)() { // has ended, or been ended
			time.Sleep(time.Millisecond)
		}
		n += len(b)
		return len(b), nil
	})
	if e, _, _ := run(t, s, mark, c); e.Reason != Output || n != 1000 {
		t.Errorf("reason %q after %d bytes, want %q after 1000", e.Reason, n, Output)
	}
}

func conformFileSize(t *testing.T, s Sandbox) {
	for _, row := range []struct {
		bytes int
		want  int64 // size of the file
	}{{4096, 4096}, {65536, 65536}, {65537, 65536}} {
		dir := t.TempDir()
		mark := newMark()
		c := command(mark, "write", strconv.Itoa(row.bytes), "file")
		c.Dir, c.Limits.FileSize = dir, 64<<10
		e, _, _ := run(t, s, mark, c)
		if ok := row.want == int64(row.bytes); e.OK() != ok {
			t.Errorf("writing %d bytes: %+v, want OK %v", row.bytes, e, ok)
		}
		if info, err := os.Stat(filepath.Join(dir, "file")); err != nil || info.Size() != row.want {
			t.Errorf("writing %d bytes: %v, %v, want %d", row.bytes, info, err, row.want)
		}
	}
}

func conformTrees(t *testing.T, s Sandbox) {
	for _, row := range []struct {
		name string
		args []string
		want want
	}{
		{"a daemon", []string{"daemon"}, want{reason: Exited, strays: 1}},
		{"a child with our output", []string{"background"}, want{reason: Exited, strays: 1}},
		{"a daemon, and no end", []string{"demon"}, want{reason: Wall}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			mark := newMark()
			c := command(mark, row.args...)
			if row.want.reason == Wall {
				c.Limits.Wall = 300 * time.Millisecond
			}
			e, _, _ := run(t, s, mark, c)
			if got := wants(e); got != row.want {
				t.Errorf("Run(%q) = %+v, want %+v", row.args, got, row.want)
			}
			if e.Wall > soon {
				t.Errorf("Run(%q) took %v", row.args, e.Wall)
			}
		})
	}
	t.Run("one that flees", func(t *testing.T) { // is always young, and its parent gone
		t.Parallel()
		mark := newMark()
		if e, _, _ := run(t, s, mark, command(mark, "hopper", "500")); e.Reason != Exited {
			t.Errorf("Run(hopper) = %+v, want reason %q", e, Exited)
		}
	})
}

func conformSurroundings(t *testing.T, s Sandbox) {
	for _, row := range []struct {
		name    string
		command Command
		dir     string
		env     string // TEMP stands for the temporary folder
	}{
		{"none", Command{}, "TEMP with 0 entries", `["TMPDIR=TEMP" "HOME=TEMP"]`},
		{"some", Command{Env: []string{"A=1", "HOME=/"}}, "TEMP with 0 entries", `["A=1" "HOME=/" "TMPDIR=TEMP"]`},
		{"all", Command{Env: []string{"HOME=/", "TMPDIR=/tmp"}, Dir: "/dev/fd"}, "", `["HOME=/" "TMPDIR=/tmp"]`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			mark := newMark()
			c := command(mark, "describe")
			c.Env, c.Dir, c.Extra = row.command.Env, row.command.Dir, []io.Writer{io.Discard}
			c.Limits.FileSize = 12345
			e, out, _ := run(t, s, mark, c)
			temp := strings.Fields(out + " none none")[1]
			want := fmt.Sprintf(`dir %s
env %s
descriptor 0 /dev/null
descriptor 1 pipe
descriptor 2 pipe
descriptor 3 pipe
own group true
file limit 12345 12345
core limit 0 0
`, row.dir, row.env)
			if row.dir == "" {
				_, out, _ = strings.Cut(out, "\n")
				_, want, _ = strings.Cut(want, "\n")
			}
			if want = strings.ReplaceAll(want, "TEMP", temp); !e.OK() || out != want {
				t.Errorf("%+v, printed\n%s\nwant\n%s", e, out, want)
			}
			if _, err := os.Stat(temp); row.dir != "" && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the temporary folder %s is still there: %v", temp, err)
			}
		})
	}
	t.Run("litter", func(t *testing.T) {
		t.Parallel()
		mark := newMark()
		if e, _, stderr := run(t, s, mark, command(mark, "litter")); !e.OK() {
			t.Errorf("Run(litter) = %+v, %s", e, stderr)
		}
	})
}

func conformStreams(t *testing.T, s Sandbox) {
	big := strings.Repeat("0123456789abcdef", 1<<16)
	for _, row := range []struct {
		name  string
		stdin io.Reader
		args  []string
		want  string
	}{
		{"no input", nil, []string{"copy"}, ""},
		{"input", strings.NewReader("hello"), []string{"copy"}, "hello"},
		{"much input", strings.NewReader(big), []string{"copy"}, big},
		{"input that is not read", strings.NewReader(big), []string{"exit", "0"}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			mark := newMark()
			c := command(mark, row.args...)
			c.Stdin = row.stdin
			e, out, _ := run(t, s, mark, c)
			if !e.OK() || out != row.want {
				t.Errorf("Run(%q) = %+v and %d bytes, want OK and %d", row.args, e, len(out), len(row.want))
			}
		})
	}
	t.Run("input that does not end", func(t *testing.T) {
		t.Parallel()
		mark := newMark()
		c := command(mark, "exit", "0")
		r, w := io.Pipe()
		defer w.Close()
		c.Stdin = r
		if e, _, _ := run(t, s, mark, c); !e.OK() {
			t.Errorf("Run = %+v, want OK", e)
		}
	})
	t.Run("a writer that fails", func(t *testing.T) {
		t.Parallel()
		mark := newMark()
		c := command(mark, "sleep")
		c.Stdout = writerFunc(func([]byte) (int, error) { return 0, os.ErrClosed })
		_, err := s.Run(t.Context(), c)
		if left := marked(mark); !errors.Is(err, os.ErrClosed) || len(left) > 0 {
			t.Errorf("Run = %v, left %v; want %v", err, left, os.ErrClosed)
		}
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func conformDump(t *testing.T, s Sandbox) {
	for _, row := range []struct {
		program string
		dumps   bool
	}{{"hang", true}, {"deaf", false}} {
		t.Run(row.program, func(t *testing.T) {
			t.Parallel()
			mark := newMark()
			c := command(mark, row.program)
			c.Dump, c.Limits.Wall = true, 200*time.Millisecond
			e, _, stderr := run(t, s, mark, c)
			if got := strings.Contains(stderr, "\ngoroutine 1 "); e.Reason != Wall || got != row.dumps {
				t.Errorf("Run(%s) = %+v, dumped %v; want %q, %v", row.program, e, got, Wall, row.dumps)
			}
			if e.Wall > soon {
				t.Errorf("Run(%s) took %v", row.program, e.Wall)
			}
		})
	}
}

func conformErrors(t *testing.T, s Sandbox) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name    string
		command Command
		want    fault.Kind
	}{
		{"no such program", Command{Path: "/no/such/program"}, fault.NotFound},
		{"no such folder", Command{Path: self, Dir: "/no/such/folder"}, fault.NotFound},
		{"not executable", Command{Path: file}, fault.Unavailable},
		{"relative", Command{Path: "program"}, fault.Misuse},
		{"no path", Command{}, fault.Misuse},
		{"zero byte", Command{Path: self, Args: []string{"\x00"}}, fault.Misuse},
	} {
		t.Run(row.name, func(t *testing.T) {
			e, err := s.Run(t.Context(), row.command)
			if err == nil || fault.KindOf(err) != row.want || e != (Exit{}) {
				t.Errorf("Run = %+v, %v; want an error of kind %v", e, err, row.want)
			}
		})
	}
}

func conformCancel(t *testing.T, s Sandbox) {
	t.Run("before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Run(ctx, command(newMark(), "sleep")); fault.KindOf(err) != fault.Canceled {
			t.Errorf("Run = %v, want kind %v", err, fault.Canceled)
		}
	})
	for _, name := range []string{"sleep", "demon", "deaf"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			mark, cause := newMark(), errors.New("had enough")
			c := command(mark, name)
			c.Stdout = onLine(func() { cancel(cause) })
			_, err := s.Run(ctx, c)
			if fault.KindOf(err) != fault.Canceled || !errors.Is(err, cause) {
				t.Errorf("Run = %v, want kind %v and the cause", err, fault.Canceled)
			}
			if left := marked(mark); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}

// conformMany runs 50 commands at once, of which some leave daemons or are ended.
func conformMany(t *testing.T, s Sandbox) {
	var group sync.WaitGroup
	for n := range 50 {
		group.Go(func() {
			mark, word := newMark(), fmt.Sprint("word ", n)
			c := command(mark, "copy")
			reason, strays := Exited, 0
			switch {
			case n%10 == 5:
				c, strays = command(mark, "daemon"), 1
				word = ""
			case n%10 == 6:
				c, reason = command(mark, "demon"), Wall
				c.Limits.Wall = 300 * time.Millisecond
				word = ""
			}
			c.Stdin = strings.NewReader(word)
			e, out, _ := run(t, s, mark, c)
			if reason == Wall {
				out = "" // "up", if it came so far
			}
			if e.Reason != reason || e.Strays != strays || out != word {
				t.Errorf("command %d = %+v, printed %q; want %q, %d strays, %q", n, e, out, reason, strays, word)
			}
		})
	}
	group.Wait()
}

// conformPeak asks for the size of a program larger and one smaller than we are.
func conformPeak(t *testing.T, s Sandbox) {
	mark := newMark()
	large := ownPeak()>>20 + 32
	if e, _, _ := run(t, s, mark, command(mark, "touch", fmt.Sprint(large))); e.Peak>>20 < large {
		t.Errorf("the peak of a program that uses %d MiB is %d MiB", large, e.Peak>>20)
	}
	ballast := bytes.Repeat([]byte{1}, 64<<20)
	mark = newMark()
	if e, _, _ := run(t, s, mark, command(mark, "exit", "0")); e.Peak > int64(len(ballast)) {
		t.Errorf("the peak of a small program is %d: ours", e.Peak)
	}
}
