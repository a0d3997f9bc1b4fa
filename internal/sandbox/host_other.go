//go:build !linux

package sandbox

import (
	"math/rand/v2"
	"os"
)

// host is what a sandbox needs of a system whose processes we can't find again
// once they have left their group.
type host struct{ id uint64 }

func newHost() (*host, error) { return &host{id: rand.Uint64()}, nil }

// name is the name of the folder of the sandbox.
func (h *host) name() string { return dirName(os.Getpid(), h.id) }

func (h *host) close() error { return nil }

// launch starts a command. Of the limits, those that the system would have to
// watch (FileSize) don't hold.
func (h *host) launch(argv []string, attr *os.ProcAttr, _ Limits, _ uint64) (*os.Process, *tree, error) {
	attr.Sys = ownGroup()
	proc, err := os.StartProcess(argv[0], argv, attr)
	if err != nil {
		return nil, nil, err
	}
	return proc, &tree{root: proc.Pid}, nil
}

// A tree is a process group.
type tree struct{ root int }

// usage is not known, so that no limit is passed.
func (t *tree) usage(int) usage { return usage{} }

// kill kills the group. How many processes there were is not known.
func (t *tree) kill() (int, error) { return 0, killGroup(t.root) }

// killTagged does nothing: without a tag there is nothing to find.
func killTagged(uint64) error { return nil }

// statePeak and ownPeak are not known.
func statePeak(*os.ProcessState) int64 { return 0 }
func ownPeak() int64                   { return 0 }

// A watchdog is not available: it could not find what is left.
type watchdog struct{}

func reexec() Guard                                  { return Guard{} }
func startWatchdog(Guard, string) (*watchdog, error) { return nil, nil }
func (*watchdog) close() error                       { return nil }
