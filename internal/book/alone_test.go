package book

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAlone runs a file whose cases end the process, as a reader does.
func TestAlone(t *testing.T) {
	source := strings.Replace(cases(`func first() {
	fmt.Println("first")
	// Output: first
}

func nilWrite() {
	fmt.Println("before")
	var m map[string]int
	m["a"] = 1
	// Panics: nil map
}

func stuck() {
	select {}
	// Fatal: deadlock
}

func status() {
	os.Exit(3)
	// Exits: 3
}

func last() {
	fmt.Println("last")
	// Output: last
}`), "package main", "package main\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\t\"os\"\n\t\"os/exec\"\n\t\"strings\"\n\t\"time\"\n)", 1)
	if e := entryOf(t, map[string]string{"example.go": source}); len(e.Example.Main) != 5 {
		t.Fatalf("main runs %d cases, want 5", len(e.Example.Main))
	}
	file := filepath.Join(t.TempDir(), "example.go")
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command("go", "run", file).Output()
	want := `first
before
panic: assignment to entry in nil map
nilWrite ended: exit status 2
fatal error: all goroutines are asleep - deadlock!
stuck ended: exit status 2
status ended: exit status 3
last
`
	if err != nil || string(got) != want {
		t.Errorf("go run example.go = %s(%v), want %s", got, err, want)
	}
}
