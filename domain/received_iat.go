package domain

import (
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// ReceivedIAT reads the parties of an incoming international entry back into
// their fields; nil for a domestic one.
func ReceivedIAT(h nacha.BatchHeader, e nacha.Entry) *IAT {
	if e.IAT == nil || h.IAT == nil {
		return nil
	}
	a := e.IAT
	i := &IAT{
		From: party(a.Originator), To: party(a.Receiver),
		FromBank: bankOf(a.OriginatorBank), ToBank: bankOf(a.ReceiverBank), Remittance: a.Remittance,
		ForeignExchange: h.IAT.ForeignExchangeIndicator, ForeignReference: h.IAT.ForeignExchangeReference,
		TransactionType: a.TransactionType, OriginatingCurrency: h.IAT.OriginatingCurrency, DestinationCurrency: h.IAT.DestinationCurrency,
	}
	for _, b := range a.Correspondents {
		i.Correspondents = append(i.Correspondents, bankOf(b))
	}
	return i
}

// party splits an address at its delimiters: CITY*STATE\ and COUNTRY*POSTAL\.
func party(p nacha.Party) IATParty {
	city, state := split(p.CityState)
	country, postal := split(p.CountryPostal)
	return IATParty{Name: p.Name, Address: p.Street, City: city, State: state, Country: country, PostalCode: postal, BornOn: p.BirthDate}
}

func split(text string) (before, after string) {
	before, after, _ = strings.Cut(strings.TrimRight(text, `\ `), "*")
	return strings.TrimSpace(before), strings.TrimSpace(after)
}

func bankOf(b nacha.Bank) IATBank {
	return IATBank{Name: b.Name, ID: b.ID, Qualifier: b.Qualifier, Country: strings.TrimSpace(b.Country)}
}
