package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"
)

func main() {
	ctx, _ := context.WithCancel(context.Background())
	fmt.Println(ctx, deadline(), fatal(), exits())
}

func deadline() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	if ctx.Err() != nil {
		return nil
	}
	defer cancel()
	return ctx
}

func fatal() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	if ctx.Err() != nil {
		log.Fatal("no return here")
	}
	defer cancel()
	return ctx
}

func exits() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	if ctx.Err() != nil {
		os.Exit(1)
	}
	defer cancel()
	return ctx
}

func branches(bad bool) {
	_, cancel := context.WithTimeout(context.Background(), time.Second)
	if bad {
		log.Fatal("not lost: nothing comes after")
	} else {
		cancel()
	}
}
