package demo

import (
	"context"
	"net/http"
)

// showTransaction reads the first wage back.
func showTransaction(ctx context.Context, s *story) error {
	var t transaction
	status, err := s.client.do(ctx, http.MethodGet, "/api/transaction/"+s.posted[people[0].name], nil, &t)
	if err != nil {
		return err
	}
	s.say("   GET /api/transaction/{id} for %s\n   %d  %s, effective %s\n\n", people[0].name, status, t.Status, t.EffectiveEntryDate)
	for _, e := range t.Events {
		for _, step := range e.StatusHistory {
			s.say("   %-13s %-12s %s\n", e.EventType, step.Status, step.At)
		}
	}
	return nil
}
