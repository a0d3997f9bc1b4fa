package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/sandbox"
)

func TestFullDisk(t *testing.T) {
	freshCache(t)
	c, said := start(t, "full", t.TempDir())
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	switch err := c.Run(); {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.ENOSYS), strings.HasPrefix(said.text(), "error: mounting"):
		lacking(t, "user namespaces, to mount a small disk")
	case err != nil:
		t.Errorf("%v\n%s", err, said.text())
	}
}

// fullDisk runs in a mount namespace of its own, on a disk of 4 MB.
func fullDisk(box sandbox.Sandbox) error {
	ctx := context.Background()
	cache := os.Getenv("TOOLCHAIN_TEST_CACHE")
	size := func(flags uintptr, size string) error {
		return syscall.Mount("tmpfs", cache, "tmpfs", flags, "size="+size)
	}
	if err := size(0, "4m"); err != nil {
		return fmt.Errorf("mounting: %w", err)
	}
	if err := os.Symlink(os.Getenv("TOOLCHAIN_TEST_GOCACHE"), filepath.Join(cache, "gocache")); err != nil {
		return err
	}
	s, err := New(ctx, Config{Cache: cache, Sandbox: box})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := wantFull(s, "making archives", buildHello(ctx, s, box)); err != nil {
		return err
	}
	if err := size(syscall.MS_REMOUNT, "200m"); err != nil {
		return err
	}
	if err := buildHello(ctx, s, box); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(cache, &disk); err != nil {
		return err
	}
	used := int64(disk.Blocks-disk.Bfree) * disk.Bsize
	for _, more := range []int64{4 << 10, 512 << 10, 1 << 20} { // too little for the sources, the compiler, the linker
		if err := size(syscall.MS_REMOUNT, fmt.Sprint(used+more)); err != nil {
			return err
		}
		if err := wantFull(s, fmt.Sprintf("building with %d bytes", more), buildHello(ctx, s, box)); err != nil {
			return err
		}
	}
	if err := size(syscall.MS_REMOUNT, "200m"); err != nil {
		return err
	}
	return buildHello(ctx, s, box)
}

// wantFull checks the error of a full disk, and that nothing half is left.
func wantFull(s *Toolchains, what string, err error) error {
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "no space") || !strings.Contains(fault.Next(err), "Free some space") {
		return fmt.Errorf("%s: error %v (%v), want unavailable for lack of space", what, err, fault.KindOf(err))
	}
	if left, _ := filepath.Glob(filepath.Join(s.session, "*")); len(left) > 0 {
		return fmt.Errorf("%s leaves %v", what, left)
	}
	files, _ := filepath.Glob(filepath.Join(s.config.Cache, "archives", "*", "*"))
	hidden, _ := filepath.Glob(filepath.Join(s.config.Cache, "archives", "*", ".*"))
	for _, f := range append(files, hidden...) {
		name := filepath.Base(f)
		if sum, err := hashFile(f); name != "index.json" && (err != nil || !strings.HasSuffix(name, ".a") || !strings.HasPrefix(sum, strings.TrimSuffix(name, ".a"))) {
			return fmt.Errorf("%s leaves a half file %s", what, f)
		}
	}
	return nil
}
