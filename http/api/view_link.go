package api

import (
	"context"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// LinkRecord is a relationship as a client reads it; one linked by Plaid shows
// no numbers.
type LinkRecord struct {
	ID            string                    `json:"id"`
	AccountID     string                    `json:"account_id"`
	CreatedAt     string                    `json:"created_at"`
	UpdatedAt     string                    `json:"updated_at"`
	Status        domain.RelationshipStatus `json:"status"`
	OwnerName     string                    `json:"account_owner_name"`
	AccountType   string                    `json:"bank_account_type,omitempty"`
	AccountNumber string                    `json:"bank_account_number,omitempty"`
	RoutingNumber string                    `json:"bank_routing_number,omitempty"`
	Nickname      string                    `json:"nickname"`
	Reason        string                    `json:"reason,omitempty"` // of a rejection
	Originals     *linkOriginals            `json:"originals,omitempty"`
}

// linkOriginals is the owner's name as the client or Plaid wrote it, where it
// was transliterated to ASCII.
type linkOriginals struct {
	OwnerName string `json:"account_owner_name"`
}

// NewLinkRecord shows a relationship with the account it refers to now, its
// number masked.
func NewLinkRecord(ctx context.Context, l *ledger.Ledger, h domain.Holder, r *domain.Relationship) (record LinkRecord, account domain.BankAccount, err error) {
	record = LinkRecord{
		ID: r.ID, AccountID: h.ID, CreatedAt: Timestamp(r.CreatedAt), UpdatedAt: Timestamp(r.UpdatedAt), Status: r.Status,
		OwnerName: r.OwnerName, Nickname: r.Nickname, Reason: r.Reason,
	}
	if r.OriginalName != "" {
		record.Originals = &linkOriginals{r.OriginalName}
	}
	if r.FromPlaid {
		return record, account, nil
	}
	if account, err = l.Resolve(ctx, h.Client, r.Account, r.SetAt); err != nil {
		return record, account, err
	}
	record.AccountType, record.RoutingNumber = strings.ToUpper(account.Type), account.Routing
	record.AccountNumber = account.Account.Masked()
	return record, account, nil
}
