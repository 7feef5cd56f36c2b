package http_test

import (
	"strings"
	"testing"
)

func TestNobodyOnTheWayKeepsOrFramesAnAnswer(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	answers := []*answer{
		bank.call("GET", "/v1/profile", "").is(200),
		bank.originate(proposal()).is(201),
		bank.originate("{").is(400),
		bank.call("GET", "/v1/ops/clients", "").is(403),
		bank.vault("POST", tokensPath, theToken).is(200),
		w.send("GET", "/v1/profile", "").is(401),
		w.send("GET", "/nowhere", "").is(404),
		w.send("GET", "/healthz", "").is(200),
		w.send("POST", "/v1/nacha", strings.Repeat("x", 2<<20)),
		w.send("POST", "/v1/token", strings.Repeat("x", 2<<20)).is(413),
		w.send("GET", "/docs", "").is(200),
		w.send("GET", "/docs/other.js", "").is(404),
	}
	for _, a := range answers {
		if got := a.header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: %d may be kept: %q", a.asked, a.status, got)
		}
		guarded(t, a)
	}
	script := w.send("GET", "/docs/swagger-ui-bundle.js", "").is(200)
	guarded(t, script)
	if got := script.header.Get("Cache-Control"); !strings.HasPrefix(got, "public") {
		t.Errorf("a script of the documents is fetched each time: %q", got)
	}
}

func guarded(t *testing.T, a *answer) {
	t.Helper()
	policy := a.header.Get("Content-Security-Policy")
	if a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Referrer-Policy") != "no-referrer" ||
		!strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("%s: %d goes out with %v", a.asked, a.status, a.header)
	}
	if page := strings.Contains(policy, "script-src"); page != (a.asked == "GET /docs") {
		t.Errorf("%s: its policy is %s", a.asked, policy)
	}
}
