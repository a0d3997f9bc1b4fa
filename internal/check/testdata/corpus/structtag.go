package main

import "fmt"

type t struct {
	A int `json:"a" xml:"a`
	B int `json: "b"`
	c int `json:"c"`
	D int `json:"a"`
	E int `json:"a"`
}

func main() { fmt.Println(t{}) }
