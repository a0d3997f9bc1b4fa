package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/gomastery/gomastery/internal/fault"
	"github.com/gomastery/gomastery/internal/run"
	"github.com/gomastery/gomastery/internal/sandbox"
	"github.com/gomastery/gomastery/internal/toolchain"
)

// An engine is what commands work with that build or run something.
type engine struct {
	app   *app
	cache string // folder
	box   *sandbox.Plain
	tools *toolchain.Toolchains
}

// The parts of the cache folder.
const (
	cacheToolchain = "toolchain" // of package toolchain
	cachePrograms  = "programs"  // of package run
	cacheVerdicts  = "verdicts"  // of package prove
)

// engine opens the cache folder and finds the local Go. The caller closes it.
func (a *app) engine(ctx context.Context) (*engine, error) {
	cache, err := a.cacheDir()
	if err != nil {
		return nil, err
	}
	box, err := sandbox.NewPlain(a.guard)
	if err != nil {
		return nil, err
	}
	tools, err := toolchain.New(ctx, toolchain.Config{Cache: filepath.Join(cache, cacheToolchain), Sandbox: box})
	if err != nil {
		return nil, errors.Join(err, box.Close())
	}
	return &engine{a, cache, box, tools}, nil
}

// close ends what still runs and removes what was temporary. It returns err, or
// else what went wrong meanwhile: defer func() { err = e.close(err) }().
func (e *engine) close(err error) error {
	closed := errors.Join(e.tools.Close(), e.box.Close())
	if err != nil {
		return err
	}
	return closed
}

// cacheDir returns the cache folder, which need not exist.
func (a *app) cacheDir() (string, error) {
	if a.flags.CacheDir != "" {
		return a.abs(a.flags.CacheDir), nil
	}
	user, err := os.UserCacheDir()
	if err != nil {
		return "", fault.New(fault.Unavailable, "no folder for the cache: %w", err).
			Try("Name one with --cache DIR or GOMASTERY_CACHE.")
	}
	return filepath.Join(user, "gomastery"), nil
}

// runner returns what runs programs, and keeps them once they are built.
func (e *engine) runner() (*run.Local, error) {
	return run.New(run.Config{Toolchains: e.tools, Sandbox: e.box, Cache: filepath.Join(e.cache, cachePrograms)})
}
