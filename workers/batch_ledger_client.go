package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
)

// ledgerItself is the ledger as its own client: inbound entries that belong to
// no client are returned in its name, at the default windows.
func ledgerItself() domain.Client {
	c := domain.Client{ID: domain.LedgerClient, Version: 1}
	c.Settings.Batching.Windows = slices.Clone(domain.DefaultWindows)
	return c
}

// ownFile is the file header of the ledger's own files at an ODFI: the bank's
// configured header, else that of any client of the bank. A header that no file
// can carry is ignored.
func (b *Batcher) ownFile(ctx context.Context, odfi string) (domain.FileSettings, error) {
	bank, err := b.Files.Ledger.Bank(ctx, odfi)
	if err != nil {
		return bank.File, err
	}
	if bank.File.ImmediateOrigin != "" && bank.File.Renderable() == nil {
		return bank.File, nil
	}
	known, err := b.Views.Receivers(ctx)
	if err != nil {
		return domain.FileSettings{}, fmt.Errorf("list clients: %w", err)
	}
	var errs []error
	for _, id := range known.Clients {
		c, err := b.client(ctx, id)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if slices.Contains(c.Settings.ODFIs, odfi) && c.Settings.File.Renderable() == nil {
			return c.Settings.File, nil
		}
	}
	errs = append(errs, fmt.Errorf("nobody said how files of ODFI %s are headed: configure the bank", odfi))
	return domain.FileSettings{}, errors.Join(errs...)
}
