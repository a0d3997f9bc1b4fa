package main

import (
	"fmt"
	"io"
)

type r struct{}

func (r) ReadByte() byte          { return 0 }
func (r) WriteTo(w io.Writer) int { return 0 }
func (r) Is(a, b error) bool      { return false }
func (r) Seek(n int) (int, error) { return 0, nil }
func (r) Error() string           { return "" }
func (r) Format(f string) string  { return "" }

func main() { fmt.Println(r{}) }
