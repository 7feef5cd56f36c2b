package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const (
	insertEvents = `INSERT INTO events(position, stream, version, event_id, client, type, data, meta, recorded_at, hash)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::text[],
			$7::bytea[], $8::bytea[], $9::bigint[], $10::bytea[])`
	insertKeys = `INSERT INTO idempotency(client, scope, key, request_hash, first, last, at)
		SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bigint[])`
	notify = `SELECT pg_notify('` + channel + `', $1)`

	selectID = `SELECT event_id FROM events WHERE position = $1`
)

// commit writes the transaction in one round trip. The rows are sent as arrays:
// all of them are sent before the server begins, so a node that stops leaves no
// statement waiting for it, as COPY would. After an error for which isAnswer is
// true nothing was written; after any other that is unknown.
func (w *writer) commit(t *transaction) error {
	var b pgx.Batch
	if len(t.events) > 0 {
		b.Queue(insertEvents, eventArrays(t)...)
		b.Queue(notify, fmt.Sprint(t.head.Position))
	} else {
		w.store.queueNode(&b)
	}
	if t.vocabulary > 0 {
		b.Queue(setVocabulary, t.vocabulary)
	}
	if len(t.keys) > 0 {
		b.Queue(insertKeys, keyArrays(t)...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), roundTrip)
	defer cancel()
	return commit(ctx, w.conn, &b)
}

// find reports whether a transaction whose COMMIT got no response is in the
// log. Its session held the append lock until it ended, so a result that is
// read under the lock is final; the commit of this read proves it, too. After
// an error the outcome is still open.
func (w *writer) find(t *transaction) (written bool, err error) {
	if len(t.events) == 0 {
		return false, nil // it was a barrier, which is repeated
	}
	var b pgx.Batch
	b.Queue(readCommitted)
	b.Queue(takeLock)
	queueEach(&b, func(row pgx.Rows) error {
		var id [16]byte
		err := row.Scan(&id)
		written = id == t.events[0].EventID
		return err
	}, selectID, t.events[0].Position)
	w.store.queueNode(&b)
	ctx, cancel := context.WithTimeout(context.Background(), roundTrip)
	defer cancel()
	if err := commit(ctx, w.conn, &b); err != nil {
		return false, fmt.Errorf("look for a transaction whose COMMIT was not answered: %w", err)
	}
	return written, nil
}

func eventArrays(t *transaction) []any {
	n := len(t.events)
	positions, versions, times := make([]int64, n), make([]int64, n), make([]int64, n)
	streams, clients, types := make([]string, n), make([]string, n), make([]string, n)
	data, metas, hashes, ids := make([][]byte, n), make([][]byte, n), make([][]byte, n), make([][16]byte, n)
	for i := range t.events {
		e := &t.events[i]
		positions[i], versions[i], times[i] = e.Position, e.Version, t.at
		streams[i], clients[i], types[i] = e.Stream, e.Client, e.Type
		data[i], metas[i], hashes[i], ids[i] = e.Data, e.Meta, e.Hash[:], e.EventID
	}
	return []any{positions, streams, versions, ids, clients, types, data, metas, times, hashes}
}

func keyArrays(t *transaction) []any {
	n := len(t.keys)
	clients, scopes, keys := make([]string, n), make([]string, n), make([]string, n)
	hashes, firsts, lasts, times := make([][]byte, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, k := range t.keys {
		clients[i], scopes[i], keys[i] = k.Client, k.Scope, k.Key
		u := t.uses[i]
		hashes[i], firsts[i], lasts[i], times[i] = u.RequestHash, u.First, u.Last, t.at
	}
	return []any{clients, scopes, keys, hashes, firsts, lasts, times}
}
