package answers

import (
	"cmp"
	"errors"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/receiving"
)

// PayOrReturn is the decision of a client, or of operations for it, about a
// received payment that waits for one.
type PayOrReturn struct {
	ItemID   string
	ReturnID string // of the item that returns it
	Decision receiving.Action
	Code     string // of a return; empty: the account's
}

// Decide accepts the first decision before the deadline; the same decision
// again changes nothing.
func (d PayOrReturn) Decide(c Case) (Decision, error) {
	if d.Decision != receiving.Pay && d.Decision != receiving.Return {
		return Decision{}, wrongField("/decision", "enum", "must be pay or return")
	}
	if d.Decision == receiving.Pay && d.Code != "" {
		return Decision{}, fieldRefusal(domain.Invalid, "/code", "not-allowed", "a code goes with a return")
	}
	i, ok := c.Transaction.Item(d.ItemID)
	if !ok || i.Undecided == nil {
		return Decision{}, domain.Refuse(domain.Conflict, "event %s does not await a decision", d.ItemID)
	}
	if made := i.Decided; made != nil {
		_, stands := c.standing(domain.Return, i.ID)
		if made.By == domain.DecidedByCaller && made.Decision == d.Decision && (d.Code == "" || d.Code == made.Code) && (d.Decision == receiving.Pay || stands) {
			return Decision{ItemID: i.ID}, nil // repeating a decision changes nothing
		}
		return Decision{}, domain.Refuse(domain.AlreadyDone, "event %s was decided before: %s, by %s", i.ID, made.Decision, made.By)
	}
	if by, _ := i.DecideBy(); !c.Now.Before(by) {
		return Decision{}, domain.Refuse(domain.TooLate, "event %s was to be decided before %s", i.ID, i.Undecided.By)
	}
	if d.Decision == receiving.Pay {
		return Decision{Events: []domain.Event{domain.TransactionDecided{ItemID: i.ID, Decision: receiving.Pay, By: domain.DecidedByCaller}}, ItemID: i.ID}, nil
	}
	d.Code = cmp.Or(d.Code, i.Undecided.Code)
	made, err := c.goesBack(i.ID, d.ReturnID, d.Code, domain.DecidedByCaller)
	made.ItemID = i.ID
	return made, err
}

// Overdue applies the default of the receiving account to a payment without a
// decision in time.
type Overdue struct{ ItemID, ReturnID string }

// Decide acts once, after the deadline.
func (o Overdue) Decide(c Case) (Decision, error) {
	i, ok := c.Transaction.Item(o.ItemID)
	if !ok || !i.AwaitsDecision() {
		return Decision{}, nil
	}
	if by, _ := i.DecideBy(); c.Now.Before(by) {
		return Decision{}, nil
	}
	return c.settle(i.Undecided.Then, i.Undecided.Code, domain.DecidedByDeadline, i.ID, o.ReturnID)
}

// settle decides without a person. A payment that can no longer be returned is
// kept, and the event says why.
func (c Case) settle(then receiving.Action, code, by, item, returnID string) (Decision, error) {
	kept := domain.TransactionDecided{ItemID: item, Decision: receiving.Pay, By: by}
	if then == receiving.Return {
		d, err := c.goesBack(item, returnID, code, by)
		var refusal *domain.Refusal
		if !errors.As(err, &refusal) {
			return d, err
		}
		kept.Reason = "it was to be returned as " + code + ": " + refusal.Reason
	}
	return Decision{Events: []domain.Event{kept}, ItemID: item}, nil
}

// goesBack returns a payment because of a decision.
func (c Case) goesBack(item, returnID, code, by string) (Decision, error) {
	r := Return{ItemID: returnID, ReplyTo: item, Code: code}
	return r.decide(c, by)
}
