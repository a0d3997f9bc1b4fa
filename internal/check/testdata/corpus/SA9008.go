package main

import "fmt"

func main() {
	var x any = 1
	if x, ok := x.(int); ok {
		fmt.Println(x)
	} else {
		fmt.Println(x)
	}
}
