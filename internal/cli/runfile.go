package cli

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

	"golang.org/x/mod/modfile"

	"github.com/gomastery/gomastery/internal/run"
	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// goFiles is a program of files on disk, to be run as go run does.
type goFiles struct {
	names []string // as on the command line
	args  []string
	race  bool
	auto  bool // no release was chosen, so that what is around the files has a say
}

// unlimited are the limits of go run: none.
var unlimited = sandbox.Limits{Wall: 1 << 62, Memory: 1 << 62, Processes: 1 << 30, Output: 1 << 62, FileSize: 1 << 62}

// run runs the program. What the go command would do in another way than we do is
// left to it: in a module that sets GODEBUG defaults by its go line, with flags in
// the environment. So is a program that our build refuses: the go command says why in
// its own words, and knows modules, cgo and what else there is.
func (f goFiles) run(ctx context.Context, e *engine, pair toolchain.Pair) (ok bool, err error) {
	files, err := f.read(e.app)
	if err != nil {
		return false, err
	}
	if files == nil || f.auto && (byEnvironment(e.app.environ) || byModule(e.app.dir, pair.Release.Lang())) {
		return f.goRun(ctx, e, pair)
	}
	r, err := e.runner()
	if err != nil {
		return false, err
	}
	g, err := e.tools.Install(ctx, pair.Release, e.app.stderr)
	if err != nil {
		return false, err
	}
	done, err := r.Run(ctx, run.Request{
		Files: files, Pair: pair, Options: toolchain.Options{Race: f.race}, Args: f.args,
		Env: asGoRun(e.app.environ, g.Root), Dir: e.app.dir, Stdin: e.app.stdin, Limits: unlimited,
	}, e.app.pass)
	if err != nil {
		return false, err
	}
	if !done.Build.OK {
		return f.goRun(ctx, e, pair)
	}
	return goRunEnd(e.app, done.End), nil
}

// pass passes on what a program prints.
func (a *app) pass(ev run.Event) {
	if ev.Stream == run.Stdout {
		a.stdout.Write(ev.Text)
		return
	}
	a.stderr.Write(ev.Text)
}

// goRunEnd says how a program ended, as go run does.
func goRunEnd(a *app, end run.End) bool {
	switch {
	case end.Kind == run.Exit && end.Status == 0:
		return true
	case end.Kind == run.Killed:
		a.say("signal: %v", end.Signal)
	default:
		a.say("%v", end)
	}
	return false
}

// read reads the files. It returns nil when they can't be one program for us, so
// that the go command says what is wrong with them.
func (f goFiles) read(a *app) ([]toolchain.File, error) {
	var files []toolchain.File
	for _, name := range f.names {
		path := a.abs(name)
		if filepath.Dir(path) != filepath.Dir(a.abs(f.names[0])) {
			return nil, nil
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the program: %w", err)
		}
		files = append(files, toolchain.File{Name: filepath.Base(path), Data: data})
	}
	return files, nil
}

// asGoRun is the environment that go run gives to a program: ours, with the go
// command on the PATH. Our folder for temporary files is kept from it, since what
// it leaves in its own is its business.
func asGoRun(environ []string, root string) []string {
	bin := filepath.Join(root, "bin")
	if path := value(environ, "PATH"); path != "" {
		bin += string(filepath.ListSeparator) + path
	}
	return with(with(environ, "PATH", bin), "TMPDIR", value(environ, "TMPDIR"))
}

// with returns an environment in which a variable is set, and set once: a program
// may take the first of two.
func with(env []string, name, value string) []string {
	others := slices.DeleteFunc(slices.Clone(env), func(kv string) bool { return strings.HasPrefix(kv, name+"=") })
	return append(others, name+"="+value)
}

// value returns what a variable is set to, "" if it is not.
func value(env []string, name string) string {
	for _, kv := range slices.Backward(env) {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// goRun leaves a program to the go command of its release.
func (f goFiles) goRun(ctx context.Context, e *engine, pair toolchain.Pair) (ok bool, err error) {
	g, err := e.tools.Install(ctx, pair.Release, e.app.stderr)
	if err != nil {
		return false, err
	}
	args := []string{"run"}
	if f.race {
		args = append(args, "-race")
	}
	env := e.app.environ
	if !f.auto {
		env = with(env, "GOTOOLCHAIN", "local")
		if pair.Lang != "" {
			args = append(args, "-gcflags=-lang="+pair.Lang)
		}
	}
	exit, err := e.box.Run(ctx, sandbox.Command{
		Path: filepath.Join(g.Root, "bin", "go"), Args: slices.Concat(args, f.names, f.args), Env: env,
		Dir: e.app.dir, Stdin: e.app.stdin, Stdout: e.app.stdout, Stderr: e.app.stderr, Limits: unlimited,
	})
	return exit.OK(), err
}

// byEnvironment reports whether the environment asks the go command for another
// program than we would build.
func byEnvironment(env []string) bool {
	if strings.HasPrefix(value(env, "GOTOOLCHAIN"), "go1") {
		return true
	}
	usual := map[string]string{"GOOS": runtime.GOOS, "GOARCH": runtime.GOARCH}
	for _, name := range []string{"GOFLAGS", "GOEXPERIMENT", "GOOS", "GOARCH", "GOAMD64", "GOARM64", "CGO_ENABLED", "GOWORK"} {
		if v := value(env, name); v != "" && v != usual[name] {
			return true
		}
	}
	return false
}

// byModule reports whether dir is inside of a module or workspace that has a say in
// a program of the standard library alone. The go line of a module does not set the
// language of files that are named, but their GODEBUG defaults; where it is that of
// lang they are the usual ones.
func byModule(dir, lang string) bool {
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return true
		}
		if data, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			return !plainModule(data, lang)
		}
		if dir == filepath.Dir(dir) {
			return false
		}
	}
}

// plainModule reports whether a go.mod says nothing that would change a program of
// the standard library alone.
func plainModule(data []byte, lang string) bool {
	m, err := modfile.Parse("go.mod", data, nil)
	if err != nil || m.Go == nil || len(m.Godebug) > 0 || m.Toolchain != nil {
		return false
	}
	minor, err := toolchain.ParseMinor(m.Go.Version)
	return err == nil && fmt.Sprintf("go1.%d", minor) == lang
}
