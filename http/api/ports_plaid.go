package api

import (
	"context"
)

// Plaid turns a processor token into the account that somebody linked.
type Plaid interface {
	// Account resolves a token. A *Problem or *domain.Refusal is shown to the
	// caller; it contains no token, key or account number.
	Account(ctx context.Context, processorToken string) (PlaidAccount, error)
}

// PlaidAccount is an account as Plaid knows it.
type PlaidAccount struct {
	Routing, Number string
	Type            string // checking or savings
	Name            string // of the account
	Owner           string // of its holder, where Plaid says it
}

// NoPlaid is for a ledger without Plaid keys.
type NoPlaid struct{}

// Account refuses every token.
func (NoPlaid) Account(context.Context, string) (PlaidAccount, error) {
	return PlaidAccount{}, Invalid("/processor_token", "processor-token",
		"this server has no keys of Plaid and takes no processor tokens: send the account's numbers")
}
