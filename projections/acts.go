package projections

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/eventstore"
)

// ActFilter selects events that people and operations made, in log order.
type ActFilter struct {
	Actors []string // nil: any
	Client string   // to which the event belongs; empty: all
	After  int64    // log position, exclusive
	Before int64    // unless 0, the newest events before this position come first and After is ignored; only with Actors
	Limit  int
}

const (
	allActs      = `SELECT position FROM acts@ WHERE position > ?1 AND (?2 = '' OR client = ?2) ORDER BY position LIMIT ?3`
	actsOfClient = `SELECT position FROM acts@ INDEXED BY acts_client@ WHERE client = ?2 AND position > ?1 ORDER BY position LIMIT ?3`
	actsOfActors = `SELECT position FROM acts@ INDEXED BY acts_actor@
		WHERE actor IN (SELECT value FROM json_each(?4)) AND position > ?1 AND (?2 = '' OR client = ?2) ORDER BY position LIMIT ?3`
	newestActsOfActors = `SELECT position FROM acts@ INDEXED BY acts_actor@
		WHERE actor IN (SELECT value FROM json_each(?4)) AND position < ?1 AND (?2 = '' OR client = ?2) ORDER BY position DESC LIMIT ?3`
)

// Acts lists, in log order, the events caused by people, by credentials of
// operations and by the folder's owner, including those that record who was
// shown something.
func (v *Views) Acts(ctx context.Context, f ActFilter) ([]eventstore.Recorded, error) {
	query, args := allActs, values(f.After, f.Client, int64(f.Limit))
	switch {
	case f.Actors != nil:
		query, args = actsOfActors, append(args, jsonOf(f.Actors))
		if f.Before > 0 {
			query, args[0] = newestActsOfActors, f.Before
		}
	case f.Client != "":
		query = actsOfClient
	}
	positions, err := rowsOf(ctx, v, query, args, func(row []value, at *int64) { scan(row, at) })
	if err != nil {
		return nil, err
	}
	events := make([]eventstore.Recorded, 0, len(positions))
	for _, at := range positions {
		one, err := v.store.ReadAll(ctx, at-1, 1)
		if err == nil && (len(one) != 1 || one[0].Position != at) {
			err = fmt.Errorf("the log has no position %d", at)
		}
		if err != nil {
			return nil, fmt.Errorf("read what was done: %w", err)
		}
		events = append(events, one[0])
	}
	return events, nil
}
