package http_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/http/api"
)

func TestEveryErrorIsAProblem(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	t.Run("an unknown path", func(t *testing.T) {
		bank.call("GET", "/api/nothing", "").problem(404, "not-found")
		w.send("GET", "/nothing", "").problem(404, "not-found")
	})
	t.Run("another method", func(t *testing.T) {
		a := bank.call("PUT", "/api/transaction", "{}").problem(405, "method-not-allowed")
		if !strings.Contains(a.header.Get("Allow"), "POST") {
			t.Errorf("Allow: %q", a.header.Get("Allow"))
		}
	})
	t.Run("another media type", func(t *testing.T) {
		bank.originate(proposal(), with{"Content-Type", "text/xml"}).problem(415, "unsupported-media-type")
		bank.originate(proposal(), with{"Content-Type", "application/json; charset=latin1"}).problem(415, "unsupported-media-type")
		bank.originate(proposal(), with{"Content-Type", "application/json; charset=UTF-8"}).is(201)
	})
	t.Run("a body over 1 MiB", func(t *testing.T) {
		large := proposal("Description", strings.Repeat("x", 1<<20))
		bank.originate(large).problem(413, "too-large")
		r, err := http.NewRequest("POST", w.url+"/api/transaction", &endless{}) // no Content-Length
		w.must(err)
		r.SetBasicAuth(bank.key, bank.secret)
		response, err := http.DefaultClient.Do(r)
		w.must(err)
		response.Body.Close()
		if response.StatusCode != 413 {
			t.Error(response.Status)
		}
	})
	t.Run("an id that is none", func(t *testing.T) {
		bank.call("GET", "/api/transaction/42", "").problem(404, "not-found")
		bank.call("GET", "/api/transaction/"+someID, "").problem(404, "not-found")
	})
	t.Run("a client that is suspended", func(t *testing.T) {
		suspended := w.client("harbor", settings())
		suspended.originate(proposal("TransactionID", someID)).is(201)
		w.suspend("harbor")
		suspended.originate(proposal()).problem(403, "client-suspended")
		suspended.originate(proposal("TransactionID", someID)).is(200) // accepted before the suspension
		suspended.call("GET", "/api/transaction/"+someID, "").is(200)
	})
}

// A caller that asks before it sends a body is told no at once: the server does not
// wait for the body.
func TestACallerThatAsksFirstIsRefusedBeforeItSends(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]string{"/api/transaction": "401", "/nothing": "404", "/v1/nacha": "401"} {
		c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		w.must(err)
		t.Cleanup(func() { _ = c.Close() })                // the server's end waits for it
		w.must(c.SetDeadline(time.Now().Add(time.Minute))) // so that a server that waits fails the test
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n", path)
		line, err := bufio.NewReader(c).ReadString('\n')
		w.must(err)
		if !strings.HasPrefix(line, "HTTP/1.1 "+want) {
			t.Errorf("%s: %s", path, line)
		}
	}
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestEachRequestHasAnID(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	made := bank.originate(proposal()).is(201).header.Get("X-Request-ID")
	if len(made) != 36 {
		t.Errorf("made %q", made)
	}
	taken := bank.originate(proposal(), with{"X-Request-ID", "order-4711"}).is(201)
	if taken.header.Get("X-Request-ID") != "order-4711" {
		t.Errorf("not taken: %v", taken.header)
	}
	for _, odd := range []string{"two words", strings.Repeat("x", 200), "<script>", `a"b`} {
		if got := bank.call("GET", "/api/transaction/event", "", with{"X-Request-ID", odd}).header.Get("X-Request-ID"); got == odd {
			t.Errorf("%q was taken", odd)
		}
	}
	for _, id := range []string{made, "order-4711"} {
		if !strings.Contains(w.log.String(), id) {
			t.Errorf("%s is on no log line", id)
		}
		found := false
		for _, e := range w.events() {
			found = found || strings.Contains(string(e.Meta), `"request_id":"`+id+`"`) && strings.Contains(string(e.Meta), `"actor":"`+bank.key+`"`)
		}
		if !found {
			t.Errorf("%s is on no event", id)
		}
	}
}

func TestNothingShowsAnAccountNumberOrASecret(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	const number = "4417123456"
	token := bank.token().is(200).text("access_token")
	var said []string
	say := func(a *answer) { said = append(said, string(a.body)) }
	for _, body := range []string{
		proposal("ToAccount", number),
		proposal("ToAccount", number, "ToRouting", "1"),
		proposal("ToAccount", number, "StandardEntryClassCode", number),
		proposal("ToAccount", number, "CompanyIdentification", number),
		proposal("ToAccount", number, "FromRouting", number),
		proposal("ToAccount", number+"*"),
		proposal("ToAccount", number, number, "a number for a name"),
		proposal("ToAccount", number, "TransactionType", number),
		proposal("ToAccount", number, "Amount", number),
		strings.Replace(proposal("ToAccount", "@"), `"@"`, number, 1),
	} {
		say(bank.originate(body))
		say(bank.originate(body, with{"Authorization", "Bearer " + token}))
		say(bank.call("POST", "/api/transaction/bulk", body, with{"Content-Type", ndjson}, with{"Idempotency-Key", "k"}))
	}
	say(bank.call("GET", "/api/transaction/event", ""))
	say(caller{w, bank.key, "wrong-" + bank.secret}.call("GET", "/api/transaction/event", ""))
	say(w.credential("_ledger", "ops:read").call("GET", "/metrics", "").is(200))
	for _, text := range append(w.everything(), said...) {
		for what, secret := range map[string]string{"the account number": number, "a secret": bank.secret, "a token": token} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s shows: …%.200s…", what, text[max(0, at-100):])
			}
		}
	}
}

func TestWhoMayRevealSeesWholeNumbersOfSingleObjects(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings(), domain.ScopeOriginate, domain.ScopeRead, domain.ScopeReveal)
	reader := w.credential("business", domain.ScopeRead)
	a := bank.originate(proposal()).is(201)
	path := "/api/transaction/" + a.text("TransactionID")
	if a.text("ToAccount") != "999999999" || bank.call("GET", path, "").text("ToAccount") != "999999999" {
		t.Errorf("%s", a.body)
	}
	if got := reader.call("GET", path, "").is(200).text("ToAccount"); got != "*****9999" {
		t.Error(got)
	}
}

func TestWhenTheLogCannotSayWhatHappenedNobodyHears2xx(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, faults := range map[string]sqlite.Faults{
		"the commit failed":        {BeforeCommit: func() error { return broken }},
		"it failed and is on disk": {AfterCommit: func() error { return broken }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			bank := w.client("business", settings())
			w.stop()
			w.faults = faults
			w.open()
			a := bank.originate(proposal()).problem(500, "outcome-unknown")
			if !a.closed {
				t.Error("the connection stayed open")
			}
			if strings.Contains(string(a.body), "fire") {
				t.Error("the fault shows")
			}
			w.send("GET", "/readyz", "").problem(503, "busy")
			if !strings.Contains(w.log.String(), "fire") {
				t.Error("the fault is not in the log")
			}
		})
	}
}

func TestAFullDiskRefusesWritesAndNothingElse(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	bank.originate(proposal("TransactionID", someID)).is(201)
	w.stop()
	w.faults = sqlite.Faults{FreeBytes: func(string) (uint64, error) { return 1 << 20, nil }}
	w.open()
	a := bank.originate(proposal()).problem(503, "storage-full")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	bank.call("GET", "/api/transaction/"+someID, "").is(200)
	bank.originate(proposal("TransactionID", someID)).is(503)
	got := bank.bulk([]string{proposal("TransactionID", "00000000-0000-4000-8000-000000000001")})
	if len(got) != 1 || got[0].String() != "1:storage-full" {
		t.Error(got)
	}
	lines := make([]string, 1001)
	for i := range lines {
		lines[i] = proposal("TransactionID", fmt.Sprintf("00000000-0000-4000-8000-%012d", i+1))
	}
	got = bank.bulk(lines)
	if last := got[len(got)-1]; last.Error == nil || last.Error.Code != "too-many-refused" || last.Error.Status != http.StatusServiceUnavailable {
		t.Errorf("nothing is wrong with the lines, but the last is answered %+v", last.Error)
	}
}

func TestRatesAreBoundedWhereAsked(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.RequestsPerSecond = 2 })
	bank, other := w.client("business", settings()), w.client("harbor", settings())
	for range 4 {
		bank.call("GET", "/api/transaction/event", "").is(200)
	}
	a := bank.call("GET", "/api/transaction/event", "").problem(429, "too-many-requests")
	if a.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	other.call("GET", "/api/transaction/event", "").is(200)
}

func TestAServerThatIsBusyIsAliveAndNotReady(t *testing.T) {
	var why error
	w := newWorld(t, func(o *api.Options) { o.Ready = func() error { return why } })
	w.send("GET", "/healthz", "").is(200)
	w.send("GET", "/readyz", "").is(200)
	w.send("HEAD", "/healthz", "").is(200)
	w.send("HEAD", "/readyz", "").is(200)
	why = errors.New("views are being rebuilt")
	w.send("GET", "/readyz", "").problem(503, "busy")
	w.send("HEAD", "/readyz", "").is(503)
	w.send("GET", "/healthz", "").is(200)
	if a := w.credential("_ledger", "ops:read").call("GET", "/metrics", "").is(200); !strings.Contains(string(a.body), `achledger_http_request_seconds_count{method="GET",route="/readyz",status="503"} 1`) {
		t.Errorf("%s", a.body)
	}
}
