package workers

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// filling begins to fill a file with what waits of Harbor Gym.
func (b *bank) filling() (w *appender, entries []entry) {
	b.t.Helper()
	ctx, now := b.t.Context(), b.Ledger.Now()
	must(b.t, b.views.CatchUp(ctx))
	odfi, err := b.Ledger.Bank(ctx, ourBank)
	must(b.t, err)
	client, err := b.Ledger.Client(ctx, gym)
	must(b.t, err)
	p := planner{now: now, bank: odfi, client: client.Settings, limits: b.files.Limits}
	c := Cut{Client: client, ODFI: ourBank, Why: domain.WhyWindow, Forward: true}
	_, _, err = b.batcher.planEntries(ctx, &p, c, 0)
	must(b.t, err)
	planned := p.files()[0]
	return &appender{Files: b.files, openFile: openFile{
		opened: odfi.Open(domain.FileOpened{
			FileID: "019aa0d3-5c3b-7b1e-9d55-3d2f0f6c1a01", Client: gym, ODFI: ourBank, Why: c.Why, Settings: client.Settings.File,
			Method: odfi.Leaves().Method, Decided: now,
		}),
		planned: planned.batches, terms: &odfi.Terms, decided: now,
	}, may: b.files.mayCut(gym, ourBank, planned.batches)}, planned.entries
}

// threeOfEightAppended fills a file with the first three of eight entries, of which
// the other five are returned.
func threeOfEightAppended(t *testing.T) (b *bank, w *appender, left []entry) {
	t.Helper()
	b = openSmallBank(t)
	b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	w, entries := b.filling()
	left, err := w.append(t.Context(), entries, 3, false)
	must(t, err)
	return b, w, left
}

// takenOn are the days of the events that take trace numbers.
func (b *bank) takenOn() (days []string) {
	b.t.Helper()
	events, err := b.Store.ReadStream(b.t.Context(), domain.TraceStream(ourBank[:8]), 0)
	must(b.t, err)
	for _, r := range events {
		fact, err := ledger.Fact(r)
		must(b.t, err)
		days = append(days, fact.Event.(*domain.TracesTaken).On)
	}
	return days
}

func TestTheNextAppendOfAFileIsPreparedWhileOneIsCommitted(t *testing.T) {
	b, w, entries := threeOfEightAppended(t)
	prepared := w.ahead
	if prepared == nil || prepared.n != 3 {
		t.Fatalf("prepared is %+v", prepared)
	}
	b.clock.Set(at("2026-11-20 14:31"))
	entries, err := w.append(t.Context(), entries, 3, false)
	must(t, err)
	stream := prepared.appends[0].Stream
	events, err := b.Store.ReadStream(t.Context(), stream, prepared.appends[0].Expect)
	must(t, err)
	if len(events) == 0 || string(events[0].Meta) != string(prepared.appends[0].Events[0].Meta) {
		t.Errorf("the log does not have what was prepared: %d events of %s", len(events), stream)
	}
	if _, err = w.append(t.Context(), entries, 2, true); err != nil || !w.isCut || w.ahead != nil {
		t.Errorf("the file is cut: %v, something prepared after it: %v, %v", w.isCut, w.ahead != nil, err)
	}
}

func TestAnAppendOfNextDayTakesItsNumbersOnThatDay(t *testing.T) {
	b := openSmallBank(t)
	ids := b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = onceAt("after fill", 1, func() { b.clock.Set(at("2026-11-21 00:00")) })
	b.sweep()
	days := b.takenOn()
	if len(days) != 3 || days[0] != "2026-11-20" || days[1] != "2026-11-21" || days[2] != "2026-11-21" {
		t.Errorf("numbers are taken on %v", days)
	}
	b.settled(gym, ids)
}

// What was prepared to follow an append goes into no file if that append fails.
func TestWhatFollowsAnAppendThatFailsIsDiscarded(t *testing.T) {
	b, w, entries := threeOfEightAppended(t)
	head, broken := b.head(), errors.New("the disk is full")
	b.fault = func(step string) error {
		if step == "before fill" {
			return broken
		}
		return nil
	}
	left, err := w.append(t.Context(), entries, 3, false)
	if !errors.Is(err, broken) || len(left) != 5 || w.ahead != nil || b.head() != head {
		t.Fatalf("%d entries are left, something is prepared: %v, the log grew by %d: %v", len(left), w.ahead != nil, b.head()-head, err)
	}
	b.fault = nil
	for len(left) > 0 {
		n := w.portion(len(left))
		left, err = w.append(t.Context(), left, n, n == len(left))
		must(t, err)
	}
	if w.totals.Entries != 8 || !w.isCut {
		t.Errorf("the file is cut: %v, with %d entries", w.isCut, w.totals.Entries)
	}
}

// The log has an append of which the process does not know: it adds nothing to it,
// and the next process completes the file.
func TestWhatFollowsAnAppendOfUnknownOutcomeIsDiscarded(t *testing.T) {
	b := openSmallBank(t)
	ids := b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	var failed atomic.Bool
	b.faults.AfterCommit = func() error {
		if failed.Load() {
			return errors.New("no answer of the disk")
		}
		return nil
	}
	b.restart()
	b.fault = onceAt("before fill", 2, func() { failed.Store(true) })
	if err := b.batcher.Sweep(t.Context()); err == nil {
		t.Fatal("nothing failed")
	}
	b.faults.AfterCommit = nil
	b.restart()
	if f := b.onlyFile(); f.State != domain.FileOpen || len(f.Ranges) != 2 {
		t.Errorf("the file is %s after %d appends", f.State, len(f.Ranges))
	}
	b.sweep()
	b.settled(gym, ids)
}

// Numbers stay as they are while it is tried what follows.
func TestTakenNumbersChangeNothingBeforeTheyAreInTheLog(t *testing.T) {
	b := openSmallBank(t)
	b.posts(gym, 3)
	b.sweepAt("2026-11-20 14:30")
	traces, err := b.files.numbers.traces(t.Context(), ourBank[:8])
	must(t, err)
	defer traces.Unlock()
	now := b.Ledger.Now()
	used := traces.InUse(now)
	_, _, taken, err := traces.Take(5, now)
	must(t, err)
	after := traces.After(taken)
	if after.InUse(now) != used+5 || after.Version != traces.Version+1 || traces.InUse(now) != used {
		t.Errorf("%d in use, after 5 more %d, and then %d", used, after.InUse(now), traces.InUse(now))
	}
}

func TestBesideOthersNothingIsPreparedAhead(t *testing.T) {
	b := openSmallBank(t)
	b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	w, entries := b.filling()
	w.before = appended{took: time.Microsecond, own: 3, others: 1}
	_, err := w.append(t.Context(), entries, 3, false)
	must(t, err)
	if w.ahead != nil {
		t.Error("it prepared an append while others wrote")
	}
}
