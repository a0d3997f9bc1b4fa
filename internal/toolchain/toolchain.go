// Package toolchain knows the Go releases, finds or downloads them, and builds
// programs with them.
//
// Releases are data: the newest patch of each is learned from the module proxy,
// with an embedded table to fall back on. A program of the standard library alone
// is built by calling the release's compiler and linker directly, on archives of
// the standard library that are made once for each release and kept; what that
// path would get wrong is built by the go command instead. Both say and give the
// same; a [Release] is what `go run FILE.go` outside of a module makes of it.
//
// All that is kept lies below [Config].Cache, and can be removed at any time:
//
//	archives/go1.26.8-1f2e3d/   compiled standard library and its index.json; -race for that of the race detector
//	gocache/                    the build cache of the go commands we start
//	go/go1.19.13/               a release whose copy in the module cache is not whole
//	debug/                      GODEBUG defaults, by release and language
//	releases.json               what the module proxy said
//	tmp/, locks/                folders of running processes, and who they are
//	home/, gopath/              empty, for go commands that want to have them
package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/sandbox"
)

// Config says where a [Toolchains] works and what it may use.
type Config struct {
	Cache    string          // absolute folder that this package owns, in no Go module; made when missing. Required
	Sandbox  sandbox.Sandbox // starts every process. Required
	GoRoot   string          // the local toolchain; "" means that of the go command on PATH
	Proxy    string          // a list as in GOPROXY; "" means what `go env GOPROXY` says
	ModCache string          // where releases are installed; "" means what `go env GOMODCACHE` says
	Bound    int64           // bytes kept of archives and build cache, oldest use removed first; 0 means 3 GiB
}

// Toolchains gives out releases and builds programs with them. It is safe for
// concurrent use, also by several processes with the same Cache.
type Toolchains struct {
	config     Config // complete
	local      *Go
	environ    []string // the environment we were started in
	searchPath string   // its PATH
	cc         string   // the C compiler, as a name or a path
	web        *http.Client
	now        func() time.Time

	session    string // folder for temporary files
	endSession func()

	mu       sync.Mutex
	sets     map[string]*set
	debugs   map[string]defaults // by question
	packages map[string]bool     // of the standard libraries that were asked for, by root and path

	tableMu sync.Mutex
	table   table
}

// New asks the local go command about itself and returns the toolchains. Without
// a go command the error is fault.Unavailable. Close removes its temporary files;
// those of a process that was killed are removed by the next New.
func New(ctx context.Context, c Config) (*Toolchains, error) {
	if c.Sandbox == nil || !filepath.IsAbs(c.Cache) {
		return nil, fault.New(fault.Misuse, "toolchain.Config needs a Sandbox and an absolute Cache, not %q", c.Cache)
	}
	if c.Bound == 0 {
		c.Bound = 3 << 30
	}
	t := &Toolchains{
		config: c, environ: os.Environ(), searchPath: os.Getenv("PATH"), now: time.Now,
		web: webClient(), sets: map[string]*set{}, debugs: map[string]defaults{}, packages: map[string]bool{},
	}
	if err := t.makeFolders(); err != nil {
		return nil, err
	}
	if err := t.openSession(ctx); err != nil {
		return nil, err
	}
	if err := t.askLocal(ctx); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// Close removes the temporary files of t, which must not build any more. Further
// calls do nothing.
func (t *Toolchains) Close() error {
	defer t.endSession()
	return t.removeSession(filepath.Base(t.session))
}

func (t *Toolchains) inCache(elem ...string) string {
	return filepath.Join(append([]string{t.config.Cache}, elem...)...)
}

// webClient also reads file:// proxies, as the go command does.
func webClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.RegisterProtocol("file", http.NewFileTransport(http.Dir("/")))
	return &http.Client{Transport: transport}
}

// makeFolders makes those of the cache. Below a go.mod the go command would take
// every program for a part of that module.
func (t *Toolchains) makeFolders() error {
	for dir := t.config.Cache; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return fault.New(fault.Misuse, "the cache folder %s is inside of a Go module, %s", t.config.Cache, dir).
				Try("Choose a cache folder outside of it.")
		}
	}
	telemetry := t.inCache("home", ".config", "go", "telemetry")
	for _, dir := range []string{t.inCache("archives"), t.inCache("gocache"), t.inCache("go"),
		t.inCache("debug"), t.inCache("tmp"), t.inCache("locks"), t.inCache("gopath"), telemetry} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return t.diskFault("making the cache folder", err)
		}
	}
	mode := filepath.Join(telemetry, "mode")
	if _, err := os.Stat(mode); err == nil {
		return nil
	}
	return t.diskFault("making the cache folder", writeFile(mode, []byte("off 2026-01-01\n")))
}

// askLocal asks the local go command who and where it is.
func (t *Toolchains) askLocal(ctx context.Context) error {
	command := filepath.Join(t.config.GoRoot, "bin", "go"+exe)
	if t.config.GoRoot == "" {
		command = t.search("go")
	}
	if !executable(command) {
		return fault.New(fault.Unavailable, "no go command (GOROOT %q, PATH %q)", t.config.GoRoot, t.searchPath).
			Try("Install Go from https://go.dev/dl and put it on your PATH.")
	}
	said, told := &output{}, &output{}
	exit, err := t.config.Sandbox.Run(ctx, sandbox.Command{
		Path: command, Args: []string{"env", "-json", "GOROOT", "GOVERSION", "GOMODCACHE", "GOPROXY", "CC"},
		Env: lastWins(slices.Concat(t.environ, []string{"GOTOOLCHAIN=local", "GOFLAGS="})), Stdout: said, Stderr: told, Limits: goLimits,
	})
	if err != nil {
		return fmt.Errorf("running %s env: %w", command, err)
	}
	if !exit.OK() {
		return fault.New(fault.Unavailable, "%s env: %s", command, told.text()).Try("Check your installation of Go.")
	}
	var env struct{ GOROOT, GOVERSION, GOMODCACHE, GOPROXY, CC string }
	if err := json.Unmarshal([]byte(said.text()), &env); err != nil {
		return fmt.Errorf("reading go env: %w", err)
	}
	release, err := localRelease(env.GOVERSION)
	if err != nil {
		return err
	}
	t.local = &Go{Release: release, Root: env.GOROOT, t: t}
	t.config.Proxy = firstOf(t.config.Proxy, env.GOPROXY)
	t.config.ModCache = firstOf(t.config.ModCache, env.GOMODCACHE)
	t.cc = firstOf(env.CC, "gcc")
	return nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// localRelease reads what a go command says of its version, which may be more
// than a version: "go1.26.8 X:nogreenteagc", "devel go1.28-1a2b3c Mon Nov 9".
func localRelease(version string) (Release, error) {
	m := regexp.MustCompile(`go1\.([0-9]+)[^ ]*`).FindStringSubmatch(version)
	if m == nil {
		return Release{}, fault.New(fault.Unavailable, "the local go command has the version %q", version).
			Try("Put a released Go on your PATH.")
	}
	minor, err := strconv.Atoi(m[1])
	if err == nil && minor < oldest {
		return Release{}, fault.New(fault.Unavailable, "the local Go is %s, too old", m[0]).
			Try("Install a Go of 1.21 or newer from https://go.dev/dl.")
	}
	return Release{minor, m[0]}, err
}

// search finds a program as a shell would; "" when there is none.
func (t *Toolchains) search(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	for _, dir := range filepath.SplitList(t.searchPath) {
		if path := filepath.Join(dir, name+exe); filepath.IsAbs(path) && executable(path) {
			return path
		}
	}
	return ""
}

// hasCompiler reports whether there is a C compiler; CC may hold flags too.
func (t *Toolchains) hasCompiler() bool {
	words := strings.Fields(t.cc)
	return len(words) > 0 && executable(t.search(words[0]))
}
