package cli

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// between is the time between two looks at the files.
const between = 300 * time.Millisecond

// watch proves again whenever a file of the chosen entries changes. Ctrl-C is how
// it ends well.
func (w *proving) watch(ctx context.Context, jobs []job) error {
	a := w.e.app
	seen := stamps(jobs)
	for {
		_, err := w.all(ctx, jobs)
		var said status
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && !errors.As(err, &said):
			return err
		}
		a.say("Watching %s. Ctrl-C ends.", watched(jobs))
		if seen = changed(ctx, jobs, seen); seen == nil {
			return nil
		}
		a.say("")
		if jobs, err = a.again(jobs); err != nil {
			return err
		}
	}
}

// watched names what is watched.
func watched(jobs []job) string {
	var ids []string
	for _, j := range jobs {
		if len(j.entries) == len(j.Entries) {
			ids = append(ids, j.root)
			continue
		}
		for _, e := range j.entries {
			ids = append(ids, e.ID)
		}
	}
	return strings.Join(ids, ", ")
}

// A stamp is what a look at a file shows.
type stamp struct {
	size     int64
	modified time.Time
}

// stamps looks at all files of the chosen entries.
func stamps(jobs []job) map[string]stamp {
	all := map[string]stamp{}
	for _, j := range jobs {
		for _, e := range j.entries {
			list, _ := fs.ReadDir(j.fsys, e.ID) // a folder that is gone has no files
			for _, d := range list {
				if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
					all[filepath.Join(j.root, path.Join(e.ID, d.Name()))] = stamp{info.Size(), info.ModTime()}
				}
			}
		}
	}
	return all
}

// changed waits until the files are others than they were seen, and no longer
// being written, and returns how they are then; nil when ctx ended.
func changed(ctx context.Context, jobs []job, seen map[string]stamp) map[string]stamp {
	tick := time.NewTicker(between)
	defer tick.Stop()
	last := seen
	for {
		now := stamps(jobs)
		if !maps.Equal(now, seen) && maps.Equal(now, last) {
			return now
		}
		last = now
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// again reads the books of jobs anew. An entry whose folder is gone is an error.
func (a *app) again(jobs []job) ([]job, error) {
	var all []job
	for _, j := range jobs {
		ed, err := readDir(j.root, j.why)
		if err != nil {
			return nil, err
		}
		fresh := job{edition: ed, only: j.only}
		if len(j.entries) == len(j.Entries) {
			fresh.entries = ed.Entries
			all = append(all, fresh)
			continue
		}
		for _, e := range j.entries {
			same, err := ed.Entry(e.ID)
			if err != nil {
				return nil, err
			}
			fresh.entries = append(fresh.entries, same)
		}
		all = append(all, fresh)
	}
	return all, nil
}
