package main

import (
	"fmt"
	"strings"
)

func main() {
	a, b := "A", "a"
	fmt.Println(strings.ToLower(a) == strings.ToLower(b))
}
