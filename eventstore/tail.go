package eventstore

import "sync"

// Bounds of the tail: enough for the busiest moments, so that followers of the
// log find what was just committed without reading the disk.
const (
	maxTailEvents = 12 << 10
	maxTailBytes  = 10 << 20 // of data and meta

	// MaxPageBytes of data and meta end a page of ReadAll early, to bound its
	// memory.
	MaxPageBytes = 16 << 20
)

// Tail holds the newest events of a log in memory, after their commit, without
// gaps. The zero value is empty.
type Tail struct {
	mu          sync.RWMutex
	ring        []Recorded // the index of an event is its position modulo the length
	first, last int64      // positions held; if none, first is last + 1, or last is 0
	bytes       int
}

// Add adds events that this process committed. It ignores them if other nodes
// wrote before them: a follower then reads both, and adds them with Extend.
func (t *Tail) Add(committed []Recorded) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(committed) > 0 && (t.ring == nil || committed[0].Position == t.last+1) {
		t.add(committed)
	}
}

// Extend adds the new ones of events that were read. If there is a gap before
// them, the tail begins again with them.
func (t *Tail) Extend(read []Recorded) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(read) > 0 && read[0].Position <= t.last {
		read = read[1:]
	}
	if len(read) > 0 {
		t.add(read)
	}
}

func (t *Tail) add(committed []Recorded) {
	if t.ring == nil {
		t.ring = make([]Recorded, maxTailEvents)
	}
	if committed[0].Position != t.last+1 || t.held() == 0 {
		for t.held() > 0 {
			t.drop()
		}
		t.first, t.last = committed[0].Position, committed[0].Position-1
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

func (t *Tail) drop() {
	oldest := t.at(t.first)
	t.bytes -= size(oldest)
	*oldest = Recorded{}
	t.first++
}

func (t *Tail) held() int64 {
	if t.last == 0 {
		return 0
	}
	return t.last - t.first + 1
}

func (t *Tail) at(position int64) *Recorded { return &t.ring[position%maxTailEvents] }
func size(e *Recorded) int                  { return len(e.Data) + len(e.Meta) }

// After returns a page of events after a position, as ReadAll does, for a log
// that ends at upTo; ok is false if the events have to be read from the log.
func (t *Tail) After(position int64, limit int, upTo int64) (events []Recorded, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	upTo = min(upTo, t.last)
	if t.ring == nil || position < t.first-1 || position >= upTo {
		return nil, false
	}
	n := min(int64(limit), upTo-position)
	events = make([]Recorded, 0, n)
	for bytes := 0; int64(len(events)) < n && bytes < MaxPageBytes; {
		e := t.at(position + 1 + int64(len(events)))
		events = append(events, *e)
		bytes += size(e)
	}
	return events, true
}
