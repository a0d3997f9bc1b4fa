package toolchain

import (
	"archive/zip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gomastery/gomastery/internal/fault"
)

// toy is a release whose go command is a shell script: small, and unpacked by
// the real go command.
var toy = Release{22, "go1.22.99"}

var toyFiles = map[string]string{
	"bin/go":                           "#!/bin/sh\necho go version go1.22.99\n",
	"pkg/tool/" + hostDir + "/compile": "#!/bin/sh\n",
	"pkg/tool/" + hostDir + "/link":    "#!/bin/sh\n",
	"src/_go.mod":                      "module std\n\ngo 1.22\n",
	"src/cmd/_go.mod":                  "module cmd\n\ngo 1.22\n",
	"lib/time/zoneinfo.zip":            "",
	"bin/gofmt":                        "",
	"VERSION":                          "go1.22.99\n",
}

const hostDir = runtime.GOOS + "_" + runtime.GOARCH

// toyProxy writes a file proxy that has the toy and returns its address.
func toyProxy(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "golang.org", "toolchain", "@v")
	base := filepath.Join(dir, moduleVersion(toy))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(dir, "list"), lineOf(toy.Version)+"\n")
	put(base+".info", `{"Version":"`+moduleVersion(toy)+`"}`)
	put(base+".mod", "module golang.org/toolchain\n")
	f, err := os.Create(base + ".zip")
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, text := range toyFiles {
		w, err := z.Create(modulePath + "@" + moduleVersion(toy) + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return "file://" + root
}

func installing(t *testing.T) *Toolchains {
	t.Helper()
	t.Setenv("GONOSUMDB", modulePath) // the checksum database has no toys
	modules := t.TempDir()
	t.Cleanup(func() { // the go command leaves them read-only
		filepath.WalkDir(modules, func(path string, e os.DirEntry, err error) error { return os.Chmod(path, 0o700) })
	})
	s, err := New(t.Context(), Config{Cache: t.TempDir(), Sandbox: box(t), Proxy: toyProxy(t), ModCache: modules})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if s.local.Minor < 21 {
		lacking(t, "a local Go 1.21")
	}
	return s
}

func TestInstall(t *testing.T) {
	s := installing(t)
	if g, ok := s.Installed(toy); ok {
		t.Fatalf("Installed = %+v before it is", g)
	}
	if n, err := s.Size(t.Context(), toy); n < 100 || err != nil {
		t.Errorf("Size = %d, %v, want that of the zip", n, err)
	}
	progress := &output{}
	g, err := s.Install(t.Context(), toy, progress)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(g.Root, s.config.ModCache) || !strings.Contains(progress.text(), "go1.22.99") {
		t.Errorf("Install = %+v with progress %q", g, progress.text())
	}
	r, err := g.Command(t.Context(), "", nil, "version")
	if err != nil || string(r.Stdout) != "go version go1.22.99\n" {
		t.Errorf("its go version = %s, %v", r.Stdout, err)
	}
	again, err := s.Install(t.Context(), toy, progress)
	if err != nil || again.Root != g.Root {
		t.Errorf("a second Install = %+v, %v", again, err)
	}
	if n, err := s.Size(t.Context(), toy); n != 0 || err != nil {
		t.Errorf("Size of what is installed = %d, %v, want 0", n, err)
	}
}

func TestInstallFails(t *testing.T) {
	s := installing(t)
	unknown := Release{22, "go1.22.98"}
	if g, err := s.Install(t.Context(), unknown, nil); fault.KindOf(err) != fault.Unavailable || fault.Next(err) == "" {
		t.Errorf("Install of what there is not = %v, %v (%v), want unavailable", g, err, fault.KindOf(err))
	}
	s.config.Proxy = "off"
	if g, err := s.Install(t.Context(), toy, nil); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Install without network = %v, %v, want unavailable", g, err)
	}
	s.local.Minor = 20
	if g, err := s.Install(t.Context(), toy, nil); fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Next(err), "go.dev") {
		t.Errorf("Install by an old go command = %v, %v, want unavailable", g, err)
	}
}

// A toolchain module that the go command has not finished is completed in a copy.
func TestInstalledRepairs(t *testing.T) {
	tests := []struct {
		name   string
		damage func(t *testing.T, root string)
		ok     bool
	}{
		{"whole", func(t *testing.T, root string) {}, true},
		{"no go.mod", func(t *testing.T, root string) { remove(t, root, "src/go.mod"); remove(t, root, "src/cmd/go.mod") }, true},
		{"half a go.mod", func(t *testing.T, root string) { rewrite(t, root, "src/go.mod", "module") }, true},
		{"not executable", func(t *testing.T, root string) {
			if err := os.Chmod(filepath.Join(root, "bin/go"), 0o444); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"no compiler", func(t *testing.T, root string) { remove(t, root, "pkg/tool/"+hostDir+"/compile") }, false},
		{"nothing", func(t *testing.T, root string) {
			if err := os.RemoveAll(root); err != nil {
				t.Fatal(err)
			}
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := installing(t)
			g, err := s.Install(t.Context(), toy, nil)
			if err != nil {
				t.Fatal(err)
			}
			filepath.WalkDir(g.Root, func(path string, e os.DirEntry, err error) error { return os.Chmod(path, 0o755) })
			tt.damage(t, g.Root)
			for range 2 { // the second time the copy is there
				got, ok := s.Installed(toy)
				if ok != tt.ok {
					t.Fatalf("Installed = %+v, %v, want %v", got, ok, tt.ok)
				}
				if ok != whole(s.repaired(toy)) && tt.name != "whole" {
					t.Error("there is no whole copy")
				}
				if ok {
					r, err := got.Command(t.Context(), "", nil, "version")
					mod, _ := os.ReadFile(filepath.Join(got.Root, "src/cmd/go.mod"))
					if err != nil || !r.OK() || string(mod) != toyFiles["src/cmd/_go.mod"] {
						t.Errorf("its go version = %+v, %v, its cmd/go.mod %q", r, err, mod)
					}
				}
			}
		})
	}
}

func TestInstalledRefusesHalfUnpacked(t *testing.T) {
	s := installing(t)
	if _, err := s.Install(t.Context(), toy, nil); err != nil {
		t.Fatal(err)
	}
	partial := s.downloaded(toy, "partial")
	if err := os.WriteFile(partial, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if g, ok := s.Installed(toy); ok {
		t.Errorf("Installed = %+v while it is unpacked", g)
	}
	if g, err := s.Install(t.Context(), toy, nil); err != nil {
		t.Errorf("Install = %+v, %v, want it unpacked again", g, err)
	}
}

func remove(t *testing.T, root, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(root, name)); err != nil {
		t.Fatal(err)
	}
}

func rewrite(t *testing.T, root, name, text string) {
	t.Helper()
	remove(t, root, name)
	if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
