package http

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// spoolMemory is how much of the results waits in memory; more goes to a
// temporary file.
const spoolMemory = 256 << 10

// spool is a queue of bytes that never makes its writer wait: what its reader
// does not take in time lies in a temporary file. Results hold no account
// numbers.
type spool struct {
	dir string

	mu      sync.Mutex
	changed sync.Cond
	memory  []byte // older than all of the file
	file    *os.File
	written int64 // to the file
	taken   int64 // from the file
	ended   bool
}

func newSpool(dir string) *spool {
	s := &spool{dir: dir}
	s.changed.L = &s.mu
	return s
}

// write adds bytes.
func (s *spool) write(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast()
	if s.taken == s.written && len(s.memory)+len(b) <= spoolMemory {
		s.memory = append(s.memory, b...)
		return nil
	}
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "achledger-bulk-*")
		if err != nil {
			return fmt.Errorf("spill bulk results: %w", err)
		}
		s.file = f
	}
	n, err := s.file.WriteAt(b, s.written)
	s.written += int64(n)
	if err != nil {
		return fmt.Errorf("spill bulk results: %w", err)
	}
	return nil
}

// read waits for bytes; 0 of them at the end.
func (s *spool) read(into []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
	if s.taken == s.written { // drained: its room is given back
		s.taken, s.written = 0, 0
		err = s.file.Truncate(0)
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

// remove gives the file back.
func (s *spool) remove() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
