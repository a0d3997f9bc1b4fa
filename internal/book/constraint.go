package book

import (
	"errors"
	"fmt"
	"go/build/constraint"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Constraint limits a claim to releases and platforms, in the syntax of build
// constraints: "!go1.22", "go1.21 && amd64". It is asked of the toolchain. The
// zero Constraint holds everywhere.
type Constraint struct {
	expr constraint.Expr
}

// Tags that a prover can decide, beside releases. Another tag would be silently
// false everywhere.
var (
	systems       = []string{"linux", "darwin", "windows", "freebsd", "openbsd", "netbsd"}
	architectures = []string{"amd64", "arm64", "386", "arm", "riscv64", "loong64", "ppc64le", "s390x", "wasm"}
	releaseTag    = regexp.MustCompile(`^go1\.[1-9][0-9]?$`)
)

// The releases that a claim can be about: from the oldest that is tried to one
// that no prover of today will see.
const firstMinor, lastMinor = 18, 40

// ParseConstraint reads a constraint without its brackets. One that holds on no
// release is refused: a claim under it would never be tried.
func ParseConstraint(text string) (Constraint, error) {
	expr, err := constraint.Parse("//go:build " + text)
	if err != nil {
		var syntax *constraint.SyntaxError
		if errors.As(err, &syntax) {
			return Constraint{}, errors.New(syntax.Err)
		}
		return Constraint{}, errors.New("not one line")
	}
	for _, tag := range tags(expr) {
		if !releaseTag.MatchString(tag) && tag != "unix" && !slices.Contains(systems, tag) && !slices.Contains(architectures, tag) {
			return Constraint{}, fmt.Errorf("unknown tag %q", tag)
		}
	}
	c := Constraint{expr}
	if !anywhere(c.Holds) {
		return Constraint{}, errors.New("no release and platform for which it holds")
	}
	return c, nil
}

func tags(expr constraint.Expr) []string {
	switch x := expr.(type) {
	case *constraint.TagExpr:
		return []string{x.Tag}
	case *constraint.NotExpr:
		return tags(x.X)
	case *constraint.AndExpr:
		return append(tags(x.X), tags(x.Y)...)
	case *constraint.OrExpr:
		return append(tags(x.X), tags(x.Y)...)
	}
	return nil
}

// anywhere reports whether ok is true for a platform that a claim can be about.
func anywhere(ok func(Platform) bool) bool {
	for _, goos := range systems {
		for _, goarch := range architectures {
			for minor := firstMinor; minor <= lastMinor; minor++ {
				if ok(Platform{minor, goos, goarch}) {
					return true
				}
			}
		}
	}
	return false
}

// Zero reports whether the constraint limits nothing.
func (c Constraint) Zero() bool { return c.expr == nil }

// String returns the constraint in its syntax, "" for the zero Constraint.
func (c Constraint) String() string {
	if c.expr == nil {
		return ""
	}
	return c.expr.String()
}

// Holds evaluates the constraint. A release satisfies go1.N for its own and each
// smaller N, as in the go command.
func (c Constraint) Holds(p Platform) bool {
	return c.expr == nil || c.expr.Eval(p.satisfies)
}

// A Platform is what a constraint is asked about.
type Platform struct {
	Minor  int    // of the toolchain: 27 for Go 1.27
	GOOS   string // "linux"
	GOARCH string // "amd64"
}

// String returns go1.N os/arch.
func (p Platform) String() string { return fmt.Sprintf("go1.%d %s/%s", p.Minor, p.GOOS, p.GOARCH) }

func (p Platform) satisfies(tag string) bool {
	if n, ok := strings.CutPrefix(tag, "go1."); ok {
		minor, err := strconv.Atoi(n)
		return err == nil && minor <= p.Minor
	}
	if tag == "unix" {
		return p.GOOS != "windows"
	}
	return tag == p.GOOS || tag == p.GOARCH
}
