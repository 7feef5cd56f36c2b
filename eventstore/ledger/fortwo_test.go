package ledger_test

import (
	"context"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// between runs something between what its caller read and the first append that
// follows from it.
type between struct {
	eventstore.Store
	do func()
}

func (b *between) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if do := b.do; do != nil {
		b.do = nil
		do()
	}
	return b.Store.Append(ctx, appends...)
}

// Two people can approve. One is disabled while four eyes is switched on, whichever
// is written first: two remain who can approve, or one person is enough.
func TestFourEyesAndThePeopleWhoCanApproveChangeAtTheSameMoment(t *testing.T) {
	for name, policyFirst := range map[string]bool{"the policy is written first": true, "the person is written first": false} {
		t.Run(name, func(t *testing.T) {
			l := open(t)
			for _, who := range []string{"alice@lantern.example", "bob@lantern.example"} {
				_, err := ledger.Execute(t.Context(), l, ledger.OperatorsStream(), domain.AddOperator{Email: who, Roles: []string{domain.RoleApprover}}.Decide)
				must(t, err)
			}
			second := *l
			twoNeeded := func(l *ledger.Ledger) error {
				_, err := l.ChangePolicy(t.Context(), domain.ChangePolicy{FourEyes: true})
				return err
			}
			disabled := func(l *ledger.Ledger) error {
				off := false
				command := l.ChangeOperator(t.Context(), domain.ChangeOperator{Email: "bob@lantern.example", Enabled: &off})
				_, err := ledger.Execute(t.Context(), l, ledger.OperatorsStream(), command)
				return err
			}
			first, then, code := disabled, twoNeeded, domain.RuleBroken
			if policyFirst {
				first, then, code = twoNeeded, disabled, domain.Conflict
			}
			second.Store = &between{l.Store, func() { must(t, first(l)) }}
			if err := then(&second); domain.CodeOf(err) != code {
				t.Errorf("the second one: %v", err)
			}
			policy, err := l.Policy(t.Context())
			must(t, err)
			people, err := l.Operators(t.Context())
			must(t, err)
			if policy.FourEyes != policyFirst || policy.FourEyes && people.Approvers() < 2 {
				t.Errorf("four eyes is on: %t, and %d people can approve", policy.FourEyes, people.Approvers())
			}
		})
	}
}
