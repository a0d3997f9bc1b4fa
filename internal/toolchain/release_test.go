package toolchain

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

func TestParseMinor(t *testing.T) {
	good := map[string]int{"1.27": 27, "go1.27": 27, "go1.27.4": 27, "1.27.4": 27, "1.18": 18, "go1.20": 20}
	for in, want := range good {
		if got, err := ParseMinor(in); got != want || err != nil {
			t.Errorf("ParseMinor(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "1", "2.27", "1.27rc1", "go1.27.4.5", "1.027", "1.27 ", "v1.27", "1.-1", "1.99999999999999999999"} {
		if got, err := ParseMinor(in); fault.KindOf(err) != fault.Misuse {
			t.Errorf("ParseMinor(%q) = %d, %v, want misuse", in, got, err)
		}
	}
}

func FuzzParseMinor(f *testing.F) {
	f.Add("go1.27.4")
	f.Add("1.021")
	f.Fuzz(func(t *testing.T, s string) {
		minor, err := ParseMinor(s)
		if err == nil && !strings.Contains(s, fmt.Sprintf("1.%d", minor)) {
			t.Errorf("ParseMinor(%q) = %d", s, minor)
		}
	})
}

func TestReleaseNames(t *testing.T) {
	r := Release{27, "go1.27.4"}
	if r.String() != "1.27" || r.Lang() != "go1.27" {
		t.Errorf("a release is called %q, its language %q", r, r.Lang())
	}
	for want, p := range map[string]Pair{"1.27": {r, ""}, "1.27/1.21": {r, "go1.21"}} {
		if p.String() != want {
			t.Errorf("%#v.String() = %q, want %q", p, p, want)
		}
	}
	if p := (Pair{r, "go1.27"}); p.String() != "1.27" {
		t.Errorf("a pair with the release's own language is called %q", p)
	}
}

func TestLocalRelease(t *testing.T) {
	for in, want := range map[string]Release{
		"go1.26.8": {26, "go1.26.8"}, "go1.26.8 X:nogreenteagc": {26, "go1.26.8"}, "go1.22.12-vendor1": {22, "go1.22.12-vendor1"},
		"devel go1.28-1a2b3c Mon Nov 9 10:00:00 2026": {28, "go1.28-1a2b3c"},
	} {
		if got, err := localRelease(in); got != want || err != nil {
			t.Errorf("localRelease(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "gccgo", "go1.17.5"} {
		if got, err := localRelease(in); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("localRelease(%q) = %v, %v, want unavailable", in, got, err)
		}
	}
}

// A proxy serves the list of toolchain modules, and counts how often it is asked.
type proxy struct {
	*httptest.Server
	list  atomic.Pointer[string]
	asked atomic.Int32
}

func newProxy(t *testing.T, lines ...string) *proxy {
	p := &proxy{}
	p.serve(lines...)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		switch name := strings.TrimPrefix(r.URL.Path, "/golang.org/toolchain/@v/"); {
		case *p.list.Load() == "":
			http.NotFound(w, r)
		case name == "list":
			fmt.Fprint(w, *p.list.Load())
		case name == "v0.0.1-go1.22.99."+platform+".zip" && r.Method == http.MethodHead:
			w.Header().Set("Content-Length", "12345")
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) serve(lines ...string) {
	list := strings.Join(lines, "\n")
	p.list.Store(&list)
}

func lineOf(version string) string { return "v0.0.1-" + version + "." + platform }

// asking returns toolchains with a fresh cache that ask these proxies.
func asking(t *testing.T, proxies string) *Toolchains {
	t.Helper()
	s, err := New(t.Context(), Config{Cache: t.TempDir(), Sandbox: box(t), Proxy: proxies, ModCache: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	s.local = &Go{Release: Release{26, "go1.26.8"}, Root: s.local.Root, t: s} // whatever the machine has
	return s
}

func versions(list []Release) (versions []string) {
	for _, r := range list {
		versions = append(versions, r.Version)
	}
	return versions
}

func TestReleases(t *testing.T) {
	table := versions(adopted)
	table[8] = "go1.26.8"
	newest := slices.Clone(table)
	newest[4], newest[9] = "go1.22.99", "go1.27.10"
	p := newProxy(t, lineOf("go1.22.3"), lineOf("go1.22.99"), lineOf("go1.22.98"), lineOf("go1.27.10"), lineOf("go1.27.9"), lineOf("go1.26.50"),
		lineOf("go1.28rc1"), lineOf("go1.29.0"), lineOf("go1.28.1"), lineOf("go1.9.7"), "v0.0.1-go1.21.99.plan9-mips", "rubbish", "")
	empty := newProxy(t)
	tests := []struct {
		name, proxy  string
		want, coming []string
	}{
		{"proxy", p.URL, newest, []string{"go1.28.1", "go1.29.0"}},
		{"proxy and direct", p.URL + ",direct", newest, []string{"go1.28.1", "go1.29.0"}},
		{"second of two", empty.URL + "," + p.URL, newest, []string{"go1.28.1", "go1.29.0"}},
		{"off", "off", table, nil},
		{"direct", "direct", table, nil},
		{"proxy without toolchains", empty.URL, table, nil},
		{"dead proxy", "http://127.0.0.1:1", table, nil},
		{"dead proxy stops a comma list", "http://127.0.0.1:1," + p.URL, table, nil},
		{"dead proxy and another", "http://127.0.0.1:1|" + p.URL, newest, []string{"go1.28.1", "go1.29.0"}},
		{"not a proxy", "::", table, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := asking(t, tt.proxy)
			if got := versions(s.Releases(t.Context())); !slices.Equal(got, tt.want) {
				t.Errorf("Releases() = %q, want %q", got, tt.want)
			}
			if got := versions(s.Coming(t.Context())); !slices.Equal(got, tt.coming) {
				t.Errorf("Coming() = %q, want %q", got, tt.coming)
			}
		})
	}
}

// A local release that the project has not adopted is coming, and still local.
func TestReleasesWithNewerLocal(t *testing.T) {
	s := asking(t, "off")
	s.local.Release = Release{30, "go1.30.1"}
	if got := versions(s.Coming(t.Context())); !slices.Equal(got, []string{"go1.30.1"}) {
		t.Errorf("Coming() = %q, want the local release", got)
	}
	if got, err := s.Select(t.Context(), "local"); err != nil || len(got) != 1 || got[0].Release.Minor != 30 {
		t.Errorf("Select(local) = %v, %v", got, err)
	}
	if got := s.Releases(t.Context()); got[len(got)-1].Minor != newestAdopted() {
		t.Errorf("Releases() = %v, want up to the newest adopted", got)
	}
}

func TestProxyIsAskedOnceADay(t *testing.T) {
	p := newProxy(t, lineOf("go1.22.50"))
	s := asking(t, p.URL)
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	ask := func(what string, patch string, asked int32) {
		t.Helper()
		if got := s.Releases(t.Context())[4].Version; got != "go1.22."+patch || p.asked.Load() != asked {
			t.Errorf("%s: Releases has %s and the proxy was asked %d times, want go1.22.%s, %d", what, got, p.asked.Load(), patch, asked)
		}
	}
	ask("first", "50", 1)
	p.serve(lineOf("go1.22.51"))
	now = now.Add(23 * time.Hour)
	ask("the same day", "50", 1)
	s.table = table{} // another process
	ask("another process", "50", 1)
	now = now.Add(2 * time.Hour)
	ask("the next day", "51", 2)
	p.serve()
	now = now.Add(25 * time.Hour)
	ask("the proxy fails", "51", 3)
	now = now.Add(59 * time.Minute)
	ask("within the hour", "51", 3)
	now = now.Add(2 * time.Minute)
	ask("an hour later", "51", 4)
	if err := os.WriteFile(s.tablePath(), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.table = table{}
	ask("a broken table", "12", 5)
}

func TestSelect(t *testing.T) {
	s := asking(t, newProxy(t, lineOf("go1.28.0")).URL)
	tests := []struct{ list, want string }{
		{"1.21", "1.21"}, {"1.27, 1.21", "1.27 1.21"}, {"go1.21.5", "1.21"}, {"local", "1.26"}, {"1.26/1.21", "1.26/1.21"},
		{"1.26/go1.26", "1.26"}, {"1.26,local,1.26/1.26", "1.26"}, {"1.28", "1.28"}, {"1.20/1.17", "1.20/1.17"},
		{"all", "1.18 1.19 1.20 1.21 1.22 1.23 1.24 1.25 1.26 1.27"}, {"1.20,all", "1.20 1.18 1.19 1.21 1.22 1.23 1.24 1.25 1.26 1.27"},
	}
	for _, tt := range tests {
		got, err := s.Select(t.Context(), tt.list)
		if words := strings.Trim(fmt.Sprint(got), "[]"); err != nil || words != tt.want {
			t.Errorf("Select(%q) = %s, %v, want %s", tt.list, words, err, tt.want)
		}
	}
	for _, list := range []string{"", "1.17", "1.99", "newest", "1.21,", "1.21/1.22", "1.21/x", "1.21/", "1.21/1.18/1.17", "1.27rc1"} {
		got, err := s.Select(t.Context(), list)
		if fault.KindOf(err) != fault.Misuse || fault.Next(err) == "" {
			t.Errorf("Select(%q) = %v, %v, want misuse and what there is", list, got, err)
		}
	}
}

func TestSize(t *testing.T) {
	p := newProxy(t, lineOf("go1.22.99"))
	s := asking(t, p.URL)
	if n, err := s.Size(t.Context(), s.Local()); n != 0 || err != nil {
		t.Errorf("Size(local) = %d, %v, want 0", n, err)
	}
	if n, err := s.Size(t.Context(), Release{22, "go1.22.99"}); n != 12345 || err != nil {
		t.Errorf("Size = %d, %v, want 12345", n, err)
	}
	if n, err := s.Size(t.Context(), Release{22, "go1.22.98"}); fault.KindOf(err) != fault.NotFound || fault.Next(err) == "" {
		t.Errorf("Size of what there is not = %d, %v, want not found", n, err)
	}
	off := asking(t, "off")
	if n, err := off.Size(t.Context(), Release{22, "go1.22.99"}); fault.KindOf(err) != fault.Unavailable || fault.Next(err) == "" {
		t.Errorf("Size without proxy = %d, %v, want unavailable", n, err)
	}
	zip := off.downloaded(Release{22, "go1.22.99"}, "zip")
	if err := os.MkdirAll(filepath.Dir(zip), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(zip, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if n, err := off.Size(t.Context(), Release{22, "go1.22.99"}); n != 0 || err != nil {
		t.Errorf("Size of what is downloaded = %d, %v, want 0", n, err)
	}
}

func FuzzParseList(f *testing.F) {
	f.Add(lineOf("go1.27.4") + "\n" + lineOf("go1.27rc1"))
	f.Add("v0.0.1-go1." + platform)
	f.Fuzz(func(t *testing.T, list string) {
		for _, r := range parseList(list) {
			if minor, err := ParseMinor(r.Version); err != nil || minor != r.Minor || minor < oldest || !strings.Contains(list, lineOf(r.Version)) {
				t.Errorf("parseList(%q) has %+v", list, r)
			}
		}
	})
}

func TestClose(t *testing.T) {
	s, err := New(t.Context(), Config{Cache: t.TempDir(), Sandbox: box(t)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	}
	for _, dir := range []string{"tmp", "locks"} {
		if left, _ := filepath.Glob(s.inCache(dir, "session-*")); len(left) > 0 {
			t.Errorf("Close leaves %v", left)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	inModule := t.TempDir()
	if err := os.WriteFile(filepath.Join(inModule, "go.mod"), []byte("module m\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		c    Config
		kind fault.Kind
	}{
		{"no sandbox", Config{Cache: t.TempDir()}, fault.Misuse},
		{"no cache", Config{Sandbox: box(t)}, fault.Misuse},
		{"relative cache", Config{Sandbox: box(t), Cache: "cache"}, fault.Misuse},
		{"cache in a module", Config{Sandbox: box(t), Cache: filepath.Join(inModule, "a", "b")}, fault.Misuse},
		{"no go command there", Config{Sandbox: box(t), Cache: t.TempDir(), GoRoot: t.TempDir()}, fault.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if s, err := New(t.Context(), tt.c); fault.KindOf(err) != tt.kind {
				t.Errorf("New = %v, %v (%v), want %v", s, err, fault.KindOf(err), tt.kind)
			}
		})
	}
	t.Run("no go command", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := New(t.Context(), Config{Sandbox: box(t), Cache: t.TempDir()}); fault.KindOf(err) != fault.Unavailable || fault.Next(err) == "" {
			t.Errorf("New without a go command: %v, want unavailable", err)
		}
	})
}

func TestPairVersion(t *testing.T) {
	r := Release{26, "go1.26.8"}
	for want, p := range map[string]Pair{
		"go1.26.8":        {Release: r},
		"go1.26.8/go1.21": {Release: r, Lang: "go1.21"},
	} {
		if got := p.Version(); got != want {
			t.Errorf("Pair%v.Version() = %q, want %q", p, got, want)
		}
	}
	if got := (Pair{Release: r, Lang: r.Lang()}).Version(); got != "go1.26.8" {
		t.Errorf("Version() of a pair with the release's own language = %q, want go1.26.8", got)
	}
}
