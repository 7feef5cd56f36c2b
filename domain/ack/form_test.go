package ack_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/ack"
)

// fedText is an operator's printed acknowledgement, as it prints it.
const fedText = `****** ACKNOWLEDGEMENT OF ACH FILE DEPOSITS ******

  FILE ID MODIFIER   A     CREATION DATE 261120  TIME 1630
  FILE STATUS: ACCEPTED
  ITEM 0 OK
  ITEM 1 OK
`

var fedForm = ack.Form{
	Begins: "****** ACKNOWLEDGEMENT OF ACH FILE DEPOSITS",
	Lines: []string{
		`FILE ID MODIFIER +(?P<modifier>[A-Z0-9]) +CREATION DATE (?P<created>\d{6}) +TIME (?P<time>\d{4})`,
		`FILE STATUS: (?P<result>\w+)`,
		`TOTALS +(?P<batches>[\d,]+) +(?P<entries>[\d,]+) +(?P<debits>[\d,.$]+) +(?P<credits>[\d,.$]+)`,
		`BATCH +(?P<batch>\d+) +REJECTED +(?P<why>.*)`,
	},
	Results: map[string]ack.Result{"ACCEPTED": ack.Accepted, "REJECTED": ack.Rejected},
}

func TestABanksOwnTextIsReadByItsForm(t *testing.T) {
	text := fedText
	for name, tt := range map[string]struct {
		text string
		err  string
		want func(ack.Acknowledgement) bool
	}{
		"accepted": {text, "", func(a ack.Acknowledgement) bool {
			return a.Result == ack.Accepted && a.Origin == "231380104" && a.CreatedOn == "261120" && a.CreatedAt == "1630" && a.Modifier == "A"
		}},
		"with a batch that was not taken": {text + "  BATCH 0000002 REJECTED ENTRY HASH\r\n", "", func(a ack.Acknowledgement) bool {
			return len(a.Batches) == 1 && a.Batches[0] == ack.RejectedBatch{Number: 2, Reason: "ENTRY HASH"}
		}},
		"with totals": {text + "TOTALS 2 1,008 $10,362.00 0.00\n", "", func(a ack.Acknowledgement) bool {
			return *a.Totals.Batches == 2 && *a.Totals.Entries == 1008 && *a.Totals.DebitCents == 1036200 && *a.Totals.CreditCents == 0
		}},
		"totals without cents":  {text + "TOTALS 2 8 36200 0\n", "two decimals", nil},
		"a result nobody knows": {strings.Replace(text, "ACCEPTED", "PERHAPS", 1), `"PERHAPS" is not one`, nil},
		"no result at all":      {strings.Replace(text, "FILE STATUS", "STATE", 1), "not accepted, pended", nil},
		"of two files":          {text + "  FILE ID MODIFIER   B     CREATION DATE 261120  TIME 1631\n  FILE STATUS: ACCEPTED\n", `the modifier is "B", and "A"`, nil},
		"with two results":      {text + "  FILE STATUS: REJECTED\n", `the result is "REJECTED", and "ACCEPTED"`, nil},
		"the same said twice":   {text + "  FILE STATUS: ACCEPTED\n", "", func(a ack.Acknowledgement) bool { return a.Result == ack.Accepted }},
		"no file is named":      {strings.Replace(text, "FILE ID MODIFIER", "MODIFIER", 1), "does not name a file", nil},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := fedForm.Parse([]byte(tt.text), "231380104")
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Fatalf("got %v, want %q", err, tt.err)
			}
			if tt.want != nil && !tt.want(a) {
				t.Errorf("read as %+v", a)
			}
			if !fedForm.Is([]byte(tt.text)) || fedForm.Is([]byte("101 061000146")) {
				t.Error("it is known by how it begins")
			}
		})
	}
}

func TestDaysAreReadInTheOrderOfTheirGroup(t *testing.T) {
	for group, value := range map[string]string{"created": "2026-11-20", "mmddyy": "11/20/26", "mmddyyyy": "11/20/2026"} {
		form := fedForm
		form.Lines = append(slices.Clone(form.Lines[1:2]), `MODIFIER +(?P<modifier>.) TIME (?P<time>\S+) DAY (?P<`+group+`>\S+)`)
		a, err := form.Parse([]byte(form.Begins+"\nFILE STATUS: ACCEPTED\nMODIFIER B TIME 16:30 DAY "+value), "231380104")
		if err != nil || a.CreatedOn != "261120" || a.CreatedAt != "1630" {
			t.Errorf("%s %s: %+v, %v", group, value, a, err)
		}
	}
}

func TestATextIsWholeAtItsEnd(t *testing.T) {
	form := fedForm
	if !form.Whole([]byte("anything")) {
		t.Error("without an end it is whole when its size rests")
	}
	form.Ends = "END OF REPORT"
	if form.Whole([]byte("a\nb\n")) || !form.Whole([]byte("a\n  END OF REPORT 17\n")) {
		t.Error("the end is the line that begins so")
	}
}

func TestAFormThatCouldReadNothingIsRefusedWithItsField(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*ack.Form)
		want   string
	}{
		"nothing to know it by":    {func(f *ack.Form) { f.Begins = " " }, "/begins"},
		"begins as a NACHA file":   {func(f *ack.Form) { f.Begins = "101 06" }, "/begins"},
		"no expression":            {func(f *ack.Form) { f.Lines[0] = "(" }, "/lines/0"},
		"a group nobody knows":     {func(f *ack.Form) { f.Lines[3] = "(?P<colour>.*)" }, "/lines/3"},
		"no modifier":              {func(f *ack.Form) { f.Lines = f.Lines[1:] }, "/lines"},
		"no results":               {func(f *ack.Form) { f.Results = nil }, "/results"},
		"a result of another name": {func(f *ack.Form) { f.Results["OK"] = "fine" }, "/results/OK"},
		"nothing":                  {func(*ack.Form) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			form := fedForm
			form.Lines, form.Results = slices.Clone(form.Lines), maps.Clone(form.Results)
			tt.change(&form)
			got := ""
			form.Check(func(pointer, _, _ string, _ ...any) {
				if got == "" {
					got = pointer
				}
			})
			if got != tt.want {
				t.Errorf("refused at %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzForm(f *testing.F) {
	f.Add([]byte("****** ACKNOWLEDGEMENT OF ACH FILE DEPOSITS\nFILE STATUS: ACCEPTED\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		a, err := fedForm.Parse(content, "231380104")
		if err != nil {
			return
		}
		if _, err := ack.Parse(a.Format()); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}

func TestALineThatSaysManyThingsIsReadWholeOrRefused(t *testing.T) {
	form := fedForm
	form.Lines = append(slices.Clone(form.Lines[1:2]), `FILE (?P<modifier>.) (?P<created>\d{6}) (?P<time>\d{4}) HAS (?P<entries>\S+)`)
	for range 50 { // whatever comes first of the line
		if a, err := form.Parse([]byte(form.Begins+"\nFILE STATUS: ACCEPTED\nFILE A 261120 1630 HAS MANY"), "231380104"); err == nil {
			t.Fatalf("read as %+v", a)
		}
	}
}
