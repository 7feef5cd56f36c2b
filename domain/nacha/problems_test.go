package nacha

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// change is one edit of a sample file; with sums, its controls are written
// anew so that nothing but the edit is wrong.
type change struct {
	file     string
	old, new string
	sums     bool
	want     string // codes with their scope, sorted and joined
}

func (c change) test(t *testing.T) {
	t.Helper()
	var data []byte
	if len(c.file) == 2 {
		data = vector(t, c.file)
	} else {
		data = golden(t, c.file)
	}
	data = edit(t, data, c.old, c.new)
	if c.sums {
		data = balance(t, data)
	}
	all := readAll(t, data)
	codes := all.codes()
	slices.Sort(codes)
	if got := strings.Join(slices.Compact(codes), ", "); got != c.want {
		t.Errorf("got %q, want %q", got, c.want)
	}
}

func run(t *testing.T, cases map[string]change) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, c.test)
	}
}

// payroll is the batch header of vector 05.
const payroll = "5220ORCHARD FOODS                       1910000042PPDPAYROLL         2611233271121042880000007"

// returned is the addenda 99 of vector 02.
const returned = "799R01231380100000001      12104288                                            121042880000501\n"

// What an operator rejects a whole file for.
func TestProblemsOfTheFile(t *testing.T) {
	run(t, map[string]change{
		"priority":                   {"05", "101 23", "102 23", false, "file header-constant"},
		"record size":                {"05", "094101", "095101", false, "file header-constant"},
		"blocking factor":            {"05", "094101", "094201", false, "file header-constant"},
		"format":                     {"05", "094101", "094102", false, "file header-constant"},
		"sending point of zeros":     {"05", " 061000146", " 000000000", false, "file sending-point"},
		"blank sending point":        {"05", " 061000146", "          ", false, "file sending-point"},
		"receiving point of zeros":   {"05", "231380104 06", "000000000 06", false, "file sending-point"},
		"a short sending point":      {"05", " 061000146", "  06100014", false, "file sending-point"},
		"a tax number as sender":     {"05", " 061000146", " 841234567", false, ""},
		"letters as sender":          {"05", " 061000146", " GYM000017", false, ""},
		"a tax number as receiver":   {"05", "231380104 06", "841234567 06", false, ""},
		"creation date":              {"05", "2611230612", "2613230612", false, "file creation"},
		"creation time":              {"05", "2611230612", "2611232512", false, "file creation"},
		"creation hour":              {"05", "2611230612", "2611232400", false, "file creation"},
		"creation minute":            {"05", "2611230612", "2611231260", false, "file creation"},
		"modifier":                   {"05", "0612D094", "0612d094", false, "file modifier"},
		"batch count":                {"05", "9000001000001", "9000002000001", false, "file batch-count"},
		"block count":                {"05", "9000001000001", "9000001000002", false, "file block-count"},
		"entry and addenda count":    {"05", "9000001000001000000020", "9000001000001000000030", false, "file entry-count"},
		"entry hash":                 {"05", "9000001000001000000020046276020", "9000001000001000000020046276021", false, "file entry-hash"},
		"total debits":               {"05", "0046276020000000000000000000250249 ", "0046276020000000000001000000250249 ", false, "file total-debits"},
		"total credits":              {"05", "000000000000000000250249 ", "000000000000000000250248 ", false, "file total-credits"},
		"letters in a total":         {"05", "000000000000000000250249 ", "00000000000000000025024A ", false, "file total-credits"},
		"no batch header":            {"21", payroll + "\n", "", false, "file batch-count, file entry-count, file entry-hash, file record-order, file total-credits"},
		"no batch control":           {"21", "822000000200462760200000000000000000002502491910000042                         121042880000007\n", "", false, "batch batch-control, file record-order"},
		"addenda before any entry":   {"21", "6222313801044000", "705\n6222313801044000", false, "file record-order"},
		"an entry behind its batch":  {"21", "\n9000001", "\n6\n9000001", false, "file record-order"},
		"a second batch control":     {"21", "\n9000001", "\n8\n9000001", false, "file record-order"},
		"a batch within a batch":     {"21", "\n632231", "\n" + payroll + "\n632231", false, "batch batch-control, batch entry-count, batch entry-hash, batch total-credits, file batch-count, file record-order"},
		"a batch cut short":          {"37", "822000000200462760200000000000000000002502491910000042                         121042880000007\n", "", false, "batch batch-control, file file-control"},
		"nines before file control":  {"21", "\n9000001", "\n" + nines + "\n9000001", false, "file after-end, file file-control"},
		"a batch behind the control": {"21", "250249                                       ", "250249\n5", false, "file after-end"},
	})
}

// What costs one batch and leaves its neighbours alone.
func TestProblemsOfABatch(t *testing.T) {
	run(t, map[string]change{
		"unknown class of entries":          {"05", "0042PPD", "0042PPP", false, "batch standard-entry-class"},
		"unknown service class":             {"05", "5220", "5230", false, "batch control-mismatch, batch service-class, batch transaction-code"},
		"letters in the service class":      {"05", "5220", "52X0", false, "batch control-mismatch, batch service-class, batch transaction-code"},
		"service class of advices":          {"05", "5220", "5280", false, "batch control-mismatch, batch service-class, batch transaction-code"},
		"a credit among debits":             {"05", "5220", "5225", false, "batch control-mismatch, batch transaction-code"},
		"blank company name":                {"05", "ORCHARD FOODS", "             ", false, "batch company"},
		"zero company identification":       {"05", "1910000042PPD", "0000000000PPD", false, "batch company"},
		"blank entry description":           {"05", "PAYROLL", "       ", false, "batch company"},
		"originator status":                 {"05", "3271121042880000007", "3273121042880000007", false, "batch originator-status"},
		"letters in the ODFI":               {"05", "3271121042880000007", "32711210428A0000007", false, "batch control-mismatch, batch odfi, batch trace-prefix"},
		"letters in the batch number":       {"05", "3271121042880000007", "327112104288000000A", false, "batch batch-number, batch control-mismatch"},
		"another batch number below":        {"05", "0042                         121042880000007", "0042                         121042880000008", false, "batch control-mismatch"},
		"another ODFI below":                {"05", "0042                         121042880000007", "0042                         121042890000007", false, "batch control-mismatch"},
		"another service class below":       {"05", "8220", "8200", false, "batch control-mismatch"},
		"the 31st of November":              {"05", "261123327", "261131327", false, "batch effective-date"},
		"settlement on day 367":             {"05", "261123327", "261123367", false, "batch settlement-day"},
		"no date at all":                    {"05", "261123327", "         ", false, "batch effective-date"},
		"entry count":                       {"05", "8220000002", "8220000003", false, "batch entry-count"},
		"entry hash":                        {"05", "82200000020046276020", "82200000020046276021", false, "batch entry-hash"},
		"total debits":                      {"05", "82200000020046276020000000000000", "82200000020046276020000000000001", false, "batch total-debits"},
		"total credits":                     {"05", "0002502491910000042 ", "0002502481910000042 ", false, "batch total-credits"},
		"one amount changed":                {"05", "0000151250", "0000151251", false, "batch total-credits"},
		"one routing number changed":        {"05", "622231380104", "622" + other, false, "batch entry-hash"},
		"a letter for a check digit":        {"05", "622231380104", "62223138010X", false, "entry check-digit"},
		"letters in the receiving bank":     {"05", "622231380104", "622X31380104", false, "batch entry-hash, batch not-numeric, entry routing"},
		"letters in a trace":                {"05", "121042880000072", "12104288000007X", false, "batch not-numeric"},
		"a trace of another bank":           {"05", "121042880000072", "231380100000072", false, "batch trace-prefix"},
		"traces that go down":               {"05", "121042880000072", "121042880000070", false, "batch trace-order"},
		"a trace twice":                     {"05", "121042880000072", "121042880000071", false, "batch trace-order"},
		"a reserved transaction code":       {"05", "622231", "620231", false, "batch transaction-code"},
		"letters in a transaction code":     {"05", "622231", "6X2231", false, "batch transaction-code"},
		"no money outside CCD and CTX":      {"05", "622231380104400012345678     0000151250", "624231380104400012345678     0000000000", true, "batch transaction-code, entry addenda"},
		"IAT to a general ledger, no money": {"07", "6222313801040008             0000123456", "6442313801040008             0000000000", true, "batch transaction-code"},
		"a return among forward entries":    {"05", "632231", "631231", false, "batch mixed-kinds, entry addenda"},
		"a change outside COR":              {"04", "CORDUES", "PPDDUES", false, "batch standard-entry-class"},
		"a payment in COR":                  {"05", "PPDPAYROLL", "CORPAYROLL", false, "batch standard-entry-class"},
		"a blank IAT exchange indicator":    {"07", "FF3", "  3", false, "batch iat-header"},
		"a blank IAT country":               {"07", "               US1000", "                 1000", false, "batch iat-header"},
		"a blank IAT currency":              {"07", "USDUSD", "   USD", false, "batch iat-header"},
		"a bell in the header":              {"05", "ORCHARD FOODS", "ORCHARD\x07FOODS", false, "batch character"},
		"a bell in the control":             {"05", "0042                         1210", "0042\x07                        1210", false, "batch character"},
		"a bell in addenda":                 {"06", "TXP*75", "TXP\x0775", false, "batch character"},
		"no entries":                        {"zero-file", "\n9000000000001", "\n5220ORCHARD FOODS                       1910000042PPDPAYROLL         2611233271121042880000007\n822000000000000000000000000000000000000000001910000042                         121042880000007\n9000001000001", false, "batch no-entries"},
		"a dishonored among contested":      {"contested", "799R74231380100000002      ", "799R69231380100000002      ", false, "batch mixed-kinds"},
	})
}

// What an operator returns a single entry for; the batch stands.
func TestProblemsOfAnEntry(t *testing.T) {
	run(t, map[string]change{
		"R28, a wrong check digit":             {"05", "622231380104", "622231380105", false, "entry check-digit"},
		"R13, a prefix no bank has":            {"05", "622231380104", "622131380107", true, "entry routing"},
		"R19, no amount":                       {"05", "0000151250", "0000000000", true, "entry amount"},
		"R19, a prenote with an amount":        {"09", "0000000000MBR-00101", "0000000001MBR-00101", true, "entry amount"},
		"R19, a check above 25,000 dollars":    {"checks", "0000000100MBR", "0002500001MBR", false, "batch total-debits, entry amount"},
		"R19, a change with an amount":         {"04", "0000000000MBR-00003", "0000000001MBR-00003", true, "entry amount"},
		"R25, addenda without the indicator":   {"06", "1121042880000081", "0121042880000081", false, "entry addenda"},
		"R25, an indicator of 2":               {"06", "1121042880000081", "2121042880000081", false, "entry addenda"},
		"R25, addenda from 2":                  {"06", `\                                            0001`, `\                                            0002`, false, "entry addenda"},
		"R25, two addenda in CCD":              {"06", "00010000081\n", "00010000081\n705MORE" + strings.Repeat(" ", 76) + "00020000081\n", true, "entry addenda"},
		"R25, addenda of an unknown type":      {"06", "705TXP", "706TXP", false, "entry addenda"},
		"R25, addenda in TEL":                  {"06", "CCDTAX", "TELTAX", false, "entry addenda"},
		"R25, terminal addenda in PPD":         {"06", "705TXP", "702TXP", false, "entry addenda"},
		"R25, no terminal addenda in POS":      {"05", "PPDPAYROLL", "POSPAYROLL", false, "entry addenda"},
		"R25, a wrong count in CTX":            {"ctx", "0012SIXTEEN", "0013SIXTEEN", false, "entry addenda"},
		"R25, letters in the count of CTX":     {"ctx", "0012SIXTEEN", "00B2SIXTEEN", false, "entry addenda"},
		"R25, a return code without addenda":   {"02", returned, "", true, "entry addenda"},
		"R25, a remittance without addenda":    {"ccd", "705RMR*IV*0001**0.00\\" + strings.Repeat(" ", 62) + "00010000102\n", "", true, "entry addenda"},
		"R25, addenda 12 is missing in IAT":    {"07", "712MONTREAL*QC\\                       CA*H2Y1C6\\                                       0000091\n", "", true, "entry addenda"},
		"R25, addenda 13 before 12":            {"07", "712MONTREAL", "713MONTREAL", false, "entry addenda"},
		"R25, a wrong count in IAT":            {"07", "6222313801040008", "6222313801040007", false, "entry addenda"},
		"R25, remittance in an IAT return":     {"iat-return", "799R16", "717TEXT" + strings.Repeat(" ", 76) + "00010000101\n799R16", true, "entry addenda"},
		"R25, a blank change":                  {"04", "9900112233", "          ", false, "entry addenda"},
		"R25, addenda 99 twice":                {"02", returned, returned + returned, true, "entry addenda"},
		"R19, no original amount for IAT":      {"iat-return", "0000123457OFAC", "00001X3457OFAC", false, "entry amount"},
		"R26, no original bank":                {"02", "R01231380100000001      12104288", "R01231380100000001      1210428X", false, "entry mandatory-field"},
		"R27, a dishonor of nothing":           {"dishonored", "R69231380100000001", "R6923138010000000X", false, "entry trace"},
		"R27, a contest of nothing":            {"contested", "R73231380100000001", "R7323138010000000X", false, "entry trace"},
		"R26, an IAT return dishonored":        {"iat-return", "799R16", "799R61", false, "entry mandatory-field, entry reason-code"},
		"R27, a change of nothing":             {"04", "798C01231380100000003", "798C01               ", false, "entry trace"},
		"R25, a refusal of nothing":            {"refused-change", "C050000606", "   0000606", false, "entry addenda"},
		"R25, a refusal without the sequence":  {"refused-change", "C050000606", "C05       ", false, "entry addenda"},
		"R25, letters in a foreign amount":     {"07", "710MIS000000000000123456", "710MIS00000000000A123456", false, "entry addenda"},
		"R25, parties in an IAT change":        {"iat-change", "798C01", "710" + strings.Repeat(" ", 3) + strings.Repeat("0", 18) + strings.Repeat(" ", 63) + "0000101\n798C01", true, "entry addenda"},
		"R25, a party missing in a return":     {"iat-return", "712MONTREAL*QC\\                       CA*H2Y1C6\\                                       0000101\n", "", true, "entry addenda"},
		"R25, a change that is a return too":   {"02", returned, "798C01231380100000001      12104288" + strings.Repeat("1", 17) + strings.Repeat(" ", 27) + "121042880000501\n" + returned, true, "entry addenda"},
		"R25, old addenda in a return":         {"02", returned, "705OLD" + strings.Repeat(" ", 77) + "00010000501\n" + returned, true, "entry addenda"},
		"R26, a blank account":                 {"05", "400012345678", "            ", false, "entry mandatory-field"},
		"R26, TEL without a name":              {"tel", "TEST PERSON 01", "              ", false, "entry mandatory-field"},
		"R26, IAT without a receiver":          {"07", "ADA EXAMPLE", "           ", false, "entry mandatory-field"},
		"R26, an IAT reason that is none":      {"07", "710MIS", "710XXX", false, "entry mandatory-field"},
		"R26, an OFAC indicator of 2":          {"07", "  1091400600000091", "2 1091400600000091", false, "entry mandatory-field"},
		"R26, an unknown return code":          {"02", "799R01", "799R54", false, "entry reason-code"},
		"R26, an unknown change code":          {"04", "798C01", "798C11", false, "entry reason-code"},
		"R26, a date of death for R01":         {"02", "R01231380100000001      ", "R01231380100000001261101", false, "entry mandatory-field"},
		"R26, a dishonor settled on day 367":   {"dishonored", "121042880000501328", "121042880000501367", false, "entry mandatory-field"},
		"R26, R73 with zeros for the date":     {"contested", "231380100000001261124", "231380100000001000000", false, "entry mandatory-field"},
		"R26, TEL with zeros for the name":     {"tel", "TEST PERSON 01", "00000000000000", false, "entry mandatory-field"},
		"R26, WEB with zeros for the name":     {"web-debit", "TEST PERSON 01", "00            ", false, "entry mandatory-field"},
		"R26, IAT with zeros for the receiver": {"07", "ADA EXAMPLE", "00000000000", false, "entry mandatory-field"},
		"R26, IAT with zeros for the sender":   {"07", "NORTH SENDER", "000000000000", false, "entry mandatory-field"},
		"R26, R73 without the date":            {"contested", "231380100000001261124", "231380100000001      ", false, "entry mandatory-field"},
		"R26, a forward code above a change":   {"04", "62623138010477000003", "62723138010477000003", false, "entry answer-code"},
		"R27, addenda of another entry":        {"06", "00010000081", "00010000082", false, "entry trace"},
		"R27, IAT addenda of another entry":    {"07", "710MIS000000000000123456                      ADA EXAMPLE                              0000091", "710MIS000000000000123456                      ADA EXAMPLE                              0000092", false, "entry trace"},
		"R27, letters in the original trace":   {"02", "R01231380100000001", "R0123138010000000X", false, "entry trace"},
		"R35, a debit of a loan":               {"reversal", "REVERSAL", "LOAN PAY", false, "entry improper-debit"},
		"R36, a credit in TEL":                 {"05", "PPDPAYROLL", "TELPAYROLL", false, "entry improper-credit"},
	})
}

func TestDebitsAreImproperInCIE(t *testing.T) {
	data := edit(t, edit(t, golden(t, "cie"), "5220HARBOR", "5200HARBOR"), "\n8220", "\n8200")
	all := readAll(t, balance(t, edit(t, data, "622121042882", "627121042882")))
	if got := all.codes(); !slices.Equal(got, []string{"entry improper-debit"}) {
		t.Errorf("got %v", got)
	}
}

// Two remittances, five optional addenda: the count in the entry is right
// each time.
func TestOptionalAddendaOfIATAreLimited(t *testing.T) {
	base := edit(t, vector(t, "07"), "717RENT NOVEMBER"+strings.Repeat(" ", 67)+"00010000091\n", "")
	for name, tt := range map[string]struct {
		remittances, banks int
		want               []string
	}{
		"none":          {0, 0, nil},
		"two and three": {2, 3, nil},
		"five banks":    {0, 5, nil},
		"three texts":   {3, 0, []string{"entry addenda"}},
		"two and four":  {2, 4, []string{"entry addenda"}},
		"six banks":     {0, 6, []string{"entry addenda"}},
	} {
		var more strings.Builder
		for i := range tt.remittances {
			fmt.Fprintf(&more, "717%-80s%04d0000091\n", "RENT", i+1)
		}
		for i := range tt.banks {
			fmt.Fprintf(&more, "718%-35s01%-34sUS %6s%04d0000091\n", "BANK", "000610001", "", i+1)
		}
		data := edit(t, base, "\n8220", "\n"+more.String()+"8220")
		data = edit(t, data, "6222313801040008", fmt.Sprintf("622231380104%04d", 7+tt.remittances+tt.banks))
		all := readAll(t, balance(t, data))
		if got := all.codes(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

// Correspondent banks come behind the remittance.
func TestAddendaComeInTheOrderOfTheirTypes(t *testing.T) {
	lines := strings.SplitAfter(string(golden(t, "iat")), "\n")
	lines[10], lines[11], lines[12], lines[13] = lines[12], lines[13], lines[10], lines[11]
	all := readAll(t, []byte(strings.Join(lines, "")))
	if got := all.codes(); !slices.Equal(got, []string{"entry addenda"}) {
		t.Errorf("got %v", got)
	}
}
