package relationships

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// refused rejects a relationship, approved or being canceled, if its bank has
// refused the account since.
func (w *Worker) refused(ctx context.Context, h domain.Holder, r *domain.Relationship) (d ledger.Decision, err error) {
	entries, err := w.Ledger.Verifying(ctx, h.Client, r)
	if err != nil {
		return d, err
	}
	if reason := r.RefusedBy(entries); reason != "" {
		return w.refuse(ctx, h, r, reason)
	}
	return d, nil
}

// refuse rejects the waiting entries that use a relationship, and then the
// relationship. A transfer that is made meanwhile writes to the holder's
// stream, so that the decision is repeated; a crash in between repeats all of
// it.
func (w *Worker) refuse(ctx context.Context, h domain.Holder, r *domain.Relationship, reason string) (ledger.Decision, error) {
	for _, id := range h.Over(r) {
		if _, err := ledger.Execute(ctx, w.Ledger, ledger.TransactionStream(h.Client, id), domain.RefuseOver{Reason: reason}.Decide); err != nil {
			return ledger.Decision{}, fmt.Errorf("reject transaction %s over it: %w", id, err)
		}
	}
	return w.end(h, r, reason)
}
