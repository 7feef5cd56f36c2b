package inbound

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain/nacha"
)

// take adds an entry of a good batch to the chunk.
func (a *applier) take(ctx context.Context, e *nacha.ScannedEntry) error {
	if a.bad[e.Batch] {
		return nil
	}
	b := &a.review.batches[e.Batch-1]
	if b.again {
		a.counts.Skipped++
		return nil
	}
	a.chunk = append(a.chunk, inboundEntry{
		ScannedEntry: *e, id: entryID(b.hash, e.Ordinal), inbound: a.id, header: a.header,
		created: a.created, made: a.made, settledOn: settlementDay(a.header, a.created),
	})
	if a.text += len(e.Raw); len(a.chunk) < a.chunkEntries && a.text < chunkText {
		return nil
	}
	return a.flush(ctx)
}

// flush places the chunk. If another writer was first on one of its
// transactions, the whole chunk is decided again.
func (a *applier) flush(ctx context.Context) error {
	var p *placement
	err := a.Ledger.RetryUnless(func() (err error) {
		p, err = a.try(ctx)
		return err
	}, func(string) error {
		if err := a.Views.CatchUp(ctx); err != nil {
			return fmt.Errorf("wait for the views: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.counts.Applied += p.counts.Applied
	a.counts.Unmatched += p.counts.Unmatched
	a.counts.Skipped += p.counts.Skipped
	a.chunk, a.text = a.chunk[:0], 0
	return nil
}

// try decides about the entries of the chunk that are not placed yet, and
// writes.
func (a *applier) try(ctx context.Context) (*placement, error) {
	p := &placement{applier: a, index: map[string]int{}}
	ids := make([]string, len(a.chunk))
	for i := range a.chunk {
		ids[i] = a.chunk[i].id
	}
	places, err := a.Views.Places(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look up where entries are: %w", err)
	}
	var todo []*inboundEntry
	for i := range a.chunk {
		e := &a.chunk[i]
		if at, placed := places[e.id]; placed {
			p.skip(at.Inbound == a.id, at.Unmatched)
			continue
		}
		todo = append(todo, e)
	}
	if p.originals, err = a.readOriginals(ctx, todo); err != nil {
		return nil, err
	}
	if p.repeats, err = a.readRepeats(ctx, todo); err != nil {
		return nil, err
	}
	for _, e := range todo {
		if err := p.place(e); err != nil {
			return nil, fmt.Errorf("line %d: %w", e.Line, err)
		}
	}
	if len(p.changes) == 0 {
		return p, nil
	}
	return p, a.write(ctx, "chunk", p.changes...)
}
