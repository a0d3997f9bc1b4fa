package main

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
)

func buffer() io.Reader { return bytes.NewBufferString("a") }

func userInfo() fmt.Stringer {
	u := url.User("x")
	fmt.Println("returns what the library made")
	return u
}

func main() {
	if buffer() != nil {
		fmt.Println("never nil inside either")
	}
	if userInfo() == nil {
		fmt.Println("never")
	}
}
