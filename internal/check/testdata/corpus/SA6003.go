package main

import "fmt"

func main() {
	for _, r := range []rune("abc") {
		fmt.Println(r)
	}
}
