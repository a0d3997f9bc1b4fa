package main

import (
	"fmt"
	"log"
	"os"
)

type node struct{ next *node }

func first(n *node) *node {
	if n == nil {
		fmt.Println("nil")
	}
	return n.next
}

func second(n *node) *node {
	if n == nil {
		log.Fatal("does not return")
	}
	return n.next
}

func third(n *node) *node {
	if n == nil {
		die("nor does this")
	}
	return n.next
}

func die(s string) {
	fmt.Println(s)
	os.Exit(1)
}

func main() { first(nil); second(nil); third(nil) }
