package nacha

import (
	"errors"
	"strings"
	"testing"
)

// Each of these moov-io/ach would cut, wrap, overwrite or invent, and return
// no error. Render returns no bytes.
func TestWhatCannotBeRendered(t *testing.T) {
	first := func(change func(*Entry)) func(*File) {
		return func(f *File) { change(&f.Batches[0].Entries[0]) }
	}
	header := func(change func(*BatchHeader)) func(*File) {
		return func(f *File) { change(&f.Batches[0].Header) }
	}
	for name, tt := range map[string]struct {
		golden string
		change func(*File)
		field  string
	}{
		"a name of 23":                    {"ppd", first(func(e *Entry) { e.Name = strings.Repeat("N", 23) }), "individual name"},
		"a name with an umlaut":           {"ppd", first(func(e *Entry) { e.Name = "ÄDA" }), "individual name"},
		"a name with a line break":        {"ppd", first(func(e *Entry) { e.Name = "A\nB" }), "individual name"},
		"no name":                         {"ppd", first(func(e *Entry) { e.Name = " " }), "individual name"},
		"an account of 18":                {"ppd", first(func(e *Entry) { e.Account = strings.Repeat("1", 18) }), "account number"},
		"no account":                      {"ppd", first(func(e *Entry) { e.Account = "" }), "account number"},
		"an identification of 16":         {"ppd", first(func(e *Entry) { e.IndividualID = strings.Repeat("1", 16) }), "individual identification"},
		"discretionary data of 3":         {"ppd", first(func(e *Entry) { e.Discretionary = "ABC" }), "discretionary data"},
		"a company of 17 in CTX":          {"ctx", first(func(e *Entry) { e.Name = strings.Repeat("N", 17) }), "individual name"},
		"a name of 16 in CIE":             {"cie", first(func(e *Entry) { e.Name = strings.Repeat("N", 16) }), "individual name"},
		"a routing number of zeros":       {"ppd", first(func(e *Entry) { e.Routing = "000000000" }), "routing number"},
		"a wrong check digit":             {"ppd", first(func(e *Entry) { e.Routing = "231380105" }), "routing number"},
		"eleven digits of money":          {"ppd", first(func(e *Entry) { e.AmountCents = MaxEntryCents + 1 }), "amount"},
		"a negative amount":               {"ppd", first(func(e *Entry) { e.AmountCents = -1 }), "amount"},
		"no amount":                       {"ppd", first(func(e *Entry) { e.AmountCents = 0 }), "amount"},
		"a prenote with an amount":        {"ppd", func(f *File) { f.Batches[0].Entries[2].AmountCents = 1 }, "amount"},
		"a foreign trace":                 {"ppd", first(func(e *Entry) { e.Trace = other[:8] + "0000001" }), "trace number"},
		"a trace of 14":                   {"ppd", first(func(e *Entry) { e.Trace = e.Trace[:14] }), "trace number"},
		"traces that go down":             {"ppd", func(f *File) { f.Batches[0].Entries[1].Trace = f.Batches[0].Entries[0].Trace }, "trace number"},
		"a reserved code":                 {"ppd", first(func(e *Entry) { e.Code = 20 }), "transaction code"},
		"the code of a return":            {"ppd", first(func(e *Entry) { e.Code = 26 }), "transaction code"},
		"a remittance in PPD":             {"ppd", first(func(e *Entry) { e.Code, e.AmountCents, e.Addenda05 = 24, 0, []string{"X"} }), "transaction code"},
		"a remittance without addenda":    {"ccd", func(f *File) { f.Batches[0].Entries[1].Addenda05 = nil }, "addenda"},
		"two addenda in PPD":              {"ppd", first(func(e *Entry) { e.Addenda05 = []string{"A", "B"} }), "addenda 05"},
		"addenda in TEL":                  {"tel", first(func(e *Entry) { e.Addenda05 = []string{"A"} }), "addenda 05"},
		"addenda of 81":                   {"ccd", func(f *File) { f.Batches[0].Entries[1].Addenda05[0] = strings.Repeat("A", 81) }, "payment related information"},
		"10,000 addenda":                  {"ctx", first(func(e *Entry) { e.Addenda05 = make([]string, 10_000) }), "addenda 05"},
		"terminal addenda in PPD":         {"ppd", first(func(e *Entry) { e.Addenda02 = "X" }), "addenda 02"},
		"no terminal addenda in POS":      {"terminals", first(func(e *Entry) { e.Addenda02 = "" }), "addenda 02"},
		"a credit in TEL":                 {"tel", first(func(e *Entry) { e.Code = 22 }), "transaction code"},
		"a debit in CIE":                  {"cie", func(f *File) { f.Batches[0].Header.ServiceClass, f.Batches[0].Entries[0].Code = 200, 27 }, "transaction code"},
		"a loan debited":                  {"reversal", header(func(h *BatchHeader) { h.Description = "DUES" }), "transaction code"},
		"a check above 25,000 dollars":    {"checks", first(func(e *Entry) { e.AmountCents = 2_500_001 }), "amount"},
		"a debit in a batch of credits":   {"tel", header(func(h *BatchHeader) { h.ServiceClass = 220 }), "transaction code"},
		"an OFAC flag on PPD":             {"ppd", first(func(e *Entry) { e.OFAC = "0" }), "OFAC indicator"},
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
		"batch numbers that go down":      {"checks", func(f *File) { f.Batches[1].Header.Number = 1 }, "batch number"},
		"an empty batch":                  {"ppd", func(f *File) { f.Batches[0].Entries = nil }, "batch"},
		"an IAT entry without addenda":    {"iat", first(func(e *Entry) { e.IAT = nil }), "IAT addenda"},
		"IAT addenda on PPD":              {"ppd", first(func(e *Entry) { e.IAT = sampleAddenda() }), "IAT addenda"},
		"an IAT batch without its header": {"iat", header(func(h *BatchHeader) { h.IAT = nil }), "IAT header"},
		"an IAT header on PPD":            {"ppd", header(func(h *BatchHeader) { h.IAT, h.CompanyName = goldens()["iat"].Batches[0].Header.IAT, "" }), "IAT header"},
		"a company name on IAT":           {"iat", header(func(h *BatchHeader) { h.CompanyName = "X" }), "company name"},
		"a discretionary date on IAT":     {"iat", header(func(h *BatchHeader) { h.DescriptiveDate = "X" }), "company descriptive date"},
		"discretionary data on IAT":       {"iat", header(func(h *BatchHeader) { h.DiscretionaryData = "X" }), "company discretionary data"},
		"a rate without a reference":      {"iat", header(func(h *BatchHeader) { h.IAT.ReferenceIndicator = "1" }), "foreign exchange reference"},
		"a reference moov would drop":     {"iat", header(func(h *BatchHeader) { h.IAT.ForeignExchangeReference = "1.1" }), "foreign exchange reference"},
		"an exchange indicator of XX":     {"iat", header(func(h *BatchHeader) { h.IAT.ForeignExchangeIndicator = "XX" }), "foreign exchange indicator"},
		"a country in small letters":      {"iat", header(func(h *BatchHeader) { h.IAT.DestinationCountry = "us" }), "destination country"},
		"a currency of two letters":       {"iat", header(func(h *BatchHeader) { h.IAT.OriginatingCurrency = "US" }), "originating currency"},
		"no destination currency":         {"iat", header(func(h *BatchHeader) { h.IAT.DestinationCurrency = "" }), "destination currency"},
		"an IAT indicator on a payment":   {"iat", header(func(h *BatchHeader) { h.IAT.Indicator = "IATCOR" }), "IAT indicator"},
		"an IAT change without indicator": {"iat-change", header(func(h *BatchHeader) { h.IAT.Indicator = "" }), "IAT indicator"},
		"three remittances":               {"iat", first(func(e *Entry) { e.IAT.Remittance, e.IAT.Correspondents = []string{"A", "B", "C"}, nil }), "addenda 17"},
		"six optional addenda":            {"iat", first(func(e *Entry) { e.IAT.Correspondents = append(e.IAT.Correspondents, e.IAT.Correspondents...) }), "addenda 17 and 18"},
		"a remittance of 81":              {"iat", first(func(e *Entry) { e.IAT.Remittance[0] = strings.Repeat("A", 81) }), "remittance"},
		"no receiver":                     {"iat", first(func(e *Entry) { e.IAT.Receiver.Name = "" }), "receiver name"},
		"a street of 36":                  {"iat", first(func(e *Entry) { e.IAT.Originator.Street = strings.Repeat("A", 36) }), "originator street"},
		"a bank without a qualifier":      {"iat", first(func(e *Entry) { e.IAT.ReceiverBank.Qualifier = "" }), "receiving bank qualifier"},
		"an unknown reason":               {"iat", first(func(e *Entry) { e.IAT.TransactionType = "XXX" }), "transaction type"},
		"a foreign amount of 19 digits":   {"iat", first(func(e *Entry) { e.IAT.ForeignAmountCents = maxForeignCents + 1 }), "foreign amount"},
		"a name beside the IAT parties":   {"iat", first(func(e *Entry) { e.Name = "ADA" }), "individual name"},
		"an OFAC flag of 2":               {"iat", first(func(e *Entry) { e.OFAC = "2" }), "OFAC indicator"},
		"a remittance to a ledger":        {"iat", first(func(e *Entry) { e.Code, e.AmountCents = 44, 0 }), "transaction code"},
		"remittance in an IAT return":     {"iat-return", first(func(e *Entry) { e.IAT.Remittance = []string{"A"} }), "addenda 17 and 18"},
		"an IAT return without addenda":   {"iat-return", first(func(e *Entry) { e.IAT = nil }), "IAT addenda"},
		"35 letters in an IAT return":     {"iat-return", first(func(e *Entry) { e.Return.Information = strings.Repeat("A", 35) }), "addenda information"},
		"a return that dishonors":         {"return", first(func(e *Entry) { e.Return.Code = "R61" }), "return code"},
		"a return of a forward code":      {"return", first(func(e *Entry) { e.Code = 27 }), "transaction code"},
		"a return without its original":   {"return", first(func(e *Entry) { e.Return.OriginalTrace = "" }), "original trace number"},
		"a return of trace zero":          {"return", first(func(e *Entry) { e.Return.OriginalTrace = "000000000000000" }), "original trace number"},
		"a return without the bank":       {"return", first(func(e *Entry) { e.Return.OriginalRouting = lantern }), "original receiving bank"},
		"45 letters in a return":          {"return", first(func(e *Entry) { e.Return.Information = strings.Repeat("A", 45) }), "addenda information"},
		"a death in R01":                  {"return", first(func(e *Entry) { e.Return.DateOfDeath = "261101" }), "date of death"},
		"a death on no day":               {"return", func(f *File) { f.Batches[0].Entries[1].Return.DateOfDeath = "261131" }, "date of death"},
		"an original amount outside IAT":  {"return", first(func(e *Entry) { e.Return.OriginalAmountCents = 1 }), "original amount"},
		"a return with its old addenda":   {"return", first(func(e *Entry) { e.Addenda05 = []string{"A"} }), "addenda"},
		"a return that is a change too":   {"return", first(func(e *Entry) { e.Correction = &Correction{} }), "addenda"},
		"a payment among returns":         {"return", first(func(e *Entry) { e.Return, e.Code = nil, 27 }), "entry"},
		"a change outside COR":            {"change", header(func(h *BatchHeader) { h.SEC = "PPD" }), "standard entry class"},
		"a payment in COR":                {"ppd", header(func(h *BatchHeader) { h.SEC = "COR" }), "standard entry class"},
		"a change with an amount":         {"change", first(func(e *Entry) { e.AmountCents = 1 }), "amount"},
		"a change under C10":              {"change", first(func(e *Entry) { e.Correction.Code = "C10" }), "change code"},
		"a change without data":           {"change", first(func(e *Entry) { e.Correction.Data = "" }), "corrected data"},
		"30 letters of data":              {"change", first(func(e *Entry) { e.Correction.Data = strings.Repeat("1", 30) }), "corrected data"},
		"36 letters of IAT data":          {"iat-change", first(func(e *Entry) { e.Correction.Data = strings.Repeat("1", 36) }), "corrected data"},
		"a refusal under C01":             {"refused-change", first(func(e *Entry) { e.RefusedChange.Code = "C01" }), "refused change code"},
		"a refusal of nothing":            {"refused-change", first(func(e *Entry) { e.RefusedChange.ChangeCode = "" }), "change code"},
		"a refusal with a whole trace":    {"refused-change", first(func(e *Entry) { e.RefusedChange.ChangeTrace = other[:8] + "0000606" }), "change trace"},
		"a dishonor under R01":            {"dishonored", first(func(e *Entry) { e.Dishonored.Code = "R01" }), "dishonored return code"},
		"a dishonor with a whole code":    {"dishonored", first(func(e *Entry) { e.Dishonored.ReturnCode = "R01" }), "return code"},
		"a dishonor without settlement":   {"dishonored", first(func(e *Entry) { e.Dishonored.ReturnSettlement = "" }), "return settlement day"},
		"22 letters in a dishonor":        {"dishonored", first(func(e *Entry) { e.Dishonored.Information = strings.Repeat("A", 22) }), "addenda information"},
		"R73 without its date":            {"contested", first(func(e *Entry) { e.Contested.ReturnedOn = "" }), "date of the return"},
		"R73 without settlement":          {"contested", first(func(e *Entry) { e.Contested.OriginalSettlement = "" }), "original settlement day"},
		"a contest on no day":             {"contested", first(func(e *Entry) { e.Contested.ReturnedOn = "261131" }), "date of the return"},
		"a contest without its trace":     {"contested", first(func(e *Entry) { e.Contested.DishonoredTrace = "" }), "dishonored return trace number"},
		"a contest without the day":       {"contested", first(func(e *Entry) { e.Contested.DishonoredSettlement = "000" }), "dishonored return settlement day"},
		"a contest without the code":      {"contested", first(func(e *Entry) { e.Contested.DishonoredCode = "" }), "dishonored return code"},
		"no creation time":                {"ppd", func(f *File) { f.Header.CreatedAt = "" }, "creation time"},
		"no creation date":                {"ppd", func(f *File) { f.Header.CreatedOn = "" }, "creation date"},
		"a small modifier":                {"ppd", func(f *File) { f.Header.Modifier = "a" }, "file ID modifier"},
		"an origin of eight digits":       {"ppd", func(f *File) { f.Header.ImmediateOrigin = lantern[:8] }, "immediate origin"},
		"an origin moov would trim":       {"ppd", func(f *File) { f.Header.ImmediateOrigin = " " + lantern }, "immediate origin"},
		"a destination of zeros":          {"ppd", func(f *File) { f.Header.ImmediateDestination = "000000000" }, "immediate destination"},
		"an origin name of 24":            {"ppd", func(f *File) { f.Header.ImmediateOriginName = strings.Repeat("B", 24) }, "immediate origin name"},
		"a destination name of 24":        {"ppd", func(f *File) { f.Header.ImmediateDestinationName = strings.Repeat("B", 24) }, "immediate destination name"},
		"a reference of 9":                {"ppd", func(f *File) { f.Header.Reference = "123456789" }, "reference code"},
	} {
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
