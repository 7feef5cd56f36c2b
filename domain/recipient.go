package domain

import (
	"slices"
	"strings"
	"time"
)

// Recipient is a person or business that a client pays or collects from, with
// the accounts stored for it. ACH Pro's companies are recipients too.
type Recipient struct {
	Version   int64
	ID        string
	Terms     RecipientTerms
	Accounts  []RecipientAccount
	Deleted   bool
	CreatedAt time.Time
}

// RecipientTerms is the client's data about a recipient.
type RecipientTerms struct {
	Name             string `json:"name"`                    // in entries
	OriginalName     string `json:"original_name,omitempty"` // before transliteration
	RecipientKind    string `json:"kind"`                    // CONSUMER, BUSINESS or COMPANY
	UniqueIdentifier string `json:"unique_identifier,omitempty"`
	CompanyID        string `json:"company_id,omitempty"` // COMPANY: the company identification
}

// Kinds of recipients.
const (
	Consumer = "CONSUMER"
	Business = "BUSINESS"
	Company  = "COMPANY"
)

// RecipientAccount is an account under the name of a recipient.
type RecipientAccount struct {
	ID        string `json:"account_id"`
	Nickname  string `json:"nickname,omitempty"`
	AccountID string `json:"bank_account"` // of the bank account
	SetAt     int64  `json:"-"`            // log position, for corrections
}

// Events of a recipient.
type (
	// RecipientSaved adds a recipient or replaces its data.
	RecipientSaved struct {
		RecipientID string `json:"recipient_id"`
		RecipientTerms
	}
	// RecipientAccountSaved adds an account or makes it refer to another bank
	// account.
	RecipientAccountSaved struct{ RecipientAccount }
	// RecipientAccountDeleted removes an account.
	RecipientAccountDeleted struct {
		ID string `json:"account_id"`
	}
	// RecipientDeleted ends a recipient.
	RecipientDeleted struct{}
)

// Type names each event in the log.
func (RecipientSaved) Type() string          { return "recipient.saved" }
func (RecipientAccountSaved) Type() string   { return "recipient.account_saved" }
func (RecipientAccountDeleted) Type() string { return "recipient.account_deleted" }
func (RecipientDeleted) Type() string        { return "recipient.deleted" }

func init() {
	register(
		empty[RecipientSaved], empty[RecipientAccountSaved], empty[RecipientAccountDeleted], empty[RecipientDeleted],
	)
}

// RecipientStream names the stream of a client's recipient.
func RecipientStream(client, id string) string { return "recipient/" + client + "/" + id }

// Live reports whether the recipient exists and was not deleted.
func (r Recipient) Live() bool { return r.Version > 0 && !r.Deleted }

// Account finds an account of the recipient.
func (r Recipient) Account(id string) (RecipientAccount, bool) {
	for _, a := range r.Accounts {
		if a.ID == id {
			return a, true
		}
	}
	return RecipientAccount{}, false
}

// Evolve applies one event of the recipient's stream.
func (r *Recipient) Evolve(f Fact) {
	if r.Version == 0 {
		r.CreatedAt = f.Meta.At
	}
	r.Version = f.Version
	switch e := f.Event.(type) {
	case *RecipientSaved:
		r.ID, r.Terms = e.RecipientID, e.RecipientTerms
	case *RecipientAccountSaved:
		account := e.RecipientAccount
		account.SetAt = f.Position
		r.drop(account.ID)
		r.Accounts = append(r.Accounts, account)
	case *RecipientAccountDeleted:
		r.drop(e.ID)
	case *RecipientDeleted:
		r.Deleted = true
	}
}

func (r *Recipient) drop(account string) {
	r.Accounts = slices.DeleteFunc(r.Accounts, func(a RecipientAccount) bool { return a.ID == account })
}

// SaveRecipient adds a recipient or replaces its data.
type SaveRecipient struct {
	ID    string
	Terms RecipientTerms
}

// Decide checks the terms; a company needs its identification.
func (c SaveRecipient) Decide(s Settings, now Recipient) ([]Event, error) {
	if now.Deleted {
		return nil, Refuse(NotFound, "there is no such recipient")
	}
	var f fields
	most := 22
	if c.Terms.RecipientKind == Company {
		most = 16
	}
	checkText(&f, "/name", c.Terms.Name, 1, most)
	checkText(&f, "/uniqueIdentifier", c.Terms.UniqueIdentifier, 0, 15)
	switch c.Terms.RecipientKind {
	case Consumer, Business:
		if c.Terms.CompanyID != "" {
			f.against("/companyId", "company-identification", "goes with recipientType COMPANY only")
		}
	case Company:
		if !slices.Contains(s.CompanyIdentifications, c.Terms.CompanyID) {
			f.against("/companyId", "company-identification", "is not one of this client's company identifications")
		}
	default:
		f.bad("/recipientType", "enum", "must be CONSUMER, BUSINESS or COMPANY")
	}
	if err := f.refusal(); err != nil {
		return nil, err
	}
	if now.Version > 0 && now.Terms == c.Terms {
		return nil, nil
	}
	return []Event{RecipientSaved{c.ID, c.Terms}}, nil
}

// SaveRecipientAccount adds an account to a recipient or makes it refer to
// another bank account.
type SaveRecipientAccount struct{ RecipientAccount }

// Decide saves it under a recipient that is live.
func (c SaveRecipientAccount) Decide(now Recipient) ([]Event, error) {
	return []Event{RecipientAccountSaved(c)}, now.mustLive()
}

// DeleteRecipientAccount removes an account from a recipient; ID is as the
// client spells it.
type DeleteRecipientAccount struct{ ID string }

// Decide removes it; a second time it is not found.
func (c DeleteRecipientAccount) Decide(now Recipient) ([]Event, error) {
	if err := now.mustLive(); err != nil {
		return nil, err
	}
	a, ok := now.Account(strings.ToUpper(c.ID))
	if !ok {
		return nil, Refuse(NotFound, "recipient %s has no account %.40q", now.ID, c.ID)
	}
	return []Event{RecipientAccountDeleted{ID: a.ID}}, nil
}

// DeleteRecipient ends a recipient.
type DeleteRecipient struct{ ID string }

// Decide ends it; a second time it is not found.
func (c DeleteRecipient) Decide(now Recipient) ([]Event, error) {
	now.ID = c.ID
	return []Event{RecipientDeleted{}}, now.mustLive()
}

func (r Recipient) mustLive() error {
	if !r.Live() {
		return Refuse(NotFound, "there is no recipient %s", r.ID)
	}
	return nil
}
