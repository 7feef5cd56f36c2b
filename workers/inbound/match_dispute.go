package inbound

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// returned reports whether the item counts as returned: its return was not
// dishonored, or the dishonor was contested.
func (c candidate) returned() bool {
	for _, r := range c.Items {
		if r.Kind != domain.Return || r.Direction != domain.FromFed || r.ReplyTo != c.item.ID {
			continue
		}
		d, dishonored := c.answerTo(domain.Dishonor, domain.ToFed, r.ID)
		if !dishonored {
			return true
		}
		if _, contested := c.answerTo(domain.Contest, domain.FromFed, d.ID); contested {
			return true
		}
	}
	return false
}

// answerTo finds an effective answer to an item: one of ours that is in a file,
// or any of the bank's.
func (p *payment) answerTo(kind domain.ItemKind, direction domain.Direction, to string) (*domain.Item, bool) {
	for _, i := range p.Items {
		if i.Kind == kind && i.Direction == direction && i.ReplyTo == to && (i.State == domain.Filed || i.State == domain.InHand) {
			return i, true
		}
	}
	return nil, false
}

// reversed reports whether another item reverses the transaction and has left:
// together with a return the money would go back twice.
func (c candidate) reversed() bool {
	for _, i := range c.Items {
		if i.Kind == domain.Reversal && i.State == domain.Filed && i != c.item {
			return true
		}
	}
	return false
}

// matchDishonored finds the return of ours that the bank dishonored.
func (e *inboundEntry) matchDishonored(b *originals) match {
	d := e.Entry.Dishonored
	list := ofKind(b.under(d.ReturnTrace), domain.Return)
	if len(list) == 0 {
		list = ofKind(b.under(d.OriginalTrace), domain.Return)
	}
	if len(list) == 0 {
		return waits(unknownTrace, nil, "No return of ours left under trace number %s. It can be contested with R71 when it was meant for another bank.", d.ReturnTrace)
	}
	return e.matchReply(list, reply{
		kind: domain.Dishonor, name: "return",
		routing: d.OriginalRouting, bank: func(c candidate) string { return c.entry().Header.ODFI }, // we received the original
		originalTrace: d.OriginalTrace, sentTrace: func(sent nacha.Entry) string { return sent.Return.OriginalTrace },
		late: e.lateAfter(d.ReturnSettlement, calendar.DishonorDeadline),
	})
}

// matchContested finds the dishonored return of ours that the other bank
// contests.
func (e *inboundEntry) matchContested(b *originals) match {
	d := e.Entry.Contested
	list := ofKind(b.under(d.DishonoredTrace), domain.Dishonor)
	if len(list) == 0 {
		return waits(unknownTrace, nil, "No dishonored return of ours left under trace number %s.", d.DishonoredTrace)
	}
	return e.matchReply(list, reply{
		kind: domain.Contest, name: "dishonored return",
		routing: d.OriginalRouting, bank: func(c candidate) string { return c.entry().Entry.Routing[:8] }, // they received the original
		originalTrace: d.OriginalTrace, sentTrace: func(sent nacha.Entry) string { return sent.Dishonored.OriginalTrace },
		late: e.lateAfter(d.DishonoredSettlement, calendar.ContestDeadline),
	})
}

// matchRefused finds the notification of change of ours that is refused.
func (e *inboundEntry) matchRefused(b *originals) match {
	r := e.Entry.RefusedChange
	trace := e.traces()[0]
	list := ofKind(b.under(trace), domain.Correction)
	near := list
	if list = only(list, func(c candidate) bool { return c.item.Outgoing.Code == r.ChangeCode }); len(list) == 0 {
		if len(near) > 0 {
			return waits(changeDiffers, near, "The notification of change under trace number %s bears another code than %s.", trace, r.ChangeCode)
		}
		return waits(unknownTrace, nil, "No notification of change of ours left under trace number %s.", trace)
	}
	return e.matchReply(list, reply{
		kind: domain.RefusedChange, name: "notification of change",
		routing: r.OriginalRouting, bank: func(c candidate) string { return c.entry().Header.ODFI },
		originalTrace: r.OriginalTrace, sentTrace: func(sent nacha.Entry) string { return sent.Correction.OriginalTrace },
	})
}

// reply is the bank's answer to an answer of ours.
type reply struct {
	kind    domain.ItemKind
	name    string                 // of what it answers, for messages
	routing string                 // the original's receiving bank, in the entry
	bank    func(candidate) string // the same, in our records
	late    bool

	originalTrace string                   // in the entry
	sentTrace     func(nacha.Entry) string // the same, in our answer
}

// matchReply checks what all replies have in common: bank, amount, direction,
// that our answer was sent, and that it was not answered before.
func (e *inboundEntry) matchReply(list []candidate, l reply) match {
	near := list
	if list = only(list, func(c candidate) bool { return l.bank(c) == l.routing }); len(list) == 0 {
		return waits(routingDiffers, near, "The %s of ours belongs to an entry received by another bank than %s.", l.name, l.routing)
	}
	near = list
	if list = only(list, func(c candidate) bool { return c.entry().Entry.AmountCents == e.Entry.AmountCents }); len(list) == 0 {
		return waits(amountDiffers, near, "The amount is not that of the %s of ours.", l.name)
	}
	near = list
	if list = only(list, func(c candidate) bool { return c.sameSide(e) }); len(list) == 0 {
		return waits(sideDiffers, near, "The %s of ours is one of a %s, and this has the transaction code of a %s.", l.name, calendar.KindOf(near[0].debit()), calendar.KindOf(!near[0].debit()))
	}
	if same := only(list, func(c candidate) bool { return l.sentTrace(c.entry().Entry) == l.originalTrace }); len(same) > 0 {
		list = same // others left under the same number years ago
	}
	near = list
	if list = only(list, candidate.left); len(list) == 0 {
		return waits(notSent, near, "The %s of ours has not been delivered to the bank yet.", l.name)
	}
	open := only(list, func(c candidate) bool { return !c.Processed(c.item) })
	switch len(open) {
	case 0:
		return waits(duplicate, list, "The %s of ours was answered before.", l.name)
	case 1:
		m := match{to: &open[0]}
		m.flagIf(l.late, flagLate)
		m.flagIf(l.kind == domain.Contest && open[0].reversed(), flagAfterReversal) // the return stands again
		return m
	default:
		return waits(ambiguous, open, "Several answers of ours agree with it in trace number, bank and amount.")
	}
}

// lateAfter reports whether a reply came after its deadline. julian is the day
// of the year on which the answer before it settled.
func (e *inboundEntry) lateAfter(julian string, deadline func(calendar.Date) calendar.TimeLimit) bool {
	settled, err := calendar.SettlementFromJulian(julian, e.created)
	return err == nil && e.settledOn.After(deadline(settled).ReachBy)
}
