package http_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/achledger/achledger/http/api"
)

func TestMetricsAreForThoseWhoMaySeeThem(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	w.send("GET", "/metrics", "").problem(401, "unauthorized")
	bank.call("GET", "/metrics", "").problem(403, "insufficient-scope")
	w.credential("_ledger", "ops:work").call("GET", "/metrics", "").problem(403, "insufficient-scope")
	w.credential("_ledger", "ops:read").call("GET", "/metrics", "").is(200)
}

// slow is a collector that waits.
type slow struct{ began, goOn chan struct{} }

func (s slow) Describe(ch chan<- *prometheus.Desc) {
	ch <- prometheus.NewDesc("slow", "Waits.", nil, nil)
}

func (s slow) Collect(ch chan<- prometheus.Metric) {
	s.began <- struct{}{}
	<-s.goOn
}

func TestOneScrapeIsUnderWayAtATime(t *testing.T) {
	registry, collector := prometheus.NewRegistry(), slow{make(chan struct{}, 2), make(chan struct{})}
	registry.MustRegister(collector)
	w := newWorld(t, func(o *api.Options) { o.Metrics = registry })
	ops := w.credential("_ledger", "ops:read")
	first := make(chan int, 1)
	go func() {
		r, _ := http.NewRequest("GET", w.url+"/metrics", nil)
		r.SetBasicAuth(ops.key, ops.secret)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			first <- 0
			return
		}
		response.Body.Close()
		first <- response.StatusCode
	}()
	<-collector.began
	ops.call("GET", "/metrics", "").is(503)
	close(collector.goOn)
	if got := <-first; got != 200 {
		t.Errorf("the first scrape is answered %d", got)
	}
}

func TestTheLogHasTheAddressThatTheProxyTells(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	bank := w.client("business", settings())
	wrong := caller{w, bank.key, "wrong"}
	wrong.call("GET", "/v1/profile", "", with{"X-Forwarded-For", "192.0.2.7"}).is(401)
	if log := w.log.String(); strings.Count(log, "address=192.0.2.7") != 2 { // of the login, and of the request
		t.Errorf("the log says\n%s", log)
	}
}

// TestNoCallerTakesTheIDOfAnotherRequest sends the id that another request was
// given.
func TestNoCallerTakesTheIDOfAnotherRequest(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	other := w.client("other", settings())
	given := bank.originate(proposal()).is(201).header.Get("X-Request-ID")
	for _, id := range []string{given, strings.ToUpper(given), "urn:uuid:" + given, strings.ReplaceAll(given, "-", "")} {
		got := other.originate(proposal(), with{"X-Request-ID", id}).is(201).header.Get("X-Request-ID")
		if got == id {
			t.Errorf("%s is taken", id)
		}
		if !strings.Contains(w.log.String(), "sent_request_id="+id) {
			t.Errorf("what was sent is not in the log: %s", id)
		}
	}
	for _, e := range w.events() {
		if e.Client == "other" && strings.Contains(strings.ToLower(string(e.Meta)), given) {
			t.Errorf("an event of another client bears it: %s", e.Meta)
		}
	}
}
