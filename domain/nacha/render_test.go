package nacha

import (
	"errors"
	"strings"
	"testing"
)

// refusal is one change to a golden file that makes it unwritable. Each of
// them moov-io/ach would cut, wrap, overwrite or invent, and return no error.
type refusal struct {
	golden string
	change func(*File)
	field  string
}

// refuse wants no bytes, and an error that names the field.
func refuse(t *testing.T, cases map[string]refusal) {
	t.Helper()
	for name, tt := range cases {
		t.Run(name, func(t *testing.T) {
			file := goldens()[tt.golden]
			tt.change(&file)
			data, err := Render(file, "\n")
			var refused *FieldError
			if !errors.As(err, &refused) || data != nil {
				t.Fatalf("%d bytes, %v", len(data), err)
			}
			if refused.Field != tt.field {
				t.Errorf("refused for %v, want %s", err, tt.field)
			}
		})
	}
}

// first changes the first entry of a file, header its first batch header.
func first(change func(*Entry)) func(*File) {
	return func(f *File) { change(&f.Batches[0].Entries[0]) }
}

func header(change func(*BatchHeader)) func(*File) {
	return func(f *File) { change(&f.Batches[0].Header) }
}

func TestPaymentsThatCannotBeRendered(t *testing.T) {
	refuse(t, map[string]refusal{
		"a name of 23":                 {"ppd", first(func(e *Entry) { e.Name = strings.Repeat("N", 23) }), "individual name"},
		"a name with an umlaut":        {"ppd", first(func(e *Entry) { e.Name = "ÄDA" }), "individual name"},
		"a name with a line break":     {"ppd", first(func(e *Entry) { e.Name = "A\nB" }), "individual name"},
		"no name":                      {"ppd", first(func(e *Entry) { e.Name = " " }), "individual name"},
		"an account of 18":             {"ppd", first(func(e *Entry) { e.Account = strings.Repeat("1", 18) }), "account number"},
		"no account":                   {"ppd", first(func(e *Entry) { e.Account = "" }), "account number"},
		"an identification of 16":      {"ppd", first(func(e *Entry) { e.IndividualID = strings.Repeat("1", 16) }), "individual identification"},
		"discretionary data of 3":      {"ppd", first(func(e *Entry) { e.Discretionary = "ABC" }), "discretionary data"},
		"a company of 17 in CTX":       {"ctx", first(func(e *Entry) { e.Name = strings.Repeat("N", 17) }), "individual name"},
		"a name of 16 in CIE":          {"cie", first(func(e *Entry) { e.Name = strings.Repeat("N", 16) }), "individual name"},
		"a routing number of zeros":    {"ppd", first(func(e *Entry) { e.Routing = "000000000" }), "routing number"},
		"a wrong check digit":          {"ppd", first(func(e *Entry) { e.Routing = "231380105" }), "routing number"},
		"eleven digits of money":       {"ppd", first(func(e *Entry) { e.AmountCents = MaxEntryCents + 1 }), "amount"},
		"a negative amount":            {"ppd", first(func(e *Entry) { e.AmountCents = -1 }), "amount"},
		"no amount":                    {"ppd", first(func(e *Entry) { e.AmountCents = 0 }), "amount"},
		"a prenote with an amount":     {"ppd", func(f *File) { f.Batches[0].Entries[2].AmountCents = 1 }, "amount"},
		"a foreign trace":              {"ppd", first(func(e *Entry) { e.Trace = other[:8] + "0000001" }), "trace number"},
		"a trace of 14":                {"ppd", first(func(e *Entry) { e.Trace = e.Trace[:14] }), "trace number"},
		"traces that go down":          {"ppd", func(f *File) { f.Batches[0].Entries[1].Trace = f.Batches[0].Entries[0].Trace }, "trace number"},
		"a reserved code":              {"ppd", first(func(e *Entry) { e.Code = 20 }), "transaction code"},
		"the code of a return":         {"ppd", first(func(e *Entry) { e.Code = 26 }), "transaction code"},
		"a remittance in PPD":          {"ppd", first(func(e *Entry) { e.Code, e.AmountCents, e.Addenda05 = 24, 0, []string{"X"} }), "transaction code"},
		"a remittance without addenda": {"ccd", func(f *File) { f.Batches[0].Entries[1].Addenda05 = nil }, "addenda"},
		"two addenda in PPD":           {"ppd", first(func(e *Entry) { e.Addenda05 = []string{"A", "B"} }), "addenda 05"},
		"addenda in TEL":               {"tel", first(func(e *Entry) { e.Addenda05 = []string{"A"} }), "addenda 05"},
		"addenda of 81":                {"ccd", func(f *File) { f.Batches[0].Entries[1].Addenda05[0] = strings.Repeat("A", 81) }, "payment related information"},
		"10,000 addenda":               {"ctx", first(func(e *Entry) { e.Addenda05 = make([]string, 10_000) }), "addenda 05"},
		"terminal addenda in PPD":      {"ppd", first(func(e *Entry) { e.Addenda02 = "X" }), "addenda 02"},
		"no terminal addenda in POS":   {"terminals", first(func(e *Entry) { e.Addenda02 = "" }), "addenda 02"},
		"a credit in TEL":              {"tel", func(f *File) { f.Batches[0].Header.ServiceClass, f.Batches[0].Entries[0].Code = 200, 22 }, "transaction code"},
		"a debit in CIE":               {"cie", func(f *File) { f.Batches[0].Header.ServiceClass, f.Batches[0].Entries[0].Code = 200, 27 }, "transaction code"},
		"a check above 25,000 dollars": {"checks", first(func(e *Entry) { e.AmountCents = 2_500_001 }), "amount"},
		"an OFAC flag on PPD":          {"ppd", first(func(e *Entry) { e.OFAC = "0" }), "OFAC indicator"},
		"batch numbers that go down":   {"checks", func(f *File) { f.Batches[1].Header.Number = 1 }, "batch number"},
		"an empty batch":               {"ppd", func(f *File) { f.Batches[0].Entries = nil }, "batch"},
		"letters in a trace":           {"ppd", first(func(e *Entry) { e.Trace = lantern[:8] + "000000X" }), "trace number"},
		"a second OFAC flag on PPD":    {"ppd", first(func(e *Entry) { e.SecondaryOFAC = "0" }), "secondary OFAC indicator"},
	})
}

func TestHeadersThatCannotBeRendered(t *testing.T) {
	refuse(t, map[string]refusal{
		"a loan debited":                  {"reversal", header(func(h *BatchHeader) { h.Description = "DUES" }), "transaction code"},
		"a debit in a batch of credits":   {"tel", header(func(h *BatchHeader) { h.ServiceClass = 220 }), "transaction code"},
		"no effective date":               {"ppd", header(func(h *BatchHeader) { h.EffectiveOn = "" }), "effective entry date"},
		"the 30th of February":            {"ppd", header(func(h *BatchHeader) { h.EffectiveOn = "260230" }), "effective entry date"},
		"settlement on day 999":           {"ppd", header(func(h *BatchHeader) { h.SettlementDay = "999" }), "settlement day"},
		"a service class of 280":          {"ppd", header(func(h *BatchHeader) { h.ServiceClass = 280 }), "service class"},
		"a class of entries we read only": {"ppd", header(func(h *BatchHeader) { h.SEC = "ENR" }), "standard entry class"},
		"a company of 17":                 {"ppd", header(func(h *BatchHeader) { h.CompanyName = strings.Repeat("C", 17) }), "company name"},
		"a company of zeros":              {"ppd", header(func(h *BatchHeader) { h.CompanyName = "000" }), "company name"},
		"company data of 21":              {"ppd", header(func(h *BatchHeader) { h.DiscretionaryData = strings.Repeat("C", 21) }), "company discretionary data"},
		"a company id of 11":              {"ppd", header(func(h *BatchHeader) { h.CompanyID = "12345678901" }), "company identification"},
		"a company id of zeros":           {"ppd", header(func(h *BatchHeader) { h.CompanyID = "0000000000" }), "company identification"},
		"a description of 11":             {"ppd", header(func(h *BatchHeader) { h.Description = "DUES NOV 26" }), "company entry description"},
		"a description of zeros":          {"ppd", header(func(h *BatchHeader) { h.Description = "00" }), "company entry description"},
		"a descriptive date of 7":         {"ppd", header(func(h *BatchHeader) { h.DescriptiveDate = "SD13000" }), "company descriptive date"},
		"an originator status of 0":       {"ppd", header(func(h *BatchHeader) { h.OriginatorStatus = "0" }), "originator status"},
		"an ODFI of nine digits":          {"ppd", header(func(h *BatchHeader) { h.ODFI = lantern }), "ODFI identification"},
		"batch number 0":                  {"ppd", header(func(h *BatchHeader) { h.Number = 0 }), "batch number"},
		"batch number 10,000,000":         {"ppd", header(func(h *BatchHeader) { h.Number = 10_000_000 }), "batch number"},
		"no creation time":                {"ppd", func(f *File) { f.Header.CreatedAt = "" }, "creation time"},
		"no creation date":                {"ppd", func(f *File) { f.Header.CreatedOn = "" }, "creation date"},
		"an origin with a line break":     {"ppd", func(f *File) { f.Header.ImmediateOrigin = "12345\n7890" }, "immediate origin"},
		"an origin of ten zeros":          {"ppd", func(f *File) { f.Header.ImmediateOrigin = "0000000000" }, "immediate origin"},
		"a small modifier":                {"ppd", func(f *File) { f.Header.Modifier = "a" }, "file ID modifier"},
		"an origin of eight digits":       {"ppd", func(f *File) { f.Header.ImmediateOrigin = lantern[:8] }, "immediate origin"},
		"an origin moov would trim":       {"ppd", func(f *File) { f.Header.ImmediateOrigin = " " + lantern }, "immediate origin"},
		"a destination of zeros":          {"ppd", func(f *File) { f.Header.ImmediateDestination = "000000000" }, "immediate destination"},
		"an origin name of 24":            {"ppd", func(f *File) { f.Header.ImmediateOriginName = strings.Repeat("B", 24) }, "immediate origin name"},
		"a destination name of 24":        {"ppd", func(f *File) { f.Header.ImmediateDestinationName = strings.Repeat("B", 24) }, "immediate destination name"},
		"a reference of 9":                {"ppd", func(f *File) { f.Header.Reference = "123456789" }, "reference code"},
	})
}
