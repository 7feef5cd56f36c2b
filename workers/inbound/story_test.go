package inbound

import (
	"os"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

func sum(entries int, cents int64) projections.Sum {
	return projections.Sum{Entries: entries, Cents: cents}
}

// block makes a file where a folder should be.
func block(t *testing.T, path string) {
	t.Helper()
	must(t, os.RemoveAll(path))
	must(t, os.WriteFile(path, nil, 0o600))
}

// handmade renders a batch that our own writer refuses to write.
func handmade(t *testing.T, b nacha.Batch) []byte {
	t.Helper()
	c := b.Entries[0].Correction
	data, code := c.Data, c.Code
	wide := "9900112233"
	c.Data, c.Code = wide, "C01"
	content := render(t, b)
	for len(wide) < 29 {
		wide += " "
	}
	for len(data) < 29 {
		data += " "
	}
	return edit(t, edit(t, content, "798C01", "798"+code), wide, data)
}

// returnIt returns a payment that was received, and delivers the return on
// Monday.
func (w *world) returnIt(id, code string) string {
	w.t.Helper()
	reply := w.transaction(gym, id).Items[0].ID
	return w.ask(gym, id, answers.Return{ItemID: "return-" + id, ReplyTo: reply, Code: code}, "2026-11-23 14:31")
}

// A payment is returned, presented again, returned late, dishonored and
// contested, all through real files.
func TestTheWholeChainOfAPayment(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.feed(render(t, w.returned(id, "R01")))
	first := w.only(id, domain.Return)

	retry := w.ask(gym, id, answers.Retry{ItemID: "retry", ReplyTo: first.ID}, "2026-11-24 10:16")
	w.clock.Set(at("2027-02-10 09:00"))
	w.feed(edit(t, render(t, w.returnedItem(id, retry, "R10", settles("2027-02-10"))), "261124", "270210"))
	var late *domain.Item
	for _, i := range w.transaction(gym, id).Items {
		if i.Kind == domain.Return && i.ReplyTo == retry {
			late = i
		}
	}
	if late == nil || len(late.Incoming.Flags) != 1 || late.Incoming.Flags[0] != flagLate {
		t.Fatalf("late return %+v, queue %+v", late, w.queue())
	}

	dishonor := w.ask(gym, id, answers.Dishonor{ItemID: "dishonor", ReplyTo: late.ID, Code: "R68"}, "2027-02-10 10:16")
	w.clock.Set(at("2027-02-12 09:00"))
	contested := w.contested(gym, id, dishonor, "R73", settles("2027-02-12"), func(_ *nacha.BatchHeader, e *nacha.Entry) {
		e.Contested.DishonoredSettlement = "042"
	})
	w.feed(edit(t, render(t, contested), "261124", "270212"))
	c := w.only(id, domain.Contest)
	if c.ReplyTo != dishonor || len(c.Incoming.Flags) != 0 || c.AmountCents != 1025 {
		t.Errorf("contest %+v", c)
	}
	var kinds []domain.ItemKind
	for _, i := range w.transaction(gym, id).Items {
		kinds = append(kinds, i.Kind)
	}
	if len(kinds) != 6 || len(w.queue()) != 0 {
		t.Errorf("items %v, queue %+v", kinds, w.queue())
	}
	w.sound()
}

func TestAReturnOfOursIsDishonored(t *testing.T) {
	w, id := withPayment(t)
	item := w.returnIt(id, "R29")
	w.clock.Set(at("2026-11-25 09:00"))
	w.feed(render(t, w.dishonored(gym, id, item, "R68", settles("2026-11-25"))))
	d := w.only(id, domain.Dishonor)
	if d.ReplyTo != item || len(d.Incoming.Flags) != 0 {
		t.Errorf("dishonored %+v", d)
	}
	w.feed(renderAs(t, "0800", w.dishonored(gym, id, item, "R67", settles("2026-11-25"))))
	w.waits(duplicate)
	for _, a := range w.available(id) {
		if a.Name == "contest" && a.Deadline.Equal(at("2026-12-01 02:15")) {
			return // two banking days after Wednesday, Thanksgiving aside
		}
	}
	t.Errorf("available %+v", w.available(id))
}

func TestADishonorThatDoesNotFitWaits(t *testing.T) {
	for name, tt := range map[string]struct {
		reply  tweak
		reason string
		flags  int
	}{
		"late": {settles("2026-12-07"), "", 1},
		"under the original's place": {func(_ *nacha.BatchHeader, e *nacha.Entry) {
			e.Dishonored.OriginalTrace, e.Dishonored.ReturnTrace = e.Dishonored.ReturnTrace, "231380109999999"
		}, "", 0},
		"another amount":    {func(_ *nacha.BatchHeader, e *nacha.Entry) { e.AmountCents-- }, amountDiffers, 0},
		"another bank":      {func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Dishonored.OriginalRouting = "09140060" }, routingDiffers, 0},
		"no return of ours": {func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Dishonored.ReturnTrace = "231380109999999" }, unknownTrace, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := withPayment(t)
			item := w.returnIt(id, "R29")
			w.feed(render(t, w.dishonored(gym, id, item, "R68", tt.reply)))
			if tt.reason != "" {
				w.waits(tt.reason)
				return
			}
			if d := w.only(id, domain.Dishonor); len(d.Incoming.Flags) != tt.flags {
				t.Errorf("flags %v", d.Incoming.Flags)
			}
		})
	}
}

func TestOurNotificationOfChangeIsRefused(t *testing.T) {
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	w.feed(vector(t, "05"))
	id := w.received(gym)[0].ID
	sealed, err := w.SealDataIn(domain.TransactionStream(gym, id), "change", gym, "9900112233")
	must(t, err)
	item := w.ask(gym, id, answers.Correct{
		ItemID: "change", ReplyTo: w.transaction(gym, id).Items[0].ID, Code: "C01", Data: "9900112233", Sealed: sealed, Masked: "*****2233",
	}, "2026-11-23 14:31")
	other := w.refused(id, item, "C62", func(_ *nacha.BatchHeader, e *nacha.Entry) {
		e.RefusedChange.ChangeCode = "C02"
		e.RefusedChange.Data = "076401251"
	})
	w.feed(render(t, other))
	w.waits(changeDiffers)
	w.feed(renderAs(t, "0800", w.refused(id, item, "C62")))
	if r := w.only(id, domain.RefusedChange); r.ReplyTo != item || r.AmountCents != 0 || r.Incoming.DataMasked != "*****2233" {
		t.Errorf("refused %+v", r)
	}
}

func TestAReturnAfterOurReversalGivesTheMoneyTwice(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.ask(gym, id, answers.Reverse{ItemID: "reversal", ReplyTo: "item-" + id, Reason: "duplicate"}, "2026-11-24 10:16")
	w.clock.Set(at("2026-11-25 09:00"))
	w.feed(render(t, w.returned(id, "R01", settles("2026-11-25"))))
	if r := w.only(id, domain.Return); len(r.Incoming.Flags) != 1 || r.Incoming.Flags[0] != flagAfterReversal {
		t.Errorf("flags %v", r.Incoming.Flags)
	}
	// The reversal can come back too, and is another item.
	w.feed(renderAs(t, "0800", w.returnedItem(id, "reversal", "R02", settles("2026-11-25"))))
	items := w.transaction(gym, id).Items
	if last := items[len(items)-1]; last.Kind != domain.Return || last.ReplyTo != "reversal" {
		t.Errorf("last item %+v, queue %+v", last, w.queue())
	}
}

func TestAPrenoteComesBack(t *testing.T) {
	w := newWorld(t)
	id := w.originate(domain.Proposal{
		SEC: "PPD", PushPull: domain.Pull, ToRouting: theirBank, ToAccountType: domain.Checking,
		ToName: "PRENOTE DEBIT", Description: "DUES NOV",
	}, "88002")
	w.sweepAt("2026-11-20 14:31")
	w.clock.Set(at("2026-11-24 09:00"))
	w.feed(render(t, w.returned(id, "R03")))
	if r := w.only(id, domain.Return); r.AmountCents != 0 || len(r.Incoming.Flags) != 0 {
		t.Errorf("return %+v", r)
	}
}

func TestPaymentsAbroadComeBackAtAnotherRate(t *testing.T) {
	w := newWorld(t)
	p := domain.Proposal{
		SEC: "IAT", PushPull: domain.Push, FromName: "HARBOR GYM LLC", Description: "SUPPLIER", ToRouting: "091400606",
		ToAccountType: domain.Checking, ToName: "ATELIER", AmountCents: 123456,
	}
	bank := domain.IATBank{Name: "LANTERN SAVINGS BANK", Qualifier: "01", ID: ourBank, Country: "US"}
	p.IAT = &domain.IAT{
		From:     domain.IATParty{Name: "HARBOR GYM LLC", Address: "1 PIER", City: "BOSTON", State: "MA", PostalCode: "02110", Country: "US"},
		To:       domain.IATParty{Name: "ATELIER", Address: "2 QUAI", City: "LYON", State: "RH", PostalCode: "69001", Country: "FR"},
		FromBank: bank, ToBank: domain.IATBank{Name: "BANQUE DU RHONE", Qualifier: "01", ID: "091400606", Country: "FR"},
		Remittance: []string{"INVOICE 17"},
	}
	id := w.originate(p, "FR7612345")
	w.sweepAt("2026-11-20 14:31")
	w.clock.Set(at("2026-11-24 09:00"))
	w.feed(render(t,
		w.returned(id, "R82", func(_ *nacha.BatchHeader, e *nacha.Entry) { e.AmountCents -= 1000 }),
		w.corrected(id, "C01", "FR76123456789012345678901234567890")))
	r := w.only(id, domain.Return)
	if len(r.Incoming.Flags) != 1 || r.Incoming.Flags[0] != flagAmount || r.AmountCents != 122456 || r.Incoming.Entry.IAT.Receiver.Name != "ATELIER" {
		t.Errorf("return %+v, %v", r, r.Incoming.Flags)
	}
	data, err := w.dataOf(id)
	must(t, err)
	if data != "FR76123456789012345678901234567890" {
		t.Errorf("corrected data %q", data)
	}
	wrong := w.returned(id, "R82", func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Return.OriginalAmountCents-- })
	w.feed(renderAs(t, "0800", wrong))
	w.waits(amountDiffers)
}
