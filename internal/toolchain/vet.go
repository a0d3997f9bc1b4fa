package toolchain

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Diagnostic is one finding of vet.
type Diagnostic struct {
	Analyzer  string // "printf"
	File      string // its name among the files
	Line, Col int    // from 1; Col counts bytes
	Message   string
}

// Vetted is what vet said of a program.
type Vetted struct {
	Diagnostics []Diagnostic // by file, line, column and analyzer
	Compiles    bool         // false: no Diagnostics, and Output says why, as [Built.Output]
	Output      string
}

// vetConfig is what the go command tells vet; fields that a release does not know
// it ignores.
type vetConfig struct {
	ID, Compiler, Dir, ImportPath string
	GoFiles                       []string          // absolute
	ImportMap                     map[string]string // import path in the source → of the package
	PackageFile                   map[string]string // export data
	Standard                      map[string]bool
	PackageVetx                   map[string]string // facts
	VetxOutput                    string
	GoVersion                     string
}

// Vet runs the release's own vet over the files as one package, and says what
// `go vet` says of them. Options.Race, Debug, GCFlags and Force do not matter.
func (t *Toolchains) Vet(ctx context.Context, g *Go, files []File, o Options) (Vetted, error) {
	j, err := t.job(g, files, Options{Lang: o.Lang})
	if err != nil {
		return Vetted{}, err
	}
	for again := false; ; again = true {
		v, found, err := j.vet(ctx)
		if v.Compiles || again || ctx.Err() != nil || !j.set.purge(found) {
			return v, err
		}
	}
}

// vet calls vet directly whenever its answer depends on imports of the standard
// library alone; how a program is built otherwise is nothing to vet.
func (j *job) vet(ctx context.Context) (Vetted, map[string]archive, error) {
	if j.source.module || j.source.foreign || !executable(j.g.tool("vet")) {
		v, err := j.goVet(ctx)
		return v, nil, err
	}
	found, err := j.set.withFacts(ctx, j.source.imports)
	if err != nil {
		return Vetted{}, nil, err
	}
	v, err := j.directVet(ctx, found)
	return v, found, err
}

func (j *job) directVet(ctx context.Context, found map[string]archive) (Vetted, error) {
	dir, remove, err := j.t.TempFolder()
	if err != nil {
		return Vetted{}, err
	}
	defer remove()
	config, err := json.Marshal(j.vetConfig(dir, found))
	if err != nil {
		return Vetted{}, err
	}
	if err := j.write(dir, map[string][]byte{"vet.cfg": config}); err != nil {
		return Vetted{}, err
	}
	said, ok, err := j.g.run(ctx, dir, writes{dir, 2 << 20}, j.g.tool("vet"), "-json", filepath.Join(dir, "vet.cfg"))
	if err != nil {
		return Vetted{}, err
	}
	return j.vetted(ctx, dir, said, ok)
}

func (j *job) vetConfig(dir string, found map[string]archive) vetConfig {
	c := vetConfig{
		ID: "command-line-arguments", Compiler: "gc", Dir: dir, ImportPath: "command-line-arguments",
		ImportMap: map[string]string{}, PackageFile: map[string]string{}, Standard: map[string]bool{}, PackageVetx: map[string]string{},
		VetxOutput: filepath.Join(dir, "vet.out"), GoVersion: j.lang(),
	}
	for _, name := range j.source.goFiles {
		c.GoFiles = append(c.GoFiles, filepath.Join(dir, name))
	}
	for path, a := range found {
		c.ImportMap[path], c.PackageFile[path], c.Standard[path] = path, filepath.Join(j.set.dir, a.File), true
		if a.Facts != "" {
			c.PackageVetx[path] = filepath.Join(j.set.dir, a.Facts)
		}
	}
	for _, p := range j.source.imports {
		c.ImportMap[p] = p // unsafe too
	}
	return c
}

// goVet is vet by the go command.
func (j *job) goVet(ctx context.Context) (Vetted, error) {
	dir, remove, err := j.t.TempFolder()
	if err != nil {
		return Vetted{}, err
	}
	defer remove()
	if err := j.write(dir, j.modFile()); err != nil {
		return Vetted{}, err
	}
	flags, _ := j.set.flags()
	args := append([]string{"vet", "-json"}, flags...)
	if j.source.module {
		args = append(args, ".")
	} else {
		args = append(args, j.source.goFiles...)
	}
	result, err := j.g.command(ctx, goLimits, dir, j.env(), args...)
	if err != nil {
		return Vetted{}, err
	}
	text := append(result.Stderr, result.Stdout...) // which of the two has the answer depends on the release
	said, ok, err := judge(result.Exit, "go vet", string(text), writes{dir, 64 << 20})
	if err != nil {
		return Vetted{}, err
	}
	return j.vetted(ctx, dir, said, ok)
}

// vetted reads what vet printed. Vet refuses what does not compile, and names but
// one error; the compiler has them all.
func (j *job) vetted(ctx context.Context, dir, said string, ok bool) (Vetted, error) {
	if ok {
		diagnostics, err := parseVet(dir, said)
		if err == nil {
			return Vetted{Diagnostics: diagnostics, Compiles: true}, nil
		}
		return Vetted{}, fmt.Errorf("reading what vet of %s printed: %w", j.g.Version, err)
	}
	built, err := j.t.build(ctx, j.g, j.source.files, j.o, "")
	if err == nil && built.OK {
		err = fmt.Errorf("vet of %s fails: %s", j.g.Version, said)
	}
	return Vetted{Output: built.Output}, err
}

// parseVet reads the JSON that vet prints of each package, among lines that start
// with # and name it: {"package": {"printf": [{"posn": "/dir/main.go:5:2", "message": "…"}]}}.
func parseVet(dir, text string) ([]Diagnostic, error) {
	var plain strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			plain.WriteString(line)
		}
	}
	var found []Diagnostic
	for decoder := json.NewDecoder(strings.NewReader(plain.String())); ; {
		var packages map[string]map[string]json.RawMessage
		if err := decoder.Decode(&packages); errors.Is(err, io.EOF) {
			slices.SortFunc(found, compareDiagnostics)
			return found, nil
		} else if err != nil {
			return nil, err
		}
		for _, analyzers := range packages {
			for name, raw := range analyzers {
				more, err := parseFindings(dir, name, raw)
				if err != nil {
					return nil, fmt.Errorf("analyzer %s: %w", name, err)
				}
				found = append(found, more...)
			}
		}
	}
}

func parseFindings(dir, analyzer string, raw json.RawMessage) (found []Diagnostic, err error) {
	var list []struct{ Posn, Message string }
	if !bytes.HasPrefix(raw, []byte("[")) {
		return nil, fmt.Errorf("failed: %s", raw)
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	for _, f := range list {
		d := Diagnostic{Analyzer: analyzer, Message: f.Message}
		d.File, d.Line, d.Col = splitPosition(f.Posn)
		d.File = strings.TrimPrefix(strings.TrimPrefix(d.File, dir+"/"), "./")
		found = append(found, d)
	}
	return found, nil
}

// splitPosition splits "file:line:col"; what is missing is 0.
func splitPosition(posn string) (file string, line, col int) {
	file = posn
	for _, n := range []*int{&col, &line} {
		i := strings.LastIndexByte(file, ':')
		if i < 0 {
			return file, line, col
		}
		v, err := strconv.Atoi(file[i+1:])
		if err != nil {
			return file, line, col
		}
		*n, file = v, file[:i]
	}
	return file, line, col
}

func compareDiagnostics(a, b Diagnostic) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
		cmp.Compare(a.Analyzer, b.Analyzer), cmp.Compare(a.Message, b.Message))
}
