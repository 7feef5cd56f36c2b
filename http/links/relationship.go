package links

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// linkAccount links a bank account to a holder: by its numbers, or by a
// processor token, which Plaid resolves to them.
func (s *surface) linkAccount(c echo.Context, who api.Caller, id string) error {
	var in relationshipInput
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	ctx, l := c.Request().Context(), s.LedgerNow()
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		h, r, err := s.relationshipAt(ctx, who.Client, id, use)
		if err != nil {
			return err
		}
		return s.respondLink(c, l, who, h, r)
	}
	link, err := s.link(ctx, l, who.Client, id, in)
	if err != nil {
		return err
	}
	made := api.NewID()
	h, err := ledger.ExecuteWith(ctx, l, ledger.VerifiedHolderStream(who.Client, id), func(h domain.Holder) (d ledger.Decision, err error) {
		account, opened, err := l.UseAccount(ctx, who.Client, link.routing, link.number, link.kind)
		if err != nil {
			return d, err
		}
		d.With = opened
		d.Events, err = domain.LinkAccount{
			RelationshipID: made, Account: account.ID, OwnerName: link.owner, OriginalName: link.original,
			Nickname: link.nickname, AccountType: link.kind, FromPlaid: link.plaid,
		}.Decide(h)
		return d, err
	}, once.Key)
	if err != nil {
		return err
	}
	return s.respondRelationship(c, l, who, h, made)
}

// link is a link to be made, its numbers known and checked.
type link struct {
	owner, original, nickname string
	routing, number, kind     string
	plaid                     bool
}

// link finds and checks the numbers. Plaid is not asked for a holder whose link
// would be refused.
func (s *surface) link(ctx context.Context, l *ledger.Ledger, client, holder string, in relationshipInput) (link, error) {
	settings, err := s.ClientSettings(ctx, client)
	if err != nil {
		return link{}, err
	}
	if err := in.check(); err != nil {
		return link{}, err
	}
	h, err := l.VerifiedHolder(ctx, client, holder)
	if err != nil {
		return link{}, err
	}
	if _, err := (domain.LinkAccount{}).Decide(h); err != nil {
		return link{}, err
	}
	if in.ProcessorToken != "" {
		if in, err = s.fromPlaid(ctx, in); err != nil {
			return link{}, err
		}
	}
	return in.link(settings)
}

// relationshipAt returns the relationship that a keyed request linked, as of
// then.
func (s *surface) relationshipAt(ctx context.Context, client, holder string, use eventstore.KeyUse) (domain.Holder, *domain.Relationship, error) {
	h, err := ledger.LoadAsOf(ctx, s.Ledger, ledger.HolderStream(client, holder), use.Last)
	if err != nil {
		return h, nil, err
	}
	for _, r := range h.Relationships {
		if r.SetAt == use.First {
			return h, r, nil
		}
	}
	return h, nil, fmt.Errorf("nothing was linked at position %d", use.First)
}

// listRelationships answers a holder's relationships, oldest first, from the
// holder's own stream.
func (s *surface) listRelationships(c echo.Context, who api.Caller, id string) error {
	wanted, err := statuses(c.QueryParam("statuses"))
	if err != nil {
		return err
	}
	ctx, l := c.Request().Context(), s.LedgerNow()
	h, err := l.VerifiedHolder(ctx, who.Client, id)
	if err != nil {
		return err
	}
	list := slices.DeleteFunc(slices.Clone(h.Relationships), func(r *domain.Relationship) bool {
		return len(wanted) > 0 && !slices.Contains(wanted, r.Status)
	})
	key := func(r *domain.Relationship) int64 { return int64(1 + slices.Index(h.Relationships, r)) }
	return api.AnswerRows(s.Kit, c, list, api.OldestFirst, key, func(r *domain.Relationship) (api.LinkRecord, error) {
		record, _, err := api.NewLinkRecord(ctx, l, h, r)
		return record, err
	})
}

// statuses reads a comma-separated filter.
func statuses(text string) (list []domain.RelationshipStatus, err error) {
	for _, name := range strings.Split(text, ",") {
		status := domain.RelationshipStatus(strings.ToUpper(strings.TrimSpace(name)))
		switch {
		case status == "":
		case !slices.Contains(domain.RelationshipStatuses, status):
			var names []string
			for _, s := range domain.RelationshipStatuses {
				names = append(names, string(s))
			}
			return nil, api.Invalid("/statuses", "enum", "must be of %s, with commas between them", strings.Join(names, ", "))
		default:
			list = append(list, status)
		}
	}
	return list, nil
}

func (s *surface) getRelationship(c echo.Context, who api.Caller, id, relationship string) error {
	l := s.LedgerNow()
	h, err := l.VerifiedHolder(c.Request().Context(), who.Client, id)
	if err != nil {
		return err
	}
	return s.respondRelationship(c, l, who, h, relationship)
}

// cancelRelationship ends a link, at once or when its entries have settled.
func (s *surface) cancelRelationship(c echo.Context, who api.Caller, id, relationship string) error {
	ctx, l := c.Request().Context(), s.LedgerNow()
	_, err := ledger.Execute(ctx, l, ledger.VerifiedHolderStream(who.Client, id), func(h domain.Holder) ([]domain.Event, error) {
		r, err := existing(h, relationship)
		if err != nil {
			return nil, err
		}
		flying, err := l.InFlight(ctx, h, r)
		if err != nil {
			return nil, err
		}
		return domain.CancelRelationship{RelationshipID: r.ID, InFlight: flying}.Decide(h)
	})
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// existing finds a relationship of the holder.
func existing(h domain.Holder, id string) (*domain.Relationship, error) {
	r, ok := h.Relationship(id)
	if !ok {
		return nil, domain.Refuse(domain.NotFound, "there is no relationship %s", id)
	}
	return r, nil
}
