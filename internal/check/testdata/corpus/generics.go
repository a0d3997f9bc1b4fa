package main

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
)

type set[T comparable] map[T]struct{}

func (s set[T]) all() iter.Seq[T] { return maps.Keys(s) }

func biggest[T cmp.Ordered](xs iter.Seq[T]) (max T) {
	for x := range xs {
		if x > max {
			max = x
		}
	}
	return max
}

func main() {
	s := set[int]{1: {}, 2: {}}
	fmt.Println(biggest(s.all()), slices.Sorted(s.all()))
	fmt.Printf("%s\n", biggest(s.all()))
}
