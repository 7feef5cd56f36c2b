package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// cutDue is one pass over the queues.
func (b *Batcher) cutDue(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	ctx = ledger.WithRequest(ctx, "", "batcher")
	now := b.Files.Ledger.Now()
	decisions, err := b.decide(ctx, now)
	errs := []error{err}
	for _, d := range decisions {
		if err := b.cut(ctx, now, d.Cutting); err != nil {
			errs = append(errs, fmt.Errorf("cut what is due of client %s at %s: %w", d.Client.ID, d.ODFI, err))
		}
	}
	return errors.Join(errs...)
}

// cut files what is due of one client at one ODFI, in as many files as the
// limits ask for.
func (b *Batcher) cut(ctx context.Context, now time.Time, c Cutting) error {
	method, err := b.Delivery.Method(ctx, c.ODFI)
	if err != nil {
		return err
	}
	if c.Client.ID == domain.LedgerClient {
		if c.Client.Settings.File, err = b.ownFile(ctx, c.ODFI); err != nil {
			return err
		}
	}
	for after, more := int64(0), true; more; {
		var items []waiting
		if items, after, more, err = b.waiting(ctx, now, c, after); err != nil {
			return err
		}
		for _, p := range plan(now, items, b.Files.Limits) {
			id, err := b.Files.cut(ctx, c, method, now, p)
			if err != nil && !errors.Is(err, errTaken) {
				return err
			}
			if id != "" {
				b.wakeDelivery()
			}
		}
		c.Answers = false // all of them went with the first page
	}
	return nil
}

func (b *Batcher) wakeDelivery() {
	select {
	case b.cutSome <- struct{}{}:
	default: // it will wake up already
	}
}

// waiting reads a page of entries, no more than a file holds, with all the
// answers, in log order.
func (b *Batcher) waiting(ctx context.Context, now time.Time, c Cutting, after int64) (items []waiting, next int64, more bool, err error) {
	most := b.Files.Limits.FileEntries
	if c.Answers {
		if items, err = b.answers(ctx, now, c); err != nil {
			return nil, 0, false, err
		}
	}
	if c.Forward {
		page, err := b.Views.WaitingItems(ctx, c.Client.ID, c.ODFI, false, now, after, most)
		if err != nil {
			return nil, 0, false, fmt.Errorf("read what waits: %w", err)
		}
		items = slices.Grow(items, len(page))
		for _, w := range page {
			items, next = append(items, waiting{w, nacha.KindForward}), w.Position
		}
		more = len(page) == most
	}
	slices.SortStableFunc(items, func(a, b waiting) int { return int(a.Position - b.Position) })
	return items, next, more, nil
}

// answers reads all answers that wait.
func (b *Batcher) answers(ctx context.Context, now time.Time, c Cutting) (items []waiting, err error) {
	for after := int64(0); ; {
		page, err := b.Views.WaitingItems(ctx, c.Client.ID, c.ODFI, true, now, after, b.Files.Limits.FileEntries)
		if err != nil {
			return nil, fmt.Errorf("read which answers wait: %w", err)
		}
		for _, w := range page {
			answer, err := b.answer(ctx, w)
			if err != nil {
				return nil, err
			}
			items, after = append(items, answer), w.Position
		}
		if len(page) < b.Files.Limits.FileEntries {
			return items, nil
		}
	}
}

// answer reads an answer from the log: what it copies from the entry it
// answers is not the view's to know.
func (b *Batcher) answer(ctx context.Context, w projections.Waiting) (waiting, error) {
	t, err := b.Files.Ledger.Transaction(ctx, w.Client, w.TransactionID)
	if err != nil {
		return waiting{}, err
	}
	i, ok := t.Item(w.ItemID)
	if !ok {
		return waiting{}, fmt.Errorf("transaction %s of client %s has no item %s", w.TransactionID, w.Client, w.ItemID)
	}
	e, err := t.EntryOf(i)
	if err != nil {
		return waiting{}, err
	}
	w.Header, w.Code, w.Routing = e.Header, e.Entry.Code, e.Entry.Routing
	w.AmountCents, w.Addenda = e.Entry.AmountCents, addenda(&e.Entry)
	return waiting{w, e.Entry.Kind()}, nil
}

// resume goes on with files that a crash left open: uploads from their kept
// input, others with the entries they hold.
func (b *Batcher) resume(ctx context.Context) error {
	ctx = ledger.WithRequest(ctx, "", "batcher")
	if err := b.Views.CatchUp(ctx); err != nil {
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
	return errors.Join(errs...)
}

func (b *Batcher) resumeFile(ctx context.Context, id string) error {
	unlock, ok := b.Files.busy.try(id)
	if !ok {
		return nil // someone is at it
	}
	defer unlock()
	file, err := b.Files.Ledger.File(ctx, id)
	if err != nil || file.State != domain.FileOpen {
		return err
	}
	if ok, _ := b.Files.Gate.Allowed(file.Opened.ODFI); !ok {
		return nil
	}
	if file.Opened.Upload != nil {
		err = b.Uploads.resume(ctx, file)
	} else {
		err = b.Files.complete(ctx, file)
	}
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}

// Advance moves the clock of a sandbox to an instant by way of every instant
// between at which something falls due. So windows that the move passes over
// are cut in their order and at their own time, with the dates they would
// have had. Move sets the clock.
func (b *Batcher) Advance(ctx context.Context, to time.Time, move func(ctx context.Context, to time.Time) error) error {
	for {
		next, err := b.NextWake(ctx)
		if err != nil {
			return err
		}
		last := next.IsZero() || !next.Before(to)
		if last {
			next = to
		}
		if err := move(ctx, next); err != nil {
			return err
		}
		if err := b.Sweep(ctx); err != nil || last {
			return err
		}
	}
}
