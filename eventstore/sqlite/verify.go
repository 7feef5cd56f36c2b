package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// Verify opens the log of a data folder for reading and verifies it; see
// Store.Verify.
func Verify(ctx context.Context, folder string, progress func(done, total int64)) (eventstore.Report, error) {
	s, err := Open(folder, Options{ReadOnly: true})
	if err != nil {
		return eventstore.Report{}, err
	}
	report, err := s.Verify(ctx, progress)
	return report, errors.Join(err, s.Close())
}

// Verify reads the whole log up to its present end and reports all faults:
// missing positions, hashes that do not follow from the event and the hash
// before it, times that go back, data that is not JSON, streams whose versions
// have gaps, a head that is not the newest event, idempotency keys that refer
// to no events, missing triggers, and damage that SQLite itself finds. If the
// whole chain of hashes was computed again, only a comparison with another copy
// shows it: a backup, or the messages in JetStream, which contain their hashes.
//
// A server may run meanwhile. Progress, if set, is called after every step;
// total counts each event twice, once for the chain and once for its stream. An
// error means that the verification was not completed.
func (s *Store) Verify(ctx context.Context, progress func(done, total int64)) (eventstore.Report, error) {
	v := verification{store: s, progress: progress}
	for _, step := range []func(context.Context) error{v.end, v.chain, v.streams, v.keys, v.file} {
		err := step(ctx)
		if isDamage(err) {
			v.report.Add(0, "", "%v", err)
		} else if err != nil {
			return v.report, fmt.Errorf("verify the log: %w", err)
		}
	}
	return v.report, nil
}

// verification is one run of Verify.
type verification struct {
	store    *Store
	progress func(done, total int64)
	report   eventstore.Report
	last     int64 // newest position when it began
}

func (v *verification) advance(done int64) {
	if v.progress != nil {
		v.progress(done, 2*v.last)
	}
}

// isDamage distinguishes a damaged file from a disk error and from a caller
// that left.
func isDamage(err error) bool {
	return errors.Is(err, errDamaged) || conn.Is(err, sqlite3.ErrCorrupt, sqlite3.ErrNotADB, sqlite3.ErrError)
}

const selectEnd = `SELECT h.position, h.hash, e.position, e.hash FROM (SELECT max(position) AS last FROM events)
	LEFT JOIN head h ON true LEFT JOIN events e ON e.position = last`

// end compares the head with the newest event, in one read transaction.
func (v *verification) end(ctx context.Context) error {
	return v.store.readers.Use(ctx, func(c *conn.Conn) error {
		row, err := c.Row(selectEnd)
		if err != nil {
			return err
		}
		newest, _ := headFrom(row[2:])
		v.last = newest.Position
		v.report.Head = newest
		head, ok := headFrom(row[:2])
		switch {
		case !ok:
			v.report.Add(0, "", "the head is missing")
		case head.Position != newest.Position:
			v.report.Add(0, "", "the head stands at position %d and the newest event at %d", head.Position, newest.Position)
		case head != newest:
			v.report.Add(newest.Position, "", "the head has another hash than the newest event")
		}
		return nil
	})
}

// chain reads every event once, in order.
func (v *verification) chain(ctx context.Context) error {
	return v.report.VerifyChain(ctx, v.store, v.last, v.advance)
}
