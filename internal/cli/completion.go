package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is printed by --help.
func (completionCmd) Help() string {
	return `
Put one of these where your shell reads it at its start:

	bash  source <(gomastery completion bash)     in ~/.bashrc
	zsh   source <(gomastery completion zsh)      in ~/.zshrc, after compinit
	fish  gomastery completion fish | source      in ~/.config/fish/config.fish

Commands and flags are completed; everything else as files.

$ gomastery completion fish
# fish completion for gomastery
…`
}

// Run prints the script.
func (c *completionCmd) Run(a *app) error {
	parser, err := a.parser()
	if err != nil {
		return err
	}
	words := completions(parser.Model.Node, "")
	switch c.Shell {
	case "bash":
		bashScript(a.stdout, words)
	case "zsh":
		zshScript(a.stdout, words)
	case "fish":
		fishScript(a.stdout, words)
	}
	return nil
}

// A completion is what may follow a command.
type completion struct {
	path  string // of the command, without the program: "new case", "" for the program
	words []word
}

// A word is a command or a flag.
type word struct {
	text, help string
	takes      bool // a value
}

// completions lists a command and those below it.
func completions(n *kong.Node, path string) []completion {
	c := completion{path: path}
	var below []completion
	for _, child := range n.Children {
		if child.Hidden {
			continue
		}
		c.words = append(c.words, word{child.Name, child.Help, false})
		below = append(below, completions(child, strings.TrimSpace(path+" "+child.Name))...)
	}
	flags := ownFlags(n)
	if n.Parent != nil {
		flags = slices.Concat(flags, application(n).Flags)
	}
	for _, f := range flags {
		c.words = append(c.words, word{"--" + f.Name, f.Help, !f.IsBool()})
	}
	return append([]completion{c}, below...)
}

// followWords is the beginning of a shell function: it finds the command by
// following the words that name one. words is how the shell calls them.
func followWords(w io.Writer, words string, all []completion) {
	fmt.Fprintf(w, "_gomastery() {\n\tlocal at=\"\" word\n\tfor word in %s; do\n\t\tcase \"$at/$word\" in\n", words)
	for _, c := range all {
		if i := strings.LastIndex(c.path, " "); c.path != "" {
			fmt.Fprintf(w, "\t\t%q) at=%q ;;\n", c.path[:max(i, 0)]+"/"+c.path[i+1:], c.path)
		}
	}
	fmt.Fprint(w, "\t\tesac\n\tdone\n")
}

func bashScript(w io.Writer, all []completion) {
	fmt.Fprintln(w, "# bash completion for gomastery")
	followWords(w, `"${COMP_WORDS[@]:1:COMP_CWORD-1}"`, all)
	fmt.Fprint(w, "\tlocal words\n\tcase \"$at\" in\n")
	for _, c := range all {
		var words []string
		for _, r := range c.words {
			words = append(words, r.text)
		}
		fmt.Fprintf(w, "\t%q) words=%q ;;\n", c.path, strings.Join(words, " "))
	}
	fmt.Fprint(w, `	esac
	COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _gomastery gomastery
`)
}

func zshScript(w io.Writer, all []completion) {
	fmt.Fprintln(w, "#compdef gomastery")
	followWords(w, `"${(@)words[2,CURRENT-1]}"`, all)
	fmt.Fprint(w, "\tlocal -a choices\n\tcase \"$at\" in\n")
	for _, c := range all {
		fmt.Fprintf(w, "\t%q) choices=(", c.path)
		for _, r := range c.words {
			fmt.Fprintf(w, " %s", quoteZsh(r.text+":"+r.help))
		}
		fmt.Fprint(w, " ) ;;\n")
	}
	fmt.Fprint(w, `	esac
	_describe gomastery choices
	_files
}
compdef _gomastery gomastery
`)
}

func quoteZsh(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func fishScript(w io.Writer, all []completion) {
	fmt.Fprintln(w, "# fish completion for gomastery")
	for _, c := range all {
		when := "__fish_use_subcommand"
		if c.path != "" {
			when = "__fish_seen_subcommand_from " + strings.ReplaceAll(c.path, " ", "; and __fish_seen_subcommand_from ")
		}
		for _, r := range c.words {
			what := "-a " + r.text
			if name, ok := strings.CutPrefix(r.text, "--"); ok {
				what = "-l " + name
			}
			if r.takes {
				what += " -r"
			}
			fmt.Fprintf(w, "complete -c gomastery -n %s %s -d %s\n", quoteFish(when), what, quoteFish(r.help))
		}
	}
}

func quoteFish(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
