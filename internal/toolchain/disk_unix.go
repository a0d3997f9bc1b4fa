//go:build linux || darwin || freebsd

package toolchain

import (
	"errors"
	"os"
	"syscall"
)

const exe = "" // what names of programs end with

// flock locks an open file, until it is closed; held means that another has it.
func flock(f *os.File, shared bool) (held bool, err error) {
	how := syscall.LOCK_EX
	if shared {
		how = syscall.LOCK_SH
	}
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			held = errors.Is(err, syscall.EWOULDBLOCK)
			if held {
				err = nil
			}
			return held, err
		}
	}
}

// outOfSpace reports whether the file system had no room.
func outOfSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// room returns the bytes that can still be written in dir; a large number when
// the file system does not say.
func room(dir string) int64 {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 1 << 62
	}
	return int64(s.Bavail) * int64(s.Bsize)
}

// sameDisk reports whether files can be renamed from one folder to the other.
func sameDisk(a, b string) bool {
	var sa, sb syscall.Stat_t
	return syscall.Stat(a, &sa) == nil && syscall.Stat(b, &sb) == nil && sa.Dev == sb.Dev
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
