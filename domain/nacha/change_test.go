package nacha

import (
	"errors"
	"strings"
	"testing"
)

// The traps are real ones: moov-io/ach answers nil, or an account number cut
// at its first space, for those marked.
func TestCorrectedDataIsReadByPosition(t *testing.T) {
	for name, tt := range map[string]struct {
		code, data string
		iat        bool
		want       Change
	}{
		"C01":                                    {"C01", "9900112233", false, Change{Account: "9900112233"}},
		"C01, spaces inside and in front":        {"C01", "  99 00-11 A", false, Change{Account: "  99 00-11 A"}},
		"C01 of an IAT entry, 35 long":           {"C01", strings.Repeat("12345", 7), true, Change{Account: strings.Repeat("12345", 7)}},
		"C02":                                    {"C02", "076401251", false, Change{Routing: "076401251"}},
		"C03":                                    {"C03", "076401251   9900112244", false, Change{Routing: "076401251", Account: "9900112244"}},
		"C03, a space in the account (trap)":     {"C03", "076401251   9900 112244", false, Change{Routing: "076401251", Account: "9900 112244"}},
		"C03, all 17":                            {"C03", "076401251   12345678901234567", false, Change{Routing: "076401251", Account: "12345678901234567"}},
		"C04, withdrawn":                         {"C04", "ADA EXAMPLE", false, Change{Name: "ADA EXAMPLE"}},
		"C05":                                    {"C05", "37", false, Change{Code: 37}},
		"C06":                                    {"C06", "9900 112255-A       37", false, Change{Account: "9900 112255-A", Code: 37}},
		"C06, all 17":                            {"C06", "12345678901234567   22", false, Change{Account: "12345678901234567", Code: 22}},
		"C07":                                    {"C07", "0764012519900112266       37", false, Change{Routing: "076401251", Account: "9900112266", Code: 37}},
		"C07, all 17, touching the code (trap)":  {"C07", "0764012511234567890123456737", false, Change{Routing: "076401251", Account: "12345678901234567", Code: 37}},
		"C07, a space in the account (trap)":     {"C07", "07640125199 00112266      37", false, Change{Routing: "076401251", Account: "99 00112266", Code: 37}},
		"C07, an account beginning with a space": {"C07", "076401251 9900112266      37", false, Change{Routing: "076401251", Account: " 9900112266", Code: 37}},
		"C08, a foreign bank":                    {"C08", "EXAMPLEBANK-0001", true, Change{ID: "EXAMPLEBANK-0001"}},
		"C09":                                    {"C09", "MEMBER 7", false, Change{ID: "MEMBER 7"}},
		"C13, whatever it says":                  {"C13", "ADDENDA", false, Change{}},
		"C14 (trap)":                             {"C14", "IAT", false, Change{SEC: "IAT"}},
		"padded to its full width":               {"C02", "076401251                    ", false, Change{Routing: "076401251"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseChange(tt.code, tt.data, tt.iat)
			if err != nil || got != tt.want {
				t.Fatalf("got %+v, %v; want %+v", got, err, tt.want)
			}
			data, err := FormatChange(tt.code, got, tt.iat)
			if err != nil || data != trim(tt.data) && tt.code != "C13" {
				t.Errorf("written %q, %v", data, err)
			}
		})
	}
}

func TestCorrectedDataThatIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		code, data string
		iat        bool
		refusal    string
	}{
		"C01, too long":                        {"C01", "123456789012345678", false, "C65"},
		"C01, blank":                           {"C01", "   ", false, "C65"},
		"C02, a wrong check digit":             {"C02", "076401252", false, "C65"},
		"C02, zeros":                           {"C02", "000000000", false, "C65"},
		"C02, eight digits":                    {"C02", "07640125", false, "C65"},
		"C03, text in the gap":                 {"C03", "076401251 9900112244", false, "C65"},
		"C03, no account":                      {"C03", "076401251", false, "C65"},
		"C05, not a code":                      {"C05", "20", false, "C69"},
		"C05, the code of a return":            {"C05", "26", false, "C69"},
		"C05, one digit":                       {"C05", "7", false, "C69"},
		"C05, text behind":                     {"C05", "37 CHECKING", false, "C65"},
		"C06, separated by one space":          {"C06", "9900112255 37", false, "C65"},
		"C07, with separators":                 {"C07", "076401251 9900112266 37", false, "C65"},
		"C07, no code":                         {"C07", "0764012519900112266", false, "C65"},
		"C07 of an IAT entry":                  {"C07", "0764012519900112266       37", true, "C65"},
		"C08 of a domestic entry":              {"C08", "EXAMPLEBANK", false, "C65"},
		"C09 of an IAT entry, sixteen letters": {"C09", "1234567890123456", true, "C65"},
		"C10, obsolete":                        {"C10", "EXAMPLE", false, "C65"},
		"C14, another class":                   {"C14", "PPD", false, "C65"},
		"C61":                                  {"C61", "EXAMPLE", false, "C65"},
		"not ASCII":                            {"C04", "ÄDA", false, "C65"},
		"more than the field holds":            {"C02", "076401251                    X", false, "C65"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseChange(tt.code, tt.data, tt.iat)
			var refused *ChangeError
			if !errors.As(err, &refused) || got != (Change{}) {
				t.Fatalf("got %+v, %v", got, err)
			}
			if refused.Refusal != tt.refusal {
				t.Errorf("refused under %s, want %s: %v", refused.Refusal, tt.refusal, err)
			}
			if data := trim(tt.data); len(data) > 3 && strings.Contains(err.Error(), data) {
				t.Errorf("the error quotes the data: %v", err)
			}
		})
	}
}

func TestChangesThatCannotBeWritten(t *testing.T) {
	for name, tt := range map[string]struct {
		code string
		c    Change
	}{
		"an account of 18":             {"C01", Change{Account: "123456789012345678"}},
		"a field the code has not":     {"C01", Change{Account: "1", Routing: "076401251"}},
		"nothing to say":               {"C02", Change{}},
		"C13 with data":                {"C13", Change{Account: "1"}},
		"a wrong routing number":       {"C02", Change{Routing: "076401252"}},
		"a code of three digits":       {"C05", Change{Code: 122}},
		"an account with a line break": {"C01", Change{Account: "1\n2"}},
		"an unknown change code":       {"C99", Change{Account: "1"}},
	} {
		if data, err := FormatChange(tt.code, tt.c, false); err == nil {
			t.Errorf("%s: wrote %q", name, data)
		}
	}
}
