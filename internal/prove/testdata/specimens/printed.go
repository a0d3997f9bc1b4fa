//go:build ignore

// Specimens of claims about what is printed.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
)

var words = []string{"one", "two", "three"}

func holdsOutput() {
	for _, w := range words {
		fmt.Println(w)
	}
	fmt.Fprintln(os.Stderr, "standard error is not compared")
	// Output:
	// one
	// two
	// three
}

func refutedOutputText() {
	for _, w := range words {
		fmt.Println(w)
	}
	// Output:
	// one
	// two
	// four
}

func refutedOutputTooLittle() {
	for _, w := range words {
		fmt.Println(w)
	}
	// Output:
	// one
	// two
}

func refutedOutputTooMuch() {
	for _, w := range words {
		fmt.Println(w)
	}
	// Output:
	// one
	// two
	// three
	// four
}

func refutedOutputEmpty() {
	for _, w := range words {
		fmt.Println(w)
	}
	// Output:
}

func holdsOutputByRelease() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { return i })
	}
	fmt.Println(fs[0](), fs[1](), fs[2]())
	// Output (!go1.22): 3 3 3
	// Output (go1.22): 0 1 2
}

// refutedOutputWrongRelease has the right texts on the wrong releases.
func refutedOutputWrongRelease() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { return i })
	}
	fmt.Println(fs[0](), fs[1](), fs[2]())
	// Output (go1.22): 3 3 3
	// Output (!go1.22): 0 1 2
}

// refutedOutputEverywhere is right on new releases only and does not say so.
func refutedOutputEverywhere() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { return i })
	}
	fmt.Println(fs[0](), fs[1](), fs[2]())
	// Output: 0 1 2
}

func holdsUnordered() {
	for i := range words {
		fmt.Println(words[len(words)-1-i])
	}
	// Unordered output:
	// one
	// two
	// three
}

func refutedUnorderedMissing() {
	for i := range words {
		fmt.Println(words[len(words)-1-i])
	}
	// Unordered output:
	// one
	// two
}

func refutedUnorderedTwice() {
	for i := range words {
		fmt.Println(words[len(words)-1-i])
	}
	// Unordered output:
	// one
	// two
	// two
	// three
}

func holdsMatches() {
	fmt.Println("go", runtime.Version())
	fmt.Println(runtime.NumGoroutine() > 0)
	// Output matches:
	// go go1\.[0-9.]+
	// true|false
}

// refutedMatchesPart would hold if the expression were not anchored.
func refutedMatchesPart() {
	fmt.Println("go", runtime.Version())
	// Output matches:
	// go1
}

func refutedMatchesCount() {
	for _, w := range words {
		fmt.Println(w)
	}
	// Output matches:
	// one
	// t.*
}

func either() {
	c := make(chan string, 2)
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); c <- words[0] }()
	go func() { defer wg.Done(); c <- words[1] }()
	wg.Wait()
	fmt.Println(<-c)
}

func holdsOutcomes() {
	either()
	// Outcomes: one | two
}

func holdsOutcomesRare() {
	either()
	// Outcomes: one | two | (three)
}

func refutedOutcomesUnlisted() {
	either()
	// Outcomes: one | three
}

func refutedOutcomesNeverSeen() {
	either()
	// Outcomes: one | two | three
}

func main() {
	for _, run := range []func(){
		holdsOutput, refutedOutputText, refutedOutputTooLittle, refutedOutputTooMuch, refutedOutputEmpty,
		holdsOutputByRelease, refutedOutputWrongRelease, refutedOutputEverywhere,
		holdsUnordered, refutedUnorderedMissing, refutedUnorderedTwice,
		holdsMatches, refutedMatchesPart, refutedMatchesCount,
		holdsOutcomes, holdsOutcomesRare, refutedOutcomesUnlisted, refutedOutcomesNeverSeen,
	} {
		run()
	}
}
