package main

import (
	"fmt"
	"os"
)

func main() {
	n := len(os.Args)
	fmt.Println(n != 1 || n != 2, n == 1 && n == 1)
}
