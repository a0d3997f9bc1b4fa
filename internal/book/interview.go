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

const (
	questionForm = "## 7. Title, then `debug` `staff` `15 min` [case](pitfalls.go#case), the question, and the answer"
	answerStart  = "<details><summary>Answer</summary>"
	answerForm   = answerStart + ", an empty line, the answer, </details> on a line of its own, nothing after it"
)

var (
	numbered = regexp.MustCompile(`^([0-9]+)\.\s+\S`)
	metaLine = regexp.MustCompile("^`(explain|predict|debug|review|design)` `(senior|staff)` `([1-9][0-9]{0,2}) min`(?: \\[[^]]*\\]\\(((?:\\.\\./[^#)]*/)?(?:pitfalls|example)\\.go#[^)]+)\\))?\\s*$")
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
		n, _ := strconv.Atoi(m[1]) // digits; one too large comes after no other
		if n != len(all)+1 {
			r.fault(s.Position, "numbers from 1 without a gap", "question %d comes after %d", n, len(all))
		}
		q := Question{Position: s.Position, Number: n, Title: leadingNumber.ReplaceAllString(s.Title, "")}
		q.ID = strings.TrimSuffix(p.Path, ".md") + "#" + s.Slug
		if body, ok := r.meta(&q, s); ok {
			r.question(&q, body)
		}
		all = append(all, q)
	}
	return all
}

// meta reads the lines above the question's text and returns what follows them.
func (r *reader) meta(q *Question, s Section) (body string, ok bool) {
	lines := strings.SplitAfter(s.Text, "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) == "" || idComment.MatchString(line) {
			continue
		}
		m := metaLine.FindStringSubmatch(line)
		if m == nil {
			r.fault(Position{s.File, s.Line + 1 + i, 1}, "`kind` `level` `5 min` [case](pitfalls.go#case)", "question %d does not say what it is", q.Number)
			return "", false
		}
		q.Kind, q.Level, q.Case = m[1], m[2], m[4]
		q.Minutes, _ = strconv.Atoi(m[3]) // three digits
		return strings.Join(lines[i+1:], ""), true
	}
	r.fault(s.Position, questionForm, "question %d is empty", q.Number)
	return "", false
}

// question reads what follows the meta line.
func (r *reader) question(q *Question, body string) {
	prompt, rest, starts := strings.Cut(body, answerStart)
	end := strings.LastIndex(rest, "\n</details>") // the answer may hold others
	if !starts || end < 0 {
		r.fault(q.Position, answerForm, "question %d has no answer, or one without end", q.Number)
		return
	}
	answer, after := rest[:end], strings.TrimSpace(rest[end+len("\n</details>"):])
	if !strings.HasPrefix(answer, "\n\n") || strings.Trim(after, "-") != "" {
		r.fault(q.Position, answerForm, "question %d has text beside its answer, or no empty line before it", q.Number)
	}
	q.Prompt = strings.TrimSpace(prompt)
	answer, followUps, _ := strings.Cut(answer, "\n**Follow-ups**")
	answer, redFlags, _ := strings.Cut(answer, "\n**Red flags**")
	answer, signals, _ := strings.Cut(answer, "\n**Signals**")
	q.Answer = strings.TrimSpace(answer)
	q.Signals, q.RedFlags, q.FollowUps = items(signals), items(redFlags), items(followUps)
	r.complete(q)
}

// complete faults what a question lacks.
func (r *reader) complete(q *Question) {
	for _, part := range []struct {
		name string
		list []string
	}{{"Signals", q.Signals}, {"Red flags", q.RedFlags}, {"Follow-ups", q.FollowUps}} {
		if len(part.list) == 0 {
			r.fault(q.Position, "after the answer **Signals**, **Red flags**, **Follow-ups**, in this order, each with a list", "question %d has no %s", q.Number, strings.ToLower(part.name))
		}
	}
	if q.Prompt == "" || q.Answer == "" {
		r.fault(q.Position, questionForm, "question %d has no text, or an empty answer", q.Number)
	}
}

// items splits a Markdown list into its items. What is indented belongs to the
// item above, and loses the indentation of that item.
func items(list string) []string {
	var all []string
	var indent string
	for _, line := range strings.Split(strings.TrimSpace(list), "\n") {
		if marker := listItem.FindString(line); marker != "" {
			indent = strings.Repeat(" ", len(marker))
			all = append(all, line[len(marker):])
		} else if len(all) > 0 {
			all[len(all)-1] += "\n" + dedent(line, indent)
		}
	}
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// dedent removes what a line has of the indentation.
func dedent(line, indent string) string {
	for len(indent) > 0 {
		if rest, ok := strings.CutPrefix(line, indent); ok {
			return rest
		}
		indent = indent[1:]
	}
	return line
}
