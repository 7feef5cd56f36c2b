package postgrestest

import (
	"context"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
)

// LeaderContext begins a term of a store's node and returns the context of what it does
// as the leader. Nothing ends that context, as nothing ends what a process does
// that was stopped while it led: another node may begin the next term at once.
func LeaderContext(t testing.TB, s *postgres.Store) context.Context {
	t.Helper()
	leading, stop := context.WithCancel(context.Background())
	defer stop()
	var its int64
	err := s.RunAsLeader(leading, func(_ context.Context, term int64) error {
		its = term
		stop()
		return nil
	})
	if err != nil || its == 0 {
		t.Fatalf("lead: term %d, %v", its, err)
	}
	confirm := func(ctx context.Context) error { return s.ConfirmTerm(ctx, its) }
	return eventstore.WithLeaderCheck(eventstore.UnderTerm(context.Background(), its), confirm)
}
