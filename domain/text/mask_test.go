package text_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain/text"
)

func TestMask(t *testing.T) {
	for _, tt := range []struct{ story, account, want string }{
		{"an account number", "123456789", "*****6789"},
		{"seventeen characters tell no more", "12345678901234567", "*****4567"},
		{"five show four", "12345", "*****2345"},
		{"four show two", "1234", "*****34"},
		{"three show one", "123", "*****3"},
		{"two show one", "12", "*****2"},
		{"one shows none", "7", "*****"},
		{"none", "", "*****"},
		{"spaces are not shown", "99 00 11 2", "*****0112"},
		{"spaces do not make a number longer", "   1 2", "*****2"},
		{"letters and hyphens", "9900112255-A", "*****55-A"},
		{"characters are not cut in two", "12é4", "*****é4"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			if got := text.Mask(tt.account); got != tt.want {
				t.Errorf("Mask(%q) = %q, want %q", tt.account, got, tt.want)
			}
		})
	}
}

func TestAMaskNeverShowsTheWholeNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		account := rapid.StringMatching(`[ 0-9A-Z-]{1,35}`).Draw(t, "account")
		number := strings.ReplaceAll(account, " ", "")
		tail := text.Tail(account)
		if len(tail) > 4 || number != "" && len(tail) >= len(number) || !strings.HasSuffix(number, tail) {
			t.Fatalf("the tail of %q is %q", account, tail)
		}
	})
}
