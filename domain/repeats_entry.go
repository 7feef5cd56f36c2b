package domain

import (
	"slices"
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

// HideRepeats masks the entry's account number where other free texts of the
// entry, or of its batch header, repeat it, and reports whether any did.
// Lengths stay the same. It copies what the texts share with other values
// first.
func HideRepeats(number string, e *Entry) (hidden bool) {
	needle := needleOf(number)
	look := func(_ string, list ...*string) { hidden = hidden || needle.in(joined(list)) }
	headerTexts(&e.Header, look)
	entryTexts(&e.Entry, look)
	if !hidden {
		return false
	}
	e.own()
	hide := func(_ string, list ...*string) {
		rest := needle.hide(joined(list))
		for _, t := range list {
			*t, rest = rest[:len(*t)], rest[len(*t):]
		}
	}
	headerTexts(&e.Header, hide)
	entryTexts(&e.Entry, hide)
	return true
}

// own copies the parts of an entry that contain texts and may be shared.
func (e *Entry) own() {
	copied(&e.Header.IAT)
	copied(&e.Entry.Return)
	copied(&e.Entry.Dishonored)
	copied(&e.Entry.IAT)
	e.Entry.Addenda05 = slices.Clone(e.Entry.Addenda05)
	if a := e.Entry.IAT; a != nil {
		a.Remittance, a.Correspondents = slices.Clone(a.Remittance), slices.Clone(a.Correspondents)
	}
}

func copied[T any](p **T) {
	if *p != nil {
		v := **p
		*p = &v
	}
}

// look is called with a field and its texts, which are parts of one text.
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

// entryTexts omits fields whose form is fixed: routing and trace numbers, codes
// and dates.
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
