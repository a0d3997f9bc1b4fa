package toolchain

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

// lock takes the named lock of the cache folder, shared or for itself, and returns
// the function that gives it back. The kernel gives it back when the process
// dies. Lock files stay: removing one would let two holders in.
func (t *Toolchains) lock(ctx context.Context, name string, shared bool) (unlock func(), err error) {
	for {
		unlock, held, err := t.tryLock(name, shared)
		if err != nil || !held {
			return unlock, err
		}
		select { // a lock that blocks could not be cancelled
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return nil, fault.New(fault.Canceled, "waiting for the lock %s: %w", name, ctx.Err())
		}
	}
}

// tryLock is lock for those who have something else to do when somebody holds it.
func (t *Toolchains) tryLock(name string, shared bool) (unlock func(), held bool, err error) {
	f, err := os.OpenFile(t.inCache("locks", name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, t.diskFault("locking "+name, err)
	}
	if held, err := flock(f, shared); held || err != nil {
		f.Close()
		return nil, held, err
	}
	return func() { f.Close() }, false, nil
}

// openSession makes the folder for the temporary files of t and removes those of
// processes that are gone. A session's lock is held as long as its process lives.
func (t *Toolchains) openSession(ctx context.Context) error {
	unlock, err := t.lock(ctx, "sessions", false)
	if err != nil {
		return err
	}
	defer unlock()
	locks, err := filepath.Glob(t.inCache("locks", "session-*"))
	if err != nil {
		return err
	}
	for _, l := range locks {
		t.removeIfDead(filepath.Base(l))
	}
	name := "session-" + rand.Text()
	t.session = t.inCache("tmp", name)
	if t.endSession, err = t.lock(ctx, name, false); err != nil {
		return err
	}
	return t.diskFault("making a temporary folder", os.Mkdir(t.session, 0o700))
}

func (t *Toolchains) removeIfDead(session string) {
	if unlock, held, err := t.tryLock(session, false); err == nil && !held {
		t.removeSession(session)
		unlock()
	}
}

// removeSession removes a session and then its lock, whose name is never used again.
func (t *Toolchains) removeSession(session string) error {
	if err := os.RemoveAll(t.inCache("tmp", session)); err != nil {
		return err
	}
	err := os.Remove(t.inCache("locks", session))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// TempFolder makes an empty folder for programs and the like. remove, which is never
// nil, removes it; what a killed process leaves is removed by the next New with the
// same cache.
func (t *Toolchains) TempFolder() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp(t.session, "w")
	if err != nil {
		return "", func() {}, t.diskFault("making a temporary folder", err)
	}
	return dir, func() { os.RemoveAll(dir) }, nil
}

// discard removes a folder so that nobody sees half of it.
func (t *Toolchains) discard(dir string) error {
	gone := filepath.Join(t.session, "gone-"+rand.Text())
	if err := os.Rename(dir, gone); err != nil {
		return err
	}
	return os.RemoveAll(gone)
}

// writeFile writes through a temporary name: readers see the old file or all of
// the new one, and a failure leaves nothing.
func writeFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err = f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// copyFile copies like writeFile and returns the hash of what it copied.
func copyFile(dst, src string, mode fs.FileMode) (sum string, err error) {
	in, err := os.Open(src)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(dst), ".new-*")
	if err != nil {
		return "", err
	}
	defer os.Remove(out.Name())
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), in)
	if err := errors.Join(err, out.Chmod(mode), out.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), os.Rename(out.Name(), dst)
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// diskFault wraps a failure of the cache's file system; nil stays nil.
func (t *Toolchains) diskFault(doing string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", doing, err)
	if outOfSpace(err) {
		return noSpace(t.config.Cache, err)
	}
	return err
}

func noSpace(dir string, err error) error {
	return fault.New(fault.Unavailable, "no space left in %s: %w", dir, err).
		Try("Free some space there, or empty the cache with `gomastery cache clean`.")
}

// treeSize adds up the files below dir; what vanishes meanwhile does not count.
func treeSize(dir string) (bytes int64) {
	filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil
		}
		if info, err := e.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
