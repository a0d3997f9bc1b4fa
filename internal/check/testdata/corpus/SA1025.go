package main

import (
	"fmt"
	"time"
)

func main() {
	t := time.NewTimer(time.Second)
	if !t.Reset(time.Minute) {
		<-t.C
	}
	fmt.Println("done")
}
