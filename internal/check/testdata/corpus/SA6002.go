package main

import "sync"

var pool sync.Pool

func main() {
	b := make([]byte, 10)
	pool.Put(b)
}
