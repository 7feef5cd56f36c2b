package links

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// confirmAmounts compares the amounts of the micro-deposits with those that the
// holder reports. A wrong attempt is recorded before it is refused.
func (s *surface) confirmAmounts(c echo.Context, who api.Caller, id, relationship string) error {
	input, cents, err := readAmounts(c)
	if err != nil {
		return err
	}
	ctx, l := c.Request().Context(), s.LedgerNow()
	amounts, err := s.Ledger.Amounts(who.Client, relationship, cents...)
	if err != nil {
		return err
	}
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		return s.confirmedBefore(c, who, id, relationship, use)
	}
	var decided []domain.Event
	h, err := ledger.Execute(ctx, l, ledger.VerifiedHolderStream(who.Client, id), func(h domain.Holder) (events []domain.Event, err error) {
		if _, err = existing(h, relationship); err != nil {
			return nil, err
		}
		decided, err = domain.ConfirmAmounts{RelationshipID: relationship, Amounts: amounts}.Decide(h)
		return decided, err
	}, once.Key)
	if err != nil {
		return err
	}
	if failed, ok := decided[0].(domain.LinkTryFailed); ok {
		return wrongAmounts(failed.Tries)
	}
	return s.respondRelationship(c, l, who, h, relationship)
}

// confirmedBefore answers a repeated request as the first one was.
func (s *surface) confirmedBefore(c echo.Context, who api.Caller, id, relationship string, use eventstore.KeyUse) error {
	ctx, l := c.Request().Context(), s.LedgerNow()
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
	h, err := l.VerifiedHolder(ctx, who.Client, id)
	if err != nil {
		return err
	}
	return s.respondRelationship(c, l, who, h, relationship)
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
