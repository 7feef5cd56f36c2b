package webhooks

import (
	"encoding/json"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// ofCompany returns the message of an event about a company's return rates. It
// holds the whole event, in which nothing is sealed.
func ofCompany(r eventstore.Recorded, want wants) ([]message, error) {
	f, err := ledger.Fact(r)
	if err != nil {
		return nil, err
	}
	kind := "return_rate."
	switch e := f.Event.(type) {
	case *domain.CompanyRateChanged:
		kind += string(e.Level)
	case *domain.CompanyStopped:
		kind += "stopped"
	case *domain.CompanyLifted:
		kind += "lifted"
	default:
		return nil, nil
	}
	if !want(kind) {
		return nil, nil
	}
	m, err := newMessage(r, 0, kind, json.RawMessage(r.Data))
	return []message{m}, err
}
