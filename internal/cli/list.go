package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
)

type listCmd struct {
	JSON     bool `name:"json" xor:"form" help:"One object a line."`
	Markdown bool `xor:"form" help:"The table of concepts, as README.md has it."`
}

// Help is printed by --help.
func (listCmd) Help() string {
	return `
Entries stand under the groups of groups.txt, then chapters and traps. A case is
one function that is run by itself; a pair is a bug and its cure.

$ gomastery list
Samples
  1_sample  Sample  3 cases  1 pair  1 question
$ gomastery list --json
{"id":"1_sample","form":"concept","title":"Sample","group":"Samples","cases":3,"pairs":1,"questions":1}`
}

// Run lists the book.
func (c *listCmd) Run(a *app) error {
	ed, err := a.edition()
	if err != nil {
		return err
	}
	defer a.mention(ed)
	switch {
	case c.JSON:
		return listJSON(a, ed)
	case c.Markdown:
		markdownTable(a.stdout, ed.Groups)
		return nil
	}
	for i, s := range shelves(ed) {
		if i > 0 {
			fmt.Fprintln(a.stdout)
		}
		fmt.Fprintln(a.stdout, s.title)
		printTable(a.stdout, listRows(s.entries))
	}
	return nil
}

// mention says that a book has faults, for commands that can do with what could be
// read.
func (a *app) mention(ed *edition) {
	if n := len(ed.faults); n > 0 {
		a.say("This book has %s, and what can't be read is missing here. `gomastery prove` lists them.", count(n, "fault"))
	}
}

// A shelf is a group of entries with its title.
type shelf struct {
	title   string
	entries []*book.Entry
}

// shelves returns all entries: concepts by group, those of no group, chapters,
// traps. None is empty.
func shelves(ed *edition) []shelf {
	var all []shelf
	left := slices.Clone(ed.Entries)
	take := func(title string, of func(*book.Entry) bool) {
		s := shelf{title: title}
		for _, e := range left {
			if of(e) {
				s.entries = append(s.entries, e)
			}
		}
		left = slices.DeleteFunc(left, of)
		if len(s.entries) > 0 {
			all = append(all, s)
		}
	}
	for _, g := range ed.Groups {
		take(g.Title, func(e *book.Entry) bool { return slices.Contains(g.Entries, e.ID) })
	}
	take("In no group of groups.txt", func(e *book.Entry) bool { return e.Form == book.Concept })
	take("Chapters", func(e *book.Entry) bool { return e.Form == book.Chapter })
	take("Traps", func(e *book.Entry) bool { return e.Form == book.Traps })
	return all
}

func listRows(entries []*book.Entry) [][]string {
	var rows [][]string
	for _, e := range entries {
		rows = append(rows, []string{
			e.ID, e.Title, count(len(e.Cases()), "case"), count(len(e.Pairs()), "pair"), count(len(e.Questions), "question"),
		})
	}
	return rows
}

// printTable prints columns of text, each as wide as it has to be.
func printTable(w io.Writer, rows [][]string) {
	var widths []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, r := range rows {
		line := ""
		for i, cell := range r {
			line += fmt.Sprintf("  %-*s", widths[i], cell)
		}
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// A listed is an entry as --json shows it.
type listed struct {
	ID        string    `json:"id"`
	Form      book.Form `json:"form"`
	Title     string    `json:"title"`
	Group     string    `json:"group"` // "" for an entry in none
	Cases     int       `json:"cases"`
	Pairs     int       `json:"pairs"`
	Questions int       `json:"questions"`
}

func listJSON(a *app, ed *edition) error {
	write := a.objects()
	for _, e := range ed.Entries {
		l := listed{ID: e.ID, Form: e.Form, Title: e.Title, Cases: len(e.Cases()), Pairs: len(e.Pairs()), Questions: len(e.Questions)}
		for _, g := range ed.Groups {
			if slices.Contains(g.Entries, e.ID) {
				l.Group = g.Title
			}
		}
		if err := write(l); err != nil {
			return err
		}
	}
	return nil
}

// columns is how many groups stand side by side in the table of concepts.
const columns = 3

// markdownTable prints the groups as tables of links.
func markdownTable(w io.Writer, groups []book.Group) {
	for at := 0; at < len(groups); at += columns {
		side := groups[at:min(at+columns, len(groups))]
		if at > 0 {
			fmt.Fprintln(w)
		}
		var titles, rules []string
		height := 0
		for i, g := range side {
			titles = append(titles, fmt.Sprintf("**%d. %s**", at+i+1, g.Title))
			rules = append(rules, ":---")
			height = max(height, len(g.Entries))
		}
		fmt.Fprintf(w, "| %s |\n| %s |\n", strings.Join(titles, " | "), strings.Join(rules, " | "))
		for n := range height {
			fmt.Fprintln(w, markdownRow(side, n))
		}
	}
}

// markdownRow is the nth row of groups that stand side by side.
func markdownRow(side []book.Group, n int) string {
	row := "|"
	for _, g := range side {
		if n < len(g.Entries) {
			row += fmt.Sprintf(" [%[1]s](./%[1]s)", g.Entries[n])
		}
		row += " |"
	}
	return row
}
