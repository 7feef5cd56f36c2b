package nacha

import "slices"

// international reads addenda 10 to 18.
func (r *entryReader) international(i int, kind, rec string) {
	if r.out.Entry.IAT == nil {
		r.out.Entry.IAT = &IATAddenda{}
	}
	a := r.out.Entry.IAT
	switch kind {
	case "10":
		r.payment(i, rec, a)
	case "11":
		a.Originator.Name, a.Originator.Street = textAt(rec, 4, 38), textAt(rec, 39, 73)
		r.reserved(i, rec, 74, 87)
	case "12":
		r.place(i, rec, &a.Originator)
	case "13":
		a.OriginatorBank = readBank(rec)
		r.reserved(i, rec, 78, 87)
	case "14":
		a.ReceiverBank = readBank(rec)
		r.reserved(i, rec, 78, 87)
	case "15":
		a.ReceiverID, a.Receiver.Street = textAt(rec, 4, 18), textAt(rec, 19, 53)
		r.reserved(i, rec, 54, 87)
	case "16":
		r.place(i, rec, &a.Receiver)
	case "17":
		a.Remittance = append(a.Remittance, at(rec, 4, 83))
		r.numbered(i, rec, len(a.Remittance))
		return
	case "18":
		a.Correspondents = append(a.Correspondents, readBank(rec))
		r.numbered(i, rec, len(a.Correspondents))
		r.reserved(i, rec, 78, 83)
		return
	}
	r.sameSequence(i, rec)
}

// payment reads addenda 10.
func (r *entryReader) payment(i int, rec string, a *IATAddenda) {
	a.TransactionType = at(rec, 4, 6)
	var ok bool
	if a.ForeignAmountCents, ok = number(at(rec, 7, 24)); !ok {
		a.ForeignAmountCents = 0
		r.hold(i, AddendaField, "R25", "foreign amount", "is not 18 digits")
	}
	a.ForeignTrace = textAt(rec, 25, 46)
	a.Receiver.Name = textAt(rec, 47, 81)
	r.reserved(i, rec, 82, 87)
}

// place reads the address and the date of birth of a party: addenda 12 and 16.
func (r *entryReader) place(i int, rec string, p *Party) {
	p.CityState, p.CountryPostal, p.BirthDate = textAt(rec, 4, 38), textAt(rec, 39, 73), textAt(rec, 74, 83)
	r.reserved(i, rec, 84, 87)
}

// readBank reads the bank of addenda 13, 14 and 18.
func readBank(rec string) Bank {
	return Bank{Name: textAt(rec, 4, 38), Qualifier: textAt(rec, 39, 40), ID: textAt(rec, 41, 74), Country: textAt(rec, 75, 77)}
}

// mandatory are the addenda that every IAT entry and every IAT return has
// exactly once.
var mandatory = []string{"10", "11", "12", "13", "14", "15", "16"}

// checkInternational checks the addenda of a whole IAT entry.
func (r *entryReader) checkInternational() {
	a := r.out.Entry.IAT
	if r.out.Kind == KindChange {
		if a != nil {
			r.hold(0, AddendaField, "R25", "addenda", "10 to 18 do not go with a notification of change")
		}
		return
	}
	for i, want := range mandatory {
		if i+1 >= len(r.lines) || at(r.record(i+1), 2, 3) != want {
			r.hold(0, AddendaField, "R25", "addenda", "%s is missing", want)
			return
		}
	}
	optional := len(a.Remittance) + len(a.Correspondents)
	switch {
	case r.out.Kind != KindForward && optional > 0:
		r.hold(0, AddendaField, "R25", "addenda", "17 and 18 do not go back with a return")
	case len(a.Remittance) > MaxRemittance || optional > MaxIATOptional:
		r.hold(0, AddendaField, "R25", "addenda", "17 are more than %d, or 17 and 18 more than %d", MaxRemittance, MaxIATOptional)
	}
	if r.out.Kind == KindForward {
		r.checkParties(a)
	}
}

// checkParties checks that every mandatory field of a forward IAT entry is
// filled.
func (r *entryReader) checkParties(a *IATAddenda) {
	f := fields{read: true}
	f.iat(a, KindForward)
	for _, name := range []string{a.Receiver.Name, a.Originator.Name, a.OriginatorBank.Name, a.ReceiverBank.Name} {
		f.want(r.exact || blank(name) || !blankOrZero(name), "name", "is zeros")
	}
	if field := f.first(); field != nil {
		r.hold(0, MandatoryField, "R26", field.Field, field.Reason)
	}
	e := &r.out.Entry
	for _, flag := range []string{e.OFAC, e.SecondaryOFAC} {
		if !slices.Contains([]string{"", "0", "1"}, flag) {
			r.hold(0, MandatoryField, "R26", "OFAC indicator", "is not blank, 0 or 1")
		}
		if flag == "1" {
			r.hold(0, ScreeningHit, "", "OFAC indicator", "the gateway saw a possible match: screen before posting")
		}
	}
}
