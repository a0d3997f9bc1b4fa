package main

import (
	"fmt"
	"os"
)

func main() {
	n := uint(len(os.Args))
	fmt.Println(n >= 0)
}
