//go:build !unix

package sandbox

import (
	"os"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }

// killGroup does nothing: the command's own process has been killed already.
func killGroup(int) error { return nil }

// ours trusts the folder: temporary folders are each user's own here.
func ours(os.FileInfo) bool { return true }
