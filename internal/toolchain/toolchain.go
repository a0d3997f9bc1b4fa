// Package toolchain knows the Go releases, finds or downloads them, and builds
// programs with them.
//
// Releases are data: the newest patch of each is learned from the module proxy,
// with an embedded table to fall back on. A program of the standard library alone
// is built by calling the release's compiler and linker directly, on archives of
// the standard library that are made once for each release and kept; what that
// path would get wrong is built by the go command instead.
package toolchain
