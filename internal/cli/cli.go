// Package cli is the command line: the commands, one file each, and the only
// place where the parts of the project are joined.
//
// Results go to standard output and talk to standard error. A command that
// reports has --json, which gives one object a line. Commands return errors, and
// one function renders them. The exit status says what came of it:
//
//	0    it is so: nothing was refuted or left unproved, the program ended well
//	1    it is not so
//	2    misuse: the request makes no sense, or what it names does not exist
//	3    we failed, or something that is needed can't be had here
//	130  interrupted
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/sandbox"
)

// Exit statuses beside 0.
const (
	statusNo          = 1
	statusMisuse      = 2
	statusFailure     = 3
	statusInterrupted = 130
)

// Main is the whole program but for the book that it carries: it runs the command
// that os.Args names and returns the exit status. It is called first thing in main.
func Main(content fs.FS) int {
	guard := sandbox.Reexec()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for us
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "gomastery: the current folder:", err)
		return statusFailure
	}
	a := &app{
		embedded: content, guard: guard, dir: dir, environ: os.Environ(),
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
	}
	return a.run(ctx, os.Args[1:])
}

// An app is one invocation of the program.
type app struct {
	embedded       fs.FS // the book that the program carries
	guard          sandbox.Guard
	dir            string   // the working folder, absolute
	environ        []string // the environment
	stdin          io.Reader
	stdout, stderr io.Writer

	flags grammar
	rest  []string // arguments after --, which are never ours
}

// A grammar is all that can be said on the command line.
type grammar struct {
	Content  string   `placeholder:"DIR" env:"GOMASTERY_CONTENT" help:"Read the book from this folder."`
	CacheDir string   `name:"cache" placeholder:"DIR" env:"GOMASTERY_CACHE" help:"Keep archives, programs and verdicts in this folder."`
	Help     helpFlag `short:"h" help:"Say what a command does, and show it at work."`

	List       listCmd       `cmd:"" help:"List the entries of the book."`
	Run        runCmd        `cmd:"" help:"Run an entry, one of its cases, or a Go file."`
	Prove      proveCmd      `cmd:"" help:"Try the claims of the book on Go releases."`
	Explain    explainCmd    `cmd:"" help:"Print the lesson of a case, a claim or a diagnostic."`
	Releases   releasesCmd   `cmd:"" help:"List the Go releases, and install them."`
	Cache      cacheCmd      `cmd:"" help:"List what is kept, and remove it."`
	New        newCmd        `cmd:"" help:"Begin a book, a concept, a case or a question."`
	Doctor     doctorCmd     `cmd:"" help:"Look whether all that is needed is here."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
	Completion completionCmd `cmd:"" help:"Print a completion script for a shell."`
	Nothing    nothingCmd    `cmd:"" hidden:"" default:"1"`
}

// A nothingCmd is what no command stands for: the main job.
type nothingCmd struct{}

// Run proves the book on the local release.
func (nothingCmd) Run(ctx context.Context, a *app) error { return new(proveCmd).Run(ctx, a) }

// A status ends the program for a command that has already said why.
type status int

// Error implements error.
func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// run runs one command and returns the exit status.
func (a *app) run(ctx context.Context, args []string) int {
	if i := slices.Index(args, "--"); i >= 0 {
		args, a.rest = args[:i], args[i+1:]
	}
	return a.exit(ctx, a.command(ctx, args))
}

// command parses args and runs the command that they name.
func (a *app) command(ctx context.Context, args []string) error {
	parser, err := a.parser()
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	switch {
	case errors.Is(err, errHelped):
		return nil
	case err != nil:
		return misuse(err, parsed)
	case len(a.rest) > 0 && selected(parsed).Name != "run":
		return misuse(fmt.Errorf("unexpected argument %s", a.rest[0]), parsed)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(a)
}

func (a *app) parser() (*kong.Kong, error) {
	return kong.New(&a.flags, kong.Name("gomastery"), kong.Description(description),
		kong.NoDefaultHelp(), kong.Writers(a.stdout, a.stderr))
}

const description = "Everything said about Go's behaviour, proved by running it."

// misuse is the error of a command line that can't be meant.
func misuse(err error, parsed *kong.Context) error {
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		parsed = parse.Context
	}
	return fault.New(fault.Misuse, "%w", err).Try("Run `%s --help`.", commandPath(selected(parsed)))
}

// exit renders the error of a command and returns the exit status.
func (a *app) exit(ctx context.Context, err error) int {
	var said status
	switch {
	case err == nil:
		return 0
	case errors.As(err, &said):
		return int(said)
	case ctx.Err() != nil:
		fmt.Fprintln(a.stderr, "gomastery: interrupted")
		return statusInterrupted
	}
	a.complain(err)
	switch fault.KindOf(err) {
	case fault.Misuse, fault.NotFound:
		return statusMisuse
	case fault.Canceled:
		return statusInterrupted
	}
	return statusFailure
}

// complain says what happened and, on the next line, what to do.
func (a *app) complain(err error) {
	fmt.Fprintf(a.stderr, "gomastery: %v\n", err)
	if next := fault.Next(err); next != "" {
		fmt.Fprintln(a.stderr, next)
	}
}

// say tells the person something that is no result.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.stderr, strings.TrimSuffix(format, "\n")+"\n", args...)
}
