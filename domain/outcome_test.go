package domain_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
)

// That the reversal of an entry came back, or its return fee, does not mean that the
// entry did; that there is no such account is true whatever found it out.
func TestTheOutcomeOfAnEntryIsThatOfTheEntryItself(t *testing.T) {
	on := calendar.NewDate(2026, 11, 17)
	sent := func(id string, kind domain.ItemKind, replyTo string) *domain.Item {
		return &domain.Item{ID: id, Kind: kind, Direction: domain.ToFed, State: domain.Filed, ReplyTo: replyTo, Filing: &domain.Filing{File: "f-" + id}}
	}
	back := func(id, of, code string) *domain.Item {
		return &domain.Item{ID: id, Kind: domain.Return, Direction: domain.FromFed, State: domain.InHand, ReplyTo: of,
			Incoming: &domain.Incoming{Entry: nacha.Entry{Return: &nacha.Return{Code: code}}}}
	}
	for name, tt := range map[string]struct {
		items []*domain.Item
		want  guard.Outcome
	}{
		"it settled":                      {nil, guard.Outcome{SettledOn: on}},
		"it came back":                    {[]*domain.Item{back("r", "entry", "R01")}, guard.Outcome{SettledOn: on, Code: "R01"}},
		"what presented it again, too":    {[]*domain.Item{back("r", "entry", "R01"), sent("again", domain.Retry, "r"), back("r2", "again", "R09")}, guard.Outcome{SettledOn: on, Code: "R09"}},
		"its return fee came back":        {[]*domain.Item{sent("fee", domain.ReturnFee, "entry"), back("r", "fee", "R01")}, guard.Outcome{SettledOn: on}},
		"its reversal was not wanted":     {[]*domain.Item{sent("rev", domain.Reversal, "entry"), back("r", "rev", "R23")}, guard.Outcome{SettledOn: on}},
		"its reversal found it closed":    {[]*domain.Item{sent("rev", domain.Reversal, "entry"), back("r", "rev", "R02")}, guard.Outcome{SettledOn: on, Code: "R02"}},
		"and the fee for it was not paid": {[]*domain.Item{back("r", "entry", "R01"), sent("fee", domain.ReturnFee, "r"), back("r2", "fee", "R09")}, guard.Outcome{SettledOn: on, Code: "R01"}},
	} {
		t.Run(name, func(t *testing.T) {
			tx := domain.Transaction{Items: append([]*domain.Item{sent("entry", domain.Origination, "")}, tt.items...)}
			if got := tx.Outcome("f-entry", on); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}
