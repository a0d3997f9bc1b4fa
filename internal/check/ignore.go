package check

import (
	"path"
	"strings"

	"honnef.co/go/tools/analysis/lint"
)

// An ignore is a comment that silences checks:
//
//	//lint:ignore SA4006,SA9* why        on the statement or declaration below
//	//lint:file-ignore SA1019 why        in the file
//
// Checks may be patterns of [path.Match], in any case. Without a reason it is not
// heeded.
type ignore struct {
	file   string
	line   int // 0 for the whole file
	checks []string
}

type ignores []ignore

// ignores returns the ignores of all files.
func (p *Package) ignores() ignores {
	var all ignores
	for i, f := range p.files {
		if !strings.Contains(string(f.Data), "//lint:") {
			continue // to look for them is as slow as a check
		}
		for _, d := range lint.ParseDirectives(p.Syntax[i:i+1], p.Fset) {
			if len(d.Arguments) < 2 {
				continue
			}
			ig := ignore{file: f.Name, checks: strings.Split(strings.ToLower(d.Arguments[0]), ",")}
			switch d.Command {
			case "ignore":
				ig.line = p.Fset.PositionFor(d.Node.Pos(), false).Line
				all = append(all, ig)
			case "file-ignore":
				all = append(all, ig)
			}
		}
	}
	return all
}

// match reports whether one of the ignores silences d.
func (all ignores) match(d Diagnostic) bool {
	for _, ig := range all {
		if ig.file != d.File || ig.line != 0 && ig.line != d.Line {
			continue
		}
		for _, pattern := range ig.checks {
			if ok, _ := path.Match(pattern, strings.ToLower(d.Check)); ok { // a pattern that is none matches nothing
				return true
			}
		}
	}
	return false
}
