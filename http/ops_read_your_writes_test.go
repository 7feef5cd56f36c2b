package http_test

import (
	"sync"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// What operations see about clients is written in the clients' names. An answer
// that cannot include the newest of it says so. In this test the views stand still.
func TestOperationsSeeWhatWasWrittenForAnyClient(t *testing.T) {
	w := newWorld(t)
	ops := w.credential(domain.LedgerClient, domain.ScopeOps)
	bank, other := w.client("business", settings()), w.client("other", settings())
	other.originate(proposal()).is(201)
	other.call("GET", "/v1/files", "").is(200) // the views are up to date
	w.stop()
	w.still = true
	w.open()
	event := bank.originate(proposal()).is(201).field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	var all sync.WaitGroup
	for _, asked := range []struct{ method, path, body string }{
		{"GET", "/v1/ops/files", ""}, {"GET", "/v1/ops/files?client=business", ""},
		{"GET", "/v1/ops/transactions", ""}, {"GET", "/v1/ops/transactions?client=business", ""},
		{"GET", "/v1/ops/clients", ""}, {"POST", "/v1/ops/events/" + event + "/hold", `{"reason":"odd"}`},
	} {
		all.Go(func() {
			if a := ops.call(asked.method, asked.path, asked.body); a.status != 503 || a.text("code") != "view-behind" {
				t.Errorf("%s %s answers %d: %s", asked.method, asked.path, a.status, a.body)
			}
		})
	}
	all.Go(func() { ops.call("GET", "/v1/ops/files?client=other", "").is(200) }) // nothing new was written for this client
	all.Wait()
}

// A revocation ends the credential's feeds at once. Only its answer waits for views
// that are behind.
func TestARevocationCutsOffBeforeItWaitsForTheViews(t *testing.T) {
	w := newWorld(t)
	ops := w.credential(domain.LedgerClient, domain.ScopeOps)
	bank := w.client("business", settings())
	bank.call("GET", "/v1/files", "").is(200) // the views are up to date
	w.stop()
	w.still = true
	var cut []string
	w.open(func(o *api.Options) { o.Revoked = func(key string) { cut = append(cut, key) } })
	bank.originate(proposal()).is(201)
	ops.call("DELETE", "/v1/ops/credentials/"+bank.key, "").problem(503, "view-behind")
	if len(cut) != 1 || cut[0] != bank.key {
		t.Errorf("cut off %v, want %s", cut, bank.key)
	}
	bank.call("GET", "/v1/return-codes", "").is(401)
}
