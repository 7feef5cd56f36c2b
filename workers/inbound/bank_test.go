package inbound

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// The other bank answers an item of ours with a batch of one entry, which
// settles on Tuesday, 2026-11-24, unless changed.

// tweak changes a batch of the other bank before it is sent.
type tweak func(*nacha.BatchHeader, *nacha.Entry)

// answerTo makes the batch and entry that answer an item of ours, without the
// addenda that say how. It also returns the item and its entry.
func (w *world) answerTo(client, id, item string) (b nacha.Batch, answered *domain.Item, sent domain.Entry) {
	w.t.Helper()
	t := w.transaction(client, id)
	i, ok := t.Item(item)
	if !ok || i.Filing == nil {
		w.t.Fatalf("item %s of %s has not left", item, id)
	}
	sent, err := t.EntryOf(i)
	must(w.t, err)
	number, err := w.OpenAccount(client, t.Account)
	must(w.t, err)
	w.serial++
	sender := sent.Entry.Routing[:8]
	check, _ := nacha.CheckDigit(sent.Header.ODFI)
	h, e := sent.Header, sent.Entry
	e.Code = int(nacha.TransactionCode(e.Code).ForReturn())
	e.Routing, e.Account, e.Trace, e.Addenda05 = sent.Header.ODFI+string(check), number, fmt.Sprintf("%s%07d", sender, w.serial), nil
	h.ODFI, h.EffectiveOn, h.SettlementDay = sender, "261123", "328"
	h.ServiceClass = nacha.ServiceClass(nacha.TransactionCode(e.Code).Debit(), nacha.TransactionCode(e.Code).Credit())
	if e.IAT != nil {
		parties := *e.IAT
		parties.Remittance, parties.Correspondents = nil, nil
		e.IAT = &parties
	}
	return nacha.Batch{Header: h, Entries: []nacha.Entry{e}}, i, sent
}

// tweaked changes the batch of an answer.
func tweaked(b nacha.Batch, replies []tweak) nacha.Batch {
	for _, f := range replies {
		f(&b.Header, &b.Entries[0])
	}
	return b
}

// returned makes a return of an entry of ours.
func (w *world) returned(id, code string, replies ...tweak) nacha.Batch {
	w.t.Helper()
	return w.returnedItem(id, "item-"+id, code, replies...)
}

func (w *world) returnedItem(id, item, code string, replies ...tweak) nacha.Batch {
	w.t.Helper()
	b, i, sent := w.answerTo(gym, id, item)
	b.Entries[0].Return = &nacha.Return{Code: code, OriginalTrace: i.Filing.Trace, OriginalRouting: sent.Entry.Routing[:8]}
	if b.Header.IAT != nil {
		b.Entries[0].Return.OriginalAmountCents = i.AmountCents
	}
	return tweaked(b, replies)
}

// corrected makes a notification of change for an entry of ours.
func (w *world) corrected(id, code, data string, replies ...tweak) nacha.Batch {
	w.t.Helper()
	b, i, sent := w.answerTo(gym, id, "item-"+id)
	e := &b.Entries[0]
	e.AmountCents, e.IAT = 0, nil
	b.Header.SEC = "COR"
	if b.Header.IAT != nil {
		iat := *b.Header.IAT
		iat.Indicator = "IATCOR"
		b.Header.IAT = &iat
	}
	e.Correction = &nacha.Correction{Code: code, OriginalTrace: i.Filing.Trace, OriginalRouting: sent.Entry.Routing[:8], Data: data}
	return tweaked(b, replies)
}

// dishonored makes a dishonor of our return.
func (w *world) dishonored(client, id, item, code string, replies ...tweak) nacha.Batch {
	w.t.Helper()
	b, i, sent := w.answerTo(client, id, item)
	e := &b.Entries[0]
	e.Return = nil
	e.Dishonored = &nacha.Dishonored{
		Code: code, OriginalTrace: sent.Entry.Return.OriginalTrace, OriginalRouting: sent.Entry.Return.OriginalRouting,
		ReturnTrace: i.Filing.Trace, ReturnSettlement: "328", ReturnCode: sent.Entry.Return.Code[1:],
	}
	if code == "R69" {
		e.Dishonored.Information = "03"
	}
	return tweaked(b, replies)
}

// contested makes a contested return for a dishonor of ours.
func (w *world) contested(client, id, item, code string, replies ...tweak) nacha.Batch {
	w.t.Helper()
	b, i, sent := w.answerTo(client, id, item)
	d := sent.Entry.Dishonored
	e := &b.Entries[0]
	e.Dishonored = nil
	e.Contested = &nacha.Contested{
		Code: code, OriginalTrace: d.OriginalTrace, OriginalRouting: d.OriginalRouting, ReturnedOn: "261125", OriginalSettlement: "327",
		ReturnTrace: d.ReturnTrace, ReturnSettlement: d.ReturnSettlement, ReturnCode: d.ReturnCode,
		DishonoredTrace: i.Filing.Trace, DishonoredSettlement: "329", DishonoredCode: d.Code[1:],
	}
	return tweaked(b, replies)
}

// refused makes a refusal of our notification of change.
func (w *world) refused(id, item, code string, replies ...tweak) nacha.Batch {
	w.t.Helper()
	b, i, sent := w.answerTo(gym, id, item)
	c := sent.Entry.Correction
	e := &b.Entries[0]
	e.Correction = nil
	e.RefusedChange = &nacha.RefusedChange{
		Code: code, OriginalTrace: c.OriginalTrace, OriginalRouting: c.OriginalRouting, Data: "9900112233",
		ChangeCode: c.Code, ChangeTrace: i.Filing.Trace[8:],
	}
	return tweaked(b, replies)
}

// settles gives the batch another settlement day.
func settles(day string) tweak {
	return func(h *nacha.BatchHeader, _ *nacha.Entry) {
		d, err := calendar.ParseDate(day)
		if err != nil {
			panic(err)
		}
		h.SettlementDay = d.Julian()
	}
}

// credits makes a batch of payments to us, one for each account.
func credits(accounts ...string) nacha.Batch {
	b := nacha.Batch{Header: nacha.BatchHeader{
		ServiceClass: nacha.CreditClass, CompanyName: "ORCHARD FOODS", CompanyID: "1910000042", SEC: "PPD", Description: "PAYROLL",
		EffectiveOn: "261123", SettlementDay: "327", OriginatorStatus: "1", ODFI: theirBank[:8],
	}}
	for i, account := range accounts {
		b.Entries = append(b.Entries, nacha.Entry{
			Code: 22, Routing: ourBank, Account: account, AmountCents: int64(i+1) * 100, Name: "ADA EXAMPLE",
			Trace: fmt.Sprintf("%s%07d", theirBank[:8], i+1),
		})
	}
	return b
}

// ask makes a client answer an item, as the API would, and delivers the answer.
func (w *world) ask(client, id string, c command, until string) string {
	w.t.Helper()
	var item string
	_, err := ledger.Execute(context.Background(), w.Ledger, ledger.TransactionStream(client, id), func(domain.Transaction) ([]domain.Event, error) {
		d, err := c.Decide(w.caseOf(client, id))
		item = d.ItemID
		return d.Events, err
	})
	must(w.t, err)
	w.sweepAt(until)
	return item
}

var eastern = calendar.Eastern

type batch = nacha.Batch

// misroute makes a return refer to an entry of another bank.
func misroute(_ *nacha.BatchHeader, e *nacha.Entry) { e.Return.OriginalTrace = "091400600000001" }

func change(t domain.Transaction, events ...domain.Event) ledger.Change {
	return ledger.Change{Stream: domain.TransactionStream(t.Client, t.ID), Client: t.Client, Expect: t.Version, Events: events}
}
