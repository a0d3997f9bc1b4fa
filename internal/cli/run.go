package cli

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/toolchain"
)

type runCmd struct {
	Target  string   `arg:"" help:"An entry, a case of it, or a Go file."`
	Args    []string `arg:"" optional:"" name:"arg" help:"Arguments of the program in a Go file. Those that begin with a dash go after --."`
	Release string   `placeholder:"LIST" help:"On which releases: 1.21,1.27 or 1.26/1.21 (that toolchain with that language) or all. Without it, on the local one."`
	Race    bool     `help:"With the race detector."`
	Yes     bool     `short:"y" help:"Download releases that are not installed without asking."`
}

// Help is printed by --help.
func (runCmd) Help() string {
	return `
A Go file runs as with go run: the streams, the arguments, the environment, the
folder and the exit status are the same, and so is what is said about a program
that does not compile. Several files can be named that belong together.

An entry is its two files, one after the other, as a reader runs them. A case
runs by itself; how it ended is said on standard error.

$ gomastery run 1_sample/lastFirst
done: 3
undo begin
undo lock
undo open
lastFirst on go…: ended
$ gomastery run sample/lateArgument --release local
failed: 0
lateArgument on go…: ended`
}

// A program is what a target stands for: it runs on one release and says whether
// it ended well.
type program func(ctx context.Context, e *engine, pair toolchain.Pair) (ok bool, err error)

// Run runs the target on each release.
func (c *runCmd) Run(ctx context.Context, a *app) (err error) {
	target, err := c.program(a)
	if err != nil {
		return err
	}
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = e.close(err) }()
	pairs, err := e.tools.Select(ctx, cmp.Or(c.Release, "local"))
	if err != nil {
		return err
	}
	if err := e.required(ctx, pairs, c.Yes); err != nil {
		return err
	}
	well := true
	for _, p := range pairs {
		if len(pairs) > 1 {
			a.say("# %s", p.Version())
		}
		ok, err := target(ctx, e, p)
		if err != nil {
			return err
		}
		well = well && ok
	}
	if !well {
		return status(statusNo)
	}
	return nil
}

// program finds out what the target is.
func (c *runCmd) program(a *app) (program, error) {
	if strings.HasSuffix(c.Target, ".go") {
		return c.file(a)
	}
	if args := slices.Concat(c.Args, a.rest); len(args) > 0 {
		return nil, fault.New(fault.Misuse, "entries and cases take no arguments, and there is %q", args[0]).
			Try("Name one entry, case or Go file.")
	}
	ed, err := a.edition()
	if err != nil {
		return nil, err
	}
	entry, cs, err := ed.find(c.Target)
	switch {
	case err != nil && c.isFolder(a):
		return nil, fault.New(fault.Misuse, "%s is a folder", c.Target).Try("Name a Go file of it.")
	case err != nil:
		return nil, err
	case cs != nil:
		return c.oneCase(a, cs), nil
	}
	return c.wholeEntry(a, entry), nil
}

func (c *runCmd) isFolder(a *app) bool {
	info, err := os.Stat(a.abs(c.Target))
	return err == nil && info.IsDir()
}

// file is the program of files on disk, or of a file in the book that the program
// carries.
func (c *runCmd) file(a *app) (program, error) {
	if _, err := os.Stat(a.abs(c.Target)); err != nil {
		if p, ok := c.bookFile(a); ok {
			return p, nil
		}
		return nil, fault.New(fault.NotFound, "no file %s", c.Target).
			Try("Name a Go file, or an entry that `gomastery list` knows.")
	}
	f := goFiles{names: []string{c.Target}, race: c.Race, auto: c.Release == ""}
	args := c.Args
	for len(args) > 0 && strings.HasSuffix(args[0], ".go") { // as for go run, of the same program
		f.names, args = append(f.names, args[0]), args[1:]
	}
	f.args = slices.Concat(args, a.rest)
	return f.run, nil
}

// bookFile finds a file of the book by its path there.
func (c *runCmd) bookFile(a *app) (program, bool) {
	ed, err := a.edition()
	if err != nil {
		return nil, false
	}
	for _, e := range ed.Entries {
		for _, s := range e.Sources() {
			if s.Path == filepath.ToSlash(filepath.Clean(c.Target)) {
				return c.wholeFiles(a, s), true
			}
		}
	}
	return nil, false
}
