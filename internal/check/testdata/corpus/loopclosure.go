//go:build go1.21

package main

import "fmt"

func main() {
	for i := 0; i < 3; i++ {
		go func() { fmt.Println(i) }()
	}
}
