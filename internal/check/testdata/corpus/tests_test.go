package p

import "testing"

func Testlower(t *testing.T) {}

func ExampleNothing() {}
