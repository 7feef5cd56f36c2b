package api

import (
	"cmp"
	"encoding/json"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/seal"
)

// transactionRecord is a transaction as ACH Connect shows it: the proposal's
// fields in the order of its documentation, then the ledger's. Dates that are
// unknown or do not apply are null.
type transactionRecord struct {
	TransactionID            string
	StandardEntryClassCode   string
	TransactionType          domain.PushPull
	FromRouting              string
	FromName                 string `json:",omitempty"`
	FromIdentification       string `json:",omitempty"`
	ToRouting                string
	ToAccount                string
	ToAccountType            string
	ToName                   string `json:",omitempty"`
	ToIdentification         string `json:",omitempty"`
	Description              string
	Amount                   json.RawMessage
	SameDay                  bool
	IATDetails               *iatRecord        `json:",omitempty"`
	WebDetails               *webRecord        `json:",omitempty"`
	Addenda                  []string          `json:",omitempty"`
	TerminalInformation      string            `json:",omitempty"` // addenda 02 of POS and SHR, positions 4-79
	EffectiveDate            string            `json:",omitempty"`
	CompanyIdentification    string            `json:",omitempty"`
	CompanyDiscretionaryData string            `json:",omitempty"`
	Metadata                 json.RawMessage   `json:",omitempty"`
	Originals                map[string]string `json:",omitempty"` // text before transliteration to ASCII, where it differs

	Status                  string
	Reason                  string            `json:",omitempty"` // why the guard held or rejected it
	HeldBy                  *guard.HeldBy     `json:",omitempty"`
	MissedCorrection        *MissedCorrection `json:",omitempty"`
	DescriptionWarning      string            `json:",omitempty"` // which of the client's rules the description breaks
	CorrectsTransactionID   string            `json:",omitempty"` // the debit returned R11 whose place it takes
	CorrectedByTransaction  string            `json:"CorrectedByTransactionID,omitempty"`
	Direction               domain.Direction
	CreatedAt               string
	UpdatedAt               string
	CompanyEntryDescription string // the description in the file
	dates
	ActionsAvailable []actionRecord
	Events           []EventRecord
}

type webRecord struct {
	PaymentType string
}

// actionRecord is an action that the client may take now, and its deadline.
type actionRecord struct {
	Action   string
	EventID  string // the event it applies to
	Deadline string `json:",omitempty"`
}

// record converts a transaction to ACH Connect's form.
func (st *TransactionView) record() *transactionRecord {
	t := &st.Transaction
	r := &transactionRecord{
		TransactionID: t.ID, ToRouting: t.Routing, ToAccount: t.Account.Masked(), ToAccountType: t.AccountType,
		Status: st.Row.Status, Direction: st.Row.Direction, CreatedAt: Timestamp(t.CreatedAt), UpdatedAt: Timestamp(st.updatedAt()),
		dates: st.dates(), ActionsAvailable: []actionRecord{}, Events: make([]EventRecord, len(st.items)),
	}
	if t.Originated != nil {
		r.propose(&t.Originated.Proposal)
		r.MissedCorrection = NewMissedCorrection(t.Originated.Missed)
		r.DescriptionWarning = t.Originated.Misdescribed
		if corrects := t.Originated.Corrects; corrects != nil {
			r.CorrectsTransactionID = corrects.TransactionID
		}
		r.CorrectedByTransaction = st.CorrectedEntry()
		if raw := t.Originated.Raw; raw != nil {
			r.Addenda, r.TerminalInformation = raw.Entry.Addenda05, raw.Entry.Addenda02
			if iat := domain.ReceivedIAT(raw.Header, raw.Entry); iat != nil {
				r.IATDetails = newIATRecord(*iat)
			}
		}
	} else if t.Received != nil {
		r.receive(t.Received.Incoming)
	}
	for _, a := range st.Available() {
		action := actionRecord{Action: a.Name, EventID: a.ItemID}
		if !a.Deadline.IsZero() {
			action.Deadline = Timestamp(a.Deadline)
		}
		r.ActionsAvailable = append(r.ActionsAvailable, action)
	}
	for n, i := range st.items {
		r.Events[n] = NewEventRecord(i)
		if i.HeldBy != nil {
			r.Reason, r.HeldBy = i.Reason, i.HeldBy
		}
	}
	return r
}

func (r *transactionRecord) propose(p *domain.Proposal) {
	r.StandardEntryClassCode, r.TransactionType = p.SEC, p.PushPull
	r.FromRouting, r.FromName, r.FromIdentification = p.FromRouting, p.FromName, p.FromID
	r.ToName, r.ToIdentification = p.ToName, p.ToID
	r.Description, r.CompanyEntryDescription = p.Description, p.SentDescription()
	r.Amount, r.SameDay = json.RawMessage(text.FormatDollars(p.AmountCents)), p.SameDay
	r.Addenda, r.EffectiveDate = p.Addenda, p.EffectiveOn
	r.CompanyIdentification, r.CompanyDiscretionaryData = p.CompanyID, p.DiscretionaryData
	r.Metadata, r.Originals = p.Metadata, connectOriginals(p.Originals)
	if p.PaymentType != "" {
		r.WebDetails = &webRecord{p.PaymentType}
	}
	if p.IAT != nil {
		r.IATDetails = newIATRecord(*p.IAT)
	}
}

// connectOriginals renames a proposal's originals to ACH Connect's field
// names.
func connectOriginals(originals map[string]string) map[string]string {
	name, ok := originals[VaultName]
	if !ok {
		return originals
	}
	shown := map[string]string{"ToName": name} // the vault's other texts are not sent
	if description, ok := originals["Description"]; ok {
		shown["Description"] = description // of a corrected entry
	}
	return shown
}

// receive fills in an entry received from another bank in the terms of a
// proposal: that bank's customer pushes a credit to our client, or pulls a
// debit from it.
func (r *transactionRecord) receive(in domain.Incoming) {
	h, e := in.Header, in.Entry
	code := nacha.TransactionCode(e.Code)
	r.StandardEntryClassCode, r.TransactionType = h.SEC, domain.Push
	if code.Debit() {
		r.TransactionType = domain.Pull
	}
	r.FromRouting, r.FromName, r.FromIdentification = h.ODFI, h.CompanyName, h.CompanyID
	if digit, ok := nacha.CheckDigit(h.ODFI); ok {
		r.FromRouting += string(digit)
	}
	r.ToRouting = cmp.Or(r.ToRouting, e.Routing)
	if r.ToAccountType == "" {
		r.ToAccountType = domain.AccountType(e.Code)
	}
	r.ToName, r.ToIdentification = e.Name, e.IndividualID
	r.Description, r.CompanyEntryDescription = h.Description, h.Description
	r.Amount = json.RawMessage(text.FormatDollars(e.AmountCents))
	r.Addenda, r.TerminalInformation, r.CompanyDiscretionaryData = e.Addenda05, e.Addenda02, h.DiscretionaryData
	if iat := domain.ReceivedIAT(h, e); iat != nil {
		r.FromName, r.ToName, r.ToIdentification = iat.From.Name, iat.To.Name, e.IAT.ReceiverID
		r.IATDetails = newIATRecord(*iat)
	}
	if d, err := calendar.ParseYYMMDD(h.EffectiveOn); err == nil {
		r.EffectiveDate = d.String()
	}
}

// RespondTransaction writes one transaction, with the full account number for
// callers who may see it.
func (s *Kit) RespondTransaction(c echo.Context, who Caller, status int, st TransactionView) (err error) {
	if st.Refused, err = s.RefusedOver(c.Request().Context(), s.Ledger, st.Transaction); err != nil {
		return err
	}
	r := st.record()
	if who.May(domain.ScopeReveal) {
		whole := st.record()
		opened, err := s.reveal(st, whole)
		if err != nil {
			return err
		}
		if opened {
			if opened, err = s.mayReveal(c, st.Transaction.Client, domain.RevealedTransaction, st.Transaction.ID); err != nil {
				return err
			}
		}
		if opened {
			r = whole
		}
	}
	return c.JSON(status, r)
}

// reveal replaces masked account numbers and dates of birth by the full ones,
// and reports whether it found any. A value that can no longer be opened,
// because the client's keys were destroyed, stays masked.
func (s *Kit) reveal(st TransactionView, r *transactionRecord) (opened bool, err error) {
	number, err := s.Ledger.OpenAccount(st.Transaction.Client, st.Transaction.Account)
	if err == nil {
		r.ToAccount, opened = number, true
	} else if !seal.NotCheckable(err) {
		return false, err
	}
	iat, err := s.Ledger.OpenIAT(&st.Transaction)
	if err == nil && iat != nil {
		r.IATDetails, opened = newIATRecord(*iat), true
	} else if err != nil && !seal.NotCheckable(err) {
		return false, err
	}
	for n := range r.Events {
		more, err := s.revealEvent(st, &r.Events[n])
		if err != nil {
			return false, err
		}
		opened = opened || more
	}
	return opened, nil
}

// VaultName is the key of the vault's name in a proposal's originals.
const VaultName = "individual-name"
