package answers

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// MaxRetries is how often an entry may be presented after its first return.
const MaxRetries = 2

// Retry presents a debit again that was returned for insufficient or
// uncollected funds.
type Retry struct{ ItemID, ReplyTo string }

// Decide presents an entry again that was returned R01 or R09: at most twice,
// within 180 days after the original settled. ReplyTo is the return.
func (r Retry) Decide(c Case) (Decision, error) {
	i, err := c.replyTo(r.ReplyTo, domain.Return, domain.FromFed, "presented again")
	if err != nil {
		return Decision{}, err
	}
	out := domain.Outgoing{ItemID: r.ItemID, ReplyTo: r.ReplyTo, Attempt: c.retries() + 1}
	if before, ok := c.standing(domain.Retry, r.ReplyTo); ok {
		return Decision{ItemID: before.ID}, nil
	}
	code, _ := codes.Return(i.Incoming.Entry.Return.Code, c.today())
	settled, sent := c.SettledOn(c.Transaction.Origination())
	switch {
	case code.Again != codes.Twice:
		return Decision{}, domain.Refuse(domain.RuleBroken, "an entry returned %s may not be presented again as it was: %s", code.Code, code.WhatToDo)
	case out.Attempt > MaxRetries:
		return Decision{}, domain.Refuse(domain.RuleBroken, "the entry was presented again %d times, which is all the rules allow", MaxRetries)
	case c.refused(domain.Retry) != nil:
		return Decision{}, c.refused(domain.Retry)
	case !sent:
		return Decision{}, domain.Refuse(domain.RuleBroken, "the original has not been transmitted")
	}
	if err := c.refuses(domain.Retry, r.ReplyTo); err != nil {
		return Decision{}, err
	}
	if err := c.before(&out, calendar.RetryDeadline(settled)); err != nil {
		return Decision{}, err
	}
	return c.made(domain.Retry, out, "", domain.TransactionRetryRequested{Outgoing: out})
}

func (c Case) retries() int {
	n := 0
	for _, i := range c.Transaction.Items {
		if i.Kind == domain.Retry && i.State != domain.Recalled && i.State != domain.Rejected {
			n++
		}
	}
	return n
}
