package book

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A Page is README.md or interview.md of an entry.
type Page struct {
	Path     string // slash path from the root of the book
	Name     string // "README.md"
	Data     []byte // with LF line ends
	Title    string // the first heading
	Sections []Section
	Fences   []*Fence // those that claim something: go and txtar, in order
	Links    []Link   // proof links: to cases and into the source of the standard library
}

// A Section is what stands under one heading of the second level.
type Section struct {
	Position
	Title string
	Slug  string // of the title without a leading number, or <!-- id: slug --> under it; unique on the page
	Text  string // from the line after the heading to the next one, Markdown
}

// A Link is a proof link.
type Link struct {
	ID string
	Position
	Text    string // what is linked
	Entry   string // the folder of the case; "" for a link into the source
	File    string // "pitfalls.go", or "runtime/chan.go" below GOROOT/src
	Name    string // the case, or the declared name
	Only    Constraint
	Section string // slug; "" above the first section
}

// Source reports whether the link leads into the source of the standard library.
func (l Link) Source() bool { return l.Entry == "" }

var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM))

// A pageReader walks one Markdown file.
type pageReader struct {
	*reader
	e      *Entry
	p      *Page
	file   string            // the page in ids: "9_slices/README"
	lines  []int             // the offsets of line starts
	counts map[string]int    // fences and links under a section
	last   map[string]*Fence // the nearest fence of a language above, in this section
}

// page reads one Markdown file of an entry.
func (r *reader) page(e *Entry, file string, data []byte) *Page {
	p := &Page{Path: file, Name: path.Base(file), Data: data}
	w := &pageReader{reader: r, e: e, p: p, file: strings.TrimSuffix(file, ".md"), counts: map[string]int{}, last: map[string]*Fence{}}
	for i := 0; i >= 0 && i <= len(data); i = next(data, i) {
		w.lines = append(w.lines, i)
	}
	doc := markdown.Parser().Parse(text.NewReader(data))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker returns no error
		if entering {
			w.node(n)
		}
		return ast.WalkContinue, nil
	})
	if p.Title == "" {
		r.fault(Position{file, 1, 1}, "# and the entry's title on the first line", "no title")
		p.Title = e.Name
	}
	w.cut()
	w.tried()
	return p
}

// next returns the start of the line after i, or -1.
func next(data []byte, i int) int {
	n := bytes.IndexByte(data[i:], '\n')
	if n < 0 {
		return -1
	}
	return i + n + 1
}

func (w *pageReader) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		if n.Parent().Kind() == ast.KindDocument { // one in a quotation or a list opens no section
			w.heading(n)
		}
	case *ast.HTMLBlock:
		w.unread(n.Lines())
		w.named(n)
	case *ast.CodeBlock:
		w.unread(n.Lines())
	case *ast.FencedCodeBlock:
		w.fence(n)
	case *ast.Link:
		w.link(n)
	}
}

// at returns the position of an offset.
func (w *pageReader) at(offset int) Position {
	offset = min(max(offset, 0), len(w.p.Data))
	line, exact := slices.BinarySearch(w.lines, offset)
	if !exact {
		line--
	}
	return Position{w.p.Path, 1 + line, 1 + offset - w.lines[line]}
}

func (w *pageReader) heading(n *ast.Heading) {
	title, at := inlineText(n, w.p.Data), w.at(n.Pos())
	switch {
	case w.p.Data[w.lines[at.Line-1]+at.Column-1] != '#':
		w.fault(at, "# or ## before a heading, an empty line before ---", "an underlined heading")
	case n.Level == 1 && w.p.Title != "":
		w.fault(at, "one # on a page, then ##", "a second title")
	case n.Level == 1:
		w.p.Title = title
	case n.Level == 2:
		w.section(title, at)
	}
}

func (w *pageReader) section(title string, at Position) {
	slug := slugOf(title)
	if slug == "" {
		w.fault(at, "a heading with a letter or a digit from a-z and 0-9", "a heading that makes no id: %q", title)
	}
	unique := cmp.Or(slug, "section")
	for n := 2; w.taken(unique); n++ {
		unique = cmp.Or(slug, "section") + "-" + strconv.Itoa(n)
	}
	clear(w.last)
	w.p.Sections = append(w.p.Sections, Section{Position: at, Title: title, Slug: unique})
}

// taken reports whether a section above has the slug.
func (w *pageReader) taken(slug string) bool {
	return slices.ContainsFunc(w.p.Sections, func(s Section) bool { return s.Slug == slug })
}

var (
	leadingNumber = regexp.MustCompile(`^[0-9]+\.\s+`)
	notSlug       = regexp.MustCompile(`[^a-z0-9]+`)
)

// slugOf makes a title into a name for addresses and ids.
func slugOf(title string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(leadingNumber.ReplaceAllString(title, "")), "-"), "-")
}

var (
	idComment = regexp.MustCompile(`^<!--\s*(?i:id)\b`)
	idLine    = regexp.MustCompile(`^<!-- id: ([a-z0-9]+(?:-[a-z0-9]+)*) -->\s*$`)
)

// named reads <!-- id: x -->, which names the section whose heading it follows.
func (w *pageReader) named(n *ast.HTMLBlock) {
	if n.Lines().Len() == 0 {
		return
	}
	first := n.Lines().At(0)
	line := string(first.Value(w.p.Data))
	if !idComment.MatchString(line) {
		return
	}
	const want = "<!-- id: a-name-of-its-own --> on the line after a ## heading"
	m := idLine.FindStringSubmatch(line)
	at := w.at(first.Start)
	h, ok := n.PreviousSibling().(*ast.Heading)
	if m == nil || !ok || h.Level != 2 || len(w.p.Sections) == 0 {
		w.fault(at, want, "%s", strings.TrimSpace(line))
		return
	}
	s := &w.p.Sections[len(w.p.Sections)-1]
	if s.Slug != m[1] && w.taken(m[1]) {
		w.fault(at, want, "the id %s is taken", m[1])
		return
	}
	s.Slug = m[1]
}

// slug returns the section that is being read, "" above the first.
func (w *pageReader) slug() string {
	if len(w.p.Sections) == 0 {
		return ""
	}
	return w.p.Sections[len(w.p.Sections)-1].Slug
}

// id counts what has no name of its own: the third fence of a section, the second
// link of kind "link-".
func (w *pageReader) id(kind string) string {
	anchor := kind
	if slug := w.slug(); slug != "" {
		anchor = slug + "-" + kind
	}
	w.counts[anchor]++
	return fmt.Sprintf("%s#%s%d", w.file, anchor, w.counts[anchor])
}

// cut fills in the texts of the sections.
func (w *pageReader) cut() {
	for i := range w.p.Sections {
		from, end := w.p.Sections[i].Line, len(w.lines)
		if i+1 < len(w.p.Sections) {
			end = w.p.Sections[i+1].Line - 1
		}
		w.p.Sections[i].Text = string(w.p.Data[w.start(from):w.start(end)])
	}
}

// start returns the offset after so many lines.
func (w *pageReader) start(lines int) int {
	if lines < len(w.lines) {
		return w.lines[lines]
	}
	return len(w.p.Data)
}

var fenceLine = regexp.MustCompile("^[ \t]*(?:```|~~~)")

// unread faults fences in lines that are not read as Markdown, or are read as a
// block that is indented: nothing would try them.
func (w *pageReader) unread(lines *text.Segments) {
	for i := range lines.Len() {
		line := lines.At(i)
		if fenceLine.Match(line.Value(w.p.Data)) {
			w.fault(w.at(line.Start), "an empty line before a fence that follows HTML, and the indentation of the text around it", "a fence that is not read as one")
			return
		}
	}
}

// inlineText returns what a reader sees of a node's inlines.
func inlineText(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) { // the walker returns no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			shown := c.Segment.Value(src)
			if c.Parent().Kind() != ast.KindCodeSpan {
				shown = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(shown)))
			}
			b.Write(shown)
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.AutoLink:
			b.Write(c.Label(src))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// link reads a proof link; other links are none of ours.
func (w *pageReader) link(n *ast.Link) {
	dest, name, hasName := strings.Cut(string(n.Destination), "#")
	l := Link{Position: w.at(n.Pos()), Text: inlineText(n, w.p.Data), Name: name, Section: w.slug()}
	file, isSource := strings.CutPrefix(dest, "go:")
	base := path.Base(dest)
	switch {
	case isSource:
		l.File = file
		if name == "" || !strings.HasSuffix(file, ".go") || path.Clean("/"+file) != "/"+file {
			w.fault(l.Position, "[hchan](go:runtime/chan.go#hchan)", "the link %s names no declaration", n.Destination)
			return
		}
		if len(n.Title) > 0 {
			l.Only = w.constraint(l.Position, string(n.Title))
		}
	case hasName && !strings.Contains(dest, ":") && (base == "pitfalls.go" || base == "example.go"):
		l.Entry, l.File = path.Join(w.e.ID, path.Dir(dest)), base
	default:
		return
	}
	l.ID = w.id("link-")
	w.p.Links = append(w.p.Links, l)
}
