package main

import "fmt"

type color int

const (
	red  color = 1
	blue       = 2
)

func main() { fmt.Println(red, blue) }
