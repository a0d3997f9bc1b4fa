package toolchain

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

// A set is the archives of one release, with or without the race detector: a
// folder with an index and the files it names. The files are copies: the go
// command trims its build cache, and shares no damage with us.
type set struct {
	g    *Go
	race bool
	name string // of the folder, and of its lock
	dir  string

	mu      sync.Mutex
	index   map[string]archive // by import path, as of stamp
	stamp   stamp              // of the index file
	trusted map[string]stamp   // files that we have hashed, and found right
	used    time.Time          // when we last told the folder
}

// An archive is a compiled package of the standard library.
type archive struct {
	File    string // below the set's folder
	Stamp   stamp
	Sum     string   // SHA-256, hexadecimal
	Imports []string `json:",omitempty"`
	Facts   string   `json:",omitempty"` // file with what vet knows of the package, "" until asked for
}

// A stamp is what a look at a file costs nothing to tell.
type stamp struct{ Size, Modified int64 }

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.Size(), info.ModTime().UnixNano()}, nil
}

// set returns the archives of a release. Their folder's name tells one GOROOT
// from another of the same version, and from itself before it was upgraded.
func (t *Toolchains) set(g *Go, race bool) (*set, error) {
	compiler, err := stampOf(g.tool("compile"))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "%s in %s has no compiler: %w", g.Version, g.Root, err).
			Try("Install Go %s again.", g.Release)
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%s %v", g.Root, compiler))
	name := g.Version + "-" + hex.EncodeToString(id[:3])
	if race {
		name += "-race"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sets[name]
	if s == nil {
		s = &set{g: g, race: race, name: name, dir: t.inCache("archives", name), trusted: map[string]stamp{}}
		t.sets[name] = s
	}
	return s, nil
}

// roots are the packages that every program needs, imported or not.
func (s *set) roots() []string {
	if s.race {
		return []string{"runtime", "runtime/race", "runtime/cgo", "syscall"}
	}
	return []string{"runtime"}
}

// need returns the archives of these packages and of all they import, by import
// path. What is missing, or damaged so that one can see it, is made first.
func (s *set) need(ctx context.Context, paths []string) (map[string]archive, error) {
	if found, ok := s.find(paths); ok {
		s.use()
		return found, nil
	}
	if err := s.make(ctx, paths); err != nil {
		return nil, err
	}
	found, ok := s.find(paths)
	if !ok {
		return nil, fmt.Errorf("archives of %s vanish while they are made", s.name)
	}
	return found, nil
}

// find is need without making: ok is false when something is missing.
func (s *set) find(paths []string) (found map[string]archive, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.load() != nil {
		return nil, false
	}
	found = map[string]archive{}
	for todo := slices.Concat(paths, s.roots()); len(todo) > 0; {
		path := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if _, seen := found[path]; seen || path == "unsafe" || path == "C" {
			continue
		}
		a, there := s.index[path]
		if !there || !s.intact(a) {
			return nil, false
		}
		found[path] = a
		todo = append(todo, a.Imports...)
	}
	return found, true
}

// load reads the index when it is another than the one we have.
func (s *set) load() error {
	file := filepath.Join(s.dir, "index.json")
	now, err := stampOf(file)
	if err != nil || now == s.stamp {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	index := map[string]archive{}
	if err := json.Unmarshal(data, &index); err != nil {
		return err
	}
	s.index, s.stamp = index, now
	return nil
}

// intact has a cheap look at an archive: its size, and its time. A copied cache
// folder has other times; then the content counts, once.
func (s *set) intact(a archive) bool {
	now, err := stampOf(filepath.Join(s.dir, a.File))
	return err == nil && now.Size == a.Stamp.Size && (now == a.Stamp || s.right(a, now))
}

// right hashes an archive, unless it has done so since it was written.
func (s *set) right(a archive, now stamp) bool {
	if s.trusted[a.File] == now {
		return true
	}
	if sum, err := hashFile(filepath.Join(s.dir, a.File)); err != nil || sum != a.Sum {
		return false
	}
	s.trusted[a.File] = now
	return true
}

// distrust has an archive hashed again.
func (s *set) distrust(a archive) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.trusted, a.File)
}

// purge hashes archives and removes those that are damaged, so that they are made
// again; it reports whether there were any. Most often it is asked about a
// reader's compile error, so what it found right it does not hash again.
func (s *set) purge(found map[string]archive) (damaged bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range found {
		file := filepath.Join(s.dir, a.File)
		if now, err := stampOf(file); err != nil || !s.right(a, now) {
			damaged = true
			os.Remove(file)
		}
	}
	return damaged
}

// use notes that the set is in use, for the day when there is no more room.
func (s *set) use() {
	now := s.g.t.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.used) > 10*time.Minute {
		s.used = now
		os.Chtimes(s.dir, now, now)
	}
}

// make makes the archives of these packages and of all they import. One process
// makes at a time; a second one finds them made.
func (s *set) make(ctx context.Context, paths []string) error {
	unlock, err := s.g.t.lock(ctx, s.name, false)
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := s.find(paths); ok {
		return nil
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return s.g.t.diskFault("making "+s.dir, err)
	}
	exports, err := s.export(ctx, paths)
	if err == nil {
		err = s.take(exports)
	}
	if errors.Is(err, errBuildCache) {
		if exports, err = s.export(ctx, paths); err == nil {
			err = s.take(exports)
		}
	}
	if err != nil {
		return fmt.Errorf("making archives of %s: %w", s.name, err)
	}
	s.g.t.evict(s.name)
	return nil
}

// An export is a package as the go command has compiled it.
type export struct {
	path, file string
	imports    []string
}

// withoutDWARF compiles also the standard library without what debuggers read.
const withoutDWARF = "-gcflags=all=-dwarf=false"

// flags are how the go command compiles packages for the set. The race archives that 1.18 and 1.19 bring along are taken as they are: no C compiler.
func (s *set) flags() (args, env []string) {
	args = []string{withoutDWARF}
	if s.race {
		args, env = append(args, "-race"), raceEnv
	}
	if s.race && s.g.Minor < 20 {
		args = []string{"-race"}
	}
	return args, env
}

const exportFormat = `{{if .Export}}{{.ImportPath}}{{"\t"}}{{.Export}}{{"\t"}}{{join .Imports " "}}{{end}}`

func (s *set) export(ctx context.Context, paths []string) ([]export, error) {
	if err := s.raceable(); err != nil {
		return nil, err
	}
	flags, env := s.flags()
	args := slices.Concat([]string{"list", "-export", "-deps", "-f", exportFormat}, flags, paths, s.roots())
	result, err := s.g.command(ctx, makeLimits, "", env, args...)
	if err != nil {
		return nil, err
	}
	out := writes{s.g.t.config.Cache, 64 << 20}
	said, ok, err := judge(result.Exit, "go list", string(result.Stderr), out)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("go list: %s", said)
	}
	var exports []export
	for line := range strings.Lines(string(result.Stdout)) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(f) == 3 {
			exports = append(exports, export{f[0], f[1], strings.Fields(f[2])})
		}
	}
	return exports, nil
}

// take copies what the go command compiled and writes the new index. What the
// index does not name is left from a process that was stopped, or replaced.
func (s *set) take(exports []export) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.load(); err != nil || s.index == nil {
		s.index = map[string]archive{} // none yet, or not readable
	}
	index := map[string]archive{}
	for path, a := range s.index {
		if s.intact(a) {
			index[path] = a
		}
	}
	for _, e := range exports {
		if _, ok := index[e.path]; ok {
			continue
		}
		a, err := s.copy(e)
		if err != nil {
			return err
		}
		index[e.path] = a
	}
	return s.publish(index)
}

var errBuildCache = errors.New("the build cache was damaged")

// copy takes one compiled package into the set. The build cache names its files
// after their content; what does not match is removed there, to be compiled again.
func (s *set) copy(e export) (archive, error) {
	temporary := filepath.Join(s.dir, ".copy.a")
	sum, err := copyFile(temporary, e.file, 0o644)
	if err != nil {
		return archive{}, s.g.t.diskFault("copying "+e.path, err)
	}
	if name, cached := strings.CutSuffix(filepath.Base(e.file), "-d"); cached && name != sum {
		os.Remove(e.file)
		return archive{}, errBuildCache
	}
	a := archive{File: sum[:24] + ".a", Sum: sum, Imports: e.imports}
	if err := os.Rename(temporary, filepath.Join(s.dir, a.File)); err != nil {
		return archive{}, err
	}
	a.Stamp, err = stampOf(filepath.Join(s.dir, a.File))
	s.trusted[a.File] = a.Stamp
	return a, err
}

// publish writes the index and removes what it does not name.
func (s *set) publish(index map[string]archive) error {
	data, err := json.Marshal(index)
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(s.dir, "index.json"), data); err != nil {
		return s.g.t.diskFault("writing the index", err)
	}
	named := map[string]bool{"index.json": true}
	for _, a := range index {
		named[a.File], named[a.Facts] = true, true
	}
	files, err := os.ReadDir(s.dir)
	for _, f := range files {
		if !named[f.Name()] {
			os.Remove(filepath.Join(s.dir, f.Name()))
		}
	}
	return err
}

// importcfg tells compiler and linker which archive a package is in.
func (s *set) importcfg(found map[string]archive) []byte {
	var b bytes.Buffer
	for path, a := range found {
		fmt.Fprintf(&b, "packagefile %s=%s\n", path, filepath.Join(s.dir, a.File))
	}
	return b.Bytes()
}

// Prepare makes the archives that programs with these imports need, so that their
// builds need not wait for it: a second for fmt, up to minutes for all of the
// standard library. Archives that are there cost nothing.
func (t *Toolchains) Prepare(ctx context.Context, g *Go, race bool, imports ...string) error {
	s, err := t.set(g, race)
	if err != nil {
		return err
	}
	_, err = s.need(ctx, imports)
	return err
}

// Lookup returns a function for go/importer.ForCompiler(fset, "gc", lookup): it
// opens the archive of a package of the release's standard library, made on
// demand. The function may be called from several goroutines; its errors are of
// [fs.ErrNotExist] when the release has no such package.
//
// An importer reads what compilers of its own time write: that of Go 1.26 reads
// 1.20 to 1.26, refuses what is older, and panics on what is newer. So type-check
// with the local release, or be ready for that.
func (t *Toolchains) Lookup(ctx context.Context, g *Go, race bool) func(importPath string) (io.ReadCloser, error) {
	return func(path string) (io.ReadCloser, error) {
		s, err := t.set(g, race)
		if err != nil {
			return nil, err
		}
		if found, ok := s.find([]string{path}); ok {
			return s.open(ctx, found[path], path)
		}
		if !g.hasPackage(path) {
			return nil, fmt.Errorf("package %s of %s: %w", path, g.Version, fs.ErrNotExist)
		}
		found, err := s.need(ctx, []string{path})
		if err != nil {
			return nil, err
		}
		return s.open(ctx, found[path], path)
	}
}

// open reads an archive whole: an importer that reads a damaged one can't ask again.
func (s *set) open(ctx context.Context, a archive, path string) (io.ReadCloser, error) {
	for range 2 {
		data, err := os.ReadFile(filepath.Join(s.dir, a.File))
		if sum := sha256.Sum256(data); err == nil && hex.EncodeToString(sum[:]) == a.Sum {
			return io.NopCloser(bytes.NewReader(data)), nil
		}
		s.distrust(a)
		s.purge(map[string]archive{path: a})
		found, err := s.need(ctx, []string{path})
		if err != nil {
			return nil, err
		}
		a = found[path]
	}
	return nil, fmt.Errorf("the archive of %s in %s stays damaged", path, s.dir)
}
