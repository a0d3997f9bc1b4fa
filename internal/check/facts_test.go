package check

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

var update = flag.Bool("update", false, "write facts.txt anew, from the standard library of this release")

// TestFacts compares facts.txt with what the analyzers find in the source of the
// standard library.
func TestFacts(t *testing.T) {
	release := goVersion(t)
	if !*update && release != tableVersion() {
		t.Skipf("needs %s, of which facts.txt is; this is %s", tableVersion(), release)
	}
	if testing.Short() {
		t.Skip("analyzes the whole standard library, about 7 s")
	}
	got := release + "\n" + computeFacts(t)
	if *update {
		if err := os.WriteFile("facts.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != factTable {
		t.Errorf("facts.txt is not what the analyzers find: first difference %s\nmake it anew: go test ./internal/check -run TestFacts -update", firstDifference(got, factTable))
	}
}

// tableVersion is the first line of facts.txt: "go1.26.8".
func tableVersion() string {
	first, _, _ := strings.Cut(factTable, "\n")
	return first
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("at line %d: %q, in facts.txt %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("after line %d", min(len(g), len(w)))
}

// TestFactsAreNeeded shows what would be said without facts.txt.
func TestFactsAreNeeded(t *testing.T) {
	lost, invented := map[string]bool{}, map[string]bool{}
	for _, f := range corpus(t) {
		p, err := shared.Load("go1.26", f)
		if err != nil {
			t.Fatal(err)
		}
		without := *p
		without.imported = nil
		for _, suite := range []string{Vet, Staticcheck} {
			all, few := checksAt(t, p, suite), checksAt(t, &without, suite)
			for at, check := range all {
				if few[at] == "" {
					lost[check] = true
				}
			}
			for at, check := range few {
				if all[at] == "" {
					invented[check] = true
				}
			}
		}
	}
	if got, want := slices.Sorted(maps.Keys(lost)), []string{"SA1019", "SA4017", "SA5012"}; !slices.Equal(got, want) {
		t.Errorf("without facts lost reports of %v, want %v", got, want)
	}
	if got, want := slices.Sorted(maps.Keys(invented)), []string{"SA4023", "lostcancel"}; !slices.Equal(got, want) {
		t.Errorf("without facts wrong reports of %v, want %v", got, want)
	}
}

// checksAt maps each report to its check.
func checksAt(t *testing.T, p *Package, suite string) map[string]string {
	t.Helper()
	found, err := p.Run(suite)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	for _, d := range found {
		at[fmt.Sprintf("%s:%d:%d: %s: %s", d.File, d.Line, d.Column, d.Check, d.Message)] = d.Check
	}
	return at
}

func computeFacts(t *testing.T) string {
	t.Helper()
	cfg := &packages.Config{Mode: packages.LoadAllSyntax, Env: append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")}
	pkgs, err := packages.Load(cfg, "std")
	if err != nil {
		t.Fatal(err)
	}
	var analyzers []*analysis.Analyzer
	for _, a := range withPrerequisites(Checks()) {
		if len(a.FactTypes) > 0 {
			analyzers = append(analyzers, a)
		}
	}
	graph, err := checker.Analyze(analyzers, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string][]string{}
	for act := range graph.All() {
		path := act.Package.PkgPath
		if isInternal(path) || act.Package.Types.Path() == "unsafe" || len(act.Analyzer.FactTypes) == 0 {
			continue
		}
		if act.Err != nil {
			t.Fatalf("%v: %v", act, act.Err)
		}
		sections[path] = append(sections[path], factLines(t, act)...)
	}
	return joinSections(sections)
}

// factLines writes the facts about members of the package that act found.
func factLines(t *testing.T, act *checker.Action) []string {
	t.Helper()
	found := map[subject]analysis.Fact{}
	for _, f := range act.AllObjectFacts() {
		found[subject{object: f.Object}] = f.Fact
	}
	for _, f := range act.AllPackageFacts() {
		found[subject{pkg: f.Package}] = f.Fact
	}
	var lines []string
	eachMember(act.Package.Types, func(name string, s subject) {
		fact, ok := found[s]
		if !ok {
			return
		}
		value, err := json.Marshal(fact)
		if err != nil {
			t.Fatal(err)
		}
		back := reflect.New(reflect.TypeOf(fact).Elem()).Interface()
		if err := json.Unmarshal(value, back); err != nil || !reflect.DeepEqual(back, any(fact)) {
			t.Fatalf("%v about %s does not survive JSON: %s, %v", act.Analyzer, name, value, err)
		}
		lines = append(lines, fmt.Sprintf("\t%s %s %s\n", name, act.Analyzer.Name, value))
	})
	return lines
}

func joinSections(sections map[string][]string) string {
	var b strings.Builder
	var paths []string
	for path, lines := range sections {
		if len(lines) > 0 {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	for _, path := range paths {
		b.WriteString(path + "\n")
		slices.Sort(sections[path])
		b.WriteString(strings.Join(sections[path], ""))
	}
	return b.String()
}
