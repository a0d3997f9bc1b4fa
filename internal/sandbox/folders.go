package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/gomastery/gomastery/internal/fault"
)

// folders make the temporary folders of the commands:
//
//	$TMPDIR/gomastery-UID/          root: of the user, for ever
//	  PID-TAG/                      dir: of one sandbox; locked while its process lives
//	    1/ 2/ …                     of one command each
//
// The lock says whether a dir is still in use. A process id would not: it is
// taken again, and in a container it says nothing about the host.
type folders struct {
	dir  string
	lock *os.File // nil where there are no locks
	made atomic.Uint64
}

// openFolders makes a dir for the sandbox h. It removes the dirs of processes
// that were killed, and ends what these left running.
func openFolders(h *host) (*folders, error) {
	root, err := openRoot()
	if err != nil {
		return nil, err
	}
	// Held so that nobody sees our dir before it is locked.
	guard, _ := lock(root, true)
	stale := findStale(root)
	f, err := makeDir(root, h.name())
	guard.Close()
	for _, s := range stale {
		_ = removeStale(s) // what can't be removed today, the next start tries again
	}
	return f, err
}

// openRoot returns the user's folder, made if need be.
func openRoot() (string, error) {
	name := "gomastery"
	if uid := os.Getuid(); uid >= 0 {
		name += "-" + strconv.Itoa(uid)
	}
	root, err := filepath.Abs(filepath.Join(os.TempDir(), name))
	if err != nil {
		return "", fmt.Errorf("find the folder for temporary files: %w", err)
	}
	if err := os.Mkdir(root, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fault.New(fault.Unavailable, "make a folder for temporary files: %w", err).
			Try("Set TMPDIR to a folder that you can write to.")
	}
	// Others may write to $TMPDIR, so it could be theirs, or a link.
	info, err := os.Lstat(root)
	if err != nil {
		return "", fmt.Errorf("look at the folder for temporary files: %w", err)
	}
	if !info.IsDir() || !ours(info) {
		return "", fault.New(fault.Unavailable, "%s is not a folder of yours alone", root).
			Try("Remove it, or set TMPDIR to another folder.")
	}
	return root, nil
}

func makeDir(root, name string) (*folders, error) {
	dir := filepath.Join(root, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for temporary files: %w", err)
	}
	held, _ := lock(dir, true)
	return &folders{dir: dir, lock: held}, nil
}

// findStale returns, locked, the dirs whose process is gone.
func findStale(root string) []*os.File {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil
	}
	var stale []*os.File
	for _, e := range entries {
		if _, ok := tagIn(e.Name()); !ok {
			continue
		}
		if f, ok := lock(filepath.Join(root, e.Name()), false); ok {
			stale = append(stale, f)
		}
	}
	return stale
}

// removeStale ends what still runs of a sandbox whose process is gone, removes
// its dir, and unlocks it.
func removeStale(dir *os.File) error {
	defer dir.Close()
	return cleanUp(dir.Name())
}

// cleanUp ends what still runs of the sandbox with this dir, and removes it.
func cleanUp(dir string) error {
	id, ok := tagIn(filepath.Base(dir))
	if !ok {
		return fault.New(fault.Misuse, "%s is not a folder of a sandbox", dir)
	}
	return errors.Join(killTagged(id), removeAll(dir))
}

// dirName is the name of a sandbox's dir.
func dirName(pid int, id uint64) string { return fmt.Sprintf("%d-%x", pid, id) }

// tagIn returns the tag of the sandbox whose dir has this name.
func tagIn(name string) (id uint64, ok bool) {
	pid, hex, _ := strings.Cut(name, "-")
	p, err := strconv.Atoi(pid)
	if err != nil {
		return 0, false
	}
	id, err = strconv.ParseUint(hex, 16, 64)
	return id, err == nil && name == dirName(p, id)
}

// fresh makes the folder of one command. Who calls it removes it with removeAll.
func (f *folders) fresh() (string, error) {
	dir := filepath.Join(f.dir, strconv.FormatUint(f.made.Add(1), 10))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("make its temporary folder: %w", err)
	}
	return dir, nil
}

func (f *folders) close() error {
	err := removeAll(f.dir)
	f.lock.Close()
	return err
}

// removeAll removes a folder, also when its program took away the right to.
func removeAll(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = os.Chmod(path, 0o700) // before it is read; RemoveAll says what failed
		}
		return nil
	})
	return os.RemoveAll(dir)
}
