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
