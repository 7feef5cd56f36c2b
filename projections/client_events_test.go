package projections

import (
	"context"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

// rarely is a log in which a client has an event at its beginning and one at
// its end, and others have the rest.
type rarely struct {
	eventstore.Store
	events int64
	reads  int
	data   string
}

func (s *rarely) ReadAll(_ context.Context, after int64, limit int) (page []eventstore.Recorded, err error) {
	s.reads++
	for at := after + 1; at <= min(after+int64(limit), s.events); at++ {
		e := eventstore.Recorded{Position: at}
		if e.Client = "other"; at == 1 || at > s.events-3 {
			e.Client, e.Data = "gym", []byte(s.data)
		}
		page = append(page, e)
	}
	return page, nil
}

func TestAFeedWithRareEventsIsReadInBoundedSteps(t *testing.T) {
	s := &rarely{events: 3 * scanLimit}
	v := &Views{store: s, scans: make(chan struct{}, scansAtOnce)}
	found, calls := 0, 0
	for at := int64(0); ; calls++ {
		s.reads = 0
		events, upTo, err := v.ClientEvents(t.Context(), "gym", at, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		if most := scanLimit/scanPage + 1; s.reads > most {
			t.Errorf("a call read %d pages, want at most %d", s.reads, most)
		}
		if found += len(events); upTo == at {
			break
		}
		at = upTo
	}
	if found != 4 || calls != 3 {
		t.Errorf("%d events in %d calls, want 4 in 3", found, calls)
	}
}

// While others look at much of the log, a call answers what it found near.
func TestOnlyAFewCallsLookFarAtOnce(t *testing.T) {
	s := &rarely{events: 3 * scanLimit}
	v := &Views{store: s, scans: make(chan struct{}, scansAtOnce)}
	for range scansAtOnce {
		v.scans <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // else it waits for a while
	if events, upTo, err := v.ClientEvents(ctx, "gym", 0, "", 100); err != nil || len(events) != 1 || upTo != scanPage {
		t.Errorf("%d events up to %d, %v; want one up to %d", len(events), upTo, err, scanPage)
	}
	if events, upTo, err := v.ClientEvents(ctx, "gym", s.events-10, "", 100); err != nil || len(events) != 3 || upTo != s.events {
		t.Errorf("near the end: %d events up to %d, %v", len(events), upTo, err)
	}
}

func TestAPageOfLargeEventsIsBoundedInBytes(t *testing.T) {
	s := &rarely{events: 10, data: strings.Repeat("x", clientBytes/2)}
	v := &Views{store: s, scans: make(chan struct{}, scansAtOnce)}
	if events, upTo, err := v.ClientEvents(t.Context(), "gym", 0, "", 100); err != nil || len(events) != 2 || upTo != 8 {
		t.Errorf("%d events up to %d, %v; want two up to 8", len(events), upTo, err)
	}
}
