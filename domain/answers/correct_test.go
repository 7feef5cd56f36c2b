package answers_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
)

func TestAReceivingBankCorrectsWithItsCodesOfTheDay(t *testing.T) {
	for name, tt := range map[string]struct {
		code, data string
		want       domain.Code
	}{
		"an account number":                 {"C01", "123456789", ""},
		"a type of account":                 {"C05", "37", ""},
		"a name, which was withdrawn":       {"C04", "TEST PERSON 02", domain.RuleBroken},
		"a gateway's code":                  {"C14", "IAT", domain.RuleBroken},
		"a code of IAT entries":             {"C08", "12345", domain.RuleBroken},
		"a code that turns the direction":   {"C05", "32", domain.RuleBroken},
		"the same beside an account number": {"C06", "123456789           22", domain.RuleBroken},
		"a refusal":                         {"C61", "", domain.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := answers.Correct{ItemID: "x", ReplyTo: "in", Code: tt.code, Data: tt.data, Masked: tt.data}
			if _, err := cmd.Decide(incoming().at("2026-11-24T15:00:00Z")); domain.CodeOf(err) != tt.want {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// Two account numbers with the same last digits look alike once they are masked.
func TestACorrectionIsAskedForAgainOnlyIfItSaysTheSame(t *testing.T) {
	first := domain.Outgoing{ItemID: "first", ReplyTo: "in", Code: "C01", DataMasked: "*****6789", DataHash: []byte("one")}
	for name, tt := range map[string]struct {
		before domain.Outgoing
		then   domain.Event
		hash   string
		want   string // the item
	}{
		"the same number":                          {first, nil, "one", "first"},
		"a number that looks the same":             {first, nil, "two", "x"},
		"the same, when the first was recalled":    {first, &domain.TransactionRecalled{ItemID: "first"}, "one", "x"},
		"the same, when the first was rejected":    {first, &domain.TransactionRejected{ItemID: "first", Reason: "no"}, "one", "x"},
		"asked for first under an earlier release": {domain.Outgoing{ItemID: "first", ReplyTo: "in", Code: "C01", DataMasked: "*****6789"}, nil, "one", "first"},
	} {
		t.Run(name, func(t *testing.T) {
			s := incoming().add("2026-11-23T15:00:00Z", &domain.TransactionCorrectionRequested{Outgoing: tt.before})
			if tt.then != nil {
				s.add("2026-11-23T15:01:00Z", tt.then)
			}
			got, err := answers.Correct{ItemID: "x", ReplyTo: "in", Code: "C01", Data: "123456789", Masked: "*****6789", Hash: []byte(tt.hash)}.
				Decide(s.at("2026-11-24T15:00:00Z"))
			if err != nil || got.ItemID != tt.want || len(got.Events) > 0 != (tt.want == "x") {
				t.Errorf("%+v, %v; want item %s", got, err, tt.want)
			}
		})
	}
}
