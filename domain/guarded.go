package domain

import (
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
)

// Guarded converts a waiting item for the guard. ok is false for what no limit
// counts: an item that is held or no longer waits, an answer to an incoming
// entry, an item without money, and an item that was made with a file of its
// own and is still in it. The settlement day follows the terms of the item's
// bank; nil: FedACH's.
func (t *Transaction) Guarded(i *Item, bank *calendar.Terms) (e guard.Entry, ok bool) {
	if i.State != Pending || i.Direction != ToFed || i.Kind.IsAnswer() || i.AmountCents == 0 || t.Originated == nil || t.hidden() {
		return e, false
	}
	in, err := t.EntryOf(i)
	if err != nil {
		return e, false
	}
	e = guard.Entry{
		Client: t.Client, ODFI: t.ODFI(), Company: in.Header.CompanyID, SEC: in.Header.SEC, Description: in.Header.Description,
		Debit: nacha.TransactionCode(in.Entry.Code).Debit(), Cents: i.AmountCents, OriginatedOn: guard.BankingDay(i.MadeAt), Waived: i.Waived,
		OwnFile: i.Kind == Origination && t.Originated.Raw != nil,
	}
	d := t.expected(i, e, i.NotBefore, bank)
	e.SettlesOn, e.SameDay, e.MadeFor = d.SettlesOn, d.SameDay, d.SettlesOn
	if !i.NotBefore.IsZero() || bank != nil {
		e.MadeFor = t.expected(i, e, time.Time{}, nil).SettlesOn
	}
	return e, true
}

// expected returns when an item that was due at an instant is expected to
// settle.
func (t *Transaction) expected(i *Item, e guard.Entry, due time.Time, bank *calendar.Terms) calendar.Decision {
	p := Proposal{EffectiveOn: t.AskedOn(i)}
	if i.Kind == Origination {
		p = t.Originated.Proposal
	}
	return p.expected(e, i.MadeAt, due, bank)
}

// expected returns when a proposal that was made, and due, at the given
// instants is expected to settle: as soon as possible, unless it asks for
// another day.
func (p Proposal) expected(e guard.Entry, made, due time.Time, bank *calendar.Terms) calendar.Decision {
	want := calendar.Request{SEC: e.SEC, Kind: calendar.KindOf(e.Debit), AmountCents: e.Cents, SameDay: p.SameDay, Bank: bank}
	want.AskedOn, _ = calendar.ParseDate(p.EffectiveOn) // checked when it was accepted
	if !want.AskedOn.IsZero() {
		if at := bank.DueAt(want.AskedOn, want.SEC, want.Kind); at.After(due) {
			due = at
		}
	}
	return guard.Expected(made, due, want)
}

// Past converts the origination of a transaction for comparison with other
// entries; ok is false for a transaction without one.
func (t *Transaction) Past() (p guard.Past, ok bool) {
	i := t.Origination()
	if i == nil || t.Originated == nil {
		return p, false
	}
	in, err := t.EntryOf(i)
	if err != nil {
		return p, false
	}
	p = guard.Past{
		Transaction: t.ID, SEC: in.Header.SEC, Description: in.Header.Description, Debit: nacha.TransactionCode(in.Entry.Code).Debit(),
		Cents: i.AmountCents, Counts: (i.State == Pending || i.State == Filed) && !t.hidden(),
	}
	p.MadeFor = t.expected(i, guard.Entry{SEC: p.SEC, Debit: p.Debit, Cents: p.Cents}, time.Time{}, nil).SettlesOn
	return p, true
}

// Outcome returns the outcome of a transaction's origination, for rules about
// its account. settledOn is the settlement day of the origination's batch in
// the given file, which was delivered; it counts if the origination is still in
// that file. A return of its reversal, or of a return fee, is none of the entry, but
// may say that there is no such account.
func (t *Transaction) Outcome(file string, settledOn calendar.Date) guard.Outcome {
	o := guard.Outcome{Transaction: t.ID}
	for n, i := range t.Items {
		switch {
		case n == 0 && i.State == Filed && i.Filing.File == file:
			o.SettledOn = settledOn
		case i.Kind == Return && i.Direction == FromFed && i.Incoming != nil:
			if code := codeOfReturn(i); !t.Aside(i) || guard.NoAccount(code) {
				o.Code = code
			}
		}
	}
	return o
}

// codeOfReturn returns the code of a return from the bank.
func codeOfReturn(i *Item) string {
	if r := i.Incoming.Entry.Return; r != nil {
		return r.Code
	}
	return ""
}

// heldBy records the rule behind a hold or a rejection.
func (t *Transaction) heldBy(item string, by *guard.HeldBy) {
	if i, ok := t.Item(item); ok {
		i.HeldBy = by
	}
}

// Guard holds or rejects a waiting item according to a verdict of the guard.
type Guard struct {
	ItemID  string
	Verdict guard.Verdict
}

// Decide holds or rejects an item that still waits. If a person approved it
// over the same rule meanwhile, it stays approved. No rule rejects an entry whose
// reversal has left: a person decides about it.
func (c Guard) Decide(t Transaction) ([]Event, error) {
	i, ok := t.Item(c.ItemID)
	if !ok || i.State != Pending || slices.Contains(i.Waived, c.Verdict.Rule) {
		return nil, nil
	}
	by, rejects := c.Verdict.HeldBy, c.Verdict.Action == guard.Reject
	if t.takenBack(i) != nil {
		rejects, by.AtDeadline = false, guard.Keep
	}
	if rejects {
		return []Event{TransactionRejected{ItemID: i.ID, Reason: c.Verdict.Reason, By: &by}}, nil
	}
	return []Event{TransactionHeld{ItemID: i.ID, Reason: c.Verdict.Reason, By: &by}}, nil
}

// Lapse rejects an item that was not approved before its last window, if the
// rule that holds it says so.
type Lapse struct {
	ItemID string
	Now    time.Time
}

// Decide rejects the item once its last window is over.
func (c Lapse) Decide(t Transaction) ([]Event, error) {
	i, ok := t.Item(c.ItemID)
	if !ok || i.State != Held || i.HeldBy == nil || !i.HeldBy.Rejects() {
		return nil, nil
	}
	by, err := time.Parse(time.RFC3339, i.HeldBy.Deadline)
	if err != nil || !c.Now.After(by) {
		return nil, nil
	}
	reason := fmt.Sprintf("nobody approved it before its last window, %s New York time: %s",
		by.In(calendar.Eastern).Format("2006-01-02 15:04"), i.Reason)
	return []Event{TransactionRejected{ItemID: i.ID, Reason: reason, By: i.HeldBy}}, nil
}

// HoldUntil is the last moment at which a client's held entry can be cut for
// the day on which it was expected to settle at its bank.
func (b Batching) HoldUntil(e guard.Entry, bank *calendar.Terms) time.Time {
	return guard.Until(e, bank, b.windows(false))
}
