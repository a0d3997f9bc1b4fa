package main

import "fmt"

//lint:file-ignore sa4000 the whole file

func main() {
	x := 1
	fmt.Println(x == 1 || x == 1, x&0)
}
