package book

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// pair joins each bug of pitfalls.go with its cure.
func pair(e *Entry) {
	if e.Pitfalls == nil || e.Form == Traps {
		return
	}
	byName := map[string]*Case{}
	for _, c := range e.Pitfalls.Cases {
		byName[c.Name] = c
	}
	for _, c := range e.Pitfalls.Cases {
		if cure := byName[c.Name+"Fixed"]; cure != nil {
			c.Cure, cure.Bug = cure, c
		}
	}
}

// Unlinked returns a refusal for each link of e that leads to a case of another
// entry which does not exist. Those within an entry are among its Refused.
func (b *Book) Unlinked(e *Entry) []Refusal {
	entries := map[string]*Entry{}
	for _, x := range b.Entries {
		entries[x.ID] = x
	}
	var missing []Refusal
	for _, p := range e.Pages() {
		for _, l := range p.Links {
			if !l.Source() && l.Entry != e.ID && !entries[l.Entry].declares(l.File, l.Name) {
				missing = append(missing, Refusal{l.ID, l.Position, fmt.Sprintf("the link leads to %s/%s#%s, which is no case", l.Entry, l.File, l.Name)})
			}
		}
	}
	return missing
}

// declares reports whether a file of the entry, which may be nil, has the case.
func (e *Entry) declares(file, name string) bool {
	return e != nil && slices.ContainsFunc(e.Cases(), func(c *Case) bool { return c.Name == name && c.Source.Name == file })
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
		refuseOnPage(e, p)
	}
	if e.Pitfalls != nil && e.Form != Traps {
		refusePairs(e)
	}
}

// refuseOnPage refuses links that lead nowhere, expressions that say nothing, and
// pairs of modules that are none.
func refuseOnPage(e *Entry, p *Page) {
	for _, l := range p.Links {
		if l.Entry == e.ID && !e.declares(l.File, l.Name) {
			e.refuse(l.ID, l.Position, "the link leads to %s#%s, which is no case", l.File, l.Name)
		}
	}
	for _, f := range p.Fences {
		for _, cl := range f.Claims {
			refuseExpressions(e, cl)
		}
		refuseModules(e, p, f)
	}
}

// refuseEmpty refuses claims of a case that hold without saying anything.
func refuseEmpty(e *Entry, c *Case) {
	literals := stringLiterals(c.Decl.Body)
	for _, cl := range c.Claims {
		refuseExpressions(e, cl)
		if cl.Kind == Output && cl.Text != "" && slices.Contains(literals, cl.Text) {
			e.refuse(cl.ID, cl.Position, "the output stands as one literal in the case")
		}
	}
	if printsLiteralsOnly(c) {
		e.refuse(c.ID, c.Position, "the case prints literals, and nothing in it could change them")
	}
}

// refuseExpressions refuses expressions that match whatever is printed.
func refuseExpressions(e *Entry, cl Claim) {
	for i, re := range cl.Lines {
		if re.MatchString("") {
			e.refuse(cl.ID, cl.Position, "the expression %q matches the empty string", strings.Split(cl.Text, "\n")[i])
		}
	}
}

// stringLiterals returns the values of the string literals in a case, as they would be printed.
func stringLiterals(n ast.Node) []string {
	var all []string
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				all = append(all, TrimLines(s))
			}
		}
		return true
	})
	return all
}

// printsLiteralsOnly reports whether a case claims what it prints and no more, and
// consists of printing calls with literals for arguments, declarations and
// assignments.
func printsLiteralsOnly(c *Case) bool {
	if len(c.Claims) == 0 || slices.ContainsFunc(c.Claims, func(cl Claim) bool { return !slices.Contains(printed, cl.Kind) }) {
		return false
	}
	prints, only := false, true
	ast.Inspect(c.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.BranchStmt, *ast.DeferStmt, *ast.GoStmt:
			only = false
		case *ast.CallExpr:
			prints = true
			only = only && printing(n) && !slices.ContainsFunc(n.Args, func(a ast.Expr) bool { return !isLiteral(a) })
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
		return e.Name == "true" || e.Name == "false" || e.Name == "nil"
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
		case !anywhere(func(p Platform) bool { return !slices.Equal(claimsOn(c, p), claimsOn(c.Cure, p)) }):
			e.refuse(c.ID, c.Position, "bug and cure claim the same on every release")
		case !sameQuestion(c, c.Cure):
			e.refuse(c.Cure.ID, c.Cure.Position, "the cure asks another question: it prints other labels, or claims another kind of thing")
		}
	}
}

// claimsOn returns what a case claims on a platform. What it does not say is left
// out: silence is the same claim everywhere.
func claimsOn(c *Case, p Platform) []string {
	var all []string
	for _, cl := range c.Claims {
		if cl.Only.Holds(p) {
			all = append(all, string(cl.Kind)+" "+cl.Text)
		}
	}
	for _, w := range c.wants() {
		if w.Only.Holds(p) {
			all = append(all, fmt.Sprint(w.Lens, w.Check, w.None, w.Matches))
		}
	}
	slices.Sort(all)
	return all
}

// wants returns the wants on lines of the case.
func (c *Case) wants() []Want {
	return slices.DeleteFunc(slices.Clone(c.Source.Wants), func(w Want) bool { return w.Case != c })
}

// A family is a question that a case answers by a claim of one of its kinds. To
// those with silence, a case that claims none of them answers too: the process
// ends, nothing races, nothing leaks.
type family struct {
	kinds   []Kind
	silence bool
}

var families = []family{
	{[]Kind{Panics, Fatal, Exits, Hangs}, true},
	{[]Kind{Races}, true},
	{[]Kind{Leaks}, true},
	{[]Kind{Allocs}, false},
}

// sameQuestion reports whether a cure answers what its bug asks.
func sameQuestion(bug, cure *Case) bool {
	for _, f := range families {
		asked, answered := slices.ContainsFunc(f.kinds, bug.Has), slices.ContainsFunc(f.kinds, cure.Has)
		if asked && answered || f.silence && (asked || answered) {
			return true
		}
	}
	if slices.ContainsFunc(cure.Claims, func(cl Claim) bool { return cl.Kind == Faster && cl.Than == bug.Name }) {
		return true
	}
	if sameLens(bug.wants(), cure.wants()) {
		return true
	}
	if !slices.ContainsFunc(printed, bug.Has) || !slices.ContainsFunc(printed, cure.Has) {
		return false
	}
	return bug.Has(Outcomes) || maps.Equal(labels(bug), labels(cure)) // the cure of an outcome by chance is one that is not
}

// sameLens reports whether the lines of the cure answer what is wanted of the
// bug's. Silence answers vet and our own checks: a diagnostic that is not wanted
// is a failure there.
func sameLens(bug, cure []Want) bool {
	return slices.ContainsFunc(bug, func(w Want) bool {
		return w.Lens == "vet" || w.Lens == "check" || slices.ContainsFunc(cure, func(x Want) bool { return x.Lens == w.Lens })
	})
}

// labels returns what stands before the colon on each line that a case prints.
func labels(c *Case) map[string]bool {
	all := map[string]bool{}
	for _, cl := range c.Claims {
		if !slices.Contains(printed, cl.Kind) {
			continue
		}
		for _, line := range strings.Split(cl.Text, "\n") {
			if label, _, ok := strings.Cut(line+" ", ": "); ok {
				all[strings.TrimSpace(label)] = true
			}
		}
	}
	return all
}

// refuseModules refuses a cure without its bug, and one that shows the same, among
// the modules of a page. A module alone is no pitfall: it may show anything.
func refuseModules(e *Entry, p *Page, cure *Fence) {
	id, ok := strings.CutSuffix(cure.ID, "Fixed")
	if !ok || cure.Lang != "txtar" {
		return
	}
	i := slices.IndexFunc(p.Fences, func(f *Fence) bool { return f.ID == id })
	switch {
	case i < 0:
		e.refuse(cure.ID, cure.Position, "a cure without its bug, %s", id)
	case cure.Skip == "" && slices.EqualFunc(p.Fences[i].Claims, cure.Claims, func(a, b Claim) bool { return a.Text == b.Text && a.Only.String() == b.Only.String() }):
		e.refuse(cure.ID, cure.Position, "bug and cure claim the same on every release")
	}
}
