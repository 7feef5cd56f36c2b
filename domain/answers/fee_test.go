package answers_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// The return settled on 2026-11-24, and the 45th day after it is 2027-01-08.
func TestAFeeLeavesInTimeToSettleByTheTermsOfItsBank(t *testing.T) {
	two := 2
	early := &calendar.Terms{LeadDays: &calendar.LeadDays{Debit: &two}}
	for name, tt := range map[string]struct {
		bank *calendar.Terms
		now  string
		want string // to be sent by; "" closed
	}{
		"the usual bank":                        {nil, "2027-01-07T07:16:00Z", "2027-01-08T07:15:00Z"},
		"one that wants debits two days ahead":  {early, "2027-01-07T07:14:00Z", "2027-01-07T07:15:00Z"},
		"then a day before is too late already": {early, "2027-01-07T07:16:00Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := outgoing("R01", "2026-11-24").at(tt.now, delivered())
			c.Bank = tt.bank
			d, err := fee("2026-11-20").Decide(c)
			if tt.want == "" {
				if domain.CodeOf(err) != domain.ReturnWindowClosed {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if by := d.Events[0].(domain.TransactionReturnFeeRequested).LeaveBy; by != tt.want {
				t.Errorf("to be sent by %s, want %s", by, tt.want)
			}
		})
	}
}
