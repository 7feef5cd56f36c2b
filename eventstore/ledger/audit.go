package ledger

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// Audit records an event in the audit stream of a client, or of the ledger
// itself, and returns when that is durable. The context names who acted.
func (l *Ledger) Audit(ctx context.Context, client string, event domain.Event) error {
	stream := domain.AuditStream(client)
	return l.Retry(func() error {
		return l.add(ctx, stream, client, event)
	})
}

// add writes an event to a stream that is read as no aggregate.
func (l *Ledger) add(ctx context.Context, stream, client string, event domain.Event) error {
	versions, err := l.Store.Versions(ctx, []string{stream})
	if err != nil {
		return fmt.Errorf("read the version of stream %s: %w", stream, err)
	}
	_, err = l.Write(ctx, Change{Stream: stream, Client: client, Expect: versions[stream], Events: []domain.Event{event}})
	return err
}
