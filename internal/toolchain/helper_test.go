package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gomastery/gomastery/internal/sandbox"
)

// helper is what this test binary does as a process of its own: it builds hello
// with the cache folder it is told, prints what the program prints, and dies
// before that if it is told so.
func helper(task string) int {
	box, err := sandbox.NewPlain(guard)
	if err != nil {
		return report(err)
	}
	defer box.Close()
	switch task {
	case "build":
		return report(helperBuild(box))
	case "die":
		return report(helperBuild(mortal{box}))
	case "full":
		return report(fullDisk(box))
	}
	return report(fmt.Errorf("unknown task %q", task))
}

func report(err error) int {
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

// mortal is a sandbox in which our process dies when a go list has ended: with
// all locks held and nothing written yet.
type mortal struct{ sandbox.Sandbox }

func (m mortal) Run(ctx context.Context, c sandbox.Command) (sandbox.Exit, error) {
	exit, err := m.Sandbox.Run(ctx, c)
	if len(c.Args) > 0 && c.Args[0] == "list" {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		return exit, err
	}
	return exit, err
}

func helperBuild(box sandbox.Sandbox) error {
	ctx := context.Background()
	s, err := New(ctx, Config{Cache: os.Getenv("TOOLCHAIN_TEST_CACHE"), Sandbox: box})
	if err != nil {
		return err
	}
	defer s.Close()
	return buildHello(ctx, s, box)
}

func buildHello(ctx context.Context, s *Toolchains, box sandbox.Sandbox) error {
	dir, err := os.MkdirTemp(s.inCache("home"), "hello")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "hello")
	b, err := s.Build(ctx, s.local, hello("good morning"), Options{}, binary)
	if err != nil || !b.OK {
		return errors.Join(err, errors.New(b.Output))
	}
	_, err = box.Run(ctx, sandbox.Command{Path: binary, Stdout: os.Stdout, Stderr: os.Stdout})
	return err
}

// freshCache makes a cache folder without archives that shares the go command's
// build cache with all tests, for speed.
func freshCache(t *testing.T) string {
	t.Helper()
	cache := t.TempDir()
	if err := shared(t).Prepare(t.Context(), shared(t).local, false, "fmt"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(shared(t).inCache("gocache"), filepath.Join(cache, "gocache")); err != nil {
		t.Fatal(err)
	}
	return cache
}

func start(t *testing.T, task, cache string) (*exec.Cmd, *output) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	said := &output{}
	c := exec.CommandContext(t.Context(), exe)
	c.Env = append(os.Environ(), "TOOLCHAIN_TEST_TASK="+task, "TOOLCHAIN_TEST_CACHE="+cache, "TOOLCHAIN_TEST_GOCACHE="+shared(t).inCache("gocache"))
	c.Stdout, c.Stderr = said, said
	return c, said
}

func open(t *testing.T, cache string) *Toolchains {
	t.Helper()
	s, err := New(t.Context(), Config{Cache: cache, Sandbox: box(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
