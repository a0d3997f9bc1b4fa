package main

import "fmt"

func main() {
	c := make(chan int, 1)
	close(c)
	for x := range c {
		defer fmt.Println(x)
	}
}
