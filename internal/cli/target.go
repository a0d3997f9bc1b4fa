package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/fault"
)

// A job is what is proved of one book.
type job struct {
	*edition
	entries []*book.Entry
	only    string // one case of the only entry; "" means all of the entries
}

// claims returns what the cases of a job claim about a platform.
func (j job) claims(here book.Platform) []book.Claim {
	var all []book.Claim
	for _, e := range j.entries {
		for _, c := range e.Cases() {
			if j.only == "" || j.only == c.Name {
				all = append(all, c.Claims...)
			}
		}
	}
	return slices.DeleteFunc(all, func(c book.Claim) bool { return !c.Only.Holds(here) })
}

// jobs finds out what targets stand for: entries and cases of the book in use, or
// folders on disk that are a book or an entry of one. No target is the whole book.
func (a *app) jobs(targets []string) ([]job, error) {
	if len(targets) == 0 {
		ed, err := a.edition()
		if err != nil {
			return nil, err
		}
		return []job{{edition: ed, entries: ed.Entries}}, nil
	}
	s := &targetReader{app: a, editions: map[string]*edition{}}
	var all []job
	for _, t := range targets {
		j, err := s.job(t)
		if err != nil {
			return nil, err
		}
		all = join(all, j)
	}
	return all, nil
}

// join adds a job, to an earlier one about the same book if it can be.
func join(all []job, j job) []job {
	i := slices.IndexFunc(all, func(x job) bool { return x.edition == j.edition && x.only == "" && j.only == "" })
	if i < 0 {
		return append(all, j)
	}
	for _, e := range j.entries {
		if !slices.Contains(all[i].entries, e) {
			all[i].entries = append(all[i].entries, e)
		}
	}
	return all
}

// A targetReader reads each book once.
type targetReader struct {
	app      *app
	editions map[string]*edition // by folder, "" for the book in use
}

// job resolves one target. A name is an entry of the book in use before it is a
// folder; ./name is always a folder.
func (r *targetReader) job(target string) (job, error) {
	isPath := filepath.IsAbs(target) || target == "." || target == ".." || strings.HasPrefix(target, "./") || strings.HasPrefix(target, "../")
	if !isPath {
		ed, err := r.edition("")
		if err != nil {
			return job{}, err
		}
		e, c, err := ed.find(target)
		if err == nil {
			j := job{edition: ed, entries: []*book.Entry{e}}
			if c != nil {
				j.only = c.Name
			}
			return j, nil
		}
		if info, serr := os.Stat(r.app.abs(target)); serr != nil || !info.IsDir() {
			return job{}, err
		}
	}
	return r.folder(r.app.abs(target))
}

// edition reads the book in a folder, or with "" the one in use.
func (r *targetReader) edition(root string) (*edition, error) {
	if ed := r.editions[root]; ed != nil {
		return ed, nil
	}
	ed, err := (*edition)(nil), error(nil)
	if root == "" {
		ed, err = r.app.edition()
	} else {
		ed, err = readDir(root, "named on the command line")
	}
	if err != nil {
		return nil, err
	}
	if known := r.editions[ed.root]; known != nil {
		ed = known
	}
	r.editions[root], r.editions[ed.root] = ed, ed
	return ed, nil
}

// folder resolves a folder on disk: of a book, of an entry, or of a chapter, whose
// book is two folders up.
func (r *targetReader) folder(dir string) (job, error) {
	up := filepath.Dir(dir)
	for _, root := range []string{dir, up, filepath.Dir(up)} {
		ed, err := r.edition(root)
		if err != nil {
			return job{}, err
		}
		id, _ := filepath.Rel(root, dir) // both are absolute
		if id == "." && len(ed.Entries) > 0 {
			return job{edition: ed, entries: ed.Entries}, nil
		}
		for _, e := range ed.Entries {
			if e.ID == filepath.ToSlash(id) {
				return job{edition: ed, entries: []*book.Entry{e}}, nil
			}
		}
	}
	return job{}, fault.New(fault.NotFound, "no book and no entry in %s", dir).
		Try("Name the folder of a book, which holds folders such as 1_sample, or one of those.")
}
