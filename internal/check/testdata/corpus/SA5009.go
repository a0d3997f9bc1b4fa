package main

import "fmt"

func main() { fmt.Printf("%d %s\n", 1) }
