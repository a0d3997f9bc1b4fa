package main

import (
	"archive/zip"
	"crypto/elliptic"
	"go/ast"
	"net/http"
)

func main() {
	f := zip.FileHeader{CompressedSize: 1}
	_ = f.ModTime()
	_ = elliptic.P256().Params().Add
	var o *ast.Object
	_ = o
	_ = http.Transport{Dial: nil}
}
