package main

import (
	"errors"
	"os"
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
