package projections

import (
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// settles is what settles on a day in a direction, in a word each.
func (w *world) settles(v *Views, day string, direction domain.Direction) Settlement {
	w.t.Helper()
	w.must(v.CatchUp(w.ctx))
	rows, err := v.Settlements(w.ctx, day)
	w.must(err)
	for _, r := range rows {
		if r.ODFI != ours || r.Day != day {
			w.t.Errorf("row %+v", r)
		}
		if r.Direction == direction {
			return r
		}
	}
	return Settlement{}
}

func TestWhatWeSendSettlesOnItsEffectiveDateOnceDelivered(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	v := w.open(Options{})
	a, b := w.originate("gym"), w.originate("gym", func(o *domain.TransactionOriginated) { o.Proposal.PushPull = domain.Push })
	f := w.openFile("gym", "window")
	w.fill(f, []testItem{a, b}) // for Tuesday the 24th
	w.advance(f, domain.FileIsCut)
	if s := w.settles(v, "2026-11-24", domain.ToFed); s != (Settlement{}) {
		t.Errorf("before it left: %+v", s)
	}
	w.deliver(f)
	s := w.settles(v, "2026-11-24", domain.ToFed)
	if s.Debits != (Sum{1, 1234}) || s.Credits != (Sum{1, 1234}) || s.NetCents() != 0 {
		t.Errorf("delivered: %+v", s)
	}
	w.advance(f, domain.FileIsAcked)
	if s := w.settles(v, "2026-11-24", domain.ToFed); s.Acknowledged != (Sum{2, 2468}) {
		t.Errorf("acknowledged: %+v", s)
	}
	batches, err := v.SettledBatches(w.ctx, "2026-11-24")
	w.must(err)
	if len(batches) != 1 || batches[0].FileID != f.id || batches[0].State != domain.FileIsAcked || batches[0].Credits != (Sum{1, 1234}) {
		t.Errorf("it is made of %+v", batches)
	}
	// The operator refuses the batch of the credit: it never left.
	w.append(about(b, domain.TransactionReleasedFromFile{ItemID: b.item, File: f.id}))
	if s := w.settles(v, "2026-11-24", domain.ToFed); s.Debits != (Sum{1, 1234}) || s.Credits != (Sum{}) || s.NetCents() != 1234 {
		t.Errorf("a batch refused: %+v", s)
	}
	// It leaves once more.
	g := w.cutAndDeliver(b)
	if s := w.settles(v, "2026-11-24", domain.ToFed); s.Credits != (Sum{1, 1234}) {
		t.Errorf("sent again: %+v", s)
	}
	w.append(w.fileEvents(g, domain.FileRefused{Reason: "duplicate key"}))
	if s := w.settles(v, "2026-11-24", domain.ToFed); s.Credits != (Sum{}) {
		t.Errorf("the file refused: %+v", s)
	}
	w.likeNew(v)
}

func TestAFileTheClientCarriesCountsFromItsCut(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	i, o := w.origination("gym")
	f := &testFile{id: w.id("file"), client: "gym", state: domain.FileOpen}
	o.InFile = f.id
	w.append(w.fileEvents(f, domain.FileOpened{FileID: f.id, Client: "gym", ODFI: ours, Method: domain.ByDownload}))
	w.fill(f, []testItem{i}, o)
	v := w.open(Options{})
	if s := w.settles(v, "2026-11-24", domain.ToFed); s != (Settlement{}) {
		t.Errorf("before the cut: %+v", s)
	}
	w.advance(f, domain.FileIsCut)
	if s := w.settles(v, "2026-11-24", domain.ToFed); s.Debits != (Sum{1, 1234}) {
		t.Errorf("cut: %+v", s)
	}
	// Dated again, it settles on another day.
	w.append(w.fileEvents(f, domain.FileRedated{Dates: map[string]string{"261124": "261126"}}))
	if s := w.settles(v, "2026-11-24", domain.ToFed); s != (Settlement{}) {
		t.Errorf("dated again: %+v", s)
	}
	// Thanksgiving is no banking day: it settles on Friday.
	for day, want := range map[string]Sum{"2026-11-26": {}, "2026-11-27": {1, 1234}, "2026-11-30": {}} {
		if s := w.settles(v, day, domain.ToFed); s.Debits != want {
			t.Errorf("on %s: %+v", day, s)
		}
	}
	w.likeNew(v)
}

func TestMoneyFromTheBankIsCountedWhenItsEntryIsFirstPlaced(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	w.came("f", "A")
	v := w.open(Options{})
	w.queue("f", "e1", func(*domain.EntryQueued) {})
	w.queue("f", "e2", func(q *domain.EntryQueued) {
		q.Entry.Code, q.Entry.AmountCents, q.Entry.Return = 26, 70, &nacha.Return{Code: "R01"}
	})
	w.queue("f", "e3", func(q *domain.EntryQueued) {
		q.Entry.AmountCents, q.Entry.Correction = 0, &nacha.Correction{Code: "C01"}
	})
	w.queue("f", "e4", func(q *domain.EntryQueued) { q.SettledOn = "" }) // moves no money
	s := w.settles(v, "2026-11-23", domain.FromFed)
	if s.Credits != (Sum{1, 500}) || s.ReturnedDebits != (Sum{1, 70}) || s.ReturnedCredits != (Sum{}) || s.Waiting != (Sum{3, 570}) || s.NetCents() != 430 {
		t.Errorf("queued: %+v", s)
	}
	// A person gives the payment to a client.
	w.decided("e1", domain.EntryAssigned{Client: "gym", TransactionID: "t"})
	w.append(about(testItem{"gym", "t", "e1"}, domain.TransactionReceived{TransactionID: "t", Incoming: domain.Incoming{
		ItemID: "e1", Inbound: "f", SettledOn: "2026-11-23", Entry: nacha.Entry{Code: 22, Routing: ours, AmountCents: 500},
	}}))
	s = w.settles(v, "2026-11-23", domain.FromFed)
	if s.Credits != (Sum{1, 500}) || s.Waiting != (Sum{2, 70}) {
		t.Errorf("assigned: %+v", s)
	}
	w.likeNew(v)
}

// An answer settles with the next output, but not before the entry that it is about.
func TestOurAnswersSettleAsSoonAsTheyCan(t *testing.T) {
	for name, tt := range map[string]struct{ delivered, effective, settles string }{
		"Monday 10:00 in New York: the first window of the day": {"2026-11-23T15:00:00Z", "261123", "2026-11-23"},
		"Monday 18:00: no window is left":                       {"2026-11-23T23:00:00Z", "261123", "2026-11-24"},
		"Tuesday 01:00: still the processing day of Monday":     {"2026-11-24T06:00:00Z", "261123", "2026-11-24"},
		"Friday 22:00":                        {"2026-11-28T03:00:00Z", "261123", "2026-11-30"},
		"of a credit dated Wednesday":         {"2026-11-23T15:00:00Z", "261125", "2026-11-25"},
		"of one dated tomorrow":               {"2026-11-23T15:00:00Z", "261124", "2026-11-24"},
		"of one dated a day of closed banks":  {"2026-11-24T15:00:00Z", "261126", "2026-11-27"},
		"of one whose bank left the date out": {"2026-11-23T15:00:00Z", "", "2026-11-23"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.openClient("gym", ours)
			in := testItem{"gym", "t", "in"}
			w.append(about(in, domain.TransactionReceived{TransactionID: "t", Incoming: domain.Incoming{
				ItemID: "in", Inbound: "f", SettledOn: "2026-11-23",
				Header: nacha.BatchHeader{SEC: "CCD", ODFI: theirs[:8], EffectiveOn: tt.effective},
				Entry:  nacha.Entry{Code: 27, Routing: ours, AmountCents: 900, Trace: theirs[:8] + "0000001"},
			}}, domain.TransactionReturnRequested{Outgoing: domain.Outgoing{ItemID: "back", ReplyTo: "in", Code: "R29"}}))
			f := w.openFile("gym", "answers")
			w.append(
				w.fileEvents(f, domain.FileFilled{Count: 1, Batches: []domain.FileBatch{{
					BatchHeader: nacha.BatchHeader{Number: 1, SEC: "CCD", EffectiveOn: tt.effective}, Answers: true,
				}}}),
				about(in, domain.TransactionFiled{ItemID: "back", File: f.id, Batch: 1, Trace: ours[:8] + "0000001"}))
			var err error
			w.now, err = time.Parse(time.RFC3339, tt.delivered)
			w.must(err)
			w.deliver(f)
			v := w.open(Options{})
			for _, day := range []string{"2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27", "2026-11-30"} {
				want := Sum{}
				if day == tt.settles {
					want = Sum{1, 900}
				}
				if s := w.settles(v, day, domain.ToFed); s.ReturnedDebits != want || s.Debits != (Sum{}) {
					t.Errorf("on %s: %+v", day, s)
				}
			}
			w.likeNew(v)
		})
	}
}

// A day's settlement is found by its dates, however many files there are.
func TestSettlementsAreFoundByTheirDates(t *testing.T) {
	w := newWorld(t)
	v := w.caughtUp(Options{})
	for _, question := range []string{settledOn, waitingOn, sentEntries, sentAnswers, earlyAnswers, settledFiles} {
		w.must(v.read(w.ctx, func(s snapshot) error {
			return s.query("EXPLAIN QUERY PLAN "+question, nil, func(row []value) error {
				if step := row[3].(string); strings.HasPrefix(step, "SCAN") {
					t.Errorf("%s\nscans: %s", question, step)
				}
				return nil
			})
		}))
	}
}

// An offset settles with its batch, until that was not processed.
func TestAnOffsetSettlesWithItsBatch(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	v := w.open(Options{})
	a, b := w.originate("gym"), w.originate("gym")
	f := w.openFile("gym", "window")
	w.fill(f, []testItem{a, b})
	w.append(w.fileEvents(f, domain.FileOffset{Batch: 1, Trace: ours[:8] + "0000099", Code: 22, Cents: 2468}))
	w.advance(f, domain.FileIsCut)
	w.deliver(f)
	s := w.settles(v, "2026-11-24", domain.ToFed)
	if s.Debits != (Sum{2, 2468}) || s.Credits != (Sum{1, 2468}) || s.NetCents() != 0 {
		t.Errorf("delivered: %+v", s)
	}
	list, _, err := v.Transactions(w.ctx, TransactionFilter{Client: "gym"})
	w.must(err)
	if len(list) != 2 {
		t.Errorf("there are %d transactions", len(list))
	}
	w.append(w.fileEvents(f, domain.FileRefused{Reason: "a batch of it", Batches: []int{1}}))
	w.append(about(a, domain.TransactionReleasedFromFile{ItemID: a.item, File: f.id}))
	if s := w.settles(v, "2026-11-24", domain.ToFed); s.Debits != (Sum{1, 1234}) || s.Credits != (Sum{}) {
		t.Errorf("its batch refused: %+v", s)
	}
	w.likeNew(v)
}
