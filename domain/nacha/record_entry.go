package nacha

import (
	"fmt"

	"github.com/moov-io/ach"
)

// entryRecord writes records 6 with one reused moov value per layout.
type entryRecord struct {
	domestic ach.EntryDetail
	iat      ach.IATEntryDetail
}

// record is record 6 in the layout of the batch.
func (r *entryRecord) record(e *Entry, h *BatchHeader) string {
	if h.international() {
		return r.international(e)
	}
	m := &r.domestic
	m.SetSECCode(h.SEC) // CIE swaps name and identification
	m.TransactionCode = e.Code
	m.RDFIIdentification = e.Routing[:8]
	m.CheckDigit = e.Routing[8:]
	m.DFIAccountNumber = e.Account
	m.Amount = int(e.AmountCents)
	m.IdentificationNumber = e.IndividualID
	m.IndividualName = e.Name
	if classOf(h).layout == corporate {
		m.IndividualName = fmt.Sprintf("%04d%s", e.addenda(), e.Name)
	}
	m.DiscretionaryData = e.Discretionary
	m.AddendaRecordIndicator = min(e.addenda(), 1)
	m.TraceNumber = e.Trace
	return m.String()
}

func (r *entryRecord) international(e *Entry) string {
	m := &r.iat
	m.TransactionCode = e.Code
	m.RDFIIdentification = e.Routing[:8]
	m.CheckDigit = e.Routing[8:]
	m.AddendaRecords = e.addenda()
	m.Amount = int(e.AmountCents)
	m.DFIAccountNumber = e.Account
	m.OFACScreeningIndicator = e.OFAC
	m.SecondaryOFACScreeningIndicator = e.SecondaryOFAC
	m.AddendaRecordIndicator = 1
	m.TraceNumber = e.Trace
	return m.String()
}

// addenda05Record is a record of payment related information.
func addenda05Record(text string, number, entry int) string {
	m := ach.NewAddenda05()
	m.PaymentRelatedInformation = text
	m.SequenceNumber = number
	m.EntryDetailSequenceNumber = entry
	return m.String()
}

// addenda02Record is terminal information, which moov takes in parts.
func addenda02Record(text, trace string) string {
	text = spaced(text, 76)
	m := ach.NewAddenda02()
	m.ReferenceInformationOne = text[:7]
	m.ReferenceInformationTwo = text[7:10]
	m.TerminalIdentificationCode = text[10:16]
	m.TransactionSerialNumber = text[16:22]
	m.TransactionDate = text[22:26]
	m.AuthorizationCodeOrExpireDate = text[26:32]
	m.TerminalLocation = text[32:59]
	m.TerminalCity = text[59:74]
	m.TerminalState = text[74:76]
	m.TraceNumber = trace
	return m.String()
}
