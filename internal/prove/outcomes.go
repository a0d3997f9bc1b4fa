package prove

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/lens"
	"github.com/gomastery/gomastery/internal/run"
)

// How often a case with several outcomes is run: plainly, and then with yields
// until each listed outcome was seen. An outcome of 2 % is missed by 300 runs once
// in 430 tries.
const (
	plainRuns = 50
	yieldRuns = 300
)

// outcomes tries the claims about everything that a case can print.
func (t *trial) outcomes(ctx context.Context) error {
	for _, cl := range t.on(book.Outcomes) {
		h := &histogram{claim: cl, seen: map[string]int{}}
		for _, step := range []struct {
			kind buildKind
			runs int
		}{{plainBuild, plainRuns}, {yieldBuild, yieldRuns}} {
			if err := t.sample(ctx, h, step.kind, step.runs); err != nil {
				return err
			}
		}
		t.add(h.judge())
	}
	return nil
}

// sample runs a case until the histogram is decided, or so many times.
func (t *trial) sample(ctx context.Context, h *histogram, kind buildKind, runs int) error {
	for n := 0; n < runs && !h.decided(kind); n++ {
		p, _, err := t.program(kind, ctx)
		if err != nil {
			return err
		}
		o, err := lens.Plain(ctx, gate{t.f.p}, p)
		if err != nil {
			return err
		}
		h.add(o)
	}
	return nil
}

// A histogram counts what a case printed.
type histogram struct {
	claim    book.Claim
	seen     map[string]int
	runs     int
	unlisted string // an output that is not listed, or another end
	killed   string // why a run said nothing
}

func (h *histogram) add(o lens.Observation) {
	h.runs++
	if limited(o.End) {
		h.killed = o.End.String()
		return
	}
	got := book.TrimLines(o.Stdout)
	if o.End.Kind != run.Exit || o.End.Status != 0 {
		got = strings.TrimSpace(got + "\n" + o.End.String())
	}
	h.seen[got]++
	if !slices.ContainsFunc(h.claim.Outcomes, func(w book.Outcome) bool { return w.Text == got }) {
		h.unlisted = got
	}
}

// missing returns an outcome that has to be seen and was not.
func (h *histogram) missing() (book.Outcome, bool) {
	for _, w := range h.claim.Outcomes {
		if !w.Rare && h.seen[w.Text] == 0 {
			return w, true
		}
	}
	return book.Outcome{}, false
}

// decided reports whether more runs can't change the verdict, or need not: the
// plain runs are all made, since a plain run can show what no one listed.
func (h *histogram) decided(kind buildKind) bool {
	_, missing := h.missing()
	return h.unlisted != "" || h.killed != "" || kind == yieldBuild && !missing
}

func (h *histogram) judge() judgement {
	if h.unlisted == "" && h.killed != "" {
		return undecided(h.claim, h.killed)
	}
	got := h.String()
	if w, missing := h.missing(); missing && h.unlisted == "" {
		return judged(h.claim, false, h.claim.Text, fmt.Sprintf("never %q; %s", w.Text, got))
	}
	if h.unlisted != "" {
		got = fmt.Sprintf("%q, which is not listed; %s", h.unlisted, got)
	}
	return judged(h.claim, h.unlisted == "", h.claim.Text, got)
}

// String lists what was seen, the commonest first.
func (h *histogram) String() string {
	texts := make([]string, 0, len(h.seen))
	for text := range h.seen {
		texts = append(texts, text)
	}
	slices.SortFunc(texts, func(a, b string) int {
		if h.seen[a] != h.seen[b] {
			return h.seen[b] - h.seen[a]
		}
		return strings.Compare(a, b)
	})
	for i, text := range texts {
		texts[i] = fmt.Sprintf("%d × %q", h.seen[text], text)
	}
	return fmt.Sprintf("%d runs: %s", h.runs, strings.Join(texts, ", "))
}
