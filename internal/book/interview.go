package book

import (
	"regexp"
	"strconv"
	"strings"
)

// A Question is one item of an interview.md.
type Question struct {
	ID string // "9_slices/interview#slug"
	Position
	Number    int
	Title     string
	Kind      string // explain, predict, debug, review, design
	Level     string // senior, staff
	Minutes   int
	Case      string   // the case that the meta line links to: "pitfalls.go#sharedTail", "" if none
	Prompt    string   // Markdown, without the meta line and the answer
	Answer    string   // Markdown: what stands before the signals
	Signals   []string // Markdown, one each
	RedFlags  []string
	FollowUps []string // a ladder, each with its answer
}

const questionForm = "## 7. Title, then `debug` `staff` `15 min` [case](pitfalls.go#case), the question, and the answer in <details><summary>Answer</summary>"

var (
	numbered = regexp.MustCompile(`^([0-9]+)\.\s+\S`)
	metaLine = regexp.MustCompile("^`(explain|predict|debug|review|design)` `(senior|staff)` `([0-9]+) min`(?: \\[[^]]*\\]\\(([^)]+)\\))?\\s*$")
	idLine   = regexp.MustCompile(`^<!-- id: ([a-z0-9-]+) -->\s*$`)
	listItem = regexp.MustCompile(`^(?:[-*]|[0-9]+\.)\s+`)
)

// questions reads the sections of an interview.md.
func (r *reader) questions(p *Page) []Question {
	var all []Question
	for _, s := range p.Sections {
		m := numbered.FindStringSubmatch(s.Title)
		if m == nil {
			r.fault(s.Position, questionForm, "%q has no number", s.Title)
			continue
		}
		n, _ := strconv.Atoi(m[1]) // digits
		if n != len(all)+1 {
			r.fault(s.Position, "numbers from 1 without a gap", "question %d comes after %d", n, len(all))
		}
		q := Question{Position: s.Position, Number: n, Title: leadingNumber.ReplaceAllString(s.Title, "")}
		q.ID = strings.TrimSuffix(p.Path, ".md") + "#" + s.Slug
		r.question(&q, s, strings.TrimSuffix(p.Path, ".md"))
		all = append(all, q)
	}
	return all
}

// question reads the body of one section.
func (r *reader) question(q *Question, s Section, file string) {
	body, ok := r.meta(q, s, file)
	if !ok {
		return
	}
	prompt, rest, ok := strings.Cut(body, "<details><summary>Answer</summary>")
	if !ok {
		r.fault(s.Position, "<details><summary>Answer</summary>, an empty line, the answer, </details>", "question %d has no answer", q.Number)
		return
	}
	answer, _, ok := strings.Cut(rest, "\n</details>")
	if !ok {
		r.fault(s.Position, "</details> on a line of its own", "the answer of question %d does not end", q.Number)
		return
	}
	q.Prompt = strings.TrimSpace(prompt)
	answer, followUps, _ := strings.Cut(answer, "\n**Follow-ups**")
	answer, redFlags, _ := strings.Cut(answer, "\n**Red flags**")
	answer, signals, _ := strings.Cut(answer, "\n**Signals**")
	q.Answer = strings.TrimSpace(answer)
	q.Signals, q.RedFlags, q.FollowUps = items(signals), items(redFlags), items(followUps)
	for _, part := range []struct {
		name string
		list []string
	}{{"Signals", q.Signals}, {"Red flags", q.RedFlags}, {"Follow-ups", q.FollowUps}} {
		if len(part.list) == 0 {
			r.fault(s.Position, "**"+part.name+"** and a list, after the answer", "question %d has no %s", q.Number, strings.ToLower(part.name))
		}
	}
}

// meta reads the lines above the question's text and returns what follows them.
func (r *reader) meta(q *Question, s Section, file string) (body string, ok bool) {
	lines := strings.SplitAfter(s.Text, "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, "\n")
		if id := idLine.FindStringSubmatch(line); id != nil {
			q.ID = file + "#" + id[1]
			continue
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		m := metaLine.FindStringSubmatch(line)
		if m == nil {
			r.fault(Position{s.File, s.Line + 1 + i, 1}, "`kind` `level` `5 min` [case](pitfalls.go#case)", "question %d does not say what it is", q.Number)
			return "", false
		}
		q.Kind, q.Level, q.Case = m[1], m[2], m[4]
		q.Minutes, _ = strconv.Atoi(m[3]) // digits
		return strings.Join(lines[i+1:], ""), true
	}
	r.fault(s.Position, questionForm, "question %d is empty", q.Number)
	return "", false
}

// items splits a Markdown list into its items; what is indented belongs to the item above.
func items(list string) []string {
	var all []string
	for _, line := range strings.Split(strings.TrimSpace(list), "\n") {
		switch {
		case listItem.MatchString(line):
			all = append(all, listItem.ReplaceAllString(line, ""))
		case len(all) > 0:
			all[len(all)-1] += "\n" + line
		}
	}
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}
