package check

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"reflect"
	"slices"

	"golang.org/x/tools/go/analysis"
	"honnef.co/go/tools/analysis/facts/generated"
	"honnef.co/go/tools/config"
)

// Run returns what the checks of a suite say about the package, by place. Of a
// package with Errors they say nothing.
//
// A check that fails or panics becomes an error that names it; what the others
// found is returned with it. A suite that does not exist is a [fault.NotFound].
func (p *Package) Run(suite string) ([]Diagnostic, error) {
	s, err := suiteNamed(suite)
	if err != nil {
		return nil, err
	}
	return p.run(s)
}

func (p *Package) run(s suite) ([]Diagnostic, error) {
	if len(p.Errors) > 0 {
		return nil, nil
	}
	r := &running{p: p, facts: facts{}, outcomes: map[*analysis.Analyzer]*outcome{}}
	var found []Diagnostic
	var failed []error
	for _, c := range s.checks {
		o := r.outcome(c.analyzer)
		if o.err != nil {
			failed = append(failed, fmt.Errorf("check %s:%s: %w", c.Suite, c.Name, o.err))
		}
		for _, d := range o.found {
			found = append(found, p.diagnostic(c, d))
		}
	}
	if s.ignorable {
		found = slices.DeleteFunc(found, p.ignores().match)
	}
	return tidy(found), errors.Join(failed...)
}

// running is the state of one Run.
type running struct {
	p        *Package
	facts    facts // about the package itself, of all analyzers
	outcomes map[*analysis.Analyzer]*outcome
}

// An outcome is what one analyzer gave.
type outcome struct {
	result any
	found  []analysis.Diagnostic
	err    error
}

// outcome runs an analyzer and those it needs, each once.
func (r *running) outcome(a *analysis.Analyzer) *outcome {
	if o, ok := r.outcomes[a]; ok {
		return o
	}
	o := &outcome{}
	r.outcomes[a] = o
	if given, ok := r.given(a); ok {
		o.result = given
		return o
	}
	results := map[*analysis.Analyzer]any{}
	for _, need := range a.Requires {
		n := r.outcome(need)
		if n.err != nil {
			o.err = fmt.Errorf("needs %s: %w", need.Name, n.err)
			return o
		}
		results[need] = n.result
	}
	o.err = guard("analyzer "+a.Name, func() (err error) {
		o.result, err = a.Run(r.pass(a, o, results))
		return err
	})
	return o
}

// given answers for the analyzers that would read files of the disk.
func (r *running) given(a *analysis.Analyzer) (any, bool) {
	switch a {
	case config.Analyzer: // looks for staticcheck.conf in the folder of the files and all above
		c := config.DefaultConfig
		return &c, true
	case generated.Analyzer: // reads the files for "Code generated … DO NOT EDIT."
		m := map[string]generated.Generator{}
		for i, f := range r.p.Syntax {
			if ast.IsGenerated(f) {
				m[r.p.files[i].Name] = generated.Unknown
			}
		}
		return m, true
	}
	return nil, false
}

// pass is what an analyzer sees of the package.
func (r *running) pass(a *analysis.Analyzer, o *outcome, results map[*analysis.Analyzer]any) *analysis.Pass {
	p := r.p
	return &analysis.Pass{
		Analyzer:   a,
		Fset:       p.Fset,
		Files:      p.Syntax,
		Pkg:        p.Types,
		TypesInfo:  p.Info,
		TypesSizes: p.Sizes,
		Module:     &analysis.Module{GoVersion: p.lang},
		ResultOf:   results,
		Report:     func(d analysis.Diagnostic) { o.found = append(o.found, d) },
		ReadFile:   p.readFile,

		ImportObjectFact:  r.importObjectFact,
		ImportPackageFact: r.importPackageFact,
		ExportObjectFact:  r.exportObjectFact,
		ExportPackageFact: r.exportPackageFact,
		AllObjectFacts:    func() []analysis.ObjectFact { return r.objectFacts(a) },
		AllPackageFacts:   func() []analysis.PackageFact { return r.packageFacts(a) },
	}
}

// readFile gives the files of the package, and nothing else that is on the disk.
func (p *Package) readFile(name string) ([]byte, error) {
	for _, f := range p.files {
		if f.Name == name {
			return slices.Clone(f.Data), nil
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (r *running) importObjectFact(obj types.Object, fact analysis.Fact) bool {
	s := subject{object: obj, fact: reflect.TypeOf(fact)}
	return r.facts.get(s, fact) || r.p.imported[obj.Pkg()].get(s, fact)
}

func (r *running) importPackageFact(pkg *types.Package, fact analysis.Fact) bool {
	s := subject{pkg: pkg, fact: reflect.TypeOf(fact)}
	return r.facts.get(s, fact) || r.p.imported[pkg].get(s, fact)
}

func (r *running) exportObjectFact(obj types.Object, fact analysis.Fact) {
	r.facts[subject{object: obj, fact: reflect.TypeOf(fact)}] = fact
}

func (r *running) exportPackageFact(fact analysis.Fact) {
	r.facts[subject{pkg: r.p.Types, fact: reflect.TypeOf(fact)}] = fact
}

// known returns the facts about the package and those about what it imports.
func (r *running) known() []facts {
	return slices.AppendSeq([]facts{r.facts}, maps.Values(r.p.imported))
}

func (r *running) objectFacts(a *analysis.Analyzer) []analysis.ObjectFact {
	var all []analysis.ObjectFact
	for _, f := range r.known() {
		for _, s := range f.of(a, true) {
			all = append(all, analysis.ObjectFact{Object: s.object, Fact: f[s]})
		}
	}
	return all
}

func (r *running) packageFacts(a *analysis.Analyzer) []analysis.PackageFact {
	var all []analysis.PackageFact
	for _, f := range r.known() {
		for _, s := range f.of(a, false) {
			all = append(all, analysis.PackageFact{Package: s.pkg, Fact: f[s]})
		}
	}
	return all
}

// diagnostic translates what an analyzer reported. Fixes that reach outside the
// files of the package are dropped: nobody could apply them.
func (p *Package) diagnostic(c Check, d analysis.Diagnostic) Diagnostic {
	at, end := p.Fset.PositionFor(d.Pos, false), p.Fset.PositionFor(d.End, false)
	out := Diagnostic{
		Suite: c.Suite, Check: c.Name, Message: d.Message,
		File: at.Filename, Line: at.Line, Column: at.Column,
		EndLine: end.Line, EndColumn: end.Column,
	}
	for _, f := range d.SuggestedFixes {
		if edits, ok := p.edits(f.TextEdits); ok {
			out.Fixes = append(out.Fixes, Fix{Message: f.Message, Edits: edits})
		}
	}
	return out
}

func (p *Package) edits(all []analysis.TextEdit) ([]Edit, bool) {
	var edits []Edit
	for _, e := range all {
		file := p.Fset.File(e.Pos)
		if e.End == token.NoPos {
			e.End = e.Pos
		}
		if file == nil || file.Base() <= firstPos || e.End < e.Pos || p.Fset.File(e.End) != file {
			return nil, false
		}
		edits = append(edits, Edit{File: file.Name(), Start: file.Offset(e.Pos), End: file.Offset(e.End), Text: string(e.NewText)})
	}
	slices.SortFunc(edits, compareEdits)
	for i := range len(edits) - 1 {
		if edits[i].File == edits[i+1].File && edits[i].End > edits[i+1].Start {
			return nil, false
		}
	}
	return edits, len(edits) > 0
}
