package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

// Plain is the sandbox for one's own code: a process in a group of its own, with
// limits, pipes for its streams, and a fresh folder for its files. Create it with
// [NewPlain], once for a program, and Close it.
//
// On Linux all of the contract holds, for root and for others alike. Every
// process is found again by a tag that fork, exec, setsid and an emptied
// environment leave alone: the soft RLIMIT_LOCKS, which the kernel keeps and has
// not looked at since 2.4.25. A program is held at its first instruction (ptrace)
// until it has its tag and its limits.
//
// What gets away is a program that sets that limit itself; what another Plain
// starts within the command; and, where ptrace is not allowed, what leaves the process group in the
// moment before the limits are set. A Guard adds a watchdog, a process that cleans
// up when ours is killed.
//
// Exit.Peak is 0 for a command that stayed smaller than our own process and ended
// before it was first looked at: the kernel counts our size before exec as its.
//
// On macOS and the BSDs there are Wall, Output and the process group alone; on
// Windows Wall, Output and the command's own process.
type Plain struct {
	host    *host
	folders *folders
	dog     *watchdog // nil without one

	commands atomic.Uint64  // numbers the commands, for their tags
	running  sync.WaitGroup // the calls of Run that are under way
	quit     chan struct{}  // closed by Close

	mu     sync.Mutex // guards closed, and running.Add against Close
	closed bool
}

// NewPlain returns a sandbox, and removes what sandboxes of killed processes left
// behind. It marks the descriptors that our process inherited, but for the first
// three, close-on-exec. The zero Guard means no watchdog: when our process is killed, the
// commands still die with it, but what they started may stay until the next
// NewPlain of the same user.
func NewPlain(g Guard) (*Plain, error) {
	h, err := newHost()
	if err != nil {
		return nil, fmt.Errorf("make a sandbox: %w", err)
	}
	f, err := openFolders(h)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a sandbox: %w", err), h.close())
	}
	dog, err := startWatchdog(g, f.dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a sandbox: start its watchdog: %w", err), f.close(), h.close())
	}
	return &Plain{host: h, folders: f, dog: dog, quit: make(chan struct{})}, nil
}

// Close ends what still runs (those calls of Run return fault.Canceled), removes
// the folders and ends the watchdog. Further calls of Close do nothing.
func (p *Plain) Close() error {
	p.mu.Lock()
	again := p.closed
	p.closed = true
	p.mu.Unlock()
	if again {
		return nil
	}
	close(p.quit)
	p.running.Wait()
	err := errors.Join(p.folders.close(), p.dog.close(), p.host.close())
	if err != nil {
		return fmt.Errorf("close the sandbox: %w", err)
	}
	return nil
}

// Run runs one command; see [Sandbox].
func (p *Plain) Run(ctx context.Context, c Command) (Exit, error) {
	if !filepath.IsAbs(c.Path) {
		return Exit{}, fault.New(fault.Misuse, "run %q: the path is not absolute", c.Path)
	}
	if err := p.enter(); err != nil {
		return Exit{}, err
	}
	defer p.running.Done()
	if err := ctx.Err(); err != nil {
		return Exit{}, canceled(c, context.Cause(ctx))
	}
	c.Limits = c.Limits.withDefaults()
	return p.run(ctx, c)
}

// enter counts a call of Run, unless the sandbox is closed.
func (p *Plain) enter() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return fault.New(fault.Misuse, "the sandbox is closed")
	}
	p.running.Add(1)
	return nil
}

func (p *Plain) run(ctx context.Context, c Command) (exit Exit, err error) {
	temp, err := p.folders.fresh()
	if err != nil {
		return Exit{}, fmt.Errorf("run %s: %w", c.Path, err)
	}
	defer func() {
		if rerr := removeAll(temp); rerr != nil {
			err = errors.Join(err, fmt.Errorf("run %s: remove its temporary folder: %w", c.Path, rerr))
		}
	}()

	// The kernel kills a command when the thread that started it ends, which is
	// wanted when our process ends and at no other time.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	r, err := p.start(c, temp)
	if err != nil {
		return Exit{}, err
	}
	reason, werr := r.watch(ctx, p.quit)
	killed, err := r.end()
	if err := errors.Join(werr, err); err != nil {
		return Exit{}, err
	}
	return r.exit(reason, killed), nil
}

// start starts c, whose temporary folder is temp.
func (p *Plain) start(c Command, temp string) (*running, error) {
	s, err := openStreams(c)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", c.Path, err)
	}
	attr := &os.ProcAttr{Dir: c.Dir, Env: environment(c.Env, temp), Files: s.files}
	if attr.Dir == "" {
		attr.Dir = temp
	}
	argv := append([]string{c.Path}, c.Args...)
	r := &running{c: c, streams: s, started: time.Now(), ended: make(chan struct{})}
	r.process, r.tree, err = p.host.launch(argv, attr, c.Limits, p.commands.Add(1))
	s.closeFiles()
	if err != nil {
		s.close()
		return nil, startFault(c, err)
	}
	r.largest = ownPeak()
	s.copy(c)
	go r.wait()
	return r, nil
}

// environment returns env with TMPDIR and HOME, never nil: os.StartProcess would
// take that for our own environment.
func environment(env []string, temp string) []string {
	full := append(make([]string, 0, len(env)+2), env...)
	for _, key := range []string{"TMPDIR=", "HOME="} {
		has := func(kv string) bool { return strings.HasPrefix(kv, key) }
		if !slices.ContainsFunc(env, has) {
			full = append(full, key+temp)
		}
	}
	return full
}

// startFault classifies why c could not be started.
func startFault(c Command, err error) error {
	kind := fault.Internal
	switch {
	case errors.Is(err, fs.ErrNotExist):
		kind = fault.NotFound
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOEXEC):
		kind = fault.Unavailable
	case errors.Is(err, syscall.EINVAL): // a zero byte in a string
		kind = fault.Misuse
	}
	return fault.New(kind, "run %s: %w", c.Path, err)
}

// canceled is the error of a command that cause ended.
func canceled(c Command, cause error) error {
	return fault.New(fault.Canceled, "run %s: stopped: %w", filepath.Base(c.Path), cause)
}
