package book

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Want is a comment `// want LENS "re"` on the line it is about.
type Want struct {
	ID string // "9_slices/aliased#escape", "9_slices/example.helper#vet-2"
	Position
	Lens    string // vet, staticcheck, check, escape, inline, bounds
	Check   string // the analyzer after the colon; "" means any
	Only    Constraint
	None    bool             // escape none: nothing of this line escapes
	Matches []*regexp.Regexp // each has to match a message of its own on this line
	Case    *Case            // the case whose body holds the line; nil elsewhere
}

// wantForm is how a want looks, for faults.
const wantForm = "// want LENS[:CHECK] [(CONSTRAINT)] \"REGEXP\"… with LENS one of vet staticcheck check escape inline bounds, or // want escape none"

var (
	wantMark = regexp.MustCompile(`(?:^|[ \t])(//[ \t]*want)(?:[ \t]|$)`)
	wantHead = regexp.MustCompile(`^\s*(vet|staticcheck|check|escape|inline|bounds)\b(?::([A-Za-z0-9_]+))?(.*)$`)
)

// parseWant reads what follows "// want".
func parseWant(text string) (Want, error) {
	m := wantHead.FindStringSubmatch(text)
	if m == nil {
		return Want{}, fmt.Errorf("no lens in %q", strings.TrimSpace(text))
	}
	w := Want{Lens: m[1], Check: m[2]}
	if w.Check != "" && !slices.Contains([]string{"vet", "staticcheck", "check"}, w.Lens) {
		return Want{}, fmt.Errorf("%s has no checks", w.Lens)
	}
	rest := strings.TrimSpace(m[3])
	if strings.HasPrefix(rest, "(") {
		inner, after, ok := bracketed(rest)
		if !ok {
			return Want{}, errors.New("a bracket that does not end")
		}
		only, err := ParseConstraint(inner)
		if err != nil {
			return Want{}, fmt.Errorf("%q: %w", inner, err)
		}
		w.Only, rest = only, strings.TrimSpace(after)
	}
	if rest == "none" && w.Lens == "escape" {
		w.None = true
		return w, nil
	}
	var err error
	w.Matches, err = quotedExpressions(rest)
	return w, err
}

// quotedExpressions reads "a" `b`: one or more.
func quotedExpressions(text string) ([]*regexp.Regexp, error) {
	var all []*regexp.Regexp
	for text != "" {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil || quoted[0] == '\'' {
			return nil, fmt.Errorf("no quotes around %q", text)
		}
		expr, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, fmt.Errorf("unquoting %s: %w", quoted, err)
		}
		re, err := regexp.Compile(expr)
		if err != nil {
			return nil, errors.New(parserSays(err))
		}
		all = append(all, re)
		text = strings.TrimSpace(text[len(quoted):])
	}
	if len(all) == 0 {
		return nil, errors.New("no expression")
	}
	return all, nil
}

// wants reads the want comments of the file.
func (r *reader) wants(e *Entry, s *Source) {
	seen := map[string]int{}
	for _, g := range s.File.Comments {
		for _, c := range g.List {
			for _, w := range r.comment(s, c) {
				var of string
				of, w.Case = owner(e, s, w.Line)
				id := of + "#" + w.Lens
				seen[id]++
				w.ID = nth(id, seen[id])
				s.Wants = append(s.Wants, w)
			}
		}
	}
}

// comment reads the wants of one comment; several may stand one after another. A
// comment without code before it is prose, unless it names a lens.
func (r *reader) comment(s *Source, c *ast.Comment) []Want {
	if !strings.HasPrefix(c.Text, "//") || !strings.Contains(c.Text, "want") { // the second for speed
		return nil
	}
	var all []Want
	marks := wantMark.FindAllStringSubmatchIndex(c.Text, -1)
	for i, m := range marks {
		at := s.at(c.Pos())
		at.Column += m[2]
		end := len(c.Text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		text := c.Text[m[3]:end]
		if !s.codeBefore(c) {
			if m[2] == 0 && wantHead.MatchString(text) {
				r.fault(at, "the comment at the end of the line that it is about", "a want without code")
			}
			continue
		}
		w, err := parseWant(text)
		if err != nil {
			r.fault(at, wantForm, "%v", err)
			continue
		}
		w.Position = at
		all = append(all, w)
	}
	return all
}

// codeBefore reports whether a comment stands at the end of a line of code.
func (s *Source) codeBefore(c *ast.Comment) bool {
	before := s.Data[:s.Fset.PositionFor(c.Pos(), false).Offset]
	return len(bytes.TrimSpace(before[1+bytes.LastIndexByte(before, '\n'):])) > 0
}

// owner returns the id of what a line stands in: its case, or the file and function.
func owner(e *Entry, s *Source, line int) (id string, of *Case) {
	file := e.ID + "/" + strings.TrimSuffix(s.Name, ".go")
	for _, d := range s.File.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || line < s.at(fn.Pos()).Line || s.at(fn.End()).Line < line {
			continue
		}
		for _, c := range s.Cases {
			if c.Decl == fn {
				return c.ID, c
			}
		}
		return file + "." + fn.Name.Name, nil
	}
	return file, nil
}
