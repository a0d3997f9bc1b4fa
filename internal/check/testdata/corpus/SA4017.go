package main

import (
	"fmt"
	"strings"
	"time"
)

func double(n int) int { return n * 2 }

func main() {
	s := " a "
	strings.TrimSpace(s)
	strings.Replace(s, "a", "b", -1)
	double(2)
	time.Now()
	strings.ToUpper(s)
	fmt.Println(s)
}
