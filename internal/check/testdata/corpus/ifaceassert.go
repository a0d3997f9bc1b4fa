package main

import (
	"fmt"
	"io"
)

type reads interface{ Read() int }

func main() {
	var r io.Reader
	_, ok := r.(reads)
	fmt.Println(ok)
}
