package eventstore

import (
	"slices"
	"sync"
)

// What the tail holds at most: some seconds of the busiest traffic, so that
// all who follow the log find what was just committed without asking the disk.
const (
	maxTailEvents = 16 << 10
	maxTailBytes  = 16 << 20 // of data and meta
)

// tail is the newest events of the log in memory, after their commit. It
// holds them without a gap up to the head, or nothing.
type tail struct {
	mu     sync.RWMutex
	events []Recorded // oldest first
	bytes  int
}

// add takes in events that were committed.
func (t *tail) add(committed []Recorded) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range committed {
		t.bytes += committed[i].size()
	}
	t.events = append(t.events, committed...)
	drop := 0
	for ; len(t.events)-drop > maxTailEvents || t.bytes > maxTailBytes; drop++ {
		t.bytes -= t.events[drop].size()
	}
	clear(t.events[:drop]) // readers have copies; their data must not be held here
	t.events = t.events[drop:]
}

// after returns what ReadAll returns; ok is false when the disk must be asked.
func (t *tail) after(position int64, limit int) (events []Recorded, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if len(t.events) == 0 || position < t.events[0].Position-1 {
		return nil, false
	}
	from := min(position-t.events[0].Position+1, int64(len(t.events)))
	rest := t.events[from:]
	return slices.Clone(rest[:min(limit, len(rest))]), true
}

func (e *Recorded) size() int { return len(e.Data) + len(e.Meta) }
