package cli

import (
	"fmt"
	"path"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
)

type newQuestionCmd struct {
	Entry   string `arg:"" help:"The entry whose interview.md gets the question."`
	Title   string `arg:"" help:"The question in one line."`
	Kind    string `enum:"explain,predict,debug,review,design" default:"explain" help:"explain, predict, debug, review or design."`
	Level   string `enum:"senior,staff" default:"senior" help:"senior or staff."`
	Minutes int    `default:"5" help:"How long a good answer takes."`
}

// Help is printed by --help.
func (newQuestionCmd) Help() string {
	return `
The question gets the next number. Each TODO says what belongs there.

$ gomastery new question 1 "Why is the log empty?" --kind debug --level staff --minutes 15
1_sample/interview.md: question 2`
}

const questionText = `
## %d. %s

` + "`%s` `%s` `%d min`" + `

TODO: the situation, with what the candidate is given: a program, a dump, a diff, numbers.

<details><summary>Answer</summary>

TODO: the answer, with a link to the case that proves it.

**Signals**
- TODO: a sentence that a good candidate could say.

**Red flags**
- "TODO: a wrong sentence." And what refutes it.

**Follow-ups**

1. *TODO: a question that changes a constraint.*
   TODO: its answer.

2. *TODO: one that is a level deeper.*
   TODO: its answer.

</details>
`

// Run adds the question.
func (c *newQuestionCmd) Run(a *app) error {
	ed, err := a.onDisk()
	if err != nil {
		return err
	}
	e, err := ed.Entry(c.Entry)
	if err != nil {
		return err
	}
	if err := whole(ed, e); err != nil {
		return err
	}
	title := strings.TrimSpace(c.Title)
	if title == "" || strings.ContainsAny(title, "\n\r") {
		return fault.New(fault.Misuse, "a title is one line, not %q", c.Title)
	}
	if c.Minutes < 1 {
		return fault.New(fault.Misuse, "a question takes a minute or more, not %d", c.Minutes)
	}
	n := len(e.Questions) + 1
	text := strings.TrimRight(string(e.Interview.Data), "\n") + "\n" +
		fmt.Sprintf(questionText, n, title, c.Kind, c.Level, c.Minutes)
	file := path.Join(e.ID, "interview.md")
	if err := a.replace(ed, file, []byte(text)); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: question %d\n", ed.where(a.dir, file), n)
	return nil
}
