package main

import (
	"errors"
	"fmt"
)

type myError struct{}

func (*myError) Error() string { return "mine" }

func find(fail bool) error {
	var err *myError
	if fail {
		err = &myError{}
	}
	return err
}

func fresh() error { return errors.New("x") }

func main() {
	if find(false) != nil {
		fmt.Println("always")
	}
	if fresh() != nil {
		fmt.Println("always too, and meant")
	}
}
