package main

import (
	"encoding/json"
	"fmt"
)

type t struct{ a int }

func main() { fmt.Println(json.Marshal(t{1})) }
