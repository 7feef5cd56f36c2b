package projections

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

// newest is the newest event of the world's log.
func (w *world) newest() eventstore.Head {
	w.t.Helper()
	head, err := w.store.Head(w.ctx)
	w.must(err)
	return head
}

func TestViewsOfAnotherLogStopBeforeTheyShowIt(t *testing.T) {
	w := newWorld(t)
	w.history()
	v := w.caughtUp(Options{})
	was := v.Position()
	v.projector.hash[0]++ // another event was there when it was projected
	w.originate("gym")
	if err := v.CatchUp(w.ctx); !errors.Is(err, ErrOtherLog) {
		t.Errorf("it continues with %v", err)
	}
	if v.Position() != was {
		t.Errorf("the views went from %d to %d", was, v.Position())
	}
	w.inside("UPDATE checkpoint SET hash = zeroblob(32)") // the checkpoint says so as well
	if err := v.Run(w.ctx); !errors.Is(err, ErrOtherLog) {
		t.Errorf("Run ends with %v", err)
	}
}

// An event that does not follow from the one before it was damaged in this log. That
// verify finds; the lists show the rest.
func TestADamagedEventIsNoOtherLog(t *testing.T) {
	w := newWorld(t)
	w.history()
	v := w.caughtUp(Options{})
	w.originate("gym")
	w.originate("gym") // a page of more than one event
	v.store = damaged{w.store}
	w.must(v.CatchUp(w.ctx))
	if at := w.newest().Position; v.Position() != at {
		t.Errorf("the views are at %d of %d", v.Position(), at)
	}
}

// damaged is a log of which each page begins with an event of another hash, but for
// those that are read alone.
type damaged struct{ eventstore.Store }

func (d damaged) ReadAll(ctx context.Context, after int64, limit int) ([]eventstore.Recorded, error) {
	events, err := d.Store.ReadAll(ctx, after, limit)
	if len(events) > 0 && limit > 1 {
		events = slices.Clone(events)
		events[0].Hash[0]++
	}
	return events, err
}

func TestShownIsTheNewestEventOfAFileThatIsNotOpen(t *testing.T) {
	w := newWorld(t)
	w.history()
	w.must(w.caughtUp(Options{}).Close())
	if shown, newest := Shown(w.path()), w.newest(); shown != newest {
		t.Errorf("it shows %v, and the log ends at %v", shown, newest)
	}
	if shown := Shown(filepath.Join(t.TempDir(), "views.db")); shown != (eventstore.Head{}) {
		t.Errorf("a missing file shows %v", shown)
	}
	w.must(removeFiles(w.path()))
	w.must(createFile(w.path()))
	if shown := Shown(w.path()); shown != (eventstore.Head{}) {
		t.Errorf("an empty file shows %v", shown)
	}
}
