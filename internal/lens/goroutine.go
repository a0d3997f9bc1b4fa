package lens

import (
	"regexp"
	"strconv"
	"strings"
)

// A Goroutine is one of a dump.
type Goroutine struct {
	ID        int
	State     string // "chan receive", "select", "running"; without the waiting time
	Frames    []Frame
	CreatedBy string // the function of the go statement; "" for the main goroutine
}

// A Frame is one call of a stack, innermost first.
type Frame struct {
	Func string // "main.worker"
	File string // as the compiler knew it
	Line int
}

var (
	goroutineHead = regexp.MustCompile(`^goroutine ([0-9]+)(?: [^\[]*)? \[([^\],]*)`)
	frameFile     = regexp.MustCompile(`^\t(.+):([0-9]+)(?: \+0x[0-9a-f]+)?`)
	createdBy     = regexp.MustCompile(`^created by (.+?)(?: in goroutine [0-9]+)?$`)
)

// Goroutines reads the dump that the runtime writes when it dies or is asked by
// SIGQUIT. A goroutine that stands there twice (each thread adds what it ran) is
// taken once.
func Goroutines(dump string) []Goroutine {
	var all []Goroutine
	seen := map[int]bool{}
	var g *Goroutine
	created := false // the next file line belongs to the go statement
	for _, line := range strings.Split(dump, "\n") {
		if m := goroutineHead.FindStringSubmatch(line); m != nil {
			id, _ := strconv.Atoi(m[1]) // digits
			g = nil
			if !seen[id] {
				seen[id] = true
				all = append(all, Goroutine{ID: id, State: m[2]})
				g = &all[len(all)-1]
			}
			continue
		}
		if g == nil || line == "" {
			g = nil
			continue
		}
		if m := createdBy.FindStringSubmatch(line); m != nil {
			g.CreatedBy, created = m[1], true
			continue
		}
		if m := frameFile.FindStringSubmatch(line); m != nil {
			if n := len(g.Frames); n > 0 && !created {
				g.Frames[n-1].File = m[1]
				g.Frames[n-1].Line, _ = strconv.Atoi(m[2]) // digits
			}
			created = false
			continue
		}
		name, _, _ := cutLast(line, "(")
		g.Frames = append(g.Frames, Frame{Func: name})
	}
	return all
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Left returns the goroutines of a dump that a program started and that are still
// there: without the main one, those of the runtime, and the loops that the
// library keeps for itself.
func Left(dump string) []Goroutine {
	var left []Goroutine
	for _, g := range Goroutines(dump) {
		if g.CreatedBy != "" && !libraryLoop(g) {
			left = append(left, g)
		}
	}
	return left
}

// libraryLoops are functions that start a goroutine once and keep it by design.
var libraryLoops = []string{"runtime.", "unique.", "os/signal.", "internal/runtime/", "runtime/trace.", "runtime/pprof."}

func libraryLoop(g Goroutine) bool {
	for _, prefix := range libraryLoops {
		if strings.HasPrefix(g.CreatedBy, prefix) {
			return true
		}
	}
	return false
}
