package demo

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain/text"
)

// payment is one to be posted.
type payment struct {
	name, routing, account, kind string // kind of account
	cents                        int64
	sec, direction, description  string
	addenda                      string
	recurring                    bool
}

// people are paid on payday: PPD credits.
var people = []payment{
	{name: "Ada Marsh", routing: "121042882", account: "30488174411", kind: "checking", cents: 194217},
	{name: "José Alvarez", routing: "091000019", account: "7720019283", kind: "savings", cents: 168050},
	{name: "Mei Tanaka", routing: "021000021", account: "884100527", kind: "checking", cents: 210900},
	{name: "Sam Okafor", routing: "121042882", account: "30491120067", kind: "checking", cents: 98734},
	{name: "Ruth Lindqvist", routing: "091000019", account: "7720455110", kind: "checking", cents: 177325},
}

// bills are paid to companies, dues collected from members who agreed to it
// on the web.
var bills = []payment{
	{name: "Keystone Linen", routing: "021000021", account: "550023841", kind: "checking", cents: 43200,
		sec: "CCD", direction: "push", description: "INVOICES", addenda: "INV 4471 TOWELS NOVEMBER"},
	{name: "Harbor Power Co", routing: "121042882", account: "10099128834", kind: "checking", cents: 128819,
		sec: "CCD", direction: "push", description: "INVOICES"},
	{name: "Nora Feld", routing: "021000021", account: "884733190", kind: "checking", cents: 4900,
		sec: "WEB", direction: "pull", description: "DUES", recurring: true},
	{name: "Tom Byrne", routing: "091000019", account: "7721984406", kind: "savings", cents: 4900,
		sec: "WEB", direction: "pull", description: "DUES", recurring: true},
}

// transaction has the fields of an answer that the story needs.
type transaction struct {
	TransactionID, Status, EffectiveEntryDate string
	FromName, ToAccount                       string
	Events                                    []event
	ActionsAvailable                          []struct{ Action, Deadline string }
}

type event struct {
	EventID, TransactionID, EventType, Status, TraceNumber, FileID string
	ReturnCode, ReturnTitle, ChangeCode, CorrectedData             string
	StatusHistory                                                  []struct{ Status, At string }
}

// post sends a payment under a new id.
func (s *story) post(ctx context.Context, p payment) (transaction, error) {
	id := uuid.NewString()
	body := map[string]any{
		"TransactionID": id, "StandardEntryClassCode": p.sec, "TransactionType": p.direction, "FromName": "Harbor Gym",
		"ToRouting": p.routing, "ToAccount": p.account, "ToAccountType": p.kind, "ToName": p.name,
		"Description": p.description, "Amount": text.FormatDollars(p.cents),
	}
	if p.addenda != "" {
		body["Addenda"] = p.addenda
	}
	if p.sec == "WEB" {
		body["WebDetails"] = map[string]string{"PaymentType": map[bool]string{true: "recurring", false: "single"}[p.recurring]}
	}
	var t transaction
	status, err := s.client.do(ctx, http.MethodPost, "/api/transaction", body, &t)
	if err != nil {
		return t, err
	}
	verb := map[string]string{"push": "gets", "pull": "pays"}[p.direction]
	s.say("   %d  %s %-15s %-4s %11s  account %s\n", status, p.sec, p.name, verb, dollars(p.cents), masked(p.account))
	return t, nil
}

func payPeople(ctx context.Context, s *story) error {
	s.say("   POST /api/transaction, a PPD credit each. A 201 means it is on disk.\n\n")
	for _, p := range people {
		if err := s.pay(ctx, payday(p)); err != nil {
			return err
		}
	}
	s.say("\n   A NACHA file holds plain ASCII: José will leave as Jose.\n")
	return nil
}

// payday makes a person's payment a wage.
func payday(p payment) payment {
	p.sec, p.direction, p.description = "PPD", "push", "PAYROLL"
	return p
}

func payBills(ctx context.Context, s *story) error {
	s.say("   CCD between companies, WEB for what a consumer agreed to online.\n\n")
	for _, p := range bills {
		if err := s.pay(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) pay(ctx context.Context, p payment) error {
	t, err := s.post(ctx, p)
	if err == nil {
		s.posted[p.name] = t.TransactionID
	}
	return err
}
