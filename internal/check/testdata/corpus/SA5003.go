package main

import "fmt"

func main() {
	for {
		defer fmt.Println("never")
	}
}
