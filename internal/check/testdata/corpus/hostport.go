package main

import (
	"fmt"
	"net"
)

func main() {
	host, port := "::1", 80
	conn, err := net.Dial("tcp", fmt.Sprintf("%s:%d", host, port))
	fmt.Println(conn, err)
}
