package main

import (
	"fmt"
	"sync"
)

type counter struct {
	mu sync.Mutex
	n  int
}

func (c counter) inc() { c.n++ }

func show(c counter) { fmt.Println(c.n) }

func main() {
	var c counter
	c.inc()
	d := c
	show(d)
}
