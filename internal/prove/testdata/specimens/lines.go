//go:build ignore

// Specimens of claims about what tools say of a line.
package main

import (
	"fmt"
	"sync"
)

type point struct{ x, y int }

//go:noinline
func holdsEscapePoint() *point {
	p := point{1, 2} // want escape "moved to heap: p"
	return &p
}

//go:noinline
func refutedEscapePoint() *point {
	p := point{1, 2} // want escape "moved to heap: q"
	return &p
}

//go:noinline
func holdsEscapeNone(n int) int {
	p := &point{n, 2} // want escape none
	return p.x
}

//go:noinline
func refutedEscapeNone(n int) *point {
	p := &point{n, 2} // want escape none
	return p
}

func holdsInlineAdd(a, b int) int { return a + b } // want inline "can inline holdsInlineAdd"

//go:noinline
func refutedInlineAdd(a, b int) int { return a + b } // want inline "can inline refutedInlineAdd"

func holdsBoundsAt(s []int, i int) int {
	return s[i] // want bounds "Found IsInBounds"
}

func refutedBoundsAt(s []int) (sum int) {
	for i := range s {
		sum += s[i] // want bounds "Found IsInBounds"
	}
	return sum
}

func holdsVetLock(mu sync.Mutex) { // want vet:copylocks "passes lock by value"
	fmt.Println("copied")
}

func refutedVetLock(mu *sync.Mutex) { // want vet:copylocks "passes lock by value"
	fmt.Println("shared")
}

// refutedVetOther names another check than the one that speaks.
func refutedVetOther(mu sync.Mutex) { // want vet:printf "passes lock by value"
	fmt.Println("copied")
}

// refutedVetClean does not say what vet says.
func refutedVetClean() {
	for _, n := range []int{1, 2} {
		fmt.Printf("%d\n", fmt.Sprint(n))
	}
	// Output:
	// %!d(string=1)
	// %!d(string=2)
}

var list = []string{"a"}

func wordCount() int { return len(list) }

func holdsStaticcheckUnused() int {
	n := wordCount()
	fmt.Println(n)
	n = wordCount() // want staticcheck:SA4006 "never used"
	n = wordCount()
	return n
}

func refutedStaticcheckUnused() int {
	n := wordCount() // want staticcheck:SA4006 "never used"
	return n
}

// refutedCheckUnknown names a check that does not exist.
func refutedCheckUnknown() int {
	return len("a") // want check:nonesuch "anything"
}

func holdsEscapeByRelease(n int) int {
	p := make([]int, n) // want escape (!go1.25) "escapes to heap"
	return len(p)
}

func main() { refutedVetClean() }
