package webhooks

import (
	"context"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// ofHolder returns the messages of an event about a holder's bank links: one
// for each link whose status changed.
func (s *source) ofHolder(ctx context.Context, r eventstore.Recorded, want wants) (list []message, err error) {
	events, err := s.upTo(ctx, r)
	if err != nil {
		return nil, err
	}
	_, id, _ := strings.Cut(strings.TrimPrefix(r.Stream, "holder/"), "/")
	before, after := domain.Holder{Client: r.Client, ID: id}, domain.Holder{Client: r.Client, ID: id}
	if err := ledger.Fold(&before, events[:len(events)-1]); err != nil {
		return nil, err
	}
	if err := ledger.Fold(&after, events); err != nil {
		return nil, err
	}
	for _, link := range after.Relationships {
		was, ok := before.Relationship(link.ID)
		kind := "link." + strings.ToLower(string(link.Status))
		if ok && was.Status == link.Status || !want(kind) {
			continue
		}
		shown, err := s.shows.Link(ctx, after, link)
		if err != nil {
			return nil, err
		}
		m, err := newMessage(r, 0, kind, shown) // an event changes the status of one link
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}
