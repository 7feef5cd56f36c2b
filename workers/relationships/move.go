package relationships

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// page is how many relationships are read at once.
const page = 500

// over advances every relationship of a status; "" is every one under way.
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
			if err := w.move(ctx, u); err != nil {
				errs = append(errs, fmt.Errorf("move relationship %s on: %w", u.ID, err))
			}
			after = u.Position
		}
		if len(list) < page || ctx.Err() != nil {
			return errors.Join(errs...)
		}
	}
}

// move decides about one relationship, as it is in the log.
func (w *Worker) move(ctx context.Context, u projections.OpenRelationship) error {
	_, err := ledger.ExecuteWith(ctx, w.Ledger, ledger.HolderStream(u.Client, u.Holder), func(h domain.Holder) (ledger.Decision, error) {
		r, ok := h.Relationship(u.ID)
		if !ok {
			return ledger.Decision{}, fmt.Errorf("holder %s of client %s has no relationship %s", u.Holder, u.Client, u.ID)
		}
		switch r.Status {
		case domain.RelationshipQueued:
			return w.queued(ctx, h, r)
		case domain.RelationshipPending:
			return w.pending(ctx, h, r)
		case domain.RelationshipApproved:
			return w.refused(ctx, h, r)
		case domain.RelationshipCancelRequested:
			if d, err := w.refused(ctx, h, r); err != nil || len(d.Events) > 0 {
				return d, err
			}
			return w.canceling(ctx, h, r)
		default:
			return ledger.Decision{}, nil // the views are behind
		}
	})
	return err
}

// queued begins the verification that the client's settings ask for. It
// approves the relationship if they ask for none, or if Plaid linked it.
func (w *Worker) queued(ctx context.Context, h domain.Holder, r *domain.Relationship) (ledger.Decision, error) {
	client, err := w.Ledger.Client(ctx, h.Client)
	if err != nil {
		return ledger.Decision{}, err
	}
	if r.FromPlaid || client.Settings.Verification == domain.VerifyNothing {
		return w.end(h, r, "")
	}
	return w.begin(ctx, client, h, r, client.Settings.Verification)
}

// canceling ends a relationship when none of its transfers are in flight.
func (w *Worker) canceling(ctx context.Context, h domain.Holder, r *domain.Relationship) (d ledger.Decision, err error) {
	flying, err := w.Ledger.InFlight(ctx, h, r)
	if err != nil {
		return d, err
	}
	d.Events, err = domain.CancelRelationship{RelationshipID: r.ID, InFlight: flying}.Decide(h)
	return d, err
}

// end ends the verification: it approves the relationship, or rejects it if
// there is a reason.
func (w *Worker) end(h domain.Holder, r *domain.Relationship, rejected string) (d ledger.Decision, err error) {
	d.Events, err = domain.EndVerifying{RelationshipID: r.ID, Rejected: rejected}.Decide(h)
	if err == nil && rejected != "" {
		w.Log.Info("a relationship was rejected", "client", h.Client, "relationship", r.ID, "reason", rejected)
	}
	return d, err
}
