package projections

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

func (w *world) decided(entry string, e domain.Event) {
	w.t.Helper()
	w.append(ledger.Change{Stream: domain.UnmatchedStream(entry), Client: domain.LedgerClient, Events: []domain.Event{e}})
}

func TestAnEntryInTheQueue(t *testing.T) {
	w := newWorld(t)
	w.came("f", "A")
	w.queue("f", "e1", func(q *domain.EntryQueued) {
		q.Entry.Code = 26
		q.Entry.Return = &nacha.Return{Code: "R01", OriginalTrace: "231380100000009"}
		q.Candidates = []string{"gym/1", "yoga/2"}
	})
	v := w.caughtUp(Options{})
	u, ok, err := v.FindUnmatched(w.ctx, "e1")
	w.must(err)
	want := Unmatched{
		ID: "e1", Inbound: "f", Line: 3, EntryKind: nacha.KindReturn, Reason: "unknown-account", Message: "Nobody's.", SEC: "PPD",
		CompanyName: "ORCHARD FOODS", Sender: "12104288", Name: "ADA", Routing: ours, AccountTail: "5678", Trace: "121042880000001",
		OriginalTrace: "231380100000009", Code: "R01", Debit: true, AmountCents: 500, SettledOn: "2026-11-23", QueuedAt: u.QueuedAt,
		Deadline: time.Date(2026, 11, 25, 7, 15, 0, 0, time.UTC), Candidates: []string{"gym/1", "yoga/2"}, Position: u.Position,
	}
	if !ok || !reflect.DeepEqual(u, want) {
		t.Errorf("got\n%+v\nwant\n%+v", u, want)
	}
	w.decided("e1", domain.EntryAssigned{Client: "gym", TransactionID: "1", Reason: "the client said so"})
	w.must(v.CatchUp(w.ctx))
	u, _, err = v.FindUnmatched(w.ctx, "e1")
	w.must(err)
	if u.Outcome != Assigned || u.Client != "gym" || u.TransactionID != "1" || u.Note != "the client said so" || u.DecidedAt.IsZero() {
		t.Errorf("decided %+v", u)
	}
	w.likeNew(v)
}

func TestTheQueueByDeadline(t *testing.T) {
	w := newWorld(t)
	w.came("f", "A")
	by := func(day int) func(*domain.EntryQueued) {
		return func(q *domain.EntryQueued) { q.ReturnBy = time.Date(2026, 11, day, 7, 15, 0, 0, time.UTC) }
	}
	w.queue("f", "late", by(27))
	w.queue("f", "never", func(q *domain.EntryQueued) { q.ReturnBy, q.Candidates = time.Time{}, []string{"gym/1"} })
	w.queue("f", "soon", by(24))
	w.queue("f", "soon too", func(q *domain.EntryQueued) { by(24)(q); q.Candidates = []string{"gymnasium/1"} })
	w.queue("f", "given", by(23))
	w.queue("f", "sent", by(23))
	w.queue("f", "dropped", by(23))
	w.decided("given", domain.EntryAssigned{Client: "gym", TransactionID: "1"})
	w.decided("sent", domain.EntryReturned{TransactionID: "2", Code: "R03"})
	w.decided("dropped", domain.EntryDismissed{Reason: "no"})
	v := w.caughtUp(Options{})
	for _, tt := range []struct{ outcome, client, want string }{
		{"", "", "soon, soon too, late, never"},
		{"", "gym", "never"},
		{Assigned, "", "given"},
		{Assigned, "gym", "given"},
		{SentBack, "", "sent"},
		{SentBack, domain.LedgerClient, "sent"},
		{Dismissed, "", "dropped"},
	} {
		for limit := range 3 {
			var got []string
			f := UnmatchedFilter{Outcome: tt.outcome, Client: tt.client, Limit: limit}
			for {
				page, next, err := v.UnmatchedEntries(w.ctx, f)
				w.must(err)
				for _, u := range page {
					got = append(got, u.ID)
				}
				if f.Cursor = next; next == "" {
					break
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("%+v by %d: %v", tt, limit, got)
			}
		}
	}
}
