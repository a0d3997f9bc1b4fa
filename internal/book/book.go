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
// stops at the first. What would be silently ignored, because it almost looks
// like a claim, is a fault too. The grammar of claims is described in
// docs/claims.md.
package book

import (
	"path"
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
	Entries []string // ids; concepts that the book does not have yet are left out
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
	Example   *Source    // example.go; nil when it could not be read or parsed
	Pitfalls  *Source    // pitfalls.go; nil when it could not be read or parsed
	Interview *Page      // interview.md; nil when it could not be read
	Questions []Question // of interview.md, in order
	Refused   []Refusal  // claims that may not stand, whatever they would give
}

// Sources returns the Go files of the entry that could be read.
func (e *Entry) Sources() []*Source {
	return slices.DeleteFunc([]*Source{e.Example, e.Pitfalls}, func(s *Source) bool { return s == nil })
}

// Pages returns the Markdown files of the entry that could be read.
func (e *Entry) Pages() []*Page {
	return slices.DeleteFunc([]*Page{e.Guide, e.Interview}, func(p *Page) bool { return p == nil })
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
	ID string // of the case, claim, want, fence or link
	Position
	Why string
}

// Entry finds an entry by its folder, its number or its name: "17_interfaces",
// "17", "interfaces", "core/c_memory", "c_memory". A concept comes before a
// chapter of the same name. The error is a fault.NotFound with the nearest names.
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

// Find resolves ENTRY/CASE, ENTRY/CASE#claim and ENTRY alone (a nil case). The
// error is a fault.NotFound.
func (b *Book) Find(target string) (*Entry, *Case, error) {
	target, _, _ = strings.Cut(target, "#")
	e, err := b.Entry(target)
	if err == nil {
		return e, nil, nil
	}
	i := strings.LastIndex(target, "/")
	if i < 0 {
		return nil, nil, err
	}
	if e, err = b.Entry(target[:i]); err != nil {
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
