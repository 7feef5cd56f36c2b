package http_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
)

// rows returns the rows of a native list.
func rows(a *answer) []map[string]any {
	a.t.Helper()
	var p struct{ Data []map[string]any }
	if err := json.Unmarshal(a.body, &p); err != nil {
		a.t.Fatalf("%s: %v", a.body, err)
	}
	return p.Data
}

func TestAClientReadsItsOwnEventsInLogOrder(t *testing.T) {
	w := newWorld(t)
	bank, other := w.client("business", settings()), w.client("harbor", settings())
	for range 3 {
		bank.originate(proposal()).is(201)
		other.originate(proposal()).is(201)
	}
	a := bank.call("GET", "/v1/events?type=transaction.originated", "").is(200)
	if len(rows(a)) != 3 {
		t.Fatalf("%s", a.body)
	}
	last := 0.0
	for _, e := range rows(a) {
		if e["position"].(float64) <= last || !strings.HasPrefix(e["stream"].(string), "transaction/business/") {
			t.Errorf("out of order, or another client's: %v", e)
		}
		last = e["position"].(float64)
	}
	if more := bank.call("GET", fmt.Sprintf("/v1/events?after=%d", a.number("next_cursor")), "").is(200); len(rows(more)) != 0 {
		t.Errorf("behind the cursor came %s", more.body)
	}
	seen, after := 0, int64(0)
	for range 20 {
		page := bank.call("GET", fmt.Sprintf("/v1/events?limit=1&after=%d", after), "").is(200)
		seen, after = seen+len(rows(page)), page.number("next_cursor")
		if len(rows(page)) == 0 {
			break
		}
	}
	if all := len(rows(bank.call("GET", "/v1/events", "").is(200))); seen != all {
		t.Errorf("page by page came %d events, at once %d", seen, all)
	}
	operations := w.credential(domain.LedgerClient, "ops")
	head, err := w.store.Head(context.Background())
	w.must(err)
	beyond := fmt.Sprint(head.Position + 1000) // read from the log before a restore
	for path, who := range map[string]caller{"/v1/events": bank, "/v1/events/stream": bank, "/api/transaction/event": bank, "/v1/ops/audit": operations} {
		who.call("GET", path+"?after="+beyond, "").problem(400, "invalid")
	}
	bank.call("GET", "/v1/events/stream", "", with{"Last-Event-ID", beyond}).problem(400, "invalid")
	bank.call("GET", "/v1/events?after=-1", "").problem(400, "invalid")
	bank.call("GET", "/v1/events?type=no.such", "").problem(400, "invalid")
	bank.call("GET", "/v1/events?limit=9999", "").problem(400, "invalid")
}

func TestAStreamGoesOnBehindTheLastEvent(t *testing.T) {
	w := newWorld(t)
	bank, other := w.client("business", settings()), w.client("harbor", settings())
	bank.originate(proposal()).is(201)
	start := bank.call("GET", "/v1/events", "").is(200).number("next_cursor")

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", w.url+"/v1/events/stream", nil)
	w.must(err)
	r.Header.Set("Authorization", basic(bank.key, bank.secret))
	r.Header.Set("Last-Event-ID", fmt.Sprint(start))
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer response.Body.Close()
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %s", response.StatusCode, response.Header)
	}
	other.originate(proposal()).is(201)
	id := bank.originate(proposal()).is(201).text("TransactionID")
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if !strings.Contains(data, `"stream":"transaction/business/`+id) {
			t.Errorf("the first event behind the start is %s", data)
		}
		return
	}
	t.Fatalf("the stream ended: %v", lines.Err())
}

// A list that is held in memory is answered whole, or in pages to a caller that
// asks for pages.
func TestAWholeListIsReadInPagesToo(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	whole := rows(bank.call("GET", "/v1/return-codes", "").is(200))
	var paged []map[string]any
	cursor := ""
	for range whole {
		a := bank.call("GET", "/v1/return-codes?limit=9&cursor="+cursor, "").is(200)
		page := rows(a)
		paged = append(paged, page...)
		var next struct {
			Cursor *string `json:"next_cursor"`
		}
		w.must(json.Unmarshal(a.body, &next))
		if next.Cursor == nil {
			break
		}
		if cursor = *next.Cursor; len(page) != 9 {
			t.Errorf("a page has %d, and another follows", len(page))
		}
	}
	if !reflect.DeepEqual(paged, whole) {
		t.Errorf("in pages it has %d codes, as a whole %d", len(paged), len(whole))
	}
	for _, query := range []string{"limit=0", "limit=1001", "limit=x", "cursor=-1", "cursor=x"} {
		bank.call("GET", "/v1/return-codes?"+query, "").problem(400, "invalid")
	}
	if beyond := rows(bank.call("GET", "/v1/return-codes?cursor=10000", "").is(200)); len(beyond) != 0 {
		t.Errorf("behind the end there are %d", len(beyond))
	}
}

func TestCodesCalendarAndWindows(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	returns := rows(bank.call("GET", "/v1/return-codes", "").is(200))
	if len(returns) < 60 || returns[0]["code"] != "R01" {
		t.Errorf("%d return codes, the first %v", len(returns), returns[0])
	}
	for _, r := range returns {
		if r["code"] == "R90" {
			t.Error("R90 is not in force before 2028-03-17")
		}
	}
	if changes := rows(bank.call("GET", "/v1/change-codes", "").is(200)); len(changes) < 15 {
		t.Errorf("%d change codes", len(changes))
	}
	week := rows(bank.call("GET", "/v1/calendar?from=2026-11-25&to=2026-11-28", "").is(200))
	if len(week) != 4 || week[1]["holiday"] == nil || week[1]["banking_day"] != false || week[2]["banking_day"] != true || week[3]["banking_day"] != false {
		t.Errorf("the week of Thanksgiving is %v", week)
	}
	bank.call("GET", "/v1/calendar?from=2026-11-25&to=2026-11-24", "").problem(400, "invalid")
	bank.call("GET", "/v1/calendar?from=tomorrow", "").problem(400, "invalid")
	var answer struct {
		Deadlines []struct{ SettlesOn string }
		Windows   []struct{ Window string }
	}
	w.must(json.Unmarshal(bank.call("GET", "/v1/windows", "").is(200).body, &answer))
	if len(answer.Deadlines) != 6 || len(answer.Windows) != 4 || answer.Windows[0].Window != "10:15" {
		t.Errorf("%+v", answer)
	}
	w.send("GET", "/v1/calendar", "").is(401)
}

func TestTheDocumentAndItsPageAreServedFromTheBinary(t *testing.T) {
	w := newWorld(t)
	for path, holds := range map[string]string{
		"/openapi.json": `"openapi": "3.1.0"`, "/openapi.yaml": "openapi: 3.1.0", "/docs": "/docs/swagger-ui-bundle.js",
		"/docs/start.js": "/openapi.json", "/docs/swagger-ui.css": ".swagger-ui",
	} {
		response, err := http.Get(w.url + path)
		w.must(err)
		text := new(strings.Builder)
		_, err = bufio.NewReader(response.Body).WriteTo(text)
		w.must(err)
		response.Body.Close()
		if response.StatusCode != 200 || !strings.Contains(text.String(), holds) {
			t.Errorf("%s answers %d without %q", path, response.StatusCode, holds)
		}
	}
	w.send("GET", "/docs/other.js", "").is(404)
	root, err := http.Get(w.url + "/") // the client follows the redirect
	w.must(err)
	root.Body.Close()
	if root.StatusCode != 200 || root.Request.URL.Path != "/docs" {
		t.Errorf("the root answers %d at %s", root.StatusCode, root.Request.URL.Path)
	}
}
