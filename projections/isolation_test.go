package projections

import (
	"errors"
	"testing"

	"github.com/achledger/achledger/domain"
)

// twoGyms have the same history: the same days, statuses and kinds, and
// transactions of the same ids.
func twoGyms(t *testing.T) (*world, *Views) {
	w := newWorld(t)
	for range 3 {
		for _, client := range []string{"gym", "spa"} {
			w.originate(client)
			held := w.originate(client)
			w.append(about(held, domain.TransactionHeld{ItemID: held.item, Reason: "screening"}))
			gone := w.originate(client)
			w.append(about(gone, domain.TransactionRecalled{ItemID: gone.item}))
			bad := w.originate(client)
			w.append(about(bad, domain.TransactionRejected{ItemID: bad.item, Reason: "no"}))
			w.cutAndDeliver(w.originate(client), w.originate(client))
			f := w.openFile(client, "window")
			w.fill(f, []testItem{w.originate(client), w.originate(client)})
			w.deliver(w.upload(client, 2))
			r := testItem{client, w.id("txn"), w.id("item")}
			w.append(about(r, domain.TransactionReceived{TransactionID: r.transaction, Incoming: incoming(r.item, "")}))
			out := domain.Outgoing{ItemID: w.id("item"), ReplyTo: r.item, Code: "R03"}
			w.append(about(r, domain.TransactionReturnRequested{Outgoing: out}))
		}
	}
	return w, w.caughtUp(Options{})
}

// everyFilter is a filter of each kind, for a client.
func everyFilter(client string) map[string]ItemFilter {
	filters := map[string]ItemFilter{
		"none":         {},
		"a day":        {FromDay: "2026-11-23", ToDay: "2026-11-23"},
		"what came in": {Direction: domain.FromFed},
		"returns":      {Kind: domain.Return},
		"changes":      {After: 1},
	}
	for _, s := range []string{Pending, Released, Transmitted, Recalled, Rejected} {
		filters[s] = ItemFilter{Status: s}
	}
	for name, f := range filters {
		f.Client, f.Limit = client, 2
		filters[name] = f
	}
	return filters
}

func TestNoFilterShowsAnotherClient(t *testing.T) {
	w, v := twoGyms(t)
	for name, f := range everyFilter("gym") {
		t.Run(name, func(t *testing.T) {
			n := 0
			for {
				items, next, err := v.Items(w.ctx, f)
				w.must(err)
				for _, i := range items {
					if n++; i.Client != "gym" {
						t.Errorf("shows %s of %s", i.ItemID, i.Client)
					}
				}
				if f.Cursor = next; next == "" {
					break
				}
			}
			if n == 0 {
				t.Error("shows nothing at all")
			}
		})
	}
}

func TestACursorOfAnotherClientShowsNothing(t *testing.T) {
	w, v := twoGyms(t)
	mine := everyFilter("spa")
	for name, f := range everyFilter("gym") {
		t.Run(name, func(t *testing.T) {
			_, next, err := v.Items(w.ctx, f)
			w.must(err)
			if next == "" {
				t.Fatal("there is no second page")
			}
			g := mine[name]
			g.Cursor = next
			if items, _, err := v.Items(w.ctx, g); !errors.Is(err, ErrCursor) {
				t.Errorf("got %+v, %v; want ErrCursor", items, err)
			}
			// Not even one that is made to pass: keys lead no further than
			// the client's own rows.
			forged, err := parseCursor(next, withoutPage(f))
			w.must(err)
			forged.Filter, forged.Client = checksum(withoutPage(g)), "gym"
			g.Cursor, g.Limit = forged.String(), 0
			items, _, err := v.Items(w.ctx, g)
			w.must(err)
			for _, i := range items {
				if i.Client != "spa" {
					t.Errorf("a forged cursor shows %s of %s", i.ItemID, i.Client)
				}
			}
		})
	}
}

// Each way through the items keeps to its client by itself, whatever key it
// is given.
func TestEveryWayKeepsToItsClient(t *testing.T) {
	w, v := twoGyms(t)
	first, last := value(int64(0)), value(int64(1<<60))
	w.must(v.read(w.ctx, func(s snapshot) error {
		row, err := s.c.Row("SELECT max(file), max(in_file), max(day) FROM items@ WHERE client = 'gym' AND in_file IS NOT NULL")
		w.must(err)
		queued, err := s.c.Row("SELECT odfi, answers, due FROM pending@ WHERE client = 'gym'")
		w.must(err)
		for name, way := range map[string]struct {
			q    itemQuery
			args []value
		}{
			"days":       {madeDays.items, values(row[2], first)},
			"other days": {otherDays.items, values(row[2], first)},
			"unfiled":    {unfiledDays[Pending].items, values(row[2], first)},
			"a queue":    {itemsQueued, values(queued[0], queued[1], queued[2], first, last)},
			"a file":     {itemsOfFile, values(row[0], first, "", first)},
			"a cut":      {itemsCut, values(row[1], nil, nil, first)},
			"changes":    {itemsChanged, values(first, last)},
		} {
			rows, err := s.items(way.q, append(values("spa", "", "", int64(-1)), way.args...)...)
			w.must(err)
			for _, r := range rows {
				if r.Client != "spa" {
					t.Errorf("%s: the spa sees %s of %s", name, r.ItemID, r.Client)
				}
			}
		}
		return nil
	}))
}

func withoutPage(f ItemFilter) ItemFilter {
	f.Limit, f.Cursor = 0, ""
	return f
}

func TestListsOfTransactionsAndFilesKeepClientsApart(t *testing.T) {
	w, v := twoGyms(t)
	transactions, next, err := v.Transactions(w.ctx, TransactionFilter{Client: "gym", Limit: 3})
	w.must(err)
	rest, _, err := v.Transactions(w.ctx, TransactionFilter{Client: "gym", Cursor: next})
	w.must(err)
	all, _, err := v.Transactions(w.ctx, TransactionFilter{})
	w.must(err)
	if mine := append(transactions, rest...); len(all) != 2*len(mine) || len(mine) == 0 {
		t.Errorf("%d of the gym, %d of both", len(mine), len(all))
	} else {
		for _, tx := range mine {
			if tx.Client != "gym" {
				t.Errorf("shows %s of %s", tx.ID, tx.Client)
			}
		}
	}
	if _, _, err := v.Transactions(w.ctx, TransactionFilter{Client: "spa", Cursor: next}); !errors.Is(err, ErrCursor) {
		t.Errorf("the gym's cursor for the spa: %v", err)
	}
	files, next, err := v.Files(w.ctx, FileFilter{Client: "gym", Limit: 2})
	w.must(err)
	for _, f := range files {
		if f.Client != "gym" || f.State == domain.FileOpen {
			t.Errorf("shows %+v", f)
		}
	}
	if _, _, err := v.Files(w.ctx, FileFilter{Client: "spa", Limit: 2, Cursor: next}); !errors.Is(err, ErrCursor) {
		t.Errorf("the gym's cursor for the spa: %v", err)
	}
}

func TestACursorOfAnotherFilterIsRefused(t *testing.T) {
	w, v := twoGyms(t)
	_, next, err := v.Items(w.ctx, ItemFilter{Client: "gym", Limit: 2})
	w.must(err)
	for name, f := range map[string]ItemFilter{
		"another status": {Client: "gym", Status: Pending, Cursor: next},
		"another day":    {Client: "gym", FromDay: "2026-11-23", Cursor: next},
		"no cursor":      {Client: "gym", Cursor: "x!"},
		"no JSON":        {Client: "gym", Cursor: "eHh4"},
	} {
		if _, _, err := v.Items(w.ctx, f); !errors.Is(err, ErrCursor) {
			t.Errorf("%s: %v; want ErrCursor", name, err)
		}
	}
	if _, _, err := v.Items(w.ctx, ItemFilter{Client: "gym", FromDay: "23.11.2026"}); err == nil {
		t.Error("23.11.2026 is taken for a day")
	}
	if items, _, err := v.Items(w.ctx, ItemFilter{Client: "gym", Limit: 7, Cursor: next}); len(items) != 7 || err != nil {
		t.Errorf("the next page may be of another size: %d items, %v", len(items), err)
	}
}

// A listing of a big day continues page by page while the day grows: what was
// there at the begin comes exactly once, in order.
func TestPagesStandStillWhileTheDayGrows(t *testing.T) {
	for name, f := range map[string]ItemFilter{
		"a day":   {FromDay: "2026-11-23", ToDay: "2026-11-23"},
		"pending": {Status: Pending},
		"changes": {After: 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.openClient("gym", ours)
			w.payroll("gym", 1000, false)
			v := w.caughtUp(Options{})
			begun, _, err := v.Items(w.ctx, withClient(f))
			w.must(err)

			f = withClient(f)
			f.Limit = 70
			var listed []string
			seen := map[string]bool{}
			for {
				page, next, err := v.Items(w.ctx, f)
				w.must(err)
				for _, i := range page {
					if seen[i.ItemID] {
						t.Fatalf("%s comes twice", i.ItemID)
					}
					seen[i.ItemID] = true
					listed = append(listed, i.ItemID)
				}
				if f.Cursor = next; next == "" || len(listed) > 1500 {
					break
				}
				w.originate("gym")
				w.originate("spa")
				w.must(v.CatchUp(w.ctx))
			}
			for n, i := range begun {
				if listed[n] != i.ItemID {
					t.Fatalf("place %d holds %s; want %s", n, listed[n], i.ItemID)
				}
			}
		})
	}
}

func withClient(f ItemFilter) ItemFilter { f.Client = "gym"; return f }
