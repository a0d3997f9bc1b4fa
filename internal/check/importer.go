package check

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"strings"
	"sync"

	"github.com/gomastery/gomastery/internal/fault"
	"golang.org/x/tools/go/gcexportdata"
)

// A Lookup opens the export data of a package: a file as the compiler of any
// release since Go 1.18 writes it, or as go list -export names it. It must know the
// packages that its packages import, internal and vendored ones too. For a package
// that does not exist the error is a [fault.NotFound] or an [fs.ErrNotExist]; it is
// shown to the reader.
type Lookup func(path string) (io.ReadCloser, error)

// An Importer gives the packages of one release to any number of Loads, which may
// run at once. What it has read it keeps: the whole standard library takes about
// 15 MB. The packages it gives never change afterwards.
type Importer struct {
	lookup Lookup
	fset   *token.FileSet // of what is imported

	mu       sync.Mutex                // guards what follows
	packages map[string]*types.Package // also those of which only a part has been read
	known    map[string]*types.Package // those that are complete, with all they import
	facts    map[*types.Package]facts  // about those and what they import
}

// NewImporter returns an Importer that reads each package once, by lookup.
func NewImporter(lookup Lookup) *Importer {
	return &Importer{
		lookup:   lookup,
		fset:     token.NewFileSet(),
		packages: map[string]*types.Package{},
		known:    map[string]*types.Package{},
		facts:    map[*types.Package]facts{},
	}
}

// Import returns the package, complete and with all that it imports complete. The
// error is a [fault.NotFound] when a program may not import it: there is no such
// package, it is internal, it is cgo.
//
// The reader of export data fills packages in bit by bit, as others that mention
// them are read. Nobody may look at a package before that is over, since packages
// are not locked: so all that a package imports is read before the package is given
// away.
func (im *Importer) Import(path string) (*types.Package, error) {
	if path == "C" {
		return nil, fault.New(fault.NotFound, "programs with cgo are not type-checked")
	}
	if isInternal(path) {
		return nil, fault.New(fault.NotFound, "use of internal package %s not allowed", path)
	}
	im.mu.Lock()
	defer im.mu.Unlock()
	if pkg := im.known[path]; pkg != nil {
		return pkg, nil
	}
	pkg, err := im.readOnce(path)
	if errors.Is(err, fs.ErrNotExist) || fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.NotFound, "%w", err)
	}
	if err == nil {
		err = im.complete(pkg, map[*types.Package]bool{})
	}
	if err != nil {
		return nil, fault.New(fault.Internal, "importing %s: %w", path, err)
	}
	im.known[path] = pkg
	return pkg, nil
}

// complete reads what pkg imports, directly or not, and the facts about it.
func (im *Importer) complete(pkg *types.Package, seen map[*types.Package]bool) error {
	if seen[pkg] || im.known[pkg.Path()] == pkg {
		return nil
	}
	seen[pkg] = true
	if _, err := im.readOnce(pkg.Path()); err != nil {
		return fmt.Errorf("importing %s: %w", pkg.Path(), err)
	}
	for _, p := range pkg.Imports() {
		if err := im.complete(p, seen); err != nil {
			return err
		}
	}
	if _, ok := im.facts[pkg]; !ok {
		f, err := standardFacts(pkg)
		if err != nil {
			return err
		}
		im.facts[pkg] = f
	}
	return nil
}

// readOnce reads one package unless that has been done.
func (im *Importer) readOnce(path string) (*types.Package, error) {
	if pkg := im.packages[path]; pkg != nil && pkg.Complete() {
		return pkg, nil
	}
	return im.read(path)
}

// read reads one package into im.packages. Damaged data can make the reader panic.
func (im *Importer) read(path string) (pkg *types.Package, err error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	f, err := im.lookup(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	err = guard("importer", func() error {
		//lint:ignore SA1019 archives of Go 1.18 to 1.27 have no other reader for all of them
		data, err := gcexportdata.NewReader(f)
		if err != nil {
			return err
		}
		pkg, err = gcexportdata.Read(data, im.fset, im.packages, path)
		return err
	})
	return pkg, err
}

// isInternal reports whether a path may only be imported within its own module,
// which a reader's program never is.
func isInternal(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		if part == "internal" || part == "vendor" {
			return true
		}
	}
	return false
}

// under returns the facts about the packages that pkg imports, directly or not.
func (im *Importer) under(pkg *types.Package) map[*types.Package]facts {
	im.mu.Lock()
	defer im.mu.Unlock()
	all := map[*types.Package]facts{}
	seen := map[*types.Package]bool{}
	var walk func(*types.Package)
	walk = func(p *types.Package) {
		if seen[p] {
			return
		}
		seen[p] = true
		if f := im.facts[p]; len(f) > 0 {
			all[p] = f
		}
		for _, q := range p.Imports() {
			walk(q)
		}
	}
	walk(pkg)
	return all
}

// files returns the files that positions of imported objects are in.
func (im *Importer) files() []*token.File {
	var files []*token.File
	im.fset.Iterate(func(f *token.File) bool {
		files = append(files, f)
		return true
	})
	return files
}
