package domain_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// holderCommand is a command of a holder.
type holderCommand interface {
	Decide(domain.Holder) ([]domain.Event, error)
}

// holderAfter evolves a holder by events through their form in the log.
func holderAfter(t *testing.T, events ...domain.Event) (h domain.Holder) {
	t.Helper()
	for _, e := range events {
		data, err := json.Marshal(e)
		must(t, err)
		h.Evolve(domain.Fact{Event: decode(t, e.Type(), data), Meta: domain.Meta{At: noon}, Version: h.Version + 1, Position: h.Version + 100})
	}
	return h
}

func TestTheLifeOfARelationship(t *testing.T) {
	linked := domain.AccountLinked{RelationshipID: "r1", Account: "f", OwnerName: "John Doe", AccountType: "checking"}
	prenote := domain.LinkVerifying{RelationshipID: "r1", Method: "prenote", Transactions: []string{"t1"}, Attempt: 1}
	micro := domain.LinkVerifying{RelationshipID: "r1", Method: "micro_deposits", Transactions: []string{"t1", "t2"}, Amounts: []byte("right"), Attempt: 1}
	approved := domain.LinkApproved{RelationshipID: "r1"}
	rejected := domain.LinkRejected{RelationshipID: "r1", Reason: "R03"}
	requested := domain.LinkCancelRequested{RelationshipID: "r1"}
	canceled := domain.LinkCanceled{RelationshipID: "r1"}
	link := domain.LinkAccount{RelationshipID: "r2", Account: "g", OwnerName: "J", AccountType: "savings"}
	wrong := domain.ConfirmAmounts{RelationshipID: "r1", Amounts: []byte("wrong")}
	right := domain.ConfirmAmounts{RelationshipID: "r1", Amounts: []byte("right")}
	tried := func(n int) domain.Event { return domain.LinkTryFailed{RelationshipID: "r1", Tries: n} }
	type history = []domain.Event
	for name, tt := range map[string]struct {
		given history
		when  holderCommand
		then  string // types of events, or the code of a refusal
	}{
		"the first link":                        {nil, link, "relationship.linked"},
		"a link beside one that is queued":      {history{linked}, link, "active-relationship"},
		"a link beside one that is verified":    {history{linked, prenote}, link, "active-relationship"},
		"a link beside one that is approved":    {history{linked, approved}, link, "active-relationship"},
		"a link after one was rejected":         {history{linked, prenote, rejected}, link, "relationship.linked"},
		"a link after one was canceled":         {history{linked, canceled}, link, "relationship.linked"},
		"a link while one is being canceled":    {history{linked, prenote, requested}, link, "relationship.linked"},
		"a verification begins":                 {history{linked}, domain.BeginVerifying{RelationshipID: "r1", Method: "prenote"}, "relationship.verifying"},
		"and begins again":                      {history{linked, prenote}, domain.BeginVerifying{RelationshipID: "r1", Method: "prenote"}, "relationship.verifying"},
		"a fourth verification":                 {history{linked, prenote, prenote, domain.LinkVerifying{RelationshipID: "r1", Method: "prenote", Attempt: 3}}, domain.BeginVerifying{RelationshipID: "r1"}, "relationship.rejected"},
		"a verification of a canceled one":      {history{linked, canceled}, domain.BeginVerifying{RelationshipID: "r1"}, "rule-broken"},
		"it ends well":                          {history{linked, prenote}, domain.EndVerifying{RelationshipID: "r1"}, "relationship.approved"},
		"it ends badly":                         {history{linked, prenote}, domain.EndVerifying{RelationshipID: "r1", Rejected: "R03"}, "relationship.rejected"},
		"it ended already":                      {history{linked, prenote, rejected}, domain.EndVerifying{RelationshipID: "r1"}, ""},
		"the right amounts":                     {history{linked, micro}, right, "relationship.approved"},
		"a first wrong try":                     {history{linked, micro}, wrong, "relationship.try_failed"},
		"the right amounts after two wrong":     {history{linked, micro, tried(1), tried(2)}, right, "relationship.approved"},
		"a third wrong try":                     {history{linked, micro, tried(1), tried(2)}, wrong, "relationship.try_failed relationship.rejected"},
		"the right amounts, too late":           {history{linked, micro, tried(3), rejected}, right, "rule-broken"},
		"amounts before any were sent":          {history{linked}, right, "rule-broken"},
		"amounts of a prenote":                  {history{linked, prenote}, domain.ConfirmAmounts{RelationshipID: "r1"}, "rule-broken"},
		"amounts of a stranger":                 {history{linked}, domain.ConfirmAmounts{RelationshipID: "r9"}, "not-found"},
		"canceled at once":                      {history{linked, approved}, domain.CancelRelationship{RelationshipID: "r1"}, "relationship.canceled"},
		"canceled with entries in flight":       {history{linked, prenote}, domain.CancelRelationship{RelationshipID: "r1", InFlight: true}, "relationship.cancel_requested"},
		"asked again with entries in flight":    {history{linked, prenote, requested}, domain.CancelRelationship{RelationshipID: "r1", InFlight: true}, ""},
		"the entries have settled":              {history{linked, prenote, requested}, domain.CancelRelationship{RelationshipID: "r1"}, "relationship.canceled"},
		"canceled twice":                        {history{linked, canceled}, domain.CancelRelationship{RelationshipID: "r1"}, ""},
		"canceling a rejected one":              {history{linked, rejected}, domain.CancelRelationship{RelationshipID: "r1"}, ""},
		"canceling a stranger":                  {nil, domain.CancelRelationship{RelationshipID: "r1"}, "not-found"},
		"a transfer over an approved one":       {history{linked, approved}, domain.MakeTransfer{TransactionID: "t9", RelationshipID: "r1"}, "transfer.made"},
		"a transfer over one that is verified":  {history{linked, prenote}, domain.MakeTransfer{TransactionID: "t9", RelationshipID: "r1"}, "rule-broken"},
		"a transfer over one that was canceled": {history{linked, approved, canceled}, domain.MakeTransfer{TransactionID: "t9", RelationshipID: "r1"}, "rule-broken"},
		"a transfer over a stranger":            {nil, domain.MakeTransfer{TransactionID: "t9", RelationshipID: "r1"}, "rule-broken"},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := tt.when.Decide(holderAfter(t, tt.given...))
			got := string(domain.CodeOf(err))
			if err == nil {
				var types []string
				for _, e := range events {
					types = append(types, e.Type())
				}
				got = strings.Join(types, " ")
			}
			if got != tt.then {
				t.Errorf("got %q (%v), want %q", got, err, tt.then)
			}
		})
	}
}

func TestAHolderKnowsWhatWentOverALink(t *testing.T) {
	h := holderAfter(t,
		domain.AccountLinked{RelationshipID: "r1"},
		domain.LinkVerifying{RelationshipID: "r1", Method: "prenote", Transactions: []string{"t1"}, Attempt: 1},
		domain.LinkVerifying{RelationshipID: "r1", Method: "prenote", Transactions: []string{"t2"}, Attempt: 2},
		domain.LinkApproved{RelationshipID: "r1"},
		domain.TransferMade{TransactionID: "t3", RelationshipID: "r1", Direction: domain.IncomingTransfer},
		domain.TransferMade{TransactionID: "t4", RelationshipID: "r0"},
	)
	r, _ := h.Relationship("r1")
	if got := fmt.Sprint(h.Over(r), r.Verifying, r.Attempt); got != "[t1 t2 t3] [t2] 2" {
		t.Errorf("over it went %s", got)
	}
}

func TestANameIsLedByTheNewestCorrectionAfterItWasSetThatIsNotRefused(t *testing.T) {
	a := domain.BankAccount{Leads: []domain.AccountCorrection{{To: "b", Position: 10, ItemID: "i1"}, {To: "c", Position: 20, ItemID: "i3"}}, Left: []string{"i2"}}
	leads := func(want map[int64]string) {
		t.Helper()
		for setAt, want := range want {
			if to := a.CorrectionAfter(setAt).To; to != want {
				t.Errorf("with %v refused, set at %d it is led to %q, want %q", a.Refused, setAt, to, want)
			}
		}
	}
	leads(map[int64]string{5: "c", 10: "c", 15: "c", 20: "", 25: ""})
	a.Evolve(domain.Fact{Event: &domain.AccountCorrectionRefused{ItemID: "i3"}})
	leads(map[int64]string{5: "b", 10: "", 15: "", 20: ""})
	a.Evolve(domain.Fact{Event: &domain.AccountCorrectionRefused{ItemID: "i1"}})
	leads(map[int64]string{5: "", 10: "", 15: ""})
	a.Evolve(domain.Fact{Event: &domain.AccountRefusalRecalled{ItemID: "i3"}})
	leads(map[int64]string{5: "c", 10: "c", 15: "c", 20: ""})
	if !a.Acted("i1") || !a.Acted("i2") || a.Acted("i4") {
		t.Error("the account does not know which notices were acted on")
	}
}

func TestTheSECCodeOfALink(t *testing.T) {
	for name, tt := range map[string]struct {
		standard string
		allowed  []string
		kind     domain.PushPull
		want     string
	}{
		"the default":                    {"CCD", []string{"PPD", "CCD"}, domain.Pull, "CCD"},
		"not IAT":                        {"IAT", []string{"IAT", "PPD"}, domain.Pull, "PPD"},
		"a WEB debit":                    {"WEB", []string{"WEB", "PPD"}, domain.Pull, "WEB"},
		"no WEB credit":                  {"WEB", []string{"WEB", "PPD"}, domain.Push, "PPD"},
		"no TEL credit":                  {"TEL", []string{"TEL", "CCD"}, domain.Push, "CCD"},
		"none that can":                  {"TEL", []string{"TEL"}, domain.Push, ""},
		"none but international entries": {"IAT", []string{"IAT"}, domain.Pull, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := domain.Settings{DefaultSEC: tt.standard, SECCodes: tt.allowed}
			p, err := domain.LinkProposal(s, &domain.Relationship{}, domain.BankAccount{}, tt.kind, 1)
			if p.SEC != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("got %q, %v; want %q", p.SEC, err, tt.want)
			}
		})
	}
}
