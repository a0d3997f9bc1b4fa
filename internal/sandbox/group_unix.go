//go:build unix && !linux

package sandbox

import (
	"errors"
	"fmt"
	"syscall"
)

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills a process group, which may be gone, or have only processes left
// that wait to be waited for (EPERM on macOS).
func killGroup(id int) error {
	err := syscall.Kill(-id, syscall.SIGKILL)
	if err == nil || errors.Is(err, syscall.ESRCH) || errors.Is(err, syscall.EPERM) {
		return nil
	}
	return fmt.Errorf("kill process group %d: %w", id, err)
}
