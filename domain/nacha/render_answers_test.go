package nacha

import (
	"strings"
	"testing"
)

func TestInternationalEntriesThatCannotBeRendered(t *testing.T) {
	refuse(t, map[string]refusal{
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
		"a returned reason of two":        {"iat-return", first(func(e *Entry) { e.IAT.TransactionType = "MI" }), "transaction type"},
		"a reference indicator of 4":      {"iat", header(func(h *BatchHeader) { h.IAT.ReferenceIndicator = "4" }), "foreign exchange reference indicator"},
		"discretionary data beside IAT":   {"iat", first(func(e *Entry) { e.Discretionary = "X" }), "discretionary data"},
	})
}

func TestAnswersThatCannotBeRendered(t *testing.T) {
	refuse(t, map[string]refusal{
		"an IAT change without indicator": {"iat-change", header(func(h *BatchHeader) { h.IAT.Indicator = "" }), "IAT indicator"},
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
		"a return with IAT addenda":       {"return", first(func(e *Entry) { e.IAT = sampleAddenda() }), "IAT addenda"},
		"a return of half a trace":        {"return", first(func(e *Entry) { e.Return.OriginalTrace = "1210428" }), "original trace number"},
		"a refusal with an amount":        {"refused-change", first(func(e *Entry) { e.AmountCents = 1 }), "amount"},
		"a refusal of an IAT change": {"iat-change", first(func(e *Entry) {
			e.Correction, e.RefusedChange = nil, goldens()["refused-change"].Batches[0].Entries[0].RefusedChange
		}), "refused change"},
		"a dishonored IAT return": {"iat-return", first(func(e *Entry) {
			e.IAT, e.Return, e.Dishonored = nil, nil, goldens()["dishonored"].Batches[0].Entries[0].Dishonored
		}), "dishonored return"},
		"a contested IAT return": {"iat-return", first(func(e *Entry) {
			e.IAT, e.Return, e.Contested = nil, nil, goldens()["contested"].Batches[0].Entries[0].Contested
		}), "contested return"},
		"a change of nothing":           {"change", first(func(e *Entry) { e.Correction.OriginalTrace = "" }), "original trace number"},
		"a refusal of no entry":         {"refused-change", first(func(e *Entry) { e.RefusedChange.OriginalTrace = "" }), "original trace number"},
		"a refusal without data":        {"refused-change", first(func(e *Entry) { e.RefusedChange.Data = "" }), "corrected data"},
		"a dishonor of no entry":        {"dishonored", first(func(e *Entry) { e.Dishonored.OriginalTrace = "" }), "original trace number"},
		"a dishonor of no return":       {"dishonored", first(func(e *Entry) { e.Dishonored.ReturnTrace = "" }), "return trace number"},
		"a contest under R69":           {"contested", first(func(e *Entry) { e.Contested.Code = "R69" }), "contested return code"},
		"a contest of no entry":         {"contested", first(func(e *Entry) { e.Contested.OriginalTrace = "" }), "original trace number"},
		"a contest of no return":        {"contested", first(func(e *Entry) { e.Contested.ReturnTrace = "" }), "return trace number"},
		"a contest of a return undated": {"contested", first(func(e *Entry) { e.Contested.ReturnSettlement = "" }), "return settlement day"},
		"a contest with a whole code":   {"contested", first(func(e *Entry) { e.Contested.ReturnCode = "R01" }), "return code"},
		"an original amount too large":  {"iat-return", first(func(e *Entry) { e.Return.OriginalAmountCents = MaxEntryCents + 1 }), "original amount"},
	})
}
