package book

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Kind is a kind of claim. Its text is what an id shows: "9_slices/aliased#output".
type Kind string

// The kinds of claims. The first group is written by the author as the last
// comments of a case, the second is implied by what a case does not say, the
// third belongs to lines, fences and links.
const (
	Output    Kind = "output"
	Unordered Kind = "unordered"
	Matches   Kind = "matches"
	Outcomes  Kind = "outcomes"
	Panics    Kind = "panics"
	Fatal     Kind = "fatal"
	Exits     Kind = "exits"
	Races     Kind = "races"
	Leaks     Kind = "leaks"
	Hangs     Kind = "hangs"
	Allocs    Kind = "allocs"
	Faster    Kind = "faster"

	RaceFree Kind = "race-free"
	LeakFree Kind = "leak-free"
	Ends     Kind = "ends"
	VetClean Kind = "vet"
	Compiles Kind = "compiles" // from the release that Since names, or everywhere

	Wanted   Kind = "want"     // what a tool says about one line
	Fails    Kind = "fails"    // a fence that does not compile
	Excerpt  Kind = "excerpt"  // a fence whose lines stand in a case
	Console  Kind = "console"  // a transcript
	Declares Kind = "declares" // a link into the source of the standard library
	Whole    Kind = "whole"    // a file as a reader runs it
	Refused  Kind = "refused"  // a claim that may not stand
)

// A Claim is one expectation.
type Claim struct {
	ID string
	Position
	Kind Kind
	Only Constraint // where it is about; the zero Constraint means everywhere
	Text string     // expected output, message, expressions: as the author wrote it

	// What Text says, for the kinds that need more than a text.
	Count    int              // Exits: the status. Leaks, Allocs: how many
	AtMost   bool             // Allocs: Count is an upper bound
	Profile  bool             // Leaks: as the goroutineleak profile sees it
	Spinning bool             // Hangs: running, not waiting
	Ratio    float64          // Faster: at least this many times
	Than     string           // Faster: the name of the other case
	Lines    []*regexp.Regexp // Matches: one for each line
	Outcomes []Outcome        // Outcomes
}

// An Outcome is one of the outputs that a case with Outcomes can have.
type Outcome struct {
	Text string
	Rare bool // may be missing: seen in less than 2 % of runs
}

// A Want is a comment `// want LENS "re"` on the line it is about.
type Want struct {
	ID string
	Position
	Lens    string // vet, staticcheck, check, escape, inline, bounds
	Check   string // the analyzer after the colon; "" means any
	Only    Constraint
	None    bool             // escape none: nothing of this line escapes
	Matches []*regexp.Regexp // each has to match a message of its own on this line
	Case    *Case            // the case whose body or doc holds the line; nil elsewhere
}

// expectation matches the first line of an expectation comment.
var expectation = regexp.MustCompile(`^(Output|Unordered output|Output matches|Outcomes|Panics|Fatal|Exits|Races|Leaks|Hangs|Allocs|Faster|Since|Run with|See)(?: \(([^)]*(?:\([^)]*\)[^)]*)*)\))?:(?:[ \t](.*))?$`)

var kindOf = map[string]Kind{
	"Output": Output, "Unordered output": Unordered, "Output matches": Matches, "Outcomes": Outcomes,
	"Panics": Panics, "Fatal": Fatal, "Exits": Exits, "Races": Races, "Leaks": Leaks,
	"Hangs": Hangs, "Allocs": Allocs, "Faster": Faster,
}

// takesLines lists the kinds whose text goes on over the following lines.
var takesLines = map[Kind]bool{Output: true, Unordered: true, Matches: true, Outcomes: true}

// arguments reads the text of a claim into its fields. When it can't be read, want
// says how it should look; it is "" otherwise.
func (c *Claim) arguments() (want string) {
	text := strings.TrimSpace(c.Text)
	switch c.Kind {
	case Panics, Fatal:
		if text == "" {
			return title(c.Kind) + ": and a part of the runtime's message"
		}
	case Exits:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 255 {
			return "Exits: and a status from 1 to 255; a case that ends with 0 says nothing"
		}
		c.Count = n
	case Leaks:
		return c.leaks(text)
	case Hangs:
		if text != "" && text != "spinning" {
			return "Hangs: alone, or Hangs: spinning"
		}
		c.Spinning = text == "spinning"
	case Allocs:
		number, atMost := strings.CutPrefix(text, "<=")
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if err != nil || n < 0 {
			return "Allocs: 1 or Allocs: <= 1"
		}
		c.Count, c.AtMost = n, atMost
	case Faster:
		return c.faster(text)
	case Matches:
		return c.expressions()
	case Outcomes:
		return c.outcomes(text)
	}
	return ""
}

func title(k Kind) string { return strings.ToUpper(string(k[:1])) + string(k[1:]) }

func (c *Claim) leaks(text string) string {
	number, rest, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || rest != "" && rest != "profile" || n == 0 && rest == "" {
		return "Leaks: 2, or Leaks (go1.27): 2 profile; a case that leaks nothing says nothing"
	}
	c.Count, c.Profile = n, rest == "profile"
	return ""
}

var fasterText = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)x than ([\pL_][\pL_0-9]*)$`)

func (c *Claim) faster(text string) string {
	m := fasterText.FindStringSubmatch(text)
	if m == nil {
		return "Faster: 3x than concat"
	}
	ratio, err := strconv.ParseFloat(m[1], 64)
	if err != nil || ratio < 1.3 {
		return "a ratio of 1.3 or more: less can't be told from noise"
	}
	c.Ratio, c.Than = ratio, m[2]
	return ""
}

func (c *Claim) expressions() string {
	for _, line := range strings.Split(trimLines(c.Text), "\n") {
		re, err := regexp.Compile("^(?:" + line + ")$")
		if err != nil {
			return "one regular expression on each line: " + err.Error()
		}
		c.Lines = append(c.Lines, re)
	}
	return ""
}

// outcomes splits "a | b | (c)". \n is a new line, \| a bar, "" nothing.
func (c *Claim) outcomes(text string) string {
	const bar = "\x00"
	for _, part := range strings.Split(strings.ReplaceAll(text, `\|`, bar), "|") {
		part = strings.TrimSpace(part)
		o := Outcome{Text: part}
		if strings.HasPrefix(part, "(") && strings.HasSuffix(part, ")") {
			o = Outcome{Text: part[1 : len(part)-1], Rare: true}
		}
		if o.Text == "" {
			return `outputs between bars: Outcomes: a | b | (rare) | ""`
		}
		if o.Text == `""` {
			o.Text = ""
		}
		o.Text = trimLines(strings.ReplaceAll(strings.ReplaceAll(o.Text, bar, "|"), `\n`, "\n"))
		c.Outcomes = append(c.Outcomes, o)
	}
	if len(c.Outcomes) < 2 {
		return "two outcomes or more; one is Output:"
	}
	return ""
}

// trimLines drops white space around the text and at the end of each line, which
// no reader sees and gofmt removes from comments.
func trimLines(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\r")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n \t")
}

// TrimLines is how outputs are compared: without white space around the text and
// at the end of each line.
func TrimLines(text string) string { return trimLines(text) }

var (
	wantStart = regexp.MustCompile(`(?:^|\s)// want\b`)
	wantHead  = regexp.MustCompile(`^\s*(vet|staticcheck|check|escape|inline|bounds)(?::([A-Za-z0-9_]+))?(?:\s+\(([^"` + "`" + `]*)\))?\s+(.*)$`)
)

// wantForm is how a want looks, for faults.
const wantForm = "// want LENS[:CHECK] [(CONSTRAINT)] \"REGEXP\"… with LENS one of vet staticcheck check escape inline bounds, or // want escape none"

// parseWant reads what follows "// want".
func parseWant(text string) (Want, error) {
	m := wantHead.FindStringSubmatch(text)
	if m == nil {
		return Want{}, fmt.Errorf("not a want")
	}
	w := Want{Lens: m[1], Check: m[2]}
	if m[3] != "" {
		var err error
		if w.Only, err = ParseConstraint(m[3]); err != nil {
			return Want{}, err
		}
	}
	rest := strings.TrimSpace(m[4])
	if rest == "none" && w.Lens == "escape" {
		w.None = true
		return w, nil
	}
	for rest != "" {
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return Want{}, fmt.Errorf("expressions in quotes: %w", err)
		}
		expr, err := strconv.Unquote(quoted)
		if err != nil {
			return Want{}, err
		}
		re, err := regexp.Compile(expr)
		if err != nil {
			return Want{}, err
		}
		w.Matches = append(w.Matches, re)
		rest = strings.TrimSpace(rest[len(quoted):])
	}
	if len(w.Matches) == 0 {
		return Want{}, fmt.Errorf("no expression")
	}
	return w, nil
}
