package prove

import (
	"fmt"
	"runtime"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// A State is what came of trying a claim on one release.
type State string

// The states.
const (
	Holds    State = "holds"
	Refuted  State = "refuted"
	Absent   State = "absent"   // the case does not compile there, as it says itself
	Unproved State = "unproved" // not tried, or undecided; Got says why
)

// A Verdict is one claim on one release.
type Verdict struct {
	Claim        string  `json:"claim"` // as the author wrote it: "Output (!go1.26)"
	ID           string  `json:"id"`
	File         string  `json:"file"`
	Line         int     `json:"line"`
	Release      string  `json:"release"` // the point release, or a pair: "go1.26.8/go1.21"; "" when no release plays a part
	Platform     string  `json:"platform"`
	Verdict      State   `json:"verdict"`
	Expected     string  `json:"expected"`
	Got          string  `json:"got"`
	Milliseconds float64 `json:"milliseconds"` // spent on the case or fence in which the claim stands
	Hash         string  `json:"hash"`         // of the source that the claim is about
	Cached       bool    `json:"cached,omitempty"`
}

// A Summary counts verdicts.
type Summary struct {
	Hold, Refuted, Absent, Unproved int
}

// Add counts a verdict.
func (s *Summary) Add(v Verdict) {
	switch v.Verdict {
	case Holds:
		s.Hold++
	case Refuted:
		s.Refuted++
	case Absent:
		s.Absent++
	case Unproved:
		s.Unproved++
	}
}

// String returns "412 hold, 0 refuted, 3 absent, 0 unproved".
func (s Summary) String() string {
	return fmt.Sprintf("%d hold, %d refuted, %d absent, %d unproved", s.Hold, s.Refuted, s.Absent, s.Unproved)
}

// OK reports whether nothing was refuted or left unproved.
func (s Summary) OK() bool { return s.Refuted == 0 && s.Unproved == 0 }

// thisPlatform is where everything is tried.
const thisPlatform = runtime.GOOS + "/" + runtime.GOARCH

// platform is what a bracket is asked about. It is asked of the toolchain, not of
// the language.
func platform(p toolchain.Pair) book.Platform {
	return book.Platform{Minor: p.Release.Minor, GOOS: runtime.GOOS, GOARCH: runtime.GOARCH}
}

var claimWords = map[book.Kind]string{
	book.Output: "Output", book.Unordered: "Unordered output", book.Matches: "Output matches", book.Outcomes: "Outcomes",
	book.Panics: "Panics", book.Fatal: "Fatal", book.Exits: "Exits", book.Races: "Races", book.Leaks: "Leaks",
	book.Hangs: "Hangs", book.Allocs: "Allocs", book.Faster: "Faster",
	book.RaceFree: "no race", book.LeakFree: "no goroutine left", book.Ends: "ends", book.VetClean: "clean under vet",
	book.Compiles: "compiles", book.Fails: "does not compile", book.Excerpt: "excerpt", book.Console: "console",
	book.Declares: "declares", book.Whole: "whole file", book.Refused: "may not stand",
}

// ClaimText says what is claimed as its author wrote it: "Output (!go1.26)".
func ClaimText(c book.Claim) string { return claimText(c.Kind, c.Only) }

func claimText(k book.Kind, only book.Constraint) string {
	if only.Zero() {
		return claimWords[k]
	}
	return claimWords[k] + " (" + only.String() + ")"
}

// A judgement is a verdict before it has a release and a place.
type judgement struct {
	id            string
	at            book.Position
	claim         string
	state         State
	expected, got string
}

func judged(c book.Claim, holds bool, expected, got string) judgement {
	j := judgement{c.ID, c.Position, claimText(c.Kind, c.Only), Holds, expected, got}
	if !holds {
		j.state = Refuted
	}
	return j
}

// undecided is a judgement about a claim that was not tried.
func undecided(c book.Claim, why string) judgement {
	return judgement{c.ID, c.Position, claimText(c.Kind, c.Only), Unproved, "", why}
}
