package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// late rejects every waiting item whose deadline has passed, held ones and
// those of suspended clients included, and raises an alarm, since it may no
// longer be sent. While delivery is off, an item may have left before the
// folder was restored, so it is judged once delivery is on again, before
// anything is cut.
func (b *Batcher) late(ctx context.Context, now time.Time) error {
	rejected := false
	err := eachListed("which deadlines have passed", func(after projections.Deadline) ([]projections.Deadline, error) {
		return b.Views.PassedDeadlines(ctx, now, after, pageItems)
	}, func(d projections.Deadline) error {
		if on, _ := b.Files.Switch.Allowed(d.ODFI); !on {
			return nil
		}
		did, err := b.reject(ctx, d.Client, d.TransactionID, d.ItemID, now)
		rejected = rejected || did
		return err
	})
	if rejected {
		err = errors.Join(err, b.Views.CatchUp(ctx)) // so that the next cut does not count them
	}
	return err
}

// reject rejects an item if it may no longer leave, and reports whether it did.
func (b *Batcher) reject(ctx context.Context, client, transaction, item string, now time.Time) (rejected bool, err error) {
	why := ""
	t, err := ledger.Execute(ctx, b.Files.Ledger, ledger.TransactionStream(client, transaction), func(t domain.Transaction) ([]domain.Event, error) {
		events, err := answers.Stale{ItemID: item, Now: now}.Decide(t)
		why = ""
		if len(events) > 0 {
			why = events[0].(domain.TransactionRejected).Reason
		}
		return events, err
	})
	if err != nil {
		return false, fmt.Errorf("reject event %s of transaction %s, which may not leave any more: %w", item, transaction, err)
	}
	if why == "" {
		return false, nil
	}
	i, _ := t.Item(item)
	by, _ := i.LeaveBy()
	if answers.Late(by, now) {
		b.lapsed.Add(1)
		b.Log.Error("an answer did not leave before its deadline and was rejected", "client", client, "transaction", transaction,
			"event", item, "kind", i.Kind, "deadline", by)
	} else {
		b.Log.Warn("an answer may not leave any more and was rejected", "client", client, "transaction", transaction,
			"event", item, "kind", i.Kind, "why", why)
	}
	return true, nil
}

// Lapsed counts the answers that were rejected because their deadline had
// passed before they left, since the process started.
func (b *Batcher) Lapsed() int64 { return b.lapsed.Load() }

// allowed filters a page for items that may still leave, given what was sent or
// received since they were accepted. This release judges waiting items when
// such an event is written; older releases did not. An answer that cannot be
// judged waits for the next pass.
func (b *Batcher) allowed(ctx context.Context, now time.Time, page []projections.QueuedItem) []projections.QueuedItem {
	return slices.DeleteFunc(page, func(w projections.QueuedItem) bool {
		if !answers.Excludable(w.Kind) {
			return false
		}
		rejected, err := b.reject(ctx, w.Client, w.TransactionID, w.ItemID, now)
		if err != nil {
			b.Log.Error("an answer could not be judged and is not cut", "client", w.Client, "transaction", w.TransactionID, "err", err)
		}
		return rejected || err != nil
	})
}

// Overdue lists the files holding an answer whose deadline passed before they
// were delivered. Entries stay in their file: it may be on its way.
func Overdue(ctx context.Context, v interface {
	UnfinishedFiles(ctx context.Context) ([]projections.File, error)
}, now time.Time) ([]projections.File, error) {
	files, err := v.UnfinishedFiles(ctx)
	return slices.DeleteFunc(files, func(f projections.File) bool { return !answers.Late(f.LeaveBy, now) }), err
}
