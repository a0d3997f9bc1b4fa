// Package check says what go vet and staticcheck say about a program, in process:
// it parses and type-checks one package held in memory and runs the analyzers on
// it, without the go command and without reading a file of the user's.
//
//	im := check.NewImporter(lookup) // export data of the standard library
//	p, err := im.Load("go1.26", check.File{Name: "main.go", Data: src})
//	found, err := p.Run("vet")
//
// A suite is a set of checks under one name: [Vet] has those of go vet,
// [Staticcheck] the SA checks that staticcheck runs by default. [Checks] lists
// them all, with what their authors say about them.
//
// # Facts
//
// Analyzers learn from the packages a program imports: that log.Fatal does not
// return, that strings.ToUpper has no side effects, that ioutil.ReadAll is
// deprecated. Such facts are computed from source, and an importer has export
// data alone. So those about the standard library are made once, by the same
// analyzers, and embedded (go test -run TestFacts -update makes facts.txt anew).
// Without them SA1019, SA4017 and SA5012 would be blind to the standard library,
// and SA4023 and lostcancel would report what is right. Facts within the package
// are passed on as by any driver.
//
// # What is not as with the tools
//
// A test compares the reports on each program of testdata/corpus with those of go
// vet and staticcheck. What is known to differ:
//
//   - The package is called command-line-arguments, as when the go command is
//     given files; so say messages that name it by its path.
//   - Positions are those in the given files: a //line comment moves nothing.
//   - Build constraints are not evaluated: the caller chooses the files. The
//     language version of a //go:build line is heeded.
//   - What only the compiler or the linker refuses (a function without a body, a
//     missing main, a misplaced directive) is no error here.
//   - vet: asmdecl, cgocall and framepointer are left out, since they look at
//     assembly and cgo. buildtag and directive see the given files alone.
//   - vet: the analyzers are those of golang.org/x/tools in go.mod, which are newer
//     than those of go vet 1.26. printf no longer reports a redundant newline at
//     the end of Println, unusedresult leaves b.Loop alone. scannererr and
//     sqlrowserr wait until go vet has them.
//   - vet: go vet dies of a program that makes an analyzer panic; see [Package.Run].
//   - staticcheck: a //lint:ignore that matches nothing is not reported, nor is one
//     without a reason; no staticcheck.conf is read, and checks that are off by
//     default (SA9003) do not exist; a package and its tests are one package.
//   - Facts are those of one release, on linux, without cgo. A function that is new
//     in another release has none. Internal packages have none.
package check

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// A Diagnostic is what a check says about a place in a file.
type Diagnostic struct {
	Suite string // Vet or Staticcheck; "" for an error of [Package.Errors]
	Check string // "copylocks", "SA4006"; "" for an error of [Package.Errors]

	File      string // as in [File.Name]; "" when the place is in no file
	Line      int    // from 1; 0 when the place is in no file
	Column    int    // from 1, in bytes
	EndLine   int    // of the first byte after; 0 when only the beginning is known
	EndColumn int

	Message string
	Fixes   []Fix // alternatives; nil when the check suggests none
}

// A Fix is one way to change the files so that a diagnostic goes away. It is
// applied as a whole or not at all.
type Fix struct {
	Message string
	Edits   []Edit // by file and offset, not overlapping
}

// An Edit replaces the bytes from Start up to End of a file by Text.
type Edit struct {
	File       string // as in [File.Name]
	Start, End int    // offsets in bytes; equal for an insertion
	Text       string
}

func compareEdits(x, y Edit) int {
	return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Start, y.Start), cmp.Compare(x.End, y.End))
}

// compareDiagnostics orders by place, then by check and message.
func compareDiagnostics(x, y Diagnostic) int {
	return cmp.Or(
		cmp.Compare(x.File, y.File),
		cmp.Compare(x.Line, y.Line),
		cmp.Compare(x.Column, y.Column),
		cmp.Compare(x.Suite, y.Suite),
		cmp.Compare(x.Check, y.Check),
		cmp.Compare(x.Message, y.Message),
		cmp.Compare(x.EndLine, y.EndLine),
		cmp.Compare(x.EndColumn, y.EndColumn),
	)
}

// tidy sorts and drops what is said twice; fixes do not make a difference.
func tidy(found []Diagnostic) []Diagnostic {
	slices.SortFunc(found, compareDiagnostics)
	return slices.CompactFunc(found, func(x, y Diagnostic) bool { return compareDiagnostics(x, y) == 0 })
}

// A Check describes one analyzer of a suite.
type Check struct {
	Suite string // "vet"
	Name  string // "copylocks"
	Title string // one line: "check for locks erroneously passed by value"
	Doc   string // the documentation as its authors wrote it, Title included
	URL   string // of the documentation; "" when there is none

	analyzer *analysis.Analyzer
}

func newCheck(suite string, a *analysis.Analyzer) Check {
	title, _, _ := strings.Cut(a.Doc, "\n")
	return Check{Suite: suite, Name: a.Name, Title: title, Doc: strings.TrimSpace(a.Doc), URL: a.URL, analyzer: a}
}

// Checks lists the checks of all suites, each suite in the order of its tool.
func Checks() []Check {
	var all []Check
	for _, s := range suites() {
		all = append(all, s.checks...)
	}
	return all
}

// Explain returns the documentation of a check as its authors wrote it, and false
// if the suite has no such check. Case does not matter: "sa4006" is SA4006.
func Explain(suite, check string) (string, bool) {
	all := Checks()
	i := slices.IndexFunc(all, func(c Check) bool {
		return strings.EqualFold(c.Suite, suite) && strings.EqualFold(c.Name, check)
	})
	if i < 0 {
		return "", false
	}
	return all[i].Doc, true
}
