package domain_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
)

func TestATextShowsNoAccountNumber(t *testing.T) {
	for _, tt := range []struct{ tail, text, want string }{
		{"2345", "ACCT 55512345 CLOSED", "ACCT *****2345 CLOSED"},
		{"2345", "0055512345", "*****2345"},
		{"2345", "5551-2345 AND 555 1 2345", "*****2345 AND *****2345"},
		{"345A", "NO 9-12345A HERE", "NO *****345A HERE"},
		{"2345", "QUESTIONABLE 2026 ENDS 2345", "QUESTIONABLE 2026 ENDS 2345"},
		{"2345", "TRACE 121042880000017", "TRACE 121042880000017"},
		{"2345", "DEBIT OF ****2345 DENIED", "DEBIT OF *****2345 DENIED"}, // masked in the log
		{"2345", "A*B 2345", "A*B 2345"},
		{"", "TEXT 123", "TEXT 123"},
	} {
		if got := domain.MaskAccount(tt.text, domain.Account{Tail: tt.tail}); got != tt.want {
			t.Errorf("%q shows as %q, want %q", tt.text, got, tt.want)
		}
	}
}
