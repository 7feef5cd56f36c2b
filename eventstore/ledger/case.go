package ledger

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
)

// Case reads a transaction with the files that its items are or were in.
func (l *Ledger) Case(ctx context.Context, client, id string) (answers.Case, error) {
	t, err := l.Transaction(ctx, client, id)
	if err != nil {
		return answers.Case{}, err
	}
	return l.CaseOf(ctx, t)
}

// CaseOf is Case for a transaction that has been read.
func (l *Ledger) CaseOf(ctx context.Context, t domain.Transaction) (answers.Case, error) {
	return l.CaseAt(ctx, t, l.Bank)
}

// CaseAt is CaseOf with a function that returns the settings of an ODFI.
func (l *Ledger) CaseAt(ctx context.Context, t domain.Transaction, settings func(context.Context, string) (domain.Bank, error)) (answers.Case, error) {
	return l.caseWith(ctx, t, map[string]domain.File{}, settings)
}

// Cases is CaseAt for many transactions of a client, by their ids. It reads
// them in one query, and each file once for all of them. A transaction that
// does not exist is left out.
func (l *Ledger) Cases(ctx context.Context, client string, ids []string, settings func(context.Context, string) (domain.Bank, error)) (map[string]answers.Case, error) {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = domain.TransactionStream(client, id)
	}
	streams, err := l.Store.ReadStreams(ctx, names)
	if err != nil {
		return nil, err
	}
	files, cases := map[string]domain.File{}, make(map[string]answers.Case, len(ids))
	for i, id := range ids {
		t, err := TransactionOf(streams[names[i]])
		if err != nil {
			return nil, err
		}
		if t.Version == 0 {
			continue
		}
		if cases[id], err = l.caseWith(ctx, t, files, settings); err != nil {
			return nil, err
		}
	}
	return cases, nil
}

// caseWith reads those files of a transaction that are not in files yet.
func (l *Ledger) caseWith(ctx context.Context, t domain.Transaction, files map[string]domain.File, settings func(context.Context, string) (domain.Bank, error)) (answers.Case, error) {
	c := answers.Case{Transaction: t, Files: files, Now: l.Now()}
	if odfi := t.ODFI(); odfi != "" {
		bank, err := settings(ctx, odfi)
		if err != nil {
			return c, err
		}
		terms := bank.Terms // not all of the bank is kept
		c.Bank = &terms
	}
	for _, i := range t.Items {
		if err := l.correctedEntry(ctx, &c, i); err != nil {
			return c, err
		}
		for _, step := range i.History {
			if _, read := c.Files[step.File]; step.File == "" || read {
				continue
			}
			f, err := l.fileKnown(ctx, step.File)
			if err != nil {
				return c, err
			}
			c.Files[step.File] = f
		}
	}
	return c, nil
}

// correctedEntry reads the transaction that corrects a returned entry.
func (l *Ledger) correctedEntry(ctx context.Context, c *answers.Case, i *domain.Item) error {
	if i.CorrectedBy == "" {
		return nil
	}
	made, err := l.Transaction(ctx, c.Transaction.Client, i.CorrectedBy)
	if err != nil {
		return err
	}
	if c.CorrectedEntries == nil {
		c.CorrectedEntries = map[string]domain.Transaction{}
	}
	c.CorrectedEntries[i.CorrectedBy] = made
	return nil
}
