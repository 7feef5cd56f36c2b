package ops

import (
	"encoding/json"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/receiving"
)

// receivingAccount is a receiving account as operations write it: the number,
// or how it begins and *, alone or with what becomes of payments for it.
type receivingAccount struct {
	Account string `json:"account"`
	*receiving.Rules
}

// ShortForm implements api.Shortened.
func (receivingAccount) ShortForm() {}

// UnmarshalJSON reads a text or an object.
func (r *receivingAccount) UnmarshalJSON(text []byte) error {
	*r = receivingAccount{} // a body is read over what there is
	if text[0] == '"' {
		return json.Unmarshal(text, &r.Account)
	}
	type object receivingAccount
	return json.Unmarshal(text, (*object)(r))
}

// MarshalJSON writes one without rules as a text.
func (r receivingAccount) MarshalJSON() ([]byte, error) {
	if r.Rules == nil {
		return json.Marshal(r.Account)
	}
	type object receivingAccount
	return json.Marshal(object(r))
}

// shownReceiving are receiving accounts, their numbers masked.
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
// masked, as the caller was given it: the only one that looks so, or the one in
// its place where all accounts are those that there were.
func sealedBefore(before []domain.AccountMatch, body []receivingAccount, i int) (m domain.AccountMatch, ok bool) {
	sameShown := func(a domain.AccountMatch, b receivingAccount) bool { return maskedPattern(a) == b.Account }
	if slices.EqualFunc(before, body, sameShown) {
		return before[i], true
	}
	for _, a := range before {
		if sameShown(a, body[i]) {
			if ok {
				return m, false // which of them is meant nobody knows
			}
			m, ok = a, true
		}
	}
	return m, ok
}
