// Package run builds a program with a release and executes it: program and
// release in, a [Run] out.
//
// What goes wrong in the program is a field of the Run, never a Go error: a
// compile error, a panic, a limit. Output is streamed as events while the program
// runs. A program that was built before, with the same release and flags, is not
// built again.
package run

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// A Runner runs programs. Implementations are safe for concurrent use.
type Runner interface {
	// Run builds and executes a program. emit, unless nil, is called for each piece
	// of output as it comes, never by two goroutines at once. An error means that we
	// failed or that ctx ended.
	Run(ctx context.Context, r Request, emit func(Event)) (Run, error)
}

// A Request is a program and how to run it.
type Request struct {
	Files   []toolchain.File
	Pair    toolchain.Pair
	Options toolchain.Options // Lang is that of Pair
	Args    []string          // without the program's name
	Env     []string          // the whole environment; nil means an empty one
	Dir     string            // working folder; "" means a fresh one, removed afterwards
	Stdin   io.Reader         // nil means empty
	Limits  sandbox.Limits
	Crash   bool // tell runtime deaths from exits: GOTRACEBACK=crash, with its longer traces
}

// A Stream is what an event was written to.
type Stream string

// The streams.
const (
	Stdout Stream = "stdout"
	Stderr Stream = "stderr"
)

// An Event is one write of the program, as it arrived.
type Event struct {
	At     time.Duration // since the program's start
	Stream Stream
	Text   []byte
}

// A Run is what came of a Request.
type Run struct {
	Build  toolchain.Built // Build.OK is false when the program does not compile; End is then zero
	Cached bool            // the program had been built before
	End    End
}

// Local runs programs on this machine.
type Local struct {
	tools *toolchain.Toolchains
	box   sandbox.Sandbox
	bins  *binaries
}

var _ Runner = (*Local)(nil)

// Config says what a Local works with. All fields are required but Bound.
type Config struct {
	Toolchains *toolchain.Toolchains
	Sandbox    sandbox.Sandbox
	Cache      string // folder for built programs; made when missing
	Bound      int64  // bytes of built programs kept, oldest use removed first; 0 means 512 MiB
}

// New returns a Local.
func New(c Config) (*Local, error) {
	if c.Toolchains == nil || c.Sandbox == nil || c.Cache == "" {
		return nil, fmt.Errorf("run: Toolchains, Sandbox and Cache are required")
	}
	if c.Bound == 0 {
		c.Bound = 512 << 20
	}
	bins, err := openBinaries(c.Cache, c.Bound)
	if err != nil {
		return nil, fmt.Errorf("opening the cache of programs: %w", err)
	}
	return &Local{tools: c.Toolchains, box: c.Sandbox, bins: bins}, nil
}

// Run implements [Runner].
func (l *Local) Run(ctx context.Context, r Request, emit func(Event)) (Run, error) {
	r.Options.Lang = r.Pair.Lang
	path, built, cached, err := l.build(ctx, r)
	if err != nil || !built.OK {
		return Run{Build: built, Cached: cached}, err
	}
	env := r.Env
	if r.Crash {
		env = append(env[:len(env):len(env)], "GOTRACEBACK=crash")
	}
	out := newStreams(emit)
	exit, err := l.box.Run(ctx, sandbox.Command{
		Path: path, Args: r.Args, Env: env, Dir: r.Dir, Stdin: r.Stdin,
		Stdout: out.to(Stdout), Stderr: out.to(Stderr), Limits: r.Limits,
	})
	if err != nil {
		return Run{Build: built, Cached: cached}, fmt.Errorf("running the program: %w", err)
	}
	return Run{Build: built, Cached: cached, End: Classify(exit, out.tail.Bytes())}, nil
}

// build returns the path of the built program.
func (l *Local) build(ctx context.Context, r Request) (path string, built toolchain.Built, cached bool, err error) {
	key := Key(r.Files, r.Pair, r.Options)
	if path, ok := l.bins.get(key); ok {
		return path, toolchain.Built{OK: true}, true, nil
	}
	g, err := l.tools.Install(ctx, r.Pair.Release, io.Discard)
	if err != nil {
		return "", built, false, err
	}
	path = l.bins.path(key)
	built, err = l.tools.Build(ctx, g, r.Files, r.Options, path)
	if err != nil || !built.OK {
		return "", built, false, err
	}
	if err := l.bins.add(key); err != nil {
		return "", built, false, fmt.Errorf("keeping the built program: %w", err)
	}
	return path, built, false, nil
}

// streams turns writes into events and keeps the end of standard error.
type streams struct {
	mu    sync.Mutex
	start time.Time
	emit  func(Event)
	tail  tail
}

func newStreams(emit func(Event)) *streams {
	if emit == nil {
		emit = func(Event) {}
	}
	return &streams{start: time.Now(), emit: emit}
}

func (s *streams) to(stream Stream) io.Writer {
	return writerFunc(func(p []byte) (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if stream == Stderr {
			s.tail.Write(p)
		}
		s.emit(Event{time.Since(s.start), stream, p})
		return len(p), nil
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A tail keeps the last bytes written to it: enough for the runtime's headline
// and the stack of the goroutine that died.
type tail struct{ b []byte }

const tailSize = 64 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if len(t.b) > 2*tailSize {
		t.b = append(t.b[:0], t.b[len(t.b)-tailSize:]...)
	}
	return len(p), nil
}

// Bytes returns what was kept.
func (t *tail) Bytes() []byte { return t.b }
