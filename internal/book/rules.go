package book

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// pairs joins each bug of pitfalls.go with its cure.
func (r *reader) pairs(e *Entry) {
	if e.Pitfalls == nil || e.Form == Traps {
		return
	}
	for _, c := range e.Pitfalls.Cases {
		if cure := e.Case(c.Name + "Fixed"); cure != nil && cure.Source == c.Source {
			c.Cure, cure.Bug = cure, c
		}
	}
}

// links resolves the links to cases of this entry.
func (r *reader) links(e *Entry) {
	for _, p := range e.Pages() {
		for _, l := range p.Links {
			if l.Entry != e.ID {
				continue // of another entry: Book.Unlinked knows
			}
			if c := e.Case(l.Name); c == nil || c.Source.Name != l.File {
				e.refuse(l.ID, l.Position, "the link leads to %s#%s, which is no case", l.File, l.Name)
			}
		}
	}
}

// Unlinked returns a refusal for each link of e that leads to a case of another
// entry which does not exist.
func (b *Book) Unlinked(e *Entry) []Refusal {
	var missing []Refusal
	for _, p := range e.Pages() {
		for _, l := range p.Links {
			if l.Source() || l.Entry == e.ID {
				continue
			}
			i := slices.IndexFunc(b.Entries, func(x *Entry) bool { return x.ID == l.Entry })
			if i >= 0 && b.Entries[i].Case(l.Name) != nil {
				continue
			}
			missing = append(missing, Refusal{l.ID, l.Position, fmt.Sprintf("the link leads to %s/%s#%s, which is no case", l.Entry, l.File, l.Name)})
		}
	}
	return missing
}

func (e *Entry) refuse(id string, at Position, format string, args ...any) {
	e.Refused = append(e.Refused, Refusal{id, at, fmt.Sprintf(format, args...)})
}

// refuse collects the claims of an entry that may not stand.
func refuse(e *Entry) {
	for _, s := range e.Sources() {
		for _, c := range s.Cases {
			refuseEmpty(e, c)
		}
		for _, w := range s.Wants {
			for _, re := range w.Matches {
				if re.MatchString("") {
					e.refuse(w.ID, w.Position, "the expression %q matches the empty string", re)
				}
			}
		}
	}
	for _, p := range e.Pages() {
		for _, f := range p.Fences {
			for _, cl := range f.Claims {
				refuseExpressions(e, cl)
			}
		}
	}
	if e.Pitfalls != nil && e.Form != Traps {
		refusePairs(e)
	}
}

// refuseEmpty refuses claims that hold without saying anything.
func refuseEmpty(e *Entry, c *Case) {
	literals := stringLiterals(c.Decl)
	for _, cl := range c.Claims {
		refuseExpressions(e, cl)
		if cl.Kind == Output && cl.Text != "" && slices.Contains(literals, cl.Text) {
			e.refuse(cl.ID, cl.Position, "the output stands as one literal in the case")
		}
	}
	if c.Has(Output) && printsLiteralsOnly(c) {
		e.refuse(c.ID, c.Position, "the case prints literals, and nothing in it could change them")
	}
}

func refuseExpressions(e *Entry, cl Claim) {
	for _, re := range cl.Lines {
		if re.MatchString("") {
			e.refuse(cl.ID, cl.Position, "the expression %q matches the empty string", re)
		}
	}
}

// stringLiterals returns the values of the string literals in a case, as they would be printed.
func stringLiterals(n ast.Node) []string {
	var all []string
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				all = append(all, trimLines(s))
			}
		}
		return true
	})
	return all
}

// printsLiteralsOnly reports whether a case consists of printing calls with
// literals for arguments, declarations and assignments.
func printsLiteralsOnly(c *Case) bool {
	prints, only := false, true
	ast.Inspect(c.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.DeferStmt, *ast.GoStmt:
			only = false
		case *ast.CallExpr:
			if !printing(n) || !slices.ContainsFunc(n.Args, isLiteral) || slices.ContainsFunc(n.Args, func(a ast.Expr) bool { return !isLiteral(a) }) {
				only = false
			}
			prints = true
		}
		return only
	})
	return prints && only
}

func printing(call *ast.CallExpr) bool {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name == "print" || fun.Name == "println"
	case *ast.SelectorExpr:
		pkg, ok := fun.X.(*ast.Ident)
		return ok && pkg.Name == "fmt" && strings.HasPrefix(fun.Sel.Name, "Print")
	}
	return false
}

func isLiteral(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return e.Name == "true" || e.Name == "false"
	}
	return false
}

// refusePairs refuses bugs without a cure and cures that answer another question.
func refusePairs(e *Entry) {
	for _, c := range e.Pitfalls.Cases {
		switch {
		case c.Bug != nil:
		case c.Cure == nil && strings.HasSuffix(c.Name, "Fixed"):
			e.refuse(c.ID, c.Position, "a cure without its bug, %s", strings.TrimSuffix(c.Name, "Fixed"))
		case c.Cure == nil:
			e.refuse(c.ID, c.Position, "a bug without its cure, %sFixed", c.Name)
		case sameClaims(c, c.Cure):
			e.refuse(c.ID, c.Position, "bug and cure claim the same on every release")
		case !sameQuestion(c, c.Cure):
			e.refuse(c.Cure.ID, c.Cure.Position, "the cure asks another question: it prints other labels, or claims another kind of thing")
		}
	}
}

// Releases that a claim can be about: the range over which pairs are compared.
const firstMinor, lastMinor = 18, 40

// sameClaims reports whether two cases claim the same everywhere, what they do
// not say included: silence is the same claim in both.
func sameClaims(a, b *Case) bool {
	for minor := firstMinor; minor <= lastMinor; minor++ {
		p := Platform{minor, "linux", "amd64"}
		if !slices.Equal(claimsOn(a, p), claimsOn(b, p)) {
			return false
		}
	}
	return true
}

func claimsOn(c *Case, p Platform) []string {
	var all []string
	for _, cl := range c.Claims {
		if cl.Only.Holds(p) {
			all = append(all, string(cl.Kind)+" "+cl.Text)
		}
	}
	for _, w := range c.Source.Wants {
		if w.Case == c && w.Only.Holds(p) {
			all = append(all, fmt.Sprint(w.Lens, w.Check, w.None, w.Matches))
		}
	}
	slices.Sort(all)
	return all
}

// A family is a question that a case answers by a claim of one of its kinds. For
// those with silence, a case that claims none of them answers it too: the
// process ends, nothing races, nothing leaks.
var families = []struct {
	kinds   []Kind
	silence bool
}{
	{[]Kind{Panics, Fatal, Exits, Hangs}, true},
	{[]Kind{Races}, true},
	{[]Kind{Leaks}, true},
	{[]Kind{Allocs}, false},
	{[]Kind{Outcomes}, false},
}

// sameQuestion reports whether a cure answers what its bug asks.
func sameQuestion(bug, cure *Case) bool {
	has := func(c *Case, kinds []Kind) bool { return slices.ContainsFunc(kinds, c.Has) }
	for _, f := range families {
		if has(bug, f.kinds) && (f.silence || has(cure, f.kinds)) {
			return true
		}
	}
	if slices.ContainsFunc(cure.Claims, func(cl Claim) bool { return cl.Kind == Faster && cl.Than == bug.Name }) {
		return true
	}
	if slices.ContainsFunc(bug.Source.Wants, func(w Want) bool { return w.Case == bug }) {
		return true // a cure without the diagnostic is clean, by the rule for silence
	}
	prints := []Kind{Output, Unordered, Matches, Outcomes}
	if bug.Has(Outcomes) && has(cure, prints) {
		return true // the cure of an outcome by chance is one that is not
	}
	return has(bug, prints) && has(cure, prints) && slices.Equal(labels(bug), labels(cure))
}

// labels returns what stands before the colon on each line that a case prints.
func labels(c *Case) []string {
	var all []string
	for _, cl := range c.Claims {
		if cl.Kind != Output && cl.Kind != Unordered {
			continue
		}
		for _, line := range strings.Split(cl.Text, "\n") {
			if label, _, ok := strings.Cut(line, ": "); ok && !slices.Contains(all, label) {
				all = append(all, label)
			}
		}
	}
	slices.Sort(all)
	return all
}
