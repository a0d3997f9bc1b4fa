package main

//go:debug panicnil=1

func main() {}
