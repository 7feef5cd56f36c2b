package api

import "context"

// DescriptionWarning tells a client that its own rule is against the description
// of a batch of a file of its own.
type DescriptionWarning struct {
	TransactionID string `json:"transaction_id"` // an entry of the batch
	Warning       string `json:"warning"`
}

// mostMisdescribed bounds how many batches of a file are told of.
const mostMisdescribed = 1000

// MisdescribedIn are the warnings about batches of a client's own file, in their
// order; of a file with very many the first. A batch that was filled in parts may
// have one for each of them.
func (s *Kit) MisdescribedIn(ctx context.Context, client, file string) (list []DescriptionWarning, err error) {
	l := s.LedgerNow()
	f, err := l.File(ctx, file)
	if err != nil {
		return nil, err
	}
	for _, id := range f.Misdescribed[:min(len(f.Misdescribed), mostMisdescribed)] {
		t, err := l.Transaction(ctx, client, id)
		if err != nil {
			return nil, err
		}
		if t.Originated != nil && t.Originated.Misdescribed != "" {
			list = append(list, DescriptionWarning{t.ID, t.Originated.Misdescribed})
		}
	}
	return list, nil
}
