package main

import "fmt"

type point struct{ x int }

func (p point) set(x int) { p.x = x }

func main() {
	var p point
	p.set(1)
	fmt.Println(p)
}
