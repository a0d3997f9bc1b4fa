package main

import (
	"fmt"
	"unsafe"
)

func main() {
	n := 1
	p := uintptr(unsafe.Pointer(&n))
	q := unsafe.Pointer(p + 8)
	fmt.Println(q)
}
