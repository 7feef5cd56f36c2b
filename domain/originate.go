package domain

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
)

// TransactionOriginated records that a transaction was accepted and waits for
// a file.
type TransactionOriginated struct {
	TransactionID string   `json:"transaction_id"`
	ItemID        string   `json:"item_id"`
	Proposal      Proposal `json:"proposal"`
	Account       Account  `json:"account"`      // the receiver's
	CompanyName   string   `json:"company_name"` // of the batch
	// Content is a keyed hash of the whole input, account number included, by which
	// a repeated request is recognized.
	Content []byte `json:"content"`
	// Raw is set when the client sent the entry in a NACHA file of its own:
	// batch header and entry as sent, less account number and trace.
	Raw *RawEntry `json:"raw,omitempty"`
	// InFile is set if the entry was made together with its file (a client's own
	// NACHA file, an ACH Pro file). The same append files it, and it is visible
	// only once that file is cut.
	InFile string `json:"in_file,omitempty"`
	// Over is set if it uses a relationship, as a transfer or to verify the
	// account. Releases before this field left it out.
	Over *Over `json:"over,omitempty"`
	// Named is set if the client gave a name for the account: while the transaction
	// waits, corrections change its account as they change the name's. Releases
	// before this field left it out.
	Named *Named `json:"named,omitempty"`
	// Births are the dates of birth of an international payment, sealed; in
	// the proposal they are masked. Releases before this field left it out.
	Births Sealed `json:"births,omitempty"`
	// Missed is set if it goes to an account that a notification of change had
	// corrected. Releases before this field left it out.
	Missed *MissedCorrection `json:"missed,omitempty"`
	// Corrects is set if it replaces a debit that was returned with R11.
	// Releases before this field left it out.
	Corrects *Corrects `json:"corrects,omitempty"`
	// Misdescribed is the objection of the client's rule to its description:
	// wages that are not PAYROLL, goods that are not PURCHASE. Releases before
	// this field left it out.
	Misdescribed string `json:"misdescribed,omitempty"`
	// Omitted is which fields of an international order were filled in with their
	// defaults, a bit each: with them empty, Content is its hash. Releases before
	// this field left it out, and whoever compares the hash tries every set.
	Omitted uint16 `json:"omitted,omitempty"`
}

// Named is the bank account that a vault token, a recipient's account or a
// relationship referred to, and the log position since which it did.
type Named struct {
	Account string `json:"account"` // id of the bank account
	SetAt   int64  `json:"set_at"`
}

// NamedAccount returns the account that the client named for an origination, and
// when: for one given by its numbers, these and the origination itself.
func (t *Transaction) NamedAccount() Named {
	if t.Originated.Named != nil {
		return *t.Originated.Named
	}
	return Named{Account: t.Originated.Account.Fingerprint, SetAt: t.Origination().Position}
}

// RawEntry is an entry as a client's own file contained it.
type RawEntry struct {
	Header nacha.BatchHeader `json:"header"`
	Entry  nacha.Entry       `json:"entry"`
	Trace  string            `json:"trace"`           // the client's; ours replaces it in the file
	Whole  Sealed            `json:"whole,omitempty"` // as in Incoming
}

// Type names the event in the log.
func (TransactionOriginated) Type() string { return "transaction.originated" }

func init() { register(empty[TransactionOriginated]) }

// Originate accepts a transaction. Number is the receiver's account number in
// the clear, for checks; Account is the same, sealed.
type Originate struct {
	TransactionID, ItemID string
	Proposal              Proposal
	Number                string
	Account               Account
	Content               []byte
	// Raw is an entry of a client's own file, which was checked as a whole.
	Raw    *RawEntry
	InFile string
	// Ours is true if the ledger itself is the sender, and may use a reserved
	// description: micro-deposits.
	Ours  bool
	Over  *Over
	Named *Named
	// Births are the dates of birth in the proposal, sealed.
	Births   Sealed
	Missed   *MissedCorrection
	Corrects *Corrects
	// Now is when it is accepted; zero: its description is not checked.
	Now time.Time
}

// Decide accepts a new transaction for a client. The same content under the
// same id is accepted once, and repeating it makes no event.
func (c Originate) Decide(client Client, now Transaction) ([]Event, error) {
	if now.Exists() {
		if now.Originated != nil && bytes.Equal(now.Originated.Content, c.Content) {
			return nil, nil
		}
		return nil, Refuse(Conflict, "transaction %s exists with other content", c.TransactionID)
	}
	if client.Suspended {
		return nil, Refuse(Suspended, "the client is suspended: nothing new is accepted")
	}
	p := c.Proposal.withDefaults(client.Settings)
	if err := c.check(p, client.Settings); err != nil {
		return nil, err
	}
	if p.Births() != (Births{}) && len(c.Births) == 0 {
		return nil, fmt.Errorf("transaction %s has dates of birth that nobody sealed", c.TransactionID)
	}
	if p.SameDay && !client.Settings.SameDay {
		return nil, &Refusal{Code: SameDayNotEnabled, Reason: "this client has not opted in to same-day settlement",
			Fields: []FieldError{{"/SameDay", string(SameDayNotEnabled), "not enabled for this client"}}}
	}
	if why := client.Refuses(p.FromRouting, p.PushPull == Pull, p.CompanyID, p.AmountCents); why != "" && !c.Ours && c.Raw == nil {
		return nil, RefuseField(RuleBroken, "/Amount", "limit", "%s", why)
	}
	if p.AmountCents > 0 && c.Raw == nil {
		if why := client.Unbalanced(p.FromRouting, p.CompanyID, p.SEC); why != nil {
			return nil, &Refusal{Code: RuleBroken, Fields: []FieldError{*why}}
		}
	}
	return []Event{TransactionOriginated{
		TransactionID: c.TransactionID, ItemID: c.ItemID, Proposal: p.withoutBirths(), Account: c.Account,
		CompanyName: p.companyName(client.Settings), Content: c.Content, Raw: c.Raw, InFile: c.InFile, Over: c.Over,
		Named: c.Named, Births: c.Births, Missed: c.Missed, Corrects: c.Corrects,
		Misdescribed: c.misdescribed(p, client.Settings), Omitted: p.Omitted(c.Proposal),
	}}, nil
}

func (c Originate) misdescribed(p Proposal, s Settings) string {
	if c.Now.IsZero() || c.Ours || c.Raw != nil {
		return ""
	}
	return p.Misdescribed(s, c.Now)
}

// Misdescribed is what the client's rule has against the description of an entry
// that is made now; empty if nothing. The client is told at once; the guard
// decides what follows, and judges by the bank's rule too.
func (p Proposal) Misdescribed(s Settings, now time.Time) string {
	if s.Descriptions == "" || p.Prenote() {
		return ""
	}
	e := guard.Entry{SEC: p.SEC, Company: p.CompanyID, Debit: p.PushPull == Pull, Cents: p.AmountCents, Description: p.SentDescription()}
	e.SettlesOn = p.expected(e, now, time.Time{}, nil).SettlesOn
	return s.Misdescribed(e.Use())
}

func (c Originate) check(p Proposal, s Settings) error {
	if c.Raw != nil {
		return nil
	}
	if err := p.Check(s, c.Number); err != nil {
		return err
	}
	if repeated := p.repeats(c.Number); len(repeated) > 0 && !c.Ours {
		return &Refusal{Code: RuleBroken, Fields: repeated}
	}
	if sent := p.SentDescription(); nacha.Reserved(sent) && !c.Ours {
		return RefuseField(RuleBroken, "/Description", "reserved", "%q has a meaning of its own in ACH and is set by the ledger", sent)
	}
	return nil
}

func (p Proposal) withDefaults(s Settings) Proposal {
	if p.FromRouting == "" && len(s.ODFIs) == 1 {
		p.FromRouting = s.ODFIs[0]
	}
	if p.CompanyID == "" && len(s.CompanyIdentifications) > 0 {
		p.CompanyID = s.CompanyIdentifications[0]
	}
	if strings.TrimSpace(p.Description) == "" {
		p.Description = s.DefaultDescription
	}
	if p.IAT != nil {
		iat := *p.IAT
		p.IAT = &iat
		for _, f := range p.omittable() {
			setIfEmpty(f.field, f.value)
		}
	}
	return p
}

// companyName is the name that the receiver sees. A WEB credit is sent by a
// person, whose name is in the entry, so the batch has the client's.
func (p Proposal) companyName(s Settings) string {
	if p.FromName == "" || p.personToPerson() {
		return s.CompanyName
	}
	return p.FromName
}

func (p Proposal) personToPerson() bool { return p.SEC == "WEB" && p.PushPull == Push }

// SentDescription is the part of the description that fits the batch header.
func (p Proposal) SentDescription() string {
	sent := strings.TrimSpace(p.Description)
	if len(sent) > 10 {
		sent = sent[:10]
	}
	return strings.TrimSpace(sent)
}

// Prenote reports whether the proposal only tests whether an account exists.
func (p Proposal) Prenote() bool { return p.AmountCents == 0 }
