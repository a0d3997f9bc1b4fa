package toolchain

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
)

// defaults are the GODEBUG defaults of a program, as the go command would put
// them into its binary.
type defaults struct {
	value   string // "k=v,k=v", sorted
	refusal string // what the go command has against a setting; then value is ""
}

// DefaultDebug returns the GODEBUG defaults that this release gives the programs
// of a module with that go line ("go1.21", "1.21"; "" for the release's own), as
// "k=v,k=v". There are none for a release before 1.21.
func (t *Toolchains) DefaultDebug(ctx context.Context, g *Go, lang string) (string, error) {
	lang, err := g.language(lang)
	if err != nil {
		return "", err
	}
	d, err := t.defaults(ctx, g, lang, nil)
	return d.value, err
}

// settleDebug finds the program's GODEBUG defaults: those of its language, with
// its //go:debug lines and Options.Debug on top.
func (j *job) settleDebug(ctx context.Context) error {
	extra, err := splitDebug(j.o.Debug)
	if err != nil || j.g.Minor < 21 {
		return err
	}
	if len(j.source.debug) > 0 && j.source.pkg != "main" {
		j.source.because("has //go:debug lines in a package other than main")
		return nil
	}
	own, err := j.t.defaults(ctx, j.g, j.o.Lang, j.source.debug)
	if err != nil {
		return err
	}
	if own.refusal != "" {
		j.source.because("has a //go:debug line that is refused")
		return nil
	}
	all, err := j.t.defaults(ctx, j.g, j.o.Lang, override(j.source.debug, extra))
	if err == nil && all.refusal != "" {
		return fault.New(fault.Misuse, "GODEBUG defaults %q: %s", j.o.Debug, all.refusal).
			Try("Choose settings that Go %s has.", j.g.Release)
	}
	j.debug = all.value
	return err
}

// override puts settings on top of others; none may be there twice.
func override(lines, extra []string) []string {
	key := func(setting string) string { k, _, _ := strings.Cut(setting, "="); return k }
	kept := slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return slices.ContainsFunc(extra, func(e string) bool { return key(e) == key(line) })
	})
	return append(kept, extra...)
}

func splitDebug(debug string) ([]string, error) {
	if debug == "" {
		return nil, nil
	}
	if strings.ContainsAny(debug, "\n\r") {
		return nil, fault.New(fault.Misuse, "GODEBUG defaults %q of several lines", debug).Try("Separate them by commas.")
	}
	return strings.Split(debug, ","), nil
}

// defaults asks the release's go command, once for each question: no table of
// ours could know which settings a release has, and which it has removed.
func (t *Toolchains) defaults(ctx context.Context, g *Go, lang string, settings []string) (defaults, error) {
	if g.Minor < 21 || lang == "" && len(settings) == 0 {
		return defaults{}, nil
	}
	s, err := t.set(g, false)
	if err != nil {
		return defaults{}, err
	}
	question := strings.Join(append([]string{s.name, lang}, settings...), "\n")
	t.mu.Lock()
	d, known := t.debugs[question]
	t.mu.Unlock()
	if known {
		return d, nil
	}
	file := t.inCache("debug", s.name+"-"+lang)
	if kept, err := os.ReadFile(file); err == nil && len(settings) == 0 {
		d = defaults{value: strings.TrimSpace(string(kept))}
	} else if d, err = t.askDefaults(ctx, g, lang, settings); err != nil {
		return d, err
	} else if len(settings) == 0 {
		if err := writeFile(file, []byte(d.value+"\n")); err != nil {
			return d, t.diskFault("keeping GODEBUG defaults", err)
		}
	}
	t.remember(question, d)
	return d, nil
}

// remember keeps an answer in memory; programs can ask any number of questions.
func (t *Toolchains) remember(question string, d defaults) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.debugs) >= 1000 {
		clear(t.debugs)
	}
	t.debugs[question] = d
}

// askDefaults has the go command look at a program with these //go:debug lines.
// Only when it compiles the program it checks them.
func (t *Toolchains) askDefaults(ctx context.Context, g *Go, lang string, settings []string) (defaults, error) {
	var program strings.Builder
	for _, s := range settings {
		fmt.Fprintf(&program, "//go:debug %s\n", s)
	}
	program.WriteString("package main\n\nfunc main() {}\n")
	files := []File{{"main.go", []byte(program.String())}}
	j := job{t: t, g: g, source: source{files: files, goFiles: []string{"main.go"}, module: true}, o: Options{Lang: lang}}
	dir, remove, err := t.TempFolder()
	if err != nil {
		return defaults{}, err
	}
	defer remove()
	if err := j.write(dir, j.modFile()); err != nil {
		return defaults{}, err
	}
	args := []string{"list", "-f", "{{.DefaultGODEBUG}}", "."}
	if len(settings) > 0 {
		args = []string{"list", "-export", withoutDWARF, "-f", "{{.DefaultGODEBUG}}", "."}
	}
	result, err := g.command(ctx, makeLimits, dir, nil, args...)
	if err != nil {
		return defaults{}, err
	}
	said, ok, err := judge(result.Exit, "go list", string(result.Stderr), writes{dir, 64 << 20})
	if err != nil || ok {
		return defaults{value: strings.TrimSpace(string(result.Stdout))}, err
	}
	if len(settings) == 0 {
		return defaults{}, fmt.Errorf("asking %s for its GODEBUG defaults: %s", g.Version, said)
	}
	return defaults{refusal: j.tidy(dir, said)}, nil
}
