package nacha

import (
	"strings"
	"testing"
)

// Every layout covers its record to the last column, and reads as the reader
// reads: each field of each golden file is named.
func TestEveryLayoutCoversItsRecord(t *testing.T) {
	for _, name := range goldenNames() {
		var d Describer
		for i, line := range strings.Split(strings.TrimRight(string(golden(t, name)), "\n"), "\n") {
			covered := []byte(line)
			for _, p := range d.Parts(line) {
				if p.Text != line[p.From-1:p.To] || p.Name == "" || p.Name == "text" {
					t.Errorf("%s line %d: part %+v", name, i+1, p)
				}
				copy(covered[p.From-1:p.To], strings.Repeat(" ", p.To-p.From+1))
			}
			if !blank(string(covered)) {
				t.Errorf("%s line %d: no name for %q", name, i+1, covered)
			}
		}
	}
}

func TestDescriptions(t *testing.T) {
	for name, tt := range map[string]struct {
		line string
		want []string
	}{
		"an entry": {strings.Split(string(vector(t, "01")), "\n")[2], []string{
			"Entry", "transaction code", "27 (debit checking)", " *****0001", "0000001025 ($10.25)", "TEST PERSON 01"}},
		"a batch header": {payroll, []string{"Batch header", "220 (credits)", "ORCHARD FOODS", "settlement day", "327"}},
		"a return":       {strings.Split(string(vector(t, "02")), "\n")[3], []string{"Addenda 99", "return code", "R01", "original trace number"}},
		"a change":       {strings.Split(string(vector(t, "04")), "\n")[3], []string{"Addenda 98", "C01", "corrected data", " *****2233"}},
		"a filler":       {nines, []string{"Filler"}},
		"a short line":   {"8220000002", []string{"Batch control", "entry and addenda count", "000002"}},
		"nothing":        {"", []string{"Not a record"}},
		"a letter":       {"Dear bank", []string{"Not a record"}},
	} {
		got := new(Describer).Describe(tt.line)
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is missing in\n%s", name, want, got)
			}
		}
	}
}

// No description shows a whole account number, or a date of birth.
func TestDescriptionsHideAccountNumbers(t *testing.T) {
	for _, name := range goldenNames() {
		var d Describer
		for _, line := range strings.Split(string(golden(t, name)), "\n") {
			if got := d.Describe(line); strings.Contains(got, "77000001") || strings.Contains(got, "1984") || strings.Contains(got, "DE89370400440532013000") {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
}

func TestWordsForTransactionCodes(t *testing.T) {
	for code, want := range map[TransactionCode]string{
		27: "debit checking", 32: "credit savings", 43: "prenote of a gl credit", 26: "return or change of a checking debit",
		34: "remittance of a savings credit, no money", 20: "not in use",
	} {
		if got := code.String(); got != want {
			t.Errorf("%d: %q", int(code), got)
		}
	}
}
