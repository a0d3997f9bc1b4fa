package toolchain

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/sandbox"
)

// The limits of what we start. With GOGC=off the tools keep all they allocate,
// 50 to 300 MB for programs as in the book.
var (
	toolLimits = sandbox.Limits{Wall: 2 * time.Minute, Memory: 4 << 30, Processes: 256, Output: 64 << 20, FileSize: 4 << 30}
	goLimits   = sandbox.Limits{Wall: 5 * time.Minute, Memory: 4 << 30, Processes: 512, Output: 64 << 20, FileSize: 4 << 30}
	// what makes archives or downloads works for us alone, with as many compilers as there are cores
	makeLimits = sandbox.Limits{Wall: 30 * time.Minute, Memory: 16 << 30, Processes: 2048, Output: 64 << 20, FileSize: 4 << 30}
)

// output collects what a process prints on both streams, in the order it arrives.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.TrimSpace(o.b.String())
}

// A Result is what one go command did.
type Result struct {
	sandbox.Exit
	Stdout, Stderr []byte
}

// Command runs this release's go command in dir, "" for an empty folder. The
// environment is ours and not the caller's: no network, no cgo, no workspace, no
// other toolchain, no go env file, the build cache of the cache folder; env is
// added to it and wins. However the command ends is a Result.
func (g *Go) Command(ctx context.Context, dir string, env []string, args ...string) (Result, error) {
	return g.command(ctx, goLimits, dir, env, args...)
}

func (g *Go) command(ctx context.Context, limits sandbox.Limits, dir string, env []string, args ...string) (Result, error) {
	unlock, err := g.t.lock(ctx, "gocache", true) // not while it is removed
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	var stdout, stderr bytes.Buffer
	exit, err := g.t.config.Sandbox.Run(ctx, sandbox.Command{
		Path:   g.goTool(),
		Args:   args,
		Env:    lastWins(slices.Concat(g.t.cleanEnv(), env)),
		Dir:    dir,
		Stdout: &stdout,
		Stderr: &stderr,
		Limits: limits,
	})
	if err != nil {
		return Result{}, fmt.Errorf("running go %s of %s: %w", args[0], g.Version, err)
	}
	return Result{exit, stdout.Bytes(), stderr.Bytes()}, nil
}

// cleanEnv is the environment of go commands. HOME holds nothing but the word
// that telemetry is off, without which compilers count in files there.
func (t *Toolchains) cleanEnv() []string {
	return []string{
		"PATH=" + t.searchPath, "HOME=" + t.inCache("home"), "GOPATH=" + t.inCache("gopath"),
		"GOCACHE=" + t.inCache("gocache"), "GOENV=off", "GOTOOLCHAIN=local", "GOPROXY=off", "GOSUMDB=off",
		"GOWORK=off", "GOFLAGS=-buildvcs=false", "GO111MODULE=", "CGO_ENABLED=0", "CC=" + t.cc,
	}
}

// raceEnv is added for the race detector, whose runtime is C.
var raceEnv = []string{"CGO_ENABLED=1"}

// callerEnv is the environment we were started in, with changes; for the network
// it takes the proxy, the checksum database and their passwords.
func (t *Toolchains) callerEnv(changes ...string) []string {
	env := slices.Concat(t.environ, []string{"GOFLAGS=", "GOPROXY=" + t.config.Proxy, "GOMODCACHE=" + t.config.ModCache}, changes)
	return lastWins(env)
}

// lastWins drops the settings that a later one of the same name overrides.
func lastWins(env []string) []string {
	seen := map[string]bool{}
	var kept []string
	for _, setting := range slices.Backward(env) {
		name, _, _ := strings.Cut(setting, "=")
		if !seen[name] {
			seen[name] = true
			kept = append(kept, setting)
		}
	}
	slices.Reverse(kept)
	return kept
}

// run starts one of the release's tools in dir and says whether it accepted what
// it was given; printed is what it said. It writes to a folder that should have
// reserve bytes left.
func (g *Go) run(ctx context.Context, dir string, out writes, path string, args ...string) (printed string, ok bool, err error) {
	said := &output{}
	exit, err := g.t.config.Sandbox.Run(ctx, sandbox.Command{
		Path:   path,
		Args:   args,
		Env:    []string{"PATH=" + g.t.searchPath, "GOROOT=" + g.Root, "HOME=" + g.t.inCache("home"), "GOGC=off", "GOMEMLIMIT=3GiB"},
		Dir:    dir,
		Stdout: said,
		Stderr: said,
		Limits: toolLimits,
	})
	tool := filepath.Base(path)
	if err != nil {
		return "", false, fmt.Errorf("running %s of %s: %w", tool, g.Version, err)
	}
	return judge(exit, tool, said.text(), out)
}

// writes says where a tool writes, and how much is normal.
type writes struct {
	dir   string
	bytes int64
}

// judge tells a refusal, ok false, from a failure of the machine, by how the tool
// ended and never by what it said. A tool that ran into a limit of ours refused:
// a program that needs so much is the reader's. That the disk is full tools say
// in words only, so we look ourselves whenever one has failed.
func judge(exit sandbox.Exit, tool, said string, out writes) (printed string, ok bool, err error) {
	switch {
	case exit.OK():
		return said, true, nil
	case room(out.dir) < out.bytes:
		return "", false, noSpace(out.dir, fmt.Errorf("%s: %s", tool, said))
	case exit.Reason == sandbox.Exited:
		return said, false, nil
	case exit.Reason == sandbox.Signaled:
		return "", false, fault.New(fault.Internal, "%s was killed (%v): %s", tool, exit.Signal, said)
	}
	limit := fmt.Sprintf("%s: stopped by the %s limit after %v", tool, exit.Reason, exit.Wall.Round(time.Millisecond))
	return strings.TrimSpace(said + "\n" + limit), false, nil
}
