package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// TransactionView is a transaction with the files its items were in, as of an
// instant.
type TransactionView struct {
	answers.Case
	Row   projections.Transaction
	items []projections.Item
}

// NewTransactionView makes a view; ok is false for a transaction that is not
// visible yet.
func NewTransactionView(t domain.Transaction, files map[string]domain.File, now time.Time, bank *calendar.Terms) (s TransactionView, ok bool) {
	s.Case = answers.Case{Transaction: t, Files: files, Now: now, Bank: bank}
	s.items = projections.DescribeItems(&s.Transaction, files)
	s.Row, ok = projections.DescribeTransaction(&s.Transaction, files, s.items)
	return s, ok
}

// updatedAt is when the transaction last changed; its file's delivery is
// recorded in the file's stream.
func (s *TransactionView) updatedAt() time.Time {
	at := s.Transaction.UpdatedAt
	for _, i := range s.items {
		for _, h := range i.History {
			if h.At.After(at) {
				at = h.At
			}
		}
	}
	return at
}

// Transaction reads a client's transaction from its own stream and its files',
// so that it is always current. One that does not exist, belongs to another
// client, or is not visible yet is not found.
func (s *Kit) Transaction(ctx context.Context, l *ledger.Ledger, client, id string) (TransactionView, error) {
	t, err := l.Transaction(ctx, client, id)
	if err != nil {
		return TransactionView{}, err
	}
	return s.TransactionOf(ctx, l, t, id)
}

// TransactionOf makes the view of a transaction that was read already.
func (s *Kit) TransactionOf(ctx context.Context, l *ledger.Ledger, t domain.Transaction, id string) (TransactionView, error) {
	c, err := l.CaseAt(ctx, t, s.Directory.Bank)
	if err != nil {
		return TransactionView{}, err
	}
	return viewOf(c, id)
}

func viewOf(c answers.Case, id string) (TransactionView, error) {
	view, ok := NewTransactionView(c.Transaction, c.Files, c.Now, c.Bank)
	if !ok {
		return TransactionView{}, domain.Refuse(domain.NotFound, "there is no transaction %s", id)
	}
	return view, nil
}

// TransactionsAhead reads the transactions of a list, whose ids are known, in chunks:
// the request for one reads the ones after it as well.
type TransactionsAhead struct {
	kit    *Kit
	l      *ledger.Ledger
	client string
	ids    []string // still to be read
	most   int
	read   map[string]answers.Case
}

// TransactionsAhead begins to read a list of a client's transactions, most at once.
func (s *Kit) TransactionsAhead(l *ledger.Ledger, client string, ids []string, most int) *TransactionsAhead {
	return &TransactionsAhead{kit: s, l: l, client: client, ids: ids, most: most}
}

// Transaction returns the view of one. Ids must be requested in the order of the
// list: the ones before it are forgotten.
func (a *TransactionsAhead) Transaction(ctx context.Context, id string) (TransactionView, error) {
	if _, ok := a.read[id]; !ok {
		at := max(0, slices.Index(a.ids, id))
		page := a.ids[at:min(at+a.most, len(a.ids))]
		read, err := a.l.Cases(ctx, a.client, page, a.kit.Directory.Bank)
		if err != nil {
			return TransactionView{}, err
		}
		a.read, a.ids = read, a.ids[at+len(page):]
	}
	return viewOf(a.read[id], id)
}

// RefusedOver returns why a returned transaction may not be presented again,
// corrected, or charged a fee for: its relationship was canceled, or the bank
// refused the account. It returns "" when there is no such reason.
func (s *Kit) RefusedOver(ctx context.Context, l *ledger.Ledger, t domain.Transaction) (reason string, err error) {
	returned := slices.ContainsFunc(t.Items, func(i *domain.Item) bool { return i.Kind == domain.Return })
	if t.Originated == nil || !returned {
		return "", nil
	}
	over, err := s.Over(ctx, t)
	if over == nil || err != nil {
		return "", err
	}
	return l.NoMoreOver(ctx, t.Client, *over)
}

// Over returns the relationship over which a transaction of ours moves money; nil
// for none. Transactions of older releases do not name it; the views know it.
func (s *Kit) Over(ctx context.Context, t domain.Transaction) (*domain.Over, error) {
	if t.Originated.Over != nil {
		return t.Originated.Over, nil
	}
	return s.Views.Over(ctx, t.Client, t.ID)
}

// TransactionAt returns the transaction that a keyed request made or changed,
// as of that request.
func (s *Kit) TransactionAt(ctx context.Context, use eventstore.KeyUse) (domain.Transaction, error) {
	first, err := s.Ledger.Store.ReadAll(ctx, use.First-1, 1)
	if err != nil || len(first) == 0 {
		return domain.Transaction{}, fmt.Errorf("read position %d, where a keyed request began: %w", use.First, err)
	}
	events, err := s.Ledger.Store.ReadStream(ctx, first[0].Stream, 0)
	if err != nil {
		return domain.Transaction{}, err
	}
	for len(events) > 0 && events[len(events)-1].Position > use.Last {
		events = events[:len(events)-1]
	}
	return ledger.TransactionOf(events)
}
