package projections

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Directory answers who clients and credentials are, from their streams in
// the log; one that does not exist has version 0.
type Directory struct{}

func NewDirectory(l *ledger.Ledger, v *Views) *Directory { return &Directory{} }

func (d *Directory) Client(ctx context.Context, id string) (domain.Client, error) {
	return domain.Client{}, errUnwritten
}
func (d *Directory) Credential(ctx context.Context, key string) (domain.Credential, error) {
	return domain.Credential{}, errUnwritten
}
