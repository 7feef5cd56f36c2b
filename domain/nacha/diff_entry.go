package nacha

func (d *diff) entry(got, want *Entry) {
	d.number("transaction code", int64(got.Code), int64(want.Code))
	d.text("routing number", got.Routing, want.Routing)
	d.text("account number", got.Account, want.Account)
	d.number("amount", got.AmountCents, want.AmountCents)
	d.text("individual identification", got.IndividualID, want.IndividualID)
	d.text("individual name", got.Name, want.Name)
	d.text("discretionary data", got.Discretionary, want.Discretionary)
	d.text("trace number", got.Trace, want.Trace)
	d.text("OFAC indicator", got.OFAC, want.OFAC)
	d.text("secondary OFAC indicator", got.SecondaryOFAC, want.SecondaryOFAC)
	d.text("addenda 02", got.Addenda02, want.Addenda02)
	d.texts("addenda 05", got.Addenda05, want.Addenda05)
	if d.both("IAT addenda", got.IAT != nil, want.IAT != nil) {
		d.international(got.IAT, want.IAT)
	}
	if d.both("addenda 98", got.Correction != nil, want.Correction != nil) {
		d.change(got.Correction, want.Correction)
	}
	if d.both("refused addenda 98", got.RefusedChange != nil, want.RefusedChange != nil) {
		d.refusedChange(got.RefusedChange, want.RefusedChange)
	}
	if d.both("addenda 99", got.Return != nil, want.Return != nil) {
		d.returned(got.Return, want.Return)
	}
	if d.both("dishonored addenda 99", got.Dishonored != nil, want.Dishonored != nil) {
		d.dishonored(got.Dishonored, want.Dishonored)
	}
	if d.both("contested addenda 99", got.Contested != nil, want.Contested != nil) {
		d.contested(got.Contested, want.Contested)
	}
}

func (d *diff) international(got, want *IATAddenda) {
	d.text("transaction type", got.TransactionType, want.TransactionType)
	d.number("foreign amount", got.ForeignAmountCents, want.ForeignAmountCents)
	d.text("foreign trace number", got.ForeignTrace, want.ForeignTrace)
	d.text("receiver identification", got.ReceiverID, want.ReceiverID)
	d.party("receiver", &got.Receiver, &want.Receiver)
	d.party("originator", &got.Originator, &want.Originator)
	d.bank("originating bank", &got.OriginatorBank, &want.OriginatorBank)
	d.bank("receiving bank", &got.ReceiverBank, &want.ReceiverBank)
	d.texts("remittance", got.Remittance, want.Remittance)
	d.number("number of correspondent banks", int64(len(got.Correspondents)), int64(len(want.Correspondents)))
	for i := range min(len(got.Correspondents), len(want.Correspondents)) {
		d.bank("correspondent bank", &got.Correspondents[i], &want.Correspondents[i])
	}
}

func (d *diff) party(who string, got, want *Party) {
	d.text(who+" name", got.Name, want.Name)
	d.text(who+" street", got.Street, want.Street)
	d.text(who+" city and state", got.CityState, want.CityState)
	d.text(who+" country and postal code", got.CountryPostal, want.CountryPostal)
	d.text(who+" date of birth", got.BirthDate, want.BirthDate)
}

func (d *diff) bank(who string, got, want *Bank) {
	d.text(who+" name", got.Name, want.Name)
	d.text(who+" qualifier", got.Qualifier, want.Qualifier)
	d.text(who+" identification", got.ID, want.ID)
	d.text(who+" country", got.Country, want.Country)
}
