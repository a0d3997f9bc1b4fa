package main

import "os"

func main() { _ = os.Chmod("x", 644) }
