package main

import (
	"fmt"
	"io"
)

func main() {
	var r any = io.EOF
	switch r.(type) {
	case io.Reader:
		fmt.Println("reader")
	case io.ReadCloser:
		fmt.Println("closer")
	}
}
