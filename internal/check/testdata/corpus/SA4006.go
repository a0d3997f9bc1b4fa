package main

import (
	"fmt"
	"os"
)

func main() {
	f, err := os.Open("a")
	fmt.Println(f)
	_, err = os.Open("b")
	if err != nil {
		fmt.Println(err)
	}
}
