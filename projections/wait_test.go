package projections

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestAListShowsItsCallersOwnWrites(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	ctx, cancel := context.WithCancel(w.ctx)
	ran := make(chan error, 1)
	go func() { ran <- v.Run(ctx) }()
	for n := range 200 {
		w.originate("gym")
		w.waitForHead(v)
		items, _, err := v.Items(w.ctx, ItemFilter{Client: "gym"})
		w.must(err)
		if len(items) != n+1 {
			t.Fatalf("%d items after %d posts", len(items), n+1)
		}
	}
	cancel()
	w.must(<-ran)
}

func TestWhileMuchIsWrittenTheViewsRestUntilSomebodyWaits(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{Every: time.Hour})
	ctx, cancel := context.WithCancel(w.ctx)
	ran := make(chan error, 1)
	go func() { ran <- v.Run(ctx) }()

	rested := false
	for n := 0; n < 100 && !rested; n++ {
		w.payroll("gym", 2*int(pace.Burst), false)
		for end := time.Now().Add(pace.Rest / 2); time.Now().Before(end) && !rested; time.Sleep(time.Millisecond) {
			current, err := v.CatchUpIfQuiet(w.ctx)
			w.must(err)
			rested = !current
		}
	}
	if !rested {
		t.Fatal("they never rested")
	}
	w.must(v.WaitFor(w.ctx, "gym"))
	head, err := w.store.Head(w.ctx)
	w.must(err)
	if v.Position() != head.Position {
		t.Errorf("whoever waits for a list is shown %d of %d events", v.Position(), head.Position)
	}

	w.payroll("gym", 2*int(pace.Burst), false)
	if head, err = w.store.Head(w.ctx); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); v.Position() < head.Position; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("left alone, they do not go on by themselves")
		}
	}
	cancel()
	w.must(<-ran)
}

func TestWhoeverWritesMuchGivesWayToAList(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})  // and nobody runs it yet
	v.YieldToReaders(w.ctx) // nobody waits: it comes back
	w.originate("gym")
	listed, gone := make(chan error, 1), make(chan struct{})
	go func() { listed <- v.WaitFor(w.ctx, "gym") }()
	for v.waiters.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	go func() {
		defer close(gone)
		v.YieldToReaders(w.ctx)
	}()
	select {
	case <-gone:
		t.Fatal("it does not wait for the list")
	case <-time.After(50 * time.Millisecond):
	}
	w.must(v.CatchUp(w.ctx))
	w.must(<-listed)
	select {
	case <-gone:
	case <-time.After(longest / 2):
		t.Error("the list was shown, and it still waits")
	}
}

func TestAListThatWaitsTooLongSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.open(Options{}) // and nobody runs it
	w.originate("gym")
	everyone := make(chan error, 1)
	go func() { everyone <- v.WaitFor(w.ctx, "") }()
	began := time.Now()
	if err := v.WaitFor(w.ctx, "gym"); !errors.Is(err, ErrBehind) || time.Since(began) < 2*time.Second {
		t.Errorf("after %s: %v; want ErrBehind after 2 s", time.Since(began), err)
	}
	if err := <-everyone; !errors.Is(err, ErrBehind) {
		t.Errorf("everyone's: %v; want ErrBehind", err)
	}
	if err := v.WaitFor(w.ctx, "another"); err != nil {
		t.Errorf("a client that wrote nothing waits for nothing: %v", err)
	}
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	if err := v.WaitFor(ctx, "gym"); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller went away: %v", err)
	}
}

func TestAnItemJustWrittenIsFound(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	i := w.originate("gym")
	go v.CatchUp(w.ctx)
	client, transaction, ok, err := v.FindItem(w.ctx, i.item)
	if client != "gym" || transaction != i.transaction || !ok || err != nil {
		t.Errorf("found %q %q %t %v", client, transaction, ok, err)
	}
	if _, _, ok, err := v.FindItem(w.ctx, "no such item"); ok || err != nil {
		t.Errorf("found what is not there, or %v", err)
	}
}

func TestActivityIsTheFirstTransaction(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	w.openClient("gym", ours)
	w.must(v.CatchUp(w.ctx))
	if any, err := v.Activity(w.ctx); any || err != nil {
		t.Errorf("before: %t, %v", any, err)
	}
	w.originate("gym")
	go v.CatchUp(w.ctx)
	if any, err := v.Activity(w.ctx); !any || err != nil {
		t.Errorf("after: %t, %v", any, err)
	}
}

// After a bulk of 100,000 lines the views need more than the 2 s of a list.
func TestWhatGoesByAllThereIsWaitsAsLongAsTheViewsMove(t *testing.T) {
	for name, tt := range map[string]struct {
		steps       int64 // of ten, a second apart
		whileMoving bool
		behind      bool
	}{
		"they arrive":               {10, true, false},
		"they stop half-way":        {5, true, true},
		"they never move":           {0, true, true},
		"a list does not wait that": {10, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &Views{moved: make(chan struct{}), urgent: make(chan struct{}, 1)}
				go func() {
					for n := range tt.steps {
						time.Sleep(time.Second)
						v.reached(n + 1)
					}
				}()
				err := v.await(t.Context(), 10, tt.whileMoving)
				if errors.Is(err, ErrBehind) != tt.behind || err != nil && !tt.behind {
					t.Errorf("it waits until position %d and says %v", v.Position(), err)
				}
				time.Sleep(10 * time.Second) // the views' goroutine ends before the test
			})
		})
	}
}
