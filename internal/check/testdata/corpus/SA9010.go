package main

import "fmt"

func enter() func() {
	fmt.Println("enter")
	return func() { fmt.Println("exit") }
}

func main() {
	defer enter()
}
