package domain

import (
	"slices"
	"strconv"

	"github.com/achledger/achledger/domain/nacha"
)

// OffsetAccount is an account of a company against which a batch of its entries
// is balanced: an additional entry, the offset, credits or debits it with the
// batch's net amount.
type OffsetAccount struct {
	Routing     string  `json:"routing"`
	AccountType string  `json:"type"` // checking, savings or GL
	Account     Account `json:"account"`
}

// Balance is the offset account of one of a client's company identifications.
type Balance struct {
	CompanyID string `json:"company_identification"`
	OffsetAccount
}

// Values of BankProfile.Balance.
const (
	BalanceRequired = "required" // each batch with money is balanced
	BalanceAllowed  = "allowed"  // each batch of a company with an offset account is balanced; the default
	BalanceNone     = "none"     // no batch gets an offset
)

// BalancedSECs are the standard entry class codes whose batches can have an
// offset. In an IAT batch the offset would be an international payment, and TEL
// entries are debits only.
var BalancedSECs = []string{"PPD", "CCD", "CTX", "WEB"}

// OffsetFor returns the offset account of a company identification, or nil.
func (s Settings) OffsetFor(company string) *OffsetAccount {
	for i := range s.Balance {
		if s.Balance[i].CompanyID == company {
			return &s.Balance[i].OffsetAccount
		}
	}
	return nil
}

// Offset returns the account against which the bank's files balance the batches
// of a client's company, or nil if they get no offset.
func (p BankProfile) Offset(s Settings, company, sec string) *OffsetAccount {
	if p.Balance == BalanceNone || !slices.Contains(BalancedSECs, sec) {
		return nil
	}
	return s.OffsetFor(company)
}

// Unbalanced returns why a batch with an entry that moves money cannot be
// balanced although the bank requires it, or nil. The pointers are ACH
// Connect's.
func (p BankProfile) Unbalanced(s Settings, company, sec string) *FieldError {
	has := p.Balance != BalanceNone && s.OffsetFor(company) != nil
	switch {
	case p.Balance != BalanceRequired && !has:
		return nil
	case !slices.Contains(BalancedSECs, sec):
		return &FieldError{"/StandardEntryClassCode", "balance", "batches of company identification " + company + " are balanced with an offset, which " + sec + " cannot have"}
	case !has:
		return &FieldError{"/CompanyIdentification", "balance", "the bank takes balanced batches only, and company identification " + company + " has no offset account: operations set one"}
	case p.Segment == ByDirection:
		return &FieldError{"/FromRouting", "balance", "files of this bank hold debits or credits only, and batches of company identification " + company + " are balanced with an offset of the other direction"}
	default:
		return nil
	}
}

// MayRefuse reports whether the bank's settings may refuse an entry when it is
// accepted.
func (b Bank) MayRefuse() bool {
	return len(b.Limits) > 0 || b.BankProfile.Balance != "" || b.Segment == ByDirection
}

// Unbalanced is BankProfile.Unbalanced for the bank through which an entry
// leaves, if the client was read with its banks.
func (c Client) Unbalanced(odfi, company, sec string) *FieldError {
	return c.Banks[odfi].Unbalanced(c.Settings, company, sec)
}

// HoldUnbalanced keeps an item out of files because its batch cannot be
// balanced as required: the settings were changed after it was accepted.
type HoldUnbalanced struct {
	ItemID  string
	Client  Settings
	Profile BankProfile
}

// Decide holds the item while this is the case, and says why.
func (c HoldUnbalanced) Decide(t Transaction) ([]Event, error) {
	i, ok := t.Item(c.ItemID)
	if !ok || i.State != Pending {
		return nil, nil // it was recalled, for example
	}
	e, err := t.EntryOf(i)
	if err != nil {
		return nil, err
	}
	why := c.Profile.Unbalanced(c.Client, e.Header.CompanyID, e.Header.SEC)
	if why == nil || e.Entry.AmountCents == 0 {
		return nil, nil
	}
	return Hold{c.ItemID, why.Message}.Decide(t)
}

// SameOffsets reports whether two settings balance against the same accounts.
// Sealing an account twice gives different bytes, so fingerprints are compared.
func (s Settings) SameOffsets(o Settings) bool {
	return slices.EqualFunc(s.Balance, o.Balance, func(a, b Balance) bool {
		return a.CompanyID == b.CompanyID && a.Same(b.OffsetAccount)
	})
}

// Same reports whether both are the same account.
func (a OffsetAccount) Same(b OffsetAccount) bool {
	return a.Routing == b.Routing && a.AccountType == b.AccountType && a.Account.Fingerprint == b.Account.Fingerprint
}

func (s Settings) checkBalance(f *fields) {
	seen := map[string]bool{}
	for i, b := range s.Balance {
		at := "/balance/" + strconv.Itoa(i)
		if !slices.Contains(s.CompanyIdentifications, b.CompanyID) {
			f.bad(at+"/company_identification", "company-identification", "is not among company_identifications")
		}
		if seen[b.CompanyID] {
			f.bad(at+"/company_identification", "unique", "has an account already: batches of a company are balanced against one")
		}
		seen[b.CompanyID] = true
		b.check(f, at)
	}
}

// check validates everything but the account number, which is sealed.
func (a OffsetAccount) check(f *fields, at string) {
	if err := nacha.ValidRouting(a.Routing); err != nil {
		f.bad(at+"/routing", "routing-number", "%v", err)
	}
	if a.AccountType != Checking && a.AccountType != Savings && a.AccountType != GL {
		f.bad(at+"/type", "enum", "checking, savings or GL: what is taken from it and what is put there must be possible")
	}
}

func (p BankProfile) checkBalance(f *fields) {
	if !slices.Contains([]string{"", BalanceRequired, BalanceAllowed, BalanceNone}, p.Balance) {
		f.bad("/balance", "enum", "must be required, allowed or none")
	}
	if p.Balance != BalanceRequired {
		return
	}
	if p.Segment == ByDirection {
		f.against("/segment", "balance", "an offset has the other direction: with balance required, files hold both")
	}
	if p.MaxEntriesPerFile == 1 {
		f.against("/max_entries_per_file", "balance", "with balance required a file holds two entries at least: one and its offset")
	}
}
