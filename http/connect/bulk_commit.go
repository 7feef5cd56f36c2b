package connect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// bulkIDs derives the ids of lines without one from client, key and line
// number; nil for a request without a key. The ids of one request are adjacent
// in the log's index, and are meaningless to anyone else.
func (s *surface) bulkIDs(r *http.Request, client string) (func(line int) string, error) {
	key, err := api.IdempotencyKey(r)
	if err != nil || key == "" {
		return nil, err
	}
	mac, err := s.Ledger.Keys.MAC(client, []byte("bulk\x00"+key))
	if err != nil {
		return nil, fmt.Errorf("derive the ids of a bulk request: %w", err)
	}
	var prefix uuid.UUID
	copy(prefix[:], mac)
	prefix[6] = prefix[6]&0x0f | 0x80 // version 8: a form of our own (RFC 9562, 5.8)
	prefix[8] = prefix[8]&0x3f | 0x80
	return func(line int) string {
		id := prefix
		binary.BigEndian.PutUint32(id[12:], uint32(line))
		return id.String()
	}, nil
}

// prepare reads, checks and seals lines on all processors. A request may last
// for hours, so client and credential are checked again for each batch.
func (b *bulkRun) prepare(raw []line) ([]*bulkLine, error) {
	client, err := b.s.ClientSettings(b.ctx, b.who.Client)
	if err != nil {
		return nil, err
	}
	var ended *api.Problem
	if err := b.s.StillValid(b.ctx, b.who); err != nil && !errors.As(err, &ended) {
		return nil, err
	}
	l := b.s.LedgerNow()
	batch := make([]*bulkLine, len(raw))
	lines := make([]bulkLine, len(raw))
	for i := range lines {
		lines[i] = bulkLine{number: raw[i].number, client: &client, failed: raw[i].err}
		if ended != nil {
			lines[i].failed = ended
		}
		batch[i] = &lines[i]
	}
	workers := min(runtime.GOMAXPROCS(0), len(raw))
	shares := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		from, to := w*len(raw)/workers, (w+1)*len(raw)/workers
		all.Go(func() { shares[w] = b.prepareShare(l, batch[from:to], raw[from:to]) })
	}
	all.Wait()
	return batch, errors.Join(shares...)
}

// prepareShare prepares lines and encodes what they write.
func (b *bulkRun) prepareShare(l *ledger.Ledger, lines []*bulkLine, raw []line) error {
	changes := make([]ledger.Change, 0, len(lines))
	changed := make([]*bulkLine, 0, len(lines))
	for i, line := range lines {
		if line.failed != nil {
			continue
		}
		var change ledger.Change
		if change, line.failed = b.prepareLine(l, line, raw[i].text); line.failed == nil {
			changes, changed = append(changes, change), append(changed, line)
		}
	}
	appends, err := l.Encode(b.ctx, changes...)
	if err != nil {
		return err
	}
	for i, line := range changed {
		line.write = appends[i]
	}
	return nil
}

// prepareLine makes the change that a line asks for, or says why it cannot be
// made. A panic fails that line only.
func (b *bulkRun) prepareLine(l *ledger.Ledger, out *bulkLine, text []byte) (change ledger.Change, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	o, err := parseProposal(text)
	switch {
	case err != nil:
		return change, o.Scrub(err)
	case o.ID != "":
	case b.ids == nil:
		return change, api.Invalid("/TransactionID", "required", "is needed on every line when there is no Idempotency-Key")
	default:
		o.ID = b.ids(out.number)
	}
	command, err := l.Originate(b.ctx, out.client.ID, o)
	if err != nil {
		return change, err
	}
	out.order, out.id, out.missed = o, command.TransactionID, command.Missed
	change = ledger.Change{
		Stream: domain.TransactionStream(out.client.ID, o.ID), Client: out.client.ID, Expect: eventstore.NewStream,
	}
	change.Events, err = command.Decide(*out.client, domain.Transaction{})
	if err == nil {
		out.warning = change.Events[0].(domain.TransactionOriginated).Misdescribed
	}
	return change, err
}

// commit makes a batch durable and sets the outcome of every line. After an
// error no outcome is known. A list that a reader is waiting for is served
// first; client and credential are checked after that, since the batch was
// prepared while the one before was committed.
func (b *bulkRun) commit(batch []*bulkLine) error {
	b.s.Views.YieldToReaders(b.ctx)
	if ended, err := b.lookAgain(batch); ended || err != nil {
		return err
	}
	l := b.s.LedgerNow()
	var fresh, others []*bulkLine
	seen := make(map[string]bool, len(batch))
	for _, line := range batch {
		switch id := line.order.ID; {
		case line.write.Events != nil && !seen[id]:
			fresh = append(fresh, line)
			seen[id] = true
		case line.id != "":
			others = append(others, line) // an id used twice in the batch, or a refusal
		}
	}
	taken, err := b.writeNew(fresh)
	if err != nil {
		return err
	}
	for _, line := range append(taken, others...) {
		if err := b.decide(l, line); err != nil {
			return err
		}
	}
	return nil
}

// lookAgain checks a prepared batch against what its caller may do now. If the
// credential has ended, no line is written. If the client's settings changed
// since, each line is decided by itself under the current ones.
func (b *bulkRun) lookAgain(batch []*bulkLine) (ended bool, err error) {
	err = b.s.StillValid(b.ctx, b.who)
	var refused *api.Problem
	if errors.As(err, &refused) {
		for _, line := range batch {
			line.failed = err
		}
		return true, nil
	} else if err != nil {
		return false, err
	}
	client, err := b.s.ClientSettings(b.ctx, b.who.Client)
	if err != nil {
		return false, err
	}
	for _, line := range batch {
		if line.client.Version != client.Version {
			line.client, line.write = &client, eventstore.Append{}
		}
	}
	return false, nil
}

// writeNew writes lines whose ids are free, together, and returns those whose
// ids are not.
func (b *bulkRun) writeNew(fresh []*bulkLine) (taken []*bulkLine, err error) {
	for range ledger.Attempts {
		if len(fresh) == 0 {
			return taken, nil
		}
		appends := make([]eventstore.Append, len(fresh))
		for i, line := range fresh {
			appends[i] = line.write
		}
		_, err := b.s.Ledger.Store.Append(b.ctx, appends...)
		switch {
		case err == nil:
			for _, line := range fresh {
				line.status = projections.Pending
				line.write = eventstore.Append{} // it is in the log already
			}
			return taken, nil
		case errors.Is(err, eventstore.ErrStorageFull):
			for _, line := range fresh {
				line.failed = err
			}
			return taken, nil
		case !ledger.Contended(err):
			return nil, err
		}
		known, err := b.known(fresh)
		if err != nil {
			return nil, err
		}
		var free []*bulkLine
		for _, line := range fresh {
			if known[line.write.Stream] > 0 {
				taken = append(taken, line)
			} else {
				free = append(free, line)
			}
		}
		fresh = free
	}
	return append(taken, fresh...), nil
}

func (b *bulkRun) known(lines []*bulkLine) (map[string]int64, error) {
	streams := make([]string, len(lines))
	for i, line := range lines {
		streams[i] = line.write.Stream
	}
	return b.s.Ledger.Store.Versions(b.ctx, streams)
}

// decide handles a line whose id may be taken.
func (b *bulkRun) decide(l *ledger.Ledger, line *bulkLine) error {
	t, _, err := l.Accept(b.ctx, *line.client, line.order)
	line.failed = nil
	if err == nil {
		var st api.TransactionView
		if st, err = b.s.TransactionOf(b.ctx, l, t, t.ID); err == nil {
			line.status = st.Row.Status
			if t.Originated != nil {
				line.missed, line.warning = t.Originated.Missed, t.Originated.Misdescribed
			}
			return nil
		}
	}
	var refusal *domain.Refusal
	if errors.As(err, &refusal) || errors.Is(err, eventstore.ErrStorageFull) {
		line.failed = err
		return nil
	}
	return err
}
