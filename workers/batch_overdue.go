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

// overdue does with payments that came, and about which nobody decided in
// time, what their receiving accounts say. A pass begins with it, so that what
// goes back is cut at the window that its deadline may be. Where delivery is
// off they wait: the return could not leave, and it may have left before the
// folder was restored.
func (b *Batcher) overdue(ctx context.Context, now time.Time) error {
	did := false
	var errs []error
	for after := (projections.InboundDecision{}); ; {
		list, err := b.Views.OverdueDecisions(ctx, now, after, pageItems)
		if err != nil {
			return fmt.Errorf("read about which payments nobody decided: %w", err)
		}
		for _, d := range list {
			if on, _ := b.Files.Switch.Allowed(d.ODFI); !on {
				continue
			}
			err := b.settleOverdue(ctx, d, now)
			did = did || err == nil
			errs = append(errs, err)
		}
		if len(list) < pageItems {
			break
		}
		after = list[len(list)-1]
	}
	if did {
		errs = append(errs, b.Views.CatchUp(ctx)) // what is cut next has the returns in it
	}
	return errors.Join(errs...)
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

// overdueReturnID is the id of the return of a payment about which nobody
// decided. It follows from the payment's, so that a folder that was restored
// makes the same one again.
func overdueReturnID(item string) string {
	return uuid.NewSHA1(uuid.Nil, []byte("overdue/"+item)).String()
}
