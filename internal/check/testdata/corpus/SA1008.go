package main

import "net/http"

func main() {
	h := http.Header{}
	_ = h["etag"]
}
