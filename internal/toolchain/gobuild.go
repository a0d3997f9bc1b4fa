package toolchain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
)

func (s *source) hasMod() bool {
	return slices.ContainsFunc(s.files, func(f File) bool { return f.Name == "go.mod" })
}

// goCommand builds with the go command, in a folder of its own.
func (j *job) goCommand(ctx context.Context) (Built, error) {
	if err := j.set.raceable(); err != nil {
		return Built{}, err
	}
	if j.source.cgo && !j.t.hasCompiler() {
		return Built{}, j.t.noCompiler("a program that imports C")
	}
	dir, remove, err := j.t.TempFolder()
	if err != nil {
		return Built{}, err
	}
	defer remove()
	if err := j.write(dir, j.modFile()); err != nil {
		return Built{}, err
	}
	out := filepath.Join(dir, ".out")
	if j.binary != "" {
		out = j.outside(dir)
		defer os.Remove(out)
	}
	b := Built{Path: GoCommand, Reason: j.source.reason}
	start := j.t.now()
	result, err := j.g.command(ctx, goLimits, dir, j.env(), j.goArgs(dir, out)...)
	b.Compile = j.t.now().Sub(start)
	if err != nil {
		return b, err
	}
	b.Output, b.OK, err = judge(result.Exit, "go build", string(result.Stderr), writes{filepath.Dir(out), 64 << 20})
	b.Output = j.tidy(dir, b.Output)
	if err == nil && b.OK && j.binary != "" {
		err = j.place(out)
	}
	return b, err
}

// modFile returns the go.mod that the program needs: none for what `go run` would
// run outside of a module, which decides what a program reads of its own build.
func (j *job) modFile() map[string][]byte {
	if j.source.hasMod() || j.o.Lang == "" && !j.source.module {
		return nil
	}
	lang := strings.TrimPrefix(firstOf(j.o.Lang, j.g.Lang()), "go")
	return map[string][]byte{"go.mod": fmt.Appendf(nil, "module program\n\ngo %s\n", lang)}
}

func (j *job) env() []string {
	if j.o.Race || j.source.cgo {
		return raceEnv
	}
	return nil
}

func (j *job) goArgs(dir, out string) []string {
	args := []string{"build", "-o", out}
	if j.binary == "" && j.g.Minor >= 21 { // before, it looks over imports that do not exist
		args = []string{"list", "-export", "-f", "{{.Export}}"} // compiles and does not link
	}
	args = append(args, j.goFlags(dir)...)
	if j.source.module {
		return append(args, ".")
	}
	return append(args, j.source.goFiles...)
}

// goFlags are the flags of the direct path in the go command's words. What reads
// its build info would find them there, so it gets only those that were asked for.
func (j *job) goFlags(dir string) (args []string) {
	var gc, ld []string
	if !j.source.info {
		args, _ = j.set.flags()
		gc = []string{"-dwarf=false", "-trimpath=" + dir + "=>"}
		ld = []string{"-s", "-w"}
	} else if j.o.Race {
		args = []string{"-race"}
	}
	if j.o.Lang != "" {
		gc = append(gc, "-lang="+j.o.Lang) // files given by name do not get it from go.mod
	}
	if gc = append(gc, j.o.GCFlags...); len(gc) > 0 {
		args = append(args, "-gcflags="+quoteFlags(gc))
	}
	if j.o.Debug != "" && j.debug != "" {
		ld = append(ld, "-X=runtime.godebugDefault="+j.debug)
	}
	if len(ld) > 0 && j.binary != "" {
		args = append(args, "-ldflags="+quoteFlags(ld))
	}
	return args
}

// quoteFlags writes a list of flags as the go command splits it.
func quoteFlags(flags []string) string {
	quoted := make([]string, len(flags))
	for i, f := range flags {
		quoted[i] = f
		if strings.ContainsAny(f, " \t\n'\"") {
			quoted[i] = "'" + f + "'"
			if strings.Contains(f, "'") {
				quoted[i] = `"` + f + `"`
			}
		}
	}
	return strings.Join(quoted, " ")
}

// raceable is fault.Unavailable for a race build that lacks its C compiler, which
// from 1.19 on the linker asks for libgcc.
func (s *set) raceable() error {
	if !s.race || s.g.Minor < 19 || s.g.t.hasCompiler() {
		return nil
	}
	return s.g.t.noCompiler("the race detector of Go " + s.g.String())
}

func (t *Toolchains) noCompiler(who string) error {
	return fault.New(fault.Unavailable, "%s needs a C compiler, and there is no %s", who, t.cc).
		Try("Install %s (on Debian: apt install gcc libc6-dev), or try without.", t.cc)
}
