package nacha

import "strconv"

// readBatchHeader reads record 5 in the layout of its class.
func readBatchHeader(r string) BatchHeader {
	class, _ := strconv.Atoi(at(r, 2, 4))
	num, _ := number(at(r, 88, 94))
	h := BatchHeader{
		ServiceClass:     class,
		CompanyID:        textAt(r, 41, 50),
		SEC:              at(r, 51, 53),
		Description:      textAt(r, 54, 63),
		EffectiveOn:      textAt(r, 70, 75),
		SettlementDay:    dayAt(r, 76, 78),
		OriginatorStatus: textAt(r, 79, 79),
		ODFI:             at(r, 80, 87),
		Number:           int(num),
	}
	if h.SEC == "IAT" || h.SEC == "COR" && textAt(r, 5, 20) == iatCorrection {
		h.IAT = &IATHeader{
			Indicator:                textAt(r, 5, 20),
			ForeignExchangeIndicator: textAt(r, 21, 22),
			ReferenceIndicator:       textAt(r, 23, 23),
			ForeignExchangeReference: textAt(r, 24, 38),
			DestinationCountry:       textAt(r, 39, 40),
			OriginatingCurrency:      textAt(r, 64, 66),
			DestinationCurrency:      textAt(r, 67, 69),
		}
		return h
	}
	h.CompanyName = textAt(r, 5, 20)
	h.DiscretionaryData = textAt(r, 21, 40)
	h.DescriptiveDate = textAt(r, 64, 69)
	return h
}

// checkHeader checks the fields for which the operator rejects a batch.
func (b *openBatch) checkHeader(line int, exact bool, r string) {
	h := &b.header
	if !b.class.known {
		b.refuse(line, EntryClass, "standard entry class", "is not a known code")
	}
	b.checkClass(line, r)
	if blankOrZero(h.CompanyID) {
		b.refuse(line, CompanyField, "company identification", "is blank")
	}
	if h.IAT == nil && blankOrZero(h.CompanyName) {
		b.refuse(line, CompanyField, "company name", "is blank")
	}
	if blankOrZero(h.Description) {
		b.refuse(line, CompanyField, "company entry description", "is blank")
	}
	b.checkDates(line)
	if exact && blank(h.SettlementDay) && !blank(at(r, 76, 78)) {
		b.refuse(line, Rendering, "settlement day", "is not blank")
	}
	if h.OriginatorStatus != "1" && h.OriginatorStatus != "2" && b.class.layout != advice {
		b.refuse(line, StatusCode, "originator status", "is not 1 or 2")
	}
	if !digits(h.ODFI) || h.ODFI == "00000000" {
		b.refuse(line, ODFIField, "ODFI identification", "is not eight digits")
	}
	if !digits(at(r, 88, 94)) {
		b.refuse(line, BatchNumberBad, "batch number", "is not seven digits")
	}
	if h.IAT != nil {
		b.checkIATHeader(line)
	}
}

// checkClass checks positions 2-4; only advices are of class 280.
func (b *openBatch) checkClass(line int, r string) {
	switch at(r, 2, 4) {
	case "200", "220", "225":
		if b.class.layout != advice {
			return
		}
	case "280":
		if b.class.layout == advice {
			return
		}
	}
	b.refuse(line, ServiceClassBad, "service class", "is not one for this standard entry class")
}

// checkDates checks that the dates are valid days. An effective entry date may
// be blank or zero if an operator has stamped the settlement day, and in
// answers to an earlier entry, which closeBatch checks.
func (b *openBatch) checkDates(line int) {
	if h := &b.header; !blankOrZero(h.EffectiveOn) {
		if _, err := ParseDate(h.EffectiveOn); err != nil {
			b.refuse(line, EffectiveDate, "effective entry date", "is not a day written YYMMDD")
		}
	}
	if day := b.header.SettlementDay; day != "" && !validJulian(day) {
		b.refuse(line, SettlementDay, "settlement day", "is not 001 to 366")
	}
}

// checkIATHeader checks the mandatory fields that only IAT has. Text in the
// indicator, or after reference indicator 3, is accepted, as it has no effect.
func (b *openBatch) checkIATHeader(line int) {
	f := fields{read: true}
	f.iatMandatory(&b.header)
	if field := f.first(); field != nil {
		b.refuse(line, IATHeaderField, field.Field, field.Reason)
	}
}
