package main

import "fmt"

func main() {
	n := 3
	fmt.Println(2/3*n, n)
}
