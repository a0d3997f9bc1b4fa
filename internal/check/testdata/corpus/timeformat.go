package main

import (
	"fmt"
	"time"
)

func main() { fmt.Println(time.Now().Format("2006-02-01")) }
