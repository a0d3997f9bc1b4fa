// Package lens looks at programs: a program and a release in, an observation out.
//
// The lenses of this package are those that claims need. Notes are what a tool
// says about lines: escape, inline, bounds (the compiler), vet, staticcheck.
// Observations are what one execution of one case shows: output and end, goroutines
// left behind, a race report, allocations, times. For these the cases of a file are
// linked into one program by a [Harness], and each is executed in a process of its
// own.
//
// A lens reports what is there. Whether that is what somebody claimed is not its
// business.
package lens

// Names of the lenses that speak about lines, as they stand in claims.
const (
	Escape      = "escape"
	Inline      = "inline"
	Bounds      = "bounds"
	Vet         = "vet"
	Staticcheck = "staticcheck"
)
