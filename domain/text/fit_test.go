package text_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/text"
)

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		story, in string
		width     int
		want      string
		changed   bool
		err       string
	}{
		{"a name of 22", "ABCDEFGHIJKLMNOPQRSTUV", 22, "ABCDEFGHIJKLMNOPQRSTUV", false, ""},
		{"a name of 23", "ABCDEFGHIJKLMNOPQRSTUVW", 22, "", false, "has 23 characters, at most 22 fit"},
		{"spaces at the ends do not count", "  ABCD   ", 4, "ABCD", false, ""},
		{"spaces inside do", "AB  CD", 5, "", false, "has 6 characters, at most 5 fit"},
		{"an accent does not make it longer", "José", 4, "Jose", true, ""},
		{"but spelling may", "Weiß", 4, "", false, "has 5 characters in Latin letters, at most 4 fit"},
		{"what cannot be spelled", "Jo 😀", 22, "", false, "character 4, 😀"},
		{"nothing fits", "   ", 22, "", false, ""},
	} {
		t.Run(tt.story, func(t *testing.T) {
			got, changed, err := text.Fit(tt.in, tt.width)
			if got != tt.want || changed != tt.changed || (err == nil) != (tt.err == "") {
				t.Errorf("got %q, %t, %v; want %q, %t, %q", got, changed, err, tt.want, tt.changed, tt.err)
			}
			if err != nil && !strings.HasPrefix(err.Error(), tt.err) {
				t.Errorf("got %v, want %q", err, tt.err)
			}
		})
	}
}

func TestUpperKnowsOnlyTheAlphabet(t *testing.T) {
	for in, want := range map[string]string{"ppd": "PPD", "Retry Pymt 1": "RETRY PYMT 1", "ı ſ é": "ı ſ é", "{az}": "{AZ}", "`": "`"} {
		if got := text.Upper(in); got != want {
			t.Errorf("Upper(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestBlank(t *testing.T) {
	for in, want := range map[string]bool{"": true, "   ": true, "000": true, " 0 0 ": true, "0A0": false, "DUES": false} {
		if got := text.Blank(in); got != want {
			t.Errorf("Blank(%q) = %t", in, got)
		}
	}
}

func TestNoDelimiter(t *testing.T) {
	for in, want := range map[string]string{
		"12 MAIN ST":  "",
		"12 * MAIN":   "holds *, which separates",
		`12 \ MAIN *`: `holds \, which separates`,
	} {
		err := text.NoDelimiter(in)
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("NoDelimiter(%q) = %v, want %q", in, err, want)
		}
	}
}
