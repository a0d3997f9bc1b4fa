package book

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Read reads a book. What could be read is returned also when there are faults;
// the error is then a [Faults], or what the file system said. Lines may end in
// CRLF: what is kept has LF alone, so a checkout on Windows is the same book.
func Read(fsys fs.FS) (*Book, error) {
	r := &reader{fsys: fsys}
	folders, err := r.folders()
	if err != nil {
		return nil, fmt.Errorf("reading the book: %w", err)
	}
	b := &Book{}
	for _, dir := range folders {
		b.Entries = append(b.Entries, r.entry(dir))
	}
	b.Groups = r.groups(b)
	r.uniqueIDs(b)
	if len(r.faults) > 0 {
		slices.SortFunc(r.faults, Fault.compare)
		return b, r.faults
	}
	return b, nil
}

func (f Fault) compare(g Fault) int {
	return cmp.Or(cmp.Compare(f.File, g.File), cmp.Compare(f.Line, g.Line), cmp.Compare(f.Column, g.Column), cmp.Compare(f.What, g.What))
}

// A reader collects the faults of one reading.
type reader struct {
	fsys   fs.FS
	faults Faults
}

func (r *reader) fault(p Position, want, format string, args ...any) {
	r.faults = append(r.faults, Fault{Position: p, What: fmt.Sprintf(format, args...), Want: want})
}

var (
	conceptFolder = regexp.MustCompile(`^([1-9][0-9]{0,3})_([a-z][a-z0-9_]*)$`)
	chapterFolder = regexp.MustCompile(`^([a-z])_([a-z][a-z0-9_]*)$`)
	numberFirst   = regexp.MustCompile(`^[0-9]`)
)

// folders lists the folders that are entries, in the order of the book.
func (r *reader) folders() ([]string, error) {
	top, err := fs.ReadDir(r.fsys, ".")
	if err != nil {
		return nil, err
	}
	var concepts, chapters, traps []string
	for _, d := range top {
		switch {
		case !d.IsDir():
		case conceptFolder.MatchString(d.Name()):
			concepts = append(concepts, d.Name())
		case numberFirst.MatchString(d.Name()):
			r.fault(Position{File: d.Name()}, "a number without leading zeros, an underscore and a name: 9_slices", "the folder is no concept")
		case d.Name() == "traps":
			traps = append(traps, d.Name())
		case d.Name() == "core":
			if chapters, err = r.chapters(); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(concepts, func(x, y string) int { return cmp.Or(cmp.Compare(number(x), number(y)), cmp.Compare(x, y)) })
	for i := 1; i < len(concepts); i++ {
		if number(concepts[i-1]) == number(concepts[i]) {
			r.fault(Position{File: concepts[i]}, "a number for each concept", "%s has the same number", concepts[i-1])
		}
	}
	return slices.Concat(concepts, chapters, traps), nil
}

func (r *reader) chapters() ([]string, error) {
	sub, err := fs.ReadDir(r.fsys, "core")
	if err != nil {
		return nil, err
	}
	var all []string
	for _, d := range sub {
		dir := path.Join("core", d.Name())
		switch {
		case !d.IsDir():
		case chapterFolder.MatchString(d.Name()):
			all = append(all, dir)
		default:
			r.fault(Position{File: dir}, "a letter, an underscore and a name: core/c_memory", "the folder is no chapter")
		}
	}
	return all, nil
}

// number returns the number of a folder that matched conceptFolder.
func number(folder string) int {
	n, _, _ := strings.Cut(folder, "_")
	i, _ := strconv.Atoi(n) // four digits at most
	return i
}

func (r *reader) entry(dir string) *Entry {
	e := &Entry{ID: dir, Name: dir, Form: Traps}
	if m := conceptFolder.FindStringSubmatch(dir); m != nil {
		e.Form, e.Number, e.Name = Concept, number(dir), m[2]
	} else if m := chapterFolder.FindStringSubmatch(path.Base(dir)); m != nil {
		e.Form, e.Name = Chapter, m[2]
	}
	e.Title = e.Name
	if data, ok := r.file(dir, "README.md"); ok {
		e.Guide = r.page(e, path.Join(dir, "README.md"), data)
		e.Title = e.Guide.Title
	}
	if data, ok := r.file(dir, "example.go"); ok {
		e.Example = r.source(e, path.Join(dir, "example.go"), data)
	}
	if data, ok := r.file(dir, "pitfalls.go"); ok {
		e.Pitfalls = r.source(e, path.Join(dir, "pitfalls.go"), data)
	}
	if data, ok := r.file(dir, "interview.md"); ok {
		e.Interview = r.page(e, path.Join(dir, "interview.md"), data)
		e.Questions = r.questions(e.Interview)
	}
	pair(e)
	refuse(e)
	return e
}

// file reads a file as text: UTF-8, lines that end in LF.
func (r *reader) file(dir, name string) ([]byte, bool) {
	file := path.Join(dir, name)
	data, err := fs.ReadFile(r.fsys, file)
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.fault(Position{File: file}, "README.md, example.go, pitfalls.go and interview.md in each entry", "no such file")
		return nil, false
	case errors.As(err, &at):
		err = at.Err // its path is that of the fault
		fallthrough
	case err != nil:
		r.fault(Position{File: file}, "a file", "can't be read: %v", err)
		return nil, false
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if i := notText(data); i >= 0 {
		r.fault(place(file, data, i), "UTF-8 text without a byte order mark", "the byte %#x", data[i])
		return nil, false
	}
	return data, true
}

// notText returns the offset of the first byte that is no part of UTF-8 text, or -1.
func notText(data []byte) int {
	if bytes.HasPrefix(data, []byte("\uFEFF")) {
		return 0
	}
	if utf8.Valid(data) { // much faster than what follows
		return bytes.IndexByte(data, 0)
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// place returns the position of a byte of a file.
func place(file string, data []byte, offset int) Position {
	before := data[:min(max(offset, 0), len(data))]
	return Position{file, 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')}
}

// groups reads groups.txt: a title, a colon and the folders of its concepts on each line.
func (r *reader) groups(b *Book) []Group {
	if _, err := fs.Stat(r.fsys, "groups.txt"); errors.Is(err, fs.ErrNotExist) {
		return nil // optional
	}
	data, ok := r.file(".", "groups.txt")
	if !ok {
		return nil
	}
	var groups []Group
	in := map[string]bool{}
	for i, line := range strings.Split(string(data), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		title, list, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(title) == "" {
			r.fault(Position{"groups.txt", i + 1, 1}, `a title, a colon and folders: "Concurrency: 20_goroutines 21_channels"`, "no title")
			continue
		}
		g := Group{Title: strings.TrimSpace(title)}
		for _, id := range strings.Fields(list) {
			if !conceptFolder.MatchString(id) || in[id] {
				r.fault(Position{"groups.txt", i + 1, 1 + strings.Index(line, id)}, "the folder of each concept once", "the entry %s", id)
			} else if in[id] = true; slices.ContainsFunc(b.Entries, func(e *Entry) bool { return e.ID == id }) {
				g.Entries = append(g.Entries, id)
			}
		}
		groups = append(groups, g)
	}
	return groups
}

// uniqueIDs faults ids that stand for two things.
func (r *reader) uniqueIDs(b *Book) {
	first := map[string]Position{}
	for _, e := range b.Entries {
		for _, n := range e.names() {
			if at, ok := first[n.id]; ok {
				r.fault(n.Position, "ids that are unique in the book", "the id %s is taken by %v", n.id, at)
				continue
			}
			first[n.id] = n.Position
		}
	}
}

// A named is something with an id.
type named struct {
	id string
	Position
}

// names lists all that has an id in the entry.
func (e *Entry) names() []named {
	var all []named
	claims := func(list []Claim) {
		for _, cl := range list {
			all = append(all, named{cl.ID, cl.Position})
		}
	}
	for _, s := range e.Sources() {
		for _, c := range s.Cases {
			all = append(all, named{c.ID, c.Position})
			claims(c.Claims)
		}
		for _, w := range s.Wants {
			all = append(all, named{w.ID, w.Position})
		}
	}
	for _, q := range e.Questions {
		all = append(all, named{q.ID, q.Position})
	}
	for _, p := range e.Pages() {
		for _, f := range p.Fences {
			all = append(all, named{f.ID, f.Position})
			claims(f.Claims)
		}
		for _, l := range p.Links {
			all = append(all, named{l.ID, l.Position})
		}
	}
	return all
}
