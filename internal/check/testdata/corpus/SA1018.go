package main

import (
	"fmt"
	"strings"
)

func main() { fmt.Println(strings.Replace("aa", "a", "b", 0)) }
