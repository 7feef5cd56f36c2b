package webhooks

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// ofTransaction returns the messages of a transaction's event: one for each
// item that the event made or whose status it changed. An item that is not
// visible yet has none; the cut of its file makes it visible.
func (s *source) ofTransaction(ctx context.Context, r eventstore.Recorded, want wants) ([]message, error) {
	events, err := s.upTo(ctx, r)
	if err != nil {
		return nil, err
	}
	before, err := ledger.TransactionOf(events[:len(events)-1])
	if err != nil {
		return nil, err
	}
	t, err := ledger.TransactionOf(events)
	if err != nil {
		return nil, err
	}
	var moved []*domain.Item
	for _, i := range t.Items {
		if was, ok := before.Item(i.ID); !ok || was.State != i.State || decidedNow(was, i) {
			moved = append(moved, i)
		}
	}
	if len(moved) == 0 {
		return nil, nil
	}
	shown, err := s.itemsAt(ctx, t, r.Position)
	if err != nil {
		return nil, err
	}
	var list []message
	for n, i := range moved {
		item, ok := shown[i.ID]
		if !ok {
			continue
		}
		kind, ordinal := domain.ItemType(i, item.Status), int64(0)
		if was, ok := before.Item(i.ID); ok && decidedNow(was, i) {
			kind = domain.DecidedType
		}
		if len(moved) > 1 {
			ordinal = int64(n + 1)
		}
		if !want(kind) {
			continue
		}
		m, err := newMessage(r, ordinal, kind, s.shows.Item(item))
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// decidedNow reports whether an event recorded the decision about an incoming
// payment.
func decidedNow(was, is *domain.Item) bool { return was.Decided == nil && is.Decided != nil }

// itemsAt returns the items of a transaction by id, as the API showed them at a
// position of the log, up to which the transaction was read.
func (s *source) itemsAt(ctx context.Context, t domain.Transaction, position int64) (map[string]projections.Item, error) {
	files := map[string]domain.File{}
	need := func(id string) error {
		if _, read := files[id]; id == "" || read {
			return nil
		}
		f, err := s.files.at(ctx, id, position)
		files[id] = f
		return err
	}
	if t.Originated != nil {
		if err := need(t.Originated.InFile); err != nil {
			return nil, err
		}
	}
	for _, i := range t.Items {
		for _, step := range i.History {
			if err := need(step.File); err != nil {
				return nil, err
			}
		}
	}
	shown := map[string]projections.Item{}
	for _, item := range projections.DescribeItems(&t, files) {
		shown[item.ItemID] = item
	}
	return shown, nil
}
