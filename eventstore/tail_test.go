package eventstore

import (
	"encoding/json"
	"strings"
	"testing"
)

// numbered are events from a position on, each with data of a size.
func numbered(from int64, n, bytes int) []Recorded {
	events := make([]Recorded, n)
	for i := range events {
		events[i] = Recorded{Position: from + int64(i), Data: json.RawMessage(strings.Repeat("x", bytes))}
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
		"each nearly as large as it may": {[]int{1, 1, 1}, MaxEventBytes},
	} {
		t.Run(name, func(t *testing.T) {
			const before = 41 // the log's head at opening
			var held Tail
			next := int64(before + 1)
			for _, n := range tt.batches {
				held.Add(numbered(next, n, tt.bytes))
				next += int64(n)
			}
			head := next - 1
			if held.held()*int64(tt.bytes) > maxTailBytes || held.bytes != int(held.held())*tt.bytes {
				t.Errorf("it holds %d events and counts %d bytes", held.held(), held.bytes)
			}
			for after := int64(0); after <= head; after++ {
				events, ok := held.After(after, 5, head)
				if ok != (after >= held.first-1 && after < head) {
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
	var held Tail
	held.Add(nil)
	if events, ok := held.After(0, 10, 5); ok {
		t.Errorf("it answers with %d events", len(events))
	}
}

func TestTheTailOfSeveralNodes(t *testing.T) {
	var held Tail
	holds := func(after, upTo int64, want int) {
		t.Helper()
		events, ok := held.After(after, 10, upTo)
		if ok != (want > 0) || len(events) != want || want > 0 && events[0].Position != after+1 {
			t.Errorf("after %d of %d: %d events, %t; want %d", after, upTo, len(events), ok, want)
		}
	}
	held.Add(numbered(5, 2, 1)) // 5 and 6 are ours
	held.Add(numbered(9, 1, 1)) // and 9, behind another node's
	holds(4, 9, 2)
	holds(6, 9, 0)
	held.Extend(numbered(6, 4, 1)) // someone read them
	holds(4, 9, 5)
	holds(4, 7, 3) // of which not all are proven yet
	held.Add(numbered(10, 1, 1))
	holds(9, 10, 1)
	held.Extend(numbered(1, 3, 1)) // someone reads the old ones
	holds(4, 10, 6)
	held.Extend(numbered(20, 3, 1)) // nobody read what is between
	holds(10, 22, 0)
	holds(19, 22, 3)
}
