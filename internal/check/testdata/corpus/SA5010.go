package main

import "fmt"

type a interface{ F() int }
type b interface{ F() string }

func main() {
	var x a
	_, ok := x.(b)
	fmt.Println(ok)
}
