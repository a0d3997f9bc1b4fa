package main

import (
	"encoding/binary"
	"os"
)

type header struct{ N int }

func main() { _ = binary.Write(os.Stdout, binary.BigEndian, header{1}) }
