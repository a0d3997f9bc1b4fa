package main

import (
	"fmt"
	"log"
	"os"
)

func f() {
	return
	fmt.Println("never")
}

func main() {
	f()
	if len(os.Args) > 1 {
		panic("x")
		fmt.Println("never")
	}
	log.Fatal("x")
	fmt.Println("not known to be unreachable")
}
