package text_test

import (
	"testing"

	"github.com/achledger/achledger/domain/text"
)

func TestSentDescription(t *testing.T) {
	for _, tt := range []struct {
		story, in, want string
		reserved        bool
	}{
		{"the first ten characters", "Loan Payment", "Loan Payme", false},
		{"ten as they are", "INSURANCES", "INSURANCES", false},
		{"spaces in front do not count", "   DUES NOV ", "DUES NOV", false},
		{"no space is left behind", "MEMBERSHI  P", "MEMBERSHI", false},
		{"a reversal", "Reversal", "Reversal", true},
		{"a reversal with something behind", "REVERSAL 2", "REVERSAL 2", false},
		{"a retry, cut to it", "retry pymt again", "retry pymt", true},
		{"a return fee, cut to it", "RETURN FEES", "RETURN FEE", true},
		{"reclamation cut to something else", "RECLAIMING", "RECLAIMING", false},
		{"a reclamation", " reclaim ", "reclaim", true},
		{"a reclamation, spaces up to the tenth", "RECLAIM    of May", "RECLAIM", true},
		{"what could not settle", "NONSETTLED", "NONSETTLED", true},
		{"micro-entries", "AcctVerify", "AcctVerify", true},
		{"a letter that only looks like one", "REVERſAL", "REVERſAL", false},
		{"nothing", "  ", "", false},
	} {
		t.Run(tt.story, func(t *testing.T) {
			sent := text.SentDescription(tt.in)
			if sent != tt.want || text.ReservedDescription(sent) != tt.reserved {
				t.Errorf("%q is sent as %q, reserved %t; want %q, %t", tt.in, sent, text.ReservedDescription(sent), tt.want, tt.reserved)
			}
		})
	}
}
