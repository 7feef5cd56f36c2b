package codes_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain/codes"
)

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		story, code, data string
		iat               bool
		want              string // the values as Go prints a map, sorted by field
		err               string
	}{
		{story: "an account, padding cut off", code: "C01", data: "9900112233", want: "map[account:9900112233]"},
		{story: "an account with a leading and an inner space", code: "C01", data: " 99 0011", want: "map[account: 99 0011]"},
		{story: "an account of all 17 characters", code: "C01", data: "12345678901234567            ", want: "map[account:12345678901234567]"},
		{story: "an account of 18 characters", code: "C01", data: "123456789012345678", err: "C01: positions 18 to 29 of the corrected data must be blank"},
		{story: "an international account of 35", code: "C01", iat: true, data: strings.Repeat("7", 35), want: "map[account:" + strings.Repeat("7", 35) + "]"},
		{story: "36 are too many", code: "C01", iat: true, data: strings.Repeat("7", 36), err: "36 characters, more than 35"},
		{story: "a routing number", code: "C02", data: "076401251", want: "map[routing:076401251]"},
		{story: "a routing number with a letter", code: "C02", data: "07640125A", err: "the routing number must be nine digits"},
		{story: "a routing number of eight digits", code: "C02", data: "07640125", err: "nine digits"},
		{story: "routing and account", code: "C03", data: "076401251   9900112244", want: "map[account:9900112244 routing:076401251]"},
		{story: "routing and account without their gap", code: "C03", data: "0764012519900112244", err: "C03: positions 10 to 12 of the corrected data must be blank"},
		{story: "a transaction code", code: "C05", data: "37", want: "map[transaction_code:37]"},
		{story: "the code of a return", code: "C05", data: "36", err: "the transaction code must be that of a forward entry"},
		{story: "a loan's reversal", code: "C05", data: "55", want: "map[transaction_code:55]"},
		{story: "a loan cannot be debited", code: "C05", data: "57", err: "forward entry"},
		{story: "the code of a kind of account there is not", code: "C05", data: "62", err: "forward entry"},
		{story: "an account with a space and a hyphen, and its code", code: "C06", data: "9900 112255-A       37", want: "map[account:9900 112255-A transaction_code:37]"},
		{story: "the code one space behind the account", code: "C06", data: "9900112255 37", err: "C06: positions 21 to 22 of the corrected data: the transaction code is missing"},
		{story: "all three without a gap", code: "C07", data: "0764012511234567890123456737", want: "map[account:12345678901234567 routing:076401251 transaction_code:37]"},
		{story: "all three, short account", code: "C07", data: "0764012519900112266       37", want: "map[account:9900112266 routing:076401251 transaction_code:37]"},
		{story: "a foreign bank", code: "C08", iat: true, data: "NWBKGB2LXXX", want: "map[foreign_bank:NWBKGB2LXXX]"},
		{story: "a foreign bank in a domestic entry", code: "C08", data: "NWBKGB2LXXX", err: "C08 is for IAT entries only"},
		{story: "an individual id", code: "C09", data: "MBR-00001", want: "map[individual_id:MBR-00001]"},
		{story: "an individual id too long for IAT", code: "C09", iat: true, data: "1234567890123456", err: "positions 16 to 35"},
		{story: "an addenda error has no values", code: "C13", data: "ADDENDA FORMAT ERROR", want: "map[]"},
		{story: "a payment that went abroad", code: "C14", data: "IAT", want: "map[sec:IAT]"},
		{story: "another SEC code", code: "C14", data: "PPD", err: "the SEC code must be IAT"},
		{story: "a withdrawn name", code: "C04", data: "JANE DOE", want: "map[name:JANE DOE]"},
		{story: "nothing at all", code: "C01", data: "", err: "C01: positions 1 to 17 of the corrected data: the account number is missing"},
		{story: "a letter of two bytes", code: "C04", data: "JOSÉ", err: "position 4 of the corrected data is not printable ASCII"},
		{story: "a tab", code: "C13", data: "A\tB", err: "position 2 of the corrected data is not printable ASCII"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			c, _ := codes.Change(tt.code, today)
			values, err := c.Split(tt.data, tt.iat)
			if tt.err == "" && (err != nil || fmt.Sprint(values) != tt.want) {
				t.Errorf("got %v, %v; want %s", values, err, tt.want)
			}
			if tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("got %v, %v; want %q", values, err, tt.err)
			}
		})
	}
}

// What is put into its places is read out again, whatever the account number
// looks like.
func TestSplitReadsWhatWasPutInPlace(t *testing.T) {
	list := codes.Changes(today)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(list).Draw(t, "code")
		iat := len(c.SECs) > 0 || rapid.Bool().Draw(t, "iat")
		parts := c.Data
		if iat && c.IATData != nil {
			parts = c.IATData
		}
		data, want := []byte(strings.Repeat(" ", 35)), codes.Corrected{}
		for _, part := range parts {
			want[part.Field] = value(part).Draw(t, string(part.Field))
			copy(data[part.First-1:], want[part.Field])
		}
		sent := strings.TrimRight(string(data), " ")
		if got, err := c.Split(sent, iat); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%s: %q became %v, %v; want %v", c.Code, sent, got, err, want)
		}
	})
}

// value draws what may stand in a part.
func value(part codes.Part) *rapid.Generator[string] {
	switch part.Field {
	case codes.Routing:
		return rapid.StringMatching(`[0-9]{9}`)
	case codes.TransactionCode:
		return rapid.StringMatching(`[2-4][234789]|5[2-5]`)
	case codes.SEC:
		return rapid.Just("IAT")
	default:
		return rapid.StringMatching(fmt.Sprintf(`[ 0-9A-Za-z-]{0,%d}[0-9A-Z]`, part.Last-part.First))
	}
}

// longDigits is what an account number looks like, and no position does.
var longDigits = regexp.MustCompile(`[0-9]{5,}`)

// FuzzSplit feeds any bytes to every code. Nothing crashes, a value is never
// blank, and an error never repeats what may be an account number.
func FuzzSplit(f *testing.F) {
	f.Add("9900 112255-A       37", false)
	f.Add("0764012511234567890123456737", false)
	f.Add(strings.Repeat("7", 35), true)
	f.Add("JOS\xc9", false)
	f.Fuzz(func(t *testing.T, data string, iat bool) {
		for _, c := range codes.Changes(today) {
			values, err := c.Split(data, iat)
			for field, value := range values {
				if strings.TrimSpace(value) == "" || !strings.Contains(data, value) {
					t.Errorf("%s: %s of %q is %q", c.Code, field, data, value)
				}
			}
			if account := longDigits.FindString(data); err != nil && account != "" && strings.Contains(err.Error(), account) {
				t.Errorf("%s: the error repeats %s: %v", c.Code, account, err)
			}
		}
	})
}
