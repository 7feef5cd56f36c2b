package answers_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
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

// A bank returned an entry twice in error, and a person assigned the second return.
func TestAnEntryThatCameBackTwiceHasOneFee(t *testing.T) {
	twice := charged(2500).add("2026-11-30T12:00:00Z", returned("ret2", "out", "R01", "2026-11-30"))
	again := answers.ReturnFee{ItemID: "x", ReplyTo: "ret2", AmountCents: 2500, NoticeGivenOn: "2026-11-20"}
	question{twice.at("2026-11-30T20:00:00Z", delivered()), again, domain.RuleBroken}.ask(t)
	for _, a := range twice.at("2026-11-30T20:00:00Z", delivered()).Available() {
		if a.Name == "return_fee" {
			t.Errorf("%+v is offered", a)
		}
	}
	twice.add("2026-11-30T13:00:00Z", &domain.TransactionRecalled{ItemID: "fee"})
	question{twice.at("2026-11-30T20:00:00Z", delivered()), again, ""}.ask(t)

	retried := charged(2500).
		add("2026-11-25T13:00:00Z", &domain.TransactionRetryRequested{Outgoing: domain.Outgoing{ItemID: "retry", ReplyTo: "ret"}}).
		add("2026-11-30T12:00:00Z", returned("ret2", "retry", "R01", "2026-11-30"))
	question{retried.at("2026-11-30T20:00:00Z", delivered()), again, ""}.ask(t) // of another presentment
}
