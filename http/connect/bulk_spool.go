package connect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/achledger/achledger/http/api"
)

// How many bytes of bulk results are buffered for callers that do not read
// them. A request whose share is used up reads no more lines until its caller
// has read some results.
const (
	spoolMemory = 256 << 10 // of a request, in memory; more goes to a file
	spoolFile   = 32 << 20  // of a request, in its file
	spoolFiles  = 256 << 20 // of all requests, in files
)

// spoolFolder is where the results of bulk requests are buffered.
type spoolFolder struct {
	dir  string
	file int64        // bound of one file
	all  int64        // bound of all files
	used atomic.Int64 // bytes of all files
}

func newSpools(dir string) *spoolFolder {
	return &spoolFolder{dir: dir, file: spoolFile, all: spoolFiles}
}

// sweep removes files of a process that was killed between creating a file and
// unlinking it. The folder must belong to this process.
func (a *spoolFolder) sweep() error {
	left, err := filepath.Glob(filepath.Join(a.dir, api.SpoolPattern))
	for _, path := range left {
		if failed := os.Remove(path); !errors.Is(failed, fs.ErrNotExist) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// errSpoolStopped is returned to a writer whose reader has gone.
var errSpoolStopped = errors.New("nobody reads the results any more")

// spool is a queue of bytes in bounded memory and a bounded file. Results
// hold no account numbers.
type spool struct {
	of *spoolFolder

	mu      sync.Mutex
	changed sync.Cond
	memory  []byte // precedes the file's content
	file    *os.File
	written int64 // to the file
	taken   int64 // from the file
	ended   bool
	stopped bool
}

func (a *spoolFolder) open() *spool {
	s := &spool{of: a}
	s.changed.L = &s.mu
	return s
}

// write appends bytes. It waits for its reader while there is no space.
func (s *spool) write(b []byte) error {
	for len(b) > 0 {
		n := min(len(b), spoolMemory/4)
		if err := s.add(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

func (s *spool) add(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.stopped:
			return errSpoolStopped
		case s.taken == s.written && len(s.memory)+len(b) <= spoolMemory:
			s.memory = append(s.memory, b...)
			s.changed.Broadcast()
			return nil
		case s.reserve(int64(len(b))):
			s.changed.Broadcast()
			return s.spill(b)
		}
		s.changed.Wait() // space freed by others is seen at the next read of this spool's own
	}
}

// reserve reserves space in the file.
func (s *spool) reserve(n int64) bool {
	if s.written+n > s.of.file {
		return false
	}
	if s.of.used.Add(n) > s.of.all {
		s.of.used.Add(-n)
		return false
	}
	return true
}

// spill writes to the file, in reserved space.
func (s *spool) spill(b []byte) (err error) {
	if s.file == nil {
		if s.file, err = api.Unnamed(s.of.dir); err != nil {
			s.of.used.Add(-int64(len(b)))
			return fmt.Errorf("spill bulk results: %w", err)
		}
	}
	_, err = s.file.WriteAt(b, s.written)
	s.written += int64(len(b)) // reserved, written or not; a failed spool is not read further
	if err != nil {
		return fmt.Errorf("spill bulk results: %w", err)
	}
	return nil
}

// read waits for bytes; 0 of them at the end.
func (s *spool) read(into []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast() // there is space now
	for !s.ended && len(s.memory) == 0 && s.taken == s.written {
		s.changed.Wait()
	}
	if len(s.memory) > 0 {
		n := copy(into, s.memory)
		s.memory = append(s.memory[:0], s.memory[n:]...)
		return n, nil
	}
	if s.taken == s.written {
		return 0, nil
	}
	n, err := s.file.ReadAt(into[:min(int64(len(into)), s.written-s.taken)], s.taken)
	s.taken += int64(n)
	if err != nil {
		return n, fmt.Errorf("read spilled bulk results: %w", err)
	}
	if s.taken == s.written { // drained: its space is freed
		err = s.file.Truncate(0)
		s.of.used.Add(-s.written)
		s.taken, s.written = 0, 0
	}
	return n, err
}

// end says that nothing more comes.
func (s *spool) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.changed.Broadcast()
}

// stop says that nobody reads any more; it unblocks a waiting write.
func (s *spool) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	s.changed.Broadcast()
}

// remove closes the file, which frees it.
func (s *spool) remove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of.used.Add(-s.written)
	s.taken, s.written = 0, 0
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
