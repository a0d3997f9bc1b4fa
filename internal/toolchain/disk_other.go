//go:build !(linux || darwin || freebsd)

package toolchain

import "os"

const exe = ".exe"

// Elsewhere nobody locks anything: what two processes do at once is done twice,
// and whoever finds files missing makes them again.

func flock(*os.File, bool) (held bool, err error) { return false, nil }

func outOfSpace(error) bool { return false }

func room(string) int64 { return 1 << 62 }

func sameDisk(string, string) bool { return false }

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
