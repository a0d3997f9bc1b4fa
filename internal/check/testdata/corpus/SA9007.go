package main

import "os"

func main() { _ = os.RemoveAll(os.TempDir()) }
