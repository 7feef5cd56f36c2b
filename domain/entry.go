package domain

import (
	"cmp"
	"fmt"

	"github.com/achledger/achledger/domain/nacha"
)

// Entry is an item in a file: the header of its batch and its own record.
// Decided at the cut are effective date and number of the batch, service class
// and trace; the account number is opened only when the file is rendered.
type Entry struct {
	Header nacha.BatchHeader
	Entry  nacha.Entry
}

// EntryOf builds the entry of an item that leaves in a file.
func (t *Transaction) EntryOf(item *Item) (Entry, error) {
	switch {
	case item.Direction != ToFed:
		return Entry{}, fmt.Errorf("item %s came from the bank and leaves in no file", item.ID)
	case item.Kind == Origination && t.Originated.Raw != nil:
		return t.rawEntry(), nil
	case item.Kind == Origination:
		return t.originationEntry(), nil
	default:
		return t.answerEntry(item)
	}
}

// WholeOf is the sealed entry of an item whose texts are masked in the log,
// because they repeat the account number; nil if nothing is masked.
func (t *Transaction) WholeOf(item *Item) Sealed {
	if to := t.answeredBy(item); to != nil {
		return to.Incoming.Whole
	}
	if t.Originated != nil && t.Originated.Raw != nil {
		return t.Originated.Raw.Whole
	}
	return nil
}

// answeredBy returns the received item that an answer copies into its entry;
// nil for an item that starts a payment.
func (t *Transaction) answeredBy(item *Item) *Item {
	switch item.Kind {
	case Origination, Reversal, Retry, ReturnFee:
		return nil
	}
	if to, ok := t.Item(item.ReplyTo); ok && to.Incoming != nil {
		return to
	}
	return nil
}

// EntryFrom builds the entry of an item from what WholeOf holds.
func (t *Transaction) EntryFrom(item *Item, whole nacha.Entry) (Entry, error) {
	opened := *t
	if to := t.answeredBy(item); to != nil {
		from, in := *to, *to.Incoming
		whole.Routing = in.Entry.Routing // a person may have assigned it to another bank of ours
		in.Entry, from.Incoming = whole, &in
		opened.Items = append([]*Item{&from}, t.Items...) // the first of two is found
	} else {
		originated, raw := *t.Originated, *t.Originated.Raw
		raw.Entry, originated.Raw = whole, &raw
		opened.Originated = &originated
	}
	return opened.EntryOf(item)
}

// rawEntry is the entry of a client's own file: batch and entry as sent.
func (t *Transaction) rawEntry() Entry {
	raw := *t.Originated.Raw
	raw.Entry.IAT = correctedBank(raw.Entry.IAT, t.Originated.Proposal.ToRouting, t.Routing)
	raw.Entry.Routing = t.Routing
	raw.Entry.Code = accountTens[t.AccountType] + raw.Entry.Code%10
	return Entry{raw.Header, raw.Entry}
}

func (t *Transaction) originationEntry() Entry {
	return t.Originated.Proposal.entry(t.Originated.CompanyName, t.Routing, t.AccountType)
}

// entry is the entry of a proposal to an account: its own, or the one to which a
// notification of change corrected it.
func (p *Proposal) entry(companyName, routing, accountType string) Entry {
	header := nacha.BatchHeader{
		CompanyName: companyName, DiscretionaryData: p.DiscretionaryData, CompanyID: p.CompanyID,
		SEC: p.SEC, Description: p.SentDescription(), OriginatorStatus: "1", ODFI: p.FromRouting[:8],
	}
	entry := nacha.Entry{
		Code: p.transactionCode(accountType), Routing: routing, AmountCents: p.AmountCents,
		Name: p.ToName, IndividualID: cmp.Or(p.ToID, p.FromID),
	}
	switch p.SEC {
	case "IAT":
		p.fillIAT(&header, &entry)
		entry.IAT = correctedBank(entry.IAT, p.ToRouting, routing)
		return Entry{header, entry}
	case "WEB":
		if p.personToPerson() {
			entry.IndividualID = p.FromName
		}
		entry.Discretionary = paymentType(p.PaymentType)
	case "TEL":
		entry.Discretionary = paymentType(p.PaymentType)
	}
	if !p.Prenote() {
		entry.Addenda05 = p.Addenda
	}
	return Entry{header, entry}
}

// correctedBank returns the addenda of an international entry to the bank that a
// notification of change named instead of another. Addenda 14 follows where it named
// that one; it may name another bank, to which the entry is passed on.
func correctedBank(a *nacha.IATAddenda, was, is string) *nacha.IATAddenda {
	if a == nil || was == is || a.ReceiverBank.ID != was {
		return a
	}
	corrected := *a
	corrected.ReceiverBank.ID = is
	return &corrected
}

// paymentType is the code in positions 77-78 of WEB and TEL entries.
func paymentType(s string) string {
	switch s {
	case "single":
		return "S"
	case "recurring":
		return "R"
	default:
		return ""
	}
}

// accountTens are the tens of a transaction code by account type; the units say
// what happens to the account.
var accountTens = map[string]int{Checking: 20, Savings: 30, GL: 40, Loan: 50}

// AccountType is the type of account that a transaction code is for; empty for
// a code not in use.
func AccountType(code int) string {
	kind := nacha.TransactionCode(code).Account()
	if kind == nacha.GeneralLedger {
		return GL
	}
	return string(kind)
}

// EntryCode is the transaction code of a live entry to a type of account.
func EntryCode(accountType string, debit bool) int {
	if debit {
		return accountTens[accountType] + 7
	}
	return accountTens[accountType] + 2
}

// transactionCode is the code of account type and direction.
func (p *Proposal) transactionCode(accountType string) int {
	tens := accountTens[accountType]
	switch {
	case p.PushPull == Push && p.Prenote():
		return tens + 3
	case p.Prenote():
		return tens + 8
	default:
		return EntryCode(accountType, p.PushPull == Pull)
	}
}

func (p *Proposal) fillIAT(header *nacha.BatchHeader, entry *nacha.Entry) {
	i := p.IAT
	reference := "3"
	if i.ForeignReference != "" {
		reference = "2"
	}
	header.CompanyName, header.DiscretionaryData = "", ""
	header.IAT = &nacha.IATHeader{
		ForeignExchangeIndicator: i.ForeignExchange, ReferenceIndicator: reference, ForeignExchangeReference: i.ForeignReference,
		DestinationCountry: i.ToBank.Country, OriginatingCurrency: i.OriginatingCurrency, DestinationCurrency: i.DestinationCurrency,
	}
	receiver := i.To
	if i.Ultimate != nil {
		receiver = *i.Ultimate
	}
	addenda := &nacha.IATAddenda{
		TransactionType: i.TransactionType, ForeignAmountCents: p.AmountCents, ReceiverID: p.ToID,
		Receiver: receiver.inFile(), Originator: i.From.inFile(),
		OriginatorBank: i.FromBank.inFile(), ReceiverBank: i.ToBank.inFile(), Remittance: i.Remittance,
	}
	for _, b := range i.Correspondents {
		addenda.Correspondents = append(addenda.Correspondents, b.inFile())
	}
	entry.Name, entry.IndividualID, entry.IAT = "", "", addenda
}

func (p IATParty) inFile() nacha.Party {
	return nacha.Party{Name: p.Name, Street: p.Address, CityState: p.cityState(), CountryPostal: p.countryPostal(), BirthDate: p.BornOn}
}

func (b IATBank) inFile() nacha.Bank {
	return nacha.Bank{Name: b.Name, Qualifier: b.Qualifier, ID: b.ID, Country: b.Country}
}
