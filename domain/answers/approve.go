package answers

import (
	"time"

	"github.com/achledger/achledger/domain"
)

// Approve ends the hold of an item that may still leave.
type Approve struct {
	ItemID, Reason string
	Now            time.Time
}

// Decide ends a hold, unless the item's deadline has passed or an exclusion
// forbids it to leave.
func (c Approve) Decide(t domain.Transaction) ([]domain.Event, error) {
	events, err := domain.Approve{ItemID: c.ItemID, Reason: c.Reason}.Decide(t)
	if err != nil || len(events) == 0 {
		return events, err
	}
	i, _ := t.Item(c.ItemID)
	if by, _ := i.LeaveBy(); Late(by, c.Now) {
		return nil, domain.Refuse(domain.ReturnWindowClosed, "the deadline of event %s was %s: reject it", i.ID, by.UTC().Format(time.RFC3339))
	}
	if reason := Excluded(t, c.ItemID); reason != "" {
		return nil, domain.Refuse(domain.RuleBroken, "%s", reason)
	}
	return events, nil
}
