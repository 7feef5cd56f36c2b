package relationships

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// page bounds how many relationships are read at once.
const page = 500

// over moves on every relationship of a status; "" is any.
func (w *Worker) over(ctx context.Context, status domain.RelationshipStatus) error {
	ctx = ledger.WithWorker(ctx, "relationships")
	if _, err := w.Views.CatchUpIfQuiet(ctx); err != nil {
		return fmt.Errorf("wait for the views: %w", err)
	}
	var errs []error
	for after := int64(0); ; {
		list, err := w.Views.OpenRelationships(ctx, status, after, page)
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("read which relationships are under way: %w", err))...)
		}
		for _, u := range list {
			if err := w.Ledger.Retry(func() error { return w.move(ctx, u) }); err != nil {
				errs = append(errs, fmt.Errorf("move relationship %s on: %w", u.ID, err))
			}
			after = u.Position
		}
		if len(list) < page || ctx.Err() != nil {
			return errors.Join(errs...)
		}
	}
}

// move decides about one relationship as the log has it.
func (w *Worker) move(ctx context.Context, u projections.OpenRelationship) error {
	h, err := w.Ledger.Holder(ctx, u.Client, u.Holder)
	if err != nil {
		return err
	}
	r, ok := h.Relationship(u.ID)
	if !ok {
		return fmt.Errorf("holder %s of client %s has no relationship %s", u.Holder, u.Client, u.ID)
	}
	switch r.Status {
	case domain.RelationshipQueued:
		return w.queued(ctx, h, r)
	case domain.RelationshipPending:
		return w.pending(ctx, h, r)
	case domain.RelationshipApproved:
		return w.refused(ctx, h, r)
	case domain.RelationshipCancelRequested:
		if err := w.refused(ctx, h, r); err != nil {
			return err
		}
		return w.canceling(ctx, h, r)
	default:
		return nil // the views are behind
	}
}

// queued begins the verification that the client's settings name. What Plaid
// linked is verified already.
func (w *Worker) queued(ctx context.Context, h domain.Holder, r *domain.Relationship) error {
	client, err := w.Ledger.Client(ctx, h.Client)
	if err != nil {
		return err
	}
	if r.FromPlaid || client.Settings.Verification == domain.VerifyNothing {
		return w.end(ctx, h, r, "")
	}
	return w.begin(ctx, client, h, r, client.Settings.Verification)
}

// canceling ends a relationship when nothing is in flight any more.
func (w *Worker) canceling(ctx context.Context, h domain.Holder, r *domain.Relationship) error {
	flying, err := w.Ledger.InFlight(ctx, h, r)
	if err != nil {
		return err
	}
	events, err := domain.CancelRelationship{RelationshipID: r.ID, InFlight: flying}.Decide(h)
	if err != nil {
		return err
	}
	return w.write(ctx, h, events)
}

// end approves a relationship, or rejects it for a reason.
func (w *Worker) end(ctx context.Context, h domain.Holder, r *domain.Relationship, rejected string) error {
	events, err := domain.EndVerifying{RelationshipID: r.ID, Rejected: rejected}.Decide(h)
	if err != nil {
		return err
	}
	if rejected != "" {
		w.Log.Info("a relationship was rejected", "client", h.Client, "relationship", r.ID, "reason", rejected)
	}
	return w.write(ctx, h, events)
}

func (w *Worker) write(ctx context.Context, h domain.Holder, events []domain.Event, more ...ledger.Change) error {
	change := ledger.Change{Stream: domain.HolderStream(h.Client, h.ID), Client: h.Client, Expect: h.Version, Events: events}
	_, err := w.Ledger.Write(ctx, append([]ledger.Change{change}, more...)...)
	return err
}
