package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

// Options say how to build a program. The zero Options are those of `go run`.
type Options struct {
	Lang    string   // "" means the release's own; "go1.21" what a module with that go line has, GODEBUG defaults included
	Race    bool     // with the race detector
	Debug   string   // "k=v,k=v": GODEBUG defaults, as further //go:debug lines; releases before 1.21 have none and ignore it
	GCFlags []string // extra flags for the compiler: -m=2, -d=ssa/check_bce/debug=1, -S, -l, -N; some write files, so never a stranger's
	Force   Path     // Direct is fault.Misuse where only the go command gives the right program
}

// Built says how a build went. A program that does not compile is data too.
type Built struct {
	OK     bool   // false: compiler, linker or go command refused the program, and Output says why
	Output string // what they printed, trimmed; the same on both paths, files by their names: "pitfalls.go:5:15: …"
	Path   Path   // Direct or GoCommand
	Reason string // why not Direct: "imports C", "reads its build info"; "" if Direct

	Compile time.Duration // all of it on the path of the go command
	Link    time.Duration
}

// A job is one build.
type job struct {
	t      *Toolchains
	g      *Go
	set    *set
	source source
	o      Options
	debug  string // all GODEBUG defaults
	binary string // "" to compile only
}

// Compile compiles the program and does not link it: for compile errors and for
// what flags such as -m and -S make the compiler print. The files may be of any
// package.
func (t *Toolchains) Compile(ctx context.Context, g *Go, files []File, o Options) (Built, error) {
	return t.build(ctx, g, files, o, "")
}

// Build compiles and links the program to the absolute path binary, which appears
// when it is complete. A build that fails or is stopped leaves what was there.
func (t *Toolchains) Build(ctx context.Context, g *Go, files []File, o Options, binary string) (Built, error) {
	if !filepath.IsAbs(binary) {
		return Built{}, fault.New(fault.Misuse, "the binary %q has no absolute path", binary).Try("Name it in full.")
	}
	return t.build(ctx, g, files, o, binary)
}

func (t *Toolchains) build(ctx context.Context, g *Go, files []File, o Options, binary string) (Built, error) {
	j, err := t.job(g, files, o)
	if err != nil {
		return Built{}, err
	}
	if err := j.settleDebug(ctx); err != nil {
		return Built{}, err
	}
	j.binary = binary
	if binary != "" && j.source.pkg != "main" && j.source.reason == "" {
		return Built{Path: Direct, Output: "package command-line-arguments is not a main package"}, nil
	}
	switch {
	case j.source.reason == "" && o.Force != GoCommand:
		return j.direct(ctx)
	case o.Force == Direct:
		return Built{}, fault.New(fault.Misuse, "the program %s and can't be built directly", j.source.reason).
			Try("Let the path be chosen: toolchain.Auto.")
	}
	if j.source.reason == "" {
		j.source.reason = "asked for"
	}
	return j.goCommand(ctx)
}

// job reads the program and settles its language.
func (t *Toolchains) job(g *Go, files []File, o Options) (*job, error) {
	src, err := read(g, files)
	if err != nil {
		return nil, err
	}
	if o.Lang, err = g.language(o.Lang); err != nil {
		return nil, err
	}
	if o.Lang != "" && src.hasMod() {
		return nil, fault.New(fault.Misuse, "the program has a go.mod that sets its language").
			Try("Change its go line, or choose no language.")
	}
	j := &job{t: t, g: g, source: src, o: o}
	j.set, err = t.set(g, o.Race)
	return j, err
}

// direct compiles and links on our archives. Damaged ones make tools fail in any
// way, so after a failure their content is checked, and what was bad made again.
func (j *job) direct(ctx context.Context) (Built, error) {
	for again := false; ; again = true {
		found, err := j.set.need(ctx, j.source.imports)
		if err != nil {
			return Built{}, err
		}
		b, err := j.attempt(ctx, found)
		if b.OK || again || ctx.Err() != nil || !j.set.purge(found) {
			return b, err
		}
	}
}

func (j *job) attempt(ctx context.Context, found map[string]archive) (Built, error) {
	dir, remove, err := j.t.TempFolder()
	if err != nil {
		return Built{}, err
	}
	defer remove()
	if err := j.write(dir, map[string][]byte{"importcfg": j.set.importcfg(found)}); err != nil {
		return Built{}, err
	}
	b := Built{Path: Direct}
	start := j.t.now()
	b.Output, b.OK, err = j.g.run(ctx, dir, writes{dir, 16 << 20}, j.g.tool("compile"), j.compileArgs(dir)...)
	b.Compile = j.t.now().Sub(start)
	if err == nil && b.OK && j.binary != "" {
		err = j.link(ctx, dir, &b)
	}
	b.Output = j.tidy(dir, b.Output)
	return b, err
}

func (j *job) compileArgs(dir string) []string {
	args := []string{
		"-o", "main.a", "-p", j.importPath(), "-complete", "-pack", "-dwarf=false", "-nolocalimports",
		"-importcfg", "importcfg", "-trimpath", dir + "=>",
	}
	if lang := j.lang(); lang != "" {
		args = append(args, "-lang="+lang)
	}
	if j.o.Race {
		args = append(args, "-race")
	}
	args = append(args, j.o.GCFlags...)
	for _, name := range j.source.goFiles {
		args = append(args, "./"+name) // a name must not be taken for a flag
	}
	return args
}

// lang is the language version that the go command names to the compiler and to
// vet. Before 1.23 it names none for files outside of a module; then 1.22 takes no
// notice of a language that a file's build line asks for.
func (j *job) lang() string {
	if j.o.Lang == "" && j.g.Minor >= 23 {
		return j.g.Lang()
	}
	return j.o.Lang
}

// importPath is what the go command calls a package of files that were named to it.
func (j *job) importPath() string {
	if j.source.pkg == "main" {
		return "main"
	}
	return "command-line-arguments"
}

// link makes the binary under another name, where it is removed when we are killed.
func (j *job) link(ctx context.Context, dir string, b *Built) error {
	out := j.outside(dir)
	defer os.Remove(out)
	args := []string{"-o", out, "-importcfg", "importcfg", "-buildmode=exe", "-s", "-w"}
	if j.o.Race {
		args = append(args, "-race", "-extld="+j.t.cc) // to find libgcc with
	}
	if j.debug != "" {
		args = append(args, "-X=runtime.godebugDefault="+j.debug)
	}
	start := j.t.now()
	said, ok, err := j.g.run(ctx, dir, writes{filepath.Dir(out), 32 << 20}, j.g.tool("link"), append(args, "main.a")...)
	b.Link = j.t.now().Sub(start)
	b.OK, b.Output = ok, strings.TrimSpace(b.Output+"\n"+said)
	if err != nil || !ok {
		return err
	}
	return j.place(out)
}

func (j *job) place(out string) error {
	if err := os.Rename(out, j.binary); err != nil {
		return fmt.Errorf("putting the binary in place: %w", err)
	}
	return nil
}

// outside returns where to link: in our own folder if the result can be renamed
// from there, else beside the binary.
func (j *job) outside(dir string) string {
	target := filepath.Dir(j.binary)
	if sameDisk(dir, target) {
		return filepath.Join(dir, "main.exe")
	}
	return filepath.Join(target, "."+filepath.Base(j.binary)+"-"+filepath.Base(dir)+".new")
}

// write puts the program's files, and some of ours, into dir.
func (j *job) write(dir string, ours map[string][]byte) error {
	var failed error
	put := func(name string, data []byte) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if filepath.Dir(path) != dir {
			failed = errors.Join(failed, os.MkdirAll(filepath.Dir(path), 0o755))
		}
		failed = errors.Join(failed, os.WriteFile(path, data, 0o644))
	}
	for _, f := range j.source.files {
		put(f.Name, f.Data)
	}
	for name, data := range ours {
		put(name, data)
	}
	return j.t.diskFault("writing the program", failed)
}

// here is the folder that the go command puts before the names of files.
var here = regexp.MustCompile(`(^|[ \t(])\./([^/ \t:]+:[0-9])`)

// tidy takes our folders, and what only the go command prints, out of messages.
func (j *job) tidy(dir, text string) string {
	if text == "" {
		return ""
	}
	text = strings.NewReplacer(dir+"/", "", dir, ".", j.g.Root, "$GOROOT").Replace(text)
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "# ") { // the import path, above the messages of a package
			kept.WriteString(here.ReplaceAllString(line, "$1$2"))
		}
	}
	return strings.TrimSpace(kept.String())
}
