package main

import (
	"fmt"
	"os"
)

func main() {
	name := os.Args[0]
	fmt.Printf(name)
}
