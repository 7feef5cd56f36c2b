package projections

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"pgregory.net/rapid"
)

// Whatever happened, and however far the views had come while it did, they
// say what the log says: row for row as a rebuild makes them, and answer for
// answer as a model does that folds everything.
func TestViewsSayWhatTheLogSays(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		s := &story{w, rt}
		v := w.open(Options{BatchSize: rapid.IntRange(1, 5).Draw(rt, "batch size")})
		for range rapid.IntRange(3, 30).Draw(rt, "chapters") {
			s.next()
			if rapid.Bool().Draw(rt, "catch up") {
				w.must(v.CatchUp(w.ctx))
			}
		}
		w.must(v.CatchUp(w.ctx))
		differences, n, err := v.Compare(w.ctx, nil)
		w.must(err)
		if n > 0 {
			rt.Fatalf("%d rows are not what a rebuild makes: %+v", n, differences)
		}
		m := w.read()
		s.checkItems(v, m)
		s.checkTransactions(v, m)
		s.checkQueues(v, m)
		s.checkDeadlines(v, m)
		w.must(v.Close())
		w.must(w.store.Close())
	})
}

func (s *story) draw(label string, from ...string) string {
	return rapid.SampledFrom(append(from, "", "")).Draw(s.t, label)
}

func (s *story) days() (from, to string) {
	days := []string{"2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-30"}
	return s.draw("from", days...), s.draw("to", days...)
}

// checkItems asks for items by filters of every kind, page by page.
func (s *story) checkItems(v *Views, m model) {
	for range 12 {
		from, to := s.days()
		f := ItemFilter{
			Client:    s.draw("client", append(slices.Clone(tenants), "nobody")...),
			Kind:      domain.ItemKind(s.draw("kind", "Origination", "Return", "Retry", "Correction")),
			Status:    s.draw("status", Pending, Released, Transmitted, Recalled, Rejected, "Lost"),
			Direction: domain.Direction(s.draw("direction", "ToFed", "FromFed")),
			FromDay:   from, ToDay: to,
			After: rapid.SampledFrom([]int64{0, 0, 1, 5, 20}).Draw(s.t, "after"),
			Limit: rapid.IntRange(0, 4).Draw(s.t, "limit"),
		}
		got := s.pages(v, f)
		want := m.itemsOf(f)
		if f.After > 0 && f.Client != "" && !slices.IsSortedFunc(got, func(a, b Item) int { return int(a.ChangedAt - b.ChangedAt) }) {
			s.t.Fatalf("%+v: changes are not in order", f)
		}
		sameSet(s.t, f, got, want, func(i Item) string { return i.ItemID })
	}
}

// pages lists everything, a page at a time.
func (s *story) pages(v *Views, f ItemFilter) (all []Item) {
	for {
		page, next, err := v.Items(s.ctx, f)
		s.must(err)
		if f.Limit > 0 && len(page) > f.Limit {
			s.t.Fatalf("a page of %d, limit %d", len(page), f.Limit)
		}
		all = append(all, page...)
		if next == "" {
			return all
		}
		if len(page) < f.Limit {
			s.t.Fatalf("a page of %d with a next one, limit %d", len(page), f.Limit)
		}
		f.Cursor = next
	}
}

func (s *story) checkTransactions(v *Views, m model) {
	for range 6 {
		from, to := s.days()
		f := TransactionFilter{
			Client:    s.draw("client", append(slices.Clone(tenants), "nobody")...),
			Status:    s.draw("status", Pending, PendingHeld, PendingUnheld, Released, Transmitted, Recalled, Rejected, Returned),
			Direction: domain.Direction(s.draw("direction", "ToFed", "FromFed")),
			FromDay:   from, ToDay: to,
			Limit: rapid.IntRange(0, 4).Draw(s.t, "limit"),
		}
		asked := f
		var got []Transaction
		for {
			page, next, err := v.Transactions(s.ctx, f)
			s.must(err)
			got = append(got, page...)
			if next == "" {
				break
			}
			f.Cursor = next
		}
		if !slices.IsSortedFunc(got, func(a, b Transaction) int { return b.CreatedAt.Compare(a.CreatedAt) }) {
			s.t.Fatalf("%+v: not newest first", asked)
		}
		sameSet(s.t, asked, got, m.transactionsOf(asked), func(t Transaction) string { return t.ID })
	}
}

func (s *story) checkQueues(v *Views, m model) {
	for _, now := range []time.Time{s.now, s.now.Add(-48 * time.Hour), s.now.Add(96 * time.Hour), farthest} {
		got, err := v.Queues(s.ctx, now)
		s.must(err)
		want := m.queues(now)
		if !reflect.DeepEqual(got, want) {
			s.t.Fatalf("queues at %s:\n%+v\nwant\n%+v", now, got, want)
		}
		for _, q := range want {
			s.checkWaiting(v, m, q, now)
		}
	}
}

// checkWaiting takes a queue in small pieces, in log order.
func (s *story) checkWaiting(v *Views, m model, q domain.Queue, now time.Time) {
	var want []modelWaiting
	for _, w := range m.waiting {
		if w.client == q.Client && w.odfi == q.ODFI && w.answers == q.Answers && w.due <= now.UnixMicro() {
			want = append(want, w)
		}
	}
	var got []QueuedItem
	for after := int64(0); ; {
		some, err := v.WaitingItems(s.ctx, q.Client, q.ODFI, q.Answers, now, after, 2)
		s.must(err)
		if len(some) == 0 {
			break
		}
		got, after = append(got, some...), some[len(some)-1].Position
	}
	if len(got) != len(want) {
		s.t.Fatalf("%d wait of %+v, want %d", len(got), q, len(want))
	}
	for i, g := range got {
		w := want[i]
		t, _ := s.fold(testItem{client: w.client, transaction: g.TransactionID})
		it, _ := t.Item(w.of.ID)
		entry, err := t.EntryOf(it)
		if err == nil {
			err = entry.Renderable(ours)
		}
		if (err != nil) != (g.Fault != "") {
			s.t.Fatalf("no file can carry it: %v; the row says %q", err, g.Fault)
		}
		due := instant(w.due)
		if w.due == 0 {
			due = it.MadeAt
		}
		wanted := QueuedItem{
			Client: w.client, TransactionID: t.ID, ItemID: it.ID, Version: t.Version, Position: it.Position, ODFI: ours,
			Answers: it.Kind.IsAnswer(), Kind: it.Kind, Header: entry.Header, Code: entry.Entry.Code, Routing: entry.Entry.Routing,
			AmountCents: it.AmountCents, Addenda: entry.Entry.AddendaCount(), EffectiveOn: w.askedOn, MadeAt: it.MadeAt,
			DueAt: due, LeaveBy: instant(w.leaveBy), Fault: w.fault,
		}
		if !reflect.DeepEqual(g, wanted) {
			s.t.Fatalf("waiting\n%+v\nwant\n%+v", g, wanted)
		}
	}
}

// checkDeadlines asks for the deadlines that have come, page by page, and for
// the next one.
func (s *story) checkDeadlines(v *Views, m model) {
	now := s.now.Add(time.Duration(rapid.IntRange(-10, 60).Draw(s.t, "hours later")) * time.Hour)
	var got, want []Deadline
	for more := true; more; {
		var after Deadline
		if len(got) > 0 {
			after = got[len(got)-1]
		}
		page, err := v.PassedDeadlines(s.ctx, now, after, 2)
		s.must(err)
		got, more = append(got, page...), len(page) == 2
	}
	var next time.Time
	for _, d := range m.deadlines {
		switch {
		case !d.LeaveBy.After(now):
			want = append(want, d)
		case next.IsZero() || d.LeaveBy.Before(next):
			next = d.LeaveBy
		}
	}
	sameSet(s.t, now, got, want, func(d Deadline) string { return d.ItemID })
	if at, ok, err := v.NextDeadline(s.ctx, now); err != nil || ok == next.IsZero() || !at.Equal(next) {
		s.t.Fatalf("the next deadline is %s, %v, %v; want %s", at, ok, err, next)
	}
}

// sameSet compares lists whatever their order, and says what is different.
func sameSet[T any](t *rapid.T, asked any, got, want []T, key func(T) string) {
	wanted := map[string]T{}
	for _, w := range want {
		wanted[key(w)] = w
	}
	if len(got) != len(wanted) {
		t.Fatalf("%+v: %d rows, want %d\ngot  %+v\nwant %+v", asked, len(got), len(wanted), got, want)
	}
	for _, g := range got {
		w, ok := wanted[key(g)]
		if !ok || !reflect.DeepEqual(g, w) {
			t.Fatalf("%+v: got\n%+v\nwant\n%+v", asked, g, w)
		}
		delete(wanted, key(g))
	}
}
