package ledger

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// Audit records an event in the audit stream of a client, or of the ledger
// itself, and returns when it is durable. The context has the actor.
func (l *Ledger) Audit(ctx context.Context, client string, event domain.Event) error {
	stream := domain.AuditStream(client)
	return l.Retry(func() error {
		return l.add(ctx, stream, client, event)
	})
}

// add writes an event to a stream that has no aggregate.
func (l *Ledger) add(ctx context.Context, stream, client string, event domain.Event) error {
	versions, err := l.Store.Versions(ctx, []string{stream})
	if err != nil {
		return fmt.Errorf("read the version of stream %s: %w", stream, err)
	}
	_, err = l.Write(ctx, Change{Stream: stream, Client: client, Expect: versions[stream], Events: []domain.Event{event}})
	return err
}
