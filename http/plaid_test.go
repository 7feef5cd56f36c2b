package http_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/http/api"
	achlinks "github.com/achledger/achledger/http/links"
)

const plaidSecret = "plaid-secret-9f2c"

// plaid puts a test server in the place of Plaid. It answers by the token in the
// request.
func plaid(t testing.TB, answers map[string]func(http.ResponseWriter)) change {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var in map[string]string
		if err := json.Unmarshal(body, &in); err != nil || r.Method != "POST" || r.URL.Path != "/processor/auth/get" ||
			r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("Plaid was asked %s %s %s", r.Method, r.URL.Path, body)
		}
		if in["client_id"] != "plaid-client" || in["secret"] != plaidSecret {
			says(400, `{"error_type":"INVALID_INPUT","error_code":"INVALID_API_KEYS","error_message":"invalid client_id or secret provided","request_id":"r1"}`)(w)
			return
		}
		answer, ok := answers[in["processor_token"]]
		if !ok {
			answer = says(400, `{"error_type":"INVALID_INPUT","error_code":"INVALID_PROCESSOR_TOKEN","error_message":"provided processor token `+in["processor_token"]+` is not found","display_message":null,"request_id":"r2"}`)
		}
		answer(w)
	}))
	t.Cleanup(server.Close)
	return func(o *api.Options) {
		o.Plaid = plaidOf(t, achlinks.PlaidConfig{
			BaseURL: server.URL, ClientID: "plaid-client", Secret: plaidSecret, Sandbox: true, Timeout: 3 * time.Second,
		})
	}
}

func says(status int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func plaidOf(t testing.TB, c achlinks.PlaidConfig) api.Plaid {
	t.Helper()
	p, err := achlinks.NewPlaid(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// plaidSample is the answer of /processor/auth/get for an account.
func plaidSample(subtype, ach string) string {
	return `{"account":{"account_id":"vzeN","balances":{"available":100,"current":110.94},"mask":"9606","name":"Plaid Checking",
		"official_name":"Plaid Gold Checking","subtype":"` + subtype + `","type":"depository"},
		"numbers":{"ach":` + ach + `,"bacs":null,"eft":null,"international":null},"request_id":"1zlMf"}`
}

const plaidNumbers = `{"account":"9900009606","account_id":"vzeN","routing":"011401533","wire_routing":"021000021"}`

func byToken(token string) string { return `{"processor_token":"` + token + `"}` }

func TestAProcessorTokenLinksWhatPlaidVerified(t *testing.T) {
	w := newTown(t, plaid(t, map[string]func(http.ResponseWriter){
		"processor-production-1": says(200, plaidSample("savings", plaidNumbers)),
	}))
	acme := w.client("acme", verifiedBy("prenote"))
	a := acme.call("POST", links(john), `{"processor_token":"processor-production-1","account_owner_name":"John Doe"}`).is(200)
	record := a.field().(map[string]any)
	for _, hidden := range []string{"bank_account_number", "bank_routing_number", "bank_account_type"} {
		if _, ok := record[hidden]; ok {
			t.Errorf("the answer shows %s: %s", hidden, a.body)
		}
	}
	if a.text("status") != "QUEUED" || a.text("account_owner_name") != "John Doe" || a.text("nickname") != "Plaid Checking" {
		t.Errorf("linked %s", a.body)
	}
	w.sweep()
	if got := acme.status(john, a.text("id")); got != "APPROVED" {
		t.Errorf("what Plaid verified is %s", got)
	}
	id := acme.call("POST", transfers(john), transfer(a.text("id"), "INCOMING", "9.99")).is(200).text("id")
	w.at("2026-11-17 10:16")
	if _, e := w.sent("acme", id); e.Code != 37 || e.Routing != "011401533" || strings.TrimSpace(e.Account) != "9900009606" {
		t.Errorf("the transfer left as %+v", e)
	}
}

func TestWhatPlaidRefusesIsSaidWithoutSecrets(t *testing.T) {
	fails := func(kind, code string) string {
		return `{"error_type":"` + kind + `","error_code":"` + code + `","error_message":"for secret ` + plaidSecret + `: no","display_message":null,"request_id":"r3"}`
	}
	over := make(chan struct{})
	slow := func(http.ResponseWriter) { <-over }
	w := newWorld(t, plaid(t, map[string]func(http.ResponseWriter){
		"item":    says(400, fails("ITEM_ERROR", "ITEM_LOGIN_REQUIRED")),
		"early":   says(400, fails("ITEM_ERROR", "PRODUCT_NOT_READY")),
		"limit":   says(429, fails("RATE_LIMIT_EXCEEDED", "RATE_LIMIT")),
		"down":    says(500, fails("API_ERROR", "INTERNAL_SERVER_ERROR")),
		"html":    says(502, "<html>"),
		"slow":    slow,
		"none":    says(200, plaidSample("checking", "null")),
		"market":  says(200, plaidSample("money market", plaidNumbers)),
		"nowhere": says(200, plaidSample("checking", strings.Replace(plaidNumbers, "011401533", "011401534", 1))),
	}))
	t.Cleanup(func() { close(over) })
	acme := w.client("acme", settings())
	for token, want := range map[string]struct {
		status int
		code   string
	}{
		"unknown": {400, "invalid"}, "item": {422, "rule-broken"}, "none": {422, "rule-broken"}, "market": {422, "rule-broken"},
		"early": {502, "plaid-unavailable"}, "limit": {502, "plaid-unavailable"}, "down": {502, "plaid-unavailable"}, "html": {502, "plaid-unavailable"},
		"slow": {502, "plaid-unavailable"}, "nowhere": {400, "invalid"},
	} {
		t.Run(token, func(t *testing.T) {
			a := acme.call("POST", links(john), byToken(token))
			a.t = t
			a.problem(want.status, want.code)
			if strings.Contains(string(a.body), plaidSecret) || strings.Contains(string(a.body), "9900009606") {
				t.Errorf("the refusal tells too much: %s", a.body)
			}
		})
	}
	if list := acme.call("GET", links(john), "").is(200).list(); len(list) != 0 {
		t.Errorf("something was linked: %v", list)
	}
	if strings.Contains(w.log.String(), plaidSecret) {
		t.Error("the log of the server holds the secret")
	}
}

func TestPlaidOutOfReachIsNotTheCallersMistake(t *testing.T) {
	wrongKeys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		says(400, `{"error_type":"INVALID_INPUT","error_code":"INVALID_API_KEYS","error_message":"invalid client_id or secret provided"}`)(w)
	}))
	t.Cleanup(wrongKeys.Close)
	for name, url := range map[string]string{"nobody listens": "http://127.0.0.1:1", "it does not take our keys": wrongKeys.URL} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *api.Options) {
				o.Plaid = plaidOf(t, achlinks.PlaidConfig{BaseURL: url, ClientID: "x", Secret: "y", Sandbox: true})
			})
			w.client("acme", settings()).call("POST", links(john), byToken("any")).problem(502, "plaid-unavailable")
		})
	}
}

func TestTheSandboxKnowsProcessorSandboxTokens(t *testing.T) {
	w := newTown(t, func(o *api.Options) { o.Plaid = plaidOf(t, achlinks.PlaidConfig{Sandbox: true}) })
	acme := w.client("acme", settings())
	const token = "processor-sandbox-161c86dd-d470-47e9-a741-d381c2b2cb6f"
	a := acme.call("POST", links(john), byToken(token)).is(200)
	if a.text("account_owner_name") != "John Doe" || a.text("nickname") != "Bank of America Checking" || a.text("status") != "QUEUED" {
		t.Errorf("linked %s", a.body)
	}
	b := acme.call("POST", links(jane), byToken(token)).is(200)
	hj, err := w.ledger.Holder(t.Context(), "acme", john)
	w.must(err)
	hk, err := w.ledger.Holder(t.Context(), "acme", jane)
	w.must(err)
	one, _ := hj.Relationship(a.text("id"))
	two, _ := hk.Relationship(b.text("id"))
	if one.Account != two.Account {
		t.Error("the same token is two accounts")
	}
	acme.call("POST", links(jane), byToken("processor-production-1")).problem(409, "active-relationship")
	w.client("other", settings()).call("POST", links(john), byToken("processor-production-1")).problem(400, "invalid").names("/processor_token")
}
