package main

import "fmt"

func main() {
	var n int8 = 1
	fmt.Println(n >> 8)
}
