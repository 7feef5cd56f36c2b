package text_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain/text"
)

func TestParseDollars(t *testing.T) {
	for token, want := range map[string]int64{
		"5000.25":     5000_25,
		"5000.2":      5000_20,
		"5000":        5000_00,
		"0.01":        1,
		"0.29":        29, // 0.29 * 100 is 28.999999999999996 in a float
		"0":           0,
		"0.00":        0,
		"10":          10_00,
		"99999999.99": text.MaxCents,
	} {
		if got, err := text.ParseDollars(token); err != nil || got != want {
			t.Errorf("ParseDollars(%q) = %d, %v; want %d", token, got, err, want)
		}
	}
}

func TestParseDollarsSaysTheRule(t *testing.T) {
	for token, rule := range map[string]string{
		"":                                 "missing",
		"1.005":                            "at most two decimals",
		"1.000":                            "at most two decimals",
		"1e3":                              "without an exponent",
		"1.5E+2":                           "without an exponent",
		"-1":                               "cannot be negative",
		"-0":                               "cannot be negative",
		"+1":                               "without a sign",
		"007":                              "without leading zeros",
		"00.5":                             "without leading zeros",
		"100000000":                        "at most 99999999.99",
		"100000000.00":                     "at most 99999999.99",
		"18446744073709551616000000000000": "at most 99999999.99",
		".5":                               "dollars and cents",
		"5.":                               "dollars and cents",
		".":                                "dollars and cents",
		"1.2.3":                            "dollars and cents",
		"1,000":                            "dollars and cents",
		"$5":                               "dollars and cents",
		" 5":                               "dollars and cents",
		"5 ":                               "dollars and cents",
		"0x10":                             "dollars and cents",
		"1_000":                            "dollars and cents",
		"٣":                                "dollars and cents",
		"NaN":                              "dollars and cents",
		"true":                             "dollars and cents",
		`"5"`:                              "dollars and cents",
		"1.-5":                             "dollars and cents",
		"5\x00.1":                          "dollars and cents",
	} {
		got, err := text.ParseDollars(token)
		if err == nil || !strings.Contains(err.Error(), rule) || got != 0 {
			t.Errorf("ParseDollars(%q) = %d, %v; want %q", token, got, err, rule)
		}
	}
}

func TestFormatDollars(t *testing.T) {
	for cents, want := range map[int64]string{
		0:             "0.00",
		5:             "0.05",
		5000_25:       "5000.25",
		text.MaxCents: "99999999.99",
		-5:            "-0.05",
		-1234_50:      "-1234.50",
		math.MaxInt64: "92233720368547758.07",
		math.MinInt64: "-92233720368547758.08",
	} {
		if got := text.FormatDollars(cents); got != want {
			t.Errorf("FormatDollars(%d) = %q, want %q", cents, got, want)
		}
	}
}

func TestDollarsAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(0, text.MaxCents).Draw(t, "cents")
		if got, err := text.ParseDollars(text.FormatDollars(cents)); err != nil || got != cents {
			t.Fatalf("%d cents came back as %d, %v", cents, got, err)
		}
	})
}

// FuzzParseDollars compares with exact arithmetic: whatever is taken is a
// JSON number, worth exactly the cents returned.
func FuzzParseDollars(f *testing.F) {
	for _, token := range []string{"5000.25", "1.005", "1e3", "-1", "007", "0.1", "99999999.99", "100000000", "1.2.3", "", "0x1p4", "1/2"} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		cents, err := text.ParseDollars(token)
		if err != nil {
			if cents != 0 {
				t.Errorf("%q: %d cents with an error", token, cents)
			}
			return
		}
		exact, ok := new(big.Rat).SetString(token)
		if !ok || exact.Cmp(big.NewRat(cents, 100)) != 0 || !json.Valid([]byte(token)) {
			t.Errorf("%q was read as %d cents", token, cents)
		}
		if cents < 0 || cents > text.MaxCents {
			t.Errorf("%q is outside an entry's amount: %d", token, cents)
		}
	})
}
