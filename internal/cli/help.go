package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// errHelped ends the parsing of a command line that asked for help.
var errHelped = errors.New("help was printed")

// A helpFlag prints the help of the command it stands after.
type helpFlag bool

// BeforeReset is called by kong before anything is required or checked.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	printHelp(ctx.Stdout, selected(ctx))
	return errHelped
}

// selected returns the innermost command of a command line, or the application. A
// command that is only what another one does by itself stands for that one.
func selected(ctx *kong.Context) *kong.Node {
	node := ctx.Model.Node
	for _, p := range ctx.Path {
		if p.Command != nil && p.Command != p.Command.Parent.DefaultCmd {
			node = p.Command
		}
	}
	return node
}

// commandPath returns what to type for a command: "gomastery new case".
func commandPath(n *kong.Node) string {
	if n.Parent == nil {
		return "gomastery"
	}
	return commandPath(n.Parent) + " " + n.Name
}

// printHelp prints how a command is called, what it does, what can be said to it,
// and last of all a session. The words are those of the command's Help method,
// where the session begins with the first line that starts with a dollar.
func printHelp(w io.Writer, n *kong.Node) {
	words, session, _ := strings.Cut(detail(n), "\n$ ")
	fmt.Fprintf(w, "Usage: %s\n\n%s\n", usage(n), n.Help)
	if words = strings.TrimSpace(words); words != "" {
		fmt.Fprintf(w, "\n%s\n", words)
	}
	printRows(w, "Commands:", commandRows(n))
	printRows(w, "Arguments:", argumentRows(n))
	printRows(w, "Flags:", flagRows(ownFlags(n)))
	if n.Parent != nil {
		printRows(w, "Flags of all commands:", flagRows(application(n).Flags))
	}
	fmt.Fprintf(w, "\nA session:\n\n    $ %s\n", indent(session, "    "))
}

// indent puts a prefix before each line but the first and empty ones.
func indent(text, prefix string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\n", "\n"+prefix), "\n"+prefix+"\n", "\n\n")
}

// programHelp is what detail returns for the program. Its type can't have a method
// Help, since it has the flag of that name.
const programHelp = `
Without a command, the book is proved on the Go that is installed here. The book
is the one around the current folder, or else the one that the program carries.

Results go to standard output and talk to standard error. The exit status is 0
when it is so, 1 when it is not, 2 for what can't be meant, 3 when something
that is needed can't be had, and 130 after Ctrl-C.

$ gomastery list
Samples
  1_sample  Sample  3 cases  1 pair  1 question
$ gomastery run sample/lateArgument
failed: 0
lateArgument on go…: ended
$ gomastery explain sample/lateArgument
1_sample/lateArgument
1_sample/pitfalls.go:12: a pitfall

lateArgument reports a count of 0, whatever was counted.
…
$ gomastery
… hold, 0 refuted, 0 absent, 0 unproved`

// detail is the help of a command: its words, and its session.
func detail(n *kong.Node) string {
	if n.Parent == nil {
		return programHelp
	}
	return n.Detail
}

// ownFlags are the flags of a command, and of the command that it is when none of
// its own is named.
func ownFlags(n *kong.Node) []*kong.Flag {
	if n.DefaultCmd == nil || n.DefaultCmd.Hidden {
		return n.Flags
	}
	return slices.Concat(n.Flags, n.DefaultCmd.Flags)
}

func application(n *kong.Node) *kong.Node {
	for n.Parent != nil {
		n = n.Parent
	}
	return n
}

// usage is the first line of a help.
func usage(n *kong.Node) string {
	words := []string{commandPath(n)}
	switch {
	case n.DefaultCmd != nil:
		words = append(words, "[COMMAND]")
	case len(n.Children) > 0:
		words = append(words, "COMMAND")
	}
	for _, p := range n.Positional {
		words = append(words, argument(p))
	}
	return strings.Join(append(words, "[FLAGS]"), " ")
}

// argument names an argument as usage lines do: "ENTRY", "[TARGET…]".
func argument(p *kong.Positional) string {
	name := strings.ToUpper(p.Name)
	if p.Tag.PlaceHolder != "" {
		name = p.Tag.PlaceHolder
	}
	if p.IsCumulative() {
		name += "…"
	}
	if !p.Required {
		name = "[" + name + "]"
	}
	return name
}

type row struct{ left, right string }

func commandRows(n *kong.Node) (rows []row) {
	for _, c := range n.Children {
		if !c.Hidden {
			rows = append(rows, row{c.Name, c.Help})
		}
	}
	return rows
}

func argumentRows(n *kong.Node) (rows []row) {
	for _, p := range n.Positional {
		rows = append(rows, row{argument(p), p.Help})
	}
	return rows
}

func flagRows(flags []*kong.Flag) (rows []row) {
	for _, f := range flags {
		left := "--" + f.Name
		if f.Short != 0 {
			left = "-" + string(f.Short) + ", " + left
		}
		if !f.IsBool() {
			left += "=" + f.FormatPlaceHolder()
		}
		right := f.Help
		if len(f.Envs) > 0 {
			right += " Or set " + strings.Join(f.Envs, " or ") + "."
		}
		rows = append(rows, row{left, right})
	}
	return rows
}

// helpWidth is how wide help is printed, whatever the terminal: so that it can be
// compared with what it was.
const helpWidth = 80

func printRows(w io.Writer, title string, rows []row) {
	if len(rows) == 0 {
		return
	}
	left := 0
	for _, r := range rows {
		left = max(left, len([]rune(r.left)))
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for _, r := range rows {
		for i, line := range wrap(r.right, helpWidth-left-4) {
			if i > 0 {
				r.left = ""
			}
			fmt.Fprintf(w, "  %-*s  %s\n", left, r.left, line)
		}
	}
}

// wrap breaks a text between words; it has at least one line.
func wrap(text string, width int) []string {
	lines := []string{""}
	for word := range slices.Values(strings.Fields(text)) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case len([]rune(*last))+1+len([]rune(word)) > width:
			lines = append(lines, word)
		default:
			*last += " " + word
		}
	}
	return lines
}
