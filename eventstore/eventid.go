package eventstore

import (
	"encoding/binary"
	"math/rand/v2"
)

// EventIDs makes UUIDv7 event ids that never decrease, as RFC 9562 section 6.2
// describes in method 3: 48 bits of milliseconds and 12 bits of their fraction,
// counted on when the clock stops or goes back, then 62 random bits.
type EventIDs struct {
	last int64 // in 1/4096 of a millisecond
}

// Next returns an id for an event recorded at unix microseconds.
func (g *EventIDs) Next(micros int64) (id [16]byte) {
	tick := max(micros, 0)
	tick = tick/1000<<12 | tick%1000<<12/1000
	g.last = max(tick, g.last+1)
	binary.BigEndian.PutUint64(id[:8], uint64(g.last>>12)<<16|0x7000|uint64(g.last&0xfff))
	binary.BigEndian.PutUint64(id[8:], 1<<63|rand.Uint64()>>2)
	return id
}

// Resume continues after the newest id of the log.
func (g *EventIDs) Resume(id [16]byte) {
	high := binary.BigEndian.Uint64(id[:8])
	g.last = int64(high>>16<<12 | high&0xfff)
}
