package nacha

import (
	"strings"

	"github.com/moov-io/ach"
)

// batchHeaderRecord is record 5.
func batchHeaderRecord(h *BatchHeader) string {
	if h.international() {
		return iatBatchHeaderRecord(h)
	}
	m := ach.NewBatchHeader()
	m.ServiceClassCode = h.ServiceClass
	m.CompanyName = h.CompanyName
	m.CompanyDiscretionaryData = h.DiscretionaryData
	m.CompanyIdentification = h.CompanyID
	m.StandardEntryClassCode = h.SEC
	m.CompanyEntryDescription = h.Description
	m.CompanyDescriptiveDate = h.DescriptiveDate
	m.EffectiveEntryDate = spaced(h.EffectiveOn, 6)
	m.SettlementDate = h.SettlementDay
	m.OriginatorStatusCode = int(h.OriginatorStatus[0] - '0')
	m.ODFIIdentification = h.ODFI
	m.BatchNumber = h.Number
	return m.String()
}

func iatBatchHeaderRecord(h *BatchHeader) string {
	m := ach.NewIATBatchHeader()
	m.ServiceClassCode = h.ServiceClass
	m.IATIndicator = h.IAT.Indicator
	m.ForeignExchangeIndicator = h.IAT.ForeignExchangeIndicator
	m.ForeignExchangeReferenceIndicator = int(h.IAT.ReferenceIndicator[0] - '0')
	m.ForeignExchangeReference = h.IAT.ForeignExchangeReference
	m.ISODestinationCountryCode = h.IAT.DestinationCountry
	m.OriginatorIdentification = h.CompanyID
	m.StandardEntryClassCode = h.SEC
	m.CompanyEntryDescription = h.Description
	m.ISOOriginatingCurrencyCode = h.IAT.OriginatingCurrency
	m.ISODestinationCurrencyCode = h.IAT.DestinationCurrency
	m.EffectiveEntryDate = spaced(h.EffectiveOn, 6)
	m.SettlementDate = h.SettlementDay
	m.OriginatorStatusCode = int(h.OriginatorStatus[0] - '0')
	m.ODFIIdentification = h.ODFI
	m.BatchNumber = h.Number
	return m.String()
}

// batchControlRecord is record 8.
func batchControlRecord(h *BatchHeader, t Totals) string {
	m := ach.NewBatchControl()
	m.ServiceClassCode = h.ServiceClass
	m.EntryAddendaCount = t.Entries + t.Addenda
	m.EntryHash = int(t.EntryHash)
	m.TotalDebitEntryDollarAmount = int(t.DebitCents)
	m.TotalCreditEntryDollarAmount = int(t.CreditCents)
	m.CompanyIdentification = h.CompanyID
	m.ODFIIdentification = h.ODFI
	m.BatchNumber = h.Number
	return m.String()
}

// spaced pads a value with spaces to its width, because moov would fill a blank
// field with zeros.
func spaced(s string, width int) string {
	if len(s) >= width {
		return s
	}
	return s + strings.Repeat(" ", width-len(s))
}
