package main

import (
	"fmt"
	"net/url"
)

type local struct{ a, b int }

func main() { fmt.Println(url.Error{"a", "b", nil}, local{1, 2}) }
