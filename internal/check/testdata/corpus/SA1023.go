package main

import "fmt"

type w struct{}

func (w) Write(p []byte) (int, error) {
	p[0] = 'x'
	return len(p), nil
}

func main() { fmt.Fprintln(w{}, "a") }
