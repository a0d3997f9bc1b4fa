package book

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An opening is the first line of an expectation: "Output (!go1.22): 3 3 3".
type opening struct {
	word    string
	bracket string // with its brackets, "" without
	text    string
}

var (
	openingWord = regexp.MustCompile(`^(Output|Unordered output|Output matches|Outcomes|Panics|Fatal|Exits|Races|Leaks|Hangs|Allocs|Faster|Since|Run with|See)( \(|:)`)
	// almostOpening is what somebody writes who means an expectation.
	almostOpening = regexp.MustCompile(`(?i)^\s*(unordered )?(outputs?( match(es)?)?|outcomes?|panics?|fatal|exits?|races?|leaks?|hangs?|allocs?|faster|since|run with|see)\s*(\(.*\)\s*)?:`)
)

var kindOf = map[string]Kind{
	"Output": Output, "Unordered output": Unordered, "Output matches": Matches, "Outcomes": Outcomes,
	"Panics": Panics, "Fatal": Fatal, "Exits": Exits, "Races": Races, "Leaks": Leaks,
	"Hangs": Hangs, "Allocs": Allocs, "Faster": Faster,
}

// commentLine returns the text of a line comment. It loses one space after the
// slashes; a tab stays.
func commentLine(c *ast.Comment) (text string, ok bool) {
	text, ok = strings.CutPrefix(c.Text, "//")
	return strings.TrimPrefix(text, " "), ok
}

// opens reads a comment as the first line of an expectation.
func opens(c *ast.Comment) (o opening, ok bool) {
	line, isLine := commentLine(c)
	m := openingWord.FindStringSubmatch(line)
	if !isLine || m == nil {
		return opening{}, false
	}
	o.word = m[1]
	rest := line[len(o.word):]
	if m[2] != ":" {
		inner, after, closed := bracketed(rest[1:])
		if !closed {
			return opening{}, false
		}
		o.bracket, rest = "("+inner+")", after
	}
	text, colon := strings.CutPrefix(rest, ":")
	if !colon || text != "" && text[0] != ' ' && text[0] != '\t' {
		return opening{}, false
	}
	o.text = strings.TrimSpace(text)
	return o, true
}

// tail returns the comments after fn's last statement from the first expectation on.
func (r *reader) tail(s *Source, fn *ast.FuncDecl) []*ast.Comment {
	last := fn.Body.Lbrace
	if n := len(fn.Body.List); n > 0 {
		last = fn.Body.List[n-1].End()
	}
	var tail []*ast.Comment
	for _, g := range s.File.Comments {
		if g.Pos() < last || g.End() > fn.Body.Rbrace {
			continue
		}
		for _, c := range g.List {
			if _, ok := opens(c); ok || len(tail) > 0 {
				tail = append(tail, c)
			} else if line, isLine := commentLine(c); isLine && almostOpening.MatchString(line) {
				r.fault(s.at(c.Pos()), "// Output: text, or // Output (!go1.22): text, with these capitals and spaces", "%q is almost an expectation", line)
			}
		}
	}
	return tail
}

// misplaced faults the expectations that belong to no function's tail.
func (r *reader) misplaced(s *Source, placed []*ast.Comment) {
	for _, g := range s.File.Comments {
		for _, c := range g.List {
			if o, ok := opens(c); ok && !slices.Contains(placed, c) {
				placed = append(placed, g.List...) // the lines below belong to it
				r.fault(s.at(c.Pos()), "expectations after the last statement of a case", "%q where no case ends", o.word+":")
			}
		}
	}
}

// expectations reads the comments of a case into its claims. A blank line of the
// source ends an expectation.
func (r *reader) expectations(c *Case, comments []*ast.Comment) {
	var open *Claim // the claim that the next lines belong to
	var lines []string
	done := func() {
		if open != nil {
			open.Text = TrimLines(strings.Join(lines, "\n"))
			r.claim(c, open)
		}
		open = nil
	}
	stray := false // a fault was reported for the lines here
	for i, cm := range comments {
		at := c.Source.at(cm.Pos())
		if i > 0 && at.Line > 1+c.Source.at(comments[i-1].Pos()).Line {
			done()
			stray = false
		}
		text, isLine := commentLine(cm)
		if o, ok := opens(cm); ok {
			done()
			open, lines, stray = r.begin(c, at, o), []string{o.text}, false
			continue
		}
		if open != nil && isLine && slices.Contains(printed, open.Kind) {
			lines = append(lines, text)
			continue
		}
		if !stray && (!isLine || strings.TrimSpace(text) != "") {
			r.fault(at, "nothing but expectations after the first one; an output goes on without blank lines of code", "%q belongs to no expectation", text)
			stray = true
		}
	}
	done()
}

// begin reads the first line of an expectation. Since, Run with and See are no
// claims; they go into the case, and nil is returned.
func (r *reader) begin(c *Case, at Position, o opening) *Claim {
	if kind := kindOf[o.word]; kind != "" {
		cl := &Claim{Position: at, Kind: kind}
		if o.bracket != "" {
			cl.Only = r.constraint(at, o.bracket[1:len(o.bracket)-1])
		}
		return cl
	}
	if o.bracket != "" {
		r.fault(at, "no bracket: "+o.word+" is about every release", "%s %s", o.word, o.bracket)
	}
	switch o.word {
	case "Since":
		r.since(c, at, o.text)
	case "Run with":
		r.runWith(c, at, o.text)
	case "See":
		r.see(c, at, o.text)
	}
	return nil
}

// constraint reads a limit to releases and platforms.
func (r *reader) constraint(at Position, text string) Constraint {
	only, err := ParseConstraint(text)
	if err != nil {
		r.fault(at, "a build constraint: !go1.22, go1.21 && amd64", "%q: %v", text, err)
	}
	return only
}

var sinceText = regexp.MustCompile(`^1\.([1-9][0-9]?) (\S.*)$`)

func (r *reader) since(c *Case, at Position, text string) {
	m := sinceText.FindStringSubmatch(text)
	if m == nil || c.Since.Minor != 0 {
		r.fault(at, "once, a release and a reason: // Since: 1.21 slices.Clip", "Since: %q", text)
		return
	}
	minor, _ := strconv.Atoi(m[1]) // two digits
	c.Since = Since{Minor: minor, Why: m[2], Position: at}
}

var setting = regexp.MustCompile(`^[A-Z][A-Z0-9_]*=\S*$`)

func (r *reader) runWith(c *Case, at Position, text string) {
	settings := strings.Fields(text)
	if len(settings) == 0 || slices.ContainsFunc(settings, func(kv string) bool { return !setting.MatchString(kv) }) {
		r.fault(at, "variables: // Run with: GODEBUG=asyncpreemptoff=1", "Run with: %q", text)
		return
	}
	c.Env = append(c.Env, settings...)
}

// lenses are the ways to look at a program, by name.
var lenses = []string{
	"output", "versions", "race", "leak", "escape", "inline", "bounds", "assembly", "layout",
	"vet", "staticcheck", "check", "bench", "trace", "profile", "gc", "outcomes",
}

func (r *reader) see(c *Case, at Position, text string) {
	if !slices.Contains(lenses, text) || c.Lens != "" {
		r.fault(at, "once, one of "+strings.Join(lenses, " "), "See: %q", text)
		return
	}
	c.Lens = text
}

// claim finishes a claim and gives it its id.
func (r *reader) claim(c *Case, cl *Claim) {
	if r.wellFormed(cl) {
		cl.ID = claimID(c.ID+"#", cl.Kind, c.Claims)
		c.Claims = append(c.Claims, *cl)
	}
}

// wellFormed reads the text of a claim and faults one that does not fit its kind.
func (r *reader) wellFormed(cl *Claim) bool {
	want, err := cl.arguments()
	if want == "" {
		return true
	}
	text := strconv.Quote(cl.Text)
	if err != nil {
		text += ": " + parserSays(err)
	}
	r.fault(cl.Position, want, "%s: %s", wordOf(cl.Kind), text)
	return false
}

// wordOf returns how an author writes a kind.
func wordOf(k Kind) string {
	for word, kind := range kindOf {
		if kind == k {
			return word
		}
	}
	return string(k)
}

// parserSays shortens an error of regexp to what a reader needs.
func parserSays(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}

// claimID names the next claim of a kind.
func claimID(prefix string, k Kind, before []Claim) string {
	return nth(prefix+string(k), 1+len(slices.DeleteFunc(slices.Clone(before), func(cl Claim) bool { return cl.Kind != k })))
}

// nth adds a number to an id, from the second on.
func nth(id string, n int) string {
	if n == 1 {
		return id
	}
	return fmt.Sprintf("%s-%d", id, n)
}
