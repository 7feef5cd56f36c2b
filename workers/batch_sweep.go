package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// cutDue makes one pass over the queues: it cuts one file of everything that is
// due.
func (b *Batcher) cutDue(ctx context.Context) error {
	b.pass.Lock()
	defer b.pass.Unlock()
	if _, err := b.Views.CatchUpIfQuiet(ctx); err != nil {
		return fmt.Errorf("wait for the views: %w", err)
	}
	return b.cutShown(ctx)
}

// cutAll cuts everything that is due according to the log as it stands when
// cutAll begins. It waits for a pass under way.
func (b *Batcher) cutAll(ctx context.Context) error {
	b.pass.Lock()
	defer b.pass.Unlock()
	if err := b.Views.CatchUp(ctx); err != nil {
		return fmt.Errorf("wait for the views: %w", err)
	}
	err := b.cutShown(ctx)
	for b.cutting() {
		err = errors.Join(err, b.takeTurns(ledger.WithWorker(ctx, "batcher"), b.Files.Ledger.Now()))
	}
	return err
}

// cutShown decides what is due according to the views, and cuts one file for
// each client and ODFI.
func (b *Batcher) cutShown(ctx context.Context) error {
	ctx = ledger.WithWorker(ctx, "batcher")
	b.endTurns()
	now := b.Files.Ledger.Now()
	errs := []error{b.late(ctx, now), b.overdue(ctx, now), b.unanswered(ctx, now)}
	if err := b.judged(ctx); err != nil {
		return errors.Join(append(errs, err)...)
	}
	decisions, err := b.decide(ctx, now)
	errs = append(errs, err)
	if len(decisions) > 0 && b.Settle != nil { // items that it changes drop out of the cut until the views show the change
		errs = append(errs, b.Settle(ctx))
		_, err := b.Views.CatchUpIfQuiet(ctx)
		errs = append(errs, err)
	}
	b.turns = append(newTurns(decisions), b.turns...) // new turns come first
	return errors.Join(append(errs, b.takeTurns(ctx, now))...)
}

// judged has the guard judge waiting items, and rejects client files whose hold
// has lapsed. Stopped items do not count towards thresholds.
func (b *Batcher) judged(ctx context.Context) error {
	stopped, err := b.Guard.Judge(ctx)
	if err == nil && stopped > 0 {
		err = b.Views.CatchUp(ctx)
	}
	if err != nil {
		return err
	}
	held, _, err := b.Views.Files(ctx, projections.FileFilter{States: []domain.FileState{domain.FileIsHeld}})
	for _, f := range held {
		err = errors.Join(err, b.Files.lapse(ctx, f.ID))
	}
	return err
}

// pageItems is how many waiting items are read at a time.
const pageItems = 10_000

// planEntries plans the entries after a log position, at most as many as a file
// holds.
func (b *Batcher) planEntries(ctx context.Context, p *planner, c Cut, after int64) (last int64, more bool, err error) {
	for c.Forward && p.count < p.limits.FileEntries {
		page, err := b.Views.WaitingItems(ctx, c.Client.ID, c.ODFI, false, p.now, after, min(pageItems, p.limits.FileEntries-p.count))
		if err != nil {
			return 0, false, fmt.Errorf("read what waits: %w", err)
		}
		if len(page) == 0 {
			return after, false, nil
		}
		after = page[len(page)-1].Position
		page, err = b.Guard.Cut(ctx, p.now, b.allowed(ctx, p.now, b.balanceable(ctx, p, b.sound(ctx, page))))
		if err != nil {
			return 0, false, err
		}
		p.add(page, nil)
	}
	return after, c.Forward, nil
}

// planAnswers plans all waiting answers.
func (b *Batcher) planAnswers(ctx context.Context, p *planner, c Cut) error {
	for after := int64(0); ; {
		page, err := b.Views.WaitingItems(ctx, c.Client.ID, c.ODFI, true, p.now, after, pageItems)
		if err != nil {
			return fmt.Errorf("read which answers wait: %w", err)
		}
		if len(page) == 0 {
			return nil
		}
		after = page[len(page)-1].Position
		page = b.allowed(ctx, p.now, b.sound(ctx, page))
		k := kinds{}
		for i := range page {
			if k[page[i].ItemID], err = b.readAnswer(ctx, &page[i]); err != nil {
				return err
			}
		}
		p.add(page, k)
	}
}

// readAnswer reads an answer from the log: the view does not have the fields
// that it copies from the entry it answers.
func (b *Batcher) readAnswer(ctx context.Context, w *projections.QueuedItem) (nacha.Kind, error) {
	t, err := b.Files.Ledger.Transaction(ctx, w.Client, w.TransactionID)
	if err != nil {
		return "", err
	}
	i, ok := t.Item(w.ItemID)
	if !ok {
		return "", fmt.Errorf("transaction %s of client %s has no item %s", w.TransactionID, w.Client, w.ItemID)
	}
	e, err := t.EntryOf(i)
	if err != nil {
		return "", err
	}
	w.Header, w.Code, w.Routing = e.Header, e.Entry.Code, e.Entry.Routing
	w.AmountCents, w.Addenda = e.Entry.AmountCents, e.Entry.AddendaCount()
	return e.Entry.Kind(), nil
}

// resume completes what a crash, or a caller who did not wait, left unfinished:
// open files and unfinished releases. A client's own file is completed from its
// kept input, any other with the entries filed in it.
func (b *Batcher) resume(ctx context.Context) error {
	ctx = ledger.WithWorker(ctx, "batcher")
	if _, err := b.Views.CatchUpIfQuiet(ctx); err != nil {
		return fmt.Errorf("wait for the views: %w", err)
	}
	files, err := b.Views.UnfinishedFiles(ctx)
	if err != nil {
		return fmt.Errorf("read which files are unfinished: %w", err)
	}
	var errs []error
	for _, f := range files {
		if f.State == domain.FileOpen {
			errs = append(errs, b.resumeFile(ctx, f.ID))
		}
	}
	half, err := b.Views.UnreleasedFiles(ctx)
	if err != nil {
		return errors.Join(append(errs, fmt.Errorf("read which files are not released: %w", err))...)
	}
	for _, f := range half {
		errs = append(errs, b.Files.resumeRelease(ctx, f.ID))
	}
	return errors.Join(errs...)
}

func (b *Batcher) resumeFile(ctx context.Context, id string) error {
	unlock, ok := b.Files.busy.try(id)
	if !ok {
		return nil // another goroutine is working on it
	}
	defer unlock()
	file, err := b.Files.Ledger.File(ctx, id)
	if err != nil || file.State != domain.FileOpen {
		return err
	}
	if ok, _ := b.Files.Switch.Allowed(file.Opened.ODFI); !ok {
		return nil
	}
	if file.Opened.Upload != nil {
		err = b.Uploads.resume(ctx, file)
	} else {
		err = b.Files.complete(ctx, file, false, b.Files.mayCut(file.Opened.Client, file.Opened.ODFI, file.Batches))
	}
	if errors.Is(err, errTaken) || noFault(err) {
		return nil
	}
	return err
}
