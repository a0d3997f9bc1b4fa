package cli

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/toolchain"
)

type cacheCmd struct {
	List  cacheListCmd  `cmd:"" default:"withargs" help:"List what is kept."`
	Clean cacheCleanCmd `cmd:"" help:"Remove what is kept."`
}

// Help is printed by --help.
func (cacheCmd) Help() string {
	return `
Kept are archives of the standard library for each release, programs that were
built, and verdicts. All of it is made again when it is needed. Releases that
were downloaded belong to the go command, and stay: go clean -modcache removes
them.

$ gomastery cache
  archives/…
  programs…
  verdicts…
… in …
$ gomastery cache clean verdicts
Freed ….`
}

type cacheListCmd struct {
	JSON bool `name:"json" help:"One object a line."`
}

// Run lists the cache.
func (c *cacheListCmd) Run(ctx context.Context, a *app) (err error) {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = e.close(err) }()
	kept, err := e.cached()
	if err != nil {
		return err
	}
	if c.JSON {
		return cacheJSON(a, kept)
	}
	var rows [][]string
	var sum int64
	for _, k := range kept {
		rows = append(rows, []string{k.Name, bytesText(k.Bytes)})
		sum += k.Bytes
	}
	printTable(a.stdout, rows)
	a.say("%s in %s", bytesText(sum), e.cache)
	return nil
}

func cacheJSON(a *app, kept []toolchain.Entry) error {
	write := a.objects()
	for _, k := range kept {
		err := write(struct {
			Name  string    `json:"name"`
			Bytes int64     `json:"bytes"`
			Used  time.Time `json:"used"`
		}{k.Name, k.Bytes, k.Used.UTC().Truncate(time.Second)})
		if err != nil {
			return err
		}
	}
	return nil
}

// cached lists everything under the cache folder.
func (e *engine) cached() ([]toolchain.Entry, error) {
	all, err := e.tools.Cached()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{cachePrograms, cacheVerdicts} {
		if k := keptIn(e.cache, name); k.Bytes > 0 {
			all = append(all, k)
		}
	}
	return all, nil
}

// keptIn adds up a folder of the cache; what vanishes meanwhile does not count.
func keptIn(cache, name string) toolchain.Entry {
	k := toolchain.Entry{Name: name}
	_ = filepath.WalkDir(filepath.Join(cache, name), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			k.Bytes += info.Size()
			if info.ModTime().After(k.Used) {
				k.Used = info.ModTime()
			}
		}
		return nil
	})
	return k
}

type cacheCleanCmd struct {
	Names []string `arg:"" optional:"" name:"name" help:"What to remove, as the list names it; everything if none is given."`
}

// Help is printed by --help.
func (cacheCleanCmd) Help() string {
	return `
Programs that run meanwhile go on; builds make again what they miss.

$ gomastery cache clean
Freed ….`
}

// Run removes what is named.
func (c *cacheCleanCmd) Run(ctx context.Context, a *app) (err error) {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = e.close(err) }()
	kept, err := e.cached()
	if err != nil {
		return err
	}
	chosen, err := choose(kept, c.Names)
	if err != nil {
		return err
	}
	freed, err := e.clean(ctx, chosen)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Freed %s.\n", bytesText(freed))
	return nil
}

// choose returns the entries of these names, or all of them for no names.
func choose(kept []toolchain.Entry, wanted []string) ([]toolchain.Entry, error) {
	if len(wanted) == 0 {
		return kept, nil
	}
	var chosen []toolchain.Entry
	for _, name := range wanted {
		i := slices.IndexFunc(kept, func(k toolchain.Entry) bool { return k.Name == name })
		if i < 0 {
			var there []string
			for _, k := range kept {
				there = append(there, k.Name)
			}
			return nil, fault.New(fault.NotFound, "nothing in the cache is called %q", name).
				Try("There is: %s.", strings.Join(there, ", "))
		}
		chosen = append(chosen, kept[i])
	}
	return chosen, nil
}

// clean removes entries and returns the bytes freed.
func (e *engine) clean(ctx context.Context, chosen []toolchain.Entry) (freed int64, err error) {
	for _, k := range chosen {
		n := k.Bytes
		if k.Name == cachePrograms || k.Name == cacheVerdicts {
			err = os.RemoveAll(filepath.Join(e.cache, k.Name))
		} else {
			n, err = e.tools.Clean(ctx, k.Name)
		}
		if err != nil {
			return freed, fmt.Errorf("removing %s: %w", k.Name, err)
		}
		freed += n
	}
	return freed, nil
}
