package main

import (
	"fmt"
	"log"
	"os"
	"testing"
)

func logf(format string, args ...any) { log.Printf("p: "+format, args...) }

func errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }

func main() {
	fmt.Printf("%d\n", "a")
	fmt.Println("%d", 1)
	logf("%s", 1)
	fmt.Println(errorf("%w %d", "x"))
	log.Fatalf("%z", 1)
	fmt.Fprintf(os.Stderr, os.Args[0])
	var tb testing.TB
	tb.Errorf("%d", "x")
	fmt.Println("newline\n")
}
