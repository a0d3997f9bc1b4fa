package sandbox

import (
	"bytes"
	"os/exec"
	"testing"
)

// BenchmarkStart is the cost of a command that does nothing, through os/exec and
// through the sandbox. The difference is what limits, tag, folder and the search
// for strays cost.
func BenchmarkStart(b *testing.B) {
	program, err := exec.LookPath("true")
	if err != nil {
		b.Skip("needs true")
	}
	b.Run("exec", func(b *testing.B) {
		for b.Loop() {
			var stdout, stderr bytes.Buffer
			cmd := exec.Command(program)
			cmd.Env, cmd.Stdout, cmd.Stderr = []string{}, &stdout, &stderr
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("plain", func(b *testing.B) {
		p := newPlain(b)
		for b.Loop() {
			var stdout, stderr bytes.Buffer
			c := Command{Path: program, Stdout: &stdout, Stderr: &stderr}
			if e, err := p.Run(b.Context(), c); err != nil || !e.OK() {
				b.Fatal(e, err)
			}
		}
	})
}

// BenchmarkLook is the cost of looking at a command of one process.
func BenchmarkLook(b *testing.B) {
	p := newPlain(b)
	c := command(newMark(), "sleep")
	c.Limits = c.Limits.withDefaults()
	up := make(chan bool)
	c.Stdout = onLine(func() { close(up) })
	r, err := p.start(c, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	<-up
	for b.Loop() {
		if u := r.tree.usage(10); u.processes != 1 {
			b.Fatalf("usage = %+v, want one process", u)
		}
	}
	if _, err := r.end(); err != nil {
		b.Fatal(err)
	}
}
