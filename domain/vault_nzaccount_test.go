package domain_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
)

// The valid numbers are the examples Inland Revenue publishes with the
// algorithms.
func TestCheckNZAccount(t *testing.T) {
	for number, valid := range map[string]bool{
		"010902006838900":  true,  // algorithm A
		"0865231954512001": true,  // D
		"2626000320871032": true,  // G, folded
		"010902006838800":  false, // a digit off
		"0865231954513001": false,
		"2626000320871033": false,
		"990902006838900":  false, // no such bank
		"015902006838900":  false, // no such branch
		"01090200683890":   false, // too short
		"01090200683890A":  false,
	} {
		if err := domain.CheckNZAccount(number); (err == nil) != valid {
			t.Errorf("%s: %v, want valid %v", number, err, valid)
		}
	}
}
