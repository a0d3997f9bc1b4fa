package main

import (
	"fmt"
	"io/ioutil"
	"math/rand"
	"os"
	"reflect"
	"strings"
)

func main() {
	data, _ := ioutil.ReadAll(os.Stdin)
	fmt.Println(strings.Title(string(data)))
	rand.Seed(1)
	var h reflect.SliceHeader
	fmt.Println(h, os.SEEK_SET)
}
