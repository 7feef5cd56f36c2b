package restore

import (
	"context"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// holdSimilar prevents that what looks like an unmatched entry leaves again: what
// waits is held at once, and what is filed in a file that the operator may have
// rejected will be held when it is released.
func (p *plan) holdSimilar(ctx context.Context) (held []ReportedEntry, err error) {
	for client, of := range p.unmatched {
		for key, entries := range of {
			like := entries[0].ReportedEntry
			for _, i := range p.waiting.similar[client][key] {
				if i.taken {
					continue
				}
				if err := p.holdItem(ctx, i, like); err != nil {
					return held, err
				}
				held = append(held, ReportedEntry{Client: client, TransactionID: i.transaction, File: like.File, Trace: like.Trace, Name: i.name, AmountCents: i.cents})
			}
		}
		if err := p.markSimilar(ctx, client, of); err != nil {
			return held, err
		}
	}
	return held, nil
}

func (p *plan) holdItem(ctx context.Context, i *item, like ReportedEntry) error {
	resembles := domain.Resemble{ItemID: i.id, File: like.File, Trace: like.Trace}
	t, err := ledger.Execute(ctx, p.Ledger, ledger.TransactionStream(i.client, i.transaction), resembles.Decide)
	p.waiting.versions[i.stream()] = t.Version
	return err
}

// similarStates are the states of files whose entries may have left again in another
// file. An open file is one of them, as a file of the folder may finish it.
var similarStates = []domain.FileState{
	domain.FileOpen, domain.FileIsCut, domain.FileIsRendered, domain.FileIsDelivering, domain.DeliveryUnknown,
	domain.FileIsDelivered, domain.FileIsAcked, domain.FileIsRefused, domain.FileIsReleased,
	domain.FileIsHeld, domain.FileIsRejected,
}

// markSimilar marks filed items that look like an unmatched entry, in every file of
// the client that the operator has not accepted.
func (p *plan) markSimilar(ctx context.Context, client string, unmatched map[string][]unmatchedEntry) error {
	cents := map[int64]bool{}
	_ = p.eachUnmatched(func(_ *fileImport, e scanned) error {
		cents[e.AmountCents] = true
		return nil
	})
	files, _, err := p.Views.Files(ctx, projections.FileFilter{Client: client, States: similarStates})
	if err != nil {
		return err
	}
	for _, row := range files {
		if row.ODFI != p.ODFI {
			continue
		}
		file, err := p.Ledger.File(ctx, row.ID)
		if err != nil {
			return err
		}
		if file.Answered.Result == ack.Accepted {
			continue
		}
		if err := p.markSimilarIn(ctx, row.ID, cents, unmatched); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) markSimilarIn(ctx context.Context, id string, cents map[int64]bool, unmatched map[string][]unmatchedEntry) error {
	entries, found, err := p.filedIn(ctx, id, cents)
	if err != nil {
		return err
	}
	for n, e := range entries {
		like := unmatched[found[n].similar]
		if len(like) == 0 || found[n].similar == "" {
			continue
		}
		first := like[0].ReportedEntry
		resembles := domain.Resemble{ItemID: e.ItemID, File: first.File, Trace: first.Trace}
		_, err := ledger.Execute(ctx, p.Ledger, ledger.TransactionStream(e.Client, e.TransactionID), resembles.Decide)
		if err != nil {
			return err
		}
	}
	return nil
}

// filedIn reads the entries of a file that have one of the amounts, and their
// keys by index.
func (r Restore) filedIn(ctx context.Context, id string, cents map[int64]bool) (entries []projections.FileEntry, found map[int]keys, err error) {
	err = r.Views.FileEntries(ctx, id, func(e projections.FileEntry) error {
		if cents[e.AmountCents] {
			entries = append(entries, e)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	probes := make([]probe, len(entries))
	for n, e := range entries {
		t, err := r.Ledger.Transaction(ctx, e.Client, e.TransactionID)
		if err != nil {
			return nil, nil, err
		}
		i, ok := t.Item(e.ItemID)
		if !ok {
			continue
		}
		if probes[n], err = r.probe(&t, i); err != nil {
			return nil, nil, err
		}
	}
	found, err = r.records(probes)
	return entries, found, err
}

// keysIn returns the keys of the file's entries that have one of the amounts.
// For a client's own file that is open it returns those of all entries that
// were asked for.
func (p *plan) keysIn(ctx context.Context, file domain.File, cents map[int64]bool) (map[int]keys, error) {
	if file.State == domain.FileOpen && file.Opened.Upload != nil {
		_, probes, err := probesOf(p.Uploads, file, -1)
		if err != nil {
			return nil, err
		}
		return p.records(probes)
	}
	_, found, err := p.filedIn(ctx, file.ID, cents)
	return found, err
}

// takeBack releases files that never left and contain an entry that left in
// another file.
func (p *plan) takeBack(ctx context.Context) (released bool, err error) {
	wanted, cents := map[string]bool{}, map[int64]bool{}
	claimed := map[string]bool{}
	_ = p.eachUnmatched(func(t *fileImport, e scanned) error {
		wanted[e.exact], cents[e.AmountCents] = true, true
		if e.Kind() == nacha.KindForward {
			wanted[e.loose] = true
		}
		return nil
	})
	if len(wanted) == 0 {
		return false, nil
	}
	for _, t := range p.imports {
		claimed[t.opened.FileID] = true
	}
	rows, err := p.unsentFiles(ctx)
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		file, err := p.Ledger.File(ctx, row.ID)
		if err != nil {
			return false, err
		}
		waits := file.State == domain.FileIsCut || file.State == domain.FileIsRendered || file.State == domain.FileIsHeld || file.State == domain.FileOpen
		if row.ODFI != p.ODFI || claimed[row.ID] || !waits {
			continue
		}
		found, err := p.keysIn(ctx, file, cents)
		if err != nil {
			return false, err
		}
		if !containsAny(found, wanted) {
			continue
		}
		if err := p.Uploads.Files.TakeBack(ctx, row.ID, "its entries left in another file before the ledger was restored"); err != nil {
			return released, err
		}
		released = true
	}
	return released, nil
}

// containsAny reports whether an entry of a file has one of the keys.
func containsAny(entries map[int]keys, wanted map[string]bool) bool {
	for _, k := range entries {
		if wanted[k.exact] || k.loose != "" && wanted[k.loose] {
			return true
		}
	}
	return false
}

// unsentFiles lists the files that may not have left, of any ODFI.
func (p *plan) unsentFiles(ctx context.Context) ([]projections.File, error) {
	unfinished, err := p.Views.UnfinishedFiles(ctx)
	if err != nil {
		return nil, err
	}
	carried, err := p.Views.CarriedFiles(ctx)
	if err != nil {
		return nil, err
	}
	held, _, err := p.Views.Files(ctx, projections.FileFilter{States: []domain.FileState{domain.FileIsHeld}})
	if err != nil {
		return nil, err
	}
	return slices.Concat(unfinished, carried, held), nil
}
