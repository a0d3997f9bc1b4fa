package main

import (
	"errors"
	"fmt"
	"slices"
)

func main() {
	fmt.Sprintf("%d", 1)
	errors.New("x")
	slices.Clone([]int{1})
	fmt.Errorf("x")
}
