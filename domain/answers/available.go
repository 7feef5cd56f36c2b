package answers

import (
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// Action is something that the client may do now, with its deadline.
type Action struct {
	Name     string    // decide, recall, return, correct, dishonor, contest, refuse, reverse, retry, return_fee, return_request, corrected_entry
	ItemID   string    // the event that it concerns
	Deadline time.Time // zero: no fixed one
}

// Available lists what the client may do with a transaction, in the order of
// its items. A recall has no fixed deadline: it ends when the item is cut.
func (c Case) Available() []Action {
	var list []Action
	for _, i := range c.Transaction.Items {
		switch {
		case i.Waits() || i.State == domain.Asked:
			if _, err := (domain.Recall{ItemID: i.ID}).Decide(c.Transaction); err == nil {
				list = append(list, Action{Name: "recall", ItemID: i.ID})
			}
		case i.Direction == domain.FromFed:
			list = append(list, c.toIncoming(i)...)
		case i.Kind == domain.Origination:
			list = c.askable(append(list, c.toOurs(i)...), i)
		case i.Kind == domain.Retry:
			list = c.askable(list, i)
		}
	}
	return list
}

func (c Case) toIncoming(i *domain.Item) []Action {
	settled, _ := c.SettledOn(i)
	iat := i.Incoming.Header.IAT != nil
	var list []Action
	switch i.Kind {
	case domain.Origination:
		if by, _ := i.DecideBy(); i.AwaitsDecision() && c.Now.Before(by) {
			list = append(list, Action{"decide", i.ID, by})
		}
		if !c.answeredBy(domain.Return, i.ID) {
			list = c.open(list, "return", i, c.returnLimit(i, settled))
			list = c.open(list, "correct", i, calendar.CorrectionDeadline(settled))
		}
	case domain.Return:
		if !iat && !final(i) && !c.answeredBy(domain.Dishonor, i.ID) && c.refuses(domain.Dishonor, i.ID) == nil && !c.Corrected(i) {
			list = c.open(list, "dishonor", i, calendar.DishonorDeadline(settled))
		}
		if limit, ok := c.retryLimit(i); ok {
			list = c.open(list, "retry", i, limit)
		}
		if limit, ok := c.feeLimit(i, settled); ok {
			list = c.open(list, "return_fee", i, limit)
		}
		if limit, ok := c.correctedEntryLimit(i, settled); ok {
			list = c.open(list, "corrected_entry", i, limit)
		}
	case domain.Dishonor:
		if !c.answeredBy(domain.Contest, i.ID) {
			list = c.open(list, "contest", i, calendar.ContestDeadline(settled))
		}
	case domain.Correction:
		if !iat && !c.answeredBy(domain.RefusedChange, i.ID) {
			list = c.open(list, "refuse", i, calendar.RefuseChangeDeadline(receivedOn(i)))
		}
	}
	return list
}

func (c Case) toOurs(i *domain.Item) []Action {
	if _, sent := c.SettledOn(i); !sent || i.AmountCents == 0 || c.answeredBy(domain.Reversal, i.ID) || c.refuses(domain.Reversal, i.ID) != nil {
		return nil
	}
	settled, sent := c.SettledOn((chain{c.Transaction}).standing())
	if !sent {
		return nil
	}
	return c.open(nil, "reverse", i, calendar.ReversalDeadline(settled))
}

func (c Case) answeredBy(kind domain.ItemKind, item string) bool {
	_, ok := c.standing(kind, item)
	return ok
}

// returnLimit is the last moment at which the entry can be returned under any
// code: within sixty days if it is an unauthorized debit, else within two
// banking days.
func (c Case) returnLimit(i *domain.Item, settled calendar.Date) calendar.TimeLimit {
	latest := calendar.ReturnDeadline(settled)
	r := Return{}
	for _, code := range codes.Returns(c.today()) {
		r.Code = code.Code
		if _, err := r.allowed(c, i.Incoming); err != nil {
			continue
		}
		if limit, ok := code.TimeFrame.Limit(settled); ok && limit.SendBefore.After(latest.SendBefore) {
			latest = limit
		}
	}
	return latest
}

func (c Case) retryLimit(i *domain.Item) (calendar.TimeLimit, bool) {
	code, _ := codes.Return(i.Incoming.Entry.Return.Code, c.today())
	settled, sent := c.SettledOn(c.Transaction.Origination())
	if code.Again != codes.Twice || !sent || c.refused(domain.Retry) != nil ||
		c.answeredBy(domain.Retry, i.ID) || c.retries() >= MaxRetries || c.refuses(domain.Retry, i.ID) != nil {
		return calendar.TimeLimit{}, false
	}
	return calendar.RetryDeadline(settled), true
}

// open adds an action whose time limit has not passed.
func (c Case) open(list []Action, name string, i *domain.Item, limit calendar.TimeLimit) []Action {
	limit = c.Bank.Limit(limit)
	if !c.Now.Before(limit.SendBefore) {
		return list
	}
	return append(list, Action{name, i.ID, limit.SendBefore})
}
