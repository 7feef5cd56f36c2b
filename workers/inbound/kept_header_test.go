package inbound

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// keptHeader puts the ODFI of our bank into every batch header and control
// record, as a bank does that passes on the header its customer sent. The trace
// numbers remain the senders'.
func keptHeader(t *testing.T, content []byte) []byte {
	t.Helper()
	lines, n := strings.SplitAfter(string(content), "\n"), 0
	for i, line := range lines {
		if line != "" && (line[0] == '5' || line[0] == '8') {
			lines[i] = line[:79] + ourBank[:8] + line[87:]
			n++
		}
	}
	if n == 0 {
		t.Fatal("no batch")
	}
	return []byte(strings.Join(lines, ""))
}

// together makes one batch of the entries of several batches with the same
// header.
func together(list ...nacha.Batch) nacha.Batch {
	all := list[0]
	for _, b := range list[1:] {
		all.Entries = append(all.Entries, b.Entries...)
	}
	return all
}

// traced sets an entry's trace number, of the bank that sends it.
func traced(trace string) tweak {
	return func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Trace = trace }
}

// byTrace returns the waiting entries by trace number.
func (w *world) byTrace() map[string]projections.Unmatched {
	w.t.Helper()
	found := map[string]projections.Unmatched{}
	for _, u := range w.queue() {
		found[u.Trace] = u
	}
	return found
}

func TestReturnsUnderOurOwnODFIWaitEachWithItsPayment(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	batch := together(w.returned(ids[0], "R01", traced(theirBank[:8]+"0000501")), w.returned(ids[1], "R02", traced(theirBank[:8]+"0000502")),
		w.returned(ids[2], "R03", traced(theirBank[:8]+"0000503")))
	content := keptHeader(t, render(t, batch))
	// The returns come from three banks, in no order.
	content = []byte(strings.ReplaceAll(string(content), theirBank[:8]+"0000502", "091400600000007"))
	o := w.feed(content)
	if o.State != "applied" || o.Counts != (domain.InboundApplied{Unmatched: 3}) {
		t.Fatalf("outcome %+v", o)
	}
	queue := w.byTrace()
	for i, trace := range []string{theirBank[:8] + "0000501", "091400600000007", theirBank[:8] + "0000503"} {
		u := queue[trace]
		if u.Reason != nacha.TracePrefix || u.EntryKind != nacha.KindReturn || !slices.Equal(u.Candidates, []string{gym + "/" + ids[i]}) {
			t.Errorf("return %d waits as %+v", i+1, u)
		}
		if u.Sender != trace[:8] || u.SettledOn != "2026-11-24" || u.Deadline.IsZero() || u.Code != fmt.Sprintf("R0%d", i+1) {
			t.Errorf("return %d: sent by %s, settled %s, deadline %s, code %s", i+1, u.Sender, u.SettledOn, u.Deadline, u.Code)
		}
	}
	if len(w.transaction(gym, ids[0]).Items) != 1 {
		t.Error("one was booked without a person")
	}
	w.sound()
}

// A person books one return and dismisses another. The bank sends both again,
// in the same file and in another one.
func TestAReturnUnderOurOwnODFIIsBookedOnceByAPerson(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	batch := together(w.returned(ids[0], "R01"), w.returned(ids[1], "R01"))
	w.feed(keptHeader(t, render(t, batch)))
	byPayment := map[string]string{}
	for _, u := range w.queue() {
		byPayment[u.Candidates[0]] = u.ID
	}
	for range 2 {
		_, err := w.intake.Assign(t.Context(), byPayment[gym+"/"+ids[0]], gym, ids[0])
		must(t, err)
		must(t, w.intake.Dismiss(t.Context(), byPayment[gym+"/"+ids[1]], "settled by wire"))
	}
	if r := w.only(ids[0], domain.Return); r.ReplyTo != "item-"+ids[0] || !slices.Equal(r.Incoming.Flags, []string{flagByHand}) {
		t.Errorf("the return is %+v", r)
	}
	if len(w.transaction(gym, ids[1]).Items) != 1 {
		t.Error("what was dismissed is booked")
	}
	if s := w.settlement("2026-11-24", domain.FromFed); s.ReturnedDebits.Entries != 2 || s.Waiting.Entries != 0 {
		t.Errorf("settlement %+v", s)
	}
	w.feed(keptHeader(t, renderAs(t, "0800", batch)))
	if n := len(w.queue()); n != 0 {
		t.Errorf("%d wait again", n)
	}
	w.only(ids[0], domain.Return)
	// The dishonor goes to the bank that returned it, not to ours.
	w.ask(gym, ids[0], answers.Dishonor{ItemID: "dishonor", ReplyTo: w.only(ids[0], domain.Return).ID, Code: "R68"}, "2026-11-24 10:16")
	if file := w.delivered(); !strings.Contains(file, "\n621"+theirBank) && !strings.Contains(file, "\n626"+theirBank) {
		t.Errorf("the dishonor goes elsewhere:\n%s", file)
	}
	w.sound()
}

// From the queue a dishonor goes to the bank that sent the return, not to ours.
func TestAReturnUnderOurOwnODFIIsDishonoredFromTheQueueAtItsSender(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	w.feed(keptHeader(t, render(t, w.returned(ids[0], "R01"))))
	u := w.waits(nacha.TracePrefix)
	_, err := w.intake.Return(t.Context(), u.ID, "R67")
	must(t, err)
	w.sweepAt("2026-11-24 10:16")
	if file := w.delivered(); !strings.Contains(file, "626"+theirBank) && !strings.Contains(file, "621"+theirBank) {
		t.Errorf("the dishonor goes elsewhere:\n%s", file)
	}
}

// Other answers can have such a header too.
func TestEveryAnswerUnderOurOwnODFIWaitsWithItsPayment(t *testing.T) {
	for name, tt := range map[string]struct {
		file func(w *world) (content []byte, payment string)
		kind nacha.Kind
		item domain.ItemKind
	}{
		"a notification of change": {func(w *world) ([]byte, string) {
			id := w.sent()[0]
			return render(t, w.corrected(id, "C01", "9900112233")), id
		}, nacha.KindChange, domain.Correction},
		"a dishonored return": {func(w *world) ([]byte, string) {
			w.clock.Set(at("2026-11-23 09:00"))
			w.feed(vector(t, "06"))
			id := w.received(gym)[0].ID
			item := w.returnIt(id, "R29")
			w.clock.Set(at("2026-11-25 09:00"))
			return render(t, w.dishonored(gym, id, item, "R68", settles("2026-11-25"))), id
		}, nacha.KindDishonored, domain.Dishonor},
		"a contested return": {func(w *world) ([]byte, string) {
			id := w.sent()[0]
			w.feed(render(t, w.returned(id, "R01")))
			item := w.ask(gym, id, answers.Dishonor{ItemID: "dishonor", ReplyTo: w.only(id, domain.Return).ID, Code: "R68"}, "2026-11-24 10:16")
			w.clock.Set(at("2026-11-27 09:00"))
			return render(t, w.contested(gym, id, item, "R73", settles("2026-11-27"))), id
		}, nacha.KindContested, domain.Contest},
		"a refused notification of change": {func(w *world) ([]byte, string) {
			w.clock.Set(at("2026-11-23 09:00"))
			w.feed(vector(t, "06"))
			id := w.received(gym)[0].ID
			sealed, err := w.SealDataIn(domain.TransactionStream(gym, id), "change", gym, "9900112233")
			must(t, err)
			item := w.ask(gym, id, answers.Correct{
				ItemID: "change", ReplyTo: w.transaction(gym, id).Items[0].ID, Code: "C01", Data: "9900112233", Sealed: sealed, Masked: "*****2233",
			}, "2026-11-23 14:31")
			w.clock.Set(at("2026-11-25 09:00"))
			return render(t, w.refused(id, item, "C64", settles("2026-11-25"))), id
		}, nacha.KindRefusedChange, domain.RefusedChange},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			content, id := tt.file(w)
			before := len(w.transaction(gym, id).Items)
			w.feed(keptHeader(t, content))
			u := w.waits(nacha.TracePrefix)
			if u.EntryKind != tt.kind || !slices.Equal(u.Candidates, []string{gym + "/" + id}) {
				t.Fatalf("it waits as %+v", u)
			}
			for range 2 {
				_, err := w.intake.Assign(t.Context(), u.ID, gym, id)
				must(t, err)
			}
			w.only(id, tt.item)
			if after := len(w.transaction(gym, id).Items); after != before+1 {
				t.Errorf("%d items, want one more than %d", after, before)
			}
			w.sound()
		})
	}
}

// Any other entry with a trace number that is not its batch's ODFI's still
// makes the batch bad.
func TestAWrongTraceElsewhereCostsItsBatch(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	for name, content := range map[string][]byte{
		"a return under a third bank's ODFI": []byte(strings.ReplaceAll(string(render(t, w.returned(id, "R01"))), "1"+theirBank[:8]+"0000001\n", "1091400600000001\n")),
		"a payment under our ODFI":           keptHeader(t, renderAs(t, "0900", credits("400012345678"))),
	} {
		if o := w.feed(content); o.State != projections.InboundQuarantined || len(o.Reasons) == 0 {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if len(w.queue()) != 0 {
		t.Error("something waits")
	}
}

// An entry with another problem names its payment too.
func TestAReturnWithAProblemOfItsOwnNamesItsPayment(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.feed(edit(t, render(t, w.returned(id, "R01")), "799R01", "799R99"))
	if u := w.waits(nacha.ReasonCode); !slices.Equal(u.Candidates, []string{gym + "/" + id}) {
		t.Errorf("candidates %v", u.Candidates)
	}
	w.sound()
}

// If the bank is known to pass returns on like this, they are booked
// automatically. A return that matches no payment of ours waits nevertheless.
func TestReturnsUnderOurOwnODFIAreBookedWhereTheBankIsSetUpSo(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	w.write(ledger.Change{Stream: domain.BankStream(ourBank), Client: domain.LedgerClient, Events: []domain.Event{
		domain.BankConfigured{
			Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.ToOutbox},
			BankProfile: domain.BankProfile{Inbound: &domain.InboundForm{ReturnsKeepODFI: true}},
		},
	}})
	batch := together(w.returned(ids[0], "R01", traced(theirBank[:8]+"0000501")), w.returned(ids[1], "R02", traced(theirBank[:8]+"0000502")),
		w.returned(ids[2], "R03", traced(theirBank[:8]+"0000503"), func(_ *nacha.BatchHeader, e *nacha.Entry) { e.AmountCents++ }))
	content := strings.ReplaceAll(string(keptHeader(t, render(t, batch))), theirBank[:8]+"0000502", "091400600000007")
	if o := w.feed([]byte(content)); o.Counts != (domain.InboundApplied{Applied: 2, Unmatched: 1}) {
		t.Fatalf("outcome %+v", o)
	}
	for _, id := range ids[:2] {
		w.only(id, domain.Return)
	}
	if o := w.feed([]byte(content)); o.State != Duplicate {
		t.Errorf("once more it is %+v", o)
	}
	w.sound()
}
