package main

import (
	"context"
	"fmt"
)

func get(ctx context.Context, n int) { fmt.Println(ctx, n) }

func main() { get(nil, 1) }
