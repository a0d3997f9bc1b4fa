package sandbox

// A Guard says that the program can be started again as the watchdog of its
// sandboxes, because its main function calls [Reexec]. The zero Guard says that
// it can't.
type Guard struct{ armed bool }

// Reexec is called first thing in main, and in TestMain of tests that start
// processes:
//
//	func main() {
//		guard := sandbox.Reexec()
//		…
//		plain, err := sandbox.NewPlain(guard)
//
// In a process that a sandbox started as its watchdog it does that work and never
// returns; in all others it returns at once. It has no other effect, so it may be
// called again wherever a Guard is needed. A program that only calls it late has
// a watchdog that does first what comes before the call, for at most the time that
// a sandbox waits for it.
//
// The watchdog is the same executable as a second process, in a session of its
// own, at the end of a pipe that closes when our process is gone, however it
// went. Then it kills what the sandbox started, removes the folders, and ends.
// Only Linux has it.
func Reexec() Guard { return reexec() }
