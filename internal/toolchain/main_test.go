package toolchain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/sandbox"
)

// guard is for the sandboxes of this test binary; tests set nothing here.
var guard sandbox.Guard

func TestMain(m *testing.M) {
	guard = sandbox.Reexec()
	if task := os.Getenv("TOOLCHAIN_TEST_TASK"); task != "" {
		os.Exit(helper(task))
	}
	code := m.Run()
	if s, err := sharedOnce(); err == nil {
		s.chains.Close()
		s.box.Close()
	}
	os.Exit(code)
}

type sharedToolchains struct {
	chains *Toolchains
	box    *sandbox.Plain
}

// sharedOnce is one Toolchains for all tests, with a cache folder that outlives
// them: making the archives of ten releases would take minutes each time. It is
// toolchain in $GOMASTERY_TEST_CACHE, or in gomastery-test in the user's cache
// folder, shared with the tests of other packages, and may be removed at any time.
var sharedOnce = sync.OnceValues(func() (sharedToolchains, error) {
	box, err := sandbox.NewPlain(guard)
	if err != nil {
		return sharedToolchains{}, err
	}
	cache, err := testCache()
	if err != nil {
		return sharedToolchains{}, err
	}
	chains, err := New(context.Background(), Config{Cache: cache, Sandbox: box})
	return sharedToolchains{chains, box}, err
})

func testCache() (string, error) {
	if dir := os.Getenv("GOMASTERY_TEST_CACHE"); dir != "" {
		return filepath.Abs(filepath.Join(dir, "toolchain"))
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "gomastery-test", "toolchain"), err
}

func shared(t testing.TB) *Toolchains {
	t.Helper()
	s, err := sharedOnce()
	if err != nil {
		t.Fatal(err)
	}
	return s.chains
}

func box(t testing.TB) *sandbox.Plain {
	t.Helper()
	shared(t)
	s, _ := sharedOnce()
	return s.box
}

// lacking skips a test that needs what not every machine has; in CI it has to.
func lacking(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI lacks %s", what)
	}
	t.Skipf("needs %s", what)
}

// release returns an installed Go of this minor: the local one, or one of the
// module cache. In CI a missing one is installed.
func release(t testing.TB, minor int) *Go {
	t.Helper()
	s := shared(t)
	if s.Local().Minor == minor {
		return s.local
	}
	for _, r := range append(adopted, s.Releases(t.Context())...) {
		if r.Minor != minor {
			continue
		}
		if g, ok := s.Installed(r); ok {
			return g
		}
		if os.Getenv("CI") == "true" {
			g, err := s.Install(t.Context(), r, nil)
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
	}
	t.Skipf("needs Go 1.%d in the module cache", minor)
	return nil
}

// releases runs f with the local release, and with those of 1.18, 1.21 and 1.27
// that are there, in parallel.
func releases(t *testing.T, f func(t *testing.T, g *Go)) {
	t.Helper()
	onReleases(t, []int{18, 21, shared(t).Local().Minor, 27}, f)
}

func onReleases(t *testing.T, minors []int, f func(t *testing.T, g *Go)) {
	t.Helper()
	slices.Sort(minors)
	for _, minor := range slices.Compact(minors) {
		t.Run(fmt.Sprintf("1.%d", minor), func(t *testing.T) {
			t.Parallel()
			f(t, release(t, minor))
		})
	}
}

func gcc(t testing.TB) {
	t.Helper()
	if !shared(t).hasCompiler() {
		lacking(t, "gcc")
	}
}

// program makes files of name, text, name, text, …; a single text is main.go.
func program(texts ...string) []File {
	if len(texts) == 1 {
		texts = []string{"main.go", texts[0]}
	}
	var files []File
	for i := 0; i < len(texts); i += 2 {
		files = append(files, File{texts[i], []byte(texts[i+1])})
	}
	return files
}

func hello(text string) []File {
	return program(fmt.Sprintf("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(%q) }\n", text))
}

// build builds and fails the test when that does not give a binary.
func mustBuild(t testing.TB, s *Toolchains, g *Go, files []File, o Options) (Built, string) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "program")
	b, err := s.Build(t.Context(), g, files, o, binary)
	if err != nil || !b.OK {
		t.Fatalf("Build = %+v, %v", b, err)
	}
	return b, binary
}

// execute runs a binary and returns its output and how it ended.
func execute(t testing.TB, binary string, env ...string) (string, sandbox.Exit) {
	t.Helper()
	out := &output{}
	exit, err := box(t).Run(t.Context(), sandbox.Command{Path: binary, Env: env, Stdout: out, Stderr: out, Limits: sandbox.Limits{Wall: time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	return out.text(), exit
}

// reference is what the release's go command says and makes of a program: named
// files outside of a module, or the folder when there is a go.mod.
func reference(t testing.TB, g *Go, files []File, flags ...string) (said, binary string, ok bool) {
	t.Helper()
	dir := t.TempDir()
	targets := []string{}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f.Name, ".go") {
			targets = append(targets, f.Name)
		}
		if f.Name == "go.mod" {
			targets = []string{"."}
		}
	}
	binary = filepath.Join(t.TempDir(), "reference")
	args := append(append([]string{"build", "-o", binary}, flags...), targets...)
	r, err := g.Command(t.Context(), dir, nil, args...)
	if err != nil {
		t.Fatal(err)
	}
	return plain(string(r.Stderr), dir, g.Root), binary, r.OK()
}

// plain takes header, folders and ./ out of what the go command says.
func plain(said, dir, goroot string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(said), "\n") {
		if line = strings.TrimPrefix(line, "./"); !strings.HasPrefix(line, "# ") {
			lines = append(lines, line)
		}
	}
	said = strings.ReplaceAll(strings.Join(lines, "\n"), dir, ".")
	return strings.ReplaceAll(said, goroot, "$GOROOT")
}

// sameStd is added to go build where it should not compile the standard library
// a second time.
const sameStd = "-gcflags=all=-dwarf=false"
