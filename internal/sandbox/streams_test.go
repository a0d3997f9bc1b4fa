package sandbox

import (
	"io"
	"slices"
	"testing"
	"time"
)

// TestStreamsGuard is about output that does not end when it should: another
// process has the pipe, or the writer does not return.
func TestStreamsGuard(t *testing.T) {
	stuck := make(chan bool)
	defer close(stuck)
	for _, row := range []struct {
		name   string
		writer io.Writer
	}{
		{"pipe", io.Discard},
		{"writer", blocked(stuck)},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := Command{Stdout: row.writer}
			c.Limits.Output = 100
			s, err := openStreams(c)
			if err != nil {
				t.Fatal(err)
			}
			s.drainTime = 20 * time.Millisecond
			s.copy(c)
			if _, err := s.files[1].WriteString("text"); err != nil {
				t.Fatal(err)
			}
			if err := s.wait(); err == nil {
				t.Error("wait() = nil, want an error")
			}
		})
	}
}

type blocked chan bool

func (b blocked) Write(p []byte) (int, error) {
	<-b
	return len(p), nil
}

func TestEnvironment(t *testing.T) {
	for _, row := range []struct {
		name      string
		env, want []string
	}{
		{"none", nil, []string{"TMPDIR=/t", "HOME=/t"}},
		{"another", []string{"HOMER=1", "X=HOME="}, []string{"HOMER=1", "X=HOME=", "TMPDIR=/t", "HOME=/t"}},
		{"empty", []string{"HOME=", "TMPDIR="}, []string{"HOME=", "TMPDIR="}},
	} {
		t.Run(row.name, func(t *testing.T) {
			before := slices.Clone(row.env)
			if got := environment(row.env, "/t"); !slices.Equal(got, row.want) {
				t.Errorf("environment(%q) = %q, want %q", row.env, got, row.want)
			}
			if !slices.Equal(row.env, before) {
				t.Errorf("environment(%q) changed its argument", before)
			}
		})
	}
}

func TestLimitsDefaults(t *testing.T) {
	want := Limits{Wall: 10 * time.Second, Memory: 1 << 30, Processes: 64, Output: 16 << 20, FileSize: 1 << 30}
	if got := (Limits{}).withDefaults(); got != want {
		t.Errorf("Limits{}.withDefaults() = %+v, want %+v", got, want)
	}
	set := Limits{1, 2, 3, 4, 5, 6}
	if got := set.withDefaults(); got != set {
		t.Errorf("%+v.withDefaults() = %+v, want no change", set, got)
	}
}
