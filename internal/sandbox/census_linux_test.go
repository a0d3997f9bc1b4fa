package sandbox

import (
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestParseStat(t *testing.T) {
	const tail = " 4154 4190 4190 0 -1 4194560 2439 32008 0 26 1 2 3 4 20 0 1 0 49440 5124096 992 18446744073709551615 1 1 0\n"
	good := process{pid: 7, alive: true, parent: 4154, group: 4190, memory: 992 * int64(os.Getpagesize()), cpu: 10 * tick}
	dead := good
	dead.alive = false
	for _, row := range []struct {
		name, stat string
		want       process
	}{
		{"runs", "7 (bash) R" + tail, good},
		{"sleeps", "7 (bash) S" + tail, good},
		{"zombie", "7 (bash) Z" + tail, dead},
		{"a name to confuse", "7 (a) R 1 (b) S" + tail, good},
		{"a line in the name", "7 (a\nb) S" + tail, good},
		{"zombie with threads", "7 (a) Z 4154 4190 4190 0 -1 4194560 2439 32008 0 26 1 2 3 4 20 0 2 0 49440 5124096 992 1", good},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, err := parseStat(7, []byte(row.stat)); err != nil || got != row.want {
				t.Errorf("parseStat(7, %q) = %+v, %v, want %+v", row.stat, got, err, row.want)
			}
		})
	}
	for _, stat := range []string{"", ")", "7 (bash)", "7 (bash) R", "7 (bash) R 1 2", "7 (bash) R x" + tail} {
		if p, err := parseStat(7, []byte(stat)); err == nil {
			t.Errorf("parseStat(7, %q) = %+v, want an error", stat, p)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	own, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(own)
	f.Add([]byte("7 ()) Z 1"))
	f.Fuzz(func(t *testing.T, stat []byte) {
		if p, err := parseStat(7, stat); err == nil && p.pid != 7 {
			t.Errorf("parseStat(7, %q) = %+v", stat, p)
		}
	})
}

func TestReadProcess(t *testing.T) {
	p, err := readProcess(os.Getpid())
	if err != nil || !p.alive || p.parent != os.Getppid() || p.group != unix.Getpgrp() {
		t.Errorf("readProcess(own) = %+v, %v", p, err)
	}
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	if used := time.Duration(u.Utime.Nano() + u.Stime.Nano()); p.cpu > used+time.Second {
		t.Errorf("readProcess(own).cpu = %v, want about %v and what children used", p.cpu, used)
	}
	if limit := ownPeak(); p.memory < 1<<20 || p.memory > limit {
		t.Errorf("readProcess(own).memory = %d, want 1 MiB to %d", p.memory, limit)
	}
}

func TestTag(t *testing.T) {
	a, b := newTag(), newTag()
	if a.id == b.id {
		t.Errorf("newTag() = %x twice", a.id)
	}
	for _, tag := range []tag{a, a.command(1), a.command(1 << commandBits)} {
		if tag.id < 1<<61 || tag.id >= 1<<62 || tag.id&a.mask != a.id {
			t.Errorf("tag %x of sandbox %x is out of range", tag.id, a.id)
		}
		if got := sandboxTag(tag.id); got != a {
			t.Errorf("sandboxTag(%x) = %x, want %x", tag.id, got, a)
		}
	}
	if a.command(1).id == a.command(2).id {
		t.Error("two commands have one tag")
	}
	if a.on(os.Getpid()) {
		t.Error("our own process carries a tag that nobody gave it")
	}
}

func TestCandidates(t *testing.T) {
	own := os.Getpid()
	for _, row := range []struct {
		name        string
		after, last int
		want        []int // nil: all there are
	}{
		{"none", 7, 7, []int{}},
		{"some", 7, 10, []int{8, 9, 10}},
		{"begun again", 10, 7, nil},
		{"too many", 0, span + 1, nil},
		{"not known", 7, 0, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			tree := &tree{}
			got := tree.candidates(row.after, row.last)
			if row.want != nil && !slices.Equal(got, row.want) {
				t.Errorf("candidates(%d, %d) = %v, want %v", row.after, row.last, got, row.want)
			}
			if row.want == nil && (!slices.Contains(got, own) || !slices.Contains(tree.candidates(1, 2), own)) {
				t.Errorf("candidates(%d, %d) = %v, want all processes, for ever", row.after, row.last, got)
			}
		})
	}
}

// TestCensusUnknown is about kernels that don't tell the last process id.
func TestCensusUnknown(t *testing.T) {
	t.Parallel()
	p := newPlain(t)
	if err := p.host.census.close(); err != nil {
		t.Fatal(err)
	}
	p.host.census = &census{}
	conformTrees(t, p)
}

func TestCoreLimit(t *testing.T) {
	for pattern, want := range map[string]uint64{"core\n": 0, "": 0, "/var/core/%p": 0, "|/usr/share/apport/apport %p": 1} {
		if got := coreLimit(pattern); got != want {
			t.Errorf("coreLimit(%q) = %d, want %d", pattern, got, want)
		}
	}
}
