package ops

import (
	"encoding/json"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/receiving"
)

// receivingAccount is a receiving account as operations write it: the number,
// or a prefix followed by *, alone or with the rules for its payments.
type receivingAccount struct {
	Account string `json:"account"`
	*receiving.Rules
}

// ShortForm implements api.Shortened.
func (receivingAccount) ShortForm() {}

// UnmarshalJSON reads a string or an object.
func (r *receivingAccount) UnmarshalJSON(text []byte) error {
	*r = receivingAccount{} // a body is decoded over existing values
	if text[0] == '"' {
		return json.Unmarshal(text, &r.Account)
	}
	type object receivingAccount
	return json.Unmarshal(text, (*object)(r))
}

// MarshalJSON writes one without rules as a string.
func (r receivingAccount) MarshalJSON() ([]byte, error) {
	if r.Rules == nil {
		return json.Marshal(r.Account)
	}
	type object receivingAccount
	return json.Marshal(object(r))
}

// shownReceiving converts receiving accounts, with their numbers masked.
func shownReceiving(list []domain.AccountMatch) []receivingAccount {
	shown := make([]receivingAccount, len(list))
	for i, a := range list {
		shown[i].Account = maskedPattern(a)
		if a.Rules != nil {
			rules := *a.Rules
			rules.Filters = slices.Clone(rules.Filters)
			shown[i].Rules = &rules
		}
	}
	return shown
}

// sealedBefore finds the sealed number of a receiving account that a body shows
// masked, as it was answered: the only one with that mask, or the one at the
// same index if all accounts are unchanged.
func sealedBefore(before []domain.AccountMatch, body []receivingAccount, i int) (m domain.AccountMatch, ok bool) {
	sameShown := func(a domain.AccountMatch, b receivingAccount) bool { return maskedPattern(a) == b.Account }
	if slices.EqualFunc(before, body, sameShown) {
		return before[i], true
	}
	for _, a := range before {
		if sameShown(a, body[i]) {
			if ok {
				return m, false // ambiguous
			}
			m, ok = a, true
		}
	}
	return m, ok
}
