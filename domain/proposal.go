package domain

import "encoding/json"

// Proposal is a transaction as its originator asked for it, in printable ASCII
// and without the receiver's account number, which is sealed beside it.
type Proposal struct {
	SEC               string   `json:"sec"`
	PushPull          PushPull `json:"kind"`
	FromRouting       string   `json:"from_routing"` // nine digits, one of the client's ODFIs
	FromName          string   `json:"from_name,omitempty"`
	FromID            string   `json:"from_id,omitempty"`
	ToRouting         string   `json:"to_routing"`
	ToAccountType     string   `json:"to_account_type"`
	ToName            string   `json:"to_name,omitempty"`
	ToID              string   `json:"to_id,omitempty"`
	Description       string   `json:"description,omitempty"` // in full; its first ten characters leave
	AmountCents       int64    `json:"amount_cents"`          // zero is a prenote
	SameDay           bool     `json:"same_day,omitempty"`
	EffectiveOn       string   `json:"effective_on,omitempty"` // asked for, YYYY-MM-DD
	CompanyID         string   `json:"company_id,omitempty"`
	DiscretionaryData string   `json:"discretionary_data,omitempty"`
	PaymentType       string   `json:"payment_type,omitempty"` // single or recurring, WEB and TEL
	Addenda           []string `json:"addenda,omitempty"`
	IAT               *IAT     `json:"iat,omitempty"`

	Metadata  json.RawMessage   `json:"metadata,omitempty"`
	Originals map[string]string `json:"originals,omitempty"` // text before transliteration, by field
}

// PushPull is the direction of the money from the originator's point of view.
type PushPull string

// Kinds of transactions.
const (
	Push PushPull = "push" // a credit to the receiver
	Pull PushPull = "pull" // a debit of the receiver
)

// Account types of receivers.
const (
	Checking = "checking"
	Savings  = "savings"
	GL       = "GL"
	Loan     = "loan"
)

// IAT is what an international transaction has in addition to its proposal.
type IAT struct {
	From           IATParty  `json:"from"`
	FromBank       IATBank   `json:"from_bank"`
	To             IATParty  `json:"to"`
	ToBank         IATBank   `json:"to_bank"`
	Ultimate       *IATParty `json:"ultimate,omitempty"` // on whose behalf the receiver is paid
	Correspondents []IATBank `json:"correspondents,omitempty"`
	Remittance     []string  `json:"remittance,omitempty"`

	ForeignExchange     string `json:"foreign_exchange,omitempty"` // FF, FV, VF
	ForeignReference    string `json:"foreign_reference,omitempty"`
	TransactionType     string `json:"transaction_type,omitempty"` // MIS, SAL, ...
	OriginatingCurrency string `json:"originating_currency,omitempty"`
	DestinationCurrency string `json:"destination_currency,omitempty"`
}

// IATParty is a person or business with an address.
type IATParty struct {
	Name       string `json:"name,omitempty"`
	Address    string `json:"address,omitempty"`
	City       string `json:"city,omitempty"`
	State      string `json:"state,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
	BornOn     string `json:"born_on,omitempty"` // YYYY-MM-DD of a person; masked in the log
}

// IATBank is a bank of an international transaction. Without an ID its
// identification is the proposal's routing number.
type IATBank struct {
	Name      string `json:"name,omitempty"`
	ID        string `json:"id,omitempty"`
	Qualifier string `json:"qualifier,omitempty"` // 01 national, 02 BIC, 03 IBAN
	Country   string `json:"country,omitempty"`
}
