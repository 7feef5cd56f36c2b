package answers_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
)

// Asked for on Friday, 20 November 2026, at 15:00 New York.
func TestAReversalWaitsForTheDayOnWhichItsEntrySettles(t *testing.T) {
	two := 2
	debitsLater := &calendar.Terms{LeadDays: &calendar.LeadDays{Debit: &two}}
	creditsLater := &calendar.Terms{LeadDays: &calendar.LeadDays{Credit: &two}}
	for name, tt := range map[string]struct {
		dated string // the entry, a debit
		bank  *calendar.Terms
		want  string
	}{
		"of the usual entry it settles no earlier":                 {"261123", nil, ""},
		"an entry dated two banking days ahead is waited for":      {"261124", nil, "2026-11-24"},
		"a Saturday settles on Monday":                             {"261121", nil, ""},
		"a bank wants debits earlier, and credits overtake them":   {"261124", debitsLater, "2026-11-24"},
		"a bank wants credits earlier, and none overtakes a debit": {"261123", creditsLater, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := delivered()
			f.Batches[0].EffectiveOn = tt.dated
			c := sent().at("2026-11-20T20:00:00Z", f)
			c.Bank = tt.bank
			d, err := answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "wrong-amount"}.Decide(c)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Events[0].(domain.TransactionReversalRequested).EffectiveOn; got != tt.want {
				t.Errorf("it waits for %q, want %q", got, tt.want)
			}
		})
	}
}
