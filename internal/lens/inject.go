package lens

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"

	"github.com/gomastery/gomastery/internal/toolchain"
)

// YieldFile is the name of the file that declares what [Inject] calls.
const YieldFile = "harness_yield.go"

// Inject returns the file with a yield before each statement, on the same line,
// so that lines stay. A yield is legal between any two statements: an output that
// is seen with yields can happen without them, if rarely.
func Inject(f toolchain.File) (toolchain.File, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, f.Name, f.Data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return f, fmt.Errorf("putting yields into %s: %w", f.Name, err)
	}
	var at []int
	ast.Inspect(file, func(n ast.Node) bool {
		for _, s := range statements(n) {
			at = append(at, fset.PositionFor(s.Pos(), false).Offset)
		}
		return true
	})
	slices.Sort(at)
	var out []byte
	from := 0
	for _, offset := range at {
		out = append(out, f.Data[from:offset]...)
		out = append(out, "harnessYield(); "...)
		from = offset
	}
	return toolchain.File{Name: f.Name, Data: append(out, f.Data[from:]...)}, nil
}

// statements returns the statements of a list that a call can be put before.
func statements(n ast.Node) []ast.Stmt {
	var list []ast.Stmt
	switch n := n.(type) {
	case *ast.BlockStmt:
		list = n.List
	case *ast.CaseClause:
		list = n.Body
	case *ast.CommClause:
		list = n.Body
	}
	return slices.DeleteFunc(slices.Clone(list), func(s ast.Stmt) bool {
		switch s.(type) {
		case *ast.CaseClause, *ast.CommClause, *ast.LabeledStmt, *ast.EmptyStmt:
			return true
		}
		return false
	})
}

// Yield returns the file that declares the yield. It uses no atomic operation and
// is invisible to the race detector: an atomic counter would order the very
// accesses that are to be disturbed.
func Yield() toolchain.File {
	return toolchain.File{Name: YieldFile, Data: []byte(yieldSource)}
}

const yieldSource = `package main

import (
	yieldos "os"
	yieldruntime "runtime"
	yieldtime "time"
)

var harnessSeed = uint32(yieldos.Getpid())*2654435761 ^ uint32(yieldtime.Now().UnixNano())

//go:norace
func harnessYield() {
	harnessSeed += 0x9e3779b9
	s := harnessSeed
	s ^= s >> 16
	s *= 0x85ebca6b
	s ^= s >> 13
	s *= 0xc2b2ae35
	s ^= s >> 16
	switch {
	case s&7 < 3:
		yieldruntime.Gosched()
	case s&255 == 9:
		yieldtime.Sleep(yieldtime.Duration(s>>24) * yieldtime.Microsecond)
	}
}
`
