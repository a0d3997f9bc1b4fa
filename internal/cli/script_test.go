package cli

import (
	"errors"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScript runs testdata/script/*.txtar, in which gomastery is the real program
// with the sample book inside. Beside the commands of testscript there are
//
//	status N CMD ARGS…   runs a command, which must end with this exit status
//	same ARGS…           go run and gomastery run with these arguments must print
//	                     the same on both streams and end with the same status
//
// and the conditions [race], that programs can be built with the race detector,
// and [release:1.21], that this release is installed.
func TestScript(t *testing.T) {
	if os.Getenv("CI") == "true" {
		needs(t, "gcc")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Condition:           condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": statusCommand, "same": sameCommand,
		},
	})
}

func setup(env *testscript.Env) error {
	env.Setenv("HOME", os.Getenv("HOME"))
	env.Setenv("GOTRACEBACK", "") // testscript asks for traces of the runtime
	env.Setenv("GOMASTERY_CACHE", testCache())
	env.Setenv("LOCAL", runtime.Version()) // that of the go command that runs us
	env.Setenv("MINOR", strings.TrimPrefix(version.Lang(runtime.Version()), "go"))
	if env.Setenv("GOMASTERY", search("gomastery", env.Getenv("PATH"))); env.Getenv("GOMASTERY") == "" {
		return errors.New("testscript has not put gomastery on the PATH")
	}
	for _, name := range []string{"GOPROXY", "GOMODCACHE", "GOPATH", "GOCACHE", "GOTOOLCHAIN", "GONOSUMDB", "GOFLAGS", "SSL_CERT_FILE", "HTTPS_PROXY", "GORACE"} {
		if v := os.Getenv(name); v != "" {
			env.Setenv(name, v)
		}
	}
	return nil
}

func condition(cond string) (bool, error) {
	name, arg, _ := strings.Cut(cond, ":")
	switch name {
	case "race":
		return search("gcc", os.Getenv("PATH")) != "", nil
	case "release":
		cache := os.Getenv("GOMODCACHE")
		if cache == "" {
			cache = filepath.Join(os.Getenv("HOME"), "go", "pkg", "mod")
		}
		found, err := filepath.Glob(filepath.Join(cache, "golang.org", "toolchain@v0.0.1-go"+arg+".*"))
		return len(found) > 0, err
	}
	return false, errors.New("unknown condition")
}

// exitStatus runs a command and returns its status.
func exitStatus(ts *testscript.TestScript, args []string) int {
	err := ts.Exec(args[0], args[1:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v: %v", args, err)
	}
	return 0
}

func statusCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N CMD ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := exitStatus(ts, args[1:]); got != want {
		ts.Fatalf("exit status of %v = %d, want %d\nstdout: %s\nstderr: %s", args[1:], got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// sameCommand compares. Traces name a file by its whole path with go run, and by
// its name with us: that is the one difference.
func sameCommand(ts *testscript.TestScript, neg bool, args []string) {
	run := func(command string) string {
		code := exitStatus(ts, append([]string{command, "run"}, args...))
		text := ts.ReadFile("stdout") + "--- stderr\n" + ts.ReadFile("stderr") + "--- status " + strconv.Itoa(code)
		return strings.ReplaceAll(text, "\t"+ts.Getenv("WORK")+"/", "\t")
	}
	want := run("go")
	if got := run("gomastery"); got != want {
		ts.Fatalf("gomastery run %v:\n%s\ngo run:\n%s", args, got, want)
	}
}
