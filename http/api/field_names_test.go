package api

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// A refused field is named as its surface spells it, not as the domain does. Code
// and message stay the same.
func TestARefusedFieldIsNamedAsItsSurfaceSpellsIt(t *testing.T) {
	refusal := func(pointers ...string) *domain.Refusal {
		r := &domain.Refusal{Code: domain.RuleBroken, Reason: "no"}
		for _, p := range pointers {
			r.Fields = append(r.Fields, domain.FieldError{Pointer: p, Code: "rule", Message: "of " + p})
		}
		return r
	}
	for name, tt := range map[string]struct {
		names      *strings.Replacer
		sent, want []string
	}{
		"the code of a return":     {AnswerNames, []string{"/ReturnCode"}, []string{"/code"}},
		"the code of a dishonor":   {AnswerNames, []string{"/ReasonCode"}, []string{"/code"}},
		"a field of another name":  {AnswerNames, []string{"/AddendaInformation", "/ReturnCode"}, []string{"/AddendaInformation", "/code"}},
		"no field":                 {AnswerNames, nil, nil},
		"a place in a list":        {strings.NewReplacer("/entries/0/ToName", "/entries/0/name"), []string{"/entries/0/ToName"}, []string{"/entries/0/name"}},
		"one that is there before": {AnswerNames, []string{"/code"}, []string{"/code"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := refusal(tt.sent...)
			var got *domain.Refusal
			if !errors.As(Respelled(fmt.Errorf("decide: %w", before), tt.names), &got) {
				t.Fatal("it is no refusal any more")
			}
			var pointers []string
			for i, f := range got.Fields {
				pointers = append(pointers, f.Pointer)
				if f.Code != "rule" || f.Message != "of "+tt.sent[i] {
					t.Errorf("%+v", f)
				}
			}
			if !slices.Equal(pointers, tt.want) || got.Code != before.Code || got.Reason != before.Reason {
				t.Errorf("got %+v, want %v", got, tt.want)
			}
			for i, f := range before.Fields {
				if f.Pointer != tt.sent[i] {
					t.Errorf("the refusal itself was changed to %s", f.Pointer)
				}
			}
		})
	}
	fault := errors.New("the disk")
	if got := Respelled(fault, AnswerNames); got != fault {
		t.Errorf("a fault becomes %v", got)
	}
	if Respelled(nil, AnswerNames) != nil {
		t.Error("nothing becomes an error")
	}
}
