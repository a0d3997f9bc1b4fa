package toolchain

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
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
	j, err := t.job(ctx, g, files, Options{Lang: o.Lang})
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
	for _, p := range j.source.imports {
		if p == "C" || !importable(p) || p != "unsafe" && !j.g.hasPackage(p) {
			v, err := j.goVet(ctx)
			return v, nil, err
		}
	}
	if j.source.module || len(j.source.goFiles) == 0 {
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
	tool, err := j.g.vetTool(ctx)
	if err != nil {
		return Vetted{}, err
	}
	dir, remove, err := j.t.workFolder()
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
	said, ok, err := j.g.run(ctx, dir, writes{dir, 2 << 20}, tool, "-json", filepath.Join(dir, "vet.cfg"))
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
	dir, remove, err := j.t.workFolder()
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

// vetTool returns the release's vet; releases whose modules bring none get it built.
func (g *Go) vetTool(ctx context.Context) (string, error) {
	if tool := g.tool("vet"); executable(tool) {
		return tool, nil
	}
	s, err := g.t.set(g, false)
	if err != nil {
		return "", err
	}
	tool := g.t.inCache("vet", s.name, "vet")
	unlock, err := g.t.lock(ctx, "vet", false)
	if err != nil {
		return "", err
	}
	defer unlock()
	if executable(tool) {
		return tool, nil
	}
	dir, remove, err := g.t.workFolder()
	if err != nil {
		return "", err
	}
	defer remove()
	result, err := g.command(ctx, makeLimits, dir, nil, "build", "-o", filepath.Join(dir, "vet"), "cmd/vet")
	if err != nil {
		return "", err
	}
	if said, ok, err := judge(result.Exit, "go build", string(result.Stderr), writes{dir, 64 << 20}); err != nil || !ok {
		return "", errors.Join(fmt.Errorf("building vet of %s: %s", g.Version, said), err)
	}
	if err := os.MkdirAll(filepath.Dir(tool), 0o755); err != nil {
		return "", g.t.diskFault("keeping vet", err)
	}
	return tool, os.Rename(filepath.Join(dir, "vet"), tool)
}

// withFacts is need for vet, which also wants to know what the functions of
// imported packages do: which of them never return, which format like Printf.
func (s *set) withFacts(ctx context.Context, paths []string) (map[string]archive, error) {
	found, err := s.need(ctx, paths)
	if err != nil || s.factsOf(found, paths) {
		return found, err
	}
	unlock, err := s.g.t.lock(ctx, s.name, false)
	if err != nil {
		return nil, err
	}
	if found, ok := s.find(paths); !ok || !s.factsOf(found, paths) {
		err = s.makeFacts(ctx, paths)
	}
	unlock()
	if err != nil {
		return nil, fmt.Errorf("making facts of %s for vet: %w", s.name, err)
	}
	return s.need(ctx, paths)
}

func (s *set) factsOf(found map[string]archive, paths []string) bool {
	for _, p := range paths {
		if a, ok := found[p]; ok && (a.Facts == "" || !exists(filepath.Join(s.dir, a.Facts))) {
			return false
		}
	}
	return true
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// makeFacts has the go command vet a program with these imports, and takes the
// facts it collects for that.
func (s *set) makeFacts(ctx context.Context, paths []string) error {
	dir, remove, err := s.g.t.workFolder()
	if err != nil {
		return err
	}
	defer remove()
	program := "package main\n\nfunc main() {}\n"
	for _, p := range paths {
		program = strings.Replace(program, "\n", fmt.Sprintf("\nimport _ %q\n", p), 1)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644); err != nil {
		return s.g.t.diskFault("writing a program", err)
	}
	flags, _ := s.flags()
	args := slices.Concat([]string{"vet", "-work"}, flags, []string{"main.go"})
	result, err := s.g.command(ctx, makeLimits, dir, []string{"GOTMPDIR=" + dir}, args...)
	if err != nil {
		return err
	}
	if said, ok, err := judge(result.Exit, "go vet", string(result.Stderr), writes{dir, 64 << 20}); err != nil || !ok {
		return errors.Join(errors.New(said), err)
	}
	configs, err := filepath.Glob(filepath.Join(dir, "go-build*", "b*", "vet.cfg"))
	if err != nil {
		return err
	}
	for _, file := range configs {
		var c vetConfig
		if data, err := os.ReadFile(file); err == nil && json.Unmarshal(data, &c) == nil && c.ImportPath == "command-line-arguments" {
			return s.takeFacts(c.PackageVetx)
		}
	}
	return errors.New("the go command left no vet.cfg")
}

func (s *set) takeFacts(facts map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil {
		return err
	}
	index := map[string]archive{}
	for path, a := range s.index {
		if file, ok := facts[path]; ok {
			a.Facts = a.Sum[:24] + ".facts"
			if _, err := copyFile(filepath.Join(s.dir, a.Facts), file, 0o644); err != nil {
				return s.g.t.diskFault("copying facts", err)
			}
		}
		index[path] = a
	}
	return s.publish(index)
}
