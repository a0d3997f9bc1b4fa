package p

import "testing"

func TestX(t *testing.T) {
	go func() {
		t.FailNow()
	}()
	go helper(t)
}

func helper(t *testing.T) { t.Fatal("x") }
