package projections

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// same fails when the live rows are not what a rebuild makes.
func (w *world) same(v *Views) {
	w.t.Helper()
	differences, n, err := v.Compare(w.ctx, nil)
	w.must(err)
	if n > 0 {
		w.t.Errorf("%d rows are not what the log says: %+v", n, differences)
	}
}

func TestTwoProjectorsRaceForOneFile(t *testing.T) {
	w := newWorld(t)
	var views [2]*Views
	for i := range views {
		views[i] = w.open(Options{BatchSize: 7})
	}
	ctx, cancel := context.WithCancel(w.ctx)
	var running sync.WaitGroup
	for _, v := range views {
		running.Go(func() {
			if err := v.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for range 20 {
		w.payroll("gym", 30, true)
	}
	cancel()
	running.Wait()
	for _, v := range views {
		w.must(v.CatchUp(w.ctx))
		w.same(v)
	}
}

// waitForHead waits for the head as long as a busy machine takes; how
// long WaitFor itself waits is another test's matter.
func (w *world) waitForHead(v *Views) {
	w.t.Helper()
	for range 30 {
		if err := v.WaitFor(w.ctx, ""); !errors.Is(err, ErrBehind) {
			w.must(err)
			return
		}
	}
	w.t.Fatal("the views do not catch up")
}

func TestARebuildBesideALiveProjector(t *testing.T) {
	w := newWorld(t)
	w.payroll("gym", 3000, true)
	v := w.open(Options{BatchSize: 100})
	ctx, cancel := context.WithCancel(w.ctx)
	var running sync.WaitGroup
	running.Go(func() { v.Run(ctx) })

	rebuilt := make(chan error, 1)
	go func() {
		var err error
		for range 5 {
			if err = Rebuild(w.ctx, w.path(), w.store, nil); err != nil {
				break
			}
		}
		rebuilt <- err
	}()
	was := int64(0)
	for done := false; !done; {
		select {
		case err := <-rebuilt:
			w.must(err)
			done = true
		default:
			w.payroll("gym", 20, true)
			w.waitForHead(v)
			w.must(v.read(w.ctx, func(s snapshot) error {
				if s.position < was {
					t.Errorf("the views stepped back from %d to %d", was, s.position)
				}
				was = s.position
				return nil
			}))
		}
	}
	cancel()
	running.Wait()
	w.must(v.CatchUp(w.ctx))
	w.same(v)
	w.lists(v)
	w.must(v.read(w.ctx, func(s snapshot) error {
		if s.generation < 6 {
			t.Errorf("generation %d after five rebuilds", s.generation)
		}
		return nil
	}))
}

func TestARebuildThatIsTakenAwayGivesUp(t *testing.T) {
	w := newWorld(t)
	w.payroll("gym", rebuildPage+1000, false)
	w.caughtUp(Options{})
	err := Rebuild(w.ctx, w.path(), w.store, func(done, total int64) {
		if done <= rebuildPage {
			w.open(Options{}).Close() // a server starts
		}
	})
	if err == nil {
		t.Fatal("the rebuild went on in tables that were gone")
	}
	v := w.caughtUp(Options{})
	w.same(v)
	w.lists(v)
	w.must(Rebuild(w.ctx, w.path(), w.store, nil))
	w.same(v)
	w.lists(v)
}

// lists asks every kind of list for a page, which needs every index.
func (w *world) lists(v *Views) {
	w.t.Helper()
	for name, f := range everyFilter("gym") {
		if _, _, err := v.Items(w.ctx, f); err != nil {
			w.t.Errorf("list by %s: %v", name, err)
		}
	}
	_, _, err := v.Transactions(w.ctx, TransactionFilter{Client: "gym", Limit: 1})
	w.must(err)
}

// What the live generation has in advance when a rebuilt one is ready goes
// into that one before it takes the place.
func TestAGenerationThatGoesLiveDoesNotStepBack(t *testing.T) {
	w := newWorld(t)
	w.history()
	v := w.caughtUp(Options{})
	d, err := openDatabase(w.path())
	w.must(err)
	generation, err := newGeneration(w.ctx, d.writer, false)
	w.must(err)
	p, err := newProjector(d.writer, silent, generation, eventstore.Head{})
	w.must(err)
	w.must(p.catchUp(w.ctx, w.store, nil))
	w.must(p.index(w.ctx))
	w.originate("gym")
	w.must(v.CatchUp(w.ctx))
	w.must(p.goLive(w.ctx, w.store))
	w.must(d.close())
	w.must(v.read(w.ctx, func(s snapshot) error {
		if s.generation != generation || s.position != v.Position() {
			t.Errorf("generation %d at position %d; want %d at %d", s.generation, s.position, generation, v.Position())
		}
		return nil
	}))
	w.same(v)
}

// A node that runs beside a rebuild has proved more of the log than the rebuild, which
// must not take the views of that node for those of another log.
func TestViewsBeyondWhatThisProcessProvedFit(t *testing.T) {
	w := newWorld(t)
	w.history()
	store := &unproven{Store: w.store, proved: w.newest().Position}
	w.originate("gym")
	v := w.caughtUp(Options{})
	d, position, err := openFitting(w.ctx, w.path(), store, silent)
	w.must(err)
	w.must(d.close())
	if position != v.Position() {
		t.Errorf("the views are at %d and were at %d", position, v.Position())
	}
	w.originate("gym")
	w.must(v.CatchUp(w.ctx))
	w.must(v.read(w.ctx, func(s snapshot) error {
		if s.generation != 1 {
			t.Errorf("the node continues in generation %d", s.generation)
		}
		return nil
	}))
}

// unproven is a log of which this process reads only what it proved, as in a database.
type unproven struct {
	eventstore.Store
	proved int64
}

func (u *unproven) ReadAll(ctx context.Context, after int64, limit int) ([]eventstore.Recorded, error) {
	if after >= u.proved {
		return nil, ctx.Err()
	}
	return u.Store.ReadAll(ctx, after, int(min(int64(limit), u.proved-after)))
}

func (u *unproven) Reached(ctx context.Context, client string) (reached int64, err error) {
	reached, err = u.Store.Reached(ctx, client)
	u.proved = reached
	return reached, err
}

// A log may be newer than the program: what it does not know it passes over.
func TestEventsOfALaterVersionArePassedOver(t *testing.T) {
	w := newWorld(t)
	strange := testItem{"gym", "txn-strange", "item-strange"}
	w.append(about(strange, later{"begins with it"},
		domain.TransactionReversalRequested{Outgoing: domain.Outgoing{ItemID: "item-strange", ReplyTo: "item-unknown"}}))
	w.append(ledger.Change{Stream: "mystery/1", Client: "gym", Events: []domain.Event{later{"another aggregate"}}})
	i := w.originate("gym")
	w.append(about(i, later{"in the middle"}))
	v := w.caughtUp(Options{})
	waiting, err := v.WaitingItems(w.ctx, "gym", ours, false, w.now, 0, 10)
	w.must(err)
	if len(waiting) != 1 || waiting[0].ItemID != i.item || waiting[0].Version != 2 {
		t.Errorf("waiting: %+v; want the one that is known, at the version of its stream", waiting)
	}
	w.same(v)
}

// While a rebuild takes the old generation away, its checkpoint is still
// there: a projector that moved it would show what nobody reads, and what is
// read would stay behind until the next event.
func TestAGenerationThatIsNoLongerLiveIsNotMoved(t *testing.T) {
	w := newWorld(t)
	w.originate("gym")
	v := w.caughtUp(Options{})
	head, err := w.store.Head(w.ctx)
	w.must(err)
	dead, err := newProjector(v.database.Load().writer, silent, 1, head)
	w.must(err)
	dead.live = 1
	_, err = v.database.Load().writer.Exec(`UPDATE checkpoint SET live = 0 WHERE name = ?1 AND generation = 1`, viewName)
	w.must(err)
	w.originate("gym")
	err = dead.project(w.ctx, newFeed(w.store, 10), v.Position()+1, func(batch []logEvent) error { return dead.apply(w.ctx, batch) })
	if !errors.Is(err, errMoved) {
		t.Errorf("it was moved: %v", err)
	}
}
