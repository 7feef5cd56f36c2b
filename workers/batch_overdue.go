package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// overdue pays or returns received payments that nobody decided about in time,
// according to the rule of their receiving account. A pass begins with it, so
// that a return is cut at the window that may be its deadline. While delivery
// is off the payments wait: a return could not be sent, and in a restored
// folder it may have been sent before.
func (b *Batcher) overdue(ctx context.Context, now time.Time) error {
	did := false
	err := eachListed("about which payments nobody decided", func(after projections.InboundDecision) ([]projections.InboundDecision, error) {
		return b.Views.OverdueDecisions(ctx, now, after, pageItems)
	}, func(d projections.InboundDecision) error {
		if on, _ := b.Files.Switch.Allowed(d.ODFI); !on {
			return nil
		}
		err := b.settleOverdue(ctx, d, now)
		did = did || err == nil
		return err
	})
	if did {
		err = errors.Join(err, b.Views.CatchUp(ctx)) // the next cut includes the returns
	}
	return err
}

func (b *Batcher) settleOverdue(ctx context.Context, d projections.InboundDecision, now time.Time) error {
	var made []domain.Event
	_, err := ledger.Execute(ctx, b.Files.Ledger, ledger.TransactionStream(d.Client, d.TransactionID), func(t domain.Transaction) ([]domain.Event, error) {
		c, err := b.Files.Ledger.CaseOf(ctx, t)
		if err != nil {
			return nil, err
		}
		c.Now = now
		decided, err := answers.Overdue{ItemID: d.ItemID, ReturnID: overdueReturnID(d.ItemID)}.Decide(c)
		made = decided.Events
		return made, err
	})
	if err != nil {
		return fmt.Errorf("decide about event %s of transaction %s, whose deadline has passed: %w", d.ItemID, d.TransactionID, err)
	}
	for _, e := range made {
		if kept, ok := e.(domain.TransactionDecided); ok && kept.Reason != "" {
			b.Log.Error("a payment that was to be returned is kept", "client", d.Client, "transaction", d.TransactionID, "why", kept.Reason)
		}
	}
	return nil
}

// overdueReturnID is the id of the return of such a payment. It is derived from
// the payment's id, so that a restored folder makes the same return again.
func overdueReturnID(item string) string {
	return uuid.NewSHA1(uuid.Nil, []byte("overdue/"+item)).String()
}
