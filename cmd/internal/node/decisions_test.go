package node

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
)

// decides opens a client with a business account. The client decides about debits of
// that account until 11:00.
func (r *running) decides() (id string, credential folder.Credential) {
	r.t.Helper()
	id, credential = r.client("Harbor Gym")
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+id, object{"receiving_accounts": []any{"77*", object{
		"account": "400000100003", "holder": "business", "default": "decide", "decide_by": "11:00",
		"filters": []object{{"company_identification": "9110000000", "sec": "CCD", "direction": "debit", "max_cents": 100000, "until": "2027-06-30", "then": "pay"}},
	}}}, nil)
	return id, credential
}

// debited has another bank debit an account, and returns the payment's ids.
func (r *running) debited(who folder.Credential, company string, cents int) (transaction, event string) {
	r.t.Helper()
	r.must(200, r.ops, "POST", "/v1/simulations/inbound", object{
		"routing": "231380104", "account": "400000100003", "name": "Harbor Gym", "amount_cents": cents, "debit": true, "sec_code": "CCD",
		"company_name": "COUNTY TAX", "company_identification": company, "description": "TAX PMT"}, nil)
	var came []struct{ TransactionID, EventID string }
	r.must(200, who, "GET", "/api/transaction/event?direction=FromFed&eventType=Origination", nil, &came)
	newest := came[len(came)-1]
	return newest.TransactionID, newest.EventID
}

// decided is what the payment's event says.
type decided struct {
	DecideBy, DecidedBy string
	Decision            *string
}

func (r *running) decisionOf(who folder.Credential, id string) decided {
	r.t.Helper()
	var t struct{ Events []decided }
	r.must(200, who, "GET", "/api/transaction/"+id, nil, &t)
	return t.Events[0]
}

func (d decided) is(decision, by string) bool {
	return (d.Decision == nil) == (decision == "") && (d.Decision == nil || *d.Decision == decision) && d.DecidedBy == by && d.DecideBy != ""
}

// Four debits over HTTP: the client pays one, a filter one, operations one, and the
// deadline passes without a decision about the last.
func TestDebitsOfABusinessThatDecides(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-23T13:00:00Z")
	client, gym := r.decides()
	paid, _ := r.debited(gym, "3750000099", 2500)
	free, _ := r.debited(gym, "9110000000", 100000)
	sentBack, event := r.debited(gym, "9110000000", 100001)
	alone, _ := r.debited(gym, "3750000099", 4200)
	if d := r.decisionOf(gym, free); d.Decision != nil || d.DecideBy != "" {
		t.Errorf("a filter lets it in: %+v", d)
	}
	day := r.decisionOf(gym, paid).DecideBy
	if !r.decisionOf(gym, paid).is("", "") || !strings.HasSuffix(day, "T16:00:00Z") || !r.told(gym, paid).may("decide") {
		t.Fatalf("it waits as %+v", r.decisionOf(gym, paid))
	}
	var queue struct {
		Data []struct {
			Kind, Then   string
			Count, Cents int
			Deadline     string `json:"next_deadline"`
		}
	}
	r.must(200, r.ops, "GET", "/v1/ops/queue?kind=inbound_decisions", nil, &queue)
	if q := queue.Data; len(q) != 1 || q[0].Count != 3 || q[0].Cents != 2500+100001+4200 || q[0].Deadline != day || !strings.Contains(q[0].Then, "returned") {
		t.Errorf("queue %+v", q)
	}
	var list struct {
		Data []struct {
			Event string `json:"event_id"`
			Then  string
			Code  string
		}
	}
	r.must(200, r.ops, "GET", "/v1/ops/inbound-decisions?client="+client, nil, &list)
	if len(list.Data) != 3 || list.Data[1].Event != event || list.Data[1].Then != "return" || list.Data[1].Code != "R29" {
		t.Errorf("list %+v", list.Data)
	}

	pay, back := object{"decision": "pay"}, object{"decision": "return"}
	r.must(400, gym, "POST", "/api/transaction/"+paid+"/decision", object{"decision": "keep"}, nil)
	r.must(409, gym, "POST", "/api/transaction/"+free+"/decision", pay, nil)
	for range 2 { // asking twice is asking once
		r.must(200, gym, "POST", "/api/transaction/"+paid+"/decision", pay, nil)
		r.must(200, r.ops, "POST", "/v1/ops/inbound-decisions/"+event, back, nil)
	}
	r.must(409, gym, "POST", "/api/transaction/"+paid+"/decision", back, nil)
	r.must(409, gym, "POST", "/api/transaction/"+sentBack+"/decision", pay, nil)
	r.must(404, r.ops, "POST", "/v1/ops/inbound-decisions/nothing", back, nil)

	r.noError(r.stop()) // a new process finds what waits
	r = serve(t, r.folder, nil)
	now := r.server.Ledger.Now().Add(48 * time.Hour)
	r.day(now.UTC().Format("2006-01-02T15:04:05Z"))
	for id, want := range map[string][2]string{paid: {"pay", "decision"}, sentBack: {"return", "decision"}, alone: {"return", "deadline"}} {
		if d := r.decisionOf(gym, id); !d.is(want[0], want[1]) {
			t.Errorf("%s is %+v, want %v", id, d, want)
		}
	}
	r.must(409, gym, "POST", "/api/transaction/"+alone+"/decision", pay, nil)
	if n := strings.Count(r.outbox(), "799R29"); n != 2 {
		t.Errorf("%d returns left, want 2", n)
	}
	if r.told(gym, alone).Status != "Returned" || r.told(gym, paid).Status != "Released" {
		t.Errorf("the one returned is %s, the one paid %s", r.told(gym, alone).Status, r.told(gym, paid).Status)
	}
}

// In a restored folder undecided debits are not returned until delivery is on: the
// return may have been sent before the restore.
func TestARestoredLedgerReturnsWhatNobodyDecidedOnceDeliveryIsOn(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-23T13:00:00Z")
	_, gym := r.decides()
	waits, _ := r.debited(gym, "3750000099", 2500)
	backup := r.backedUp()
	r.noError(r.stop())

	r = restored(t, backup)
	_, err := r.server.AcceptCredentials(control.AsOwner(t.Context()), Acceptance{})
	r.noError(err)
	until := r.server.Ledger.Now().Add(4 * time.Hour)
	r.day(until.UTC().Format("2006-01-02T15:04:05Z"))
	if d := r.decisionOf(gym, waits); d.Decision != nil {
		t.Errorf("it was decided: %+v", d)
	}
	r.must(409, gym, "POST", "/api/transaction/"+waits+"/decision", object{"decision": "pay"}, nil)
	_, err = r.server.DeliveryOn(control.AsOwner(t.Context()), DeliveryOrder{ODFI: "231380104"})
	r.noError(err)
	for range 2 {
		r.day(r.server.Ledger.Now().Add(4 * time.Hour).UTC().Format("2006-01-02T15:04:05Z"))
		if d := r.decisionOf(gym, waits); !d.is("return", "deadline") {
			t.Errorf("once delivery is on it is %+v", d)
		}
	}
	if n := strings.Count(r.outbox(), "799R29"); n != 1 {
		t.Errorf("%d returns left, want 1", n)
	}
}

// A receiving account that is sent back masked keeps its number, and its rules may be
// changed.
func TestReceivingAccountsThatAreShownMaskedKeepTheirNumbers(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-23T13:00:00Z")
	id, gym := r.decides()
	var shown struct {
		Accounts []any `json:"receiving_accounts"`
	}
	r.must(200, r.ops, "GET", "/v1/ops/clients/"+id, nil, &shown)
	rules, _ := shown.Accounts[1].(map[string]any)
	if shown.Accounts[0] != "*****7*" || rules["account"] != "*****0003" || rules["at_deadline"] != "return" {
		t.Fatalf("shown %v", shown.Accounts)
	}
	rules["default"], rules["filters"] = "pay", []any{}
	delete(rules, "decide_by")
	delete(rules, "at_deadline")
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+id, object{"receiving_accounts": []any{rules}}, &shown)
	paid, _ := r.debited(gym, "3750000099", 2500)
	if d := r.decisionOf(gym, paid); d.Decision != nil || d.DecideBy != "" || len(shown.Accounts) != 1 {
		t.Errorf("%+v, shown %v", d, shown.Accounts)
	}
	for _, bad := range []object{
		{"account": "*****9999", "holder": "business"},
		{"account": "123", "holder": "business", "default": "decide", "colour": "red"},
		{"account": "123", "holder": "consumer", "default": "return"},
		{"account": "123", "holder": "business", "default": "return", "return_code": "R10"},
	} {
		r.must(400, r.ops, "PATCH", "/v1/ops/clients/"+id, object{"receiving_accounts": []any{bad}}, nil)
	}
}

// An operator finds the payment in a queue of the console, and decides there.
func TestAPersonDecidesInTheConsole(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-23T13:00:00Z")
	client, gym := r.decides()
	id, event := r.debited(gym, "3750000099", 2500)
	ruth, viewer := r.signsIn("ruth@lantern.example", "operator"), r.signsIn("vera@lantern.example", "viewer")
	if _, page := ruth.send("GET", "/console/queues/decisions", nil); !strings.Contains(page, id) || !strings.Contains(page, "R29") {
		t.Error("the queue does not show it")
	}
	if response, _ := viewer.send("POST", "/console/do/decide/"+event, url.Values{"decision": {"pay"}}); response.StatusCode != 403 {
		t.Errorf("a viewer decides with %d", response.StatusCode)
	}
	if response, page := ruth.send("POST", "/console/do/decide/"+event, url.Values{"decision": {"return"}, "code": {"R20"}}); response.StatusCode != 303 {
		t.Fatalf("deciding answers %d\n%s", response.StatusCode, page)
	}
	if d := r.decisionOf(gym, id); !d.is("return", "decision") || !strings.Contains(r.newest("transaction.return_requested"), `"R20"`) {
		t.Errorf("it is %+v", d)
	}
	if _, page := ruth.send("GET", "/console/transactions/"+client+"/"+id, nil); !strings.Contains(page, "To be returned, R20") {
		t.Error("the page of the transaction does not tell it")
	}
}
