package main

import (
	"fmt"
	"log/slog"
	"strings"
)

func main() {
	fmt.Println(strings.NewReplacer("a", "b", "c"))
	slog.Info("m", "a")
}
