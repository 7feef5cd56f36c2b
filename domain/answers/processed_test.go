package answers_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
)

func TestADishonorThatWasAnsweredByASecondReturnIsNotReleasedFromItsFile(t *testing.T) {
	for name, tt := range map[string]struct {
		second   string // what the second return returns; "" none came
		released bool
	}{
		"no answer yet":            {"", true},
		"returned once more":       {"out", false},
		"a return of another item": {"other", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := outgoing("R01", "2026-11-24").
				add("2026-11-24T15:00:00Z", &domain.TransactionDishonorRequested{Outgoing: domain.Outgoing{ItemID: "dis", ReplyTo: "ret", Code: "R68"}}).
				add("2026-11-24T19:30:00Z", &domain.TransactionFiled{ItemID: "dis", File: "f2", Batch: 1, Trace: "231380100000002"})
			if tt.second != "" {
				s.add("2026-11-25T12:00:00Z", returned("ret2", tt.second, "R10", "2026-11-25"))
			}
			events := domain.Release{ItemID: "dis", File: "f2", Reason: "refused"}.Decide(s.t)
			if got := len(events) > 0; got != tt.released {
				t.Errorf("released: %v, want %v", got, tt.released)
			}
		})
	}
}
