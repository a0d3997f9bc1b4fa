//go:build !linux

package toolchain

import (
	"errors"

	"github.com/gomastery/gomastery/internal/sandbox"
)

func fullDisk(sandbox.Sandbox) error { return errors.ErrUnsupported }
