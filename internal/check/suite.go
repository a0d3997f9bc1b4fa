package check

import (
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
	"golang.org/x/tools/go/analysis/suite/vet"
	"honnef.co/go/tools/staticcheck"
)

// The suites.
const (
	Vet         = "vet"
	Staticcheck = "staticcheck"
)

// A suite is a named set of checks.
type suite struct {
	name      string
	checks    []Check
	ignorable bool // its reports are silenced by //lint:ignore, as its tool has it
}

// suites is the one place where checks are listed.
func suites() []suite {
	return []suite{
		{name: Vet, checks: vetChecks()},
		{name: Staticcheck, checks: staticcheckChecks(), ignorable: true},
	}
}

func suiteNamed(name string) (suite, error) {
	all := suites()
	i := slices.IndexFunc(all, func(s suite) bool { return s.name == name })
	if i < 0 {
		var names []string
		for _, s := range all {
			names = append(names, s.name)
		}
		return suite{}, fault.New(fault.NotFound, "no suite %q", name).Try("Suites: %s.", strings.Join(names, ", "))
	}
	return all[i], nil
}

// notHere are the analyzers of vet.Suite that the suite is without, and why.
var notHere = map[string]string{
	"asmdecl":      "looks at assembly",
	"framepointer": "looks at assembly",
	"cgocall":      "looks at cgo",
	"scannererr":   "not yet in go vet",
	"sqlrowserr":   "not yet in go vet",
}

func vetChecks() []Check {
	var checks []Check
	for _, a := range vet.Suite {
		if _, out := notHere[a.Name]; !out {
			checks = append(checks, newCheck(Vet, a))
		}
	}
	return checks
}

// staticcheckChecks leaves out what staticcheck runs only on request.
func staticcheckChecks() []Check {
	var checks []Check
	for _, a := range staticcheck.Analyzers {
		if !a.Doc.NonDefault {
			checks = append(checks, newCheck(Staticcheck, a.Analyzer))
		}
	}
	return checks
}
