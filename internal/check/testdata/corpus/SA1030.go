package main

import (
	"fmt"
	"strconv"
)

func main() { fmt.Println(strconv.ParseInt("1", 10, 65)) }
