package restore

import (
	"cmp"
	"context"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// split separates the offsets of batches from the entries: an offset is no
// payment of a client, so it matches no waiting entry and becomes no
// transaction.
func (f *file) split() {
	var entries []scanned
	first := 0 // index of the batch's first entry
	for i, e := range f.entries {
		if i == 0 || f.entries[i-1].batch != e.batch {
			first = i
		}
		last := i+1 == len(f.entries) || f.entries[i+1].batch != e.batch
		if last && f.balances(f.entries[first:i], e) {
			f.offsets = append(f.offsets, e)
			continue
		}
		entries = append(entries, e)
	}
	f.entries = entries
}

// join treats the offsets as entries like the others.
func (f *file) join() {
	f.entries = append(f.entries, f.offsets...)
	slices.SortStableFunc(f.entries, func(a, b scanned) int { return cmp.Compare(a.batch, b.batch) })
	f.offsets = nil
}

// balances reports whether an entry balances the entries before it in its batch
// and is written as the ledger writes offsets.
func (f *file) balances(before []scanned, e scanned) bool {
	b := f.batches[e.batch-1]
	if b.Answers || b.ServiceClass != nacha.MixedClass || e.IndividualID != domain.OffsetID || e.Name != b.CompanyName || !slices.Contains(domain.BalancedSECs, b.SEC) {
		return false
	}
	holds := sums(before)
	b.Balance = &domain.OffsetAccount{Routing: e.Routing, AccountType: domain.AccountType(e.Code)}
	o, ok := b.OffsetOf(holds)
	return ok && o.Cents == e.AmountCents && o.Code == e.Code
}

// of returns the entries of a batch.
func (f *file) of(batch int) []scanned {
	first := func(batch int) int {
		n, _ := slices.BinarySearchFunc(f.entries, batch, func(e scanned, b int) int { return cmp.Compare(e.batch, b) })
		return n
	}
	return f.entries[first(batch):first(batch+1)]
}

// sums returns the totals of entries of a batch.
func sums(entries []scanned) (h domain.BatchHolds) {
	for _, e := range entries {
		if nacha.TransactionCode(e.Code).Debit() {
			h.DebitCents += e.AmountCents
		} else {
			h.CreditCents += e.AmountCents
		}
	}
	return h
}

// sealOffsets adds the offset accounts, with sealed numbers, to the batches
// that they balance.
func (t *fileImport) sealOffsets() error {
	for _, e := range t.file.offsets {
		b := &t.file.batches[e.batch-1]
		debits, credits := false, false
		for _, o := range t.file.of(e.batch) {
			debit := nacha.TransactionCode(o.Code).Debit()
			debits, credits = debits || debit, credits || !debit
		}
		account := domain.OffsetAccount{Routing: e.Routing, AccountType: domain.AccountType(e.Code)}
		var err error
		if account.Account, err = t.Ledger.SealAccountIn(domain.FileStream(t.opened.FileID), t.opened.Client, e.Routing, e.Account, account.AccountType); err != nil {
			return err
		}
		b.Balance, b.EntriesClass = &account, nacha.ServiceClass(debits, credits)
	}
	return nil
}

// balance writes the offsets that are not in the log yet, with the traces under
// which they left.
func (t *fileImport) balance(ctx context.Context) error {
	for len(t.balanced) < len(t.file.offsets) {
		next := t.file.offsets[len(t.balanced):min(len(t.balanced)+perAppend, len(t.file.offsets))]
		traces, err := t.Ledger.Traces(ctx, t.ODFI[:8])
		if err != nil {
			return err
		}
		numbers, err := t.sequences(next)
		if err != nil {
			return err
		}
		var command domain.BalanceFile
		for _, e := range next {
			o, _ := t.file.batches[e.batch-1].OffsetOf(sums(t.file.of(e.batch))) // ok: split found it by this
			o.Batch, o.Trace = e.batch, e.Trace
			command.Offsets = append(command.Offsets, o)
		}
		events, err := command.Decide(t.standing())
		if err != nil {
			return err
		}
		_, err = t.Ledger.Write(ctx, ledger.Change{
			Stream: domain.FileStream(t.opened.FileID), Client: t.opened.Client, Expect: t.stream, Events: events,
		}, ledger.Change{
			Stream: domain.TraceStream(t.ODFI[:8]), Client: domain.LedgerClient, Expect: traces.Version, Events: []domain.Event{traces.Took(numbers, t.created())},
		})
		if err != nil {
			return err
		}
		t.stream += int64(len(events))
		t.balanced = append(t.balanced, command.Offsets...)
	}
	return nil
}
