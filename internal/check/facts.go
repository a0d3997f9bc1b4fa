package check

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// A subject is what a fact is about: an object or a package, one fact of a type each.
type subject struct {
	object types.Object   // nil for a fact about a package
	pkg    *types.Package // nil for a fact about an object
	fact   reflect.Type
}

// facts are what analyzers have learned. A nil facts is empty and may be read.
type facts map[subject]analysis.Fact

// get copies the fact about s into the value that fact points to.
func (f facts) get(s subject, fact analysis.Fact) bool {
	got, ok := f[s]
	if ok {
		reflect.ValueOf(fact).Elem().Set(reflect.ValueOf(got).Elem())
	}
	return ok
}

// of returns the facts of an analyzer, about objects or about packages.
func (f facts) of(a *analysis.Analyzer, objects bool) []subject {
	var all []subject
	for s := range f {
		ours := slices.ContainsFunc(a.FactTypes, func(t analysis.Fact) bool { return reflect.TypeOf(t) == s.fact })
		if ours && (s.object != nil) == objects {
			all = append(all, s)
		}
	}
	return all
}

// factTable holds the facts about the standard library, sorted:
//
//	go1.26.8                                        the release
//	archive/tar                                     a package
//		TypeRegA fact_deprecated {"Msg":"Use …"}    member, analyzer, fact
//	io/ioutil
//		. fact_deprecated {"Msg":"As of …"}         the package itself
//
// Members are named as by eachMember. A package without facts is not in it.
//
//go:embed facts.txt
var factTable string

// standardFacts returns what factTable says about a package; nil if nothing.
func standardFacts(pkg *types.Package) (facts, error) {
	_, section, found := strings.Cut(factTable, "\n"+pkg.Path()+"\n")
	if !found {
		return nil, nil
	}
	prototypes := factTypes()
	about := map[string][]analysis.Fact{}
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "\t") {
			break
		}
		name, fact, err := readFact(line, prototypes)
		if err != nil {
			return nil, fmt.Errorf("facts about %s: %w", pkg.Path(), err)
		}
		about[name] = append(about[name], fact)
	}
	all := facts{}
	eachMember(pkg, func(name string, s subject) {
		for _, f := range about[name] {
			s.fact = reflect.TypeOf(f)
			all[s] = f
		}
	})
	return all, nil
}

// readFact reads one line of a section of factTable.
func readFact(line string, prototypes map[string]reflect.Type) (member string, fact analysis.Fact, err error) {
	member, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	analyzer, value, _ := strings.Cut(rest, " ")
	typ, ok := prototypes[analyzer]
	if !ok {
		return "", nil, fmt.Errorf("%s: no analyzer %q", member, analyzer)
	}
	fact = reflect.New(typ.Elem()).Interface().(analysis.Fact)
	if err := json.Unmarshal([]byte(value), fact); err != nil {
		return "", nil, fmt.Errorf("%s: %w", member, err)
	}
	return member, fact, nil
}

// factTypes returns the type of facts of each analyzer that has one.
func factTypes() map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for _, a := range withPrerequisites(Checks()) {
		for _, f := range a.FactTypes {
			all[a.Name] = reflect.TypeOf(f)
		}
	}
	return all
}

// withPrerequisites returns the analyzers of the checks and those they need, each
// once.
func withPrerequisites(checks []Check) []*analysis.Analyzer {
	var all []*analysis.Analyzer
	seen := map[*analysis.Analyzer]bool{}
	var visit func(*analysis.Analyzer)
	visit = func(a *analysis.Analyzer) {
		if seen[a] {
			return
		}
		seen[a] = true
		all = append(all, a)
		for _, r := range a.Requires {
			visit(r)
		}
	}
	for _, c := range checks {
		visit(c.analyzer)
	}
	return all
}

// eachMember visits what a program can name of a package and facts can be about:
//
//	.               the package
//	Name            an exported object of the package
//	name.Member     an exported method or field of a type; the type need not be
//	Name#1          a parameter of an exported function, counted from 0
//
// Names are the same in each release that has them, unlike an objectpath.Path,
// which counts methods.
func eachMember(pkg *types.Package, visit func(name string, s subject)) {
	visit(".", subject{pkg: pkg})
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		if obj.Exported() {
			visit(name, subject{object: obj})
		}
		switch obj := obj.(type) {
		case *types.Func:
			for i := range obj.Signature().Params().Len() {
				if obj.Exported() {
					visit(name+"#"+strconv.Itoa(i), subject{object: obj.Signature().Params().At(i)})
				}
			}
		case *types.TypeName:
			for _, m := range methodsAndFields(obj) {
				if m.Exported() {
					visit(name+"."+m.Name(), subject{object: m})
				}
			}
		}
	}
}

func methodsAndFields(obj *types.TypeName) []types.Object {
	named, ok := obj.Type().(*types.Named)
	if !ok {
		return nil
	}
	var all []types.Object
	for m := range named.Methods() {
		all = append(all, m)
	}
	switch t := named.Underlying().(type) {
	case *types.Struct:
		for f := range t.Fields() {
			all = append(all, f)
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			all = append(all, m)
		}
	}
	return all
}
