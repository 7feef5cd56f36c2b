package workers

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// useOfLink is how an entry uses a relationship.
type useOfLink struct {
	domain.Over
	debit bool
}

// refused rejects the entries that use a relationship whose account its bank
// refused, and debits over one that ended. It moves the others to the end, and
// returns how many it rejected. It reads the log just before each append, because
// a prenote or micro-deposit may be returned after the entry was planned.
func (w *appender) refused(ctx context.Context, entries []entry) (rejected int, err error) {
	reasons := map[useOfLink]string{}
	how := func(e entry) useOfLink { return useOfLink{*e.over, nacha.TransactionCode(e.code).Debit()} }
	for _, e := range entries {
		if e.over == nil {
			continue
		}
		over := how(e)
		reason, asked := reasons[over]
		if !asked {
			if reason, err = w.Ledger.RefusedOver(ctx, w.opened.Client, over.Over, over.debit); err != nil {
				return 0, fmt.Errorf("ask whether transaction %s may leave: %w", e.transaction, err)
			}
			reasons[over] = reason
		}
		if reason == "" {
			continue
		}
		if _, err := ledger.Execute(ctx, w.Ledger, ledger.TransactionStream(w.opened.Client, e.transaction), domain.RefuseOver{Reason: reason}.Decide); err != nil {
			return 0, fmt.Errorf("reject transaction %s, whose account its bank refused: %w", e.transaction, err)
		}
		w.Log.Warn("an entry was rejected: its bank refused the account, or its relationship has ended", "client", w.opened.Client, "transaction", e.transaction)
	}
	return aside(entries, func(e entry) bool { return e.over == nil || reasons[how(e)] == "" }), nil
}
