package api

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// DescriptionWarning tells a client that the description of a batch in its own
// file breaks one of the client's own rules.
type DescriptionWarning struct {
	TransactionID string `json:"transaction_id"` // an entry of the batch
	Warning       string `json:"warning"`
}

// MisdescribedIn returns the warnings about batches of a client's own file, in the
// order of the batches, mostNamed at most. A batch that was filled by several
// appends may have one warning for each append.
func (s *Kit) MisdescribedIn(ctx context.Context, client, file string) (list []DescriptionWarning, err error) {
	err = s.eachNamed(ctx, client, file, func(f domain.File) []string { return f.Misdescribed }, func(id string, o *domain.TransactionOriginated) {
		if o.Misdescribed != "" {
			list = append(list, DescriptionWarning{id, o.Misdescribed})
		}
	})
	return list, err
}
