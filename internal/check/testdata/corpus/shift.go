package main

import "fmt"

func main() {
	var n uint8 = 1
	fmt.Println(n << 8)
}
