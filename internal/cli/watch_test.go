package cli

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestWatch proves, edits a file, sees it proved again, breaks and mends it, and
// ends by Ctrl-C with status 0.
func TestWatch(t *testing.T) {
	needs(t, "gcc")
	dir := t.TempDir()
	writeSample(t, dir)
	file := filepath.Join(dir, "1_sample", "example.go")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, stdout := io.Pipe()
	talk, stderr := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- inFolder(dir, stdout, stderr).run(ctx, []string{"--cache=" + testCache(), "prove", "--watch", "1/lastFirst"})
		stdout.Close()
		stderr.Close()
	}()
	results, words := linesOf(out), linesOf(talk)
	steps := []struct{ name, replace, by, result, talk string }{
		{"as it is", "", "", "hold, 0 refuted", ". Ctrl-C ends."},
		{"a false claim", "// done: 3", "// done: 4", "1_sample/lastFirst#output on", "Watching"},
		{"a fault", "// Output:", "// Exits: 0", "example.go:19:2: ", "nothing was proved"},
		{"mended", "", "", "hold, 0 refuted", "Watching"},
	}
	for i, s := range steps {
		if i > 0 {
			text := strings.Replace(string(good), s.replace, s.by, 1)
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if !until(results, s.result) || !until(words, s.talk) {
			t.Fatalf("%s: the watch never said %q and %q", s.name, s.result, s.talk)
		}
	}
	cancel()
	if status := <-ended; status != 0 {
		t.Errorf("status after Ctrl-C = %d, want 0", status)
	}
}

// linesOf reads a stream to its end, so that whoever writes to it is never held up.
func linesOf(r io.Reader) <-chan string {
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(r); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// until takes lines up to one with this text, and reports whether there was one,
// within a time in which a slow machine proves.
func until(lines <-chan string, text string) bool {
	late := time.After(time.Minute)
	for {
		select {
		case line, ok := <-lines:
			if !ok || strings.Contains(line, text) {
				return ok
			}
		case <-late:
			return false
		}
	}
}
