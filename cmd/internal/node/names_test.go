package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// actions carries out requests and commands, and checks the actor of their events.
type actions struct {
	*running
	routes map[string]bool // routes that wrote an event
}

// since returns the events after a position.
func (r *running) since(position int64) []eventstore.Recorded {
	r.t.Helper()
	events, err := r.server.Store.ReadAll(r.t.Context(), position, 10_000)
	r.noError(err)
	return events
}

func (r *running) head() int64 {
	r.t.Helper()
	head, err := r.server.Store.Head(r.t.Context())
	r.noError(err)
	return head.Position
}

// does makes a request that writes. At least one event must have the request's id,
// and each such event must name the credential.
func (a *actions) does(who folder.Credential, route, path string, body, answer any) {
	a.t.Helper()
	method, _, _ := strings.Cut(route, " ")
	raw, isText := body.(string)
	content, text := []byte(raw), "text/plain"
	if !isText {
		content, _ = json.Marshal(body)
		text = "application/json"
	}
	request, err := http.NewRequest(method, a.Base+path, bytes.NewReader(content))
	a.noError(err)
	request.SetBasicAuth(who.Key, who.Secret)
	request.Header.Set("Content-Type", text)
	before := a.head()
	response, err := http.DefaultClient.Do(request)
	a.noError(err)
	defer response.Body.Close()
	var said bytes.Buffer
	_, err = said.ReadFrom(response.Body)
	a.noError(err)
	if response.StatusCode >= 300 {
		a.t.Fatalf("%s %s answers %d %s", method, path, response.StatusCode, &said)
	}
	if answer != nil {
		a.noError(json.Unmarshal(said.Bytes(), answer))
	}
	id, written := response.Header.Get("X-Request-Id"), 0
	for _, e := range a.since(before) {
		fact, err := ledger.Fact(e)
		a.noError(err)
		if fact.Meta.RequestID == id {
			written++
			if fact.Meta.Actor != who.Key {
				a.t.Errorf("%s: %s was done by %q, not by %s", route, e.Type, fact.Meta.Actor, who.Key)
			}
		}
	}
	if written == 0 {
		a.t.Errorf("%s %s wrote no event that bears its request id", route, path)
	}
	a.routes[route] = true
}

// orders carries out a command of the folder's owner. Each of its events must name
// the owner or a worker, and at least one the owner.
func (a *actions) orders(what string, do func(ctx context.Context) error) {
	a.t.Helper()
	before := a.head()
	a.noError(do(control.AsOwner(a.t.Context())))
	events := a.since(before)
	if len(events) == 0 {
		a.t.Errorf("%s wrote nothing", what)
	}
	for _, e := range events {
		fact, err := ledger.Fact(e)
		a.noError(err)
		if !strings.HasPrefix(fact.Meta.Actor, "folder owner ") && !slices.Contains(workersNames, fact.Meta.Actor) {
			a.t.Errorf("%s: %s was done by %q", what, e.Type, fact.Meta.Actor)
		}
	}
	if !slices.ContainsFunc(events, func(e eventstore.Recorded) bool { return strings.Contains(string(e.Meta), "folder owner ") }) {
		a.t.Errorf("%s: no event names the person", what)
	}
}

// workersNames are the actors that are workers and not people.
var workersNames = []string{"batcher", "delivery", "inbound", "accounts", "relationships", "acknowledgement", "uploads", "sandbox", "guard"}

// Every route of operations that writes, and every command of the folder's owner,
// names its actor in the log.
func TestEveryActionOfOperationsBearsAName(t *testing.T) {
	a := &actions{serve(t, "", nil), map[string]bool{}}
	day := func(now string) {
		a.does(a.ops, "PUT /v1/simulations/clock", "/v1/simulations/clock", object{"now": now}, nil)
	}
	day("2026-11-20T15:00:00Z")
	a.does(a.ops, "POST /v1/ops/inbound", "/v1/ops/inbound?name=none", a.comesIn("0900", "770000100013", "770000100014"), nil)
	early := a.arrivals("quarantined")[0].ID
	var opened struct {
		ID         string `json:"client_id"`
		Credential folder.Credential
	}
	a.does(a.ops, "POST /v1/ops/clients", "/v1/ops/clients", object{
		"name": "Harbor Gym", "company_name": "HARBOR GYM", "company_identifications": []string{"1840000017"},
		"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD"}, "receiving_accounts": []string{"4000*"},
		"file": object{"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK"},
	}, &opened)
	gym, client := opened.Credential, "/v1/ops/clients/"+opened.ID
	a.does(a.ops, "POST /v1/ops/inbound/:id/judge", "/v1/ops/inbound/"+early+"/judge", object{"reason": "the client is open"}, nil)
	a.does(a.ops, "POST /v1/ops/inbound", "/v1/ops/inbound?name=note", "We are closed on Thursday.\n", nil)
	a.does(a.ops, "POST /v1/ops/inbound/:id/dismiss", "/v1/ops/inbound/"+a.arrivals("quarantined")[0].ID+"/dismiss", object{"reason": "no file of theirs"}, nil)
	a.does(a.ops, "PATCH /v1/ops/clients/:client", client, object{"sec_codes": []string{"PPD", "CCD"}}, nil)
	var second folder.Credential
	a.does(a.ops, "POST /v1/ops/clients/:client/credentials", client+"/credentials", object{"scopes": []string{"read"}}, &second)
	a.does(a.ops, "DELETE /v1/ops/credentials/:key", "/v1/ops/credentials/"+second.Key, nil, nil)
	a.does(a.ops, "POST /v1/ops/credentials", "/v1/ops/credentials", object{"scopes": []string{"ops:read"}, "name": "dashboard", "owner": "Ruth"}, &second)
	a.does(a.ops, "PUT /v1/ops/odfis/:routing", "/v1/ops/odfis/231380104", object{"delivery": object{"method": "outbox"}}, nil)

	pay := func() (made told) {
		a.does(gym, "POST /api/transaction", "/api/transaction", object{
			"StandardEntryClassCode": "PPD", "TransactionType": "pull", "ToRouting": "121042882", "ToAccount": "880000100001",
			"ToAccountType": "checking", "ToName": "Ada Marsh", "Description": "DUES", "Amount": 1.25}, &made)
		return made
	}
	event := func(p told, verb string) {
		a.does(a.ops, "POST /v1/ops/events/:event/"+verb, "/v1/ops/events/"+p.Events[0].EventID+"/"+verb, object{"reason": "a look"}, nil)
	}
	rejected, paid, corrected := pay(), pay(), pay()
	var sees folder.Credential
	a.does(a.ops, "POST /v1/ops/credentials", "/v1/ops/credentials", object{"scopes": []string{"ops:read", "reveal"}}, &sees)
	a.does(sees, "POST /v1/ops/transactions/:id/reveal", "/v1/ops/transactions/"+paid.TransactionID+"/reveal", object{"client": opened.ID, "reason": "a look"}, nil)
	event(rejected, "hold")
	event(rejected, "approve")
	event(rejected, "reject")
	day("2026-11-20T21:31:00Z")
	file := a.files(gym)[0].ID
	a.does(a.ops, "POST /v1/simulations/files/:id/acknowledge", "/v1/simulations/files/"+file+"/acknowledge", object{"result": "accepted"}, nil)
	day("2026-11-24T14:40:00Z")
	a.does(a.ops, "POST /v1/ops/inbound", "/v1/ops/inbound?name=one", a.comesIn("0901", "770000100004", "770000100005"), nil)
	a.does(a.ops, "POST /v1/ops/inbound", "/v1/ops/inbound?name=two", a.comesIn("0902", "770000100006", "400000100007"), nil)
	eventually(t, "three more wait", func() bool { return len(a.waiting()) == 5 })
	queue := a.waiting()
	a.does(a.ops, "POST /v1/ops/unmatched/:id/assign", "/v1/ops/unmatched/"+queue["0004"]+"/assign", object{"client": opened.ID}, nil)
	a.does(a.ops, "POST /v1/ops/unmatched/:id/return", "/v1/ops/unmatched/"+queue["0005"]+"/return", object{"code": "R03"}, nil)
	a.does(a.ops, "POST /v1/ops/unmatched/:id/dismiss", "/v1/ops/unmatched/"+queue["0006"]+"/dismiss", object{"reason": "by wire"}, nil)
	for _, last := range []string{"0013", "0014"} {
		a.does(a.ops, "POST /v1/ops/unmatched/:id/dismiss", "/v1/ops/unmatched/"+queue[last]+"/dismiss", object{"reason": "by wire"}, nil)
	}
	play := func(p told, verb string, body object) {
		a.does(a.ops, "POST /v1/simulations/transactions/:id/"+verb, "/v1/simulations/transactions/"+p.TransactionID+"/"+verb, body, nil)
	}
	a.does(a.ops, "POST /v1/ops/clients/:client/transactions/:id/return_requests", client+"/transactions/"+paid.TransactionID+"/return_requests", object{"reason": "paid twice"}, nil)
	play(paid, "return", object{"code": "R03"})
	play(corrected, "correction", object{"code": "C01", "data": "880000100002"})
	a.does(gym, "POST /api/transaction/:id/dishonors", "/api/transaction/"+paid.TransactionID+"/dishonors",
		object{"ReplyToEventId": a.told(gym, paid.TransactionID).last("Return"), "ReasonCode": "R68"}, nil)
	day("2026-11-24T21:31:00Z")
	day("2026-11-27T14:40:00Z")
	play(paid, "contest", object{"code": "R73"})

	a.does(a.ops, "POST /v1/simulations/inbound", "/v1/simulations/inbound", object{
		"routing": "231380104", "account": "400000100003", "name": "Ada Marsh", "amount_cents": 100, "debit": true, "sec_code": "PPD",
		"company_name": "COUNTY TAX", "company_identification": "3750000099", "description": "TAX PMT"}, nil)
	var came []struct{ TransactionID, EventID string }
	a.must(200, gym, "GET", "/api/transaction/event?direction=FromFed&eventType=Origination", nil, &came)
	a.does(gym, "POST /api/transaction/:id/returns", "/api/transaction/"+came[0].TransactionID+"/returns",
		object{"ReplyToEventId": came[0].EventID, "ReturnCode": "R01"}, nil)
	day("2026-11-27T21:31:00Z")
	day("2026-11-30T14:40:00Z")
	play(told{TransactionID: came[0].TransactionID}, "dishonor", object{"code": "R68"})

	a.does(a.ops, "PATCH /v1/ops/clients/:client", client, object{"receiving_accounts": []any{object{
		"account": "4000*", "holder": "consumer", "default": "decide", "return_code": "R08"}}}, nil)
	var hook struct{ ID string }
	a.must(201, gym, "POST", "/v1/webhooks", object{"url": "http://127.0.0.1:9/in"}, &hook)
	a.does(a.ops, "POST /v1/ops/clients/:client/webhooks/:id/replay", client+"/webhooks/"+hook.ID+"/replay", object{"after": 0}, nil)
	own := a.since(0)
	message := own[slices.IndexFunc(own, func(e eventstore.Recorded) bool { return e.Client == opened.ID })].Position
	a.does(a.ops, "POST /v1/ops/clients/:client/webhooks/:id/deliveries/:message/retry",
		fmt.Sprintf("%s/webhooks/%s/deliveries/%d/retry", client, hook.ID, message), nil, nil)
	a.must(404, a.ops, "POST", "/v1/ops/clients/another/webhooks/"+hook.ID+"/replay", object{"after": 0}, nil)
	_, undecided := a.debited(gym, "3750000099", 100)
	a.does(a.ops, "POST /v1/ops/inbound-decisions/:event", "/v1/ops/inbound-decisions/"+undecided, object{"decision": "pay"}, nil)
	a.carried(gym)
	a.guarded(gym, client)
	a.people()
	a.commands(opened.ID)

	for route, scope := range scopesOfRoutes {
		method, path, _ := strings.Cut(route, " ")
		ours := strings.HasPrefix(path, "/v1/ops/") || strings.HasPrefix(path, "/v1/simulations/")
		if ours && method != "GET" && !a.routes[route] && route != "POST /v1/ops/files/:id/resend" {
			t.Errorf("nobody asked for %s (%s)", route, scope)
		}
	}
	for _, e := range a.since(0) {
		fact, err := ledger.Fact(e)
		a.noError(err)
		if fact.Meta.Actor == "" {
			t.Errorf("position %d: nobody did %s", e.Position, e.Type)
		}
	}
}

// people are added and changed, and decide about each other's requests.
func (a *actions) people() {
	a.t.Helper()
	who := map[string]folder.Credential{}
	for _, name := range []string{"alice", "bob"} {
		email := name + "@lantern.example"
		a.does(a.ops, "POST /v1/ops/operators", "/v1/ops/operators", object{"email": email, "name": name, "roles": []string{"viewer"}}, nil)
		a.does(a.ops, "PATCH /v1/ops/operators/:id", "/v1/ops/operators/"+email, object{"roles": []string{"approver", "admin"}}, nil)
		a.does(a.ops, "POST /v1/ops/operators/:id/sign-out", "/v1/ops/operators/"+email+"/sign-out", object{"reason": "a test"}, nil)
		secret, _, err := a.server.signIns().DirectLink(control.AsOwner(a.t.Context()), email)
		a.noError(err)
		_, err = a.server.signIns().SignInByLink(a.t.Context(), secret, "127.0.0.1")
		a.noError(err)
		var open struct{ Data []struct{ ID string } }
		a.must(200, a.ops, "GET", "/v1/ops/sessions", nil, &open)
		a.does(a.ops, "POST /v1/ops/sessions/:id/end", "/v1/ops/sessions/"+open.Data[0].ID+"/end", object{"reason": "a test"}, nil)
		var issued folder.Credential
		a.does(a.ops, "POST /v1/ops/credentials", "/v1/ops/credentials", object{"scopes": []string{"ops"}, "owner": email}, &issued)
		who[name] = issued
	}
	a.does(who["alice"], "PUT /v1/ops/policy", "/v1/ops/policy", object{"four_eyes": true}, nil)
	ask := func(expires string) string {
		var asked struct {
			ID string `json:"approval_id"`
		}
		a.does(who["alice"], "PUT /v1/ops/policy", "/v1/ops/policy", object{"four_eyes": false, "approval_expires": expires}, &asked)
		return "/v1/ops/approvals/" + asked.ID + "/"
	}
	a.does(who["bob"], "POST /v1/ops/approvals/:id/refuse", ask("1h")+"refuse", object{"reason": "why?"}, nil)
	a.does(who["alice"], "POST /v1/ops/approvals/:id/withdraw", ask("2h")+"withdraw", nil, nil)
	a.does(who["bob"], "POST /v1/ops/approvals/:id/approve", ask("3h")+"approve", object{}, nil)
}

// carried makes the decisions about files that a client brings to its bank itself.
func (a *actions) carried(gym folder.Credential) {
	a.t.Helper()
	for verb, body := range map[string]object{"confirm": nil, "release": {"reason": "not wanted", "then": "reject", "not_carried": true}} {
		a.achFile(gym, verb)
		eventually(a.t, "the file is rendered", func() bool { return a.files(gym)[0].State == "rendered" })
		path := "/v1/ops/files/" + a.files(gym)[0].ID + "/" + verb
		a.does(a.ops, "POST /v1/ops/files/:id/"+verb, path, body, nil)
	}
}

// achFile orders a file that the client carries to its bank.
func (a *actions) achFile(gym folder.Credential, name string) {
	a.t.Helper()
	var made struct{ ACHFileID string }
	a.does(gym, "POST /v1/ach-files", "/v1/ach-files", object{"name": name,
		"odfi": object{"name": "X", "routingNumber": "231380104", "fileLineEndings": "UNIX"}, "batches": []object{{
			"company": object{"name": "HARBOR GYM", "recipientType": "COMPANY", "companyId": "1840000017"}, "entryDescription": "PAYROLL", "secCode": "PPD",
			"entries": []object{{"recipient": object{"name": "Ada Marsh", "recipientType": "CONSUMER"}, "amount": 100, "entryType": "CREDIT",
				"account": object{"routingNumber": "121042882", "accountNumber": "880000100012", "accountType": "CHECKING"}}}}}}, &made)
}

// guarded lets a limit hold a file, and approves the file.
func (a *actions) guarded(gym folder.Credential, client string) {
	a.t.Helper()
	limits := func(of ...object) { a.must(200, a.ops, "PATCH", client, object{"limits": of}, nil) }
	limits(object{"direction": "credit", "per": "entry", "cents": 1})
	a.achFile(gym, "held")
	eventually(a.t, "the file is held", func() bool { return a.files(gym)[0].State == "held" })
	id := a.files(gym)[0].ID
	a.must(409, gym, "GET", "/v1/files/"+id+"/nacha", nil, nil)
	a.does(a.ops, "POST /v1/ops/files/:id/approve", "/v1/ops/files/"+id+"/approve", object{"reason": "a call"}, nil)
	limits()

	a.must(200, a.ops, "PATCH", client, object{"return_rates": object{"action": "suspend", "min_returns": 1, "min_entries": 1}}, nil)
	id = strings.TrimPrefix(client, "/v1/ops/clients/")
	eventually(a.t, "the company is stopped, as one of its debits came back", func() bool {
		stops, err := a.server.views.Stops(a.t.Context(), id)
		a.noError(err)
		return len(stops) == 1
	})
	a.does(a.ops, "POST /v1/ops/clients/:client/companies/:company/lift", client+"/companies/1840000017/lift", object{"reason": "mended"}, nil)
}

// commands carries out the commands of the folder's owner that write.
func (a *actions) commands(client string) {
	a.t.Helper()
	s := a.server
	a.orders("keys rotate", func(ctx context.Context) error { _, err := s.RotateKeys(ctx, Rotation{}); return err })
	a.orders("keys rotate --client", func(ctx context.Context) error { _, err := s.RotateKeys(ctx, Rotation{Client: client}); return err })
	a.orders("operators add", func(ctx context.Context) error {
		_, err := s.AddOperator(ctx, NewOperator{Email: "carol@lantern.example", Roles: []string{"viewer"}})
		return err
	})
	a.orders("operators link", func(ctx context.Context) error { _, err := s.LinkOperator(ctx, "carol@lantern.example"); return err })
	a.orders("operators disable", func(ctx context.Context) error { _, err := s.DisableOperator(ctx, "carol@lantern.example"); return err })
	a.orders("keys ops", func(ctx context.Context) error { _, err := s.IssueOperations(ctx, Nothing{}); return err })
	a.orders("delivery off", func(ctx context.Context) error {
		_, err := s.DeliveryOff(ctx, DeliveryStop{ODFI: "231380104"})
		return err
	})
	a.orders("delivery on", func(ctx context.Context) error {
		_, err := s.DeliveryOn(ctx, DeliveryOrder{ODFI: "231380104"})
		return err
	})
	path := filepath.Join(a.t.TempDir(), "by-hand.ach")
	a.noError(os.WriteFile(path, []byte(a.comesIn("0909", "400000100010", "400000100011")), 0o600))
	a.orders("ingest", func(ctx context.Context) error { _, err := s.Ingest(ctx, path); return err })
	a.orders("keys destroy", func(ctx context.Context) error {
		_, err := s.DestroyKeys(ctx, Destruction{Client: client, Undelivered: true})
		return err
	})
}
