package ledger

import (
	"context"
	"encoding/json"
	"time"

	"github.com/achledger/achledger/domain"
)

type requestKey struct{}

// request is what causes the events that are written under a context. It is
// also sent to other processes.
type request struct {
	ID       string `json:"id,omitempty"`
	Actor    string `json:"actor,omitempty"`
	Cause    string `json:"cause,omitempty"`
	Worker   bool   `json:"worker,omitempty"` // actor is a worker's name: no person or credential asked for it
	Approval string `json:"approval,omitempty"`
}

func requestOf(ctx context.Context) request {
	r, _ := ctx.Value(requestKey{}).(request)
	return r
}

func (r request) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// WithRequest stores in the context the request, and the credential or the
// person at the command line, that cause the events written under it.
func WithRequest(ctx context.Context, requestID, actor string) context.Context {
	return request{ID: requestID, Actor: actor}.within(ctx)
}

// WithWorker stores which worker writes. If a person or credential asked for
// the work, that stays the actor of the events, and the worker becomes their
// cause.
func WithWorker(ctx context.Context, worker string) context.Context {
	r := requestOf(ctx)
	if r.Actor == "" || r.Worker {
		return request{ID: r.ID, Actor: worker, Worker: true}.within(ctx)
	}
	r.Cause = worker
	return r.within(ctx)
}

// As stores the actor, for a person who is identified only now.
func As(ctx context.Context, person string) context.Context {
	r := requestOf(ctx)
	r.Actor, r.Worker = person, false
	return r.within(ctx)
}

// WithApproval stores the approved request under which events are written.
func WithApproval(ctx context.Context, id string) context.Context {
	r := requestOf(ctx)
	r.Approval = id
	return r.within(ctx)
}

func metaOf(ctx context.Context, now time.Time) domain.Meta {
	r := requestOf(ctx)
	return domain.Meta{At: now, RequestID: r.ID, Actor: r.Actor, Cause: r.Cause, Approval: r.Approval, TraceParent: traceOf(ctx)}
}

// CarryRequest encodes the request of the context, for another process that
// acts on its behalf.
func CarryRequest(ctx context.Context) json.RawMessage {
	text, _ := json.Marshal(requestOf(ctx)) // strings: cannot fail
	return text
}

// TakeRequest is the inverse of CarryRequest.
func TakeRequest(ctx context.Context, text json.RawMessage) (context.Context, error) {
	var r request
	err := json.Unmarshal(text, &r)
	return r.within(ctx), err
}
