package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
)

// A turn is what is being cut of one client at one ODFI. Each pass cuts one
// file of every turn, so that a client with millions of entries holds up
// nobody whose window is in the middle of them.
type turn struct {
	Cut
	after int64 // entries up to this log position are planned
	more  bool  // there may be more behind it
	head  int64 // of the log after the last file, once there is no more
}

func newTurns(decisions []dueCut) []*turn {
	turns := make([]*turn, len(decisions))
	for i, d := range decisions {
		turns[i] = &turn{Cut: d.Cut, more: true}
	}
	return turns
}

// cutting reports whether a turn is not over.
func (b *Batcher) cutting() bool {
	return slices.ContainsFunc(b.turns, func(t *turn) bool { return t.more })
}

// moreTurns is cutting for whoever is not in a pass.
func (b *Batcher) moreTurns() bool {
	b.pass.Lock()
	defer b.pass.Unlock()
	return b.cutting()
}

// endTurns forgets the turns that are over and shown. Until the views show
// what a client's turn filed, nothing is decided of that client.
func (b *Batcher) endTurns() {
	shown := b.Views.Position()
	b.turns = slices.DeleteFunc(b.turns, func(t *turn) bool { return !t.more && t.head <= shown })
}

// hasTurn reports whether something of a client is being cut.
func (b *Batcher) hasTurn(client string) bool {
	return slices.ContainsFunc(b.turns, func(t *turn) bool { return t.Client.ID == client })
}

// takeTurns cuts one file of every turn. One that fails is over: what it left
// is decided anew.
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

// cut plans the entries of one file, and files them in as many as the limits
// require.
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
		t.Answers = false // that was all of them
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
