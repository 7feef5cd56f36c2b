package nacha

import "github.com/moov-io/ach"

// international writes addenda 10 to 18 of an IAT entry.
func (w *Writer) international(a *IATAddenda, entry int) {
	w.line(addenda10Record(a, entry))
	w.line(addenda11Record(&a.Originator, entry))
	w.line(addenda12Record(&a.Originator, entry))
	w.line(addenda13Record(&a.OriginatorBank, entry))
	w.line(addenda14Record(&a.ReceiverBank, entry))
	w.line(addenda15Record(a, entry))
	w.line(addenda16Record(&a.Receiver, entry))
	for i, text := range a.Remittance {
		w.line(addenda17Record(text, i+1, entry))
	}
	for i := range a.Correspondents {
		w.line(addenda18Record(&a.Correspondents[i], i+1, entry))
	}
}

func addenda10Record(a *IATAddenda, entry int) string {
	m := ach.NewAddenda10()
	m.TransactionTypeCode = a.TransactionType
	m.ForeignPaymentAmount = int(a.ForeignAmountCents)
	m.ForeignTraceNumber = a.ForeignTrace
	m.Name = a.Receiver.Name
	m.EntryDetailSequenceNumber = entry
	return m.String()
}

func addenda11Record(p *Party, entry int) string {
	m := ach.NewAddenda11()
	m.OriginatorName = p.Name
	m.OriginatorStreetAddress = p.Street
	m.EntryDetailSequenceNumber = entry
	return m.String()
}

func addenda12Record(p *Party, entry int) string {
	m := ach.NewAddenda12()
	m.OriginatorCityStateProvince = p.CityState
	m.OriginatorCountryPostalCode = p.CountryPostal
	m.OriginatorDateOfBirth = p.BirthDate
	m.EntryDetailSequenceNumber = entry
	return m.String()
}

func addenda13Record(b *Bank, entry int) string {
	m := ach.NewAddenda13()
	m.ODFIName = b.Name
	m.ODFIIDNumberQualifier = b.Qualifier
	m.ODFIIdentification = b.ID
	m.ODFIBranchCountryCode = b.Country
	m.EntryDetailSequenceNumber = entry
	return m.String()
}

func addenda14Record(b *Bank, entry int) string {
	m := ach.NewAddenda14()
	m.RDFIName = b.Name
	m.RDFIIDNumberQualifier = b.Qualifier
	m.RDFIIdentification = b.ID
	m.RDFIBranchCountryCode = b.Country
	m.EntryDetailSequenceNumber = entry
	return m.String()
}

func addenda15Record(a *IATAddenda, entry int) string {
	m := ach.NewAddenda15()
	m.ReceiverIDNumber = a.ReceiverID
	m.ReceiverStreetAddress = a.Receiver.Street
	m.EntryDetailSequenceNumber = entry
	return m.String()
}

func addenda16Record(p *Party, entry int) string {
	m := ach.NewAddenda16()
	m.ReceiverCityStateProvince = p.CityState
	m.ReceiverCountryPostalCode = p.CountryPostal
	m.ReceiverDateOfBirth = p.BirthDate
	m.EntryDetailSequenceNumber = entry
	return m.String()
}

func addenda17Record(text string, number, entry int) string {
	m := ach.NewAddenda17()
	m.PaymentRelatedInformation = text
	m.SequenceNumber = number
	m.EntryDetailSequenceNumber = entry
	return m.String()
}

func addenda18Record(b *Bank, number, entry int) string {
	m := ach.NewAddenda18()
	m.ForeignCorrespondentBankName = b.Name
	m.ForeignCorrespondentBankIDNumberQualifier = b.Qualifier
	m.ForeignCorrespondentBankIDNumber = b.ID
	m.ForeignCorrespondentBankBranchCountryCode = b.Country
	m.SequenceNumber = number
	m.EntryDetailSequenceNumber = entry
	return m.String()
}
