package main

import "net/url"

func main() {
	u, _ := url.Parse("http://x")
	u.Query().Set("a", "b")
}
