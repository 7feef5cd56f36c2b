package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// errStartedOver says that no offset can follow the entries of its batch,
// because the trace numbers of the ODFI started over after them.
var errStartedOver = errors.New("the trace numbers of the ODFI started over while the file was filled")

// balances reports whether any batch of the file may get an offset.
func (w *openFile) balances() bool {
	balanced := func(b domain.FileBatch) bool { return b.Balance != nil }
	return slices.ContainsFunc(w.planned, balanced) || slices.ContainsFunc(w.batches, balanced)
}

// missing returns the offsets that are still to be decided, at most n of them.
// They follow from the filed entries and the offsets in the log.
func (w *openFile) missing(n int) (offsets []domain.FileOffset) {
	from := 0
	if done := len(w.offsets); done > 0 {
		from = w.offsets[done-1].Batch
	}
	for i := from; i < len(w.batches) && len(offsets) < n; i++ {
		if o, ok := w.batches[i].OffsetOf(w.in(i)); ok {
			offsets = append(offsets, o)
		}
	}
	return offsets
}

// in returns the content of the batch at an index.
func (w *openFile) in(i int) domain.BatchHolds {
	if i < len(w.held) {
		return w.held[i]
	}
	return w.holds
}

// balance decides the offsets of a file whose entries are all filed, in as many
// appends as necessary. Offsets that an earlier process decided are kept.
func (w *appender) balance(ctx context.Context) error {
	if w.toRelease || !w.balances() {
		return nil
	}
	for more := true; more; {
		err := w.Ledger.RetryUnless(func() (err error) {
			if err := w.allowed(ctx); err != nil {
				return err
			}
			more, err = w.balanceOnce(ctx)
			return err
		}, w.taken)
		if err != nil {
			return err
		}
	}
	return nil
}

// balanceOnce makes one append of offsets; more is false once there are none
// left.
func (w *appender) balanceOnce(ctx context.Context) (more bool, err error) {
	offsets := w.missing(w.Limits.AppendEvents)
	if len(offsets) == 0 {
		return false, nil
	}
	now := w.Ledger.Now()
	traces, err := w.numbers.traces(ctx, w.opened.ODFI[:8])
	if err != nil {
		return false, err
	}
	defer traces.Unlock()
	_, got, taken, err := traces.Take(len(offsets), eastern(now))
	if err != nil {
		return false, err
	}
	next, changes, err := w.withOffsets(offsets[:got], traces.Version, taken)
	if err != nil {
		return false, err
	}
	if _, err := w.writeWhileOn(ctx, "offsets", changes...); err != nil {
		return false, err
	}
	w.tellUse(w.opened.ODFI, traces.Traces, got, eastern(now))
	w.openFile = next
	return true, nil
}

// withOffsets returns the state after an append of offsets, and the changes of
// that append. The offsets get the trace numbers in taken.
func (w openFile) withOffsets(offsets []domain.FileOffset, tracesVersion int64, taken domain.TracesTaken) (openFile, []ledger.Change, error) {
	for i := range offsets {
		o := &offsets[i]
		trace := taken.First + i
		if trace <= w.in(o.Batch-1).LastTrace {
			return w, nil, fmt.Errorf("%w: %w", errStartedOver, domain.Refuse(domain.NoTraceNumbers,
				"the trace numbers of ODFI %s started over while the file was filled, and no offset can follow the entries of batch %d: it is made again under new numbers",
				w.opened.ODFI, o.Batch))
		}
		o.Trace = w.traceNumber(trace)
	}
	file, err := w.change(domain.BalanceFile{Offsets: offsets})
	for _, o := range offsets {
		w.totals.Add(o.Totals(w.batches[o.Batch-1]))
	}
	w.offsets = append(w.offsets[:len(w.offsets):len(w.offsets)], offsets...)
	return w, []ledger.Change{file, {
		Stream: domain.TraceStream(w.opened.ODFI[:8]), Client: domain.LedgerClient, Expect: tracesVersion, Events: []domain.Event{taken},
	}}, err
}

// takeUp restores the state of a file that was left open: it counts the entries
// and offsets that the log has of it.
func (w *openFile) takeUp(ctx context.Context, files *Files, file domain.File, each func()) error {
	w.offsets, w.totals.Batches = file.Offsets, len(file.Batches)
	newest := 0
	err := files.entriesOf(ctx, file, func(e *entryInFile) error {
		for ; newest < e.batch; newest++ {
			if newest > 0 {
				w.held, w.holds = append(w.held, w.holds), domain.BatchHolds{}
			}
		}
		trace := 0
		if _, err := fmt.Sscanf(e.Entry.Entry.Trace[8:], "%d", &trace); err != nil {
			return err
		}
		w.hold(e.totals(), trace)
		each()
		return nil
	})
	for _, o := range file.Offsets {
		w.totals.Add(o.Totals(file.Batches[o.Batch-1]))
	}
	return err
}

// sealOffsets seals the offset accounts of planned batches for the stream of
// their file. Until then they are sealed for the client's settings.
func (f *Files) sealOffsets(client, file string, batches []domain.FileBatch) error {
	sealed := map[*domain.OffsetAccount]*domain.OffsetAccount{}
	for i := range batches {
		from := batches[i].Balance
		if from == nil {
			continue
		}
		if sealed[from] == nil {
			number, err := f.Ledger.OpenAccount(client, from.Account)
			if err != nil {
				return err
			}
			if sealed[from], err = f.sealOffset(client, file, *from, number); err != nil {
				return err
			}
		}
		batches[i].Balance = sealed[from]
	}
	return nil
}

func (f *Files) sealOffset(client, file string, a domain.OffsetAccount, number string) (*domain.OffsetAccount, error) {
	var err error
	a.Account, err = f.Ledger.SealAccountIn(domain.FileStream(file), client, a.Routing, number, a.AccountType)
	return &a, err
}

// revealOffset returns an offset with its account number, which must be the
// recorded one.
func revealOffset(l *ledger.Ledger, file domain.File, o domain.FileOffset) (nacha.Entry, error) {
	b := file.Batches[o.Batch-1]
	number, err := l.OpenAccount(file.Opened.Client, b.Balance.Account)
	if err != nil {
		return nacha.Entry{}, err
	}
	print, err := l.Keys.Fingerprint(file.Opened.Client, b.Balance.Routing, number, b.Balance.AccountType)
	if err == nil && print != b.Balance.Account.Fingerprint {
		err = fmt.Errorf("%w (the fingerprint of an offset's account)", ledger.ErrMoved)
	}
	return o.Entry(b, number), err
}
