package nacha

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// unbroken takes the line ends out of a file without its nines.
func unbroken(data []byte) string {
	text, _, _ := strings.Cut(string(data), nines)
	return strings.ReplaceAll(text, "\n", "")
}

// A letter above 7E is read where it stands, in either encoding; columns and
// sums stay what they are.
func TestNamesWithAccentsAreReadInUTF8AndLatin1(t *testing.T) {
	plain := vector(t, "05")
	ctx := edit(t, golden(t, "ctx"), "SIXTEEN LETTERS.", "SIXTEEN LÉTTERS.")
	for name, tt := range map[string]struct {
		data []byte
		want string
	}{
		"UTF-8":                           {edit(t, plain, "ADA EXAMPLE", "ADÀ EXÄMPLE"), "ADÀ EXÄMPLE"},
		"Latin-1":                         {edit(t, plain, "ADA EXAMPLE", "AD\xC0 EX\xC4MPLE"), "ADÀ EXÄMPLE"},
		"letters beyond Latin-1":          {edit(t, plain, "ADA EXAMPLE", "ŁUK ’王EXMPL"), "ŁUK ’王EXMPL"},
		"a no-break space":                {edit(t, plain, "ADA EXAMPLE", "ADA\xA0EXAMPLE"), "ADA\u00A0EXAMPLE"},
		"the first value above 7E":        {edit(t, plain, "ADA EXAMPLE", "ADA\x7FEXAMPLE"), "ADA\x7FEXAMPLE"},
		"Latin-1 that could be UTF-8":     {edit(t, plain, "ADA EXAMPLE", "AD\xC3\x84EXAMPLE"), "AD\u00C3\u0084EXAMPLE"},
		"UTF-8 with a space behind":       {bytes.ReplaceAll(edit(t, plain, "ADA EXAMPLE", "ADÀ EXÄMPLE"), []byte("\n"), []byte(" \r\n")), "ADÀ EXÄMPLE"},
		"Latin-1 with spaces behind":      {bytes.ReplaceAll(edit(t, plain, "ADA EXAMPLE", "AD\xC0 EX\xC4MPLE"), []byte("\n"), []byte("    \n")), "ADÀ EXÄMPLE"},
		"UTF-8 without line ends":         {[]byte(unbroken(edit(t, plain, "ADA EXAMPLE", "ADÀ EXÄMPLE"))), "ADÀ EXÄMPLE"},
		"UTF-8 without line ends, LF":     {[]byte(strings.TrimRight(unbroken(edit(t, plain, "ADA EXAMPLE", "ADÀ EXÄMPLE")), " ") + "\n"), "ADÀ EXÄMPLE"},
		"Latin-1 without line ends":       {[]byte(unbroken(edit(t, plain, "ADA EXAMPLE", "AD\xC0 EX\xC4MPLE"))), "ADÀ EXÄMPLE"},
		"in the header without line ends": {[]byte(unbroken(edit(t, edit(t, plain, "ADA EXAMPLE", "ADÀ EXÄMPLE"), "FEDERAL", "FÉDERÀL"))), "ADÀ EXÄMPLE"},
		"in a name behind a count":        {edit(t, ctx, "5200HARBOR GYM", "5200HÅRBOR GYM"), "SIXTEEN LÉTTERS."},
	} {
		t.Run(name, func(t *testing.T) {
			all := readAll(t, tt.data)
			if codes := all.codes(); len(codes) > 0 {
				t.Fatalf("problems %v", codes)
			}
			e := all.Entries[0]
			if strings.HasPrefix(tt.want, "SIXTEEN") {
				e = all.Entries[1]
				if got := all.File.Batches[0].Header.CompanyName; got != "HÅRBOR GYM" || len(e.Entry.Addenda05) != 12 {
					t.Errorf("company %q, %d addenda", got, len(e.Entry.Addenda05))
				}
			}
			if e.Entry.Name != tt.want || !digits(e.Entry.Trace) || e.Entry.IndividualID == "" {
				t.Errorf("entry %+v", e.Entry)
			}
			if err := compare(tt.data, all.File); err == nil {
				t.Error("Compare takes it for a rendering of ours")
			}
		})
	}
}

// The batch is known again however its file is encoded: its entries are not
// taken twice.
func TestABatchHasOneIdentityInEveryEncoding(t *testing.T) {
	utf8 := readAll(t, edit(t, vector(t, "05"), "ADA EXAMPLE", "ADÀ EXÄMPLE"))
	latin1 := readAll(t, edit(t, vector(t, "05"), "ADA EXAMPLE", "AD\xC0 EX\xC4MPLE"))
	if utf8.Batches[0].Hash != latin1.Batches[0].Hash {
		t.Error("two identities")
	}
	if utf8.Entries[0].Raw != latin1.Entries[0].Raw {
		t.Error("two texts")
	}
}

// What may hold no such letter is refused as it was.
func TestNoNumberTakesALetterWithAnAccent(t *testing.T) {
	for name, tt := range map[string]struct {
		old, with string
		want      string
	}{
		"amount":         {"0000151250EMP", "00001Ä1250EMP", "batch not-numeric"},
		"routing number": {"622231380104", "6222313Ä0104", "batch not-numeric"},
		"code":           {"622231380104", "6Ä2231380104", "batch transaction-code"},
		"trace number":   {"121042880000071", "12104288000007\xC4", "batch not-numeric"},
		"ODFI":           {"3271121042880000007", "32711210428\xC40000007", "batch odfi"},
		"class":          {"PPDPAYROLL", "PP\xC4PAYROLL", "batch standard-entry-class"},
		"modifier":       {"0612D094", "0612Ä094", "file modifier"},
		"a control's":    {"822000000200462760", "82200000020046276Ä", "batch entry-hash"},
	} {
		t.Run(name, func(t *testing.T) {
			all := readAll(t, edit(t, vector(t, "05"), tt.old, tt.with))
			if got := all.codes(); !slices.Contains(got, tt.want) {
				t.Errorf("got %v, want %s among them", got, tt.want)
			}
		})
	}
}

// Zeros for a settlement day are the blank that operators leave where they
// stamp nothing, in every record that has one.
func TestASettlementDayOfZerosIsBlank(t *testing.T) {
	for name, tt := range map[string]struct {
		file, old string
		day       func(*reading) string
	}{
		"of a payment":      {"05", "261123327", func(r *reading) string { return r.File.Batches[0].Header.SettlementDay }},
		"of a return":       {"02", "261123328", func(r *reading) string { return r.File.Batches[0].Header.SettlementDay }},
		"of a change":       {"04", "261123328", func(r *reading) string { return r.File.Batches[0].Header.SettlementDay }},
		"of an IAT payment": {"07", "261123327", func(r *reading) string { return r.File.Batches[0].Header.SettlementDay }},
		"of the return, in a dishonor": {"dishonored", "121042880000501328",
			func(r *reading) string { return r.Entries[0].Entry.Dishonored.ReturnSettlement }},
		"of the return, in a contest": {"contested", "121042880000501328",
			func(r *reading) string { return r.Entries[0].Entry.Contested.ReturnSettlement }},
		"of the original, in a contest": {"contested", "12104288327",
			func(r *reading) string { return r.Entries[0].Entry.Contested.OriginalSettlement }},
		"of the dishonor, in a contest": {"contested", "231380100000900331",
			func(r *reading) string { return r.Entries[0].Entry.Contested.DishonoredSettlement }},
	} {
		t.Run(name, func(t *testing.T) {
			data := golden
			if len(tt.file) == 2 {
				data = func(t testing.TB, _ string) []byte { return vector(t, tt.file) }
			}
			stamped := readAll(t, data(t, tt.file))
			if tt.day(&stamped) == "" {
				t.Fatal("the sample has no stamp")
			}
			for _, none := range []string{"000", "   "} {
				all := readAll(t, edit(t, data(t, tt.file), tt.old, tt.old[:len(tt.old)-3]+none))
				if got := all.codes(); len(got) > 0 || tt.day(&all) != "" {
					t.Errorf("%q: %q, problems %v", none, tt.day(&all), got)
				}
			}
		})
	}
}

// A batch control record may name another company, or none: no operator
// compares it. Everything else it copies must agree.
func TestACompanyThatTheControlDoesNotNameIsARemark(t *testing.T) {
	for name, tt := range map[string]struct{ file, old, with string }{
		"blank, credits":  {"05", "2502491910000042", "250249          "},
		"shifted":         {"05", "2502491910000042 ", "250249 1910000042"},
		"another":         {"05", "2502491910000042", "2502491910000043"},
		"blank, a return": {"02", "0000000000001840000017", "000000000000          "},
		"blank, a change": {"04", "0000000000001840000017", "000000000000          "},
		"blank, IAT":      {"07", "0000001234561000000555", "000000123456          "},
	} {
		t.Run(name, func(t *testing.T) {
			all := readAll(t, edit(t, vector(t, tt.file), tt.old, tt.with))
			if got := all.codes(); len(got) > 0 {
				t.Fatalf("problems %v", got)
			}
			v := all.Batches[0]
			if len(v.Remarks) != 1 || v.Remarks[0].Code != ControlMismatch || v.Remarks[0].Field != "company identification" || v.Remarks[0].Line == 0 {
				t.Errorf("remarks %+v", v.Remarks)
			}
		})
	}
	sound := readAll(t, vector(t, "05"))
	if len(sound.Batches[0].Remarks) > 0 {
		t.Errorf("a sound batch: %+v", sound.Batches[0].Remarks)
	}
}

// Our own rendering says everything as we say it, zeros and copies included.
func TestCompareIsNotLenient(t *testing.T) {
	for name, tt := range map[string]struct{ file, old, with string }{
		"a settlement day of zeros":    {"ccd", "261123   1", "2611230001"},
		"another company in a control": {"ccd", "1840000017                         ", "1840000018                         "},
		"zeros for a date of death":    {"return", "799R01121042880000071      ", "799R01121042880000071000000"},
		"a space behind the line":      {"ccd", "\n8", " \n8"},
		"a letter with an accent":      {"ccd", "HARBOR", "HÅRBOR"},
	} {
		data := golden(t, tt.file)
		want := readAll(t, data)
		if err := compare(data, want.File); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(data, []byte(tt.old)) {
			t.Errorf("%s: nothing to edit in %s", name, data)
			continue
		}
		if err := compare(edit(t, data, tt.old, tt.with), want.File); err == nil {
			t.Errorf("%s went unseen", name)
		}
	}
}

func TestADateOfDeathOfZerosIsNone(t *testing.T) {
	for _, code := range []string{"R01", "R14", "R15"} {
		data := edit(t, vector(t, "02"), "799R01231380100000001      ", "799"+code+"231380100000001000000")
		all := readAll(t, data)
		if got := all.codes(); len(got) > 0 || all.Entries[0].Entry.Return.DateOfDeath != "" {
			t.Errorf("%s: %+v, problems %v", code, all.Entries[0].Entry.Return, got)
		}
	}
}

// Text runs on from one addenda to the next: a blank in column 83 is part of
// it. Only what stands behind the last is padding.
func TestAddendaKeepTheirBlanks(t *testing.T) {
	first := `ISA*ACME CORPORATION*12 SOUTH FIRST`
	entry := sampleEntry(22, 100)
	entry.Addenda05 = RunningText{first + strings.Repeat(" ", 45), " STREET" + strings.Repeat(" ", 73), `SE*5*0001\`}
	remit := sampleEntry(22, 100)
	remit.IAT = sampleAddenda()
	remit.IAT.Remittance = RunningText{"INVOICE 17, SEE" + strings.Repeat(" ", 65), "PAGE 2"}
	data, err := Render(File{Header: sampleHeader(), Batches: []Batch{sampleBatch("CTX", 1, entry), sampleIAT(2, remit)}}, "\n")
	if err != nil {
		t.Fatal(err)
	}
	all := readAll(t, data)
	if got := all.codes(); len(got) > 0 {
		t.Fatalf("problems %v", got)
	}
	if got := all.Entries[0].Entry.Addenda05; !slices.Equal(got, entry.Addenda05) {
		t.Errorf("CTX %q", got)
	}
	if got := all.Entries[1].Entry.IAT.Remittance; !slices.Equal(got, remit.IAT.Remittance) {
		t.Errorf("IAT %q", got)
	}
}

// Older releases wrote addenda without the blanks at their ends.
func TestAddendaOfOldEventsAreFilled(t *testing.T) {
	var e Entry
	if err := json.Unmarshal([]byte(`{"addenda05":["A","É","C"],"iat":{"remittance":["R","S"]}}`), &e); err != nil {
		t.Fatal(err)
	}
	pad := func(s string) string { return s + strings.Repeat(" ", 79) }
	if !slices.Equal(e.Addenda05, RunningText{pad("A"), pad("É"), "C"}) || !slices.Equal(e.IAT.Remittance, RunningText{pad("R"), "S"}) {
		t.Errorf("read %q and %q", e.Addenda05, e.IAT.Remittance)
	}
	again, err := json.Marshal(e.Addenda05)
	if err != nil || !strings.HasPrefix(string(again), `["A    `) {
		t.Errorf("%s, %v", again, err)
	}
}

// Text of another kind earns one problem, however long it is.
func TestTextThatIsNoNACHAFileIsOneProblem(t *testing.T) {
	printed := "****** ACKNOWLEDGEMENT ******\n\n  FILE STATUS: ACCEPTED\n" + strings.Repeat("  ITEM OK\n", 500) + nines + "\n101 NO HEADER\n"
	for name, text := range map[string]string{
		"a printed report": printed, "one long line": strings.Repeat("<p>dear customer</p>", 1000), "a byte": "\x00",
	} {
		all := readAll(t, []byte(text))
		if len(all.Problems) != 1 || all.Problems[0].Code != NoFileHeader || !all.Foreign || all.Problems[0].Line != 1 || all.Complete {
			t.Errorf("%s: %+v", name, all.Summary)
		}
	}
}
