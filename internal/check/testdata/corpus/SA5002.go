package main

import "fmt"

func main() {
	n := 1
	for n > 0 {
	}
	fmt.Println(n)
}
