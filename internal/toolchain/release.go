package toolchain

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomastery/gomastery/internal/fault"
)

// A Release is one Go toolchain version.
type Release struct {
	Minor   int    // 27 for Go 1.27
	Version string // as the go command says it: "go1.27.4"
}

// String returns the release without its patch: "1.27".
func (r Release) String() string { return "1." + strconv.Itoa(r.Minor) }

// Lang returns the release's own language version: "go1.27".
func (r Release) Lang() string { return "go" + r.String() }

// oldest is the first release that the project knows: the one with generics.
const oldest = 18

// adopted are the newest patches known when this was written. Their last is the
// newest release the project has adopted; what the proxy has beyond is coming.
var adopted = []Release{
	{18, "go1.18.10"}, {19, "go1.19.13"}, {20, "go1.20.14"}, {21, "go1.21.13"}, {22, "go1.22.12"},
	{23, "go1.23.12"}, {24, "go1.24.13"}, {25, "go1.25.14"}, {26, "go1.26.11"}, {27, "go1.27.4"},
}

func newestAdopted() int { return adopted[len(adopted)-1].Minor }

var versionPattern = regexp.MustCompile(`^(?:go)?1\.(0|[1-9][0-9]{0,3})(?:\.(0|[1-9][0-9]{0,3}))?$`)

// ParseMinor returns 27 for "1.27", "go1.27", "1.27.4" and "go1.27.4". Anything
// else, pre-releases too, is fault.Misuse.
func ParseMinor(s string) (int, error) {
	minor, _, err := parseVersion(s)
	return minor, err
}

func parseVersion(s string) (minor, patch int, err error) {
	m := versionPattern.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, fault.New(fault.Misuse, "%q is not a Go version", s).
			Try("Write it like 1.27 or go1.27.")
	}
	minor, _ = strconv.Atoi(m[1])
	patch, _ = strconv.Atoi(m[2]) // "" is 0
	return minor, patch, nil
}

// A Pair is a release and the language version its programs are compiled as.
// Such a program is what that toolchain makes of a module with that go line: the
// language and the GODEBUG defaults are the old ones, the library is the new one.
type Pair struct {
	Release Release
	Lang    string // "go1.21"; "" means the release's own
}

// String returns "1.26", or "1.26/1.21" when the language is not the release's own.
func (p Pair) String() string {
	if p.Lang == "" || p.Lang == p.Release.Lang() {
		return p.Release.String()
	}
	return p.Release.String() + "/" + strings.TrimPrefix(p.Lang, "go")
}

// Version returns what the pair is exactly, as verdicts name it: the point release,
// "go1.26.8", and the language when it is another one, "go1.26.8/go1.21".
func (p Pair) Version() string {
	if p.Lang == "" || p.Lang == p.Release.Lang() {
		return p.Release.Version
	}
	return p.Release.Version + "/" + p.Lang
}

// Local returns the local go command's own release.
func (t *Toolchains) Local() Release { return t.local.Release }

// Releases returns the known releases, 1.18 first, one per minor up to the newest
// that the project has adopted, each with its newest patch; the local minor with
// the local patch. The patches come from the module proxy, asked at most once a
// day, or else from the project's own table; so the answer is never empty.
func (t *Toolchains) Releases(ctx context.Context) []Release {
	return t.known(ctx, oldest, newestAdopted())
}

// Coming returns the releases newer than those the project has adopted: what the
// proxy has, and the local one. They can be selected by name and are not part of
// [Toolchains.Releases]. Usually there are none.
func (t *Toolchains) Coming(ctx context.Context) []Release {
	return t.known(ctx, newestAdopted()+1, 1<<30)
}

func (t *Toolchains) known(ctx context.Context, from, to int) []Release {
	newest := map[int]Release{}
	for _, r := range slices.Concat(adopted, t.published(ctx)) {
		if old, ok := newest[r.Minor]; !ok || newer(r.Version, old.Version) {
			newest[r.Minor] = r
		}
	}
	local := t.local.Release
	newest[local.Minor] = local
	var list []Release
	for _, minor := range slices.Sorted(maps.Keys(newest)) {
		if from <= minor && minor <= to {
			list = append(list, newest[minor])
		}
	}
	return list
}

// newer reports whether version a of a minor is newer than b; what cannot be read is not.
func newer(a, b string) bool {
	_, pa, errA := parseVersion(a)
	_, pb, errB := parseVersion(b)
	return errA == nil && (errB != nil || pa > pb)
}

// Select returns the pairs of a comma separated list, in its order, each once:
// a release "1.21", a pair "1.26/1.21", "local", or "all" for all adopted
// releases. What is not known is fault.Misuse, with what there is.
func (t *Toolchains) Select(ctx context.Context, list string) ([]Pair, error) {
	var pairs []Pair
	for word := range strings.SplitSeq(list, ",") {
		more, err := t.selectOne(ctx, strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		for _, p := range more {
			if !slices.Contains(pairs, p) {
				pairs = append(pairs, p)
			}
		}
	}
	return pairs, nil
}

func (t *Toolchains) selectOne(ctx context.Context, word string) ([]Pair, error) {
	switch word {
	case "local":
		return []Pair{{Release: t.Local()}}, nil
	case "all":
		var pairs []Pair
		for _, r := range t.Releases(ctx) {
			pairs = append(pairs, Pair{Release: r})
		}
		return pairs, nil
	}
	name, lang, isPair := strings.Cut(word, "/")
	r, err := t.find(ctx, name)
	if err == nil && isPair {
		if _, err = ParseMinor(lang); err == nil {
			lang, err = r.language(lang)
		}
	}
	return []Pair{{r, lang}}, err
}

func (t *Toolchains) find(ctx context.Context, name string) (Release, error) {
	there := slices.Concat(t.Releases(ctx), t.Coming(ctx))
	minor, err := ParseMinor(name)
	if err == nil {
		for _, r := range there {
			if r.Minor == minor {
				return r, nil
			}
		}
	}
	return Release{}, fault.New(fault.Misuse, "no Go release %q", name).
		Try("Choose from %s, or all, or local.", names(there))
}

func names(releases []Release) string {
	var s []string
	for _, r := range releases {
		s = append(s, r.String())
	}
	return strings.Join(s, " ")
}

// language checks a language version for programs of r and writes it as the
// compiler does, "go1.21"; the release's own, and "", is "".
func (r Release) language(lang string) (string, error) {
	if lang == "" {
		return "", nil
	}
	minor, err := ParseMinor(lang)
	if err != nil {
		return "", err
	}
	if minor > r.Minor || minor < 1 {
		return "", fault.New(fault.Misuse, "Go %s cannot compile the language of Go 1.%d", r, minor).
			Try("Choose a release that is as new as the language: 1.%d/1.%d.", max(minor, oldest), minor)
	}
	if minor == r.Minor {
		return "", nil
	}
	return fmt.Sprintf("go1.%d", minor), nil
}
