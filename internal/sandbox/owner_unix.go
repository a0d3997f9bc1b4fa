//go:build unix

package sandbox

import (
	"os"
	"syscall"
)

// ours reports whether a file belongs to our user and nobody else may write to it.
func ours(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Getuid() && info.Mode().Perm()&0o022 == 0
}
