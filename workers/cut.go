package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
)

// Cutting is a decision to cut what is due of one client at one ODFI.
type Cutting struct {
	Client  domain.Client
	ODFI    string // nine digits
	Why     string // entries, cents, age, window, answers
	Forward bool   // entries
	Answers bool   // returns, corrections, dishonors and contests
}

// cut files what was planned for one file and completes it. The id is empty
// when nothing was left to file: then there is no file.
func (f *Files) cut(ctx context.Context, c Cutting, method string, now time.Time, p plannedFile) (id string, err error) {
	fresh, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	id = fresh.String()
	unlock, err := f.busy.lock(ctx, id)
	if err != nil {
		return "", err
	}
	defer unlock()
	w := fill{Files: f, filling: filling{
		opened: domain.FileOpened{
			FileID: id, Client: c.Client.ID, ODFI: c.ODFI, Why: c.Why, Settings: c.Client.Settings.File, Method: method,
		},
		planned: p.batches, decided: now,
	}}
	for entries := p.entries; len(entries) > 0; {
		n := w.portion(len(entries))
		if entries, err = w.put(ctx, entries, n, n == len(entries)); err != nil {
			return "", fmt.Errorf("fill file %s: %w", id, err)
		}
	}
	if err := w.finish(ctx); err != nil {
		return "", fmt.Errorf("cut file %s: %w", id, err)
	}
	if !w.isCut {
		return "", nil
	}
	f.Log.Info("file cut", "file", id, "client", c.Client.ID, "odfi", c.ODFI, "why", c.Why,
		"batches", w.totals.Batches, "entries", w.totals.Entries, "debit_cents", w.totals.DebitCents, "credit_cents", w.totals.CreditCents)
	return id, nil
}

// complete cuts a file that a crash left open, with the entries that are
// filed in it already: they go nowhere else.
func (f *Files) complete(ctx context.Context, file domain.File) error {
	w := fill{Files: f, filling: filling{
		opened: file.Opened, decided: file.OpenedAt, version: file.Version, batches: file.Batches,
	}}
	err := f.eachFiled(ctx, file, func(e filedEntry) error {
		w.totals.Add(e.totals())
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what file %s holds: %w", file.ID, err)
	}
	w.totals.Batches = len(file.Batches)
	if err := w.finish(ctx); err != nil {
		return fmt.Errorf("cut file %s: %w", file.ID, err)
	}
	f.Log.Info("file cut that was left open", "file", file.ID, "client", file.Opened.Client, "entries", w.totals.Entries)
	return nil
}
