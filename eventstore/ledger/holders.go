package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
)

// Holder reads a client's holder; one never used has version 0.
func (l *Ledger) Holder(ctx context.Context, client, id string) (domain.Holder, error) {
	return Load(ctx, l, HolderStream(client, id))
}

// VerifiedHolder reads a client's holder; see VerifiedHolderStream.
func (l *Ledger) VerifiedHolder(ctx context.Context, client, id string) (domain.Holder, error) {
	return Load(ctx, l, VerifiedHolderStream(client, id))
}

func (l *Ledger) rejectRefused(ctx context.Context, h domain.Holder) error {
	for _, r := range h.Relationships {
		if r.Status != domain.RelationshipPending && r.Status != domain.RelationshipApproved {
			continue
		}
		entries, err := l.Verifying(ctx, h.Client, r)
		if err != nil {
			return err
		}
		if reason := r.RefusedBy(entries); reason != "" {
			r.Status, r.Reason = domain.RelationshipRejected, reason
		}
	}
	return nil
}

// RefusedOver returns why an entry, a debit or a credit, may not leave over a
// relationship; empty if it may. It reads the log, so a returned entry counts at
// once. A relationship is canceled once all its entries have settled. A debit
// that waits again, because the operator refused its file later, stays: the
// receiver's authorization has ended.
func (l *Ledger) RefusedOver(ctx context.Context, client string, over domain.Over, debit bool) (reason string, err error) {
	r, reason, err := l.over(ctx, client, over)
	if err == nil && reason == "" && debit && r.Status == domain.RelationshipCanceled {
		reason = r.NoMore("")
	}
	return reason, err
}

// NoMoreOver is why no new entry may be made over a relationship, though what
// waits may leave; empty while nothing speaks against it.
func (l *Ledger) NoMoreOver(ctx context.Context, client string, over domain.Over) (reason string, err error) {
	r, refused, err := l.over(ctx, client, over)
	if err != nil {
		return "", err
	}
	return r.NoMore(refused), nil
}

// over is a relationship, and why its bank refuses the account.
func (l *Ledger) over(ctx context.Context, client string, over domain.Over) (r *domain.Relationship, refused string, err error) {
	h, err := l.Holder(ctx, client, over.Holder)
	if err != nil {
		return nil, "", err
	}
	r, ok := h.Relationship(over.RelationshipID)
	switch {
	case !ok:
		return nil, "", fmt.Errorf("holder %s of client %s has no relationship %s", over.Holder, client, over.RelationshipID)
	case r.Status == domain.RelationshipRejected:
		return r, r.Reason, nil
	}
	entries, err := l.Verifying(ctx, client, r)
	return r, r.RefusedBy(entries), err
}

// Verifying returns the entries that verify a relationship's account.
func (l *Ledger) Verifying(ctx context.Context, client string, r *domain.Relationship) (entries []domain.Transaction, err error) {
	for _, id := range r.Verifying {
		t, err := l.Transaction(ctx, client, id)
		if err != nil {
			return nil, err
		}
		if t.Origination() == nil {
			return nil, fmt.Errorf("relationship %s is verified by transaction %s, which does not exist", r.ID, id)
		}
		entries = append(entries, t)
	}
	return entries, nil
}

// InFlight reports whether entries that use a relationship may still leave, or
// have not settled yet.
func (l *Ledger) InFlight(ctx context.Context, h domain.Holder, r *domain.Relationship) (bool, error) {
	for _, id := range h.Over(r) {
		c, err := l.Case(ctx, h.Client, id)
		if err != nil || c.InFlight() {
			return err == nil, err
		}
	}
	return false, nil
}

// Amounts is the keyed hash with which micro-deposits are compared: of their
// cents in ascending order, for one relationship.
func (l *Ledger) Amounts(client, relationship string, cents ...int64) ([]byte, error) {
	return l.Keys.MAC(client, amountsText(relationship, cents))
}

func amountsText(relationship string, cents []int64) []byte {
	sorted := slices.Sorted(slices.Values(cents))
	return fmt.Appendf(nil, "micro-deposits of %s: %d", relationship, sorted)
}
