package api

import "context"

// DescriptionWarning tells a client that the description of a batch in its own
// file breaks one of the client's own rules.
type DescriptionWarning struct {
	TransactionID string `json:"transaction_id"` // an entry of the batch
	Warning       string `json:"warning"`
}

// mostMisdescribed bounds the warnings about one file.
const mostMisdescribed = 1000

// MisdescribedIn returns the warnings about batches of a client's own file, in the
// order of the batches, mostMisdescribed at most. A batch that was filled by several
// appends may have one warning for each append.
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
