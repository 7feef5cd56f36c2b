package inbound

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/projections"
)

func TestUnusualReturnsAreBookedAndFlagged(t *testing.T) {
	for name, tt := range map[string]struct {
		code    string
		replies []tweak
		flags   []string
	}{
		"in time, on the second banking day":               {"R01", []tweak{settles("2026-11-25")}, nil},
		"late: two banking days do not count Thanksgiving": {"R01", []tweak{settles("2026-11-27")}, []string{flagLate}},
		"on the day of the entry itself":                   {"R03", []tweak{settles("2026-11-23")}, nil},
		"unauthorized after seven weeks":                   {"R10", []tweak{settles("2027-01-11")}, nil},
		"unauthorized after ten weeks":                     {"R10", []tweak{settles("2027-02-01")}, []string{flagLate}},
		"a corporate code on a consumer's entry":           {"R05", nil, []string{flagUnexpected}},
		"a corporate customer's R29":                       {"R29", nil, []string{flagUnexpected}},
		"a refused credit that was a debit":                {"R23", nil, []string{flagUnexpected}},
		"asked for by nobody":                              {"R06", nil, []string{flagNotRequested}},
		"of one who has not died yet":                      {"R14", []tweak{died("261231")}, []string{flagDiesLater}},
		"of one who has":                                   {"R15", []tweak{died("261101")}, nil},
		"by the operator, who never received it":           {"R13", []tweak{byOperator}, nil},
		"with another account number":                      {"R01", []tweak{account("123")}, []string{flagAccount}},
		"with an invalid account number":                   {"R04", []tweak{account("77")}, nil},
		"with the account number written otherwise":        {"R01", []tweak{account(" 7700-0001")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ids := w.sent()
			w.clock.Set(at("2027-02-02 12:00"))
			created := "261124"
			batch := w.returned(ids[0], tt.code, tt.replies...)
			if batch.Header.SettlementDay < "300" {
				created = "270201"
			}
			content := edit(t, render(t, batch), "261124", created)
			if o := w.feed(content); o.Counts.Applied != 1 {
				t.Fatalf("outcome %+v, queue %+v", o, w.queue())
			}
			r := w.only(ids[0], domain.Return)
			if !slices.Equal(r.Incoming.Flags, tt.flags) {
				t.Errorf("flags %v, want %v", r.Incoming.Flags, tt.flags)
			}
		})
	}
}

func died(on string) tweak {
	return func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Return.DateOfDeath = on }
}

// A return that we asked for gets no flag, and is matched to the request.
func TestAReturnThatWasAskedForIsMatchedToItsRequest(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	tx := w.transaction(gym, ids[0])
	_, err := ledger.Execute(t.Context(), w.Ledger, ledger.TransactionStream(gym, ids[0]), func(domain.Transaction) ([]domain.Event, error) {
		return []domain.Event{domain.TransactionAskedBack{ItemID: "ask", ReplyTo: tx.Origination().ID, Reason: "paid twice", AnswerBy: "2026-12-09T05:00:00Z"}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.feed(render(t, w.returned(ids[0], "R06")))
	r := w.only(ids[0], domain.Return)
	tx = w.transaction(gym, ids[0])
	if request := tx.Answering(r); len(r.Incoming.Flags) != 0 || request == nil || request.ID != "ask" {
		t.Errorf("flags %v, answers %+v", r.Incoming.Flags, request)
	}
}

func byOperator(h *nacha.BatchHeader, e *nacha.Entry) {
	h.ODFI = fed[:8]
	e.Trace = fed[:8] + e.Trace[8:]
}

func account(number string) tweak {
	return func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Account = number }
}

func TestReturnsThatDoNotFitWait(t *testing.T) {
	for name, tt := range map[string]struct {
		reply  tweak
		reason string
		near   bool
	}{
		"the code of a credit":      {func(h *nacha.BatchHeader, e *nacha.Entry) { h.ServiceClass, e.Code = nacha.CreditClass, 21 }, sideDiffers, true},
		"another amount":            {func(_ *nacha.BatchHeader, e *nacha.Entry) { e.AmountCents++ }, amountDiffers, true},
		"from another bank":         {func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Return.OriginalRouting = "09140060" }, routingDiffers, true},
		"a trace of ours, not used": {func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Return.OriginalTrace = "231380109999999" }, unknownTrace, false},
		"a trace of somebody else":  {func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Return.OriginalTrace = "091400600000001" }, misrouted, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ids := w.sent()
			w.feed(render(t, w.returned(ids[0], "R01", tt.reply)))
			u := w.waits(tt.reason)
			if near := slices.Equal(u.Candidates, []string{gym + "/" + ids[0]}); near != tt.near {
				t.Errorf("candidates %v", u.Candidates)
			}
			if u.EntryKind != nacha.KindReturn || u.Code != "R01" || u.Message == "" || u.Deadline != at("2026-12-03 02:15").UTC() {
				t.Errorf("queue %+v", u) // five banking days without Thanksgiving, to the end of the last one
			}
			if n := len(w.transaction(gym, ids[0]).Items); n != 1 {
				t.Errorf("%d items", n)
			}
		})
	}
}

func TestTheSecondReturnOfAnEntryWaits(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	first := w.returned(ids[0], "R01")
	second := w.returned(ids[0], "R02")
	w.feed(render(t, first, second)) // both in one append
	w.only(ids[0], domain.Return)
	u := w.waits(duplicate)
	if !strings.Contains(u.Message, "R67") {
		t.Errorf("message %q", u.Message)
	}
	w.feed(renderAs(t, "0800", w.returned(ids[0], "R09"))) // and one in a later file
	w.only(ids[0], domain.Return)
	if n := len(w.queue()); n != 2 {
		t.Errorf("%d wait", n)
	}
	// The money of all three is accounted for.
	if s := w.settlement("2026-11-24", domain.FromFed); s.ReturnedDebits != (sum(3, 3*1025)) || s.Waiting != sum(2, 2*1025) || s.NetCents() != -3*1025 {
		t.Errorf("settlement %+v", s)
	}
	w.sound()
}

func TestAReturnOfWhatWasNotDeliveredWaits(t *testing.T) {
	w := newWorld(t)
	ids := w.eight()
	block(t, w.outbox())
	w.clock.Set(at("2026-11-20 14:31"))
	if err := w.batcher.Sweep(t.Context()); err == nil {
		t.Fatal("the file was delivered")
	}
	w.clock.Set(at("2026-11-24 09:00"))
	w.feed(render(t, w.returned(ids[0], "R01")))
	u := w.waits(notSent)
	// A person cannot book it either: the entry would leave after its return.
	if _, err := w.intake.Assign(t.Context(), u.ID, gym, ids[0]); domain.CodeOf(err) != domain.RuleBroken {
		t.Errorf("assigned, %v", err)
	}
	must(t, os.Remove(w.outbox()))
	must(t, os.Mkdir(w.outbox(), 0o700))
	w.sweepAt("2026-11-24 10:16")
	if _, err := w.intake.Assign(t.Context(), u.ID, gym, ids[0]); err != nil {
		t.Errorf("after it was delivered: %v", err)
	}
	w.only(ids[0], domain.Return)
}

// A file that had left before the ledger was restored is in the log only since then.
// What came back of it meanwhile is taken in again, and finds its entry.
func TestAReturnFromBeforeARestoreFindsItsEntry(t *testing.T) {
	w := newWorld(t)
	id := w.eight()[0]
	w.clock.Set(at("2026-11-27 12:00"))
	file := domain.FileOpened{FileID: "told", Client: gym, ODFI: ourBank, Method: domain.ToOutbox, Why: domain.WhySent}
	batch := domain.FileBatch{BatchHeader: nacha.BatchHeader{Number: 1, SEC: "PPD", EffectiveOn: "261123"}}
	cut := domain.FileCut{CreatedOn: "261120", CreatedAt: "1430", Modifier: "A"}
	w.write(
		ledger.Change{Stream: domain.FileStream("told"), Client: gym, Events: []domain.Event{file, domain.FileFilled{Count: 1, Batches: []domain.FileBatch{batch}}, cut, domain.FileDelivered{}}},
		ledger.Change{Stream: domain.TransactionStream(gym, id), Client: gym, Expect: 1, Events: []domain.Event{
			domain.TransactionFiled{ItemID: "item-" + id, File: "told", Batch: 1, Trace: "231380100000001"},
		}})
	w.feed(render(t, w.returned(id, "R01"))) // made on 2026-11-24
	if r := w.only(id, domain.Return); len(r.Incoming.Flags) > 0 {
		t.Errorf("flags %v", r.Incoming.Flags)
	}
}

func TestAReturnIsNeverReturned(t *testing.T) {
	w, id := withPayment(t)
	item := w.returnIt(id, "R29")
	b := w.dishonored(gym, id, item, "R67", func(_ *nacha.BatchHeader, e *nacha.Entry) {
		e.Return = &nacha.Return{Code: "R01", OriginalTrace: e.Dishonored.ReturnTrace, OriginalRouting: ourBank[:8]}
		e.Dishonored = nil
	})
	w.feed(render(t, b))
	w.waits(answersAnswer)
}

func TestTwoEntriesThatAgreeInEverythingAreForAPerson(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	// An entry of another ledger has the same trace number, as after a restored
	// backup: nothing distinguishes the two.
	first := w.transaction(gym, ids[0])
	twin := *first.Originated
	twin.TransactionID, twin.ItemID, twin.Account = "twin", "item-twin", w.resealed(first, "twin")
	filing := first.Items[0].Filing
	w.write(ledger.Change{Stream: domain.TransactionStream(gym, "twin"), Client: gym, Events: []domain.Event{
		twin, domain.TransactionFiled{ItemID: "item-twin", File: filing.File, Batch: filing.Batch, Trace: filing.Trace},
	}})
	w.feed(render(t, w.returned(ids[0], "R01")))
	u := w.waits(ambiguous)
	if len(u.Candidates) != 2 {
		t.Errorf("candidates %v", u.Candidates)
	}
	// After one of the two was returned, the next return is the other's.
	if _, err := w.intake.Assign(t.Context(), u.ID, gym, ids[0]); err != nil {
		t.Fatal(err)
	}
	w.feed(renderAs(t, "0800", w.returned(ids[0], "R02")))
	if r := w.only("twin", domain.Return); r.Incoming.Entry.Return.Code != "R02" {
		t.Errorf("return %+v", r)
	}
}

// Two ledgers that were one before a restore may have used a trace number each: a
// second return of one entry is not booked at the other, to another account.
func TestASecondReturnIsNotBookedAtAnotherAccountsEntry(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	first := w.transaction(gym, id)
	twin := *first.Originated
	twin.TransactionID, twin.ItemID = "twin", "item-twin"
	var err error
	twin.Account, err = w.SealAccountIn(domain.TransactionStream(gym, "twin"), gym, theirBank, "660055", domain.Checking)
	must(t, err)
	filing := first.Items[0].Filing
	w.write(ledger.Change{Stream: domain.TransactionStream(gym, "twin"), Client: gym, Events: []domain.Event{
		twin, domain.TransactionFiled{ItemID: "item-twin", File: filing.File, Batch: filing.Batch, Trace: filing.Trace},
	}})
	w.feed(render(t, w.returned(id, "R01")))
	w.only(id, domain.Return)
	w.feed(renderAs(t, "0800", w.returned(id, "R02")))
	w.waits(duplicate)
	if n := len(w.transaction(gym, "twin").Items); n != 1 {
		t.Errorf("the other entry has %d items", n)
	}
	w.feed(renderAs(t, "0900", w.returned("twin", "R03")))
	w.only("twin", domain.Return)
}

// reuseTrace files another transaction of the client, "next", under the trace number
// of an earlier one, a hundred days later.
func (w *world) reuseTrace(id string, account domain.Account) {
	w.t.Helper()
	w.clock.Set(at("2027-03-03 12:00"))
	first := w.transaction(gym, id)
	next := *first.Originated
	next.TransactionID, next.ItemID, next.Account = "next", "item-next", account
	file := domain.FileOpened{FileID: "later", Client: gym, ODFI: ourBank, Method: domain.ToOutbox}
	batch := domain.FileBatch{BatchHeader: nacha.BatchHeader{Number: 1, SEC: "PPD", EffectiveOn: "270304"}}
	w.write(
		ledger.Change{Stream: domain.FileStream("later"), Client: gym, Events: []domain.Event{file, domain.FileFilled{Count: 2, Batches: []domain.FileBatch{batch}}, domain.FileDelivered{}}},
		ledger.Change{Stream: domain.TransactionStream(gym, "next"), Client: gym, Events: []domain.Event{
			next, domain.TransactionFiled{ItemID: "item-next", File: "later", Batch: 1, Trace: first.Items[0].Filing.Trace},
		}})
}

func TestAnOldEntryIsNotTakenForItsSuccessor(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	old := w.returned(ids[0], "R01")
	w.reuseTrace(ids[0], w.resealed(w.transaction(gym, ids[0]), "next"))
	// A file made before the newer entry left is about the old one.
	w.feed(render(t, old))
	w.only(ids[0], domain.Return)
	w.feed(edit(t, render(t, w.returned("next", "R01", settles("2027-03-05"))), "261124", "270305"))
	if r := w.only("next", domain.Return); len(r.Incoming.Flags) > 0 {
		t.Errorf("flags %v", r.Incoming.Flags)
	}
}

// The account number shows that an old entry is meant, although its trace
// number has been reused: the answer is not booked on the newer entry.
func TestALateAnswerIsNotBookedAtAnotherEntryWithTheSameNumber(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	back, change := w.returned(id, "R06", settles("2027-03-05")), w.corrected(id, "C01", "9900112233", settles("2027-03-05"))
	other, err := w.SealAccountIn(domain.TransactionStream(gym, "next"), gym, theirBank, "660055", domain.Checking)
	must(t, err)
	w.reuseTrace(id, other)
	w.feed(edit(t, render(t, back, change), "261124", "270305"))
	for _, u := range w.queue() {
		if u.Reason != ambiguous || len(u.Candidates) != 2 {
			t.Errorf("one waits because it is %s, candidates %v", u.Reason, u.Candidates)
		}
	}
	if n := len(w.queue()); n != 2 || len(w.transaction(gym, "next").Items) != 1 {
		t.Errorf("%d wait, and the newer one has %d items", n, len(w.transaction(gym, "next").Items))
	}
}

// Our trace numbers are reused: a second dishonor is a duplicate, and not about
// a return that left under the same number long before.
func TestADishonorIsOfTheReturnOfTheEntryThatItNames(t *testing.T) {
	w, id := withPayment(t)
	back := w.returnIt(id, "R29")
	w.clock.Set(at("2027-03-03 12:00"))
	first := w.transaction(gym, id)
	sent, _ := first.Item(back)
	next := *first.Received
	next.TransactionID, next.ItemID, next.Entry.Trace, next.Account = "next", "next-in", "121042880009999", w.resealed(first, "next")
	file := domain.FileOpened{FileID: "later", Client: gym, ODFI: ourBank, Method: domain.ToOutbox}
	batch := domain.FileBatch{BatchHeader: nacha.BatchHeader{Number: 1, SEC: "CCD", EffectiveOn: "270304"}, Answers: true}
	w.write(
		ledger.Change{Stream: domain.FileStream("later"), Client: gym, Events: []domain.Event{file, domain.FileFilled{Count: 1, Batches: []domain.FileBatch{batch}}, domain.FileDelivered{}}},
		ledger.Change{Stream: domain.TransactionStream(gym, "next"), Client: gym, Events: []domain.Event{
			next, domain.TransactionReturnRequested{Outgoing: domain.Outgoing{ItemID: "next-back", ReplyTo: "next-in", Code: "R29"}},
			domain.TransactionFiled{ItemID: "next-back", File: "later", Batch: 1, Trace: sent.Filing.Trace},
		}})
	for n, code := range []string{"R67", "R68"} {
		w.feed(edit(t, renderAs(t, []string{"0700", "0800"}[n], w.dishonored(gym, "next", "next-back", code, settles("2027-03-05"))), "261124", "270305"))
	}
	if u := w.waits(duplicate); len(u.Candidates) != 1 || u.Candidates[0] != gym+"/next" {
		t.Errorf("the second is one of %v", u.Candidates)
	}
	w.only("next", domain.Dishonor)
	if n := len(w.transaction(gym, id).Items); n != 2 {
		t.Errorf("the older one has %d items", n)
	}
}

// An item whose file was rejected has left under another trace number since.
func TestANumberThatAnItemNoLongerBearsIsNotItsOwn(t *testing.T) {
	item := &domain.Item{ID: "i", Filing: &domain.Filing{Trace: "231380100000002"}}
	p := &payment{Transaction: domain.Transaction{Items: []*domain.Item{item}}}
	for trace, n := range map[string]int{"231380100000001": 0, "231380100000002": 1} {
		b := originals{
			traced:   map[string][]projections.FiledItem{trace: {{Client: gym, TransactionID: "t", ItemID: "i"}}},
			payments: map[string]*payment{domain.TransactionStream(gym, "t"): p},
		}
		if got := b.under(trace); len(got) != n {
			t.Errorf("%d items under %s", len(got), trace)
		}
	}
}

func TestACreditRefusedByItsReceiverIsNeverLate(t *testing.T) {
	w := newWorld(t)
	id := w.originate(domain.Proposal{
		SEC: "PPD", PushPull: domain.Push, ToRouting: theirBank, ToAccountType: domain.Checking, ToName: "ADA", Description: "REFUND", AmountCents: 900,
	}, "88002")
	w.sweepAt("2026-11-20 14:31")
	w.clock.Set(at("2026-12-07 09:00"))
	// The time frame begins with the receiver's refusal, whose day we do not
	// know.
	w.feed(render(t, w.returned(id, "R23", settles("2026-12-07"))))
	if r := w.only(id, domain.Return); len(r.Incoming.Flags) > 0 {
		t.Errorf("flags %v", r.Incoming.Flags)
	}
}

func TestAnotherReturnAfterTheFirstWasDishonored(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.feed(render(t, w.returned(id, "R01")))
	dishonor := w.ask(gym, id, answers.Dishonor{ItemID: "dishonor", ReplyTo: w.only(id, domain.Return).ID, Code: "R61"}, "2026-11-24 10:16")
	w.feed(renderAs(t, "0800", w.returned(id, "R02"))) // booked as if there had been no return before
	if items := w.transaction(gym, id).Items; len(items) != 4 || items[3].Kind != domain.Return {
		t.Errorf("items %+v, queue %+v", items, w.queue())
	}
	// The second return answered the dishonor. If it were contested too, the
	// money would move twice.
	w.feed(renderAs(t, "0900", w.contested(gym, id, dishonor, "R71")))
	w.waits(duplicate)
	w.feed(renderAs(t, "1000", w.returned(id, "R09")))
	for _, u := range w.queue() {
		if u.Reason != duplicate {
			t.Errorf("one waits because it is %s", u.Reason)
		}
	}
	if items := w.transaction(gym, id).Items; len(items) != 4 || len(w.queue()) != 2 {
		t.Errorf("%d items and %d entries in the queue", len(items), len(w.queue()))
	}
}

// The first return was contested, so it counts, and another one is a duplicate.
func TestAnotherReturnAfterTheFirstWasContested(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.feed(render(t, w.returned(id, "R01")))
	dishonor := w.ask(gym, id, answers.Dishonor{ItemID: "dishonor", ReplyTo: w.only(id, domain.Return).ID, Code: "R61"}, "2026-11-24 10:16")
	w.feed(renderAs(t, "0900", w.contested(gym, id, dishonor, "R71")))
	w.feed(renderAs(t, "1000", w.returned(id, "R09")))
	w.waits(duplicate)
}

func TestWhatAnswersAReturnThatDidNotLeaveWaits(t *testing.T) {
	w, id := withPayment(t)
	block(t, w.outbox())
	_, err := ledger.Execute(t.Context(), w.Ledger, ledger.TransactionStream(gym, id), func(tx domain.Transaction) ([]domain.Event, error) {
		d, err := answers.Return{ItemID: "return", ReplyTo: tx.Items[0].ID, Code: "R29"}.Decide(w.caseOf(gym, id))
		return d.Events, err
	})
	must(t, err)
	w.clock.Set(at("2026-11-23 14:31"))
	if err := w.batcher.Sweep(t.Context()); err == nil {
		t.Fatal("the file was delivered")
	}
	w.feed(render(t, w.dishonored(gym, id, "return", "R68")))
	w.waits(notSent)
}

func TestAClientWhoseKeysWereDestroyed(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	back, changed := w.returned(ids[0], "R01", account("123")), w.corrected(ids[1], "C01", "9900112233")
	must(t, w.Keys.(*seal.Keyring).Destroy(gym))
	w.feed(render(t, back, changed, credits("400012345678")))
	// A return contains no secret of the client, and its account number can no
	// longer be compared.
	if r := w.only(ids[0], domain.Return); len(r.Incoming.Flags) > 0 {
		t.Errorf("flags %v", r.Incoming.Flags)
	}
	if list := w.queue(); len(list) != 2 || list[0].Reason != keysDestroyed || list[1].Reason != keysDestroyed {
		t.Errorf("queue %+v", list)
	}
}

func TestNotificationsOfChangeAndWhatIsUnusualAboutThem(t *testing.T) {
	for name, tt := range map[string]struct {
		code, data string
		replies    []tweak
		flags      []string
	}{
		"an account":                      {"C01", "9900112233", nil, nil},
		"a code of the other direction":   {"C05", "22", nil, []string{flagWrongDirection}},
		"the same among other data":       {"C06", "9900112233          32", nil, []string{flagWrongDirection}},
		"data that makes no sense":        {"C02", "076401252", nil, []string{flagUnusable}},
		"a withdrawn code":                {"C04", "ADA OTHERNAME", nil, nil},
		"for an entry to another account": {"C05", "37", []tweak{account("123")}, []string{flagAccount}},
		"with the account put right":      {"C01", "9900112233", []tweak{account("123")}, nil},
		"two weeks late":                  {"C01", "9900112233", []tweak{settles("2026-12-07")}, []string{flagLate}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ids := w.sent()
			w.feed(handmade(t, w.corrected(ids[0], tt.code, tt.data, tt.replies...)))
			c := w.only(ids[0], domain.Correction)
			if !slices.Equal(c.Incoming.Flags, tt.flags) {
				t.Errorf("flags %v, want %v", c.Incoming.Flags, tt.flags)
			}
			if after := w.transaction(gym, ids[0]); after.Account.Tail != "0001" || after.Routing != theirBank {
				t.Errorf("the account changed to %+v", after.Account)
			}
		})
	}
}

func TestTwoNotificationsTheSecondAfterAReturn(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	w.feed(render(t, w.corrected(ids[0], "C01", "9900112233"), w.returned(ids[0], "R03"), w.corrected(ids[0], "C01", "9900112234")))
	var flags [][]string
	for _, i := range w.transaction(gym, ids[0]).Items {
		if i.Kind == domain.Correction {
			flags = append(flags, i.Incoming.Flags)
		}
	}
	if len(flags) != 2 || len(flags[0]) != 0 || !slices.Equal(flags[1], []string{flagAfterReturn}) {
		t.Errorf("flags %v", flags)
	}
}

func TestANotificationForAnOldEntryNeedsItsAccountNumber(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	w.clock.Set(at("2027-05-03 12:00"))
	late := func(b nacha.Batch) []byte { return edit(t, render(t, b), "261124", "270503") }
	w.feed(late(w.corrected(ids[0], "C02", "076401251", settles("2027-05-03"), account("123"))))
	w.waits(tooOld)
	w.feed(late(w.corrected(ids[1], "C02", "076401251", settles("2027-05-03"))))
	w.only(ids[1], domain.Correction)
}
