package answers

import (
	"slices"

	"github.com/achledger/achledger/domain"
)

// exclusion is a row of the table of answers that exclude one another: an
// answer of a kind is pointless, or would move the money twice, as long as a
// condition holds for its transaction.
type exclusion struct {
	kind   domain.ItemKind
	when   func(c chain, a answer) bool
	reason string
}

// exclusions is that table. It is applied to new answers, to waiting answers
// whenever something arrives or is released, and to held answers when they are
// approved. Filed answers are not subject to it: they have left or are about
// to.
//
// Source: NACHA Operating Rules, article two, on reversing entries and
// reinitiation, and appendix four on dishonored returns.
var exclusions = []exclusion{
	{domain.Reversal, chain.entryWaits, "the entry waits for a file: there is nothing to reverse"},
	{domain.Reversal, chain.nothingStands, "the entry was returned: there is nothing to reverse"},
	{domain.Reversal, chain.askedBackAndWaits, "the receiving bank was asked to return the entry: withdraw that request before it is reversed"},
	{domain.Retry, chain.ofReversal, "the return is one of a reversal: there is nothing to present again"},
	{domain.Retry, chain.dishonored, "the return is not the one that stands: it was dishonored, which makes the entry stand"},
	{domain.Retry, chain.reversedBefore, "a reversal of the entry was asked for: an entry made in error is not presented again"},
	{domain.Retry, chain.presentedBefore, "the return is not the one that stands: the entry stands, or waits to be presented again"},
	{domain.Retry, chain.ofFee, "the return is one of a return fee: the entry itself did not come back with it"},
	{domain.ReturnFee, chain.ofReversal, "the return is one of a reversal: no fee goes with it"},
	{domain.ReturnFee, chain.ofFee, "the return is one of a return fee: no fee goes with it"},
	{domain.ReturnFee, chain.dishonored, "the return was dishonored, which says that it does not stand: no fee goes with it"},
	{domain.ReturnFee, chain.chargedBefore, "a fee was charged for an earlier return of the same entry: the entry came back twice, and it has one fee"},
	{domain.ReturnFee, chain.reversedBefore, "a reversal of the entry was asked for: no fee goes with an entry made in error"},
	{domain.Dishonor, chain.charged, "a fee was charged for the return, which says that it stands"},
	{domain.Dishonor, chain.presentedAfter, "the entry is presented again after this return: dishonoring it would move the money twice"},
	{domain.Dishonor, chain.reversedAndReturned, "the return is one of a reversal, and the entry was returned as well"},
	{domain.Dishonor, chain.reversedAndAskedBack, "the return is one of a reversal, and the receiving bank was asked to return the entry: withdraw that request before the return is dishonored"},
}

// answer is an answer of ours, new or waiting. Before is the number of items
// made before it.
type answer struct {
	id, replyTo string
	before      int
}

// excluded returns why an answer of a kind may not leave; "" if it may.
func excluded(t domain.Transaction, kind domain.ItemKind, a answer) (reason string) {
	for _, row := range exclusions {
		if row.kind == kind && row.when(chain{t}, a) {
			return row.reason
		}
	}
	return ""
}

// Excluded returns why a waiting item may not leave any more, because of what
// was sent or received since it was made; "" if it may.
func Excluded(t domain.Transaction, item string) (reason string) {
	for n, i := range t.Items {
		if i.ID == item {
			return excluded(t, i.Kind, answer{i.ID, i.ReplyTo, n})
		}
	}
	return ""
}

// Pointless rejects the waiting answers of a transaction that may not leave any
// more. Its events belong in the append that made them so.
func Pointless(t domain.Transaction) []domain.Event {
	var events []domain.Event
	for n, i := range t.Items {
		if i.Direction != domain.ToFed || !i.Waits() {
			continue
		}
		if reason := excluded(t, i.Kind, answer{i.ID, i.ReplyTo, n}); reason != "" {
			events = append(events, &domain.TransactionRejected{ItemID: i.ID, Reason: reason})
		}
	}
	return events
}

// refuses refuses a new answer that an exclusion forbids.
func (c Case) refuses(kind domain.ItemKind, replyTo string) error {
	reason := excluded(c.Transaction, kind, answer{replyTo: replyTo, before: len(c.Transaction.Items)})
	if reason == "" {
		return nil
	}
	return domain.Refuse(domain.RuleBroken, "%s", reason)
}

// chain is a transaction as seen by the table of exclusions.
type chain struct{ domain.Transaction }

// presentments are the items that move the money of the entry: the entry
// itself and its retries.
func (c chain) presentments() (list []*domain.Item) {
	for _, i := range c.Items {
		if i.Presents() {
			list = append(list, i)
		}
	}
	return list
}

// standing is the newest presentment that moved the money for good, as far as
// is known: it is in a file, and each of its returns was dishonored in a file
// and not contested.
func (c chain) standing() *domain.Item {
	for _, p := range slices.Backward(c.presentments()) {
		if p.State == domain.Filed && !slices.ContainsFunc(c.Items, func(r *domain.Item) bool {
			return returns(r, p) && !c.SentBack(r)
		}) {
			return p
		}
	}
	return nil
}

func returns(r, p *domain.Item) bool {
	return r.Kind == domain.Return && r.Direction == domain.FromFed && r.ReplyTo == p.ID
}

// counts reports which items exclude an answer: those in a file, and waiting
// ones made before it. Of two waiting answers the later one gives way.
func (c chain) counts(a answer) func(*domain.Item) bool {
	return func(i *domain.Item) bool {
		return i.ID != a.id && (i.State == domain.Filed || i.Waits() && slices.Index(c.Items, i) < a.before)
	}
}

func (c chain) entryWaits(a answer) bool {
	entry, ok := c.Item(a.replyTo)
	return ok && entry.Waits()
}

// nothingStands reports whether no presentment stands, or a bank returned one
// more often than it was presented, so that the money is already back.
func (c chain) nothingStands(answer) bool { return c.TimesMoved() < 1 || c.standing() == nil }

func (c chain) ofReversal(a answer) bool {
	r, _ := c.Item(a.replyTo)
	return r != nil && slices.ContainsFunc(c.Items, func(i *domain.Item) bool { return i.Kind == domain.Reversal && i.ID == r.ReplyTo })
}

func (c chain) reversedAndReturned(a answer) bool { return c.ofReversal(a) && c.nothingStands(a) }

func (c chain) dishonored(a answer) bool {
	r, ok := c.Item(a.replyTo)
	return ok && c.Disputed(r, c.counts(a))
}

// presentedBefore reports whether the entry stands, or another presentment of
// it waits.
func (c chain) presentedBefore(a answer) bool {
	if p := c.standing(); p != nil && p.ID != a.id {
		return true
	}
	counts := c.counts(a)
	return slices.ContainsFunc(c.presentments(), func(p *domain.Item) bool { return p.Waits() && counts(p) })
}

func (c chain) presentedAfter(a answer) bool {
	counts := c.counts(a)
	return slices.ContainsFunc(c.presentments(), func(p *domain.Item) bool { return p.ReplyTo == a.replyTo && counts(p) })
}

// reversedBefore ignores a later reversal, which takes back what the retry is
// about to move.
func (c chain) reversedBefore(a answer) bool {
	return slices.ContainsFunc(c.Items[:min(a.before, len(c.Items))], func(i *domain.Item) bool {
		return i.Kind == domain.Reversal && (i.Waits() || i.State == domain.Filed)
	})
}
