package p

import "testing"

type node struct{ next *node }

func TestFatal(t *testing.T) {
	var n *node
	if n = find(); n == nil {
		t.Fatal("the goroutine ends")
	}
	t.Log(n.next)
}

func TestError(t *testing.T) {
	n := find()
	if n == nil {
		t.Error("goes on")
	}
	t.Log(n.next)
}

func TestSkip(t *testing.T) {
	n := find()
	if n == nil {
		t.Skipf("%v", n)
	}
	t.Log(n.next)
}

func find() *node { return nil }
