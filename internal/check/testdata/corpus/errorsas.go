package main

import (
	"errors"
	"fmt"
)

type myError struct{}

func (myError) Error() string { return "" }

func main() {
	var e myError
	fmt.Println(errors.As(errors.New("x"), e))
}
