package main

import "fmt"

func main() {
	xs := []int{1}
	ys := append(xs)
	fmt.Println(ys)
}
