package main

import "fmt"

func main() {
	for i := 0; ; i++ {
		switch i {
		case 3:
			break
		default:
			fmt.Println(i)
		}
	}
}
