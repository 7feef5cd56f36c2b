package domain

import (
	"strings"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/text"
)

// sendable transliterates the text of a bank's entry to what our files can
// carry. The entry in the log keeps the original letters.
func (e *Entry) sendable() {
	h, d := &e.Header, &e.Entry
	mandatory(&h.CompanyName, &h.CompanyID, &h.Description)
	optional(&h.DiscretionaryData, &h.DescriptiveDate, &d.Name, &d.IndividualID, &d.Discretionary)
	if h.IAT != nil {
		iat := *h.IAT
		mandatory(&iat.ForeignExchangeReference)
		iat.Indicator = ""
		if iat.ReferenceIndicator == "3" {
			iat.ForeignExchangeReference = "" // according to the indicator there is none
		}
		if strings.TrimSpace(iat.ForeignExchangeReference) == "" {
			iat.ReferenceIndicator, iat.ForeignExchangeReference = "3", "" // no reference was received, whatever the indicator says
		}
		h.IAT = &iat
	}
	if d.IAT != nil {
		iat := *d.IAT
		mandatory(&iat.TransactionType)
		optional(&iat.ForeignTrace, &iat.ReceiverID)
		for _, p := range []*nacha.Party{&iat.Receiver, &iat.Originator} {
			optional(&p.Name, &p.Street, &p.CityState, &p.CountryPostal, &p.BirthDate)
		}
		for _, b := range []*nacha.Bank{&iat.OriginatorBank, &iat.ReceiverBank} {
			optional(&b.Name, &b.ID, &b.Country)
		}
		d.IAT = &iat
	}
}

// mandatory fields must not become empty: a character without a transliteration
// becomes a question mark.
func mandatory(fields ...*string) {
	for _, s := range fields {
		*s = text.SendBack(*s, '?')
	}
}

func optional(fields ...*string) {
	for _, s := range fields {
		*s = text.SendBack(*s, ' ')
	}
}

// Reveal adds to an entry what only a file may contain: the account number, and
// the corrected data of a notification of change or of its refusal. Text from
// another bank is transliterated to what our files can carry.
func (e *Entry) Reveal(account, data string) {
	e.Entry.Account = text.SendBack(account, '?')
	if c := e.Entry.Correction; c != nil {
		c.Data = data
	}
	if c := e.Entry.RefusedChange; c != nil {
		c.Data = text.SendBack(data, '?')
	}
}

// stamp is the Julian settlement day of a received entry: the operator's stamp
// or, without one, the day it was taken to settle on.
func (in *Incoming) stamp() string {
	if in.Header.SettlementDay != "" {
		return in.Header.SettlementDay
	}
	if d, err := calendar.ParseDate(in.SettledOn); err == nil {
		return d.Julian()
	}
	return ""
}

// settledAfter is the Julian day on which a return that left on a given day
// settled: the next banking day, if the other bank names none.
func settledAfter(day string) string {
	d, err := calendar.ParseDate(day)
	if err != nil {
		return ""
	}
	return calendar.OnOrAfter(d.Add(1)).Julian()
}
