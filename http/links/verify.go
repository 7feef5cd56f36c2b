package links

import (
	"context"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// confirmAmounts takes the amounts of the micro-deposits as the holder read
// them. A wrong try is recorded before it is refused.
func (s *surface) confirmAmounts(c echo.Context, who api.Caller, id, relationship string) error {
	input, cents, err := readAmounts(c)
	if err != nil {
		return err
	}
	ctx, l := c.Request().Context(), s.LedgerNow()
	return s.Once(c, who, input, func(key ledger.Option) error {
		err := l.Retry(func() error { return s.confirm(ctx, l, who.Client, id, relationship, cents, key) })
		if err != nil {
			return err
		}
		return s.respondRelationship(c, l, who, id, relationship)
	}, func(use eventstore.KeyUse) error {
		first, err := s.Ledger.Store.ReadAll(ctx, use.First-1, 1)
		if err != nil {
			return err
		}
		for _, r := range first {
			f, err := ledger.Fact(r)
			if err != nil {
				return err
			}
			if failed, ok := f.Event.(*domain.LinkTryFailed); ok {
				return wrongAmounts(failed.Tries)
			}
		}
		return s.respondRelationship(c, l, who, id, relationship)
	})
}

func (s *surface) confirm(ctx context.Context, l *ledger.Ledger, client, holder, id string, cents []int64, key ledger.Option) error {
	h, _, err := existingRelationship(ctx, l, client, holder, id)
	if err != nil {
		return err
	}
	amounts, err := l.Amounts(client, id, cents...)
	if err != nil {
		return err
	}
	events, err := domain.ConfirmAmounts{RelationshipID: id, Amounts: amounts}.Decide(h)
	if err != nil {
		return err
	}
	change := ledger.Change{Stream: domain.HolderStream(client, holder), Client: client, Expect: h.Version, Events: events}
	key(&change)
	if _, err := l.Write(ctx, change); err != nil {
		return err
	}
	if failed, ok := events[0].(domain.LinkTryFailed); ok {
		return wrongAmounts(failed.Tries)
	}
	return nil
}

func wrongAmounts(tries int) error {
	message := "the amounts are not those of the micro-deposits; try " + strconv.Itoa(tries) + " of " + strconv.Itoa(domain.MaxVerifyTries)
	if tries >= domain.MaxVerifyTries {
		message += ": the relationship is REJECTED"
	}
	return &domain.Refusal{Code: domain.RuleBroken, Fields: api.Wrong("/amounts", "wrong-amounts", "%s", message)}
}

func readAmounts(c echo.Context) (input []byte, cents []int64, err error) {
	var in struct {
		Amounts []api.Decimal `json:"amounts"`
	}
	if input, err = api.ReadBody(c, &in); err != nil {
		return nil, nil, err
	}
	if len(in.Amounts) != 2 {
		return nil, nil, api.Invalid("/amounts", "count", `two amounts, as in ["0.12","0.34"]`)
	}
	for i, a := range in.Amounts {
		n, err := text.ParseDollars(string(a))
		if err != nil {
			return nil, nil, api.Invalid("/amounts/"+strconv.Itoa(i), "amount", "%v", err)
		}
		cents = append(cents, n)
	}
	return input, cents, nil
}
