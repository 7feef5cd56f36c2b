package ledger

import (
	"context"
	"encoding/json"
	"time"

	"github.com/achledger/achledger/domain"
)

type requestKey struct{}

type request struct {
	id, actor, cause string
	worker           bool // actor is a worker's name: no person or credential asked for it
	approval         string
}

// WithRequest stores in the context the request, and the credential or the
// person at the command line, that cause the events written under it.
func WithRequest(ctx context.Context, requestID, actor string) context.Context {
	return context.WithValue(ctx, requestKey{}, request{id: requestID, actor: actor})
}

// WithWorker stores which worker writes. If a person or credential asked for
// the work, that stays the actor of the events, and the worker becomes their
// cause.
func WithWorker(ctx context.Context, worker string) context.Context {
	r, _ := ctx.Value(requestKey{}).(request)
	if r.actor == "" || r.worker {
		return context.WithValue(ctx, requestKey{}, request{id: r.id, actor: worker, worker: true})
	}
	r.cause = worker
	return context.WithValue(ctx, requestKey{}, r)
}

// As stores the actor, for a person who is identified only now.
func As(ctx context.Context, person string) context.Context {
	r, _ := ctx.Value(requestKey{}).(request)
	r.actor, r.worker = person, false
	return context.WithValue(ctx, requestKey{}, r)
}

// WithApproval stores the approved request under which events are written.
func WithApproval(ctx context.Context, id string) context.Context {
	r, _ := ctx.Value(requestKey{}).(request)
	r.approval = id
	return context.WithValue(ctx, requestKey{}, r)
}

func metaOf(ctx context.Context, now time.Time) domain.Meta {
	r, _ := ctx.Value(requestKey{}).(request)
	return domain.Meta{At: now, RequestID: r.id, Actor: r.actor, Cause: r.cause, Approval: r.approval, TraceParent: traceOf(ctx)}
}

// carried is a request in the form in which it is sent to another process.
type carried struct {
	ID       string `json:"id,omitempty"`
	Actor    string `json:"actor,omitempty"`
	Cause    string `json:"cause,omitempty"`
	Worker   bool   `json:"worker,omitempty"`
	Approval string `json:"approval,omitempty"`
}

// CarryRequest encodes the request of the context, for another process that
// acts on its behalf.
func CarryRequest(ctx context.Context) json.RawMessage {
	r, _ := ctx.Value(requestKey{}).(request)
	text, _ := json.Marshal(carried{r.id, r.actor, r.cause, r.worker, r.approval}) // strings: cannot fail
	return text
}

// TakeRequest is the inverse of CarryRequest.
func TakeRequest(ctx context.Context, text json.RawMessage) (context.Context, error) {
	var c carried
	err := json.Unmarshal(text, &c)
	return context.WithValue(ctx, requestKey{}, request{id: c.ID, actor: c.Actor, cause: c.Cause, worker: c.Worker, approval: c.Approval}), err
}
