package p

import (
	"fmt"
	"testing"
)

func BenchmarkSprint(b *testing.B) {
	for b.Loop() {
		fmt.Sprint(1)
	}
}
