package http_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/ledger"
)

func TestATokenOfACHProWorksEverywhereForAnHourThroughARestart(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	body := fmt.Sprintf(`{"key":%q,"secret":%q}`, bank.key, bank.secret)
	first := w.send("POST", "/v1/token", body).is(201)
	access, refresh := first.text("access_token"), first.text("refresh_token")
	if got, want := first.number("access_expires"), w.clock.Now().Add(time.Hour).UnixMilli(); got != want {
		t.Errorf("access expires %d, want %d", got, want)
	}
	if got, want := first.number("refresh_expires"), w.clock.Now().Add(12*time.Hour).UnixMilli(); got != want {
		t.Errorf("refresh expires %d, want %d", got, want)
	}
	bearer := func(token string) with { return with{"Authorization", "Bearer " + token} }
	everywhere := func(token string, status int) {
		t.Helper()
		for _, path := range []string{"/v1/profile", "/api/transaction/event", "/v1/recipients", "/v1/files", "/v1/events"} {
			w.send("GET", path, "", bearer(token)).is(status)
		}
	}
	everywhere(access, 200)
	everywhere(refresh, 401) // a refresh token authenticates nothing
	w.stop()
	w.open()
	everywhere(access, 200)
	w.clock.Advance(59 * time.Minute)
	everywhere(access, 200)
	w.clock.Advance(2 * time.Minute)
	everywhere(access, 401)

	again := w.send("POST", "/v1/token/refresh", fmt.Sprintf(`{"refresh_token":%q}`, refresh)).is(201)
	if again.text("refresh_token") != refresh || again.number("refresh_expires") != first.number("refresh_expires") {
		t.Error("the refresh token did not stay as it was")
	}
	if again.text("access_token") == access {
		t.Error("the access token is the old one")
	}
	everywhere(again.text("access_token"), 200)
	w.clock.Advance(11 * time.Hour)
	w.send("POST", "/v1/token/refresh", fmt.Sprintf(`{"refresh_token":%q}`, refresh)).is(401)
}

func TestARevokedKeyStopsItsTokensAtOnce(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	tokens := w.send("POST", "/v1/token", fmt.Sprintf(`{"key":%q,"secret":%q}`, bank.key, bank.secret)).is(201)
	w.revoke(bank)
	w.send("GET", "/v1/profile", "", with{"Authorization", "Bearer " + tokens.text("access_token")}).is(401)
	w.send("POST", "/v1/token/refresh", fmt.Sprintf(`{"refresh_token":%q}`, tokens.text("refresh_token"))).is(401)
	w.send("POST", "/v1/token", fmt.Sprintf(`{"key":%q,"secret":%q}`, bank.key, bank.secret)).is(401)
}

// A token is revoked at one node, and the others know it already.
func TestATokenThatAnotherNodeRevokedEndsWithinASecond(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	token := w.send("POST", "/v1/token", fmt.Sprintf(`{"key":%q,"secret":%q}`, bank.key, bank.secret)).is(201).text("access_token")
	profile := func() *answer { return w.send("GET", "/v1/profile", "", with{"Authorization", "Bearer " + token}) }
	profile().is(200)
	w.must(w.store.DeleteToken(t.Context(), ledger.HashSecret(token), bank.key)) // as another node does it
	w.clock.Advance(time.Second)
	profile().problem(401, "unauthorized")
}

// ada is a recipient of ACH Pro, and adas her account.
const (
	ada  = `{"name":"Ada Márquez","recipientType":"CONSUMER","uniqueIdentifier":"EMP-1"}`
	adas = `{"nickname":"Main","routingNumber":"121042882","accountNumber":"30488174411","accountType":"SAVINGS"}`
)

// recipient makes Ada and her account and answers where they are.
func (c caller) recipient() (path, account string) {
	c.t.Helper()
	path = "/v1/recipients/" + c.call("POST", "/v1/recipients", ada).is(201).text("recipientId")
	return path, path + "/accounts/" + c.call("POST", path+"/accounts", adas).is(201).text("accountId")
}

func TestARecipientIsMadeOnceUnderItsKey(t *testing.T) {
	bank := newWorld(t).client("business", settings())
	made := bank.call("POST", "/v1/recipients", ada, with{"Idempotency-Key", "k1"}).is(201)
	id := made.text("recipientId")
	if made.text("name") != "Ada Marquez" || len(id) != 32 || strings.ToUpper(id) != id {
		t.Errorf("%s", made.body)
	}
	again := bank.call("POST", "/v1/recipients", ada, with{"Idempotency-Key", "k1"}).is(201)
	if again.text("recipientId") != id || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the same key made %s", again.body)
	}
	bank.call("POST", "/v1/recipients", `{"name":"Bo","recipientType":"CONSUMER"}`, with{"Idempotency-Key", "k1"}).problem(422, "idempotency-key-reused")
}

// A repeated request is answered as the first one was, whatever became of what that
// made.
func TestAnAccountThatWasDeletedIsStillTheAnswerToItsKey(t *testing.T) {
	bank := newWorld(t).client("business", settings())
	path, _ := bank.recipient()
	key := with{"Idempotency-Key", "a1"}
	first := bank.call("POST", path+"/accounts", adas, key).is(201)
	own := path + "/accounts/" + first.text("accountId")
	again := func() {
		t.Helper()
		if a := bank.call("POST", path+"/accounts", adas, key).is(201); string(a.body) != string(first.body) || a.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s, then %s", first.body, a.body)
		}
	}
	bank.call("PUT", own, `{"routingNumber":"121042882","accountNumber":"555","accountType":"CHECKING"}`).is(200)
	again()
	bank.call("DELETE", own, "").is(204)
	again()
	bank.call("DELETE", path, "").is(204)
	again()
}

func TestAnAccountOfARecipientIsShownByItsEndAndChanged(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	path, _ := bank.recipient()
	account := bank.call("POST", path+"/accounts", adas).is(201)
	own := path + "/accounts/" + account.text("accountId")
	if account.text("accountNumber") != "*****4411" || account.text("accountType") != "SAVINGS" {
		t.Errorf("%s", account.body)
	}
	revealing := w.credential("business", "read", "reveal", "originate")
	if got := revealing.call("GET", own, "").is(200).text("accountNumber"); got != "30488174411" {
		t.Errorf("who may see the number sees %s", got)
	}
	bank.call("PUT", own, `{"routingNumber":"121042882","accountNumber":"555","accountType":"CHECKING"}`).is(200)
	if got := revealing.call("GET", own, "").is(200).text("accountNumber"); got != "555" {
		t.Errorf("after the edit it is %s", got)
	}
	bank.call("PUT", path, `{"name":"Ada M","recipientType":"BUSINESS"}`).is(200)
	if got := bank.call("GET", path, "").is(200).text("name"); got != "Ada M" {
		t.Errorf("after the edit the recipient is %s", got)
	}
}

// A body that names another object than the path changed the one in the path.
func TestABodyThatNamesAnotherObjectChangesNone(t *testing.T) {
	bank := newWorld(t).client("business", settings())
	recipient, account := bank.recipient()
	odfi := `{"name":"X","routingNumber":"021214862","fileLineEndings":"UNIX"}`
	bankPath := "/v1/odfis/" + bank.call("POST", "/v1/odfis", odfi).is(201).text("odfiId")
	other := strings.Repeat("A", 32)
	for _, tt := range []struct{ path, field, body string }{
		{recipient, "recipientId", ada}, {account, "accountId", adas}, {bankPath, "odfiId", odfi},
	} {
		own := tt.path[len(tt.path)-32:]
		bank.call("PUT", tt.path, strings.Replace(tt.body, "{", `{"`+tt.field+`":"`+other+`",`, 1)).problem(400, "invalid").names("/" + tt.field)
		bank.call("PUT", tt.path, strings.Replace(tt.body, "{", `{"`+tt.field+`":"`+strings.ToLower(own)+`",`, 1)).is(200)
	}
}

func TestARecipientOrAccountThatBreaksARuleIsRefusedByItsField(t *testing.T) {
	bank := newWorld(t).client("business", settings())
	path, _ := bank.recipient()
	for name, tt := range map[string]struct{ path, body, names string }{
		"a bad check digit":    {path + "/accounts", `{"routingNumber":"121042883","accountNumber":"1","accountType":"SAVINGS"}`, "/routingNumber"},
		"no account type":      {path + "/accounts", `{"routingNumber":"121042882","accountNumber":"1"}`, "/accountType"},
		"a number too long":    {path + "/accounts", `{"routingNumber":"121042882","accountNumber":"123456789012345678","accountType":"LOAN"}`, "/accountNumber"},
		"no such type":         {"/v1/recipients", `{"name":"X","recipientType":"ALIEN"}`, "/recipientType"},
		"a name too long":      {"/v1/recipients", `{"name":"` + strings.Repeat("X", 23) + `","recipientType":"CONSUMER"}`, "/name"},
		"an unknown field":     {"/v1/recipients", `{"nome":"X"}`, "nome"},
		"an ODFI not ours":     {"/v1/odfis", `{"name":"X","routingNumber":"121042882","fileLineEndings":"UNIX"}`, "/routingNumber"},
		"a bad line ending":    {"/v1/odfis", `{"name":"X","routingNumber":"021214862","fileLineEndings":"MAC"}`, "/fileLineEndings"},
		"an ODFI of nothing":   {"/v1/odfis", `{}`, `"pointer":"/name"`},
		"its line ending too":  {"/v1/odfis", `{}`, `"pointer":"/fileLineEndings"`},
		"a one-off ODFI":       {"/v1/ach-files", `{"odfi":{"name":"X","routingNumber":"1"}}`, `"pointer":"/odfi/routingNumber"`},
		"its line ending":      {"/v1/ach-files", `{"odfi":{"name":"X","routingNumber":"1"}}`, `"pointer":"/odfi/fileLineEndings"`},
		"an amount of words":   {"/v1/ach-files", `{"batches":[{"entries":[{"amount":"five"}]}]}`, `"pointer":"/batches/0/entries/0/amount"`},
		"a stranger's company": {"/v1/recipients", `{"name":"X","recipientType":"COMPANY","companyId":"9"}`, "/companyId"},
	} {
		t.Run(name, func(t *testing.T) {
			a := bank.call("POST", tt.path, tt.body)
			if a.status != 400 && a.status != 422 || !strings.Contains(string(a.body), tt.names) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func TestARecipientIsItsClientsAloneAndMayBeDeleted(t *testing.T) {
	w := newWorld(t)
	bank, other := w.client("business", settings()), w.client("harbor", settings())
	path, own := bank.recipient()
	for _, stranger := range []string{path, own} {
		other.call("GET", stranger, "").is(404)
		other.call("DELETE", stranger, "").is(404)
	}
	other.call("GET", path+"/accounts", "").is(404)
	other.call("DELETE", path+"/accounts", "").is(405) // accounts are deleted one by one
	bank.call("GET", own, "").is(200)
	if got := string(other.call("GET", "/v1/recipients", "").is(200).body); strings.TrimSpace(got) != "[]" {
		t.Errorf("another client sees %s", got)
	}
	bank.call("DELETE", own, "").is(204)
	bank.call("GET", own, "").is(404)
	bank.call("DELETE", path, "").is(204)
	bank.call("GET", path, "").is(404)
	if got := string(bank.call("GET", "/v1/recipients", "").is(200).body); strings.TrimSpace(got) != "[]" {
		t.Errorf("a deleted recipient is listed: %s", got)
	}
}

func TestALongListOfRecipientsComesInPages(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	for n := range 5 {
		bank.call("POST", "/v1/recipients", fmt.Sprintf(`{"name":"Person %d","recipientType":"CONSUMER"}`, n)).is(201)
	}
	seen := 0
	for path := "/v1/recipients?limit=2"; path != ""; {
		a := bank.call("GET", path, "").is(200)
		seen += strings.Count(string(a.body), "recipientId")
		link := a.header.Get("Link")
		path = ""
		if link != "" {
			path = strings.TrimPrefix(strings.Split(link, ">")[0], "<")
		}
	}
	if seen != 5 {
		t.Errorf("the pages have %d recipients, want 5", seen)
	}
	id := bank.call("POST", "/v1/recipients", `{"name":"Ada","recipientType":"CONSUMER"}`).is(201).text("recipientId")
	for n := range 3 {
		bank.call("POST", "/v1/recipients/"+id+"/accounts", fmt.Sprintf(`{"routingNumber":"121042882","accountNumber":"555%d","accountType":"CHECKING"}`, n)).is(201)
	}
	all := bank.call("GET", "/v1/recipients/"+id+"/accounts", "").is(200)
	first := bank.call("GET", "/v1/recipients/"+id+"/accounts?limit=2", "").is(200)
	second := bank.call("GET", strings.TrimPrefix(strings.Split(first.header.Get("Link"), ">")[0], "<"), "").is(200)
	if len(all.list()) != 3 || len(first.list()) != 2 || len(second.list()) != 1 || second.header.Get("Link") != "" {
		t.Errorf("%s\n%s\n%s", all.body, first.body, second.body)
	}
	bank.call("GET", "/v1/recipients?limit=0", "").problem(400, "invalid")
}
