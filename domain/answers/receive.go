package answers

import (
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/receiving"
)

// Receive applies the rules of the receiving account to a received payment. The
// case is its transaction with the receipt applied, which is not written yet.
type Receive struct {
	Rules    *receiving.Rules
	Batching domain.Batching // of the client
	ReturnID string          // of the item that returns the payment
}

// Treat returns until when the payment may be decided about, which is part of
// the receipt, or the events to record after the receipt: none if the payment
// is accepted, its return, or that its return would be too late.
func (r Receive) Treat(c Case) (*domain.Undecided, []domain.Event, error) {
	i := c.Transaction.Origination()
	p := paymentOf(c, i)
	then, rule := r.Rules.Treat(p)
	if then == receiving.Pay {
		return nil, nil, nil
	}
	code := r.Rules.Code(p, c.today())
	if then == receiving.Decide {
		if by := r.decideBy(c, i, code); by.After(c.Now) {
			return &domain.Undecided{By: by.UTC().Format(time.RFC3339), Then: r.Rules.AtDeadline, Code: code, Rule: rule}, nil, nil
		}
		then, rule = r.Rules.AtDeadline, domain.DecidedByDeadline // it arrived too late for a decision
	}
	d, err := c.settle(then, code, rule, i.ID, r.ReturnID)
	return nil, d.Events, err
}

// decideBy is the deadline of a decision: the time of day set in the rules, on
// the settlement day or, if the payment came after that time, on the next
// banking day; but no later than the last window at which its return is in
// time.
func (r Receive) decideBy(c Case, i *domain.Item, code string) time.Time {
	settled, _ := c.SettledOn(i)
	last := r.lastWindow(c, settled, code)
	t, err := time.Parse("15:04", r.Rules.DecideBy)
	if err != nil {
		return last
	}
	for day := calendar.OnOrAfter(settled); ; day = calendar.NextBankingDay(day) {
		at := day.At(t.Hour(), t.Minute())
		if at.After(last) {
			return last
		}
		if at.After(c.Now) {
			return at
		}
	}
}

// lastWindow is the client's last window at which a return is in time, counting
// two banking days even if the code has longer; if it has passed, the time at
// which answers are cut at the latest.
func (r Receive) lastWindow(c Case, settled calendar.Date, code string) time.Time {
	limit := c.Bank.Limit(calendar.ReturnDeadline(settled)).SendBefore
	row, _ := codes.Return(code, c.today())
	if row.TimeFrame == codes.AfterRefusal {
		settled = c.today()
	}
	if longer, ok := row.TimeFrame.Limit(settled); ok && !c.Now.Before(limit) {
		limit = c.Bank.Limit(longer).SendBefore
	}
	if at := r.Batching.WindowBefore(limit); at.After(c.Now) {
		return at
	}
	return domain.LastCut(limit)
}

// paymentOf is a received payment in the form that the rules of receiving
// accounts judge.
func paymentOf(c Case, i *domain.Item) receiving.Payment {
	h, e := i.Incoming.Header, i.Incoming.Entry
	settled, _ := c.SettledOn(i)
	return receiving.Payment{
		Company: h.CompanyID, SEC: h.SEC, Debit: nacha.TransactionCode(e.Code).Debit(), Cents: e.AmountCents, SettlesOn: settled,
	}
}
