package pro

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// recipient finds a stored recipient by its id, or reads a one-off recipient.
// It returns the reference in the form that may be stored.
func (b *fileBuilder) recipient(at string, raw json.RawMessage) (domain.Recipient, json.RawMessage, error) {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		r, err := b.server.recipient(b.ctx, b.who, strings.ToUpper(id))
		if domain.CodeOf(err) == domain.NotFound {
			return r, nil, api.Invalid(at, "not-found", "there is no recipient %q", id)
		}
		return r, raw, err
	}
	var in proRecipient
	if err := oneOff(raw, &in, at, "a recipient"); err != nil {
		return domain.Recipient{}, nil, err
	}
	terms, err := in.terms()
	if err != nil {
		return domain.Recipient{}, nil, under(err, at)
	}
	events, err := domain.SaveRecipient{Terms: terms}.Decide(b.client.Settings, domain.Recipient{})
	if err != nil {
		return domain.Recipient{}, nil, under(err, at)
	}
	r := domain.Recipient{}
	saved := events[0].(domain.RecipientSaved)
	r.Evolve(domain.Fact{Event: &saved, Version: 1})
	return r, raw, nil
}

// shownReference returns a reference to a recipient as it was given: an id, or
// a one-off recipient in the form of a stored one.
func shownReference(asked json.RawMessage) (json.RawMessage, error) {
	var in proRecipient
	if string(asked) == "" || asked[0] != '{' {
		return asked, nil
	}
	if err := json.Unmarshal(asked, &in); err != nil {
		return nil, err
	}
	terms, err := in.terms()
	if err != nil {
		return nil, err
	}
	return json.Marshal(shownRecipient(domain.Recipient{Terms: terms}))
}

// oneOff reads an object given in the place of a stored object's id.
func oneOff(raw json.RawMessage, into any, at, what string) error {
	if text := string(raw); text == "" || text[api.Skip(text, 0)] != '{' {
		return api.Invalid(at, "type", "must be the id of %s, or its fields in an object", what)
	}
	return under(api.Strictly(raw, into), at)
}

// under prefixes the pointers of a refusal's fields.
func under(err error, at string) error {
	var r *domain.Refusal
	if !errors.As(err, &r) {
		return err
	}
	moved := domain.Refusal{Code: r.Code, Reason: r.Reason}
	for _, f := range r.Fields {
		f.Pointer = at + f.Pointer
		moved.Fields = append(moved.Fields, f)
	}
	return &moved
}

// nickname returns the nickname in a reference to an account; an id has none.
func nickname(ref json.RawMessage) string {
	var in proAccount
	_ = json.Unmarshal(ref, &in)
	return in.Nickname
}

// numbers are an account in the clear, to be written into a file.
type numbers struct{ routing, number, kind string }

// account finds a recipient's account by its id, or reads a one-off account,
// of which the reference keeps the masked number only.
func (b *fileBuilder) account(at string, raw json.RawMessage, r domain.Recipient) (numbers, json.RawMessage, error) {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		stored, ok := r.Account(strings.ToUpper(id))
		if !ok {
			return numbers{}, nil, api.Invalid(at, "not-found", "the recipient has no account %q", id)
		}
		account, err := b.server.Ledger.Resolve(b.ctx, b.who.Client, stored.AccountID, stored.SetAt)
		if err != nil {
			return numbers{}, nil, err
		}
		number, err := b.server.Ledger.OpenBankAccount(b.who.Client, account)
		b.accounts = append(b.accounts, stored.ID)
		b.named = append(b.named, &domain.Named{Account: stored.AccountID, SetAt: stored.SetAt})
		return numbers{account.Routing, number, account.Type}, raw, err
	}
	var in proAccount
	if err := oneOff(raw, &in, at, "an account"); err != nil {
		return numbers{}, nil, err
	}
	kind, bad := in.check(at)
	b.bad = append(b.bad, bad...)
	b.accounts, b.named = append(b.accounts, ""), append(b.named, nil)
	number := in.AccountNumber
	in.AccountNumber = domain.Account{Tail: domain.Tail(number)}.Masked()
	kept, err := json.Marshal(in)
	if len(bad) > 0 {
		kind = domain.Checking
	}
	return numbers{in.RoutingNumber, number, kind}, kept, err
}
