package verify

import (
	"context"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// page is how many events one read takes.
const page = 2000

// eachEvent visits the events of some types, in log order.
func eachEvent(ctx context.Context, s Subject, progress Progress, visit func(domain.Event), types ...string) error {
	head, err := s.Store.Head(ctx)
	if err != nil {
		return err
	}
	for after := int64(0); after < head.Position; {
		events, err := s.Store.ReadAll(ctx, after, page)
		if err != nil || len(events) == 0 {
			return err
		}
		for _, e := range events {
			after = e.Position
			if !slices.Contains(types, e.Type) {
				continue
			}
			fact, err := ledger.Fact(e)
			if err != nil {
				return err
			}
			visit(fact.Event)
		}
		progress(after, head.Position)
	}
	return nil
}
