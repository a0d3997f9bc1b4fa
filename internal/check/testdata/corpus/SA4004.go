package main

import "fmt"

func main() {
	for i := range 3 {
		if i > 5 {
			fmt.Println(i)
		}
		break
	}
}
