package toolchain

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomastery/gomastery/internal/fault"
)

func cancelSoon(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), 30*time.Millisecond)
}

// stuffed returns toolchains whose cache has entries of 1000 bytes, of which the
// first was used the longest ago.
func stuffed(t *testing.T) *Toolchains {
	t.Helper()
	s := asking(t, "off")
	for i, name := range []string{"archives/b", "archives/a", "archives/c-race", "go/go1.19.13", "gocache/00"} {
		dir := s.inCache(filepath.FromSlash(name))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "file"), make([]byte, 1000), 0o644); err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 11, 1+i, 0, 0, 0, 0, time.UTC)
		if err := os.Chtimes(dir, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func cached(t *testing.T, s *Toolchains) string {
	t.Helper()
	entries, err := s.Cached()
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, e := range entries {
		words = append(words, fmt.Sprintf("%s:%d", e.Name, e.Bytes))
	}
	return strings.Join(words, " ")
}

func TestCachedAndClean(t *testing.T) {
	s := stuffed(t)
	want := "archives/a:1000 archives/b:1000 archives/c-race:1000 go/go1.19.13:1000 gocache:1000"
	if got := cached(t, s); got != want {
		t.Errorf("Cached() = %s, want %s", got, want)
	}
	for _, name := range []string{"archives/none", "archives", "tmp", "../x", ""} {
		if n, err := s.Clean(t.Context(), name); n != 0 || fault.KindOf(err) != fault.NotFound {
			t.Errorf("Clean(%q) = %d, %v, want not found", name, n, err)
		}
	}
	if n, err := s.Clean(t.Context(), "archives/b", "gocache"); n != 2000 || err != nil {
		t.Errorf("Clean = %d, %v, want 2000", n, err)
	}
	if got, want := cached(t, s), "archives/a:1000 archives/c-race:1000 go/go1.19.13:1000"; got != want {
		t.Errorf("Cached() = %s, want %s", got, want)
	}
	if n, err := s.Clean(t.Context()); n != 3000 || err != nil {
		t.Errorf("Clean of all = %d, %v, want 3000", n, err)
	}
	if got := cached(t, s); got != "" {
		t.Errorf("Cached() = %s, want nothing", got)
	}
	if left, _ := os.ReadDir(s.session); len(left) > 0 {
		t.Errorf("Clean leaves %v", left)
	}
}

func TestEvict(t *testing.T) {
	tests := []struct {
		bound  int64
		keep   string
		locked string
		want   string
	}{
		{4000, "a", "", "archives/a archives/b archives/c-race go/go1.19.13 gocache"},
		{3999, "a", "", "archives/a archives/b archives/c-race go/go1.19.13"},
		{2500, "a", "", "archives/a archives/c-race go/go1.19.13"},
		{2500, "b", "", "archives/b archives/c-race go/go1.19.13"},
		{2500, "a", "b", "archives/b archives/a go/go1.19.13"},
		{2500, "a", "gocache", "archives/a go/go1.19.13 gocache"},
		{1, "c-race", "", "archives/c-race go/go1.19.13"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %s %s", tt.bound, tt.keep, tt.locked), func(t *testing.T) {
			s := stuffed(t)
			s.config.Bound = tt.bound
			if tt.locked != "" {
				unlock, err := s.lock(t.Context(), tt.locked, true)
				if err != nil {
					t.Fatal(err)
				}
				defer unlock()
			}
			s.evict(tt.keep)
			want := strings.Fields(tt.want)
			slices.Sort(want)
			if got := strings.ReplaceAll(cached(t, s), ":1000", ""); got != strings.Join(want, " ") {
				t.Errorf("after evict there is %s, want %s", got, want)
			}
		})
	}
}

// Use keeps a set from being removed first.
func TestUseIsNoted(t *testing.T) {
	s := open(t, freshCache(t))
	checkSound(t, s)
	set, err := s.set(s.local, false)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Add(48 * time.Hour).Truncate(time.Second)
	s.now = func() time.Time { return now }
	checkSound(t, s)
	if info, err := os.Stat(set.dir); err != nil || !info.ModTime().Equal(now) {
		t.Errorf("the set was last used at %v, %v, want %v", info.ModTime(), err, now)
	}
}
