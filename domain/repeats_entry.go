package domain

import (
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// RepeatsIn names the free texts of a file's entry and of its batch header
// that repeat the entry's account number.
func RepeatsIn(h *nacha.BatchHeader, e *nacha.Entry) (fields []string) {
	needle := needleOf(e.Account)
	look := func(field string, list ...*string) {
		if needle.in(joined(list)) {
			fields = append(fields, field)
		}
	}
	headerTexts(h, look)
	entryTexts(e, look)
	return fields
}

// look is shown a field, of which the texts run on from one to the next.
type look func(field string, list ...*string)

func headerTexts(h *nacha.BatchHeader, look look) {
	look("company name", &h.CompanyName)
	look("company discretionary data", &h.DiscretionaryData)
	look("company entry description", &h.Description)
	look("company descriptive date", &h.DescriptiveDate)
	if h.IAT != nil {
		look("foreign exchange reference", &h.IAT.ForeignExchangeReference)
	}
}

// entryTexts leaves out what says a number by its form: routing and trace
// numbers, codes and dates.
func entryTexts(e *nacha.Entry, look look) {
	look("individual identification", &e.IndividualID)
	look("individual name", &e.Name)
	look("terminal information", &e.Addenda02)
	look("payment related information", texts(e.Addenda05)...)
	if e.IAT != nil {
		iatTexts(e.IAT, look)
	}
	if e.Return != nil {
		look("addenda information", &e.Return.Information)
	}
	if e.Dishonored != nil {
		look("addenda information", &e.Dishonored.Information)
	}
}

func iatTexts(a *nacha.IATAddenda, look look) {
	look("receiver identification", &a.ReceiverID)
	party := func(who string, p *nacha.Party) {
		look(who+" name", &p.Name)
		look(who+" street", &p.Street)
		look(who+" city and state", &p.CityState)
		look(who+" country and postal code", &p.CountryPostal)
	}
	party("receiver", &a.Receiver)
	party("originator", &a.Originator)
	bank := func(which string, b *nacha.Bank) {
		look(which+" bank name", &b.Name)
		look(which+" bank identification", &b.ID)
	}
	bank("originating", &a.OriginatorBank)
	bank("receiving", &a.ReceiverBank)
	for i := range a.Correspondents {
		bank("correspondent", &a.Correspondents[i])
	}
	look("remittance", texts(a.Remittance)...)
}

func texts(list []string) []*string {
	all := make([]*string, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}

func joined(list []*string) string {
	if len(list) == 1 {
		return *list[0]
	}
	var all strings.Builder
	for _, t := range list {
		all.WriteString(*t)
	}
	return all.String()
}
