package demo

import (
	"context"
	"net/http"
)

// The people of the bank, who approve together.
var operators = []struct {
	email, name string
	roles       []string
}{
	{"m.ortiz@lantern.example", "Maria Ortiz", []string{"approver", "revealer"}},
	{"a.bell@lantern.example", "Ann Bell", []string{"admin", "approver"}},
}

// leaveToPeople holds a payment that two people have to release.
func leaveToPeople(ctx context.Context, s *story) error {
	for _, one := range operators {
		if _, err := s.ops.do(ctx, http.MethodPost, "/v1/ops/operators", map[string]any{"email": one.email, "name": one.name, "roles": one.roles}, nil); err != nil {
			return err
		}
	}
	wage := payday(payment{name: "Otto Sandberg", routing: "121042882", account: "30488174466", kind: "checking", cents: 4_820_000})
	t, err := s.post(ctx, wage)
	if err != nil {
		return err
	}
	hold := map[string]string{"reason": "far above what this company usually pays"}
	if _, err := s.ops.do(ctx, http.MethodPost, "/v1/ops/events/"+t.Events[0].EventID+"/hold", hold, nil); err != nil {
		return err
	}
	if _, err := s.ops.do(ctx, http.MethodPut, "/v1/ops/policy", map[string]any{"four_eyes": true, "approval_expires": "24h"}, nil); err != nil {
		return err
	}
	s.say(`   POST /v1/ops/operators
   %s approves; %s also changes clients and people.

   PUT /v1/ops/policy {"four_eyes": true}
   A wage of %s is held, and takes both of them: one asks in the console
   for it to leave, the other approves it there.
`, operators[0].name, operators[1].name, dollars(wage.cents))
	return nil
}
