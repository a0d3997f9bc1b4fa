package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/check"
	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/prove"
)

type explainCmd struct {
	Target string `arg:"" help:"An entry, a case (9_slices/sharedTail), a claim as prove names it (9_slices/sharedTail#output), or a diagnostic (vet:copylocks, SA4006)."`
}

// Help is printed by --help.
func (explainCmd) Help() string {
	return `
The lesson of a case is what its doc comment says, its code with what is claimed
about it, and its cure. That of a diagnostic is what the authors of the check
say about it.

$ gomastery explain 1_sample/lateArgument#output
1_sample/lateArgument#output
1_sample/pitfalls.go:…: Output

	…
…
$ gomastery explain vet:copylocks
check for locks erroneously passed by value
…`
}

// Run explains the target.
func (c *explainCmd) Run(a *app) error {
	if suite, name, ok := strings.Cut(c.Target, ":"); ok {
		return explainCheck(a.stdout, suite, name)
	}
	ed, err := a.edition()
	if err != nil {
		return err
	}
	x := &explainer{w: a.stdout, ed: ed, dir: a.dir}
	target, claim, isClaim := strings.Cut(c.Target, "#")
	e, cs, err := ed.find(target)
	switch {
	case isClaim && err == nil && cs != nil:
		return x.claimOf(e, cs, cs.ID+"#"+claim)
	case isClaim:
		return x.place(c.Target, err)
	case err != nil && explainCheck(a.stdout, "", c.Target) == nil:
		return nil
	case err != nil:
		return err
	case cs != nil:
		x.lesson(cs)
		return nil
	}
	x.entry(e)
	return nil
}

// explainCheck prints what is known of a check; without a suite any will do.
func explainCheck(w io.Writer, suite, name string) error {
	var near []string
	for _, c := range check.Checks() {
		if strings.EqualFold(c.Name, name) && (suite == "" || strings.EqualFold(c.Suite, suite)) {
			fmt.Fprintln(w, c.Doc)
			if c.URL != "" {
				fmt.Fprintf(w, "\n%s\n", c.URL)
			}
			return nil
		}
		if strings.EqualFold(c.Suite, suite) {
			near = append(near, c.Name)
		}
	}
	if len(near) == 0 {
		return fault.New(fault.NotFound, "no suite of checks %q", suite).Try("Suites: %s, %s.", check.Vet, check.Staticcheck)
	}
	return fault.New(fault.NotFound, "no check %q in %s", name, suite).Try("Checks: %s.", strings.Join(near, ", "))
}

// An explainer prints parts of one book.
type explainer struct {
	w   io.Writer
	ed  *edition
	dir string
}

func (x *explainer) printf(format string, args ...any) { fmt.Fprintf(x.w, format, args...) }

// heading names what follows and where it stands.
func (x *explainer) heading(id string, at book.Position, what string) {
	x.printf("%s\n%s:%d: %s\n", id, x.ed.where(x.dir, at.File), at.Line, what)
}

// indented prints a text as it is written, further to the right.
func (x *explainer) indented(text string) {
	x.printf("\n\t%s\n", strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n\t"))
}

// lesson prints all there is about a case; of a cure, that of its bug.
func (x *explainer) lesson(c *book.Case) {
	if c.Bug != nil {
		c = c.Bug
	}
	x.oneCase(c)
	if c.Cure != nil {
		x.printf("\nThe cure:\n\n")
		x.oneCase(c.Cure)
	}
}

func (x *explainer) oneCase(c *book.Case) {
	x.heading(c.ID, c.Position, kindOfCase(c))
	x.printf("\n%s\n", strings.TrimSpace(c.Doc))
	s := c.Source
	from, to := s.Fset.PositionFor(c.Decl.Pos(), false).Offset, s.Fset.PositionFor(c.Decl.End(), false).Offset
	x.indented(string(s.Data[from:to]))
}

func kindOfCase(c *book.Case) string {
	switch {
	case c.Bug != nil:
		return "a cure"
	case c.Cure != nil:
		return "a pitfall"
	}
	return "a case"
}

// implied says what a case claims by saying nothing.
var implied = map[book.Kind]string{
	book.RaceFree: "The race detector reports nothing.",
	book.LeakFree: "No goroutine that the case started is left behind.",
	book.Ends:     "The process ends with status 0.",
	book.Compiles: "The case compiles on each release, or says since which.",
	book.Refused:  "The claim could be wrong: a claim that can't be refuted says nothing.",
}

// claimOf explains one claim of a case.
func (x *explainer) claimOf(e *book.Entry, c *book.Case, id string) error {
	for _, cl := range c.Claims {
		if cl.ID == id {
			x.heading(id, cl.Position, prove.ClaimText(cl))
			if cl.Text != "" {
				x.indented(cl.Text)
			}
			x.printf("\n")
			x.lesson(c)
			return nil
		}
	}
	for _, w := range c.Source.Wants {
		if w.ID == id {
			return x.want(w)
		}
	}
	kind := book.Kind(id[len(c.ID)+1:])
	if what, ok := implied[kind]; ok {
		x.heading(id, c.Position, "claimed by saying nothing else")
		x.printf("\n%s\n\n", what)
		x.lesson(c)
		return nil
	}
	return fault.New(fault.NotFound, "no claim %q of %s", kind, c.ID).Try("Claims: %s.", strings.Join(claimsOf(c), ", "))
}

// claimsOf names the claims of a case that its author wrote.
func claimsOf(c *book.Case) []string {
	var all []string
	for _, cl := range c.Claims {
		all = append(all, cl.ID)
	}
	for _, w := range c.Source.Wants {
		if w.Case == c {
			all = append(all, w.ID)
		}
	}
	return all
}

// want explains what a tool says about a line: the line, and what the authors of
// the check say.
func (x *explainer) want(w book.Want) error {
	s := x.sourceOf(w.File)
	x.heading(w.ID, w.Position, "what "+w.Lens+" says about this line")
	x.indented(strings.TrimSpace(lineOf(string(s.Data), w.Line)))
	if w.Check == "" {
		return nil
	}
	x.printf("\n")
	return explainCheck(x.w, w.Lens, w.Check)
}

func (x *explainer) sourceOf(file string) *book.Source {
	for _, e := range x.ed.Entries {
		for _, s := range e.Sources() {
			if s.Path == file {
				return s
			}
		}
	}
	return nil
}

func lineOf(text string, line int) string {
	return strings.Split(text, "\n")[line-1]
}

// place explains an id that is of no case: of a file, a fence, a question. err is
// why it could not be a case.
func (x *explainer) place(id string, err error) error {
	for _, e := range x.ed.Entries {
		if !strings.HasPrefix(id, e.ID+"/") {
			continue
		}
		for _, q := range e.Questions {
			if q.ID == id {
				x.question(q)
				return nil
			}
		}
		for _, p := range e.Pages() {
			if x.onPage(p, id) {
				return nil
			}
		}
		for _, s := range e.Sources() {
			if x.ofFile(e, s, id) {
				return nil
			}
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "nothing in this book is called %q", id).Try("Names are those that `gomastery prove -v` prints.")
	}
	return err
}

// onPage explains a fence of a page, or what is claimed of it, or a link.
func (x *explainer) onPage(p *book.Page, id string) bool {
	for _, f := range p.Fences {
		isClaim := slices.ContainsFunc(f.Claims, func(c book.Claim) bool { return c.ID == id })
		if f.ID != id && !isClaim && !strings.HasPrefix(id, f.ID+"#") {
			continue
		}
		x.heading(f.ID, f.Position, "a fence")
		x.indented(f.Text)
		for _, cl := range f.Claims {
			if cl.ID == id || f.ID == id {
				x.printf("\n%s:\n", prove.ClaimText(cl))
				x.indented(cl.Text)
			}
		}
		return true
	}
	for _, l := range p.Links {
		if id == l.ID || strings.HasPrefix(id, l.ID+"#") {
			x.heading(l.ID, l.Position, "a link to "+l.File+"#"+l.Name)
			return true
		}
	}
	return false
}

// ofFile explains what is claimed of a file as a whole.
func (x *explainer) ofFile(e *book.Entry, s *book.Source, id string) bool {
	of := e.ID + "/" + strings.TrimSuffix(s.Name, ".go")
	what := map[string]string{
		of + "#" + string(book.Whole):    "The file prints what its cases print, in order.",
		of + "#" + string(book.VetClean): "The newest release's vet has nothing to say but what a want comment expects.",
		of + "#" + string(book.Compiles): "The file compiles.",
	}[id]
	if what != "" {
		x.heading(id, book.Position{File: s.Path, Line: 1}, "a file")
		x.printf("\n%s\n", what)
		return true
	}
	for _, w := range s.Wants {
		if w.ID == id {
			return x.want(w) == nil
		}
	}
	return false
}

func (x *explainer) question(q book.Question) {
	x.heading(q.ID, q.Position, fmt.Sprintf("%s, %s, %d minutes", q.Kind, q.Level, q.Minutes))
	x.printf("\n%s\n\n%s\n\nAnswer:\n\n%s\n", q.Title, q.Prompt, q.Answer)
}

// entry prints what an entry is about and what there is in it.
func (x *explainer) entry(e *book.Entry) {
	x.printf("%s\n%s\n", e.ID, e.Title)
	if e.Guide != nil {
		if first := firstParagraph(string(e.Guide.Data)); first != "" {
			x.printf("\n%s\n", first)
		}
	}
	for _, s := range e.Sources() {
		x.printf("\n%s:\n", s.Path)
		for _, c := range s.Cases {
			if c.Bug == nil {
				x.printf("  %s\n", firstSentence(c))
			}
		}
	}
	if len(e.Questions) > 0 {
		x.printf("\n%s/interview.md:\n", e.ID)
	}
	for _, q := range e.Questions {
		x.printf("  %d. %s (%s, %s, %d min)\n", q.Number, q.Title, q.Kind, q.Level, q.Minutes)
	}
}

// firstParagraph returns what stands below the heading of a page.
func firstParagraph(page string) string {
	_, rest, _ := strings.Cut(page, "\n")
	first, _, _ := strings.Cut(strings.TrimSpace(rest), "\n\n")
	if strings.HasPrefix(first, "#") {
		return ""
	}
	return first
}

// firstSentence returns the first sentence about a case, which begins with its name.
func firstSentence(c *book.Case) string {
	text := strings.Join(strings.Fields(c.Doc), " ")
	first, _, more := strings.Cut(text, ". ")
	switch {
	case text == "":
		return c.Name
	case more:
		return first + "."
	}
	return first
}
