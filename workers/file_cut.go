package workers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
)

// Cut is a decision to cut the due items of one client at one ODFI.
type Cut struct {
	Client  domain.Client
	ODFI    string // nine digits
	Why     domain.Why
	Forward bool // entries
	Answers bool // returns, corrections, dishonors and contests
}

// cut files the entries planned for one file and cuts it. The id is empty, and
// there is no file, when no entry was left to file.
func (f *Files) cut(ctx context.Context, c Cut, bank domain.Bank, now time.Time, p plannedFile) (id string, err error) {
	fresh, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	id = fresh.String()
	ctx, end := traced(ctx, "cut", id)
	defer end(&err)
	unlock, err := f.busy.lock(ctx, id)
	if err != nil {
		return "", err
	}
	defer unlock()
	if err := f.sealOffsets(c.Client.ID, id, p.batches); err != nil {
		return "", fmt.Errorf("open the offset accounts of client %s: %w", c.Client.ID, err)
	}
	w := appender{Files: f, openFile: openFile{
		opened: bank.Open(domain.FileOpened{
			FileID: id, Client: c.Client.ID, ODFI: c.ODFI, Why: c.Why, Settings: c.Client.Settings.File, Method: bank.Leaves().Method, Decided: now,
		}),
		planned: p.batches, terms: &bank.Terms, decided: now,
	}, may: f.mayCut(c.Client.ID, c.ODFI, p.batches), most: bank.MaxBatchesPerFile}
	for entries := p.entries; len(entries) > 0; {
		n := w.portion(len(entries))
		if entries, err = w.append(ctx, entries, n, n == len(entries)); err != nil {
			return "", fmt.Errorf("fill file %s: %w", id, f.stopped(ctx, &w, err))
		}
	}
	if err := w.finish(ctx); err != nil {
		return "", fmt.Errorf("cut file %s: %w", id, f.stopped(ctx, &w, err))
	}
	if !w.isCut {
		return "", nil
	}
	f.Log.Info("file cut", "file", id, "client", c.Client.ID, "odfi", c.ODFI, "why", c.Why,
		"batches", w.totals.Batches, "entries", w.totals.Entries, "debit_cents", w.totals.DebitCents, "credit_cents", w.totals.CreditCents)
	return id, nil
}

// mayCut returns a check that runs before each append of a cut. It lets a
// suspended client's answers leave.
func (f *Files) mayCut(client, odfi string, batches []domain.FileBatch) func(context.Context) error {
	forward := slices.ContainsFunc(batches, func(b domain.FileBatch) bool { return !b.Answers })
	return func(ctx context.Context) error {
		return f.mayAppend(ctx, odfi, func(c domain.Client) error {
			if !forward {
				return nil
			}
			return notSuspended(c)
		}, client)
	}
}

// stopped gives up a file whose client was suspended while it was filled, or
// whose batches get no offsets, because the trace numbers started over or none is
// left for months. Its entries wait again. A file without offsets is completed with
// the entries that got a number. While delivery is off the file stays open, since
// it is not known whether it had left before the folder was restored.
func (f *Files) stopped(ctx context.Context, w *appender, why error) error {
	code := domain.CodeOf(why)
	if w.version == 0 || code != domain.Suspended && !(code == domain.NoTraceNumbers && w.balances()) {
		return why
	}
	return f.giveUp(ctx, w.opened.FileID, why, domain.ThenWait)
}

// complete cuts a file that a crash left open, with the entries that are
// already filed in it and can go nowhere else. A file that is to be released
// gets no offsets, since their numbers may have been used outside.
func (f *Files) complete(ctx context.Context, file domain.File, toRelease bool, may func(context.Context) error) error {
	bank, err := f.Ledger.Bank(ctx, file.Opened.ODFI)
	if err != nil {
		return err
	}
	w := appender{Files: f, openFile: openFile{
		opened: file.Opened, terms: &bank.Terms, decided: file.DatedAt, version: file.Version, batches: file.Batches,
	}, may: may, toRelease: toRelease}
	if err := w.takeUp(ctx, f, file, func() {}); err != nil {
		return fmt.Errorf("read what file %s holds: %w", file.ID, err)
	}
	if err := w.finish(ctx); err != nil {
		return fmt.Errorf("cut file %s: %w", file.ID, f.stopped(ctx, &w, err))
	}
	f.Log.Info("file cut that was left open", "file", file.ID, "client", file.Opened.Client, "entries", w.totals.Entries)
	return nil
}
