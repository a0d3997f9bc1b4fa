package book

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"

	markup "github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Review holds an entry against what docs/writing.md asks of a finished one:
// headings, counts, proof links, kinds and levels of questions. What is malformed
// or refused is found by Read already.
func Review(e *Entry) Faults {
	if e.Form != Concept || e.Guide == nil || e.Interview == nil || e.Example == nil || e.Pitfalls == nil {
		return nil
	}
	r := &review{e: e, linked: map[string]int{}}
	r.headings()
	r.counts()
	r.paragraphs()
	r.unlinked()
	r.releases()
	r.docs()
	r.interview()
	slices.SortFunc(r.faults, Fault.compare)
	return r.faults
}

// The numbers that an entry keeps to.
const (
	minWords, maxWords       = 1200, 2500
	minExamples, maxExamples = 6, 12
	minPairs, maxPairs       = 8, 14
	minQuestions             = 12
	maxLeaning               = 3 // paragraphs that lean on one case
)

var conceptHeadings = []string{"Model", "Mechanics", "Costs", "In production", "Across releases", "Compared", "Sources", "The answer"}

// provedSections are those in which each paragraph has a proof.
var provedSections = []string{"model", "mechanics", "costs", "across-releases"}

type review struct {
	e      *Entry
	faults Faults
	linked map[string]int // how many paragraphs link to a case, by name
}

func (r *review) fault(p Position, want, format string, args ...any) {
	r.faults = append(r.faults, Fault{p, fmt.Sprintf(format, args...), want})
}

func (r *review) guide() Position { return Position{File: r.e.Guide.Path, Line: 1} }

func (r *review) headings() {
	var have []string
	for _, s := range r.e.Guide.Sections {
		have = append(have, s.Title)
	}
	if !slices.Equal(have, conceptHeadings) {
		r.fault(r.guide(), strings.Join(conceptHeadings, ", "), "the headings are %s", strings.Join(have, ", "))
	}
}

func (r *review) between(p Position, n, low, high int, what string) {
	if n < low || n > high {
		r.fault(p, fmt.Sprintf("%d to %d", low, high), "%d %s", n, what)
	}
}

func (r *review) counts() {
	r.between(r.guide(), proseWords(string(r.e.Guide.Data)), minWords, maxWords, "words")
	r.between(Position{File: r.e.Example.Path, Line: 1}, len(r.e.Example.Cases), minExamples, maxExamples, "cases")
	pairs := r.e.Pairs()
	here := Position{File: r.e.Pitfalls.Path, Line: 1}
	r.between(here, len(pairs), minPairs, maxPairs, "pairs")
	panics, silent := 0, 0
	for _, bug := range pairs {
		if bug.Has(Panics) {
			panics++
		}
		if !ends(bug) {
			silent++
		}
	}
	if 4*panics > len(pairs) {
		r.fault(here, "at most a quarter", "%d of %d pairs end in a panic", panics, len(pairs))
	}
	if 2*silent < len(pairs) {
		r.fault(here, "at least half", "%d of %d pairs are silent", silent, len(pairs))
	}
}

var fenced = regexp.MustCompile("(?ms)^[ \t]*```.*?^[ \t]*```[ \t]*$")

// proseWords counts the words outside of fences.
func proseWords(md string) int { return len(strings.Fields(fenced.ReplaceAllString(md, ""))) }

// A paragraph is one of README.md, with the cases it links to.
type paragraph struct {
	Position
	section string
	text    string
	cases   []*Case
	proved  bool // links to a case or into the source
}

// paragraphs checks that each has its proof, that its quantities stand in the cases
// it links to, and that no case carries too many.
func (r *review) paragraphs() {
	text := string(r.e.Guide.Data)
	if !strings.Contains(text, "> **New.") {
		r.fault(r.guide(), "> **New.** and a fact that is in no other text", "nothing new")
	}
	if !strings.Contains(text, "```text") {
		r.fault(r.guide(), "a dump, profile, report or table in a ```text fence", "no artefact")
	}
	for _, p := range paragraphs(r.e) {
		for _, c := range p.cases {
			r.linked[c.Name]++
		}
		if slices.Contains(provedSections, p.section) && !p.proved && !strings.Contains(p.text, "uideline") && !strings.Contains(p.text, "istory") {
			r.fault(p.Position, "a link to a case or into the source, or the word guideline or history", "a paragraph without a proof: %.60q", p.text)
		}
		if slices.Contains(provedSections, p.section) {
			r.quantities(p)
		}
	}
	for name, n := range r.linked {
		if n > maxLeaning {
			r.fault(r.e.Case(name).Position, fmt.Sprintf("at most %d", maxLeaning), "%d paragraphs lean on %s", n, name)
		}
	}
}

var quantity = regexp.MustCompile(`(?:^|[\s(])([0-9][0-9,]*(?:\.[0-9]+)?)(?:x|\s*(?:%|bytes?\b|kB\b|MB\b|GB\b|ns\b|µs\b|ms\b|allocations?\b|objects\b|goroutines\b|threads\b|times\b|words\b))`)

// quantities checks that what was measured stands in a case that is linked beside
// it. What depends on the machine can't: it says that it is not a claim.
func (r *review) quantities(p paragraph) {
	if strings.Contains(p.text, "Not a claim") {
		return
	}
	for _, m := range quantity.FindAllStringSubmatch(p.text, -1) {
		number := strings.ReplaceAll(m[1], ",", "")
		if !slices.ContainsFunc(p.cases, func(c *Case) bool { return mentions(c, number) }) {
			r.fault(p.Position, "a link to a case in whose code or expectation it stands", "the quantity %q", strings.TrimSpace(m[0]))
		}
	}
}

var separators = regexp.MustCompile(`([0-9])[,_]([0-9])`)

// mentions reports whether a number stands in a case, or in what its file gives it.
func mentions(c *Case, number string) bool {
	text := separators.ReplaceAllString(string(c.Source.Data), "$1$2")
	return regexp.MustCompile(`(^|[^0-9.])` + regexp.QuoteMeta(number) + `([^0-9]|$)`).MatchString(text)
}

// paragraphs reads the paragraphs of README.md.
func paragraphs(e *Entry) []paragraph {
	src := e.Guide.Data
	var all []paragraph
	section := ""
	_ = markup.Walk(markdown.Parser().Parse(text.NewReader(src)), func(n markup.Node, entering bool) (markup.WalkStatus, error) {
		if !entering {
			return markup.WalkContinue, nil
		}
		switch n := n.(type) {
		case *markup.Heading:
			if n.Level == 2 {
				section = slugOf(inlineText(n, src))
			}
		case *markup.Paragraph:
			all = append(all, paragraph{Position: place(e.Guide.Path, src, n.Pos()), section: section, text: inlineText(n, src)})
		case *markup.Link:
			if inParagraph(n) {
				all[len(all)-1].link(e, string(n.Destination))
			}
		}
		return markup.WalkContinue, nil
	})
	return all
}

func inParagraph(n markup.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == markup.KindParagraph {
			return true
		}
	}
	return false
}

func (p *paragraph) link(e *Entry, dest string) {
	file, name, _ := strings.Cut(dest, "#")
	switch {
	case strings.HasPrefix(dest, "go:"):
		p.proved = true
	case strings.HasSuffix(file, ".go"):
		p.proved = true
		if c := e.Case(name); c != nil && !strings.Contains(file, "/") && !slices.Contains(p.cases, c) {
			p.cases = append(p.cases, c)
		}
	}
}

// unlinked finds cases that no prose links to. A cure is spoken of with its bug.
func (r *review) unlinked() {
	prose := string(r.e.Guide.Data) + string(r.e.Interview.Data)
	for _, c := range r.e.Cases() {
		names := []string{c.Name}
		if c.Bug != nil {
			names = append(names, c.Bug.Name)
		}
		if !slices.ContainsFunc(names, func(n string) bool {
			return strings.Contains(prose, c.Source.Name+"#"+n+")") || strings.Contains(prose, c.Source.Name+"#"+n+`"`)
		}) {
			r.fault(c.Position, "a link from README.md or interview.md", "no prose leads to %s", c.Name)
		}
	}
}

// docs checks that each case says in words of its own what it is about, and that
// no two cases are the same program.
func (r *review) docs() {
	first, trees := map[string]string{}, map[string]string{}
	for _, c := range r.e.Cases() {
		sentence, _, _ := strings.Cut(strings.TrimPrefix(c.Doc, c.Name), ".")
		sentence = strings.Join(strings.Fields(sentence), " ")
		switch other, taken := first[sentence]; {
		case sentence == "":
			r.fault(c.Position, "a doc comment", "%s says nothing of itself", c.Name)
		case taken:
			r.fault(c.Position, "a first sentence of its own", "%s begins as %s does", c.Name, other)
		}
		first[sentence] = c.Name
		shape := treeShape(c.Decl.Body)
		if other, taken := trees[shape]; taken && len(c.Decl.Body.List) > 3 && (c.Bug == nil || c.Bug.Name != other) {
			r.fault(c.Position, "another program", "%s has the syntax tree of %s, names aside", c.Name, other)
		}
		trees[shape] = c.Name
	}
}

// treeShape is a syntax tree without its names and literals.
func treeShape(n ast.Node) string {
	var b strings.Builder
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
			b.WriteByte(')')
		case *ast.BinaryExpr:
			fmt.Fprintf(&b, "(%T%v", n, n.Op)
		case *ast.CallExpr:
			fmt.Fprintf(&b, "(%T", n)
			if s, ok := n.Fun.(*ast.SelectorExpr); ok {
				b.WriteString(s.Sel.Name)
			}
		default:
			fmt.Fprintf(&b, "(%T", n)
		}
		return true
	})
	return b.String()
}

// interview checks the counts, kinds and levels of the questions.
func (r *review) interview() {
	here := Position{File: r.e.Interview.Path, Line: 1}
	kinds := map[string]int{}
	staff := 0
	for i, q := range r.e.Questions {
		kinds[q.Kind]++
		if len(q.FollowUps) < 2 {
			r.fault(q.Position, "two follow-ups or more", "question %d has %d", q.Number, len(q.FollowUps))
		}
		if q.Level == "staff" {
			staff++
			if !strings.Contains(q.Prompt, "```") && !strings.Contains(q.Prompt, "\n|") && !digits.MatchString(q.Prompt) {
				r.fault(q.Position, "a program, profile, dump, diff or numbers", "question %d is for staff and has no artefact", q.Number)
			}
		}
		if i >= 2 && firstWord(q) == firstWord(r.e.Questions[i-1]) && firstWord(q) == firstWord(r.e.Questions[i-2]) {
			r.fault(q.Position, "another beginning", "three questions in a row begin with %q", firstWord(q))
		}
	}
	n := len(r.e.Questions)
	if n < minQuestions {
		r.fault(here, fmt.Sprintf("%d or more", minQuestions), "%d questions", n)
	}
	if 3*staff < n {
		r.fault(here, "a third", "%d of %d questions are for staff", staff, n)
	}
	for _, need := range []struct {
		n    int
		kind string
		have int
	}{{3, "predict", kinds["predict"]}, {2, "debug or review", kinds["debug"] + kinds["review"]}, {2, "design", kinds["design"]}} {
		if need.have < need.n {
			r.fault(here, fmt.Sprintf("%d or more", need.n), "%d questions of the kind %s", need.have, need.kind)
		}
	}
}

var digits = regexp.MustCompile(`[0-9]{2,}`)

func firstWord(q Question) string {
	word, _, _ := strings.Cut(q.Title, " ")
	return word
}

// releaseRow matches the first two cells of a row of the table of Across releases,
// rowLink the links in the second.
var (
	releaseRow = regexp.MustCompile(`(?m)^\|\s*(1\.[0-9]+)\s*\|([^|]*)\|`)
	rowLink    = regexp.MustCompile(`\]\([a-z]+\.go#([^)\s]+)\)`)
)

// releases holds the table of Across releases against the brackets of the cases: a
// release at which a claim begins or ends has a row, and a row has such a claim.
// The rows are words of the author, so they are checked and not generated.
func (r *review) releases() {
	i := slices.IndexFunc(r.e.Guide.Sections, func(s Section) bool { return s.Slug == "across-releases" })
	if i < 0 {
		return // headings says so
	}
	s := r.e.Guide.Sections[i]
	rows := map[string]bool{}
	for _, m := range releaseRow.FindAllStringSubmatch(s.Text, -1) {
		for _, link := range rowLink.FindAllStringSubmatch(m[2], -1) {
			rows[m[1]+" "+link[1]] = true
		}
	}
	claimed := map[string]bool{}
	for _, c := range r.e.Cases() {
		for _, release := range boundaries(c) {
			claimed[release+" "+c.Name] = true
			if c.Bug == nil && !rows[release+" "+c.Name] {
				r.fault(s.Position, "a row for each release at which a claim begins or ends", "%s changes with %s, and the table does not say so", c.Name, release)
			}
		}
	}
	for row := range rows {
		release, name, _ := strings.Cut(row, " ")
		if c := r.e.Case(name); c != nil && !claimed[row] && release != fmt.Sprint("1.", c.Since.Minor) && !strings.Contains(c.Doc, release) && !wanted(c.Source, release) {
			r.fault(s.Position, "a bracket for the release in a claim of the case, or the release in its doc comment", "the table says that %s changes with %s, and nothing in the case does", name, release)
		}
	}
}

// wanted reports whether what a tool says about a line of the file begins or ends
// with a release: the functions that a case calls are part of what it shows.
func wanted(s *Source, release string) bool {
	return slices.ContainsFunc(s.Wants, func(w Want) bool {
		return !w.Only.Zero() && slices.Contains(tags(w.Only.expr), "go"+release)
	})
}

// boundaries returns the releases at which the claims of a case begin or end.
func boundaries(c *Case) []string {
	var all []string
	see := func(only Constraint) {
		if only.Zero() {
			return
		}
		for _, tag := range tags(only.expr) {
			if release, ok := strings.CutPrefix(tag, "go"); ok && !slices.Contains(all, release) {
				all = append(all, release)
			}
		}
	}
	for _, cl := range c.Claims {
		if !cl.Profile {
			see(cl.Only)
		}
	}
	return all
}
