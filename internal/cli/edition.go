package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/fault"
)

// An edition is a book and where it was read.
type edition struct {
	*book.Book
	fsys   fs.FS
	root   string      // its folder, absolute; "" for the book that the program carries
	why    string      // why this one
	faults book.Faults // what could not be read
}

// edition reads the book that the command is about: the one that was named, that
// of the checkout we stand in, or the one that the program carries. In a checkout
// the files on disk are what an author has just edited.
func (a *app) edition() (*edition, error) {
	if a.flags.Content != "" {
		return readDir(a.abs(a.flags.Content), "named by --content or GOMASTERY_CONTENT")
	}
	if root := checkout(a.dir); root != "" {
		return readDir(root, "the checkout around the current folder")
	}
	return read(&edition{fsys: a.embedded, why: "carried by the program"})
}

// onDisk is edition for commands that change the book.
func (a *app) onDisk() (*edition, error) {
	ed, err := a.edition()
	if err != nil {
		return nil, err
	}
	if ed.root == "" {
		return nil, fault.New(fault.Misuse, "this needs a book on disk, and there is none here").
			Try("Go to a checkout of the book, or name its folder with --content DIR; `gomastery new book DIR` begins one.")
	}
	return ed, nil
}

// readDir reads the book in a folder.
func readDir(root, why string) (*edition, error) {
	info, err := os.Stat(root)
	if err != nil || !info.IsDir() {
		return nil, fault.New(fault.NotFound, "no folder %s", root).
			Try("Name the folder of a book; `gomastery new book DIR` begins one.")
	}
	return read(&edition{fsys: os.DirFS(root), root: root, why: why})
}

// read reads the book of ed. Its faults are kept apart: most commands can do with
// what could be read.
func read(ed *edition) (*edition, error) {
	b, err := book.Read(ed.fsys)
	if err != nil && !errors.As(err, &ed.faults) {
		return nil, err
	}
	ed.Book = b
	return ed, nil
}

// abs returns the absolute path of what was named on the command line.
func (a *app) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(a.dir, path)
}

// checkout returns the nearest folder, dir or above, that is a book. "" if there
// is none.
func checkout(dir string) string {
	for ; !isBook(dir); dir = filepath.Dir(dir) {
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
	return dir
}

var numberedFolder = regexp.MustCompile(`^[1-9][0-9]*_[a-z][a-z0-9_]*$`)

// isBook reports whether a folder holds a groups.txt and numbered folders.
func isBook(dir string) bool {
	if info, err := os.Stat(filepath.Join(dir, "groups.txt")); err != nil || !info.Mode().IsRegular() {
		return false
	}
	list, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(list, func(e os.DirEntry) bool {
		return e.IsDir() && numberedFolder.MatchString(e.Name())
	})
}

// find resolves ENTRY, ENTRY/CASE and ENTRY/CASE#claim. What is not found may be
// what could not be read, so faults are mentioned then.
func (ed *edition) find(target string) (*book.Entry, *book.Case, error) {
	e, c, err := ed.Find(target)
	if err == nil || len(ed.faults) == 0 {
		return e, c, err
	}
	return nil, nil, fault.New(fault.NotFound, "%w", err).
		Try("%s\nWhat can't be read can't be found; the first of %s of this book: %v", fault.Next(err), count(len(ed.faults), "fault"), ed.faults[0])
}

// where returns the path of a file of the book as one would open it from dir, so
// that an editor can jump there. Of the book that the program carries it is the
// path in it.
func (ed *edition) where(dir, file string) string {
	if ed.root == "" {
		return file
	}
	return shorter(dir, filepath.Join(ed.root, filepath.FromSlash(file)))
}

// shorter returns a path as seen from dir, where that is shorter.
func shorter(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

// faultsOf returns the faults in files of these entries, and those that are in no
// entry.
func (ed *edition) faultsOf(entries []*book.Entry) book.Faults {
	var all book.Faults
	for _, f := range ed.faults {
		if of := ed.entryOf(f.File); of == nil || slices.Contains(entries, of) {
			all = append(all, f)
		}
	}
	return all
}

// entryOf returns the entry that a file of the book belongs to, or nil.
func (ed *edition) entryOf(file string) *book.Entry {
	for _, e := range ed.Entries {
		if strings.HasPrefix(file, e.ID+"/") {
			return e
		}
	}
	return nil
}
