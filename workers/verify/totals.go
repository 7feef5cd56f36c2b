package verify

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// totals adds up what the transactions filed in each file and compares the sums
// with those of the cut. It needs no key.
func totals(ctx context.Context, s *Subject, progress Progress) (Finding, error) {
	var f Finding
	var all money
	for i, id := range s.files.IDs {
		file, err := s.Ledger.File(ctx, id)
		if err != nil {
			return f, err
		}
		if file.Cut == nil {
			continue
		}
		sum, err := filedIn(ctx, s, file)
		if err != nil {
			f.Problems = append(f.Problems, fmt.Sprintf("file %s: %v", id, err))
			continue
		}
		if t := file.Cut.Totals; sum != (money{t.Entries, t.DebitCents, t.CreditCents}) {
			f.Problems = append(f.Problems, fmt.Sprintf("file %s was cut with %d entries, %d cents of debits and %d of credits; its transactions and offsets say %d, %d and %d",
				id, t.Entries, t.DebitCents, t.CreditCents, sum.entries, sum.debits, sum.credits))
		}
		all.entries, all.debits, all.credits = all.entries+sum.entries, all.debits+sum.debits, all.credits+sum.credits
		progress(int64(i), int64(len(s.files.IDs)))
	}
	f.Says = fmt.Sprintf("%s filed: %s debited, %s credited, in files and transactions alike", text.Count(all.entries, "entry", "entries"), text.Money(all.debits), text.Money(all.credits))
	if len(f.Problems) > 0 {
		f.Says = "files and transactions do not agree"
	}
	return f, nil
}

type money struct {
	entries         int
	debits, credits int64
}

// filedIn adds up the entries of a file, as their transactions have them, and
// the offsets of its batches.
func filedIn(ctx context.Context, s *Subject, file domain.File) (sum money, err error) {
	for _, fill := range file.Ranges {
		err := s.Store.ReadHistories(ctx, domain.TransactionFiled{}.Type(), fill.First, fill.Last, func(history []eventstore.Recorded) error {
			t, err := ledger.TransactionOf(history)
			if err != nil {
				return err
			}
			fact, err := ledger.Fact(history[len(history)-1])
			if err != nil {
				return err
			}
			filed := fact.Event.(*domain.TransactionFiled)
			item, ok := t.Item(filed.ItemID)
			if !ok || filed.File != file.ID {
				return nil // not counted, so that the totals differ
			}
			entry, err := t.EntryOf(item)
			if err != nil {
				return err
			}
			sum.entries++
			if nacha.TransactionCode(entry.Entry.Code).Debit() {
				sum.debits += entry.Entry.AmountCents
			} else {
				sum.credits += entry.Entry.AmountCents
			}
			return nil
		})
		if err != nil {
			return sum, err
		}
	}
	for _, o := range file.Offsets {
		sum.entries++
		if o.Debit() {
			sum.debits += o.Cents
		} else {
			sum.credits += o.Cents
		}
	}
	return sum, nil
}
