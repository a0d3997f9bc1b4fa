package main

import (
	"encoding/hex"
	"fmt"
)

func main() {
	b := []byte("abc")
	hex.Encode(b, b)
	fmt.Println(b)
}
