package api

import (
	"context"
)

// Plaid turns a processor token into the account that somebody linked.
type Plaid interface {
	// Account resolves a token. A *Problem or a *domain.Refusal is what the
	// caller is told; it holds no token, key or account number.
	Account(ctx context.Context, processorToken string) (PlaidAccount, error)
}

// PlaidAccount is an account as Plaid knows it.
type PlaidAccount struct {
	Routing, Number string
	Type            string // checking or savings
	Name            string // of the account
	Owner           string // of its holder, where Plaid says it
}

// NoPlaid is a ledger without keys of Plaid.
type NoPlaid struct{}

// Account takes no token.
func (NoPlaid) Account(context.Context, string) (PlaidAccount, error) {
	return PlaidAccount{}, Invalid("/processor_token", "processor-token",
		"this server has no keys of Plaid and takes no processor tokens: send the account's numbers")
}
