package main

import (
	"context"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// reading opens the log of the process for reading.
func (p *process) reading() (eventstore.Store, error) {
	return sqlite.Open(p.folder, sqlite.Options{ReadOnly: true})
}

// head is the position of the newest event.
func (p *process) head(ctx context.Context) (int64, error) {
	store, err := p.reading()
	if err != nil {
		return 0, err
	}
	defer store.Close()
	head, err := store.Head(ctx)
	return head.Position, err
}

// events reads all events after a position.
func (p *process) events(ctx context.Context, after int64) (all []eventstore.Recorded, err error) {
	store, err := p.reading()
	if err != nil {
		return nil, err
	}
	defer store.Close()
	for {
		page, err := store.ReadAll(ctx, after, 10_000)
		if err != nil || len(page) == 0 {
			return all, err
		}
		all = append(all, page...)
		after = page[len(page)-1].Position
	}
}
