package postgrestest

import (
	"context"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
)

// Lead begins a term of a store's node and returns the context of what it does
// as the leader. Nothing ends that context, as nothing ends what a process does
// that was stopped while it led: another node may begin the next term at once.
func Lead(t testing.TB, s *postgres.Store) context.Context {
	t.Helper()
	led, stop := context.WithCancel(context.Background())
	defer stop()
	var its int64
	err := s.Lead(led, func(_ context.Context, term int64) error {
		its = term
		stop()
		return nil
	})
	if err != nil || its == 0 {
		t.Fatalf("lead: term %d, %v", its, err)
	}
	leads := func(ctx context.Context) error { return s.Leads(ctx, its) }
	return eventstore.WithLead(eventstore.UnderTerm(context.Background(), its), leads)
}
