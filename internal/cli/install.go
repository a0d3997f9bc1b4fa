package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// ready returns the pairs whose release is here and the releases that are missing,
// after installing what may be installed: with yes without asking, on a terminal
// after asking.
func (e *engine) ready(ctx context.Context, pairs []toolchain.Pair, yes bool) (have []toolchain.Pair, missing []toolchain.Release, err error) {
	if missing = e.missing(pairs); len(missing) > 0 {
		if missing, err = e.install(ctx, missing, yes); err != nil {
			return nil, nil, err
		}
	}
	for _, p := range pairs {
		if !slices.Contains(missing, p.Release) {
			have = append(have, p)
		}
	}
	return have, missing, nil
}

// required is ready for commands that can do nothing with a release that is missing.
func (e *engine) required(ctx context.Context, pairs []toolchain.Pair, yes bool) error {
	_, missing, err := e.ready(ctx, pairs, yes)
	if err != nil || len(missing) == 0 {
		return err
	}
	return notInstalled(missing)
}

func notInstalled(missing []toolchain.Release) *fault.Error {
	return fault.New(fault.Unavailable, "Go %s not installed", enumerate(missing)).
		Try("Install with `gomastery releases install %s`, or add --yes.", names(missing))
}

// missing returns the releases of pairs that are not installed, each once.
func (e *engine) missing(pairs []toolchain.Pair) []toolchain.Release {
	var all []toolchain.Release
	for _, p := range pairs {
		if _, ok := e.tools.Installed(p.Release); !ok && !slices.Contains(all, p.Release) {
			all = append(all, p.Release)
		}
	}
	return all
}

// install downloads releases and returns those that are still missing: all of them
// when nobody agreed.
func (e *engine) install(ctx context.Context, releases []toolchain.Release, yes bool) ([]toolchain.Release, error) {
	if !yes && !e.app.interactive() {
		return releases, nil
	}
	size := e.size(ctx, releases)
	if !yes && !e.app.ask(ctx, fmt.Sprintf("Go %s not installed: %s to download. Go on?", enumerate(releases), size)) {
		return releases, nil
	}
	e.app.say("Installing Go %s: %s to download.", names(releases), size)
	var missing []toolchain.Release
	for _, r := range releases {
		_, err := e.tools.Install(ctx, r, e.app.stderr)
		switch {
		case err == nil:
		case fault.KindOf(err) == fault.Unavailable:
			e.app.complain(err)
			missing = append(missing, r)
		default:
			return nil, err
		}
	}
	return missing, nil
}

// size says how much there is to download.
func (e *engine) size(ctx context.Context, releases []toolchain.Release) string {
	var sum int64
	for _, r := range releases {
		n, err := e.tools.Size(ctx, r)
		if err != nil {
			return "an unknown amount"
		}
		sum += n
	}
	return bytesText(sum)
}

// names returns releases as one would type them: "1.21 1.27".
func names(releases []toolchain.Release) string {
	words := make([]string, len(releases))
	for i, r := range releases {
		words[i] = r.String()
	}
	return strings.Join(words, " ")
}

// enumerate begins a sentence about releases: "1.21 is", "1.21 and 1.27 are".
func enumerate(releases []toolchain.Release) string {
	words := strings.Fields(names(releases))
	last := len(words) - 1
	if last == 0 {
		return words[0] + " is"
	}
	return strings.Join(words[:last], ", ") + " and " + words[last] + " are"
}
