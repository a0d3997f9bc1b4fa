package run

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/toolchain"
)

// Key names a program as it is built: everything that can change the binary is in
// it, and nothing else.
func Key(files []toolchain.File, p toolchain.Pair, o toolchain.Options) string {
	h := sha256.New()
	field := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	field(runtime.GOOS + "/" + runtime.GOARCH)
	field(p.Release.Version)
	field(p.Lang)
	field(fmt.Sprint(o.Race))
	field(o.Debug)
	field(string(o.Force))
	field(strings.Join(o.GCFlags, "\x00"))
	for _, f := range files {
		field(f.Name)
		field(string(f.Data))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// binaries is a bounded folder of built programs, named by their keys. Programs
// come there by rename and are never changed.
type binaries struct {
	dir   string
	bound int64
}

func openBinaries(dir string, bound int64) (*binaries, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return &binaries{dir, bound}, nil
}

func (b *binaries) path(key string) string { return filepath.Join(b.dir, key) }

// get returns a program that was built before and is whole, and marks it as used.
func (b *binaries) get(key string) (string, bool) {
	path := b.path(key)
	want, err := os.ReadFile(path + sumSuffix)
	if err != nil {
		return "", false
	}
	got, err := sum(path)
	if err != nil || got != string(want) {
		b.remove(key)
		return "", false
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // only the order of removal depends on it
	return path, true
}

// sumSuffix names the file beside a program that holds its hash: a program that
// was cut short or changed is built again, not executed.
const sumSuffix = ".sum"

func sum(path string) (string, error) {
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

func (b *binaries) remove(key string) error {
	return errors.Join(os.Remove(b.path(key)), os.Remove(b.path(key)+sumSuffix))
}

// add records a program that was just built. It is the last step: without it the
// program is not found again.
func (b *binaries) add(key string) error {
	hash, err := sum(b.path(key))
	if err != nil {
		return err
	}
	temp := b.path(key) + ".new"
	if err := os.WriteFile(temp, []byte(hash), 0o644); err != nil {
		return err
	}
	if err := os.Rename(temp, b.path(key)+sumSuffix); err != nil {
		return err
	}
	b.trim(key)
	return nil
}

// trim removes the programs that were not used for longest when the folder has
// outgrown its bound. The newest always stays.
func (b *binaries) trim(key string) {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		return
	}
	type program struct {
		name string
		size int64
		used time.Time
	}
	var all []program
	var total int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && !strings.Contains(e.Name(), ".") {
			all = append(all, program{e.Name(), info.Size(), info.ModTime()})
			total += info.Size()
		}
	}
	slices.SortFunc(all, func(x, y program) int { return cmp.Or(x.used.Compare(y.used), cmp.Compare(x.name, y.name)) })
	for _, p := range all {
		if total <= b.bound {
			return
		}
		if p.name != key && b.remove(p.name) == nil {
			total -= p.size
		}
	}
}
