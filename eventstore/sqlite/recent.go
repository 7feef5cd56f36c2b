package sqlite

import (
	"sync"

	"github.com/achledger/achledger/eventstore"
)

// What the tail holds at most: some of the busiest moments, so that all who
// follow the log find what was just committed without asking the disk.
const (
	maxTailEvents = 12 << 10
	maxTailBytes  = 10 << 20 // of data and meta
)

// tail is the newest events of the log in memory, after their commit. It
// holds them without a gap up to the head, or nothing.
type tail struct {
	mu          sync.RWMutex
	ring        []eventstore.Recorded // an event lies at its position modulo the length
	first, last int64                 // positions held; none: first is last + 1, or both are 0
	bytes       int
}

// add takes in events that were committed.
func (t *tail) add(committed []eventstore.Recorded) {
	if len(committed) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ring == nil {
		t.ring = make([]eventstore.Recorded, maxTailEvents)
		t.first = committed[0].Position
	}
	for i := range committed {
		e := &committed[i]
		for t.held() == maxTailEvents || t.held() > 0 && t.bytes+size(e) > maxTailBytes {
			t.drop()
		}
		*t.at(e.Position) = *e
		t.last = e.Position
		t.bytes += size(e)
	}
}

func (t *tail) drop() {
	oldest := t.at(t.first)
	t.bytes -= size(oldest)
	*oldest = eventstore.Recorded{}
	t.first++
}

func (t *tail) held() int64                            { return t.last - t.first + 1 }
func (t *tail) at(position int64) *eventstore.Recorded { return &t.ring[position%maxTailEvents] }
func size(e *eventstore.Recorded) int                  { return len(e.Data) + len(e.Meta) }

// after returns what ReadAll returns; ok is false when the disk must be asked.
func (t *tail) after(position int64, limit int) (events []eventstore.Recorded, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.ring == nil || position < t.first-1 {
		return nil, false
	}
	n := max(0, min(int64(limit), t.last-position))
	events = make([]eventstore.Recorded, 0, n)
	for bytes := 0; int64(len(events)) < n && bytes < maxPageBytes; {
		e := t.at(position + 1 + int64(len(events)))
		events = append(events, *e)
		bytes += size(e)
	}
	return events, true
}
