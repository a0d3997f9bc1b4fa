package prove

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
)

// A Change is a text of the book that Update has refreshed, or could not.
type Change struct {
	ID string
	book.Position
	Done bool
	Why  string // why not, when Done is false
}

// Update refreshes the texts of refuted Output, Unordered output and console
// claims in the files of the book at root: what was seen takes the place of what
// was claimed. It never adds, drops or weakens a claim. A claim that saw different
// texts on the releases it is about is left to its author, who has to say where
// they part.
func Update(root string, entries []*book.Entry, verdicts []Verdict) ([]Change, error) {
	seen := map[string][]Verdict{}
	for _, v := range verdicts {
		seen[v.ID] = append(seen[v.ID], v)
	}
	var changes []Change
	edits := map[string][]edit{}
	for _, c := range updatable(entries) {
		change, text := refresh(c, seen[c.ID])
		if change == nil {
			continue
		}
		changes = append(changes, *change)
		if change.Done {
			edits[c.File] = append(edits[c.File], edit{c, text})
		}
	}
	for file, list := range edits {
		if err := rewrite(filepath.Join(root, filepath.FromSlash(file)), list); err != nil {
			return changes, fmt.Errorf("updating %s: %w", file, err)
		}
	}
	return changes, nil
}

// updatable lists the claims whose text is a text that was printed.
func updatable(entries []*book.Entry) []book.Claim {
	var all []book.Claim
	for _, e := range entries {
		for _, c := range e.Cases() {
			all = append(all, c.Claims...)
		}
		for _, p := range e.Pages() {
			for _, f := range p.Fences {
				all = append(all, f.Claims...)
			}
		}
	}
	return slices.DeleteFunc(all, func(c book.Claim) bool {
		return c.Kind != book.Output && c.Kind != book.Unordered && c.Kind != book.Console
	})
}

// refresh finds the text that takes the place of a claim's. The change is nil when
// there is nothing to do.
func refresh(c book.Claim, verdicts []Verdict) (*Change, string) {
	if !slices.ContainsFunc(verdicts, func(v Verdict) bool { return v.Verdict == Refuted }) {
		return nil, ""
	}
	change := &Change{ID: c.ID, Position: c.Position, Done: true}
	text := verdicts[0].Got
	for _, v := range verdicts {
		if v.Got != text {
			change.Done = false
			change.Why = fmt.Sprintf("%s and %s print different texts: a bracket has to say where", verdicts[0].Release, v.Release)
			return change, ""
		}
	}
	return change, text
}

// An edit replaces the text of a claim.
type edit struct {
	claim book.Claim
	text  string
}

// rewrite applies edits to a file, the last first, so that lines before stay.
func rewrite(file string, edits []edit) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.claim.Line - a.claim.Line })
	lines := strings.Split(string(data), "\n")
	for _, e := range edits {
		if strings.HasSuffix(file, ".go") {
			lines = replaceComment(lines, e)
		} else {
			lines = replaceFence(lines, e)
		}
	}
	return writeFile(file, []byte(strings.Join(lines, "\n")))
}

var (
	commentHead   = regexp.MustCompile(`^(\s*)// ((?:Output|Unordered output)(?: \(.*\))?:)(.*)$`)
	nextStatement = regexp.MustCompile(`^\s*// (Output|Unordered output|Output matches|Outcomes|Panics|Fatal|Exits|Races|Leaks|Hangs|Allocs|Faster|Since|Run with|See)\b.*:`)
)

// replaceComment puts a text into an expectation comment: on its line when it was
// there and is one line, else on the lines below.
func replaceComment(lines []string, e edit) []string {
	at := e.claim.Line - 1
	m := commentHead.FindStringSubmatch(lines[at])
	if m == nil {
		return lines
	}
	end := at + 1
	for end < len(lines) && strings.HasPrefix(strings.TrimSpace(lines[end]), "//") && !nextStatement.MatchString(lines[end]) {
		end++
	}
	inline := !strings.Contains(e.text, "\n") && (strings.TrimSpace(m[3]) != "" || end == at+1)
	var fresh []string
	if inline {
		fresh = []string{strings.TrimRight(m[1]+"// "+m[2]+" "+e.text, " ")}
	} else {
		fresh = append(fresh, m[1]+"// "+m[2])
		for line := range strings.SplitSeq(e.text, "\n") {
			fresh = append(fresh, strings.TrimRight(m[1]+"// "+line, " "))
		}
	}
	return slices.Concat(lines[:at], fresh, lines[end:])
}

// replaceFence puts a text into a fence, indented as the fence is.
func replaceFence(lines []string, e edit) []string {
	at := e.claim.Line - 1
	mark := strings.TrimLeft(lines[at], " \t")
	indent := lines[at][:len(lines[at])-len(mark)]
	ticks := mark[:len(mark)-len(strings.TrimLeft(mark, "`"))]
	end := at + 1
	for end < len(lines) && strings.TrimSpace(lines[end]) != ticks {
		end++
	}
	var fresh []string
	for line := range strings.SplitSeq(e.text, "\n") {
		fresh = append(fresh, strings.TrimRight(indent+line, " "))
	}
	return slices.Concat(lines[:at+1], fresh, lines[end:])
}
