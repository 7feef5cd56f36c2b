package domain

import "time"

// VaultToken is a name under which a client stored a bank account.
type VaultToken struct {
	Version    int64
	ID         string
	Terms      TokenTerms
	SetAt      int64 // log position of the newest write, for corrections
	CreatedAt  time.Time
	UpdatedAt  time.Time
	TimesUsed  int
	LastUsedAt time.Time
	Deleted    bool
}

// TokenTerms is a client's data about a token; a replacement replaces all of
// it.
type TokenTerms struct {
	AccountID       string `json:"account_id"` // of the bank account
	IndividualName  string `json:"individual_name"`
	Description     string `json:"description,omitempty"`
	CustomerKey     string `json:"customer_key,omitempty"`
	Default         bool   `json:"default,omitempty"` // without a customer key
	SoftwareType    string `json:"software_type"`
	SoftwareVersion string `json:"software_version"`
}

// Events of a vault token.
type (
	// TokenStored records a new token.
	TokenStored struct {
		TokenID string `json:"token_id"`
		TokenTerms
	}
	// TokenReplaced records that the client replaced all of a token but its
	// id and its use.
	TokenReplaced struct{ TokenTerms }
	// TokenUsed records that a transaction was made with the token.
	TokenUsed struct {
		TransactionID string `json:"transaction_id"`
	}
	// TokenDeleted ends a token.
	TokenDeleted struct{}
	// DefaultChosen records which of a customer's tokens is the default; an
	// empty id is none.
	DefaultChosen struct {
		TokenID string `json:"token_id"`
	}
)

// Type names each event in the log.
func (TokenStored) Type() string   { return "token.stored" }
func (TokenReplaced) Type() string { return "token.replaced" }
func (TokenUsed) Type() string     { return "token.used" }
func (TokenDeleted) Type() string  { return "token.deleted" }
func (DefaultChosen) Type() string { return "customer.default_chosen" }

func init() {
	register(empty[TokenStored], empty[TokenReplaced], empty[TokenUsed], empty[TokenDeleted], empty[DefaultChosen])
}

// TokenStream names the stream of a client's vault token.
func TokenStream(client, id string) string { return "token/" + client + "/" + id }

// CustomerStream names the stream of a customer's default token; key is the
// keyed fingerprint of the client's customer key.
func CustomerStream(client, key string) string { return "customer/" + client + "/" + key }

// Live reports whether the token exists and was not deleted.
func (t VaultToken) Live() bool { return t.Version > 0 && !t.Deleted }

// Evolve applies one event of the token's stream.
func (t *VaultToken) Evolve(f Fact) {
	t.Version = f.Version
	switch e := f.Event.(type) {
	case *TokenStored:
		t.ID, t.Terms, t.SetAt, t.CreatedAt, t.UpdatedAt = e.TokenID, e.TokenTerms, f.Position, f.Meta.At, f.Meta.At
	case *TokenReplaced:
		t.Terms, t.SetAt, t.UpdatedAt = e.TokenTerms, f.Position, f.Meta.At
	case *TokenUsed:
		t.TimesUsed, t.LastUsedAt = t.TimesUsed+1, f.Meta.At
	case *TokenDeleted:
		t.Deleted = true
	}
}

// Customer is what the vault stores about a client's customer.
type Customer struct {
	Version int64
	Default string // token id
}

// Evolve applies one event of the customer's stream.
func (c *Customer) Evolve(f Fact) {
	c.Version = f.Version
	if e, ok := f.Event.(*DefaultChosen); ok {
		c.Default = e.TokenID
	}
}

// StoreToken stores a new token.
type StoreToken struct {
	TokenID string
	Terms   TokenTerms
}

// Decide stores the token; its id must be new.
func (c StoreToken) Decide(now VaultToken) ([]Event, error) {
	if now.Version > 0 {
		return nil, Refuse(Conflict, "the token id is taken")
	}
	return []Event{TokenStored{c.TokenID, c.Terms}}, nil
}

// ReplaceToken replaces all of a token but its id and its use.
type ReplaceToken struct{ Terms TokenTerms }

// Decide replaces a live token.
func (c ReplaceToken) Decide(now VaultToken) ([]Event, error) {
	if !now.Live() {
		return nil, Refuse(NotFound, "there is no such token")
	}
	return []Event{TokenReplaced{c.Terms}}, nil
}

// DeleteToken ends a token.
type DeleteToken struct{}

// Decide deletes a live token.
func (DeleteToken) Decide(now VaultToken) ([]Event, error) {
	if !now.Live() {
		return nil, Refuse(NotFound, "there is no such token")
	}
	return []Event{TokenDeleted{}}, nil
}

// ChooseDefault returns the event that makes a token its customer's default, or
// no longer; nothing if that is already the case.
func (c Customer) ChooseDefault(tokenID string, yes bool) []Event {
	switch {
	case yes && c.Default != tokenID:
		return []Event{DefaultChosen{tokenID}}
	case !yes && c.Default == tokenID:
		return []Event{DefaultChosen{}}
	default:
		return nil
	}
}

// UseToken counts a transaction made with a token.
type UseToken struct{ TransactionID string }

// Decide counts it; the token may be one that is stored with the transaction.
func (c UseToken) Decide(VaultToken) ([]Event, error) {
	return []Event{TokenUsed(c)}, nil
}
