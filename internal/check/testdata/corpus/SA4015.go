package main

import (
	"fmt"
	"math"
)

func main() {
	n := 3
	fmt.Println(math.Ceil(float64(n)))
}
