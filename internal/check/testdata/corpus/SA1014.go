package main

import (
	"encoding/json"
	"fmt"
)

type point struct{ X int }

func main() {
	var p point
	fmt.Println(json.Unmarshal([]byte("{}"), p))
}
