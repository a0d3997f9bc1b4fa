package main

import (
	"encoding/json"
	"fmt"
)

type t struct {
	A int `json:"a,foo"`
	B int `json:"b"`
	C int `json:"b"`
}

func main() { fmt.Println(json.Marshal(t{})) }
