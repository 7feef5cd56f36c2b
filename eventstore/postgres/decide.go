package postgres

import (
	"cmp"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/groupcommit"
)

// logEnd is the state of the log that a batch depends on, read under the append
// lock.
type logEnd struct {
	newest     eventstore.Recorded // Position 0 in an empty log
	clock      int64               // of the database, unix microseconds
	term       int64               // of the newest leader
	switched   int64               // number of changes of the delivery switch
	vocabulary int                 // vocabulary of the log
	oldestNode *Node               // node that knows the fewest event types, if the batch has types that not every node knows
	versions   map[string]int64
	keys       map[eventstore.IdempotencyKey]eventstore.KeyUse
}

func (l *logEnd) head() eventstore.Head {
	return eventstore.Head{Position: l.newest.Position, Hash: l.newest.Hash}
}

func (l *logEnd) takeKey(row pgx.Rows) error {
	k, use, err := scanKey(row)
	l.keys[k] = use
	return err
}

// transaction is what a batch writes.
type transaction struct {
	head       eventstore.Head // of the log after the commit
	at         int64           // recorded_at of its events, unix microseconds
	events     []eventstore.Recorded
	keys       []eventstore.IdempotencyKey
	uses       []eventstore.KeyUse // of the keys
	vocabulary int                 // vocabulary of its events, if newer than the log's
}

// decide processes the calls of a batch one after another. A refusal is stored
// in its request and leaves nothing in the transaction. All results are valid
// only once the transaction is committed.
func (w *writer) decide(l *logEnd, batch *groupcommit.Batch) *transaction {
	t := &transaction{head: l.head(), at: l.clock}
	var ids eventstore.EventIDs
	if l.newest.Position > 0 {
		t.at = max(t.at, l.newest.RecordedAt.UnixMicro()) // the clock of another primary may be behind
		ids.Resume(l.newest.EventID)
	}
	for _, r := range batch.Requests {
		r.Result = eventstore.Result{First: t.head.Position + 1, Last: t.head.Position + int64(r.Events)}
		if r.Err = cmp.Or(l.refuses(r), w.store.notKnown(r, l.oldestNode)); r.Err != nil {
			continue
		}
		for i := range r.Appends {
			a := &r.Appends[i]
			l.versions[a.Stream] += int64(len(a.Events))
			if newest := w.store.newestIn(a); newest > max(l.vocabulary, t.vocabulary) {
				t.vocabulary = newest
			}
			if a.Idempotency != nil {
				use := eventstore.KeyUse{RequestHash: append([]byte{}, a.RequestHash...), First: r.Result.First, Last: r.Result.Last, At: time.UnixMicro(t.at).UTC()}
				l.keys[*a.Idempotency] = use
				t.keys, t.uses = append(t.keys, *a.Idempotency), append(t.uses, use)
			}
			w.record(t, &ids, a)
		}
	}
	return t
}

// refuses applies the rules to one call. Its key is checked directly after its
// term and switch, because a repeated request must get the result of the first,
// whatever has happened to its streams since.
func (l *logEnd) refuses(r *groupcommit.Request) error {
	if r.Term != 0 && r.Term != l.term {
		return eventstore.ErrNotLeader
	}
	if r.Switch != 0 && r.Switch != l.switched {
		return eventstore.ErrDeliveryOff
	}
	for i := range r.Appends {
		if k := r.Appends[i].Idempotency; k != nil {
			if use, used := l.keys[*k]; used {
				return &eventstore.KeyUsedError{Key: *k, Use: use}
			}
		}
	}
	moved := map[string]int64{}
	for i := range r.Appends {
		a := &r.Appends[i]
		if l.versions[a.Stream]+moved[a.Stream] != a.Expect {
			return &eventstore.VersionError{Stream: a.Stream, Expect: a.Expect}
		}
		moved[a.Stream] += int64(len(a.Events))
	}
	return nil
}

// record adds the events of one append.
func (w *writer) record(t *transaction, ids *eventstore.EventIDs, a *eventstore.Append) {
	for i := range a.Events {
		e := w.chain.Record(t.head, a, i, ids.Next(t.at), t.at)
		t.head = eventstore.Head{Position: e.Position, Hash: e.Hash}
		t.events = append(t.events, e)
	}
}
