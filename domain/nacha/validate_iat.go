package nacha

// transactionTypes are the reasons for an international payment, addenda 10
// positions 4-6.
var transactionTypes = map[string]bool{
	"ANN": true, "BUS": true, "DEP": true, "LOA": true, "MIS": true, "MOR": true, "PEN": true,
	"REM": true, "RLS": true, "SAL": true, "TAX": true, "ARC": true, "BOC": true, "MTE": true,
	"POP": true, "POS": true, "RCK": true, "SHR": true, "TEL": true, "WEB": true,
}

// iat checks the seven mandatory addenda and the text of the optional ones. A
// return repeats the received fields, so they may be blank.
func (f *fields) iat(a *IATAddenda, kind Kind) {
	text := f.filled
	if kind != KindForward {
		text = f.text
	}
	f.want(len(a.TransactionType) == 3 && Printable(a.TransactionType), "transaction type", "is not three letters")
	f.want(kind != KindForward || transactionTypes[a.TransactionType], "transaction type", "is not a known reason")
	f.want(a.ForeignAmountCents >= 0 && a.ForeignAmountCents <= maxForeignCents, "foreign amount", "does not fit 18 digits")
	f.text("foreign trace number", a.ForeignTrace, 22)
	f.text("receiver identification", a.ReceiverID, 15)
	f.party("receiver", &a.Receiver, text)
	f.party("originator", &a.Originator, text)
	f.bank("originating bank", &a.OriginatorBank, text)
	f.bank("receiving bank", &a.ReceiverBank, text)
	for _, text := range a.Remittance {
		f.text("remittance", text, 80)
	}
	for i := range a.Correspondents {
		f.bank("correspondent bank", &a.Correspondents[i], text)
	}
}

func (f *fields) party(who string, p *Party, text func(field, s string, width int)) {
	text(who+" name", p.Name, 35)
	text(who+" street", p.Street, 35)
	text(who+" city and state", p.CityState, 35)
	text(who+" country and postal code", p.CountryPostal, 35)
	f.text(who+" date of birth", p.BirthDate, 10)
}

func (f *fields) bank(who string, b *Bank, text func(field, s string, width int)) {
	text(who+" name", b.Name, 35)
	f.oneOf(who+" qualifier", b.Qualifier, "01", "02", "03")
	text(who+" identification", b.ID, 34)
	text(who+" country", b.Country, 3)
}
