package main

import (
	"fmt"
	"time"
)

func main() { fmt.Println(time.Parse("12345", "x")) }
