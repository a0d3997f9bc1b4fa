package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

const (
	chunk     = 32 << 10        // bytes read from a pipe at once
	drainTime = 5 * time.Second // the usual streams.drainTime
)

// streams are the pipes between a command and its caller.
type streams struct {
	files    []*os.File // the command's ends: its descriptors 0, 1, 2, 3, …
	stdin    *os.File   // our end; nil when the command's is empty
	outputs  []output
	finished chan struct{} // one value from each output that has been read to its end

	drainTime time.Duration // for the end of output once the tree is gone

	stopped chan struct{} // closed when the bound is passed or a writer fails

	mu   sync.Mutex // guards the writers and what is below
	left int64      // bytes that may still be written
	done bool       // stopped is closed
	err  error      // of the writer that failed
}

// An output is our end of a pipe, and where what comes out of it goes.
type output struct {
	from *os.File
	to   io.Writer
}

// openStreams opens what c needs. The caller calls copy and wait, or close.
func openStreams(c Command) (*streams, error) {
	s := &streams{stopped: make(chan struct{}), left: c.Limits.Output, drainTime: drainTime}
	err := s.openInput(c.Stdin)
	for _, w := range append([]io.Writer{c.Stdout, c.Stderr}, c.Extra...) {
		if err == nil {
			err = s.openOutput(w)
		}
	}
	if err != nil {
		s.close()
		return nil, fmt.Errorf("open its streams: %w", err)
	}
	s.finished = make(chan struct{}, len(s.outputs))
	return s, nil
}

func (s *streams) openInput(r io.Reader) error {
	if r == nil {
		return s.openNull(os.O_RDONLY)
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	s.files, s.stdin = append(s.files, theirs), ours
	return nil
}

func (s *streams) openOutput(w io.Writer) error {
	if w == nil {
		return s.openNull(os.O_WRONLY)
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	s.files, s.outputs = append(s.files, theirs), append(s.outputs, output{ours, w})
	return nil
}

func (s *streams) openNull(flag int) error {
	f, err := os.OpenFile(os.DevNull, flag, 0)
	if err == nil {
		s.files = append(s.files, f)
	}
	return err
}

// closeFiles closes the command's ends, which it has its own copies of.
func (s *streams) closeFiles() {
	for _, f := range s.files {
		f.Close()
	}
}

// close closes everything; reading ends.
func (s *streams) close() {
	s.closeFiles()
	s.stdin.Close() // a nil *os.File says so and no more
	for _, o := range s.outputs {
		o.from.Close()
	}
}

// copy starts the goroutines that move bytes. Those of the outputs end with their
// pipe, that of Stdin with its reader or with the first write after the end.
func (s *streams) copy(c Command) {
	if s.stdin != nil {
		go func() {
			_, _ = io.Copy(s.stdin, c.Stdin) // a program need not read what it is given
			s.stdin.Close()
		}()
	}
	for _, o := range s.outputs {
		go s.read(o)
	}
}

// read moves what comes out of o until its pipe ends.
func (s *streams) read(o output) {
	defer func() { s.finished <- struct{}{} }()
	defer o.from.Close()
	buf := make([]byte, chunk)
	for {
		n, err := o.from.Read(buf)
		s.write(o.to, buf[:n])
		if err != nil {
			return
		}
	}
}

// write passes on as much of b as the bound allows.
func (s *streams) write(w io.Writer, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done || len(b) == 0 {
		return
	}
	fits := b[:min(int64(len(b)), s.left)]
	s.left -= int64(len(fits))
	if _, s.err = w.Write(fits); s.err != nil || len(fits) < len(b) {
		s.done = true
		close(s.stopped)
	}
}

// wait waits until all output has been passed on, and returns the error of a
// writer. It is called when the tree is gone, so that the pipes have ended.
func (s *streams) wait() error {
	s.stdin.Close()
	if !s.drain() {
		s.close()
		return errors.New("its output does not end, or its writer does not return")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return fmt.Errorf("write its output: %w", s.err)
	}
	return nil
}

// drain waits for the outputs to finish, and reports whether they did in time.
func (s *streams) drain() bool {
	guard := time.NewTimer(s.drainTime)
	defer guard.Stop()
	for range s.outputs {
		select {
		case <-s.finished:
		case <-guard.C:
			return false
		}
	}
	return true
}

// over reports whether the command printed more than its bound. It is called
// after wait.
func (s *streams) over() bool { return s.done }
