package main

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/gomastery/gomastery/internal/book"
)

// TestBook reads the book of this repository and holds each entry against what
// docs/writing.md asks for.
func TestBook(t *testing.T) {
	b, err := book.Read(os.DirFS("."))
	var faults book.Faults
	if err != nil && !errors.As(err, &faults) {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
	if len(b.Entries) == 0 {
		t.Fatal("the book has no entries")
	}
	for _, e := range b.Entries {
		for _, f := range book.Review(e) {
			t.Error(f)
		}
		for _, r := range append(e.Refused, b.Unlinked(e)...) {
			t.Errorf("%v: %s: %s", r.Position, r.ID, r.Why)
		}
	}
}

// TestReach holds the whole book to being about old releases too: four cases of
// five are tried on all releases, 19 of 20 from 1.21 on.
func TestReach(t *testing.T) {
	b, err := book.Read(os.DirFS("."))
	if b == nil {
		t.Fatal(err)
	}
	all, since18, since21 := 0, 0, 0
	for _, e := range b.Entries {
		for _, c := range e.Cases() {
			all++
			if c.Since.Minor == 0 {
				since18++
			}
			if c.Since.Minor <= 21 {
				since21++
			}
		}
	}
	if 10*since18 < 8*all {
		t.Errorf("%d of %d cases are tried on all releases, want 80 %%", since18, all)
	}
	if 100*since21 < 95*all {
		t.Errorf("%d of %d cases are tried from 1.21 on, want 95 %%", since21, all)
	}
}

// TestIndex holds the index in README.md against what list --markdown prints.
func TestIndex(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	list := exec.Command("go", "run", ".", "list", "--markdown")
	list.Stderr = os.Stderr
	want, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), strings.TrimSpace(string(want))) {
		t.Errorf("the index of README.md is not what this prints: go run . list --markdown\n%s", want)
	}
}

// TestTour runs the first command of README.md's minute: what stands there is what
// it prints.
func TestTour(t *testing.T) {
	const command = "run . run 9_slices/sharedTail --release 1.25,1.27"
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, ok := strings.Cut(string(readme), "$ go "+command+"\n")
	if !ok {
		t.Fatalf("README.md does not show go %s", command)
	}
	want, _, _ := strings.Cut(tour, "```")
	if os.Getenv("CI") == "true" {
		install := exec.Command("go", "run", ".", "releases", "install", "1.25", "1.27", "--yes")
		if out, err := install.CombinedOutput(); err != nil {
			t.Fatalf("installing Go 1.25 and 1.27: %v\n%s", err, out)
		}
	}
	list, err := exec.Command("go", "run", ".", "releases").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, release := range []string{"1.25", "1.27"} {
		if _, line, _ := strings.Cut(string(list), "  "+release+"  "); !strings.Contains(strings.SplitN(line, "\n", 2)[0], "installed") {
			t.Skipf("needs Go %s: go run . releases install %s", release, release)
		}
	}
	got, err := exec.Command("go", strings.Fields(command)...).CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	patch := regexp.MustCompile(`(go1\.[0-9]+)\.[0-9]+`)
	if g, w := patch.ReplaceAllString(string(got), "$1.N"), patch.ReplaceAllString(want, "$1.N"); g != w {
		t.Errorf("go %s prints\n%s\nREADME.md shows\n%s", command, g, w)
	}
}
