package answers

import (
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// ReturnFee debits a receiver for a debit returned for insufficient or
// uncollected funds.
type ReturnFee struct {
	ItemID, ReplyTo string
	AmountCents     int64  // above zero
	NoticeGivenOn   string // YYYY-MM-DD: the day on which the receiver was told that a fee would follow
}

// Decide charges the fee once per return of R01 or R09. The receiver was told
// of it no later than the entry settled, and it settles within 45 days after
// the return. ReplyTo is the return. Source: NACHA Operating Rules, return fee
// entries.
func (r ReturnFee) Decide(c Case) (Decision, error) {
	i, err := c.replyTo(r.ReplyTo, domain.Return, domain.FromFed, "charged for")
	if err != nil {
		return Decision{}, err
	}
	out := domain.Outgoing{ItemID: r.ItemID, ReplyTo: r.ReplyTo, AmountCents: r.AmountCents, NoticeGivenOn: r.NoticeGivenOn}
	if before, ok := c.standing(domain.ReturnFee, r.ReplyTo); ok {
		return again(before, out)
	}
	if err := r.check(c, i); err != nil {
		return Decision{}, err
	}
	if err := c.refuses(domain.ReturnFee, r.ReplyTo); err != nil {
		return Decision{}, err
	}
	settled, _ := c.SettledOn(i)
	if err := c.before(&out, c.feeDeadline(settled)); err != nil {
		return Decision{}, err
	}
	return c.made(domain.ReturnFee, out, "", domain.TransactionReturnFeeRequested{Outgoing: out})
}

func (r ReturnFee) check(c Case, i *domain.Item) error {
	notice, err := calendar.ParseDate(r.NoticeGivenOn)
	switch {
	case r.AmountCents <= 0 || r.AmountCents > domain.MaxAmountCents:
		return wrongField("/Amount", "amount", "must be above zero dollars, at most 99999999.99")
	case r.NoticeGivenOn == "":
		return fieldRefusal(domain.Invalid, "/NoticeGivenOn", "required", "a return fee needs the day on which the receiver was told of it, before the entry came back")
	case err != nil:
		return wrongField("/NoticeGivenOn", "date", "must be a date as YYYY-MM-DD")
	}
	if why := c.unchargeable(i); why != nil {
		return why
	}
	if settled, sent := c.SettledOn(c.Transaction.Origination()); sent && notice.After(settled) {
		return fieldRefusal(domain.RuleBroken, "/NoticeGivenOn", "late", "the receiver was told on %s, and the entry had settled on %s: nobody agreed to a fee for it", notice, settled)
	}
	return nil
}

// unchargeable returns why no fee can be charged for a return, whatever the
// fee; nil if one can.
func (c Case) unchargeable(i *domain.Item) error {
	code, _ := codes.Return(i.Incoming.Entry.Return.Code, c.today())
	original := c.Transaction.Originated
	switch {
	case code.Again != codes.Twice:
		return domain.Refuse(domain.RuleBroken, "a return fee is allowed for R01 and R09 only, and the entry was returned %s", code.Code)
	case original == nil || original.Proposal.PushPull != domain.Pull || i.AmountCents == 0:
		return domain.Refuse(domain.RuleBroken, "a return fee is allowed only for a debit that was returned")
	case original.Proposal.SEC == "IAT":
		return domain.Refuse(domain.RuleBroken, "an international debit has no return fee")
	}
	return c.refused(domain.ReturnFee)
}

// feeLimit is the limit for asking for a fee; ok is false if none can be
// charged.
func (c Case) feeLimit(i *domain.Item, settled calendar.Date) (calendar.TimeLimit, bool) {
	if c.unchargeable(i) != nil || c.answeredBy(domain.ReturnFee, i.ID) || c.refuses(domain.ReturnFee, i.ID) != nil {
		return calendar.TimeLimit{}, false
	}
	return c.feeDeadline(settled), true
}

// feeDeadline is how long a fee may leave for a return that settled on a day.
func (c Case) feeDeadline(settled calendar.Date) calendar.TimeLimit {
	sec := domain.FeeSEC(c.Transaction.Originated.Proposal.SEC)
	return calendar.ReturnFeeDeadline(settled, c.Bank.Lead(sec, calendar.Debit))
}

func (c chain) ofFee(a answer) bool {
	r, _ := c.Item(a.replyTo)
	return r != nil && slices.ContainsFunc(c.Items, func(i *domain.Item) bool { return i.Kind == domain.ReturnFee && i.ID == r.ReplyTo })
}

// chargedBefore reports whether a fee for another return of the same presentment
// counts: a bank may return an entry twice in error, and the receiver agreed to
// one fee.
func (c chain) chargedBefore(a answer) bool {
	counts := c.counts(a)
	ret, ok := c.Item(a.replyTo)
	return ok && slices.ContainsFunc(c.Items, func(i *domain.Item) bool {
		if i.Kind != domain.ReturnFee || i.ReplyTo == a.replyTo || !counts(i) {
			return false
		}
		other, ok := c.Item(i.ReplyTo)
		return ok && other.ReplyTo == ret.ReplyTo
	})
}

// charged reports whether a fee for a return is in a file, or waits and was
// requested earlier.
func (c chain) charged(a answer) bool {
	counts := c.counts(a)
	return slices.ContainsFunc(c.Items, func(i *domain.Item) bool {
		return i.Kind == domain.ReturnFee && i.ReplyTo == a.replyTo && counts(i)
	})
}
