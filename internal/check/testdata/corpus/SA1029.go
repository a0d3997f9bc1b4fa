package main

import (
	"context"
	"fmt"
)

func main() { fmt.Println(context.WithValue(context.Background(), "user", 1)) }
