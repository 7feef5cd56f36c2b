package eventstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// Verify opens the log of a data folder for reading and verifies it; see
// SQLite.Verify.
func Verify(ctx context.Context, folder string, progress func(done, total int64)) (Report, error) {
	s, err := OpenSQLite(folder, SQLiteOptions{ReadOnly: true})
	if err != nil {
		return Report{}, err
	}
	report, err := s.Verify(ctx, progress)
	return report, errors.Join(err, s.Close())
}

// Verify reads the whole log up to its present end and reports everything
// wrong with it: positions that are missing, hashes that do not follow from
// the event and the hash before it, times that go back, data that is not
// JSON, streams whose versions have gaps, a head that is not the newest
// event, idempotency keys that point nowhere, missing triggers, and damage
// that SQLite itself finds. A hash that someone computed anew along the whole
// chain shows only against another copy: a backup, or the messages in
// JetStream, which carry their hashes.
//
// It works beside a running server. progress, when given, hears of every
// step; total counts each event twice, once for the chain and once for its
// stream. An error means that the verification did not end.
func (s *SQLite) Verify(ctx context.Context, progress func(done, total int64)) (Report, error) {
	v := verification{store: s, progress: progress}
	for _, step := range []func(context.Context) error{v.end, v.chain, v.streams, v.keys, v.file} {
		err := step(ctx)
		if isDamage(err) {
			v.report.problem(0, "", "%v", err)
		} else if err != nil {
			return v.report, fmt.Errorf("verify the log: %w", err)
		}
	}
	return v.report, nil
}

// verification is one run of Verify.
type verification struct {
	store    *SQLite
	progress func(done, total int64)
	report   Report
	last     int64 // newest position when it began
}

func (v *verification) advance(done int64) {
	if v.progress != nil {
		v.progress(done, 2*v.last)
	}
}

// isDamage tells a damaged file from a disk or a caller that went away.
func isDamage(err error) bool {
	var e sqlite3.Error
	return errors.Is(err, errDamaged) ||
		errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB || e.Code == sqlite3.ErrError)
}

const selectEnd = `SELECT h.position, h.hash, e.position, e.hash FROM (SELECT max(position) AS last FROM events)
	LEFT JOIN head h ON true LEFT JOIN events e ON e.position = last`

// end compares the head with the newest event, in one read.
func (v *verification) end(ctx context.Context) error {
	return v.store.readers.read(ctx, func(c *connection) error {
		row, err := c.row(selectEnd)
		if err != nil {
			return err
		}
		newest, _ := headFrom(row[2:])
		v.last = newest.Position
		v.report.Head = newest
		head, ok := headFrom(row[:2])
		switch {
		case !ok:
			v.report.problem(0, "", "the head is missing")
		case head.Position != newest.Position:
			v.report.problem(0, "", "the head stands at position %d and the newest event at %d", head.Position, newest.Position)
		case head != newest:
			v.report.problem(newest.Position, "", "the head has another hash than the newest event")
		}
		return nil
	})
}

// chain reads every event once, in order.
func (v *verification) chain(ctx context.Context) error {
	var before Recorded
	var hashes chain
	for before.Position < v.last {
		page, err := v.store.ReadAll(ctx, before.Position, 1000)
		if err != nil {
			return err
		}
		for i := range page {
			if page[i].Position > v.last {
				break
			}
			v.event(&hashes, &before, &page[i])
			before = page[i]
		}
		if len(page) == 0 {
			v.report.problem(v.last, "", "it is the newest position and cannot be read in order")
			return nil
		}
		v.advance(min(before.Position, v.last))
	}
	return nil
}

// event compares an event with the one before it. The hash before is the one
// the log holds, so one changed event is one problem.
func (v *verification) event(hashes *chain, before, e *Recorded) {
	v.report.Events++
	missing := e.Position - before.Position - 1
	switch {
	case missing == 1:
		v.report.problem(e.Position-1, "", "the event is missing")
	case missing > 1:
		v.report.problem(before.Position+1, "", "%d events are missing from here", missing)
	case hashes.hash(before.Hash, e) != e.Hash:
		v.report.problem(e.Position, e.Stream, "the event and the one before it do not give its hash: one of them was changed")
	}
	if e.RecordedAt.Before(before.RecordedAt) {
		v.report.problem(e.Position, e.Stream, "it was recorded at %s, before the event before it", e.RecordedAt)
	}
	if !json.Valid(e.Data) || !json.Valid(e.Meta) {
		v.report.problem(e.Position, e.Stream, "its data or meta is not JSON")
	}
}
