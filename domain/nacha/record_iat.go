package nacha

import "github.com/moov-io/ach"

// international writes addenda 10 to 18 of an IAT entry.
func (w *Writer) international(a *IATAddenda, entry int) {
	w.line(addenda10Record(a, entry))
	w.line((&ach.Addenda11{TypeCode: "11", OriginatorName: a.Originator.Name, OriginatorStreetAddress: a.Originator.Street, EntryDetailSequenceNumber: entry}).String())
	w.line((&ach.Addenda12{TypeCode: "12", OriginatorCityStateProvince: a.Originator.CityState, OriginatorCountryPostalCode: a.Originator.CountryPostal, EntryDetailSequenceNumber: entry}).String())
	w.line(addenda13Record(&a.OriginatorBank, entry))
	w.line(addenda14Record(&a.ReceiverBank, entry))
	w.line((&ach.Addenda15{TypeCode: "15", ReceiverIDNumber: a.ReceiverID, ReceiverStreetAddress: a.Receiver.Street, EntryDetailSequenceNumber: entry}).String())
	w.line((&ach.Addenda16{TypeCode: "16", ReceiverCityStateProvince: a.Receiver.CityState, ReceiverCountryPostalCode: a.Receiver.CountryPostal, EntryDetailSequenceNumber: entry}).String())
	for i, text := range a.Remittance {
		w.line((&ach.Addenda17{TypeCode: "17", PaymentRelatedInformation: text, SequenceNumber: i + 1, EntryDetailSequenceNumber: entry}).String())
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
