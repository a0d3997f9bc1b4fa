//go:build unix && !solaris && !illumos && !aix

package sandbox

import (
	"os"
	"syscall"
)

// lock locks a folder for as long as the file is open. It waits for that, or
// returns false when another process has the lock.
func lock(dir string, wait bool) (*os.File, bool) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, false
	}
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, false
	}
	return f, true
}
