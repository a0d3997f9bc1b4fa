package toolchain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

// checkSound builds hello with a cache folder and then compares each archive with
// its hash; nothing may lie beside them.
func checkSound(t *testing.T, s *Toolchains) {
	t.Helper()
	_, binary := mustBuild(t, s, s.local, hello("fine"), Options{})
	if out, _ := execute(t, binary); out != "fine" {
		t.Errorf("the program prints %q", out)
	}
	set, err := s.set(s.local, false)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(set.dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	index := map[string]archive{}
	if err := json.Unmarshal(data, &index); err != nil || len(index) == 0 {
		t.Fatalf("the index has %d packages: %v", len(index), err)
	}
	for path, a := range index {
		if sum, err := hashFile(filepath.Join(set.dir, a.File)); sum != a.Sum {
			t.Errorf("the archive of %s is damaged: %v", path, err)
		}
	}
	if files, _ := os.ReadDir(set.dir); len(files) != len(index)+1 {
		t.Errorf("%d files for %d packages and an index", len(files), len(index))
	}
}

func TestDamagedArchives(t *testing.T) {
	file := func(t *testing.T, s *set, path string) string {
		found, err := s.need(t.Context(), []string{"fmt"})
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Join(s.dir, found[path].File)
	}
	tests := []struct {
		name   string
		damage func(t *testing.T, s *set) error
	}{
		{"truncated", func(t *testing.T, s *set) error { return os.Truncate(file(t, s, "fmt"), 1000) }},
		{"empty", func(t *testing.T, s *set) error { return os.Truncate(file(t, s, "runtime"), 0) }},
		{"deleted", func(t *testing.T, s *set) error { return os.Remove(file(t, s, "internal/abi")) }},
		{"all deleted", func(t *testing.T, s *set) error { return os.RemoveAll(s.dir) }},
		{"other content and time", func(t *testing.T, s *set) error { return garble(file(t, s, "fmt"), false) }},
		{"other content, read by the compiler", func(t *testing.T, s *set) error { return garble(file(t, s, "fmt"), true) }},
		{"other content, read by the linker", func(t *testing.T, s *set) error { return garble(file(t, s, "strconv"), true) }},
		{"index deleted", func(t *testing.T, s *set) error { return os.Remove(filepath.Join(s.dir, "index.json")) }},
		{"index truncated", func(t *testing.T, s *set) error { return os.Truncate(filepath.Join(s.dir, "index.json"), 500) }},
		{"index of something else", func(t *testing.T, s *set) error {
			return os.WriteFile(filepath.Join(s.dir, "index.json"), []byte(`[1]`), 0o644)
		}},
		{"rubbish beside", func(t *testing.T, s *set) error {
			return errors.Join(os.WriteFile(filepath.Join(s.dir, ".new-123"), []byte("x"), 0o644), os.Remove(file(t, s, "fmt")))
		}},
	}
	cache := freshCache(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, cache)
			set, err := s.set(s.local, false)
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.damage(t, set); err != nil {
				t.Fatal(err)
			}
			checkSound(t, s)
		})
	}
}

// garble changes a file and not its size; its time only if it need not be secret.
func garble(path string, secretly bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	data := bytes.Repeat([]byte("garbage\n"), int(info.Size())/8+1)[:info.Size()]
	if err := os.WriteFile(path, data, 0o644); err != nil || !secretly {
		return err
	}
	return os.Chtimes(path, info.ModTime(), info.ModTime())
}

// A cache folder that was copied has other times; its archives are good.
func TestCopiedCache(t *testing.T) {
	first := open(t, freshCache(t))
	checkSound(t, first)
	cache := t.TempDir()
	if err := os.CopyFS(filepath.Join(cache, "archives"), os.DirFS(first.inCache("archives"))); err != nil {
		t.Fatal(err)
	}
	before, _ := filepath.Glob(filepath.Join(cache, "archives", "*", "*.a"))
	s := open(t, cache)
	checkSound(t, s)
	for _, f := range before {
		if !exists(f) {
			t.Errorf("%s was made again", f)
		}
	}
	if treeSize(s.inCache("gocache")) > 0 {
		t.Error("the go command compiled")
	}
}

// The build cache names its files after their content.
func TestDamagedBuildCache(t *testing.T) {
	s := open(t, t.TempDir())
	set := &set{g: s.local, dir: t.TempDir(), trusted: map[string]stamp{}}
	bad := filepath.Join(t.TempDir(), strings.Repeat("0", 64)+"-d")
	if err := os.WriteFile(bad, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := set.copy(export{path: "fmt", file: bad}); !errors.Is(err, errBuildCache) || exists(bad) {
		t.Errorf("copy error = %v, want that the build cache is damaged and the file gone", err)
	}
}

// A process that is killed at any moment while it makes archives leaves a folder
// that the next one can use.
func TestKilledWhileMaking(t *testing.T) {
	tests := []struct {
		task  string
		files int // kill when so many archives are there
	}{{"die", 0}, {"build", 1}, {"build", 10}, {"build", 30}}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s %d", tt.task, tt.files), func(t *testing.T) {
			cache := freshCache(t)
			c, said := start(t, tt.task, cache)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			if err := killAt(c, cache, tt.files, ended); err == nil {
				t.Logf("the process was faster: %s", said.text())
			}
			s := open(t, cache)
			if sessions, _ := os.ReadDir(s.inCache("tmp")); len(sessions) != 1 {
				t.Errorf("temporary folders after the next start: %v, want only its own", sessions)
			}
			checkSound(t, s)
		})
	}
}

// killAt kills a process when there are so many archives; 0 means that it kills
// itself. It returns how the process ended.
func killAt(c *exec.Cmd, cache string, files int, ended <-chan error) error {
	for {
		select {
		case err := <-ended:
			return err
		case <-time.After(200 * time.Microsecond):
		}
		if there, _ := filepath.Glob(filepath.Join(cache, "archives", "*", "*.a")); files > 0 && len(there) >= files {
			c.Process.Kill()
			return <-ended
		}
	}
}

func TestTwoProcessesAtOnce(t *testing.T) {
	cache := freshCache(t)
	var commands []*exec.Cmd
	var outputs []*output
	for range 2 {
		c, said := start(t, "build", cache)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		commands, outputs = append(commands, c), append(outputs, said)
	}
	for i, c := range commands {
		if err := c.Wait(); err != nil || outputs[i].text() != "good morning" {
			t.Errorf("process %d: %v, output %q", i, err, outputs[i].text())
		}
	}
	checkSound(t, open(t, cache))
}

func TestManyAtOnce(t *testing.T) {
	s := open(t, freshCache(t))
	imports := []string{"fmt", "errors", "strings", "sort", "strconv", "os", "io", "bytes"}
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			p := imports[i%len(imports)]
			b, err := s.Compile(t.Context(), s.local, program(fmt.Sprintf("package main\n\nimport _ %q\n\nfunc main() {}\n", p)), Options{})
			if err != nil || !b.OK {
				t.Errorf("Compile with %s = %+v, %v", p, b, err)
			}
		})
	}
	group.Wait()
	checkSound(t, s)
}

func TestCanceled(t *testing.T) {
	s := open(t, freshCache(t))
	unlock, err := s.lock(t.Context(), "x", false)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, held, err := s.tryLock("x", true); !held || err != nil {
		t.Errorf("tryLock of what is locked: held %v, %v", held, err)
	}
	ctx, cancel := cancelSoon(t)
	defer cancel()
	if _, err := s.lock(ctx, "x", false); fault.KindOf(err) != fault.Canceled {
		t.Errorf("lock of what is locked, until the caller goes: %v, want canceled", err)
	}
	if _, err := s.Build(ctx, s.local, hello("x"), Options{}, filepath.Join(t.TempDir(), "x")); fault.KindOf(err) != fault.Canceled {
		t.Errorf("Build for a caller who is gone: %v (%v), want canceled", err, fault.KindOf(err))
	}
}

func TestLookup(t *testing.T) {
	releases(t, func(t *testing.T, g *Go) {
		lookup := shared(t).Lookup(t.Context(), g, false)
		r, err := lookup("fmt")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if data, err := io.ReadAll(r); err != nil || !bytes.HasPrefix(data, []byte("!<arch>\n__.PKGDEF")) {
			t.Errorf("the archive of fmt begins with %.20q, %v", data, err)
		}
		for _, path := range []string{"no/such", "", "..", "/fmt", "database"} {
			if _, err := lookup(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("lookup(%q) error = %v, want not exist", path, err)
			}
		}
	})
	lookup := shared(t).Lookup(t.Context(), shared(t).local, false)
	pkg, err := importer.ForCompiler(token.NewFileSet(), "gc", lookup).Import("fmt")
	if err != nil || pkg.Scope().Lookup("Println") == nil {
		t.Errorf("importing fmt: %v, %v", pkg, err)
	}
}

func TestLookupOfDamaged(t *testing.T) {
	s := open(t, freshCache(t))
	set, err := s.set(s.local, false)
	if err != nil {
		t.Fatal(err)
	}
	found, err := set.need(t.Context(), []string{"errors"})
	if err != nil {
		t.Fatal(err)
	}
	if err := garble(filepath.Join(set.dir, found["errors"].File), true); err != nil {
		t.Fatal(err)
	}
	pkg, err := importer.ForCompiler(token.NewFileSet(), "gc", s.Lookup(t.Context(), s.local, false)).Import("errors")
	if err != nil || pkg.Scope().Lookup("New") == nil {
		t.Errorf("importing errors: %v, %v", pkg, err)
	}
}
