package main

import "fmt"

func main() {
	m := map[string]int{}
	b := []byte("a")
	k := string(b)
	fmt.Println(m[k])
}
