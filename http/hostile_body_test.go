package http_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// A body that is wrong in countless places is answered shortly: naming them all took
// thirty times its size in memory, and fifteen times in the answer.
func TestABodyThatIsWrongThroughoutIsAnsweredShortly(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	many := func(open, each, end string) string {
		return open + strings.TrimSuffix(strings.Repeat(each+",", 900_000/(len(each)+1)), ",") + end
	}
	for name, tt := range map[string]struct{ path, body string }{
		"members nobody knows":         {"/api/transaction", many("{", `"x":1`, "}")},
		"one member again and again":   {"/api/transaction", many("{", `"Amount":1`, "}")},
		"addenda that are no text":     {"/api/transaction", many(`{"Addenda":[`, `1`, `]}`)},
		"banks that are none":          {"/api/transaction", many(`{"IATDetails":{"CorrespondentBanks":[`, `1`, `]}}`)},
		"members of banks":             {"/api/transaction", many(`{"IATDetails":{"CorrespondentBanks":[`, `{"x":1,"y":2}`, `]}}`)},
		"batches with nothing in them": {"/v1/ach-files", many(`{"batches":[`, `{}`, `]}`)},
		"entries with nothing in them": {"/v1/ach-files", many(`{"batches":[{"entries":[`, `{}`, `]}]}`)},
		"entries that are wrong": {"/v1/ach-files", many(`{"odfi":{"name":"X","routingNumber":"021214862","fileLineEndings":"UNIX"},"batches":[{
			"company":{"name":"ACME","recipientType":"COMPANY","companyId":"1840000017"},"entryDescription":"TEST","secCode":"PPD","entries":[`,
			`{"recipient":{"name":"A","recipientType":"CONSUMER"},"account":{}}`, `]}]}`)},
		"bulk lines of such members": {"/api/transaction/bulk", many("{", `"x":1`, "}")[:60_000] + "}"},
	} {
		t.Run(name, func(t *testing.T) {
			media := "application/json"
			if strings.HasSuffix(tt.path, "/bulk") {
				media = ndjson
			}
			a := acme.call("POST", tt.path, tt.body, with{"Content-Type", media}, with{"Idempotency-Key", name})
			if len(a.body) > 16<<10 {
				t.Errorf("%d bytes of answer to %d bytes", len(a.body), len(tt.body))
			}
			if media != ndjson {
				a.problem(400, "invalid")
			}
		})
	}
	deep := strings.Repeat("<a>", 100_000) + strings.Repeat("</a>", 100_000)
	acme.vault("POST", tokensPath, "<ach-token>"+deep+"</ach-token>", inXML).is(400)
}

func TestAnEncodedBodyIsRefusedOnEverySurface(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	for path, media := range map[string]string{
		"/connect/token": "application/x-www-form-urlencoded", "/v1/token": "application/json", "/api/transaction": "application/json",
		"/api/transaction/bulk": ndjson, "/v1/nacha": "text/plain", "/rest/v2/ach/tokens": "application/xml",
	} {
		acme.call("POST", path, "\x1f\x8b\x08", with{"Content-Type", media}, with{"Content-Encoding", "gzip"}).is(415)
	}
	acme.call("POST", "/v1/recipients", ada, with{"Content-Encoding", "identity"}).is(201)
}

// Bodies are in memory until they are whole: of those that are long, a client that
// sends slowly has so many at once.
func TestAClientHasSoManyLongBodiesUnderWay(t *testing.T) {
	const most = 64
	w := newWorld(t)
	acme, other := w.client("acme", settings()), w.client("other", settings())
	var slow [most]net.Conn
	for i := range slow {
		c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		w.must(err)
		defer c.Close()
		_, err = fmt.Fprintf(c, "POST /v1/recipients HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: 200000\r\n\r\n%s",
			basic(acme.key, acme.secret), strings.Repeat(" ", 100_000))
		w.must(err)
		slow[i] = c
	}
	long := strings.Repeat(" ", 100_000) + ada
	until := func(status int) *answer {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			if a := acme.call("POST", "/v1/recipients", long); a.status == status {
				return a
			} else if time.Now().After(end) {
				t.Fatalf("it is never answered %d, but %d %s", status, a.status, a.body)
			}
		}
	}
	if a := until(429); a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	acme.call("POST", "/v1/recipients", ada).is(201) // a short one is taken
	other.call("POST", "/v1/recipients", long).is(201)
	w.must(slow[0].Close())
	until(201)
}
