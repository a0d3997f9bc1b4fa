package main

import "fmt"

func main() {
	m := make(map[int]int)
	if m == nil {
		fmt.Println("never")
	}
}
