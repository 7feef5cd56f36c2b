package http_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

const someID = "e9fbdef4-7a2d-4637-aae4-7f7094520caa"

func TestNobodySeesWhatIsAnothers(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	other := w.client("harbor", settings())
	reader := w.credential("business", domain.ScopeRead)
	id := bank.originate(proposal()).is(201).text("TransactionID")
	path := "/api/transaction/" + id
	token := func(c caller) string { return c.token().is(200).text("access_token") }

	for name, tt := range map[string]struct {
		headers []with
		status  int
	}{
		"a bearer token":                  {[]with{{"Authorization", "Bearer " + token(bank)}}, 200},
		"Bearer in lower case":            {[]with{{"Authorization", "bearer " + token(bank)}}, 200},
		"Basic":                           {[]with{{"Authorization", basic(bank.key, bank.secret)}}, 200},
		"an api key":                      {[]with{{"api-key", bank.key + "." + bank.secret}}, 200},
		"two that name the same client":   {[]with{{"Authorization", "Bearer " + token(bank)}, {"api-key", reader.key + "." + reader.secret}}, 200},
		"two that name different clients": {[]with{{"Authorization", "Bearer " + token(bank)}, {"api-key", other.key + "." + other.secret}}, 401},
		"a good and a bad one":            {[]with{{"Authorization", "Bearer " + token(bank)}, {"api-key", bank.key + ".wrong"}}, 401},
		"none":                            {nil, 401},
		"a wrong secret":                  {[]with{{"Authorization", basic(bank.key, other.secret)}}, 401},
		"an unknown key":                  {[]with{{"Authorization", basic("nobody", bank.secret)}}, 401},
		"an empty secret":                 {[]with{{"Authorization", basic(bank.key, "")}}, 401},
		"an unknown token":                {[]with{{"Authorization", "Bearer " + strings.Repeat("x", 43)}}, 401},
		"an empty token":                  {[]with{{"Authorization", "Bearer "}}, 401},
		"another scheme":                  {[]with{{"Authorization", "Digest x"}}, 401},
		"base64 that is none":             {[]with{{"Authorization", "Basic %%%"}}, 401},
		"an api key without a full stop":  {[]with{{"api-key", bank.key}}, 401},
		"another client":                  {[]with{{"Authorization", basic(other.key, other.secret)}}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.send("GET", path, "", tt.headers...).is(tt.status)
			if tt.status == 401 {
				a.problem(401, "unauthorized")
				if a.header.Get("WWW-Authenticate") == "" {
					t.Error("no WWW-Authenticate")
				}
			}
		})
	}
	t.Run("a scope that is missing", func(t *testing.T) {
		reader.originate(proposal()).problem(403, "insufficient-scope")
		ops := w.credential(domain.LedgerClient, domain.ScopeOps, domain.ScopeRead)
		ops.call("GET", path, "").problem(403, "insufficient-scope")
		bank.call("GET", "/v1/ops/clients", "").problem(403, "insufficient-scope")
	})
	t.Run("two credentials share only what both may", func(t *testing.T) {
		w.send("POST", "/api/transaction", proposal(), with{"Authorization", basic(bank.key, bank.secret)},
			with{"api-key", reader.key + "." + reader.secret}).problem(403, "insufficient-scope")
	})
}

// token asks for a token.
func (c caller) token(form ...string) *answer {
	c.t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	return c.send("POST", "/connect/token", values.Encode(), with{"Content-Type", "application/x-www-form-urlencoded"},
		with{"Authorization", basic(c.key, c.secret)})
}

func TestATokenIsGivenForACredential(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	form := with{"Content-Type", "application/x-www-form-urlencoded"}

	t.Run("is what the documentation shows", func(t *testing.T) {
		a := bank.token("grant_type", "client_credentials").is(200)
		if a.field("expires_in") != json.Number("3600") || a.text("token_type") != "Bearer" || len(a.text("access_token")) < 43 {
			t.Errorf("%s", a.body)
		}
		if a.header.Get("Cache-Control") != "no-store" {
			t.Error("it may be kept by a cache")
		}
	})
	t.Run("comes without a grant type too, as the documentation lost it", func(t *testing.T) {
		bank.token().is(200)
		w.send("POST", "/connect/token", "", with{"Authorization", basic(bank.key, bank.secret)}).is(200)
	})
	t.Run("comes for credentials in the body", func(t *testing.T) {
		w.send("POST", "/connect/token", "client_id="+bank.key+"&client_secret="+bank.secret, form).is(200)
	})
	t.Run("ignores an idempotency key", func(t *testing.T) {
		key := with{"Idempotency-Key", "once"}
		first := w.send("POST", "/connect/token", "", with{"Authorization", basic(bank.key, bank.secret)}, key).is(200)
		again := w.send("POST", "/connect/token", "", with{"Authorization", basic(bank.key, bank.secret)}, key).is(200)
		if first.text("access_token") == again.text("access_token") {
			t.Error("the same token twice")
		}
	})
	t.Run("has the scopes asked for", func(t *testing.T) {
		a := bank.token("scope", "read").is(200)
		if a.text("scope") != "read" {
			t.Errorf("%s", a.body)
		}
		bearer := with{"Authorization", "Bearer " + a.text("access_token")}
		w.send("GET", "/api/transaction/event", "", bearer).is(200)
		w.send("POST", "/api/transaction", proposal(), bearer).problem(403, "insufficient-scope")
		untyped := w.send("POST", "/connect/token", "scope=read", with{"Content-Type", ""}, with{"Authorization", basic(bank.key, bank.secret)}).is(200)
		if untyped.text("scope") != "read" {
			t.Errorf("asked for without a Content-Type: %s", untyped.body)
		}
	})

	refused := func(t *testing.T, a *answer, status int, code string) *answer {
		t.Helper()
		a.is(status)
		if a.text("error") != code || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v\n%s", a.asked, a.header, a.body)
		}
		return a
	}
	t.Run("refusals are those of RFC 6749", func(t *testing.T) {
		refused(t, bank.token("grant_type", "password"), 400, "unsupported_grant_type")
		refused(t, bank.token("grant_type", "refresh_token"), 400, "unsupported_grant_type")
		refused(t, bank.token("scope", "ops"), 400, "invalid_scope")
		refused(t, w.send("POST", "/connect/token", "scope=read&scope=read", form, with{"Authorization", basic(bank.key, bank.secret)}), 400, "invalid_request")
		refused(t, bank.token("client_secret", bank.secret), 400, "invalid_request")
		wrong := caller{w, bank.key, "wrong"}
		a := refused(t, wrong.token(), 401, "invalid_client")
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ") {
			t.Error(a.header)
		}
		refused(t, w.send("POST", "/connect/token", "", form), 401, "invalid_client")
		refused(t, w.send("POST", "/connect/token?client_id="+bank.key+"&client_secret="+bank.secret, "", form), 401, "invalid_client")
		refused(t, w.send("POST", "/connect/token", "{}", with{"Content-Type", "application/json"}), 415, "invalid_request")
	})
	t.Run("expires after an hour of machine time", func(t *testing.T) {
		bearer := with{"Authorization", "Bearer " + bank.token().is(200).text("access_token")}
		w.clock.Advance(time.Hour - time.Second)
		w.send("GET", "/api/transaction/event", "", bearer).is(200)
		w.clock.Advance(time.Second)
		w.send("GET", "/api/transaction/event", "", bearer).problem(401, "unauthorized")
	})
	t.Run("survives a restart", func(t *testing.T) {
		bearer := with{"Authorization", "Bearer " + bank.token().is(200).text("access_token")}
		w.stop()
		w.open()
		w.send("GET", "/api/transaction/event", "", bearer).is(200)
	})
	t.Run("dies with its credential, at once", func(t *testing.T) {
		bearer := with{"Authorization", "Bearer " + bank.token().is(200).text("access_token")}
		w.send("GET", "/api/transaction/event", "", bearer).is(200)
		w.revoke(bank)
		w.send("GET", "/api/transaction/event", "", bearer).problem(401, "unauthorized")
		bank.call("GET", "/api/transaction/event", "").problem(401, "unauthorized")
	})
	t.Run("is ended by itself when it is revoked", func(t *testing.T) {
		fresh := w.credential("business")
		one, two := fresh.token().is(200).text("access_token"), fresh.token().is(200).text("access_token")
		use := func(token string) *answer {
			return w.send("GET", "/v1/profile", "", with{"Authorization", "Bearer " + token})
		}
		use(one).is(200)
		end := func(c caller, token string) *answer {
			return w.send("POST", "/connect/revoke", "token="+token, form, with{"Authorization", basic(c.key, c.secret)})
		}
		end(w.credential("business"), one).is(200)
		use(one).is(200) // another credential cannot revoke it
		end(fresh, one).is(200)
		use(one).problem(401, "unauthorized")
		use(two).is(200)
		end(fresh, one).is(200) // asking twice is asking once
		refresh := w.send("POST", "/v1/token", `{"key":"`+fresh.key+`","secret":"`+fresh.secret+`"}`).is(201).text("refresh_token")
		end(fresh, refresh).is(200)
		w.send("POST", "/v1/token/refresh", `{"refresh_token":"`+refresh+`"}`).problem(401, "unauthorized")
	})
	t.Run("is given a credential so often and no more", func(t *testing.T) {
		many := w.credential("business")
		statuses := map[int]int{}
		for range 120 {
			statuses[many.token().status]++
		}
		if statuses[200] != 100 || statuses[429] != 20 {
			t.Errorf("statuses %v", statuses)
		}
		w.send("POST", "/v1/token", `{"key":"`+many.key+`","secret":"`+many.secret+`"}`).problem(429, "too-many-requests")
		many.call("GET", "/v1/profile", "").is(200)
		w.clock.Advance(time.Minute)
		many.token().is(200)
	})
	t.Run("ends when its credential expires", func(t *testing.T) {
		at := w.clock.Now().Add(10 * time.Minute)
		issued, err := w.ledger.IssueCredential(t.Context(), ledger.CredentialRequest{
			Client: "business", Scopes: domain.FirstScopes, ExpiresAt: at, Now: w.clock.Now(),
		})
		w.must(err)
		brief := caller{w, issued.Key, issued.Secret}
		bearer := with{"Authorization", "Bearer " + brief.token().is(200).text("access_token")}
		w.send("GET", "/v1/profile", "", bearer).is(200)
		w.clock.Advance(10 * time.Minute)
		w.send("GET", "/v1/profile", "", bearer).problem(401, "unauthorized")
		brief.call("GET", "/v1/profile", "").problem(401, "unauthorized")
	})
	t.Run("is not kept anywhere, nor is a secret or its hash", func(t *testing.T) {
		fresh := w.credential("business")
		token := fresh.token().is(200).text("access_token")
		w.send("GET", "/api/transaction/event", "", with{"Authorization", "Bearer " + token}).is(200)
		hash := base64.StdEncoding.EncodeToString(ledger.HashSecret(fresh.secret)) // as JSON has it
		for _, kept := range w.everything() {
			if strings.Contains(kept, token) || strings.Contains(kept, fresh.secret) || strings.Contains(kept, hash) {
				t.Fatal("found in the clear")
			}
		}
	})
}

func (w *world) revoke(c caller) {
	w.t.Helper()
	ctx := context.Background()
	now, err := w.ledger.Credential(ctx, c.key)
	w.must(err)
	events, err := domain.RevokeCredential{}.Decide(now)
	w.must(err)
	_, err = w.ledger.Write(ctx, ledger.Change{
		Stream: domain.CredentialStream(c.key), Client: now.Client, Expect: now.Version, Events: events,
	})
	w.must(err)
}

func TestFailedLoginsAreSlowed(t *testing.T) {
	w := newWorld(t)
	bank, other := w.client("business", settings()), w.client("harbor", settings())
	wrong := caller{w, bank.key, "wrong"}
	statuses := map[int]int{}
	for range 40 {
		statuses[wrong.call("GET", "/api/transaction/event", "").status]++
	}
	if statuses[401] == 0 || statuses[429] == 0 || statuses[401]+statuses[429] != 40 {
		t.Fatalf("statuses %v", statuses)
	}
	if a := wrong.call("GET", "/api/transaction/event", "").problem(429, "too-many-requests"); a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}

	t.Run("and never lock the right secret out", func(t *testing.T) {
		bank.call("GET", "/api/transaction/event", "").is(200) // from the same address
		other.call("GET", "/api/transaction/event", "").is(200)
		bank.token().is(200)
	})
	t.Run("and are logged with key and address, but not each", func(t *testing.T) {
		line := "msg=\"login failed\" door=http key=" + bank.key + " address=127.0.0.1"
		if n := strings.Count(w.log.String(), line); n == 0 || n > 6 {
			t.Errorf("%d lines", n)
		}
	})
	t.Run("and do not tell whether a key exists", func(t *testing.T) {
		w.clock.Advance(time.Hour)
		known, unknown := caller{w, other.key, "wrong"}, caller{w, strings.Repeat("a", 20), "wrong"}
		for i := range 8 {
			a, b := known.call("GET", "/v1/profile", ""), unknown.call("GET", "/v1/profile", "")
			if a.status != b.status || a.text("title") != b.text("title") {
				t.Errorf("try %d: %d %s, %d %s", i, a.status, a.body, b.status, b.body)
			}
		}
	})

	t.Run("and so are tokens nobody was given", func(t *testing.T) {
		var last *answer
		for range 40 {
			last = w.send("GET", "/api/transaction/event", "", with{"Authorization", "Bearer " + strings.Repeat("y", 43)})
		}
		last.problem(429, "too-many-requests")
		bank.call("GET", "/api/transaction/event", "").is(200)
	})
	t.Run("at the token endpoint too", func(t *testing.T) {
		stranger := caller{w, "nobody", "wrong"}
		var last *answer
		for range 40 {
			last = stranger.token()
		}
		if last.is(429); last.header.Get("Retry-After") == "" || last.text("error") == "" {
			t.Errorf("%v %s", last.header, last.body)
		}
	})
}

func TestClientsKnowNothingOfEachOther(t *testing.T) {
	w := newWorld(t)
	mine, theirs := w.client("business", settings()), w.client("harbor", settings())
	mine.originate(proposal("TransactionID", someID)).is(201)
	event := mine.call("GET", "/api/transaction/"+someID, "").is(200).field("Events").([]any)[0].(map[string]any)["EventID"].(string)

	t.Run("another's id is not found, whatever is asked of it", func(t *testing.T) {
		absent := theirs.call("GET", "/api/transaction/"+someID, "").problem(404, "not-found")
		never := theirs.call("GET", "/api/transaction/00000000-7a2d-4637-aae4-7f7094520caa", "").problem(404, "not-found")
		if strings.ReplaceAll(absent.text("message"), someID, "") != strings.ReplaceAll(never.text("message"), "00000000-7a2d-4637-aae4-7f7094520caa", "") {
			t.Error("they can tell the difference")
		}
		theirs.call("DELETE", "/api/transaction/"+someID+"/events/"+event, "").problem(404, "not-found")
	})
	t.Run("lists hold one's own", func(t *testing.T) {
		if n := len(theirs.call("GET", "/api/transaction/event?after=0", "").is(200).list()); n != 0 {
			t.Errorf("%d events of another client", n)
		}
	})
	t.Run("both may use the same id and the same key", func(t *testing.T) {
		a := theirs.originate(proposal("TransactionID", someID, "Amount", json.Number("1"))).is(201)
		if a.field("Amount") != json.Number("1.00") {
			t.Errorf("%s", a.body)
		}
		key := with{"Idempotency-Key", "payroll"}
		mine.originate(proposal(), key).is(201)
		theirs.originate(proposal("Amount", json.Number("2")), key).is(201)
		theirs.call("DELETE", "/api/transaction/"+someID+"/events/"+event, "").problem(404, "not-found")
	})
	t.Run("a cursor of one is no help to the other", func(t *testing.T) {
		for range 3 {
			mine.originate(proposal()).is(201)
		}
		link := mine.call("GET", "/api/transaction/event?limit=1", "").is(200).header.Get("Link")
		path, _, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
		theirs.call("GET", path, "").problem(400, "invalid").names("/cursor")
	})
}
