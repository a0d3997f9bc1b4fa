// Package book reads the book: its entries, their cases, claims and questions.
//
// A book is any folder of this shape, on disk or embedded:
//
//	9_slices/              a concept: a number, an underscore, a name
//	  README.md            theory; its fences and links are claims
//	  example.go           correct code, as cases
//	  pitfalls.go          bugs and their cures, as pairs of cases
//	  interview.md         questions
//	core/c_memory/         a chapter, the same four files
//	traps/                 programs with one surprise, the same four files
//	groups.txt             optional: which concepts belong together
//
// Everything that is read has a position and an id. What is malformed is a
// [Fault] with file, line and column; a reading collects all of them and never
// stops at the first. The grammar of claims is described in docs/claims.md.
package book

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
)

// A Book is a set of entries.
type Book struct {
	Entries []*Entry // concepts by number, then chapters by name, then traps
	Groups  []Group  // the parts of the index, in order; nil without a groups.txt
}

// A Group is a part of the index: a heading and the concepts under it.
type Group struct {
	Title   string
	Entries []string // ids
}

// A Form is one of the three shapes of an entry.
type Form string

// The forms.
const (
	Concept Form = "concept"
	Chapter Form = "chapter"
	Traps   Form = "traps"
)

// An Entry is a folder of the book with its four files.
type Entry struct {
	ID        string // the folder: "9_slices", "core/c_memory", "traps"
	Form      Form
	Number    int        // of a concept; 0 otherwise
	Name      string     // the folder without number or letter: "slices", "memory", "traps"
	Title     string     // the heading of README.md
	Guide     *Page      // README.md; nil when it could not be read
	Example   *Source    // example.go; nil when it could not be read
	Pitfalls  *Source    // pitfalls.go; nil when it could not be read
	Interview *Page      // interview.md; nil when it could not be read
	Questions []Question // of interview.md, in order
	Refused   []Refusal  // claims that may not stand, whatever they would give
}

// Sources returns the Go files of the entry that could be read.
func (e *Entry) Sources() []*Source {
	var all []*Source
	for _, s := range []*Source{e.Example, e.Pitfalls} {
		if s != nil {
			all = append(all, s)
		}
	}
	return all
}

// Pages returns the Markdown files of the entry that could be read.
func (e *Entry) Pages() []*Page {
	var all []*Page
	for _, p := range []*Page{e.Guide, e.Interview} {
		if p != nil {
			all = append(all, p)
		}
	}
	return all
}

// Cases returns the cases of both Go files, in reading order.
func (e *Entry) Cases() []*Case {
	var all []*Case
	for _, s := range e.Sources() {
		all = append(all, s.Cases...)
	}
	return all
}

// Case returns the case of that name, or nil.
func (e *Entry) Case(name string) *Case {
	for _, c := range e.Cases() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Pairs returns the pitfalls of the entry: each bug that has its cure.
func (e *Entry) Pairs() []*Case {
	if e.Pitfalls == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.Pitfalls.Cases), func(c *Case) bool { return c.Cure == nil })
}

// A Position is a place in a file of the book.
type Position struct {
	File   string // slash path from the root of the book
	Line   int    // from 1; 0 when the whole file is meant
	Column int    // from 1, in bytes; 0 when the whole line is meant
}

// String returns file:line:column, without the parts that are zero.
func (p Position) String() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
	}
	if p.Line > 0 && p.Column > 0 {
		s += ":" + strconv.Itoa(p.Column)
	}
	return s
}

// A Fault is a place that can't be read as what it should be.
type Fault struct {
	Position
	What string // what is wrong
	Want string // how it should look; "" when What says it
}

// Error returns the fault as file:line:column: what is wrong; how it should look.
func (f Fault) Error() string {
	if f.Want == "" {
		return f.Position.String() + ": " + f.What
	}
	return f.Position.String() + ": " + f.What + "; want " + f.Want
}

// Faults are all faults of a reading, by position.
type Faults []Fault

// Error returns the faults, one a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// A Refusal is a claim that is well-formed and may not stand all the same,
// because it could hold without saying anything about Go.
type Refusal struct {
	ID string // of the case, fence or link
	Position
	Why string
}

var (
	conceptFolder = regexp.MustCompile(`^([1-9][0-9]*)_([a-z][a-z0-9_]*)$`)
	chapterFolder = regexp.MustCompile(`^([a-z])_([a-z][a-z0-9_]*)$`)
)

// Read reads a book. What could be read is returned also when there are faults;
// the error is then a [Faults], or what the file system said.
func Read(fsys fs.FS) (*Book, error) {
	folders, err := entryFolders(fsys)
	if err != nil {
		return nil, fmt.Errorf("reading the book: %w", err)
	}
	b := &Book{}
	r := &reader{fsys: fsys}
	for _, dir := range folders {
		b.Entries = append(b.Entries, r.entry(dir))
	}
	b.Groups = r.groups(b)
	r.uniqueIDs(b)
	if len(r.faults) > 0 {
		slices.SortFunc(r.faults, func(x, y Fault) int {
			return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
		})
		return b, r.faults
	}
	return b, nil
}

// entryFolders lists the folders that are entries, in the order of the book.
func entryFolders(fsys fs.FS) ([]string, error) {
	top, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var concepts, chapters, traps []string
	for _, d := range top {
		switch {
		case !d.IsDir():
		case conceptFolder.MatchString(d.Name()):
			concepts = append(concepts, d.Name())
		case d.Name() == "traps":
			traps = append(traps, d.Name())
		case d.Name() == "core":
			sub, err := fs.ReadDir(fsys, "core")
			if err != nil {
				return nil, err
			}
			for _, c := range sub {
				if c.IsDir() && chapterFolder.MatchString(c.Name()) {
					chapters = append(chapters, path.Join("core", c.Name()))
				}
			}
		}
	}
	slices.SortFunc(concepts, func(x, y string) int { return cmp.Or(cmp.Compare(number(x), number(y)), cmp.Compare(x, y)) })
	return slices.Concat(concepts, chapters, traps), nil
}

func number(folder string) int {
	n, _, _ := strings.Cut(folder, "_")
	i, _ := strconv.Atoi(n) // the folder matched conceptFolder; a number too large sorts first
	return i
}

// A reader collects the faults of one reading.
type reader struct {
	fsys   fs.FS
	faults Faults
}

func (r *reader) fault(p Position, want, format string, args ...any) {
	r.faults = append(r.faults, Fault{Position: p, What: fmt.Sprintf(format, args...), Want: want})
}

func (r *reader) entry(dir string) *Entry {
	e := &Entry{ID: dir, Name: path.Base(dir), Form: Traps}
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
	r.pairs(e)
	r.links(e)
	refuse(e)
	return e
}

func (r *reader) file(dir, name string) ([]byte, bool) {
	data, err := fs.ReadFile(r.fsys, path.Join(dir, name))
	if err != nil {
		r.fault(Position{File: path.Join(dir, name)}, "a file README.md, example.go, pitfalls.go and interview.md in each entry", "can't be read: %v", err)
		return nil, false
	}
	return data, true
}

// groups reads groups.txt: a title, a colon and the folders of its concepts on each line.
func (r *reader) groups(b *Book) []Group {
	data, err := fs.ReadFile(r.fsys, "groups.txt")
	if err != nil {
		return nil // optional
	}
	var groups []Group
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		title, list, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(title) == "" {
			r.fault(Position{"groups.txt", i + 1, 1}, `a title, a colon and folders: "Concurrency: 20_goroutines 21_channels"`, "no title")
			continue
		}
		g := Group{Title: strings.TrimSpace(title)}
		for _, id := range strings.Fields(list) {
			if slices.ContainsFunc(b.Entries, func(e *Entry) bool { return e.ID == id }) {
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
	see := func(id string, p Position) {
		if at, ok := first[id]; ok {
			r.fault(p, "ids that are unique in the book", "the id %s is taken by %v", id, at)
			return
		}
		first[id] = p
	}
	for _, e := range b.Entries {
		for _, c := range e.Cases() {
			see(c.ID, c.Position)
		}
		for _, q := range e.Questions {
			see(q.ID, q.Position)
		}
		for _, p := range e.Pages() {
			for _, f := range p.Fences {
				see(f.ID, f.Position)
			}
		}
	}
}

// Entry finds an entry by its folder, its number or its name: "17_interfaces",
// "17", "interfaces", "core/c_memory", "c_memory". The error is a
// fault.NotFound with the nearest names.
func (b *Book) Entry(name string) (*Entry, error) {
	name = strings.Trim(name, "/")
	for _, e := range b.Entries {
		if e.ID == name || path.Base(e.ID) == name || e.Name == name || e.Number > 0 && strconv.Itoa(e.Number) == name {
			return e, nil
		}
	}
	return nil, fault.New(fault.NotFound, "no entry %q in this book", name).Try("Entries: %s.", strings.Join(b.nearest(name), ", "))
}

// nearest returns the ids that share letters with name, or else all.
func (b *Book) nearest(name string) []string {
	var near, all []string
	for _, e := range b.Entries {
		all = append(all, e.ID)
		if len(name) > 2 && strings.Contains(e.ID, name[:3]) {
			near = append(near, e.ID)
		}
	}
	if len(near) > 0 {
		return near
	}
	return all
}

// Find resolves ENTRY/CASE, ENTRY/CASE#claim and ENTRY alone (a nil case).
func (b *Book) Find(target string) (*Entry, *Case, error) {
	target, _, _ = strings.Cut(target, "#")
	if e, err := b.Entry(target); err == nil {
		return e, nil, nil
	}
	i := strings.LastIndex(target, "/")
	if i < 0 {
		_, err := b.Entry(target)
		return nil, nil, err
	}
	e, err := b.Entry(target[:i])
	if err != nil {
		return nil, nil, err
	}
	if c := e.Case(target[i+1:]); c != nil {
		return e, c, nil
	}
	var names []string
	for _, c := range e.Cases() {
		names = append(names, c.Name)
	}
	return nil, nil, fault.New(fault.NotFound, "no case %q in %s", target[i+1:], e.ID).Try("Cases: %s.", strings.Join(names, ", "))
}
