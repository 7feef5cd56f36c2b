package ledger

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// Audit records an event in the audit stream of a client, or of the ledger
// itself, and returns when that is durable. The context names who acted.
func (l *Ledger) Audit(ctx context.Context, client string, event domain.Event) error {
	stream := domain.AuditStream(client)
	return l.Retry(func() error {
		versions, err := l.Store.Versions(ctx, []string{stream})
		if err != nil {
			return err
		}
		_, err = l.Write(ctx, Change{Stream: stream, Client: client, Expect: versions[stream], Events: []domain.Event{event}})
		return err
	})
}
