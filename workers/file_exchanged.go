package workers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// exchanged collects the entries of a file whose sealed account, or order, is
// not the one that was recorded. None of them may be paid.
type exchanged []exchangedItem

type exchangedItem struct {
	client, transaction, item string
	why                       error
}

func (x *exchanged) add(e *entryInFile, why error) {
	*x = append(*x, exchangedItem{e.transaction.Client, e.transaction.ID, e.item.ID, why})
}

// ExchangedError says that entries of a file are not those that were recorded.
type ExchangedError struct{ items exchanged }

// mostNamed is how many entries the error names.
const mostNamed = 20

// Error names the transactions.
func (e *ExchangedError) Error() string {
	var names []string
	for _, i := range e.items[:min(len(e.items), mostNamed)] {
		names = append(names, fmt.Sprintf("transaction %s of client %s: %v", i.transaction, i.client, i.why))
	}
	if more := len(e.items) - mostNamed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, "; ")
}

// setAside takes back a cut file that has entries which are not those that were
// recorded. These are held for a person, the others wait for the next window.
// The caller holds the file's lock. After a stop in the middle the next sweep
// finishes the release. An entry that was not held by then is found again when
// its next file is rendered, which is before anything leaves.
func (f *Files) setAside(ctx context.Context, file domain.File, why *ExchangedError) error {
	err := f.conclude(ctx, file.ID, "release ordered", domain.ReleaseFile{
		Reason: "entries of it are not what was recorded, and wait for a person", Then: domain.ThenWait, NotCarried: true,
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, i := range why.items {
		f.Log.Error("a payment is not what was recorded: it is held for a person, and nothing of it leaves",
			"client", i.client, "transaction", i.transaction, "event", i.item, "file", file.ID, "why", i.why)
		hold := domain.Hold{ItemID: i.item, Reason: "its account, or the order, is not what was recorded: compare it with another copy of the log"}
		if _, err := ledger.Execute(ctx, f.Ledger, ledger.TransactionStream(i.client, i.transaction), hold.Decide); err != nil {
			errs = append(errs, fmt.Errorf("hold transaction %s of client %s: %w", i.transaction, i.client, err))
		}
	}
	return errors.Join(errs...)
}
