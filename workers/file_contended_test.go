package workers

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

func TestWhileOthersWriteAFileIsFilledInSmallerAppends(t *testing.T) {
	b := openBank(t)
	b.limits = Limits{AppendEvents: 8}
	b.newWorkers()
	b.posts(gym, 30)
	b.clock.Set(at("2026-11-20 14:30"))
	appends := 0
	b.fault = func(step string) error {
		if step == "after fill" {
			if appends++; appends <= 2 {
				b.posts(gym, 1)
			}
		}
		return nil
	}
	b.sweep()
	events, err := b.Store.ReadStream(t.Context(), domain.FileStream(b.cutFiles()[0].ID), 0)
	must(t, err)
	var counts []int
	for _, r := range events {
		fact, err := ledger.Fact(r)
		must(t, err)
		if filled, ok := fact.Event.(*domain.FileFilled); ok {
			counts = append(counts, filled.Count)
		}
	}
	// Somebody came before the second and the third, which the next one heeds.
	if want := []int{8, 8, 2, 2, 8, 2}; !slices.Equal(counts, want) {
		t.Errorf("appends of %v entries, want %v", counts, want)
	}
}

// resting are views that much was written behind.
type resting struct{ *projections.Views }

func (*resting) CatchUpIfQuiet(context.Context) (bool, error) { return false, nil }

func TestNothingIsCutByViewsThatDoNotShowTheLastCut(t *testing.T) {
	b := openBank(t)
	b.batcher.Views = &resting{Views: b.views}
	b.posts(gym, 5)
	must(t, b.views.CatchUp(t.Context()))
	b.clock.Set(at("2026-11-20 14:30"))
	must(t, b.batcher.cutDue(t.Context()))
	cut := b.head()
	must(t, b.batcher.cutDue(t.Context())) // by the views all of it waits still
	if now := b.head(); now != cut {
		t.Errorf("what was cut up to %d was cut again, up to %d", cut, now)
	}
	b.clock.Set(at("2026-11-20 14:31"))
	b.posts(gym, 1) // after the window
	must(t, b.views.CatchUp(t.Context()))
	must(t, b.batcher.cutDue(t.Context()))
	if files := b.cutFiles(); len(files) != 1 || files[0].Cut.Totals.Entries != 5 {
		t.Errorf("cut %d files", len(files))
	}
	b.sweepAt("2026-11-20 16:30")
	if n := len(b.cutFiles()); n != 2 {
		t.Errorf("cut %d files, want one for each window", n)
	}
}

func TestACutLeavesOthersTheMachineInTheRatioOfWhatTheyWrite(t *testing.T) {
	for _, tt := range []struct {
		own, others int64
		want        time.Duration
	}{{200, 0, 0}, {200, 1, 400 * time.Microsecond}, {200, 50, 20 * time.Millisecond}, {200, 100, 40 * time.Millisecond}, {200, 2000, 40 * time.Millisecond}} {
		if got := (appended{took: 20 * time.Millisecond, own: tt.own, others: tt.others}).room(); got != tt.want {
			t.Errorf("after an append of %d events beside %d of others it waits %v, want %v", tt.own, tt.others, got, tt.want)
		}
	}
}
