package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/groupcommit"
)

const (
	// takeLock serializes the appends of all nodes. The lock is released with
	// its transaction, after the commit is durable and visible, so its next
	// holder reads the newest log. A statement sees what was committed before
	// it began, so each read under the lock must be a statement of its own.
	takeLock = `SELECT pg_advisory_xact_lock(711, 1)`

	selectClock  = `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`
	selectTerm   = `SELECT term, (SELECT version FROM delivery), (SELECT vocabulary FROM ledger) FROM leader`
	selectNewest = `SELECT ` + columns + ` FROM events ORDER BY position DESC LIMIT 1`

	// selectVersions and selectKeys seek one row for each name, whatever number
	// of rows the planner expects: LIMIT prevents another kind of join.
	selectVersions = `SELECT s.stream, e.version, e.position FROM unnest($1::text[]) s(stream) CROSS JOIN LATERAL
		(SELECT version, position FROM events WHERE stream = s.stream COLLATE "C" ORDER BY version DESC LIMIT 1) e`
	selectKeys = `SELECT k.client, k.scope, k.key, i.request_hash, i.first, i.last, i.at
		FROM unnest($1::text[], $2::text[], $3::text[]) k(client, scope, key) CROSS JOIN LATERAL
		(SELECT request_hash, first, last, at FROM idempotency WHERE client = k.client COLLATE "C"
			AND scope = k.scope COLLATE "C" AND key = k.key COLLATE "C" LIMIT 1) i`

	// terminateHolder ends the session that has the append lock if it waits for
	// its client, which is stopped or cut off. It never ends a session that
	// waits for a standby.
	terminateHolder = `SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
		WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 711 AND l.objid = 1
			AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND a.wait_event = 'ClientRead' AND a.state_change < clock_timestamp() - interval '1 second'`

	// freeLockAfter is how long a node waits before it calls freeLock.
	freeLockAfter = 2 * time.Second
)

// prepare begins a transaction, takes the append lock and reads what the batch
// depends on, in one round trip, and then decides what is to be written.
func (w *writer) prepare(batch *groupcommit.Batch) (*transaction, error) {
	known := w.store.known()
	l := &logEnd{versions: map[string]int64{}, keys: map[eventstore.IdempotencyKey]eventstore.KeyUse{}}
	var hash []byte
	var b pgx.Batch
	b.Queue(readCommitted)
	b.Queue(takeLock)
	b.Queue(selectClock).QueryRow(func(row pgx.Row) error { return row.Scan(&l.clock) })
	b.Queue(selectNewest).Query(func(rows pgx.Rows) error {
		events, err := collect(rows)
		if len(events) > 0 {
			l.newest = events[0]
		}
		return err
	})
	queueHash(&b, known.Position, &hash)
	streams, clients, scopes, keys := dependsOn(batch)
	queueVersions(&b, streams, l.versions)
	b.Queue(selectTerm).QueryRow(func(row pgx.Row) error { return row.Scan(&l.term, &l.switched, &l.vocabulary) })
	w.store.queueOldestNode(&b, batch, &l.oldestNode)
	if len(keys) > 0 {
		queueEach(&b, l.takeKey, selectKeys, clients, scopes, keys)
	}
	ctx, cancel := context.WithTimeout(context.Background(), roundTrip)
	defer cancel()
	looking := time.AfterFunc(freeLockAfter, w.store.freeLock)
	defer looking.Stop()
	if err := w.conn.SendBatch(ctx, &b).Close(); err != nil {
		return nil, err
	}
	err := known.containedIn(l.head(), hash)
	if err == nil {
		err = w.store.understands(l.vocabulary)
	}
	if err != nil {
		w.store.fail(err)
		w.drop() // this also releases the lock
		return nil, w.store.failure
	}
	return w.decide(l, batch), nil
}

// freeLock ends the session of a node that stopped while it had the lock.
func (s *Store) freeLock() {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	err := s.read(ctx, func(c *pgx.Conn) error {
		tag, err := c.Exec(ctx, terminateHolder)
		if err == nil && tag.RowsAffected() > 0 {
			s.options.Log.Warn("a session held the append lock and waited for its client: it was ended")
		}
		return err
	})
	if err != nil {
		s.options.Log.Warn("the append lock is taken for long, and its holder is not known", "err", err)
	}
}

// dependsOn names the streams and idempotency keys of a batch.
func dependsOn(batch *groupcommit.Batch) (streams, clients, scopes, keys []string) {
	seen := map[string]bool{}
	for _, r := range batch.Requests {
		for i := range r.Appends {
			a := &r.Appends[i]
			if !seen[a.Stream] {
				seen[a.Stream] = true
				streams = append(streams, a.Stream)
			}
			if k := a.Idempotency; k != nil {
				clients, scopes, keys = append(clients, k.Client), append(scopes, k.Scope), append(keys, k.Key)
			}
		}
	}
	return streams, clients, scopes, keys
}

func queueVersions(b *pgx.Batch, streams []string, into map[string]int64) {
	queueEach(b, func(row pgx.Rows) error {
		var stream string
		var version, position int64
		err := row.Scan(&stream, &version, &position)
		into[stream] = version
		return err
	}, selectVersions, streams)
}

// scanKey reads a row of selectKeys.
func scanKey(rows pgx.Rows) (k eventstore.IdempotencyKey, use eventstore.KeyUse, err error) {
	var at int64
	err = rows.Scan(&k.Client, &k.Scope, &k.Key, &use.RequestHash, &use.First, &use.Last, &at)
	use.At = time.UnixMicro(at).UTC()
	return k, use, err
}
