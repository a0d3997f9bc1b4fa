//go:build go1.21

package main

import (
	"fmt"
	"slices"
)

func main() { fmt.Println(slices.Repeat([]int{1}, 2)) }
