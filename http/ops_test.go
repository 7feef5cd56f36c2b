package http_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

const newClient = `{"name":"Harbor Gym","company_name":"HARBOR GYM","company_identifications":["1840000017"],
 "odfi_routing_numbers":["231380104"],"sec_codes":["PPD","CCD"],"default_sec_code":"PPD","same_day":true,
 "batching":{"max_entries":2500,"max_age":"15m"},
 "file":{"immediate_destination":"061000146","immediate_destination_name":"FEDERAL RESERVE BANK",
         "immediate_origin":"231380104","immediate_origin_name":"LANTERN SAVINGS BANK","line_ending":"LF"},
 "receiving_accounts":["1234567890","77*"]}`

func (w *world) ops() caller {
	return w.credential(domain.LedgerClient, domain.ScopeOps, domain.ScopeRead)
}

func TestAClientIsTakenOnWithACredentialThatIsShownOnce(t *testing.T) {
	w := newWorld(t)
	ops := w.ops()
	opened := ops.call("POST", "/v1/ops/clients", newClient, with{"Idempotency-Key", "gym"}).is(201)
	var c struct {
		ID         string   `json:"client_id"`
		Accounts   []string `json:"receiving_accounts"`
		Batching   domain.Batching
		Credential ledger.IssuedCredential
	}
	w.must(json.Unmarshal(opened.body, &c))
	if len(c.Accounts) != 2 || c.Accounts[0] != "*****7890" || !strings.HasSuffix(c.Accounts[1], "*") || len(c.Batching.Windows) != 4 {
		t.Errorf("%s", opened.body)
	}
	gym := caller{w, c.Credential.Key, c.Credential.Secret}
	gym.call("GET", "/v1/profile", "").is(200)
	gym.call("GET", "/v1/ops/clients", "").problem(403, "insufficient-scope")
	replayed := ops.call("POST", "/v1/ops/clients", newClient, with{"Idempotency-Key", "gym"}).problem(409, "conflict")
	if strings.Contains(string(replayed.body), c.Credential.Secret) {
		t.Error("the secret is shown twice")
	}
	if got := string(ops.call("GET", "/v1/ops/clients/"+c.ID, "").is(200).body); strings.Contains(got, "1234567890") || strings.Contains(got, c.Credential.Secret) {
		t.Errorf("a secret shows: %s", got)
	}

	// Another client at the same bank cannot claim this client's accounts.
	for _, pattern := range []string{"1234567890", "12*", "770001", "7*"} {
		body := strings.Replace(newClient, `["1234567890","77*"]`, `["`+pattern+`"]`, 1)
		ops.call("POST", "/v1/ops/clients", body).problem(422, "rule-broken")
	}
	ops.call("PATCH", "/v1/ops/clients/"+c.ID, `{"receiving_accounts":["88*"]}`).is(200)
	ops.call("POST", "/v1/ops/clients", strings.Replace(newClient, `["1234567890","77*"]`, `["770001"]`, 1)).is(201)
}

func TestSettingsThatCouldNotWorkNameTheirField(t *testing.T) {
	w := newWorld(t)
	ops := w.ops()
	for field, change := range map[string][2]string{
		"/company_name":              {`"HARBOR GYM"`, `"A COMPANY NAME TOO LONG"`},
		"/odfi_routing_numbers/0":    {`["231380104"]`, `["231380105"]`},
		"/sec_codes/1":               {`"CCD"`, `"XYZ"`},
		"/batching/max_age":          {`"15m"`, `"soon"`},
		"/file/immediate_origin":     {`"immediate_origin":"231380104"`, `"immediate_origin":"x"`},
		"/receiving_accounts/1":      {`"77*"`, `"7*7"`},
		"/default_sec_code":          {`"default_sec_code":"PPD"`, `"default_sec_code":"WEB"`},
		"/company_identifications/0": {`["1840000017"]`, `["0000000000"]`},
	} {
		t.Run(field, func(t *testing.T) {
			body := strings.Replace(newClient, change[0], change[1], 1)
			a := ops.call("POST", "/v1/ops/clients", body)
			if a.status != 400 || !strings.Contains(string(a.body), field) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	ops.call("POST", "/v1/ops/clients", `{"nmae":"x"}`).problem(400, "invalid").names("/nmae")
}

func TestASuspendedClientStartsNothingNew(t *testing.T) {
	w := newWorld(t)
	bank, ops := w.client("business", settings()), w.ops()
	bank.originate(proposal()).is(201)
	ops.call("PATCH", "/v1/ops/clients/business", `{"suspended_reason":"review"}`).problem(400, "invalid").names("/suspended_reason")
	ops.call("PATCH", "/v1/ops/clients/business", `{"suspended":true,"suspended_reason":"review"}`).is(200)
	bank.originate(proposal()).problem(403, "client-suspended")
	bank.call("GET", "/api/transaction/event", "").is(200)
	ops.call("PATCH", "/v1/ops/clients/business", `{"suspended":false}`).is(200)
	bank.originate(proposal()).is(201)
	opened := ops.call("POST", "/v1/ops/clients", strings.Replace(newClient, "{", `{"client_id":"late","suspended":true,"suspended_reason":"not checked yet",`, 1)).is(201)
	late := caller{w, opened.text("credential", "key"), opened.text("credential", "secret")}
	if opened.field("suspended") != true {
		t.Errorf("a client that is opened suspended: %s", opened.body)
	}
	late.originate(proposal("FromRouting", "231380104")).problem(403, "client-suspended")
	ops.call("POST", "/v1/ops/clients", strings.Replace(newClient, "{", `{"suspended_reason":"review",`, 1)).problem(400, "invalid").names("/suspended_reason")
	ops.call("GET", "/v1/ops/clients/nobody", "").problem(404, "not-found")
	ops.call("PATCH", "/v1/ops/clients/business", `{"client_id":"other"}`).problem(400, "invalid")
}

func TestTwoCredentialsAreGoodWhileOneIsRotated(t *testing.T) {
	w := newWorld(t)
	first, ops := w.client("business", settings()), w.ops()
	var issued ledger.IssuedCredential
	w.must(json.Unmarshal(ops.call("POST", "/v1/ops/clients/business/credentials", `{"scopes":["read"]}`).is(201).body, &issued))
	second := caller{w, issued.Key, issued.Secret}
	first.call("GET", "/v1/profile", "").is(200)
	second.call("GET", "/v1/profile", "").is(200)
	list := rows(ops.call("GET", "/v1/ops/clients/business/credentials", "").is(200))
	if len(list) != 2 || list[0]["last_used"] == nil {
		t.Errorf("%v", list)
	}
	ops.call("DELETE", "/v1/ops/credentials/"+first.key, "").is(204)
	first.call("GET", "/v1/profile", "").is(401)
	second.call("GET", "/v1/profile", "").is(200)
	ops.call("DELETE", "/v1/ops/credentials/"+first.key, "").is(204)
	ops.call("DELETE", "/v1/ops/credentials/nobody", "").problem(404, "not-found")
	ops.call("POST", "/v1/ops/clients/business/credentials", `{"scopes":["ops"]}`).problem(422, "rule-broken")
	ops.call("POST", "/v1/ops/clients/business/credentials", `{"scopes":[]}`).problem(400, "invalid")
}

func TestAnEventIsHeldApprovedAndRejected(t *testing.T) {
	w := newWorld(t)
	bank, ops := w.client("business", settings()), w.ops()
	made := bank.originate(proposal()).is(201)
	var t0 struct{ Events []struct{ EventID string } }
	w.must(json.Unmarshal(made.body, &t0))
	path := "/v1/ops/events/" + t0.Events[0].EventID
	held := ops.call("POST", path+"/hold", `{"reason":"name is on a list"}`).is(200)
	if held.text("Status") != "Pending" || held.text("Reason") != "name is on a list" {
		t.Errorf("%s", held.body)
	}
	ops.call("POST", path+"/approve", `{"reason":"another person"}`).is(200)
	ops.call("POST", path+"/reject", `{}`).problem(400, "invalid")
	if got := ops.call("POST", path+"/reject", `{"reason":"account closed"}`).is(200).text("Status"); got != "Rejected" {
		t.Errorf("it is %s", got)
	}
	ops.call("POST", "/v1/ops/events/"+someID+"/hold", `{"reason":"x"}`).problem(404, "not-found")
	bank.call("POST", path+"/approve", `{}`).problem(403, "insufficient-scope")
}

func TestOperationsListAcrossClients(t *testing.T) {
	w := newWorld(t)
	bank, other, ops := w.client("business", settings()), w.client("harbor", settings()), w.ops()
	for range 3 {
		bank.originate(proposal()).is(201)
		other.originate(proposal()).is(201)
	}
	if n := len(rows(ops.call("GET", "/v1/ops/transactions?client=business", "").is(200))); n != 3 {
		t.Errorf("%d transactions of one client", n)
	}
	seen := 0
	for cursor := ""; ; {
		a := ops.call("GET", "/v1/ops/transactions?limit=4&cursor="+cursor, "").is(200)
		seen += len(rows(a))
		var next struct {
			Cursor *string `json:"next_cursor"`
		}
		w.must(json.Unmarshal(a.body, &next))
		if next.Cursor == nil {
			break
		}
		cursor = *next.Cursor
	}
	if seen != 6 {
		t.Errorf("%d transactions in all pages, want 6", seen)
	}
	if n := len(rows(ops.call("GET", "/v1/ops/clients", "").is(200))); n != 2 {
		t.Errorf("%d clients", n)
	}
	ops.call("GET", "/v1/ops/files", "").is(200)
	ops.call("GET", "/v1/ops/files/"+someID, "").problem(404, "not-found")
	bank.call("GET", "/v1/files/"+someID, "").problem(404, "not-found")
}

// newSandbox is a world whose clock can be moved. moving is called before each
// move, and its error ends the move.
func newSandbox(t *testing.T, moving func() error) *world {
	return newWorld(t, func(o *api.Options) {
		clock, err := ledger.OpenSandboxClock(context.Background(), o.Ledger.Store, func() time.Time { return tuesdayMorning })
		if err != nil {
			t.Fatal(err)
		}
		o.Ledger.Clock = clock
		o.Sandbox = &api.Sandbox{Move: func(ctx context.Context, to time.Time, anyTime bool) error {
			if err := moving(); err != nil {
				return err
			}
			return o.Ledger.Move(ctx, to, anyTime)
		}}
	})
}

// After a busy day the views, or the leading node, may take longer than a list
// would wait. A move of the clock waits for them, and moves the clock once.
func TestTheSandboxClockIsWaitedForWhileTheLedgerIsBusy(t *testing.T) {
	var behind []error
	asked := 0
	w := newSandbox(t, func() error {
		if asked++; asked <= len(behind) {
			return fmt.Errorf("sweep: %w", behind[asked-1])
		}
		return nil
	})
	w.client("business", settings())
	ops := w.ops()
	behind = []error{projections.ErrBehind, eventstore.ErrUnknownOutcome, projections.ErrBehind}
	if got := ops.call("PUT", "/v1/simulations/clock", `{"now":"2026-11-18T12:00:00Z"}`).is(200).text("now"); got != "2026-11-18T12:00:00Z" || asked != 4 {
		t.Errorf("asked %d times, the clock shows %s", asked, got)
	}
	asked, behind = 0, []error{domain.Refuse(domain.Conflict, "no")}
	ops.call("PUT", "/v1/simulations/clock", `{"now":"2026-11-19T12:00:00Z"}`).problem(409, "conflict")
	if asked != 1 {
		t.Errorf("a refusal is asked for %d times", asked)
	}
}

func TestTheSandboxClockMovesForwardAndAnswersWhenAllIsDone(t *testing.T) {
	moved := 0
	w := newSandbox(t, func() error { moved++; return nil })
	bank, ops := w.client("business", settings()), w.ops()
	move := func(body string) *answer { return ops.call("PUT", "/v1/simulations/clock", body) }
	move(`{"now":"2026-01-05T12:00:00Z"}`).is(200) // nothing happened yet: any time
	bank.originate(proposal()).is(201)
	if got := move(`{"advance":"48h"}`).is(200).text("now"); got != "2026-01-07T12:00:00Z" {
		t.Errorf("the clock shows %s", got)
	}
	move(`{"now":"2026-01-06T12:00:00Z"}`).problem(422, "rule-broken")
	move(`{"advance":"soon"}`).problem(400, "invalid")
	move(`{}`).problem(400, "bad-request")
	if moved != 3 {
		t.Errorf("asked to move %d times, want 3", moved)
	}
	if day := bank.call("GET", "/v1/calendar", "").is(200); !strings.Contains(string(day.body), "2026-01-07") {
		t.Error("business dates do not come from the clock")
	}
	plain := newWorld(t)
	plain.ops().call("GET", "/v1/simulations/clock", "").is(404)
}
