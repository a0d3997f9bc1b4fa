package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Words counts the words of its input.
func main() {
	counts := map[string]int{}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		for word := range strings.FieldsSeq(in.Text()) {
			counts[word]++
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	words := make([]string, 0, len(counts))
	for w := range counts {
		words = append(words, w)
	}
	slices.Sort(words)
	for _, w := range words {
		fmt.Printf("%s %d\n", w, counts[w])
	}
}
