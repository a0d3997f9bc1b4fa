package sandbox

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/gomastery/gomastery/internal/fault"
)

func TestTagIn(t *testing.T) {
	for _, row := range []struct {
		name string
		id   uint64
		ok   bool
	}{
		{"12-2a000000", 0x2a000000, true},
		{dirName(4194304, 1<<62-1), 1<<62 - 1, true},
		{"12-2A", 0, false},
		{"12-02a", 0, false},
		{"012-2a", 0, false},
		{"12", 0, false},
		{"-2a", 0, false},
		{"12-", 0, false},
		{"12-2a-3", 0, false},
		{"", 0, false},
		{"..", 0, false},
	} {
		if id, ok := tagIn(row.name); ok != row.ok || ok && id != row.id {
			t.Errorf("tagIn(%q) = %x, %v, want %x, %v", row.name, id, ok, row.id, row.ok)
		}
	}
}

func FuzzTagIn(f *testing.F) {
	f.Add("12-2a")
	f.Add("../x")
	f.Fuzz(func(t *testing.T, name string) {
		if _, ok := tagIn(name); ok && filepath.Base(name) != name {
			t.Errorf("tagIn(%q) takes what leads elsewhere", name)
		}
	})
}

func TestOpenRoot(t *testing.T) {
	for _, row := range []struct {
		name string
		make func(root string) error
		want fault.Kind
	}{
		{"a link", func(root string) error { return os.Symlink(t.TempDir(), root) }, fault.Unavailable},
		{"a file", func(root string) error { return os.WriteFile(root, nil, 0o600) }, fault.Unavailable},
		{"open to others", func(root string) error { return os.Chmod(mkdir(root), 0o777) }, fault.Unavailable},
		{"there already", func(root string) error { return os.Chmod(mkdir(root), 0o700) }, -1},
	} {
		t.Run(row.name, func(t *testing.T) {
			if runtime.GOOS == "windows" {
				t.Skip("there are no modes")
			}
			t.Setenv("TMPDIR", t.TempDir())
			root, err := openRoot()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(root); err != nil {
				t.Fatal(err)
			}
			if err := row.make(root); err != nil {
				t.Fatal(err)
			}
			_, err = openRoot()
			if err == nil && row.want >= 0 || err != nil && fault.KindOf(err) != row.want {
				t.Errorf("openRoot() = %v, want kind %v", err, row.want)
			}
			if err != nil && fault.Next(err) == "" {
				t.Errorf("openRoot() = %v, without the next step", err)
			}
		})
	}
}

func mkdir(path string) string {
	_ = os.Mkdir(path, 0o700)
	return path
}

// TestStale has one folder of a sandbox that is gone, one of a sandbox that lives,
// and something else.
func TestStale(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	root, err := openRoot()
	if err != nil {
		t.Fatal(err)
	}
	lives, err := makeDir(root, dirName(1, 1<<61))
	if err != nil {
		t.Fatal(err)
	}
	if lives.lock == nil {
		t.Skip("needs locks")
	}
	killed, other := filepath.Join(root, dirName(2, 1<<61|1<<30)), filepath.Join(root, "other")
	if err := os.MkdirAll(filepath.Join(killed, "1", "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	mkdir(other)
	h, err := newHost()
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	f, err := openFolders(h)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{killed: false, lives.dir: true, other: true, f.dir: true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("after openFolders, Stat(%s) = %v, want there %v", path, err, want)
		}
	}
	for _, f := range []*folders{f, lives} {
		if err := f.close(); err != nil {
			t.Errorf("close() = %v", err)
		}
	}
}

func TestCleanUpRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := cleanUp(dir); fault.KindOf(err) != fault.Misuse {
		t.Errorf("cleanUp(%s) = %v, want kind %v", dir, err, fault.Misuse)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("cleanUp(%s) removed it", dir)
	}
}
