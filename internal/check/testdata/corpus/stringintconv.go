package main

import "fmt"

func main() {
	n := 65
	fmt.Println(string(n))
}
