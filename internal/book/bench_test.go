package book

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkRead reads a book as large as the finished one.
func BenchmarkRead(b *testing.B) {
	fsys := bookOf(large())
	size := 0
	for _, f := range fsys {
		size += len(f.Data)
	}
	b.SetBytes(int64(size))
	for b.Loop() {
		read, err := Read(fsys)
		if err != nil {
			b.Fatal(err)
		}
		if n := len(read.Entries); n != 35 {
			b.Fatalf("%d entries, want 35", n)
		}
	}
}

// large makes a book of 35 entries: each has 10 examples, 12 pitfalls with their
// cures, a README of about 2,000 words with 16 fences, and 12 questions.
func large() map[string]string {
	files := map[string]string{}
	for n := range 28 {
		largeEntry(files, fmt.Sprintf("%d_concept", n+1))
	}
	for _, letter := range "abcdef" {
		largeEntry(files, fmt.Sprintf("core/%c_chapter", letter))
	}
	largeEntry(files, "traps")
	return files
}

func largeEntry(files map[string]string, dir string) {
	var example, pitfalls, readme, interview strings.Builder
	for n := range 10 {
		fmt.Fprintf(&example, largeCase, fmt.Sprintf("example%d", n), n)
	}
	for n := range 12 {
		fmt.Fprintf(&pitfalls, largeCase, fmt.Sprintf("pitfall%d", n), n)
		fmt.Fprintf(&pitfalls, largeCase, fmt.Sprintf("pitfall%dFixed", n), n+1)
		fmt.Fprintf(&interview, largeQuestion, n+1, n)
	}
	for n := range 8 {
		fmt.Fprintf(&readme, largeSection, n)
	}
	files[dir+"/example.go"] = cases(strings.TrimSuffix(example.String(), "\n\n"))
	files[dir+"/pitfalls.go"] = cases(strings.TrimSuffix(pitfalls.String(), "\n\n"))
	files[dir+"/README.md"] = "# Title\n\n" + readme.String()
	files[dir+"/interview.md"] = "# Questions\n\n" + interview.String()
}

var largeCase = `func %[1]s() {
	// A comment line carries the prose beside the code, as on the site. ` + strings.Repeat("\n\t// It goes on for some lines.", 5) + `
	values := make([]int, 0, 8) // want escape "does not escape"
	for i := range cap(values) {
		values = append(values, i*i)
	}
	fmt.Println("number:", %[2]d+len(values))
	fmt.Println("values:", values)
	// Output (!go1.22):
	// number: %[2]d8
	// values: [0 1 4 9 16 25 36 49]
	// Output (go1.22):
	// number: %[2]d
	// values: [0 1 4 9 16 25 36 49]
}

`

var largeSection = "## Section %[1]d\n\n" + strings.Repeat(largeParagraph, 4) + "```go\nfmt.Println(%[1]d)\n```\n\n```output\n%[1]d\n```\n\n"

const largeParagraph = `A paragraph says what the language promises and what it leaves open, [proved
by a case](pitfalls.go#pitfall1) and by [a declaration](go:runtime/chan.go#hchan "go1.21") of
the runtime. It has *emphasis*, ` + "`code`" + ` and about sixty words, so that four of
them under eight headings come to the two thousand words that a concept has. What
is left of them says nothing at all, and says it as briefly as it can be said.

`

const largeQuestion = "## %d. What does program %d print?\n\n`predict` `staff` `15 min` [it](pitfalls.go#pitfall1)\n\n" + largeParagraph +
	"```go\nfmt.Println(1)\n```\n\n<details><summary>Answer</summary>\n\n" + largeParagraph + largeParagraph + "```output\n1\n```\n\n" +
	"**Signals**\n- One.\n- Two.\n- Three.\n\n**Red flags**\n- One.\n- Two.\n\n**Follow-ups**\n\n1. *One?* Yes.\n2. *Two?*\n   ```go\n   fmt.Println(2)\n   ```\n\n</details>\n\n"
