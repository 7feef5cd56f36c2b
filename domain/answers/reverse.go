package answers

import (
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// ReversalReasons are the errors an entry may be reversed for.
var ReversalReasons = []string{"duplicate", "wrong-amount", "wrong-receiver", "wrong-date", "paid-by-check"}

// Reverse takes back an erroneous entry of ours by an entry the other way.
type Reverse struct {
	ItemID, ReplyTo string
	Reason          string // one of ReversalReasons
}

// Decide reverses an entry that was sent, once, inside five banking days
// after it settled. An entry that came back needs no reversal.
func (r Reverse) Decide(c Case) (Decision, error) {
	i, err := c.replyTo(r.ReplyTo, domain.Origination, domain.ToFed, "reversed")
	if err != nil {
		return Decision{}, err
	}
	if !slices.Contains(ReversalReasons, r.Reason) {
		return Decision{}, refuse(domain.Invalid, "/ReasonCode", "reason-code", "one of %s", strings.Join(ReversalReasons, ", "))
	}
	out := domain.Outgoing{ItemID: r.ItemID, ReplyTo: r.ReplyTo, Reason: r.Reason}
	if before, ok := c.standing(domain.Reversal, r.ReplyTo); ok {
		return again(before, out, false)
	}
	settled, sent := c.SettledOn(i)
	switch {
	case i.AmountCents == 0:
		return Decision{}, domain.Refuse(domain.RuleBroken, "a prenote moved no money and is not reversed")
	case !sent:
		return Decision{}, domain.Refuse(domain.RuleBroken, "event %s has not been transmitted: recall it instead", i.ID)
	case c.latestReturn() != nil:
		return Decision{}, domain.Refuse(domain.RuleBroken, "the entry was returned: there is nothing to reverse")
	}
	if err := c.before(&out, calendar.ReversalDeadline(settled)); err != nil {
		return Decision{}, err
	}
	return c.made(domain.Reversal, out, "", domain.TransactionReversalRequested{Outgoing: out})
}

// latestReturn is the return that stands: the newest, unless it was
// dishonored and not contested, or the entry was presented again after it.
func (c Case) latestReturn() *domain.Item {
	var standing *domain.Item
	var dishonored *domain.Item
	for _, i := range c.Transaction.Items {
		dropped := i.State == domain.Recalled || i.State == domain.Rejected
		switch {
		case dropped:
		case i.Kind == domain.Return:
			standing, dishonored = i, nil
		case i.Kind == domain.Retry:
			standing = nil
		case i.Kind == domain.Dishonor && i.State != domain.Pending && i.State != domain.Held:
			dishonored, standing = standing, nil
		case i.Kind == domain.Contest && i.State != domain.Pending && i.State != domain.Held:
			standing = dishonored
		}
	}
	return standing
}
