package book

import (
	"regexp"
	"slices"
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
	VetClean Kind = "vet-clean"
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
	Lines    []*regexp.Regexp // Matches: one for each line, anchored. Fails: one, not anchored
	Outcomes []Outcome        // Outcomes
}

// An Outcome is one of the outputs that a case with Outcomes can have.
type Outcome struct {
	Text string
	Rare bool // may be missing: seen in less than 2 % of runs
}

// printed lists the kinds that are about what a case writes to standard output.
// Their text goes on over the following lines.
var printed = []Kind{Output, Unordered, Matches, Outcomes}

// arguments reads the text of a claim into its fields. want says how the text
// should look, "" when it does; why adds what a parser said, if one was asked.
func (c *Claim) arguments() (want string, why error) {
	text := strings.TrimSpace(c.Text)
	switch c.Kind {
	case Panics, Fatal:
		if text == "" {
			return wordOf(c.Kind) + ": and a part of the runtime's message", nil
		}
	case Exits:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 255 {
			return "Exits: and a status from 1 to 255; a case that ends with 0 says nothing", nil
		}
		c.Count = n
	case Leaks:
		return c.leaks(text), nil
	case Hangs:
		if text != "" && text != "spinning" {
			return "Hangs: alone, or Hangs: spinning", nil
		}
		c.Spinning = text == "spinning"
	case Allocs:
		number, atMost := strings.CutPrefix(text, "<=")
		n, err := strconv.Atoi(strings.TrimSpace(number))
		if err != nil || n < 0 {
			return "Allocs: 1 or Allocs: <= 1", nil
		}
		c.Count, c.AtMost = n, atMost
	case Faster:
		return c.faster(text), nil
	case Outcomes:
		return c.outcomes(text), nil
	case Matches:
		return c.expressions()
	case Fails:
		re, err := regexp.Compile(c.Text)
		if err != nil {
			return "a regular expression for what the compiler says", err
		}
		c.Lines = append(c.Lines, re)
	}
	return "", nil
}

func (c *Claim) leaks(text string) (want string) {
	number, rest, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || rest != "" && rest != "profile" || n == 0 && rest == "" {
		return "Leaks: 2, or Leaks (go1.27): 2 profile; a case that leaks nothing says nothing"
	}
	c.Count, c.Profile = n, rest == "profile"
	return ""
}

var fasterText = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)x than ([\pL_][\pL_\p{Nd}]*)$`)

func (c *Claim) faster(text string) (want string) {
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

func (c *Claim) expressions() (want string, why error) {
	for _, line := range strings.Split(TrimLines(c.Text), "\n") {
		if _, err := regexp.Compile(line); err != nil { // alone, lest "a)|(b" close the anchors
			return "one regular expression on each line", err
		}
		re, err := regexp.Compile("^(?:" + line + ")$")
		if err != nil {
			return "one regular expression on each line", err
		}
		c.Lines = append(c.Lines, re)
	}
	return "", nil
}

// outcomes splits "a | b | (c)".
func (c *Claim) outcomes(text string) (want string) {
	const form = `two or more different outputs between bars: Outcomes: a | b | (rare) | ""`
	for _, part := range alternatives(text) {
		o := Outcome{Text: strings.TrimSpace(part)}
		if inner, rest, ok := bracketed(o.Text); ok && rest == "" {
			o = Outcome{Text: strings.TrimSpace(inner), Rare: true}
		}
		if o.Text == "" {
			return form
		}
		if o.Text == `""` {
			o.Text = ""
		}
		o.Text = TrimLines(outcomeText.Replace(o.Text))
		if slices.ContainsFunc(c.Outcomes, func(x Outcome) bool { return x.Text == o.Text }) {
			return form
		}
		c.Outcomes = append(c.Outcomes, o)
	}
	if len(c.Outcomes) < 2 {
		return form
	}
	return ""
}

// outcomeText makes an outcome as written into what is printed.
var outcomeText = strings.NewReplacer(`\|`, "|", `\n`, "\n")

// alternatives splits text at each bar without a backslash before it.
func alternatives(text string) []string {
	var all []string
	from := 0
	for i := range len(text) {
		if text[i] == '|' && (i == 0 || text[i-1] != '\\') {
			all = append(all, text[from:i])
			from = i + 1
		}
	}
	return append(all, text[from:])
}

// bracketed splits "(a (b) c) rest" after the bracket that closes the first one.
func bracketed(text string) (inner, rest string, ok bool) {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return text[min(1, i):i], text[i+1:], i > 0
		}
	}
	return "", "", false
}

// TrimLines is how outputs are compared: without white space around the text and
// at the end of each line, which no reader sees and gofmt removes from comments.
func TrimLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\r")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n \t")
}
