package ledger

import (
	"bytes"
	"testing"

	"github.com/achledger/achledger/domain"
)

// An order is hashed as it was sent, and recorded with its defaults. Whoever compares
// the two finds the usual forms at once: an international order has hundreds of forms,
// and each may have had another description.
func TestAnOrderIsFoundInTheFormInWhichItWasSent(t *testing.T) {
	recorded := domain.Proposal{ToName: "n", Description: "PAYROLL", FromRouting: "231380104", CompanyID: "1840000017"}
	usual := func(p domain.Proposal) domain.Proposal { // what most clients omit
		for asked := range p.Asked() {
			return asked
		}
		return p
	}
	described := func(p domain.Proposal, as string) domain.Proposal {
		p.Description = as
		return p
	}
	international := recorded
	international.IAT = &domain.IAT{}
	const soon, late = 8, 1 << 15
	for name, tt := range map[string]struct {
		recorded, sent domain.Proposal
		within         int
	}{
		"in full":                                      {recorded, recorded, soon},
		"without what has a default":                   {recorded, usual(recorded), soon},
		"without a description either":                 {recorded, described(usual(recorded), ""), soon},
		"an international one without all that":        {international, described(usual(international), ""), soon},
		"with a blank description":                     {recorded, described(recorded, "   "), late},
		"without the routing number alone":             {recorded, func() domain.Proposal { p := recorded; p.FromRouting = ""; return p }(), late},
		"an international one with some of its fields": {international, func() domain.Proposal { p := described(international, " "); p.CompanyID = ""; return p }(), late},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := OrderContent(tt.sent, "55")
			if err != nil {
				t.Fatal(err)
			}
			tried := 0
			for content := range contents(&domain.Transaction{Originated: &domain.TransactionOriginated{Proposal: tt.recorded}}, "55") {
				if bytes.Equal(content, want) {
					return
				}
				if tried++; tried == tt.within {
					break
				}
			}
			t.Errorf("not among the first %d forms", tried)
		})
	}
}
