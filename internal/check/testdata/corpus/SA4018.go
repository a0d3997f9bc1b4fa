package main

import "fmt"

func main() {
	x := 1
	x = x
	fmt.Println(x)
}
