package main

import (
	"encoding/json"
	"fmt"
)

func main() { fmt.Println(encode(make(chan int))) }

func encode(c chan int) error {
	_, err := json.Marshal(c)
	return err
}
