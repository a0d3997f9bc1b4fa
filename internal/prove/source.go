package prove

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/lens"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// A sourceFile is example.go or pitfalls.go of an entry while it is proved on
// several releases.
type sourceFile struct {
	p   *Prover
	e   *book.Entry
	src *book.Source

	once   sync.Once
	cases  []cutCase
	cutter *cutter
	wrong  []error // the file does not compile on the local release
	err    error
}

// cut cuts functions out of the file.
func (f *sourceFile) cut(names ...string) []byte {
	f.p.typing.Lock()
	defer f.p.typing.Unlock()
	return f.cutter.cut(names...)
}

// A cutCase is a case and what is left of its file when it is cut out.
type cutCase struct {
	*book.Case
	hash string
}

// prepare cuts the cases out of the file, once for all releases.
func (f *sourceFile) prepare(ctx context.Context) error {
	f.once.Do(func() {
		imports, lang, err := f.p.importer(ctx)
		if err != nil {
			f.err = err
			return
		}
		if f.src.Lang != "" {
			lang = f.src.Lang
		}
		f.p.typing.Lock()
		f.cutter, f.wrong = newCutter(f.src, imports, lang)
		f.p.typing.Unlock()
		if len(f.wrong) > 0 {
			return
		}
		for _, c := range f.src.Cases {
			f.cases = append(f.cases, cutCase{c, sourceHash(f.cut(c.Name), c)})
		}
	})
	return f.err
}

// prove tries the cases of the file on one pair, and what is about the file as a
// whole.
func (f *sourceFile) prove(ctx context.Context, pair toolchain.Pair, o Options) ([]Verdict, error) {
	if err := f.prepare(ctx); err != nil {
		return nil, err
	}
	if len(f.wrong) > 0 {
		return f.doesNotCompile(pair), nil
	}
	var verdicts []Verdict
	todo := f.known(pair, o, &verdicts)
	g, why, err := f.p.install(ctx, pair)
	switch {
	case err != nil:
		return verdicts, err
	case why != "":
		return append(verdicts, f.untried(pair, todo, why)...), nil
	}
	r := &release{f: f, g: g, pair: pair, o: o}
	defer r.close()
	if len(todo) > 0 {
		if err := r.cases(ctx, todo); err != nil {
			return append(verdicts, r.verdicts...), err
		}
	}
	if o.Case == "" && !o.RaceOnly {
		if err := r.lines(ctx); err != nil {
			return append(verdicts, r.verdicts...), err
		}
		if err := r.whole(ctx); err != nil {
			return append(verdicts, r.verdicts...), err
		}
	}
	return append(verdicts, r.verdicts...), nil
}

func (f *sourceFile) doesNotCompile(pair toolchain.Pair) []Verdict {
	at := book.Position{File: f.src.Path, Line: 1}
	return []Verdict{verdict(pair, judgement{
		f.fileID() + "#" + string(book.Compiles), at, claimWords[book.Compiles], Refuted, "a file that compiles", f.wrong[0].Error(),
	}, hash(string(f.src.Data)), 0)}
}

func (f *sourceFile) fileID() string { return f.e.ID + "/" + strings.TrimSuffix(f.src.Name, ".go") }

// verdict puts a judgement on a release.
func verdict(pair toolchain.Pair, j judgement, source string, milliseconds float64) Verdict {
	return Verdict{
		Claim: j.claim, ID: j.id, File: j.at.File, Line: j.at.Line, Release: pair.Version(), Platform: thisPlatform,
		Verdict: j.state, Expected: j.expected, Got: j.got, Milliseconds: milliseconds, Hash: source,
	}
}

// known appends the verdicts that are kept, and returns the cases to try.
func (f *sourceFile) known(pair toolchain.Pair, o Options, verdicts *[]Verdict) []cutCase {
	var todo []cutCase
	for _, c := range f.cases {
		if o.Case != "" && c.Name != o.Case {
			continue
		}
		k, ok := f.p.cache.get(key(c.hash, pair, o))
		if !ok || o.Fresh {
			todo = append(todo, c)
			continue
		}
		for _, j := range k.Judgements {
			v := verdict(pair, judgement{j.ID, position(c.Case, j.ID), j.Claim, j.State, j.Expected, j.Got}, c.hash, k.Took)
			v.Cached = true
			*verdicts = append(*verdicts, v)
		}
	}
	return todo
}

// position finds where a claim of a case stands now.
func position(c *book.Case, id string) book.Position {
	for _, cl := range c.Claims {
		if cl.ID == id {
			return cl.Position
		}
	}
	return c.Position
}

func (f *sourceFile) untried(pair toolchain.Pair, todo []cutCase, why string) []Verdict {
	var all []Verdict
	for _, c := range todo {
		for _, cl := range c.Claims {
			if cl.Only.Holds(platform(pair)) {
				all = append(all, verdict(pair, undecided(cl, why), c.hash, 0))
			}
		}
	}
	return all
}

// A release is one file on one pair: the programs that were built for it, in a
// folder of its own, and the verdicts so far.
type release struct {
	f    *sourceFile
	g    *toolchain.Go
	pair toolchain.Pair
	o    Options

	dir      string
	remove   func()
	binaries map[buildKind]string
	compiled []cutCase
	raceless string // why there is no race build
	verdicts []Verdict
}

type buildKind int

const (
	plainBuild buildKind = iota
	raceBuild
	yieldBuild // with yields between the statements
	timedBuild // a case and the one it is compared with
)

func (r *release) close() {
	if r.remove != nil {
		r.remove()
	}
}

// folder makes the folder for programs.
func (r *release) folder() error {
	if r.dir != "" {
		return nil
	}
	var err error
	if r.dir, r.remove, err = r.f.p.Toolchains.TempFolder(); err != nil {
		return err
	}
	r.binaries = map[buildKind]string{}
	return nil
}

func (r *release) add(c cutCase, took time.Duration, all ...judgement) {
	milliseconds := float64(took.Microseconds()) / 1000
	for _, j := range all {
		r.verdicts = append(r.verdicts, verdict(r.pair, j, c.hash, milliseconds))
	}
	r.f.p.cache.put(key(c.hash, r.pair, r.o), all, milliseconds)
}

// cases finds out which cases compile, builds those together, and tries them.
func (r *release) cases(ctx context.Context, todo []cutCase) error {
	if err := r.folder(); err != nil {
		return err
	}
	if err := r.compile(ctx, todo); err != nil {
		return err
	}
	for _, c := range r.compiled {
		begin := time.Now()
		all, err := r.judge(ctx, c)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.Name, err)
		}
		r.add(c, time.Since(begin), all...)
	}
	return nil
}

// compile builds the cases that are expected to compile as one program. When that
// fails, each is compiled by itself to find out which it was. Cases that say they
// need a newer release are compiled as well: they must fail.
func (r *release) compile(ctx context.Context, todo []cutCase) error {
	var together []cutCase
	for _, c := range todo {
		if c.Since.Minor > r.pair.Release.Minor {
			if err := r.older(ctx, c); err != nil {
				return err
			}
			continue
		}
		together = append(together, c)
	}
	if len(together) == 0 {
		return nil
	}
	built, err := r.build(ctx, plainBuild, together)
	if err != nil {
		return err
	}
	if built.OK {
		r.compiled = together
		return nil
	}
	for _, c := range together {
		out, err := r.f.p.compile(ctx, r.g, r.program([]cutCase{c}, plainBuild), r.options(plainBuild))
		if err != nil {
			return err
		}
		if out.OK {
			r.compiled = append(r.compiled, c)
			continue
		}
		r.add(c, 0, judgement{c.ID + "#" + string(book.Compiles), c.Position, claimWords[book.Compiles], Refuted, "a case that compiles; if it needs a newer release, Since: says which", firstLine(out.Output)})
	}
	if len(r.compiled) == 0 {
		return nil
	}
	built, err = r.build(ctx, plainBuild, r.compiled)
	if err == nil && !built.OK {
		return fmt.Errorf("cases that compile one by one do not build together: %s", firstLine(built.Output))
	}
	return err
}

// older tries a case below the release that it says it needs.
func (r *release) older(ctx context.Context, c cutCase) error {
	out, err := r.f.p.compile(ctx, r.g, r.program([]cutCase{c}, plainBuild), r.options(plainBuild))
	if err != nil {
		return err
	}
	j := judgement{c.ID + "#" + string(book.Compiles), c.Since.Position, fmt.Sprintf("Since: 1.%d", c.Since.Minor), Absent, "does not compile", firstLine(out.Output)}
	if out.OK {
		j.state, j.got = Refuted, "compiles"
	}
	r.add(c, 0, j)
	return nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// program returns the files of a program with these cases.
func (r *release) program(cases []cutCase, kind buildKind) []toolchain.File {
	names := make([]string, len(cases))
	profile := false
	for i, c := range cases {
		names[i] = c.Name
		profile = profile || slices.ContainsFunc(c.Claims, func(cl book.Claim) bool { return cl.Profile })
	}
	file := toolchain.File{Name: r.f.src.Name, Data: r.f.cut(names...)}
	harness := lens.Harness(names, profile)
	if kind != yieldBuild {
		return []toolchain.File{file, harness}
	}
	if injected, err := lens.Inject(file); err == nil { // the file was parsed before
		file = injected
	}
	return []toolchain.File{file, harness, lens.Yield()}
}

func (r *release) options(kind buildKind) toolchain.Options {
	return toolchain.Options{Lang: r.pair.Lang, Race: kind == raceBuild}
}

// build builds the cases as one program.
func (r *release) build(ctx context.Context, kind buildKind, cases []cutCase) (toolchain.Built, error) {
	path := filepath.Join(r.dir, fmt.Sprint("cases", int(kind)))
	built, err := r.f.p.build(ctx, r.g, r.program(cases, kind), r.options(kind), path)
	if err == nil && built.OK {
		r.binaries[kind] = path
	}
	return built, err
}

// binary returns the program of a kind, which is built on first use. why is set
// when it can't be had.
func (r *release) binary(ctx context.Context, kind buildKind) (path, why string, err error) {
	if path, ok := r.binaries[kind]; ok {
		return path, "", nil
	}
	if kind == raceBuild && r.raceless != "" {
		return "", r.raceless, nil
	}
	built, err := r.build(ctx, kind, r.compiled)
	if unavailable(err) {
		r.raceless = err.Error()
		return "", r.raceless, nil
	}
	if err != nil {
		return "", "", err
	}
	if !built.OK {
		return "", "", fmt.Errorf("a program that compiled does not build again: %s", firstLine(built.Output))
	}
	return r.binaries[kind], "", nil
}
