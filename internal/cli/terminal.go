package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// isTerminal reports whether a stream leads to a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// interactive reports whether somebody is there who could answer a question.
func (a *app) interactive() bool { return isTerminal(a.stdin) && isTerminal(a.stderr) }

// ask asks a question that is answered with y or n. Where nobody sits, and after
// Ctrl-C, the answer is no.
func (a *app) ask(ctx context.Context, question string) bool {
	if !a.interactive() {
		return false
	}
	fmt.Fprintf(a.stderr, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() { // ends with the program when nobody answers
		line, _ := bufio.NewReader(a.stdin).ReadString('\n') // no answer is no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case line := <-answer:
		return strings.HasPrefix(line, "y")
	case <-ctx.Done():
		fmt.Fprintln(a.stderr)
		return false
	}
}

// A progress is one line on a terminal that is written again and again. Elsewhere
// it writes nothing.
type progress struct {
	w     io.Writer
	width int // 0 when w is no terminal
	shown bool
}

func (a *app) progress() *progress {
	p := &progress{w: a.stderr}
	if f, ok := a.stderr.(*os.File); ok && isTerminal(f) {
		p.width, _, _ = term.GetSize(int(f.Fd())) // 0 shows nothing
	}
	return p
}

// show replaces the line.
func (p *progress) show(format string, args ...any) {
	if p.width == 0 {
		return
	}
	text := []rune(fmt.Sprintf(format, args...))
	if len(text) >= p.width { // a full line would go on in the next one
		text = text[:p.width-1]
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", string(text))
	p.shown = true
}

// clear removes the line, before something else is written.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// objects returns a function that writes one JSON object a line.
func (a *app) objects() func(any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode
}

// count says how many there are: "1 case", "2 cases".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// bytesText says a number of bytes to a person.
func bytesText(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.0f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.0f KB", float64(n)/(1<<10))
	}
	return count(int(n), "byte")
}
