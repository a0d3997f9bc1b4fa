//go:build ignore

// Specimens of claims about races and goroutines left behind.
package main

import (
	"fmt"
	"sync"
	"time"
)

func count(n int, lock bool) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if lock {
				mu.Lock()
				defer mu.Unlock()
			}
			total++
		}()
	}
	wg.Wait()
	return total
}

func holdsRaces() {
	fmt.Println(count(2, false) > 0)
	// Output: true
	// Races: count
}

func refutedRacesNone() {
	fmt.Println(count(2, true))
	// Output: 2
	// Races:
}

func refutedRacesText() {
	fmt.Println(count(2, false) > 0)
	// Output: true
	// Races: somewhere else
}

// holdsRaceFree says nothing about races, and has none.
func holdsRaceFree() {
	fmt.Println(count(2, true))
	// Output: 2
}

// refutedRaceFree says nothing about races, and has one.
func refutedRaceFree() {
	fmt.Println(count(2, false) > 0)
	// Output: true
}

var global = make(chan int)

func leak(n int) {
	for i := 0; i < n; i++ {
		go func() { <-make(chan int) }()
	}
	fmt.Println("started:", n)
}

func holdsLeaks() {
	leak(2)
	// Output: started: 2
	// Leaks: 2
}

func refutedLeaksMore() {
	leak(2)
	// Output: started: 2
	// Leaks: 3
}

func refutedLeaksLess() {
	leak(2)
	// Output: started: 2
	// Leaks: 1
}

func refutedLeaksNone() {
	leak(0)
	// Output: started: 0
	// Leaks: 1
}

// refutedLeakFree says nothing about goroutines, and leaves one.
func refutedLeakFree() {
	leak(1)
	// Output: started: 1
}

// holdsLeakFree leaves a goroutine that ends by itself, and a timer.
func holdsLeakFree() {
	go func() { time.Sleep(20 * time.Millisecond) }()
	time.AfterFunc(time.Hour, func() {})
	fmt.Println("timers:", 1+len(global))
	// Output: timers: 1
}

// holdsLeaksTicking is undecided for the deadlock detector: its goroutine wakes up
// again and again.
func holdsLeaksTicking() {
	t := time.NewTicker(time.Millisecond)
	go func() {
		for range t.C {
		}
	}()
	fmt.Println("tickers:", 1+len(global))
	// Output: tickers: 1
	// Leaks: 1
}

func holdsLeaksProfile() {
	leak(1)
	// Output: started: 1
	// Leaks: 1
	// Leaks (go1.27): 1 profile
}

// refutedLeaksProfile leaks what the profile does not see: the channel can be
// reached.
func refutedLeaksProfile() {
	go func() { <-global }()
	fmt.Println("started:", 1+len(global))
	// Output: started: 1
	// Leaks: 1
	// Leaks (go1.27): 1 profile
}

func main() {
	for _, run := range []func(){
		holdsRaces, refutedRacesNone, refutedRacesText, holdsRaceFree, refutedRaceFree,
		holdsLeaks, refutedLeaksMore, refutedLeaksLess, refutedLeaksNone, refutedLeakFree, holdsLeakFree,
		holdsLeaksTicking, holdsLeaksProfile, refutedLeaksProfile,
	} {
		run()
	}
}
