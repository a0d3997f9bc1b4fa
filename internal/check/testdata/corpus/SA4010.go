package main

import "fmt"

func main() {
	var xs []int
	for i := range 3 {
		xs = append(xs, i)
	}
	fmt.Println("done")
}
