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
		for asked := range p.Asked(0) {
			return asked
		}
		return p
	}
	described := func(p domain.Proposal, as string) domain.Proposal {
		p.Description = as
		return p
	}
	alone := recorded
	alone.FromRouting = ""
	international := recorded
	international.IAT = &domain.IAT{ForeignExchange: "FF", TransactionType: "MIS", OriginatingCurrency: "USD", DestinationCurrency: "USD"}
	some := international
	some.CompanyID, some.IAT = "", &domain.IAT{TransactionType: "MIS", DestinationCurrency: "USD"}
	const soon, blank, late = 8, 200, 1 << 13
	for name, tt := range map[string]struct {
		recorded, sent domain.Proposal
		omitted        uint16
		within         int
	}{
		"in full":                                           {recorded, recorded, 0, soon},
		"without what has a default":                        {recorded, usual(recorded), 0, soon},
		"without a description either":                      {recorded, described(usual(recorded), ""), 0, soon},
		"an international one without all that":             {international, described(usual(international), ""), 0, soon},
		"an international one with some of it":              {international, some, international.Omitted(some), soon},
		"the same of an earlier release":                    {international, some, 0, late},
		"with a blank description":                          {recorded, described(recorded, "   "), 0, blank},
		"an international one with some of it, and a blank": {international, described(some, "   "), international.Omitted(some), blank},
		"the same blank of an earlier release":              {international, described(some, "   "), 0, late},
		"without the routing number alone":                  {recorded, alone, 0, late},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := OrderContent(tt.sent, "55")
			if err != nil {
				t.Fatal(err)
			}
			tried := 0
			for content := range contents(&domain.Transaction{Originated: &domain.TransactionOriginated{Proposal: tt.recorded, Omitted: tt.omitted}}, "55") {
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
