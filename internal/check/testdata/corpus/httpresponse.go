package main

import (
	"log"
	"net/http"
)

func main() {
	res, err := http.Get("http://localhost")
	defer res.Body.Close()
	if err != nil {
		log.Fatal(err)
	}
}
