package http_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// Keys that no credential can have are neither looked up nor remembered, on any
// path that takes a key.
func TestStrangersCostNoMemory(t *testing.T) {
	w := newWorld(t)
	w.client("business", settings())
	long := strings.Repeat("a", 600_000)
	form := with{"Content-Type", "application/x-www-form-urlencoded"}
	ask := func(i int) {
		key := fmt.Sprint(long, i)
		w.send("GET", "/v1/profile", "", with{"Authorization", basic(key, "x")})
		w.send("GET", "/v1/profile", "", with{"Authorization", "Bearer " + key})
		w.send("GET", "/v1/profile", "", with{"Api-Key", key + ".x"})
		w.send("POST", "/v1/token", `{"key":"`+key+`","secret":"x"}`).is(413)
		w.send("POST", "/v1/token/refresh", `{"refresh_token":"`+key+`"}`).is(413)
		w.send("POST", "/connect/token", "client_id="+key+"&client_secret=x", form).is(413)
		w.send("POST", "/connect/revoke", "client_id="+key+"&client_secret=x&token=y", form).is(413)
		short := key[len(key)-12_000:]
		w.send("POST", "/v1/token", `{"key":"`+short+`","secret":"x"}`)
		w.send("POST", "/v1/token/refresh", `{"refresh_token":"`+short+`"}`)
		w.send("POST", "/connect/token", "client_id="+short+"&client_secret=x", form)
	}
	ask(0)
	before := heap()
	for i := range 12 {
		ask(i)
	}
	if grown := heap() - before; grown > 8<<20 {
		t.Errorf("36 logins with keys of 600 kB, and others, left %d MiB", grown>>20)
	}
	if log := w.log.String(); strings.Contains(log, long[:200]) {
		t.Error("a stranger's text stands in the logs")
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestOperationsScopesAreFourAndOpsIsAll(t *testing.T) {
	w := newWorld(t)
	w.client("business", settings())
	all := w.ops()
	reader := w.credential(domain.LedgerClient, domain.ScopeOpsRead)
	worker := w.credential(domain.LedgerClient, domain.ScopeOpsWork)
	for _, path := range []string{"/v1/ops/clients", "/v1/ops/credentials", "/v1/ops/transactions", "/v1/ops/clients/business/credentials"} {
		reader.call("GET", path, "").is(200)
		all.call("GET", path, "").is(200)
		worker.call("GET", path, "").problem(403, "insufficient-scope")
	}
	reader.call("PATCH", "/v1/ops/clients/business", `{"suspended":true}`).problem(403, "insufficient-scope")
	worker.call("PATCH", "/v1/ops/clients/business", `{"suspended":true}`).problem(403, "insufficient-scope")
	all.call("PATCH", "/v1/ops/clients/business", `{"suspended":true}`).is(200)
	reader.call("POST", "/v1/ops/credentials", `{"scopes":["ops"]}`).problem(403, "insufficient-scope")

	t.Run("and are issued with a name, an owner and an end", func(t *testing.T) {
		a := all.call("POST", "/v1/ops/credentials",
			`{"scopes":["ops:read"],"name":"dashboard","owner":"m.ortiz","expires_at":"2026-12-01T00:00:00Z"}`).is(201)
		list := all.call("GET", "/v1/ops/credentials", "").is(200)
		if !strings.Contains(string(list.body), `"name":"dashboard","owner":"m.ortiz"`) || strings.Contains(string(list.body), a.text("secret")) {
			t.Errorf("%s", list.body)
		}
	})
	for body, field := range map[string]string{
		`{"scopes":[]}`:                      "/scopes",
		`{"scopes":["originate"]}`:           "/scopes",
		`{"scopes":["ops:read","ops:read"]}`: "/scopes",
		`{"scopes":["ops:all"]}`:             "/scopes",
		`{"scopes":["ops:read"],"expires_at":"2020-01-01T00:00:00Z"}`:       "/expires_at",
		`{"scopes":["ops:read"],"name":"` + strings.Repeat("n", 101) + `"}`: "/name",
	} {
		if a := all.call("POST", "/v1/ops/credentials", body); (a.status != 400 && a.status != 422) || !strings.Contains(string(a.body), field) {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	all.call("POST", "/v1/ops/clients/business/credentials", `{"scopes":["ops:read"]}`).problem(422, "rule-broken").names("/scopes")
}
