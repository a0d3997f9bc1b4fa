package main

import "fmt"

func main() {
	a := len(fmt.Sprint(1))
	fmt.Println(a == 1 || a == 1)
}
