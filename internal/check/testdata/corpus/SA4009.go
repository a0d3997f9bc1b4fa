package main

import "fmt"

func f(n int) {
	n = 1
	fmt.Println(n)
}

func main() { f(2) }
