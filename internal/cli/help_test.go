package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// nodes lists all commands, the application first, but those that are only another
// name of the command above them.
func nodes(t *testing.T) []*kong.Node {
	t.Helper()
	parser, err := new(app).parser()
	if err != nil {
		t.Fatal(err)
	}
	var all []*kong.Node
	var visit func(*kong.Node)
	visit = func(n *kong.Node) {
		if !n.Hidden && (n.Parent == nil || n.Parent.DefaultCmd != n) {
			all = append(all, n)
		}
		for _, c := range n.Children {
			visit(c)
		}
	}
	visit(parser.Model.Node)
	return all
}

// TestHelp compares each help text with testdata/help, so that a change of the
// command line shows in review. Run with -update to write them anew.
func TestHelp(t *testing.T) {
	for _, n := range nodes(t) {
		t.Run(commandPath(n), func(t *testing.T) {
			var out bytes.Buffer
			a := inFolder(t.TempDir(), &out, &out)
			args := append(strings.Fields(commandPath(n))[1:], "--help")
			if status := a.run(t.Context(), args); status != 0 {
				t.Fatalf("run(%q) = %d, want 0\n%s", args, status, out.String())
			}
			golden := filepath.Join("testdata", "help", strings.ReplaceAll(commandPath(n), " ", "_")+".txt")
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got := out.String(); got != string(want) {
				t.Errorf("run(%q) prints\n%s\nwant\n%s", args, got, want)
			}
			for line := range strings.Lines(out.String()) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > helpWidth && !strings.HasPrefix(line, "    ") {
					t.Errorf("a line of %d characters, want at most %d: %s", n, helpWidth, line)
				}
			}
		})
	}
}

// TestSessions runs the session at the end of each help text in a new book and
// compares what it prints. An ellipsis stands for anything on a line, and for any
// lines when it is alone.
func TestSessions(t *testing.T) {
	needs(t, "gcc")
	for _, n := range nodes(t) {
		t.Run(commandPath(n), func(t *testing.T) {
			_, session, ok := strings.Cut(detail(n), "\n$ ")
			if !ok {
				t.Fatalf("the help of %s ends without a session", commandPath(n))
			}
			dir, cache := t.TempDir(), testCache()
			writeSample(t, dir)
			if n.Name == "cache" || n.Name == "clean" {
				cache = smallCache(t)
			}
			for step := range strings.SplitSeq(session, "\n$ ") {
				line, want, _ := strings.Cut(step, "\n")
				args := words(t, line)
				got, _ := command(t, dir, cache, args[1:]...)
				if !matches(got, want) {
					t.Errorf("$ %s\nprints\n%s\nwant\n%s", line, got, want)
				}
			}
		})
	}
}

// smallCache makes a cache folder of a few bytes, which may be cleaned.
func smallCache(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"toolchain/archives/go1.21.13-aaaaaa/a.a": "archive",
		"programs/aaaa":         "program",
		"verdicts/aa/aaaa.json": "verdicts",
	})
	return dir
}

// words splits a command line, where double quotes hold words together.
func words(t *testing.T, line string) []string {
	t.Helper()
	all := regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(line, -1)
	for i, w := range all {
		all[i] = strings.Trim(w, `"`)
	}
	if all[0] != "gomastery" {
		t.Fatalf("the session runs %s, want gomastery", all[0])
	}
	return all
}

// matches reports whether a text is what a session says.
func matches(got, want string) bool {
	pattern := ""
	for line := range strings.SplitSeq(strings.TrimRight(want, "\n"), "\n") {
		if line == "…" {
			pattern += "(?:.*\n)*"
			continue
		}
		pattern += strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*") + "\n"
	}
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}
