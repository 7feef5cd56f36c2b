package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

const (
	selectPlaces = `SELECT stream, version, position FROM events WHERE (stream, version) > ($1 COLLATE "C", $2)
		ORDER BY stream, version LIMIT $3`
	selectKeyUses = `SELECT client, scope, key, first, last, coalesce(first <= last
			AND at = (SELECT recorded_at FROM events WHERE position = first)
			AND at = (SELECT recorded_at FROM events WHERE position = last), false)
		FROM idempotency WHERE (client, scope, key) > ($1 COLLATE "C", $2 COLLATE "C", $3 COLLATE "C")
		ORDER BY client, scope, key LIMIT $4`

	// countTriggers counts the triggers that prevent changes of the log.
	countTriggers = `SELECT count(*) FROM pg_trigger WHERE tgenabled = 'A'
		AND tgrelid IN ('events'::regclass, 'idempotency'::regclass) AND tgname IN ('events_are_never_changed', 'keys_are_never_changed')`

	placesAtOnce = 5000
	keysAtOnce   = 5000
)

// Verify reads the whole log up to its present end, in short transactions, and
// reports all faults: missing positions, hashes that do not follow from the
// event and the hash before it, times that go back, data that is not JSON,
// streams whose versions have gaps, idempotency keys that do not refer to events
// recorded when they were used, missing triggers. Nodes may run meanwhile. Progress,
// which may be nil, counts each event twice. An error means that the verification was
// not completed.
func (s *Store) Verify(ctx context.Context, progress func(done, total int64)) (eventstore.Report, error) {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	var report eventstore.Report
	last, err := s.Reached(ctx, "")
	if err != nil {
		return report, fmt.Errorf("verify the log: %w", err)
	}
	for _, step := range []func() error{
		func() error {
			return report.VerifyChain(ctx, s, last, func(at int64) { progress(at, 2*last) })
		},
		func() error { return s.verifyStreams(ctx, &report, last, progress) },
		func() error { return s.verifyKeys(ctx, &report) },
		func() error { return s.verifyTriggers(ctx, &report) },
	} {
		if err := step(); err != nil {
			return report, fmt.Errorf("verify the log: %w", err)
		}
	}
	report.Head, err = s.Head(ctx)
	return report, err
}

// verifyStreams walks the index of streams.
func (s *Store) verifyStreams(ctx context.Context, report *eventstore.Report, last int64, progress func(done, total int64)) error {
	var before eventstore.Place
	for done := last; ; {
		var page []eventstore.Place
		err := s.query(ctx, func(rows pgx.Rows) (err error) {
			page, err = pgx.CollectRows(rows, pgx.RowToStructByPos[eventstore.Place])
			return err
		}, selectPlaces, before.Stream, before.Version, placesAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			report.VerifyVersion(before, p)
			before = p
		}
		done = min(done+int64(len(page)), 2*last)
		progress(done, 2*last)
	}
}

// verifyKeys walks the idempotency keys, in pages: nothing bounds their number, and a
// statement is ended after readTime.
func (s *Store) verifyKeys(ctx context.Context, report *eventstore.Report) error {
	var before keyUse
	for {
		page, err := rowsOf(ctx, s, pgx.RowToStructByPos[keyUse], selectKeyUses, before.Client, before.Scope, before.Key, keysAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, k := range page {
			if !k.Matches {
				report.Add(0, "", "idempotency key %q of client %s for %s names positions %d to %d, which do not match it",
					k.Key, k.Client, k.Scope, k.First, k.Last)
			}
			before = k
		}
	}
}

// keyUse is a row of selectKeyUses.
type keyUse struct {
	Client, Scope, Key string
	First, Last        int64
	Matches            bool // it names events recorded when it was used
}

// verifyTriggers checks the triggers that prevent changes of the log.
func (s *Store) verifyTriggers(ctx context.Context, report *eventstore.Report) error {
	var triggers int64
	err := s.read(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, countTriggers).Scan(&triggers) })
	if err != nil {
		return err
	}
	if triggers != 2 {
		report.Add(0, "", "the triggers that keep the log from being changed are missing or switched off: run achledger store init as the owner, and find out who did that")
	}
	return nil
}
