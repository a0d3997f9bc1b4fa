package fault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestKindOf(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want Kind
	}{
		{"unclassified", errors.New("boom"), Internal},
		{"direct", New(Misuse, "bad flag"), Misuse},
		{"wrapped", fmt.Errorf("opening the book: %w", New(NotFound, "no entry %q", "x")), NotFound},
		{"outermost wins", New(Unavailable, "go1.18: %w", New(NotFound, "no file")), Unavailable},
		{"canceled context", fmt.Errorf("running: %w", context.Canceled), Canceled},
		{"expired context", context.DeadlineExceeded, Canceled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := KindOf(tt.err); got != tt.want {
				t.Errorf("KindOf(%v) = %v, want %v", tt.err, got, tt.want)
			}
		})
	}
}

func TestNext(t *testing.T) {
	inner := New(NotFound, "no go1.18: %w", fs.ErrNotExist).Try("Run gomastery releases install 1.18.")
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"none", New(Misuse, "bad flag"), ""},
		{"not ours", errors.New("boom"), ""},
		{"direct", inner, "Run gomastery releases install 1.18."},
		{"through a silent wrapper", New(Unavailable, "proving: %w", fmt.Errorf("one: %w", inner)), "Run gomastery releases install 1.18."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Next(tt.err); got != tt.want {
				t.Errorf("Next(%v) = %q, want %q", tt.err, got, tt.want)
			}
		})
	}
	if !errors.Is(inner, fs.ErrNotExist) {
		t.Errorf("errors.Is(%v, fs.ErrNotExist) = false: the cause is lost", inner)
	}
}

func TestKindString(t *testing.T) {
	for kind, want := range map[Kind]string{Internal: "internal", Canceled: "canceled", Kind(99): "Kind(99)"} {
		if got := kind.String(); got != want {
			t.Errorf("Kind(%d).String() = %q, want %q", int(kind), got, want)
		}
	}
}
