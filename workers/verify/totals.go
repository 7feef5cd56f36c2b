package verify

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/workers"
)

// totals compares the sums of the transactions and offsets in each file, which
// the check of the files made, with those of its cut. It needs no key.
func totals(_ context.Context, s *Subject, _ Progress) (Finding, error) {
	var f Finding
	var all workers.Sum
	for _, file := range s.files.Sums {
		if file.Err != nil {
			f.Problems = append(f.Problems, fmt.Sprintf("file %s: %v", file.ID, file.Err))
			continue
		}
		if cut, filed := file.Cut, file.Filed; filed != cut {
			f.Problems = append(f.Problems, fmt.Sprintf("file %s was cut with %d entries, %d cents of debits and %d of credits; its transactions and offsets say %d, %d and %d",
				file.ID, cut.Entries, cut.DebitCents, cut.CreditCents, filed.Entries, filed.DebitCents, filed.CreditCents))
		}
		all.Entries += file.Filed.Entries
		all.DebitCents += file.Filed.DebitCents
		all.CreditCents += file.Filed.CreditCents
	}
	f.Says = fmt.Sprintf("%s filed: %s debited, %s credited, in files and transactions alike", text.Count(all.Entries, "entry", "entries"), text.Money(all.DebitCents), text.Money(all.CreditCents))
	if len(f.Problems) > 0 {
		f.Says = "files and transactions do not agree"
	}
	return f, nil
}
