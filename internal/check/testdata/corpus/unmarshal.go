package main

import (
	"encoding/json"
	"fmt"
)

func main() {
	var m map[string]int
	fmt.Println(json.Unmarshal([]byte("{}"), m))
}
