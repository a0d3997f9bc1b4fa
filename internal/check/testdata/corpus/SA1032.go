package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	_, err := os.Open("x")
	fmt.Println(errors.Is(io.EOF, err))
}
