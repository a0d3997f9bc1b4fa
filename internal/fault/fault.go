// Package fault names the kinds of failure of the project, so that each face
// (command line, web) translates a kind once: into an exit status, into an HTTP
// status.
//
// Only our own failures are errors. What goes wrong in a reader's program (a
// compile error, a panic, a race, a time-out) is a result, and is data of the
// run.
package fault

import (
	"context"
	"errors"
	"fmt"
)

// A Kind says whose turn it is after a failure.
type Kind int

// The kinds. The zero Kind is Internal: what nobody classified is our fault.
const (
	Internal    Kind = iota // we failed; nothing the caller can do differently
	Misuse                  // the request makes no sense: another flag, another name
	NotFound                // what was named does not exist
	Unavailable             // it exists, but can't be had here or now: a release without network, a missing gcc
	Canceled                // the caller went away or pressed Ctrl-C
)

var kindNames = [...]string{"internal", "misuse", "not found", "unavailable", "canceled"}

// String returns the kind in words, lower case.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return kindNames[k]
}

// An Error is a failure with its kind and, for a person, what to do next.
type Error struct {
	Kind Kind
	Next string // a full sentence, or "" when there is nothing to suggest
	Err  error  // what happened; never nil
}

// Error returns what happened, without the suggestion.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of this kind. The format is that of [fmt.Errorf], %w included.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Err: fmt.Errorf(format, args...)}
}

// Try adds the next step for the person who reads the message, and returns e.
func (e *Error) Try(format string, args ...any) *Error {
	e.Next = fmt.Sprintf(format, args...)
	return e
}

// KindOf returns the kind of the outermost Error in err's tree. A cancelled or
// expired context is Canceled; anything else is Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return Canceled
	}
	return Internal
}

// Next returns the suggestion of the outermost Error in err's tree that has one, or "".
func Next(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Next != "" {
			return e.Next
		}
		err = e.Err
	}
	return ""
}
