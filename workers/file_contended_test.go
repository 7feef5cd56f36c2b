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
	b.hire()
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
type resting struct {
	*projections.Views
	looks int
}

func (r *resting) CatchUpIfQuiet(context.Context) (bool, error) { return false, nil }

func (r *resting) Queues(ctx context.Context, now time.Time) ([]domain.Queue, error) {
	r.looks++
	return r.Views.Queues(ctx, now)
}

func TestNoPassGoesByViewsThatDoNotShowTheLastOne(t *testing.T) {
	b := openBank(t)
	views := &resting{Views: b.views}
	b.batcher.Views = views
	b.posts(gym, 5)
	must(t, b.views.CatchUp(t.Context()))
	b.clock.Set(at("2026-11-20 14:30"))
	for _, want := range []int{1, 1} { // the second would find all of it waiting still
		must(t, b.batcher.cutDue(t.Context()))
		if views.looks != want {
			t.Fatalf("looked at the queues %d times, want %d", views.looks, want)
		}
	}
	must(t, b.views.CatchUp(t.Context()))
	must(t, b.batcher.cutDue(t.Context()))
	if views.looks != 2 || len(b.cutFiles()) != 1 {
		t.Errorf("looked %d times, cut %d files", views.looks, len(b.cutFiles()))
	}
}
