package api

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// MissedCorrection tells a client that an entry goes to an account which a
// notification of change had corrected.
type MissedCorrection struct {
	ChangeCode    string
	TransactionID string // of the entry that was corrected
	EventID       string // of the notification of change
	ToRouting     string // the account as corrected
	ToAccount     string
	ToAccountType string
}

// NewMissedCorrection converts a missed correction to ACH Connect's form; nil stays
// nil.
func NewMissedCorrection(m *domain.MissedCorrection) *MissedCorrection {
	if m == nil {
		return nil
	}
	return &MissedCorrection{m.Code, m.TransactionID, m.ItemID, m.Routing, m.Masked(), m.AccountType}
}

// SnakeMissed is a MissedCorrection for the surfaces that write names in snake case.
type SnakeMissed struct {
	TransactionID string `json:"transaction_id"` // of the entry that misses it
	ChangeCode    string `json:"change_code"`
	Corrected     string `json:"corrected_transaction_id"`
	EventID       string `json:"event_id"`
	Routing       string `json:"routing"`
	Account       string `json:"account"`
	AccountType   string `json:"account_type"`
}

// NewSnakeMissed makes a SnakeMissed for the transaction of the given id; nil stays
// nil.
func NewSnakeMissed(id string, m *domain.MissedCorrection) *SnakeMissed {
	if m == nil {
		return nil
	}
	return &SnakeMissed{id, m.Code, m.TransactionID, m.ItemID, m.Routing, m.Masked(), m.AccountType}
}

// mostNamed bounds what is listed of the missed corrections, and of the warnings,
// of one file.
const mostNamed = 1000

// MissedIn returns the corrections that entries of a client's own file miss, in the
// order of the entries, mostNamed at most.
func (s *Kit) MissedIn(ctx context.Context, client, file string) (list []SnakeMissed, err error) {
	err = s.eachNamed(ctx, client, file, func(f domain.File) []string { return f.Missed }, func(id string, o *domain.TransactionOriginated) {
		if o.Missed != nil {
			list = append(list, *NewSnakeMissed(id, o.Missed))
		}
	})
	return list, err
}

// eachNamed calls each with the transactions of ours that a client's own file
// names, mostNamed at most.
func (s *Kit) eachNamed(ctx context.Context, client, file string, named func(domain.File) []string, each func(id string, o *domain.TransactionOriginated)) error {
	l := s.LedgerNow()
	f, err := l.File(ctx, file)
	if err != nil {
		return err
	}
	ids := named(f)
	for _, id := range ids[:min(len(ids), mostNamed)] {
		t, err := l.Transaction(ctx, client, id)
		if err != nil {
			return err
		}
		if t.Originated != nil {
			each(t.ID, t.Originated)
		}
	}
	return nil
}
