package toolchain

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/sandbox"
)

// A Go is an installed release. It is safe for concurrent use.
type Go struct {
	Release
	Root string // its GOROOT, absolute

	t *Toolchains
}

// goTool returns the path of the release's go command.
func (g *Go) goTool() string { return filepath.Join(g.Root, "bin", "go"+exe) }

// tool returns the path of one of the release's other tools, which need not exist.
func (g *Go) tool(name string) string {
	return filepath.Join(g.Root, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH, name+exe)
}

// Installed returns the release when it is there and whole: the local one, or
// one in the module cache. A release whose go.mod files the go command has not
// put in place yet is completed in a copy below the cache folder.
func (t *Toolchains) Installed(r Release) (*Go, bool) {
	if r == t.local.Release {
		return t.local, true
	}
	module := filepath.Join(t.config.ModCache, filepath.FromSlash(modulePath)+"@"+moduleVersion(r))
	if _, err := os.Stat(t.downloaded(r, "partial")); err == nil {
		return nil, false // the go command was stopped while unpacking
	}
	for _, root := range []string{module, t.repaired(r)} {
		if whole(root) {
			return &Go{Release: r, Root: root, t: t}, true
		}
	}
	if err := t.repair(module, t.repaired(r)); err != nil {
		return nil, false
	}
	return &Go{Release: r, Root: t.repaired(r), t: t}, whole(t.repaired(r))
}

func (t *Toolchains) repaired(r Release) string {
	return t.inCache("go", r.Version)
}

// whole reports whether a toolchain module is ready for use. In its zip the
// go.mod files are called _go.mod and nothing is executable: the go command puts
// that right on first use, src/go.mod and bin/go last.
func whole(root string) bool {
	zipped, err := os.Stat(filepath.Join(root, "src", "_go.mod"))
	if err != nil {
		return false
	}
	placed, err := os.Stat(filepath.Join(root, "src", "go.mod"))
	if err != nil || placed.Size() != zipped.Size() {
		return false
	}
	g := Go{Root: root}
	return executable(g.goTool()) && executable(g.tool("compile")) && executable(g.tool("link"))
}

// repair makes a whole copy of an unpacked toolchain module, of hard links where
// it can. The module cache itself belongs to the go command and may be read-only.
func (t *Toolchains) repair(module, dst string) error {
	if _, err := os.Stat(filepath.Join(module, "src", "_go.mod")); err != nil {
		return err // not unpacked at all
	}
	unlock, err := t.lock(context.Background(), "repair", false)
	if err != nil {
		return err
	}
	defer unlock()
	if whole(dst) {
		return nil // another process has done it
	}
	fresh, remove, err := t.TempFolder()
	if err != nil {
		return err
	}
	defer remove()
	if err := filepath.WalkDir(module, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return repairOne(module, fresh, path, e.IsDir())
	}); err != nil {
		return err
	}
	os.RemoveAll(dst) // what is there is not whole
	return os.Rename(fresh, dst)
}

func repairOne(module, fresh, path string, dir bool) error {
	name, err := filepath.Rel(module, path)
	if err != nil {
		return err
	}
	dst := filepath.Join(fresh, name)
	switch {
	case dir:
		return os.MkdirAll(dst, 0o755)
	case filepath.Base(name) == "go.mod":
		return nil // made from its _go.mod
	case filepath.Base(name) == "_go.mod":
		if _, err := copyFile(filepath.Join(filepath.Dir(dst), "go.mod"), path, 0o644); err != nil {
			return err
		}
	case strings.HasPrefix(name, "bin"), strings.HasPrefix(name, filepath.Join("pkg", "tool")):
		_, err := copyFile(dst, path, 0o755)
		return err
	}
	if os.Link(path, dst) == nil {
		return nil
	}
	_, err = copyFile(dst, path, 0o644)
	return err
}

// Install returns the release, and has the go command download it first when it
// is not there; what that says goes to progress, which may be nil. A release that
// can't be had is fault.Unavailable.
func (t *Toolchains) Install(ctx context.Context, r Release, progress io.Writer) (*Go, error) {
	if g, ok := t.Installed(r); ok {
		return g, nil
	}
	if t.local.Minor < 21 {
		return nil, fault.New(fault.Unavailable, "Go %s cannot download other releases", t.local.Version).
			Try("Install a Go of 1.21 or newer from https://go.dev/dl.")
	}
	if progress == nil {
		progress = io.Discard
	}
	fmt.Fprintf(progress, "downloading Go %s\n", strings.TrimPrefix(r.Version, "go"))
	said := &output{}
	exit, err := t.config.Sandbox.Run(ctx, sandbox.Command{
		Path:   t.local.goTool(),
		Args:   []string{"version"},
		Env:    t.callerEnv("GOTOOLCHAIN=" + r.Version),
		Stdout: said,
		Stderr: io.MultiWriter(said, progress),
		Limits: makeLimits,
	})
	if err != nil {
		return nil, fmt.Errorf("downloading %s: %w", r.Version, err)
	}
	if g, ok := t.Installed(r); ok && exit.OK() {
		return g, nil
	}
	if room(t.config.ModCache) < 512<<20 { // a release is 250 MB, and its zip
		return nil, noSpace(t.config.ModCache, fmt.Errorf("downloading %s: %s", r.Version, said.text()))
	}
	return nil, fault.New(fault.Unavailable, "Go %s cannot be had: %s", r, said.text()).
		Try("Check the network and GOPROXY, then try again; or choose another release.")
}
