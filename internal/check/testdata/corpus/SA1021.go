package main

import (
	"bytes"
	"fmt"
	"net"
)

func main() {
	a, b := net.ParseIP("::1"), net.ParseIP("::2")
	fmt.Println(bytes.Equal(a, b))
}
