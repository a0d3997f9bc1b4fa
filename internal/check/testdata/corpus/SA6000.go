package main

import (
	"fmt"
	"regexp"
)

func main() {
	for range 3 {
		fmt.Println(regexp.MatchString("a+", "aaa"))
	}
}
