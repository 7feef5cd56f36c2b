package workers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// dueCut is a Cut with the time at which it fell due.
type dueCut struct {
	Cut
	since time.Time
}

// decide examines all queues and returns what is to be cut now, in the order in
// which it fell due. Clients of which something is being cut are left out. A
// client that cannot be read yields an error and does not hold up the others.
func (b *Batcher) decide(ctx context.Context, now time.Time) ([]dueCut, error) {
	all, err := b.queues(ctx, now)
	if err != nil {
		return nil, err
	}
	var decisions []dueCut
	var errs []error
	for _, queues := range all {
		if b.hasTurn(queues[0].Client) {
			continue
		}
		client, err := b.client(ctx, queues[0].Client)
		if err == nil {
			var cuts []dueCut
			cuts, err = b.decideFor(ctx, now, client, queues)
			decisions = append(decisions, cuts...)
		}
		errs = append(errs, err)
	}
	slices.SortStableFunc(decisions, func(a, b dueCut) int { return a.since.Compare(b.since) })
	return decisions, errors.Join(errs...)
}

// queues reads the queues that may be cut, grouped by client.
func (b *Batcher) queues(ctx context.Context, now time.Time) ([][]domain.Queue, error) {
	if _, err := b.Views.CatchUpIfQuiet(ctx); err != nil {
		return nil, fmt.Errorf("wait for the views: %w", err)
	}
	all, err := b.Views.Queues(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("read the queues: %w", err)
	}
	all = slices.DeleteFunc(all, func(q domain.Queue) bool {
		ok, _ := b.Files.Switch.Allowed(q.ODFI)
		return !ok
	})
	if err := b.limitDeadlines(ctx, all); err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b domain.Queue) int {
		return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.ODFI, b.ODFI))
	})
	var byClient [][]domain.Queue
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(q domain.Queue) bool { return q.Client != all[0].Client })
		if n < 0 {
			n = len(all)
		}
		byClient, all = append(byClient, all[:n]), all[n:]
	}
	return byClient, nil
}

// limitDeadlines brings the deadlines of queues forward to those that their banks
// have now: a bank may have stopped taking files so late after an answer was made. A
// later deadline does not give an answer more time than its client was told.
func (b *Batcher) limitDeadlines(ctx context.Context, queues []domain.Queue) error {
	terms := map[string]*calendar.Terms{}
	for i := range queues {
		q := &queues[i]
		if q.LeaveBy.IsZero() {
			continue
		}
		if terms[q.ODFI] == nil {
			bank, err := b.Files.Ledger.Bank(ctx, q.ODFI)
			if err != nil {
				return fmt.Errorf("read until when ODFI %s takes files: %w", q.ODFI, err)
			}
			terms[q.ODFI] = &bank.Terms
		}
		q.LeaveBy = terms[q.ODFI].Limit(calendar.TimeLimit{SendBefore: q.LeaveBy}).SendBefore
	}
	return nil
}

func (b *Batcher) client(ctx context.Context, id string) (domain.Client, error) {
	if id == domain.LedgerClient {
		return ledgerItself(), nil
	}
	c, err := b.Clients.Client(ctx, id)
	if err == nil && c.Version == 0 {
		err = errors.New("there are no settings")
	}
	if err != nil {
		return c, fmt.Errorf("read client %s: %w", id, err)
	}
	return c, nil
}

// decideFor decides which of a client's queues are to be cut. A suspended
// client's entries stay queued; its answers leave.
func (b *Batcher) decideFor(ctx context.Context, now time.Time, c domain.Client, queues []domain.Queue) ([]dueCut, error) {
	reached := c.Settings.Batching.Threshold(now, queues)
	byODFI := map[string]*dueCut{}
	var order []*dueCut
	for _, q := range queues {
		why, since := reached, now
		if q.Answers {
			why = "" // thresholds do not apply to answers
		}
		window, missed, err := b.window(ctx, now, c, q)
		switch {
		case err != nil:
			return nil, err
		case c.Suspended && !q.Answers:
			continue
		case missed:
			why, since = domain.WhyWindow, window
		case q.Pressing(now):
			why = domain.WhyAnswers
		case why == "":
			continue
		}
		d, ok := byODFI[q.ODFI]
		if !ok {
			d = &dueCut{Cut{Client: c, ODFI: q.ODFI, Why: why}, since}
			byODFI[q.ODFI] = d
			order = append(order, d)
		}
		d.Answers, d.Forward = d.Answers || q.Answers, d.Forward || !q.Answers
		if since.Before(d.since) {
			d.since = since
		}
	}
	decisions := make([]dueCut, len(order))
	for i, d := range order {
		decisions[i] = *d
	}
	return decisions, nil
}

// window returns the client's newest window. Missed reports whether something
// in the queue was due by then and has not been cut, because the process was
// down or because the window is now.
func (b *Batcher) window(ctx context.Context, now time.Time, c domain.Client, q domain.Queue) (at time.Time, missed bool, err error) {
	at, ok := c.Settings.Batching.LastWindow(now, q.Answers)
	if !ok || q.OldestAt.After(at) {
		return at, false, nil
	}
	first, err := b.Views.WaitingItems(ctx, q.Client, q.ODFI, q.Answers, at, 0, 1)
	if err != nil {
		return at, false, fmt.Errorf("read what waits of client %s: %w", q.Client, err)
	}
	return at, len(first) > 0 && !first[0].MadeAt.After(at), nil
}

// NextWake is the next instant of business time at which something may fall
// due without anything happening before; zero if nothing waits.
func (b *Batcher) NextWake(ctx context.Context) (time.Time, error) {
	return b.wakeAfter(ctx, b.Files.Ledger.Now())
}

// wakeAfter is NextWake counted from an instant.
func (b *Batcher) wakeAfter(ctx context.Context, now time.Time) (time.Time, error) {
	all, err := b.queues(ctx, now)
	if err != nil {
		return time.Time{}, err
	}
	var next time.Time
	for _, by := range []func(context.Context, time.Time) (time.Time, bool, error){b.Views.NextDue, b.Views.NextDeadline, b.Views.NextDecision, b.Views.NextRequest} {
		at, ok, err := by(ctx, now)
		if err != nil {
			return time.Time{}, fmt.Errorf("read what is due next: %w", err)
		}
		if ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for _, queues := range all {
		client, err := b.client(ctx, queues[0].Client)
		if err != nil {
			return time.Time{}, err
		}
		if at := client.WakeAt(now, queues); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, nil
}
