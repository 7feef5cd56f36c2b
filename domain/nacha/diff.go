package nacha

import "fmt"

// diff keeps the first field in which two records differ.
type diff struct {
	line int
	err  error
}

func (d *diff) differs(field string) {
	if d.err == nil {
		d.err = fmt.Errorf("line %d: %s is not what was decided", d.line, field)
	}
}

// text compares alphameric fields, ignoring padding.
func (d *diff) text(field, got, want string) {
	if got != want && trim(got) != trim(want) {
		d.differs(field)
	}
}

func (d *diff) number(field string, got, want int64) {
	if got != want {
		d.differs(field)
	}
}

func (d *diff) texts(field string, got, want []string) {
	if len(got) != len(want) {
		d.differs("number of " + field)
	}
	for i := range min(len(got), len(want)) {
		d.text(field, got[i], want[i])
	}
}

// both reports whether both parts are present; if only one is, they differ.
func (d *diff) both(field string, got, want bool) bool {
	if got != want {
		d.differs(field)
	}
	return got && want
}

func (d *diff) fileHeader(got, want *FileHeader) {
	d.text("immediate destination", got.ImmediateDestination, want.ImmediateDestination)
	d.text("immediate destination name", got.ImmediateDestinationName, want.ImmediateDestinationName)
	d.text("immediate origin", got.ImmediateOrigin, want.ImmediateOrigin)
	d.text("immediate origin name", got.ImmediateOriginName, want.ImmediateOriginName)
	d.text("creation date", got.CreatedOn, want.CreatedOn)
	d.text("creation time", got.CreatedAt, want.CreatedAt)
	d.text("file ID modifier", got.Modifier, want.Modifier)
	d.text("reference code", got.Reference, want.Reference)
}

func (d *diff) batchHeader(got, want *BatchHeader) {
	d.number("service class", int64(got.ServiceClass), int64(want.ServiceClass))
	d.text("company name", got.CompanyName, want.CompanyName)
	d.text("company discretionary data", got.DiscretionaryData, want.DiscretionaryData)
	d.text("company identification", got.CompanyID, want.CompanyID)
	d.text("standard entry class", got.SEC, want.SEC)
	d.text("company entry description", got.Description, want.Description)
	d.text("company descriptive date", got.DescriptiveDate, want.DescriptiveDate)
	d.text("effective entry date", got.EffectiveOn, want.EffectiveOn)
	d.text("settlement day", got.SettlementDay, want.SettlementDay)
	d.text("originator status", got.OriginatorStatus, want.OriginatorStatus)
	d.text("ODFI identification", got.ODFI, want.ODFI)
	d.number("batch number", int64(got.Number), int64(want.Number))
	if d.both("IAT header", got.IAT != nil, want.IAT != nil) {
		d.text("IAT indicator", got.IAT.Indicator, want.IAT.Indicator)
		d.text("foreign exchange indicator", got.IAT.ForeignExchangeIndicator, want.IAT.ForeignExchangeIndicator)
		d.text("foreign exchange reference indicator", got.IAT.ReferenceIndicator, want.IAT.ReferenceIndicator)
		d.text("foreign exchange reference", got.IAT.ForeignExchangeReference, want.IAT.ForeignExchangeReference)
		d.text("destination country", got.IAT.DestinationCountry, want.IAT.DestinationCountry)
		d.text("originating currency", got.IAT.OriginatingCurrency, want.IAT.OriginatingCurrency)
		d.text("destination currency", got.IAT.DestinationCurrency, want.IAT.DestinationCurrency)
	}
}
