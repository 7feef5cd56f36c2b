package nacha

import "fmt"

// Validate refuses a batch header that record 5 cannot contain, or for which
// the operator would reject a batch.
func (h *BatchHeader) Validate() error {
	var f fields
	f.batchHeader(h)
	return f.in(func() string { return fmt.Sprintf("batch %d", h.Number) })
}

func (f *fields) batchHeader(h *BatchHeader) {
	f.want(SupportedSEC(h.SEC), "standard entry class", "is not one we write")
	f.want(h.ServiceClass == MixedClass || h.ServiceClass == CreditClass || h.ServiceClass == DebitClass,
		"service class", "is not 200, 220 or 225")
	f.filled("company identification", h.CompanyID, 10)
	f.want(!blankOrZero(h.CompanyID), "company identification", "is blank or zero")
	f.filled("company entry description", h.Description, 10)
	f.want(!blankOrZero(h.Description), "company entry description", "is blank or zero")
	if !blankOrZero(h.EffectiveOn) {
		f.date("effective entry date", h.EffectiveOn)
	}
	f.optional(h.SettlementDay, func() { f.julian("settlement day", h.SettlementDay) })
	f.oneOf("originator status", h.OriginatorStatus, "1", "2")
	f.digits("ODFI identification", h.ODFI, 8)
	f.want(h.Number >= 1 && h.Number <= MaxBatchNumber, "batch number", "is not 1 to %d", MaxBatchNumber)
	if h.IAT == nil {
		f.want(h.SEC != "IAT", "IAT header", "is missing")
		f.filled("company name", h.CompanyName, 16)
		f.want(!blankOrZero(h.CompanyName), "company name", "is blank or zero")
		f.text("company discretionary data", h.DiscretionaryData, 20)
		f.text("company descriptive date", h.DescriptiveDate, 6)
		return
	}
	f.empty("company name", h.CompanyName)
	f.empty("company discretionary data", h.DiscretionaryData)
	f.empty("company descriptive date", h.DescriptiveDate)
	f.iatHeader(h)
}

func (f *fields) iatHeader(h *BatchHeader) {
	if h.SEC == "COR" {
		f.oneOf("IAT indicator", h.IAT.Indicator, iatCorrection)
	} else {
		f.want(h.SEC == "IAT", "IAT header", "belongs to IAT and COR batches only")
		f.empty("IAT indicator", h.IAT.Indicator)
	}
	f.iatMandatory(h)
	if h.IAT.ReferenceIndicator == "3" {
		f.empty("foreign exchange reference", h.IAT.ForeignExchangeReference)
	} else {
		f.filled("foreign exchange reference", h.IAT.ForeignExchangeReference, 15)
	}
}

// iatMandatory checks the fields for which an operator rejects an IAT batch.
func (f *fields) iatMandatory(h *BatchHeader) {
	f.oneOf("foreign exchange indicator", h.IAT.ForeignExchangeIndicator, "FV", "VF", "FF")
	f.oneOf("foreign exchange reference indicator", h.IAT.ReferenceIndicator, "1", "2", "3")
	f.want(letters(h.IAT.DestinationCountry, 2), "destination country", "is not two capital letters")
	f.want(letters(h.IAT.OriginatingCurrency, 3), "originating currency", "is not three capital letters")
	f.want(letters(h.IAT.DestinationCurrency, 3), "destination currency", "is not three capital letters")
}

// iatCorrection, in positions 5-20 of a COR batch header, marks the IAT
// layouts.
const iatCorrection = "IATCOR"

// letters reports whether s is n capital letters, as ISO codes are.
func letters(s string, n int) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return len(s) == n
}
