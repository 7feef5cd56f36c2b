package ledger

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
)

type requestKey struct{}

type request struct{ id, actor string }

// WithRequest notes in the context which request and which credential, or
// worker, the events written under it come from.
func WithRequest(ctx context.Context, requestID, actor string) context.Context {
	return context.WithValue(ctx, requestKey{}, request{requestID, actor})
}

func metaOf(ctx context.Context, now time.Time) domain.Meta {
	r, _ := ctx.Value(requestKey{}).(request)
	return domain.Meta{At: now, RequestID: r.id, Actor: r.actor}
}
