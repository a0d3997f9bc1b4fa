package main

import "sort"

func main() { sort.Slice([3]int{3, 1, 2}, func(i, j int) bool { return i < j }) }
