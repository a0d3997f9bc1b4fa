package prove

import (
	"context"
	"time"

	"github.com/gomastery/gomastery/internal/book"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// A part is something that is tried as a whole on a pair, and whose verdicts are
// kept under the hash of its source: a fence, the links of a page, the lines of a
// file.
type part struct {
	source string                        // the hash
	place  func(id string) book.Position // where a claim stands now
	try    func(context.Context, *toolchain.Go) ([]judgement, error)
}

// remembered returns the verdicts of a part: those that are kept, or else those of
// trying it now.
func (p *Prover) remembered(ctx context.Context, pair toolchain.Pair, o Options, part part) ([]Verdict, error) {
	k := key(part.source, pair, o)
	if known, ok := p.cache.get(k); ok && !o.Fresh {
		var all []Verdict
		for _, j := range known.Judgements {
			v := verdict(pair, judgement{j.ID, part.place(j.ID), j.Claim, j.State, j.Expected, j.Got}, part.source, known.Took)
			v.Cached = true
			all = append(all, v)
		}
		return all, nil
	}
	g, why, err := p.install(ctx, pair)
	if err != nil {
		return nil, err
	}
	if why != "" {
		return nil, nil // the cases say so
	}
	begin := time.Now()
	judgements, err := part.try(ctx, g)
	if err != nil {
		return nil, err
	}
	took := float64(time.Since(begin).Microseconds()) / 1000
	p.cache.put(k, judgements, took)
	var all []Verdict
	for _, j := range judgements {
		all = append(all, verdict(pair, j, part.source, took))
	}
	return all, nil
}

// at returns a place for every claim of a part that stands in one place.
func at(pos book.Position) func(string) book.Position {
	return func(string) book.Position { return pos }
}
