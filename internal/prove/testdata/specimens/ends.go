//go:build ignore

// Specimens of claims about how a process ends.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

var none map[string]int

func holdsPanics() {
	fmt.Println("entries:", len(none))
	none["a"] = 1
	// Output: entries: 0
	// Panics: assignment to entry in nil map
}

func holdsPanicsElsewhere() {
	done := make(chan bool)
	go func() { none["a"] = 1 }()
	<-done
	// Panics: assignment to entry in nil map
}

func holdsPanicsChain() {
	defer func() { panic(fmt.Sprint("after ", recover())) }()
	none["a"] = 1
	// Panics: after assignment
}

func refutedPanicsText() {
	none["a"] = 1
	// Panics: index out of range
}

// refutedPanicsImpostor prints what a panic would print, with its status.
func refutedPanicsImpostor() {
	println("panic: boom")
	println()
	println("goroutine 1 [running]:")
	os.Exit(2)
	// Panics: boom
}

func refutedPanicsFatal() {
	<-make(chan int)
	// Panics: all goroutines are asleep
}

func refutedPanicsRecovered() {
	defer func() { recover() }()
	none["a"] = 1
	// Panics: assignment to entry in nil map
}

func holdsFatalDeadlock() {
	<-make(chan int)
	// Fatal: all goroutines are asleep
}

type deep struct{ next *deep }

func (d *deep) depth() int { return 1 + d.next.depth() }

func holdsFatalStack() {
	d := &deep{}
	d.next = d
	fmt.Println(d.depth())
	// Fatal: stack overflow
}

func holdsFatalMaps() {
	m := map[int]int{}
	for i := 0; i < 4; i++ {
		go func() {
			for {
				m[1]++
			}
		}()
	}
	select {}
	// Fatal: concurrent map
	// Races:
}

func refutedFatalPanic() {
	none["a"] = 1
	// Fatal: assignment to entry in nil map
}

func refutedFatalText() {
	<-make(chan int)
	// Fatal: stack overflow
}

func holdsExits() {
	os.Exit(3)
	// Exits: 3
}

func refutedExitsStatus() {
	os.Exit(3)
	// Exits: 4
}

func refutedExitsPanic() {
	none["a"] = 1
	// Exits: 2
}

func refutedExitsReturns() {
	fmt.Println(len(none))
	// Exits: 1
}

// refutedEndsPanic does not say that it panics.
func refutedEndsPanic() {
	fmt.Println("entries:", len(none))
	none["a"] = 1
	// Output: entries: 0
}

// refutedEndsStatus does not say that it exits.
func refutedEndsStatus() {
	fmt.Println("entries:", len(none))
	os.Exit(1)
	// Output: entries: 0
}

// keep prevents the deadlock detector from seeing a hang: somebody could still come.
func keep() { time.AfterFunc(time.Hour, func() {}) }

func holdsHangsChannel() {
	keep()
	<-make(chan int)
	// Hangs:
}

func holdsHangsLock() {
	keep()
	var mu sync.Mutex
	mu.Lock()
	mu.Lock()
	// Hangs:
}

func holdsHangsSpinning() {
	for n := 0; ; n++ {
		if n < 0 {
			n = 0
		}
	}
	// Hangs: spinning
}

func refutedHangsSleep() {
	time.Sleep(time.Hour)
	// Hangs:
}

func refutedHangsReturns() {
	fmt.Println(len(none))
	// Hangs:
}

func refutedHangsDeadlock() {
	<-make(chan int)
	// Hangs:
}

func refutedHangsBlocked() {
	keep()
	<-make(chan int)
	// Hangs: spinning
}

func refutedHangsBusy() {
	for n := 0; ; n++ {
		if n < 0 {
			n = 0
		}
	}
	// Hangs:
}

// alone gives a case a process of its own, because it ends the process or never ends.
func alone(name string, run func()) func() {
	if len(os.Args) > 1 && os.Args[1] == name {
		run()
		os.Exit(0)
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		child := exec.CommandContext(ctx, os.Args[0], name)
		stderr := new(strings.Builder)
		child.Stdout, child.Stderr = os.Stdout, stderr
		err := child.Run()
		for _, line := range strings.Split(stderr.String(), "\n") {
			if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
				fmt.Println(line)
				break
			}
		}
		fmt.Println(name, "ended:", err)
	}
}

func main() {
	for _, run := range []func(){
		alone("holdsPanics", holdsPanics),
		alone("holdsPanicsElsewhere", holdsPanicsElsewhere),
		alone("holdsPanicsChain", holdsPanicsChain),
		alone("refutedPanicsText", refutedPanicsText),
		alone("refutedPanicsImpostor", refutedPanicsImpostor),
		alone("refutedPanicsFatal", refutedPanicsFatal),
		alone("refutedPanicsRecovered", refutedPanicsRecovered),
		alone("holdsFatalDeadlock", holdsFatalDeadlock),
		alone("holdsFatalStack", holdsFatalStack),
		alone("holdsFatalMaps", holdsFatalMaps),
		alone("refutedFatalPanic", refutedFatalPanic),
		alone("refutedFatalText", refutedFatalText),
		alone("holdsExits", holdsExits),
		alone("refutedExitsStatus", refutedExitsStatus),
		alone("refutedExitsPanic", refutedExitsPanic),
		alone("refutedExitsReturns", refutedExitsReturns),
		alone("refutedEndsPanic", refutedEndsPanic),
		alone("refutedEndsStatus", refutedEndsStatus),
		alone("holdsHangsChannel", holdsHangsChannel),
		alone("holdsHangsLock", holdsHangsLock),
		alone("holdsHangsSpinning", holdsHangsSpinning),
		alone("refutedHangsSleep", refutedHangsSleep),
		alone("refutedHangsReturns", refutedHangsReturns),
		alone("refutedHangsDeadlock", refutedHangsDeadlock),
		alone("refutedHangsBlocked", refutedHangsBlocked),
		alone("refutedHangsBusy", refutedHangsBusy),
	} {
		run()
	}
}
