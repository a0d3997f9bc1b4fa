package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/toolchain"
)

type doctorCmd struct {
	JSON bool `name:"json" help:"One finding a line."`
}

// Help is printed by --help.
func (doctorCmd) Help() string {
	return `
Each line is one thing that is needed, and how it is; where it is not well, the
next line says what to do. The exit status is 1 when something is not well.

$ gomastery doctor
  ok  go         go1… in …
…
  ok  book       …: 1 entry, no faults`
}

// A finding is how one thing is.
type finding struct {
	What string `json:"what"`
	OK   bool   `json:"ok"`
	Says string `json:"says"`
	Next string `json:"next,omitempty"` // what to do when it is not well
}

// Run looks at everything.
func (c *doctorCmd) Run(ctx context.Context, a *app) (err error) {
	var all []finding
	e, err := a.engine(ctx)
	if err != nil {
		all = append(all, unwell("go and cache", err))
	} else {
		defer func() { err = e.close(err) }()
		all = append(all, e.goFinding(), e.cacheFinding(), e.raceFinding(), e.releasesFinding(ctx), e.proxyFinding(ctx), isolationFinding())
	}
	all = append(all, a.bookFinding())
	if err := a.print(all, c.JSON); err != nil {
		return err
	}
	for _, f := range all {
		if !f.OK {
			return status(statusNo)
		}
	}
	return nil
}

func (a *app) print(all []finding, asJSON bool) error {
	write := a.objects()
	for _, f := range all {
		if asJSON {
			if err := write(f); err != nil {
				return err
			}
			continue
		}
		mark := "ok"
		if !f.OK {
			mark = "!!"
		}
		fmt.Fprintf(a.stdout, "  %s  %-9s  %s\n", mark, f.What, f.Says)
		if f.Next != "" {
			fmt.Fprintf(a.stdout, "                 %s\n", strings.ReplaceAll(f.Next, "\n", "\n                 "))
		}
	}
	return nil
}

// unwell is the finding of an error.
func unwell(what string, err error) finding {
	return finding{What: what, Says: err.Error(), Next: fault.Next(err)}
}

func (e *engine) goFinding() finding {
	local := e.tools.Local()
	g, ok := e.tools.Installed(local)
	if !ok {
		return finding{What: "go", Says: local.Version + " is not whole", Next: "Install Go again from https://go.dev/dl."}
	}
	return finding{What: "go", OK: true, Says: fmt.Sprintf("%s in %s", g.Version, g.Root)}
}

// enough is the free space below which builds will soon fail: the archives of all
// releases, and some programs.
const enough = 2 << 30

func (e *engine) cacheFinding() finding {
	kept, err := e.cached()
	if err != nil {
		return unwell("cache", err)
	}
	var used int64
	for _, k := range kept {
		used += k.Bytes
	}
	f := finding{What: "cache", OK: true, Says: fmt.Sprintf("%s in %s", bytesText(used), e.cache)}
	var s syscall.Statfs_t
	if err := syscall.Statfs(e.cache, &s); err != nil {
		return f
	}
	free := int64(s.Bavail) * int64(s.Bsize)
	f.Says += ", " + bytesText(free) + " free"
	if free < enough {
		f.OK, f.Next = false, "Free some space there, choose another folder with --cache DIR, or empty it with `gomastery cache clean`."
	}
	return f
}

func (e *engine) raceFinding() finding {
	f := finding{What: "race"}
	cc := cmp.Or(value(e.app.environ, "CC"), "gcc")
	words := strings.Fields(cc)
	path := search(words[0], value(e.app.environ, "PATH"))
	if path == "" {
		f.Says, f.Next = fmt.Sprintf("no C compiler %q, which programs with the race detector are linked with", words[0]), "Install one (on Debian: apt install gcc libc6-dev). Until then what is claimed about races is unproved."
		return f
	}
	f.OK, f.Says = true, "programs with the race detector are linked with "+path
	return f
}

// search finds a program as a shell would; "" when there is none.
func search(name, path string) string {
	dirs := filepath.SplitList(path)
	if filepath.IsAbs(name) {
		dirs, name = []string{filepath.Dir(name)}, filepath.Base(name)
	}
	for _, dir := range dirs {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return file
		}
	}
	return ""
}

func (e *engine) releasesFinding(ctx context.Context) finding {
	var missing []string
	all := e.releases(ctx)
	for _, r := range all {
		if !r.Installed && !r.Coming {
			missing = append(missing, r.Release)
		}
	}
	f := finding{What: "releases", OK: true, Says: fmt.Sprintf("%d of %d installed", len(all)-len(missing), len(all))}
	if len(missing) > 0 {
		f.Says += "; missing " + strings.Join(missing, " ")
		f.Next = "To prove on all of them: `gomastery releases install all`."
	}
	return f
}

// proxyFinding asks the proxy for a release that need not be there: any answer will
// do.
func (e *engine) proxyFinding(ctx context.Context) finding {
	_, err := e.tools.Size(ctx, toolchain.Release{Minor: 18, Version: "go1.18.1"})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return unwell("proxy", err)
	}
	return finding{What: "proxy", OK: true, Says: "the module proxy answers"}
}

func isolationFinding() finding {
	return finding{What: "isolation", OK: true, Says: "time, memory, processes and output are limited; network and files are not: run your own code only"}
}

func (a *app) bookFinding() finding {
	ed, err := a.edition()
	if err != nil {
		return unwell("book", err)
	}
	from := ed.why
	if ed.root != "" {
		from = ed.root + ", " + ed.why
	}
	entries := fmt.Sprintf("%d entries", len(ed.Entries))
	if len(ed.Entries) == 1 {
		entries = "1 entry"
	}
	if n := len(ed.faults); n > 0 {
		return finding{What: "book", Says: fmt.Sprintf("%s: %s, %s", from, entries, count(n, "fault")), Next: "`gomastery prove` lists them; the first: " + ed.faults[0].Error()}
	}
	return finding{What: "book", OK: true, Says: fmt.Sprintf("%s: %s, no faults", from, entries)}
}
