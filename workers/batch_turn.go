package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
)

// A turn is a cut under way for one client at one ODFI. Each pass cuts one file
// of every turn, so that a client with millions of entries does not delay
// another client whose window comes in the middle of them.
type turn struct {
	Cut
	after int64 // entries up to this log position are planned
	more  bool  // there may be more entries after it
	head  int64 // position of the log after the last file, set when there are no more entries
}

func newTurns(decisions []dueCut) []*turn {
	turns := make([]*turn, len(decisions))
	for i, d := range decisions {
		turns[i] = &turn{Cut: d.Cut, more: true}
	}
	return turns
}

// cutting reports whether any turn is unfinished.
func (b *Batcher) cutting() bool {
	return slices.ContainsFunc(b.turns, func(t *turn) bool { return t.more })
}

// moreTurns is cutting for callers outside a pass.
func (b *Batcher) moreTurns() bool {
	b.pass.Lock()
	defer b.pass.Unlock()
	return b.cutting()
}

// endTurns removes the turns that are finished and shown. Until the views show
// what a client's turn filed, nothing is decided about that client.
func (b *Batcher) endTurns() {
	shown := b.Views.Position()
	b.turns = slices.DeleteFunc(b.turns, func(t *turn) bool { return !t.more && t.head <= shown })
}

// hasTurn reports whether a client has a turn.
func (b *Batcher) hasTurn(client string) bool {
	return slices.ContainsFunc(b.turns, func(t *turn) bool { return t.Client.ID == client })
}

// takeTurns cuts one file of every turn. A turn that fails is finished: the
// rest of its entries is decided again.
func (b *Batcher) takeTurns(ctx context.Context, now time.Time) error {
	var errs []error
	for _, t := range b.turns {
		if !t.more {
			continue
		}
		if err := b.cut(ctx, now, t); err != nil {
			t.more = false
			errs = append(errs, fmt.Errorf("cut what is due of client %s at %s: %w", t.Client.ID, t.ODFI, err))
		}
		if !t.more {
			head, err := b.Files.Ledger.Store.Head(ctx)
			t.head = head.Position
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// cut plans the entries of one file. The limits may distribute them over
// several files, each of which it files and cuts.
func (b *Batcher) cut(ctx context.Context, now time.Time, t *turn) error {
	bank, err := b.Files.Ledger.Bank(ctx, t.ODFI)
	if err != nil {
		return err
	}
	if t.Client.ID == domain.LedgerClient {
		if t.Client.Settings.File, err = b.ownFile(ctx, t.ODFI); err != nil {
			return err
		}
	}
	if err := bank.Settings(t.Client.Settings.File).Renderable(); err != nil {
		return fmt.Errorf("no file can have such a header, its settings are to be corrected: %s", domain.FieldRule(err))
	}
	p := planner{now: now, bank: bank, client: t.Client.Settings, limits: b.Files.Limits.of(bank)}
	if t.Answers {
		if err := b.planAnswers(ctx, &p, t.Cut); err != nil {
			return err
		}
		t.Answers = false // all of them are planned
	}
	if t.after, t.more, err = b.planEntries(ctx, &p, t.Cut, t.after); err != nil {
		return err
	}
	for _, f := range p.files() {
		id, err := b.Files.cut(ctx, t.Cut, bank, now, f)
		switch {
		case noFault(err):
			t.more = false
			return nil
		case err != nil && !errors.Is(err, errTaken):
			return err
		case id != "":
			b.Delivery.hand(id)
		}
	}
	return nil
}
