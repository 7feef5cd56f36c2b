package inbound

import (
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/text"
)

// match finds the item that an entry refers to. ours reports whether eight
// digits are those of one of our banks.
func (e *inboundEntry) match(b *originals, ours func(string) bool) match {
	switch {
	case e.Kind == nacha.KindReject:
		return e.matchReject(b)
	case e.Entry.Return != nil, e.Entry.Correction != nil:
		if m, ok := e.matchOffset(b); ok {
			return m
		}
		return e.matchEntry(b, ours)
	case e.Entry.Dishonored != nil:
		return e.matchDishonored(b)
	case e.Entry.Contested != nil:
		return e.matchContested(b)
	default:
		return e.matchRefused(b)
	}
}

// near lists the items that an entry seems to refer to although it has to wait
// for a person.
func (e *inboundEntry) near(b *originals, ours func(string) bool) []string {
	if len(e.traces()) == 0 {
		return nil
	}
	m := e.match(b, ours)
	if m.to != nil {
		return []string{m.to.name()}
	}
	return m.candidates
}

// matchReject finds the item of ours, a payment or a return, that the bank did
// not accept. It only proposes candidates: a person decides.
func (e *inboundEntry) matchReject(b *originals) match {
	near := only(b.under(e.traces()[0]), func(c candidate) bool { return c.item.Direction == domain.ToFed })
	same := only(near, func(c candidate) bool {
		sent := c.entry().Entry
		return sent.AmountCents == e.Entry.AmountCents && sent.Routing == e.Entry.Routing
	})
	if len(same) > 0 {
		near = same // others left under the same number years ago
	} else if o, file, ok := e.rejectedOffset(b); ok {
		return waits(nacha.BankReject, nil, "The bank did not take the offset of %s that balances batch %d of file %s of client %s.",
			text.Money(o.Cents), o.Batch, file.Name(), file.Opened.Client)
	}
	return waits(nacha.BankReject, near, "The bank did not take it.")
}

// matchEntry finds the entry of ours that is returned or corrected: an
// origination, a reversal, a retry or a return fee. Trace numbers are reused,
// so the trace number alone never decides: the receiving bank must match and,
// for a return, the amount and the direction; and the entry must have been sent
// before the return was made.
func (e *inboundEntry) matchEntry(b *originals, ours func(string) bool) match {
	trace, routing := e.original()
	under := b.under(trace)
	list := ofKind(under, domain.Origination, domain.Reversal, domain.Retry, domain.ReturnFee)
	switch {
	case len(under) == 0 && !ours(trace[:8]):
		return waits(misrouted, nil, "The original trace number %s is not one of a bank of ours. A return can be sent back with R61, a notification of change with C61.", trace)
	case len(under) == 0:
		return waits(unknownTrace, nil, "No entry of ours left under trace number %s.", trace)
	case len(list) == 0:
		return waits(answersAnswer, under, "Trace number %s is that of an answer of ours. A return is never returned: it is dishonored, with R61 to R70.", trace)
	}
	near := list
	if list = only(list, func(c candidate) bool { return c.entry().Entry.Routing[:8] == routing }); len(list) == 0 {
		return waits(routingDiffers, near, "The entry under trace number %s went to another bank than %s.", trace, routing)
	}
	if e.Entry.Return != nil {
		near = list
		if list = only(list, func(c candidate) bool { return c.returnable(e) }); len(list) == 0 {
			return waits(amountDiffers, near, "The amount is not that of the entry under trace number %s. It can be dishonored with R69, field 03.", trace)
		}
		near = list
		if list = only(list, func(c candidate) bool { return c.sameSide(e) }); len(list) == 0 {
			return waits(sideDiffers, near, "The entry under trace number %s was a %s, and the return has the transaction code of a %s. It can be dishonored with R69, field 05.",
				trace, calendar.KindOf(near[0].debit()), calendar.KindOf(!near[0].debit()))
		}
	}
	near = list
	if list = only(list, func(c candidate) bool { return c.left() && !c.file.FiledOn(c.item.Filing.At).After(e.created) }); len(list) == 0 {
		return waits(notSent, near, "The entry under trace number %s has not been delivered to the bank yet.", trace)
	}
	return e.choose(list)
}

// original returns the trace number and the receiving bank of the original
// entry.
func (e *inboundEntry) original() (trace, routing string) {
	if r := e.Entry.Return; r != nil {
		return r.OriginalTrace, r.OriginalRouting
	}
	return e.Entry.Correction.OriginalTrace, e.Entry.Correction.OriginalRouting
}

// choose picks one of the entries that match in everything: of those that may
// still be returned, if any, and of these of those with the account number, the
// one that was not returned yet. If there are several, a person decides.
func (e *inboundEntry) choose(list []candidate) match {
	live := only(list, func(c candidate) bool { return !e.settledOn.After(c.settledOn().Add(domain.TraceRestDays)) })
	if len(live) > 0 && len(only(live, e.sameAccount)) == 0 && len(only(list, e.sameAccount)) > 0 {
		return waits(ambiguous, list, "The account number is that of an older entry under the same trace number, and not that of the one that may still be returned.")
	}
	if e.Entry.Return == nil {
		return e.chooseChanged(list, live)
	}
	if len(live) > 0 {
		list = live
	}
	if same := only(list, e.sameAccount); len(same) > 0 {
		list = same
	}
	switch open := only(list, func(c candidate) bool { return !c.returned() }); len(open) {
	case 0:
		return waits(duplicate, list, "The entry was returned before. The money of this return can be sent back with R67.")
	case 1:
		return e.returns(&open[0])
	default:
		return waits(ambiguous, open, "Several entries of ours agree with it in trace number, bank and amount.")
	}
}

// chooseChanged picks the entry that a notification of change is about. A
// notification has no amount, so when the trace may have been reused since, the
// account number must match too.
func (e *inboundEntry) chooseChanged(list, live []candidate) match {
	if len(live) == 0 {
		live = only(list, e.sameAccount)
		if len(live) == 0 {
			return waits(tooOld, list, "The entry is older than trace numbers stay unique, and its account number does not agree.")
		}
	}
	if len(live) > 1 {
		return waits(ambiguous, live, "Several entries of ours agree with it in trace number and bank.")
	}
	return e.changes(&live[0])
}

// returns books a return on its entry, with flags for what is unusual.
func (e *inboundEntry) returns(c *candidate) match {
	code, _ := codes.Return(e.Entry.Return.Code, e.settledOn)
	m := match{to: c}
	limit, timed := code.TimeFrame.Limit(c.settledOn())
	m.flagIf(timed && code.TimeFrame != codes.AfterRefusal && e.settledOn.After(limit.ReachBy), flagLate)
	m.flagIf(!suits(code, c.entry().Header.SEC, c.debit(), c.item.AmountCents == 0), flagUnexpected)
	m.flagIf(code.TimeFrame == codes.ByAgreement && c.RequestFor(c.item.ID) == nil, flagNotRequested)
	m.flagIf(e.diesLater(), flagDiesLater)
	m.flagIf(e.Entry.AmountCents != c.item.AmountCents, flagAmount) // only IAT entries may differ here
	m.flagIf(code.Code != "R04" && !e.sameAccount(*c), flagAccount)
	m.flagIf(c.reversed(), flagAfterReversal)
	return m
}

// diesLater reports whether a return has a date of death after the day of its
// file. It is booked nevertheless: the account is closed to us in either case.
func (e *inboundEntry) diesLater() bool {
	if e.Entry.Return == nil {
		return false
	}
	died, err := calendar.ParseYYMMDD(e.Entry.Return.DateOfDeath)
	return err == nil && died.After(e.created)
}

// suits reports whether a return code fits an entry of this kind. It cannot
// check whose account the code is for, as that is not known here.
func suits(c codes.ReturnCode, sec string, debit, prenote bool) bool {
	switch {
	case c.Step != codes.Returned:
		return false
	case len(c.SECs) > 0 && !slices.Contains(c.SECs, sec), slices.Contains(c.NotSECs, sec):
		return false
	case c.Entries == codes.Debits && !debit, c.Entries == codes.Credits && debit:
		return false
	default:
		return !(c.Again == codes.Twice && prenote) // codes for insufficient funds: a prenote moves no money
	}
}

// changes books a notification of change, with flags for what is unusual.
func (e *inboundEntry) changes(c *candidate) match {
	m := match{to: c}
	n := e.Entry.Correction
	change, err := nacha.ParseChange(n.Code, n.Data, e.header.IAT != nil)
	m.flagIf(err != nil, flagUnusable)
	// A code of the other direction is refused with C69; it never turns
	// debits into credits.
	m.flagIf(err == nil && change.Code != 0 && change.Code.Debit() != c.debit(), flagWrongDirection)
	m.flagIf(change.Account == "" && err == nil && !e.sameAccount(*c), flagAccount)
	m.flagIf(c.returned(), flagAfterReturn)
	limit := calendar.CorrectionDeadline(c.settledOn())
	m.flagIf(e.settledOn.After(limit.ReachBy), flagLate)
	return m
}

// sameAccount compares account numbers, exactly and without spaces and
// hyphens. A number that can no longer be decrypted does not count against a
// match.
func (e *inboundEntry) sameAccount(c candidate) bool {
	number, known := c.number[c.item.ID]
	return !known || number == "" || number == e.Entry.Account || plain(number) == plain(e.Entry.Account)
}
