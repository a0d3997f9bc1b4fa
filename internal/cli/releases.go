package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/gomastery/gomastery/internal/toolchain"
)

type releasesCmd struct {
	List    releasesListCmd    `cmd:"" default:"withargs" help:"List the releases."`
	Install releasesInstallCmd `cmd:"" help:"Download releases."`
}

// Help is printed by --help.
func (releasesCmd) Help() string {
	return `
Each Go release since 1.18 with its newest patch, as the module proxy has it,
and whether it is installed. Releases that are newer than the project knows are
coming: they can be chosen by name, and "all" leaves them out. The go command
keeps what is installed, in its module cache.

$ gomastery releases
  1.18  go1.18.10  …
…
$ gomastery releases --json
{"release":"1.18","version":"go1.18.10","installed":…,"local":false,"coming":false}
…`
}

type releasesListCmd struct {
	JSON bool `name:"json" help:"One object a line."`
}

// A release is one as --json shows it.
type release struct {
	Release   string `json:"release"`
	Version   string `json:"version"`
	Installed bool   `json:"installed"`
	Local     bool   `json:"local"` // of the go command on PATH
	Coming    bool   `json:"coming"`
}

// state says in words what the flags say.
func (r release) state() string {
	var words []string
	switch {
	case r.Local:
		words = append(words, "local")
	case r.Installed:
		words = append(words, "installed")
	default:
		words = append(words, "not installed")
	}
	if r.Coming {
		words = append(words, "coming")
	}
	return strings.Join(words, ", ")
}

// Run lists the releases.
func (c *releasesListCmd) Run(ctx context.Context, a *app) (err error) {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = e.close(err) }()
	var rows [][]string
	write := a.objects()
	for _, r := range e.releases(ctx) {
		rows = append(rows, []string{r.Release, r.Version, r.state()})
		if !c.JSON {
			continue
		}
		if err := write(r); err != nil {
			return err
		}
	}
	if !c.JSON {
		printTable(a.stdout, rows)
	}
	return nil
}

// releases returns those that are known, oldest first.
func (e *engine) releases(ctx context.Context) []release {
	var all []release
	add := func(list []toolchain.Release, coming bool) {
		for _, r := range list {
			_, ok := e.tools.Installed(r)
			all = append(all, release{r.String(), r.Version, ok, r == e.tools.Local(), coming})
		}
	}
	add(e.tools.Releases(ctx), false)
	add(e.tools.Coming(ctx), true)
	return all
}

type releasesInstallCmd struct {
	Releases []string `arg:"" name:"release" help:"1.21, or all."`
	Yes      bool     `short:"y" help:"Download without asking."`
}

// Help is printed by --help.
func (releasesInstallCmd) Help() string {
	return `
The go command downloads releases as modules, checks them and keeps them in its
module cache. How much that is is said before, and asked on a terminal.

$ gomastery releases install local
Installed: go1….`
}

// Run installs releases.
func (c *releasesInstallCmd) Run(ctx context.Context, a *app) (err error) {
	e, err := a.engine(ctx)
	if err != nil {
		return err
	}
	defer func() { err = e.close(err) }()
	pairs, err := e.tools.Select(ctx, strings.Join(c.Releases, ","))
	if err != nil {
		return err
	}
	have, missing, err := e.ready(ctx, pairs, c.Yes)
	if err != nil {
		return err
	}
	var versions []string
	for _, p := range have {
		versions = append(versions, p.Release.Version)
	}
	if len(versions) > 0 {
		fmt.Fprintf(a.stdout, "Installed: %s.\n", strings.Join(versions, ", "))
	}
	switch {
	case len(missing) == 0:
		return nil
	case c.Yes: // why is said already
		return status(statusFailure)
	}
	return notInstalled(missing).Try("They are %s. Add --yes to download them.", e.size(ctx, missing))
}
