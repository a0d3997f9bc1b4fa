package main

import "fmt"

func main() {
	//lint:ignore SA4000,SA4003 shown on purpose
	fmt.Println(one() == one())
	x := 1
	//lint:ignore SA40* the same
	fmt.Println(x == 1 || x == 1)
	//lint:ignore SA4000 of the next line only
	fmt.Println(x == 1 || x == 1)

	fmt.Println(x == 2 || x == 2)
}

//lint:ignore U1000 a check that is not ours
func one() int { return 1 }
