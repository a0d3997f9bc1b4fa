package book

import (
	"cmp"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A Fence is a fenced block of code that claims something.
type Fence struct {
	ID       string // "9_slices/README#costs-2", or by the id of a txtar fence: "9_slices/README#twoModules"
	Position        // of the language after the opening fence; the text begins on the next line
	Lang     string // go or txtar
	Text     string
	Section  string // slug; "" above the first section
	Only     Constraint
	From     string  // from="pitfalls.go#sharedTail": an excerpt of that case
	Skip     string  // skip="reason": not checked
	Claims   []Claim // what it prints, how it ends, that it does not compile, transcripts
}

// fenceAttributes lists what may stand after each language of ours.
var fenceAttributes = map[string][]string{
	"go":      {"from", "fails", "panics", "fatal", "races", "exits", "go", "skip"},
	"txtar":   {"id", "go", "skip"},
	"output":  {"go", "unordered", "matches"},
	"console": {"go"},
}

// aloneAttributes lists those that are complete without a value.
var aloneAttributes = []string{"races", "unordered", "matches"}

// almostOurs matches languages that a viewer takes for one of ours and we do not.
var almostOurs = regexp.MustCompile(`(?i)^(go|golang|txtar|outputs?|console)(?:[,:{].*)?$`)

// fence reads a fenced block: a program, or what the program above it prints.
func (w *pageReader) fence(n *ast.FencedCodeBlock) {
	if n.Info == nil {
		w.closed(n, w.at(n.Pos()))
		return
	}
	info := string(n.Info.Segment.Value(w.p.Data))
	at := w.at(n.Info.Segment.Start)
	w.closed(n, at)
	lang := strings.Fields(info)[0]
	if fenceAttributes[lang] == nil {
		if almostOurs.MatchString(lang) {
			w.fault(at, "go, txtar, output or console, then a space", "the language %s", lang)
		}
		return
	}
	attrs := w.attributes(at, lang, info)
	content := string(n.Lines().Value(w.p.Data))
	switch lang {
	case "go", "txtar":
		w.program(at, lang, attrs, content)
	case "output", "console":
		w.prints(at, lang, attrs, content)
	}
}

// closed faults a fence without its end: it swallows all that follows.
func (w *pageReader) closed(n *ast.FencedCodeBlock, at Position) {
	end := w.start(at.Line)
	if lines := n.Lines(); lines.Len() > 0 {
		end = max(end, lines.At(lines.Len()-1).Stop)
	}
	if !fenceLine.MatchString(strings.TrimLeft(string(w.p.Data[end:min(end+200, len(w.p.Data))]), " \t>")) {
		w.fault(at, "the same fence on a line of its own after the code", "a fence that does not end")
	}
}

// An attribute is name="value" or a name alone.
type attribute struct {
	Position
	name, value string
}

var attributeText = regexp.MustCompile(`^\s+([a-z]+)(?:=("(?:[^"\\]|\\.)*"|[^\s"]+))?`)

// attributes reads what follows the language. Of those that are faulty or not
// ours, none is returned.
func (w *pageReader) attributes(at Position, lang, info string) []attribute {
	var all []attribute
	for rest := info[len(lang):]; strings.TrimSpace(rest) != ""; {
		here := at
		here.Column += len(info) - len(strings.TrimLeft(rest, " \t"))
		m := attributeText.FindStringSubmatch(rest)
		if m == nil {
			w.fault(here, "name=\"value\" or a name alone, with spaces between", "can't read %q", strings.TrimSpace(rest))
			return all
		}
		rest = rest[len(m[0]):]
		a := attribute{here, m[1], m[2]}
		if strings.HasPrefix(a.value, `"`) {
			a.value = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(a.value[1 : len(a.value)-1])
		}
		switch {
		case !slices.Contains(fenceAttributes[lang], a.name):
			w.fault(here, "one of "+strings.Join(fenceAttributes[lang], " "), "%s fences have no attribute %q", lang, a.name)
		case slices.ContainsFunc(all, func(b attribute) bool { return a.name == b.name }):
			w.fault(here, "each attribute once", "%s again", a.name)
		case a.value == "" && !slices.Contains(aloneAttributes, a.name):
			w.fault(here, a.name+`="…"`, "%s without a value", a.name)
		default:
			all = append(all, a)
		}
	}
	return all
}

// limit returns the constraint of the attribute go.
func (w *pageReader) limit(attrs []attribute) (only Constraint) {
	for _, a := range attrs {
		if a.name == "go" {
			only = w.constraint(a.Position, a.value)
		}
	}
	return only
}

var (
	fenceID     = regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`)
	excerptFrom = regexp.MustCompile(`^(?:example|pitfalls)\.go#[\pL_][\pL_\p{Nd}]*$`)
	claimedBy   = map[string]Kind{"fails": Fails, "panics": Panics, "fatal": Fatal, "races": Races, "exits": Exits}
)

func (w *pageReader) program(at Position, lang string, attrs []attribute, content string) {
	f := &Fence{ID: w.id(""), Position: at, Lang: lang, Text: content, Section: w.slug(), Only: w.limit(attrs)}
	for _, a := range attrs {
		switch a.name {
		case "id":
			if !fenceID.MatchString(a.value) {
				w.fault(a.Position, "id=name or id=nameFixed", "the id %q", a.value)
				continue
			}
			f.ID = w.file + "#" + a.value
		case "skip":
			f.Skip = a.value
		case "from":
			if !excerptFrom.MatchString(a.value) {
				w.fault(a.Position, `from="pitfalls.go#name"`, "an excerpt from %q", a.value)
				continue
			}
			f.From = a.value
		}
	}
	for _, a := range attrs { // after the id, which theirs begin with
		if kind := claimedBy[a.name]; kind != "" {
			f.claim(w.reader, Claim{Position: a.Position, Kind: kind, Text: a.value, Only: f.Only})
		}
	}
	if f.From != "" { // the same lines on every release
		f.claim(w.reader, Claim{Position: at, Kind: Excerpt, Text: f.From})
	}
	if lang == "txtar" {
		w.module(at, content)
	}
	w.p.Fences = append(w.p.Fences, f)
	w.last[lang] = f
}

var moduleFile = regexp.MustCompile(`^-- +(\S.*?) +--\s*$`)

// module checks the files of a txtar fence: they will be written to a folder.
func (w *pageReader) module(at Position, content string) {
	seen := map[string]bool{}
	for i, line := range strings.Split(content, "\n") {
		m := moduleFile.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		here := Position{File: at.File, Line: at.Line + 1 + i}
		if !fs.ValidPath(m[1]) || m[1] == "." || strings.ContainsAny(m[1], `\:`) {
			w.fault(here, "names below the folder of the module", "the file %q", m[1])
		}
		if seen[m[1]] {
			w.fault(here, "each file once", "the file %q again", m[1])
		}
		seen[m[1]] = true
	}
	if len(seen) == 0 {
		w.fault(at, "-- name -- before each file", "a module without files")
	}
}

// prints reads what the fence above prints.
func (w *pageReader) prints(at Position, lang string, attrs []attribute, content string) {
	of := map[string]string{"output": "go", "console": "txtar"}[lang]
	f := w.last[of]
	if f == nil {
		w.fault(at, "a "+of+" fence above it in the same section", "this %s belongs to no program", lang)
		return
	}
	c := Claim{Position: at, Kind: Output, Text: TrimLines(content), Only: cmp.Or(w.limit(attrs), f.Only)}
	for _, a := range attrs {
		if kind := map[string]Kind{"unordered": Unordered, "matches": Matches}[a.name]; kind != "" {
			if c.Kind != Output || a.value != "" {
				w.fault(a.Position, "unordered or matches, alone", "%s", a.name)
			}
			c.Kind = kind
		}
	}
	if lang == "console" {
		c.Kind, c.Text = Console, content
		if !strings.HasPrefix(content, "$ ") {
			w.fault(at, "$ and a command, then what it prints", "a transcript that begins with no command")
		}
	}
	f.claim(w.reader, c)
}

// claim adds a claim to the fence and gives it its id.
func (f *Fence) claim(r *reader, c Claim) {
	if r.wellFormed(&c) {
		c.ID = claimID(f.ID+"-", c.Kind, f.Claims)
		f.Claims = append(f.Claims, c)
	}
}

// tried faults modules that nothing is tried with.
func (w *pageReader) tried() {
	for _, f := range w.p.Fences {
		if f.Lang == "txtar" && f.Skip == "" && len(f.Claims) == 0 {
			w.fault(f.Position, `a console fence below it, or skip="reason"`, "a module that is not tried")
		}
	}
}
