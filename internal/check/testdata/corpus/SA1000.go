package main

import "regexp"

var re = regexp.MustCompile("ab)")

func main() { _ = re }
