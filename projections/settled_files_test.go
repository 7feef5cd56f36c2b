package projections

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// What the files of a day brought is what came from the bank to settle on it, for
// each bank of ours, whatever it is and whoever gets it.
func TestTheFilesOfADayAddUpToItsSettlement(t *testing.T) {
	const day, other, second = "2026-11-24", "2026-11-25", "091400606"
	w := newWorld(t)
	w.openClient("gym", ours)
	sent := w.originate("gym")
	w.cutAndDeliver(sent)
	for _, id := range []string{"f", "g", "h", "i"} {
		w.came(id, "A")
	}
	in := func(item, file, on string, e nacha.Entry) domain.Incoming {
		if e.Routing == "" {
			e.Routing = ours
		}
		return domain.Incoming{ItemID: item, Inbound: file, SettledOn: on, Entry: e}
	}
	received := func(item, file, on string, e nacha.Entry) {
		w.append(about(testItem{"gym", "t-" + item, item}, domain.TransactionReceived{TransactionID: "t-" + item, Incoming: in(item, file, on, e)}))
	}
	answer := func(i domain.Incoming) domain.Incoming { i.ReplyTo = sent.item; return i }
	v := w.open(Options{})
	received("credit", "f", day, nacha.Entry{Code: 22, AmountCents: 100})
	received("debit", "f", day, nacha.Entry{Code: 27, AmountCents: 30})
	w.append(about(sent, domain.TransactionReturned{Incoming: answer(in("return", "f", day, nacha.Entry{Code: 26, AmountCents: 1234, Return: &nacha.Return{Code: "R01"}}))}))
	w.append(about(sent, domain.TransactionCorrected{Incoming: answer(in("change", "f", day, nacha.Entry{Code: 26, Correction: &nacha.Correction{Code: "C01"}}))}))
	received("elsewhere", "f", day, nacha.Entry{Code: 22, AmountCents: 7, Routing: second})
	received("tomorrow", "f", other, nacha.Entry{Code: 22, AmountCents: 900})
	w.must(v.CatchUp(w.ctx)) // a file's entries come in more than one batch of events
	received("more", "f", day, nacha.Entry{Code: 22, AmountCents: 50})
	w.append(about(testItem{"gym", "t-debit", "debit"}, domain.TransactionDishonored{Incoming: in("dishonored", "g", day, nacha.Entry{Code: 21, AmountCents: 60, Dishonored: &nacha.Dishonored{Code: "R68"}})}))
	w.queue("g", "unknown", func(q *domain.EntryQueued) { q.SettledOn = day })
	w.queue("h", "late", func(q *domain.EntryQueued) { q.SettledOn = other })
	w.queue("h", "advice", func(q *domain.EntryQueued) { q.SettledOn = "" })
	w.decided("unknown", domain.EntryAssigned{Client: "gym", TransactionID: "t-unknown"})
	received("unknown", "g", day, nacha.Entry{Code: 22, AmountCents: 500})
	w.must(v.CatchUp(w.ctx))

	for on, want := range map[string][]SettledFile{
		day: {
			{ODFI: second, ID: "f", Credits: Sum{1, 7}},
			{ODFI: ours, ID: "f", Debits: Sum{1, 30}, Credits: Sum{2, 150}, ReturnedDebits: Sum{1, 1234}},
			{ODFI: ours, ID: "g", Credits: Sum{1, 500}, ReturnedCredits: Sum{1, 60}},
		},
		other:        {{ODFI: ours, ID: "f", Credits: Sum{1, 900}}, {ODFI: ours, ID: "h", Credits: Sum{1, 500}}},
		"2026-11-26": nil,
	} {
		sums := settlementChanges{day: on, rows: map[string]*Settlement{}}
		for _, one := range want {
			r := sums.row(one.ODFI, domain.FromFed)
			r.add(false, one.Debits, one.Credits)
			r.add(true, one.ReturnedDebits, one.ReturnedCredits)
		}
		settled, err := v.Settlements(w.ctx, on)
		w.must(err)
		for _, s := range settled {
			if s.Direction != domain.FromFed {
				continue
			}
			s.Waiting = Sum{}
			if *sums.row(s.ODFI, domain.FromFed) != s {
				t.Errorf("%s: for %s settles %+v, the files bring %+v", on, s.ODFI, s, *sums.row(s.ODFI, domain.FromFed))
			}
			delete(sums.rows, s.ODFI+string(domain.FromFed))
		}
		if len(sums.rows) > 0 {
			t.Errorf("%s: nothing settles of %v", on, sums.rows)
		}
		for limit := range 4 {
			var got []SettledFile
			f := SettledFileFilter{Day: on, Limit: limit}
			for {
				page, next, err := v.SettledFiles(w.ctx, f)
				w.must(err)
				if limit > 0 && len(page) > limit {
					t.Errorf("%d rows on a page of %d", len(page), limit)
				}
				got = append(got, page...)
				if f.Cursor = next; next == "" {
					break
				}
			}
			if len(got) != len(want) {
				t.Fatalf("%s by %d: %+v", on, limit, got)
			}
			for n, one := range got {
				if one.Name != one.ID+".ach" || one.Source != "inbox" || one.ReceivedAt.IsZero() {
					t.Errorf("%s by %d: %+v", on, limit, one)
				}
				one.Name, one.Source, one.ReceivedAt = "", "", want[n].ReceivedAt
				if one != want[n] {
					t.Errorf("%s by %d: %+v, want %+v", on, limit, one, want[n])
				}
			}
		}
	}
	_, next, err := v.SettledFiles(w.ctx, SettledFileFilter{Day: day, Limit: 1})
	w.must(err)
	if _, _, err := v.SettledFiles(w.ctx, SettledFileFilter{Day: other, Limit: 1, Cursor: next}); err != ErrCursor {
		t.Errorf("a cursor of another day: %v", err)
	}
	w.likeNew(v)
}

// The files of a day are listed, and summed up, in the order of their key.
func TestTheFilesOfADayAreReadInOrder(t *testing.T) {
	w := newWorld(t)
	v := w.caughtUp(Options{})
	for _, q := range []string{settledOn, settledFiles} {
		w.must(v.read(w.ctx, func(s snapshot) error {
			return s.query("EXPLAIN QUERY PLAN "+q, nil, func(row []value) error {
				if step := row[3].(string); strings.Contains(step, "TEMP B-TREE") {
					t.Errorf("%s\nsorts: %s", q, step)
				}
				return nil
			})
		}))
	}
}
