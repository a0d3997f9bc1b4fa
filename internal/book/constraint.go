package book

import (
	"fmt"
	"go/build/constraint"
	"regexp"
	"strings"
)

// A Constraint limits a claim to releases and platforms, in the syntax of build
// constraints: "!go1.22", "go1.21 && amd64". It is asked of the toolchain. The
// zero Constraint holds everywhere.
type Constraint struct {
	expr constraint.Expr
}

// knownTag lists the tags that a prover can decide: releases, operating systems
// and architectures. Another tag would be silently false everywhere.
var knownTag = regexp.MustCompile(`^(go1\.[1-9][0-9]*|unix|linux|darwin|windows|freebsd|openbsd|netbsd|amd64|arm64|386|arm|riscv64|loong64|ppc64le|s390x|wasm)$`)

// ParseConstraint reads a constraint without its brackets.
func ParseConstraint(text string) (Constraint, error) {
	expr, err := constraint.Parse("//go:build " + text)
	if err != nil {
		return Constraint{}, err
	}
	for _, tag := range tags(expr) {
		if !knownTag.MatchString(tag) {
			return Constraint{}, fmt.Errorf("unknown tag %q", tag)
		}
	}
	return Constraint{expr}, nil
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
		var minor int
		if _, err := fmt.Sscanf(n, "%d", &minor); err != nil {
			return false
		}
		return minor <= p.Minor
	}
	if tag == "unix" {
		return p.GOOS != "windows" && p.GOOS != "wasip1" && p.GOOS != "js"
	}
	return tag == p.GOOS || tag == p.GOARCH
}
