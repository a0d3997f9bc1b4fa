package toolchain

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

// An Entry is one thing under the cache folder. All of it can be made again.
type Entry struct {
	Name  string    // as Clean takes it: "archives/go1.26.8-1f2e3d", "gocache", "go/go1.19.13"
	Bytes int64     // on disk
	Used  time.Time // last use, to about ten minutes; of gocache and go/… only when they were made
}

// Cached lists what is under the cache folder, by name. Nothing yet is nil.
func (t *Toolchains) Cached() ([]Entry, error) {
	names := []string{"gocache"}
	for _, group := range []string{"archives", "go"} {
		list, err := os.ReadDir(t.inCache(group))
		if err != nil {
			return nil, fmt.Errorf("reading the cache: %w", err)
		}
		for _, e := range list {
			names = append(names, group+"/"+e.Name())
		}
	}
	slices.Sort(names)
	var entries []Entry
	for _, name := range names {
		if e := t.entry(name); e.Bytes > 0 {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

func (t *Toolchains) entry(name string) Entry {
	dir := t.inCache(filepath.FromSlash(name))
	info, err := os.Stat(dir)
	if err != nil {
		return Entry{}
	}
	return Entry{name, treeSize(dir), info.ModTime()}
}

// Clean removes the named entries, all of them when none is named, and returns
// the bytes freed. Builds that run meanwhile make again what they miss.
func (t *Toolchains) Clean(ctx context.Context, names ...string) (freed int64, err error) {
	entries, err := t.Cached()
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		if !slices.ContainsFunc(entries, func(e Entry) bool { return e.Name == name }) {
			return 0, fault.New(fault.NotFound, "nothing in the cache is called %q", name).
				Try("Choose one that `gomastery cache` lists.")
		}
	}
	for _, e := range entries {
		if len(names) > 0 && !slices.Contains(names, e.Name) {
			continue
		}
		unlock, err := t.lock(ctx, lockOf(e.Name), false)
		if err != nil {
			return freed, err
		}
		err = t.remove(e.Name)
		unlock()
		if err != nil {
			return freed, fmt.Errorf("removing %s: %w", e.Name, err)
		}
		freed += e.Bytes
	}
	return freed, nil
}

// lockOf names the lock that protects an entry.
func lockOf(entry string) string {
	group, name, _ := strings.Cut(entry, "/")
	switch group {
	case "archives":
		return name
	case "go":
		return "repair"
	}
	return group
}

func (t *Toolchains) remove(entry string) error {
	if err := t.discard(t.inCache(filepath.FromSlash(entry))); err != nil {
		return err
	}
	if entry == "gocache" {
		return os.MkdirAll(t.inCache(entry), 0o755)
	}
	return nil
}

// evict keeps archives and build cache within the bound: first the build cache
// goes, which archives that are made do not need, then the sets whose last use
// is the longest ago. What is locked, and the set called keep, stays.
func (t *Toolchains) evict(keep string) {
	entries, err := t.Cached()
	if err != nil {
		return
	}
	var total int64
	var evictable []Entry
	for _, e := range entries {
		if e.Name == "gocache" || strings.HasPrefix(e.Name, "archives/") {
			total += e.Bytes
			evictable = append(evictable, e)
		}
	}
	slices.SortStableFunc(evictable, func(a, b Entry) int {
		if a.Name == "gocache" || b.Name == "gocache" {
			return cmp.Compare(b.Name, a.Name) // "gocache" sorts behind "archives/"
		}
		return a.Used.Compare(b.Used)
	})
	for _, e := range evictable {
		if total <= t.config.Bound {
			return
		}
		if lockOf(e.Name) == keep {
			continue
		}
		if unlock, held, err := t.tryLock(lockOf(e.Name), false); err == nil && !held {
			if t.remove(e.Name) == nil {
				total -= e.Bytes
			}
			unlock()
		}
	}
}
