// Gomastery is a knowledge base for senior Go engineers and for those who
// interview them, in which everything said about Go's behaviour is proved by
// running it.
//
//	go run .          proves the book on the Go that is installed here
//	go run . --help   says what else there is
package main

import (
	"os"

	"github.com/gomastery/gomastery/internal/cli"
)

func main() {
	os.Exit(cli.Main(content()))
}
