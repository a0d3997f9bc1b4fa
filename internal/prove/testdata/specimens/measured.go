//go:build ignore

// Specimens of claims about allocations, speed, and since when a case compiles.
package main

import (
	"fmt"
	"slices"
	"strings"
)

var (
	size  = 1000
	sink  []byte
	parts = strings.Split(strings.Repeat("part,", 200), ",")
	text  string
)

func holdsAllocs() {
	sink = make([]byte, size)
	// Allocs: 1
}

func holdsAllocsAtMost() {
	sink = make([]byte, size)
	// Allocs: <= 2
}

func holdsAllocsNone() {
	size++
	size--
	// Allocs: 0
}

func refutedAllocsMore() {
	sink = make([]byte, size)
	// Allocs: 2
}

func refutedAllocsLess() {
	sink = make([]byte, size)
	// Allocs: 0
}

func refutedAllocsAtMost() {
	for i := 0; i < 3; i++ {
		sink = make([]byte, size)
	}
	// Allocs: <= 2
}

func refutedAllocsPrints() {
	fmt.Print(size)
	// Allocs: <= 2
}

func refutedAllocsPanics() {
	sink = make([]byte, -size)
	// Allocs: 1
}

func concat() {
	text = ""
	for _, p := range parts {
		text += p
	}
	// Allocs: <= 300
}

func holdsFaster() {
	text = strings.Join(parts, "")
	// Faster: 1.5x than concat
}

func refutedFaster() {
	text = ""
	for _, p := range parts {
		text += p
	}
	// Faster: 1.5x than concat
}

func refutedFasterUnknown() {
	text = strings.Join(parts, "")
	// Faster: 1.5x than nothing
}

func holdsSince() {
	fmt.Println(slices.Repeat([]int{1, 3}, 2))
	// Since: 1.23 slices.Repeat
	// Output: [1 3 1 3]
}

// refutedSinceLate says that it needs a release which it does not need.
func refutedSinceLate() {
	fmt.Println(strings.Count("cheese", "e"))
	// Since: 1.27 strings.Count
	// Output: 3
}

// refutedSinceUnsaid does not say that it needs a release.
func refutedSinceUnsaid() {
	fmt.Println(slices.Repeat([]int{3}, 2))
	// Output: [3 3]
}

func main() {
	for _, run := range []func(){
		holdsAllocs, holdsAllocsAtMost, holdsAllocsNone, refutedAllocsMore, refutedAllocsLess,
		refutedAllocsAtMost, refutedAllocsPrints, refutedAllocsPanics,
		concat, holdsFaster, refutedFaster, refutedFasterUnknown,
		holdsSince, refutedSinceLate, refutedSinceUnsaid,
	} {
		run()
	}
}
