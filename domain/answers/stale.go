package answers

import (
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
)

// Late reports whether the last moment at which something may leave has passed;
// a zero one never does.
func Late(leaveBy, now time.Time) bool { return !leaveBy.IsZero() && !now.Before(leaveBy) }

// Excludable reports whether a sent or received item can keep an answer of a
// kind from leaving.
func Excludable(kind domain.ItemKind) bool {
	return slices.ContainsFunc(exclusions, func(row exclusion) bool { return row.kind == kind })
}

// Stale rejects a waiting answer that may not leave any more.
type Stale struct {
	ItemID string
	Now    time.Time
}

// Decide rejects an answer, held or not, whose deadline has passed or that an
// exclusion forbids. Other items are left as they are.
func (c Stale) Decide(t domain.Transaction) ([]domain.Event, error) {
	i, ok := t.Item(c.ItemID)
	if !ok || i.Direction != domain.ToFed || !i.Waits() {
		return nil, nil
	}
	reason := tooLate(i, c.Now)
	if reason == "" {
		reason = Excluded(t, c.ItemID)
	}
	if reason == "" {
		return nil, nil
	}
	return []domain.Event{domain.TransactionRejected{ItemID: i.ID, Reason: reason}}, nil
}

// tooLate returns why an item may not leave at an instant; "" if it is in time.
func tooLate(i *domain.Item, now time.Time) string {
	by, _ := i.LeaveBy()
	if !Late(by, now) {
		return ""
	}
	return fmt.Sprintf("its deadline was %s, and it had not left", by.UTC().Format(time.RFC3339))
}
