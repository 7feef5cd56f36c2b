package sqlite

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

// numbered are events from a position on, each with data of a size.
func numbered(from int64, n, bytes int) []eventstore.Recorded {
	events := make([]eventstore.Recorded, n)
	for i := range events {
		events[i] = eventstore.Recorded{Position: from + int64(i), Data: json.RawMessage(strings.Repeat("x", bytes))}
	}
	return events
}

func TestTheTailHoldsTheNewestEventsWithoutAGap(t *testing.T) {
	for name, tt := range map[string]struct {
		batches []int
		bytes   int // of each event
	}{
		"few":                            {[]int{1, 2, 3}, 100},
		"as many as it holds":            {[]int{maxTailEvents}, 1},
		"many more than it holds":        {[]int{1000, 40_000, 7, 1}, 1},
		"too large for all to stay":      {[]int{3, 3, 3}, 3 << 20},
		"each nearly as large as it may": {[]int{1, 1, 1}, eventstore.MaxEventBytes},
	} {
		t.Run(name, func(t *testing.T) {
			const before = 41 // the log's head at opening
			var held tail
			next := int64(before + 1)
			for _, n := range tt.batches {
				held.add(numbered(next, n, tt.bytes))
				next += int64(n)
			}
			head := next - 1
			if held.held()*int64(tt.bytes) > maxTailBytes || held.bytes != int(held.held())*tt.bytes {
				t.Errorf("it holds %d events and counts %d bytes", held.held(), held.bytes)
			}
			for after := int64(0); after <= head; after++ {
				events, ok := held.after(after, 5)
				if ok != (after >= held.first-1) {
					t.Fatalf("after %d of %d..%d: ok is %t", after, held.first, held.last, ok)
				}
				if ok && len(events) != int(min(5, head-after)) {
					t.Fatalf("after %d: %d events, the head is at %d", after, len(events), head)
				}
				for i, e := range events {
					if e.Position != after+1+int64(i) {
						t.Fatalf("after %d comes position %d at %d", after, e.Position, i)
					}
				}
			}
		})
	}
}

func TestAnEmptyTailAsksTheDisk(t *testing.T) {
	var held tail
	held.add(nil)
	if events, ok := held.after(0, 10); ok {
		t.Errorf("it answers with %d events", len(events))
	}
}
