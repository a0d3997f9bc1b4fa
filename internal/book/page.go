package book

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// A Page is README.md or interview.md of an entry.
type Page struct {
	Path     string // slash path from the root of the book
	Name     string // "README.md"
	Data     []byte
	Title    string // the first heading
	Sections []Section
	Fences   []*Fence // those that claim something: go and txtar, in order
	Links    []Link   // proof links: to cases and into the source of the standard library
}

// A Section is what stands under one heading of the second level.
type Section struct {
	Position
	Title string
	Slug  string // of the title, without a leading number: unique on the page
	Text  string // from the line after the heading to the next one, Markdown
}

// A Fence is a fenced block of code that claims something.
type Fence struct {
	ID       string // "9_slices/README#costs-2", or by its id attribute
	Position        // of the opening fence; the text begins on the next line
	Lang     string // go or txtar
	Text     string
	Section  string // slug
	Only     Constraint
	From     string  // from="pitfalls.go#sharedTail": an excerpt of that case
	Skip     string  // skip="reason": not checked
	Claims   []Claim // what it prints, how it ends, that it does not compile, transcripts
}

// A Link is a proof link.
type Link struct {
	ID       string
	Position        // of its block
	Text     string // what is linked
	Entry    string // the folder of the case; "" for a link into the source
	File     string // "pitfalls.go", or "runtime/chan.go" below GOROOT/src
	Name     string // the case, or the declared name
	Only     Constraint
	Section  string
}

// Source reports whether the link leads into the source of the standard library.
func (l Link) Source() bool { return l.Entry == "" }

var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM))

// A pageReader walks one Markdown file.
type pageReader struct {
	*reader
	e       *Entry
	p       *Page
	section string
	counts  map[string]int // fences and links under a section
	last    *Fence         // the nearest go or txtar fence above, in this section
}

// page reads one Markdown file of an entry.
func (r *reader) page(e *Entry, file string, data []byte) *Page {
	p := &Page{Path: file, Name: path.Base(file), Data: data}
	w := &pageReader{reader: r, e: e, p: p, counts: map[string]int{}}
	doc := markdown.Parser().Parse(text.NewReader(data))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker returns no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			w.heading(n)
		case *ast.FencedCodeBlock:
			w.fence(n)
		case *ast.Link:
			w.link(n)
		}
		return ast.WalkContinue, nil
	})
	if p.Title == "" {
		r.fault(Position{file, 1, 1}, "# and the entry's title on the first line", "no heading")
		p.Title = e.Name
	}
	p.cut()
	return p
}

// cut fills in the texts of the sections.
func (p *Page) cut() {
	lines := bytes.SplitAfter(p.Data, []byte("\n"))
	for i := range p.Sections {
		end := len(lines)
		if i+1 < len(p.Sections) {
			end = p.Sections[i+1].Line - 1
		}
		p.Sections[i].Text = string(bytes.Join(lines[p.Sections[i].Line:end], nil))
	}
}

// position finds the line of a block, or of an inline's block.
func (w *pageReader) position(n ast.Node) Position {
	for n.Type() == ast.TypeInline {
		n = n.Parent()
	}
	start := max(0, min(n.Pos(), len(w.p.Data)))
	return Position{w.p.Path, 1 + bytes.Count(w.p.Data[:start], []byte("\n")), 0}
}

func (w *pageReader) heading(n *ast.Heading) {
	title := inlineText(n, w.p.Data)
	switch {
	case n.Level == 1 && w.p.Title == "":
		w.p.Title = title
	case n.Level == 2:
		slug := w.slug(title)
		w.section, w.last = slug, nil
		w.p.Sections = append(w.p.Sections, Section{Position: w.position(n), Title: title, Slug: slug})
	}
}

var (
	leadingNumber = regexp.MustCompile(`^[0-9]+\.\s+`)
	notSlug       = regexp.MustCompile(`[^a-z0-9]+`)
)

// slug makes a title into a name for addresses and ids, unique on the page.
func (w *pageReader) slug(title string) string {
	s := strings.Trim(notSlug.ReplaceAllString(strings.ToLower(leadingNumber.ReplaceAllString(title, "")), "-"), "-")
	unique := s
	for n := 2; slices.ContainsFunc(w.p.Sections, func(x Section) bool { return x.Slug == unique }); n++ {
		unique = s + "-" + strconv.Itoa(n)
	}
	return unique
}

// inlineText returns what a reader sees of a node's inlines.
func inlineText(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Segment.Value(src))
			if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// fence reads a fenced block: a program, or what the program above it prints.
func (w *pageReader) fence(n *ast.FencedCodeBlock) {
	if n.Info == nil {
		return
	}
	info := string(n.Info.Segment.Value(w.p.Data))
	at := Position{w.p.Path, 1 + bytes.Count(w.p.Data[:n.Info.Segment.Start], []byte("\n")), 0}
	lang, rest, _ := strings.Cut(info, " ")
	attrs, err := parseAttributes(rest)
	if err != nil {
		w.fault(at, "a language, then name=\"value\" or a name alone", "%v", err)
		return
	}
	var content strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		content.Write(line.Value(w.p.Data))
	}
	switch lang {
	case "go", "txtar":
		w.program(at, lang, attrs, content.String())
	case "output", "console":
		w.printed(at, lang, attrs, content.String())
	}
}

var fenceAttributes = map[string][]string{
	"go":      {"from", "fails", "panics", "fatal", "races", "exits", "go", "skip"},
	"txtar":   {"id", "go", "skip"},
	"output":  {"go", "unordered", "matches"},
	"console": {"go"},
}

var attribute = regexp.MustCompile(`^\s*([a-z]+)(?:=("(?:[^"\\]|\\.)*"|[^\s"]+))?`)

// parseAttributes reads name="value" pairs; a name alone has the value "".
func parseAttributes(s string) (map[string]string, error) {
	attrs := map[string]string{}
	for strings.TrimSpace(s) != "" {
		m := attribute.FindStringSubmatch(s)
		if m == nil {
			return nil, fmt.Errorf("can't read %q", strings.TrimSpace(s))
		}
		value := m[2]
		if strings.HasPrefix(value, `"`) {
			value = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(value[1 : len(value)-1])
		}
		attrs[m[1]] = value
		s = s[len(m[0]):]
	}
	return attrs, nil
}

// known faults attributes that a fence of this language does not have.
func (w *pageReader) known(at Position, lang string, attrs map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		if !slices.Contains(fenceAttributes[lang], name) {
			w.fault(at, "one of "+strings.Join(fenceAttributes[lang], " "), "a %s fence has no attribute %q", lang, name)
		}
	}
}

// anchor names the nth thing of a kind in the current section.
func (w *pageReader) anchor(kind string, n int) string {
	if w.section != "" {
		kind = w.section + "-" + kind
	}
	return kind + strconv.Itoa(n)
}

func (w *pageReader) constraint(at Position, text string) Constraint {
	if text == "" {
		return Constraint{}
	}
	only, err := ParseConstraint(text)
	if err != nil {
		w.fault(at, `go="!go1.26"`, "%v", err)
	}
	return only
}

func (w *pageReader) program(at Position, lang string, attrs map[string]string, content string) {
	w.known(at, lang, attrs)
	file := w.e.ID + "/" + strings.TrimSuffix(w.p.Name, ".md")
	w.counts[w.section]++
	f := &Fence{
		ID: file + "#" + w.anchor("", w.counts[w.section]), Position: at, Lang: lang,
		Text: content, Section: w.section, From: attrs["from"], Skip: attrs["skip"], Only: w.constraint(at, attrs["go"]),
	}
	if id := attrs["id"]; id != "" {
		f.ID = file + "#" + id
	}
	for _, kind := range []Kind{Fails, Panics, Fatal, Races, Exits} { // their attributes bear their names
		if value, ok := attrs[string(kind)]; ok {
			f.claim(w.reader, Claim{Position: at, Kind: kind, Text: value, Only: f.Only})
		}
	}
	if f.From != "" {
		f.claim(w.reader, Claim{Position: at, Kind: Excerpt, Text: f.From})
	}
	w.p.Fences = append(w.p.Fences, f)
	w.last = f
}

// printed reads what the fence above prints.
func (w *pageReader) printed(at Position, lang string, attrs map[string]string, content string) {
	w.known(at, lang, attrs)
	of := map[string]string{"output": "go", "console": "txtar"}[lang]
	if w.last == nil || w.last.Lang != of {
		w.fault(at, fmt.Sprintf("a %s fence above it in the same section", of), "%s fence that belongs to no program", lang)
		return
	}
	c := Claim{Position: at, Kind: Output, Text: trimLines(content), Only: w.constraint(at, attrs["go"])}
	if lang == "console" {
		c.Kind, c.Text = Console, content
	}
	if _, ok := attrs["unordered"]; ok {
		c.Kind = Unordered
	}
	if _, ok := attrs["matches"]; ok {
		c.Kind = Matches
	}
	if c.Only.Zero() {
		c.Only = w.last.Only
	}
	w.last.claim(w.reader, c)
}

// claim adds a claim to the fence and gives it its id.
func (f *Fence) claim(r *reader, c Claim) {
	if want := c.arguments(); want != "" {
		r.fault(c.Position, want, "%s: %q", title(c.Kind), c.Text)
		return
	}
	if c.Kind == Fails {
		if _, err := regexp.Compile(c.Text); err != nil {
			r.fault(c.Position, `fails="regexp"`, "%v", err)
			return
		}
	}
	n := 1
	for _, other := range f.Claims {
		if other.Kind == c.Kind {
			n++
		}
	}
	c.ID = fmt.Sprintf("%s-%s", f.ID, c.Kind)
	if n > 1 {
		c.ID += "-" + strconv.Itoa(n)
	}
	f.Claims = append(f.Claims, c)
}

// link reads a proof link; other links are none of ours.
func (w *pageReader) link(n *ast.Link) {
	dest, name, hasName := strings.Cut(string(n.Destination), "#")
	at := w.position(n)
	l := Link{Position: at, Text: inlineText(n, w.p.Data), Name: name, Section: w.section}
	switch {
	case strings.HasPrefix(dest, "go:"):
		l.File = strings.TrimPrefix(dest, "go:")
		l.Only = w.constraint(at, string(n.Title))
		if !hasName || !strings.HasSuffix(l.File, ".go") || path.Clean("/"+l.File) != "/"+l.File {
			w.fault(at, "[hchan](go:runtime/chan.go#hchan)", "the link %s names no declaration", n.Destination)
			return
		}
	case hasName && (path.Base(dest) == "pitfalls.go" || path.Base(dest) == "example.go"):
		l.Entry, l.File = path.Join(w.e.ID, path.Dir(dest)), path.Base(dest)
	default:
		return
	}
	key := "links " + w.section
	w.counts[key]++
	l.ID = w.e.ID + "/" + strings.TrimSuffix(w.p.Name, ".md") + "#" + w.anchor("link-", w.counts[key])
	w.p.Links = append(w.p.Links, l)
}
