package main

import (
	"fmt"
	"time"
)

func main() {
	c := time.After(time.Second)
	for {
		select {
		case <-c:
			fmt.Println("x")
		default:
		}
	}
}
