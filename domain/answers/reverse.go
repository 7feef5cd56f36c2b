package answers

import (
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// ReversalReasons are the errors an entry may be reversed for.
var ReversalReasons = []string{"duplicate", "wrong-amount", "wrong-receiver", "wrong-date", "paid-by-check"}

// Reverse takes back an erroneous entry of ours with an opposite entry.
type Reverse struct {
	ItemID, ReplyTo string
	Reason          string // one of ReversalReasons
}

// Decide reverses a sent entry once, within five banking days after it settled;
// of one that came back and was presented again, after that settled. A returned
// entry needs no reversal.
func (r Reverse) Decide(c Case) (Decision, error) {
	i, err := c.replyTo(r.ReplyTo, domain.Origination, domain.ToFed, "reversed")
	if err != nil {
		return Decision{}, err
	}
	if !slices.Contains(ReversalReasons, r.Reason) {
		return Decision{}, wrongField("/ReasonCode", "reason-code", "must be one of %s", strings.Join(ReversalReasons, ", "))
	}
	out := domain.Outgoing{ItemID: r.ItemID, ReplyTo: r.ReplyTo, Reason: r.Reason}
	if before, ok := c.standing(domain.Reversal, r.ReplyTo); ok {
		return again(before, out)
	}
	_, sent := c.SettledOn(i)
	switch {
	case i.AmountCents == 0:
		return Decision{}, domain.Refuse(domain.RuleBroken, "a prenote moves no money, so it cannot be reversed")
	case !sent:
		return Decision{}, c.unsent(i)
	case c.refused(domain.Reversal) != nil:
		return Decision{}, c.refused(domain.Reversal)
	}
	if err := c.refuses(domain.Reversal, r.ReplyTo); err != nil {
		return Decision{}, err
	}
	p := (chain{c.Transaction}).standing()
	settled, sent := c.SettledOn(p)
	if !sent {
		return Decision{}, domain.Refuse(domain.RuleBroken, "event %s, which presents the entry again, has not been transmitted", p.ID)
	}
	if err := c.before(&out, calendar.ReversalDeadline(settled)); err != nil {
		return Decision{}, err
	}
	out.EffectiveOn = c.notBefore(settled)
	return c.made(domain.Reversal, out, "", domain.TransactionReversalRequested{Outgoing: out})
}

// notBefore is the day on which an entry settles if its reversal could settle
// earlier; otherwise empty. A client's own file may date a credit two banking days
// ahead, and a bank may want credits earlier than debits: the debit that takes such
// a credit back would find an account without the money, and come back.
func (c Case) notBefore(settled calendar.Date) string {
	p := c.Transaction.Originated.Proposal
	opposite := calendar.Request{SEC: p.SEC, Kind: calendar.Debit, Bank: c.Bank}
	if p.PushPull == domain.Pull {
		opposite.Kind = calendar.Credit
	}
	if !calendar.Effective(c.Now, opposite).EffectiveOn.Before(settled) {
		return ""
	}
	return settled.String()
}

// unsent says what can be done about an entry that is not known to have left.
// Once it is in a file, it can no longer be recalled.
func (c Case) unsent(i *domain.Item) error {
	switch {
	case i.Filing == nil:
		return domain.Refuse(domain.RuleBroken, "event %s has not been transmitted: recall it instead", i.ID)
	case c.Files[i.Filing.File].Opened.Method == domain.ByDownload:
		return domain.Refuse(domain.RuleBroken, "event %s is in file %s, which is not known to have reached its bank: have operations confirm that it was carried, or release it", i.ID, i.Filing.File)
	default:
		return domain.Refuse(domain.RuleBroken, "event %s is in file %s, which has not been delivered yet: ask again when it is Transmitted", i.ID, i.Filing.File)
	}
}
