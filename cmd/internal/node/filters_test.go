package node

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	achhttp "github.com/achledger/achledger/http"
)

// An ignored filter would list everything, and an ignored cursor would return the
// first page again and again.
func TestAQueryIsReadStrictlyOnEverySurface(t *testing.T) {
	r := serve(t, "", nil)
	_, gym := r.client("Harbor Gym")
	asJSON, _, err := achhttp.OpenAPI()
	r.check(err)
	d := document{}
	r.check(json.Unmarshal(asJSON, &d.whole))
	open := []string{"/", "/docs", "/docs/{file}", "/healthz", "/readyz", "/openapi.json", "/openapi.yaml", "/metrics"}
	parameter := regexp.MustCompile(`\{[a-z_]+\}`)
	for path, item := range d.whole["paths"].(map[string]any) {
		if d.follow(item)["get"] == nil || slices.Contains(open, path) || strings.HasPrefix(path, "/rest/") {
			continue
		}
		who := gym
		if strings.HasPrefix(path, "/v1/ops/") || strings.HasPrefix(path, "/v1/simulations/") {
			who = r.ops
		}
		for query, says := range map[string]string{"?Clientt=1": `"/Clientt"`, "?client=%zz": "cannot be decoded", "?limit=1;client=acme": "cannot be decoded"} {
			if status, text := r.text(who, parameter.ReplaceAllString(path, "x")+query); status != 400 || !strings.Contains(text, says) {
				t.Errorf("%s%s answers %d %s", path, query, status, text)
			}
		}
	}
	for path, want := range map[string]int{
		"/v1/events?cursor=5": 400, "/v1/events?after=0&after=5": 400, "/v1/events?after=0&AFTER=5": 400, "/v1/events?AFTER=x": 400,
		"/v1/events?AFTER=0&limit=1": 200, "/api/transaction/event?Date=9/1/2015&eventType=Origination&Status=Released&DIRECTION=ToFed": 200,
		"/v1/files?state=lost": 400, "/v1/files?state=Delivered": 200,
		"/v1/returns?limit=1": 200, "/v1/nocs?limit=1&cursor=": 200, "/v1/odfis?limit=1": 200,
		"/rest/v2/ach/tokens/x?whatever=1": 404,
	} {
		if status, text := r.text(gym, path); status != want {
			t.Errorf("%s answers %d %s", path, status, text)
		}
	}
}

// A query parameter beside a body would otherwise be ignored silently.
func TestTheQueryOfEveryMethodIsReadStrictly(t *testing.T) {
	r := serve(t, "", nil)
	_, gym := r.client("Harbor Gym")
	parameter := regexp.MustCompile(`:[a-z_]+`)
	asked := 0
	for route, scope := range scopesOfRoutes {
		method, path, _ := strings.Cut(route, " ")
		if method == "GET" || scope == nobody || strings.HasPrefix(path, "/rest/") || strings.HasPrefix(path, "/console") {
			continue // the vault and the token endpoints (RFC 6749, 3.2) ignore unknown parameters
		}
		asked++
		who := gym
		if strings.HasPrefix(path, "/v1/ops/") || strings.HasPrefix(path, "/v1/simulations/") {
			who = r.ops
		}
		for query, says := range map[string]string{"?dry_run=true": `"/dry_run"`, "?a=%zz": "cannot be decoded"} {
			answer := r.ask(who, method, parameter.ReplaceAllString(path, "x")+query, []byte("{}"), "application/json")
			if answer.Code != 400 || !strings.Contains(answer.Body.String(), says) {
				t.Errorf("%s%s answers %d %s", route, query, answer.Code, answer.Body)
			}
		}
	}
	if asked < 60 {
		t.Errorf("only %d routes were asked", asked)
	}
	if status := r.raw(r.ops, "/v1/ops/inbound?name=known", strings.Repeat("1", 94)+"\n"); status != 202 {
		t.Errorf("a name of what is handed in answers %d", status)
	}
	if answer := r.ask(gym, "DELETE", "/rest/v2/ach/tokens/x?whatever=1", nil, ""); answer.Code != 404 {
		t.Errorf("the vault answers %d %s", answer.Code, answer.Body)
	}
}

// A misspelled value of a filter would match nothing, and an empty list reads as good
// news.
func TestAFilterOfKnownValuesTakesNoOther(t *testing.T) {
	r := serve(t, "", nil)
	id, gym := r.client("Harbor Gym")
	var webhook struct{ ID string }
	r.must(201, gym, "POST", "/v1/webhooks", object{"url": "http://127.0.0.1:9/in"}, &webhook)
	asJSON, _, err := achhttp.OpenAPI()
	r.check(err)
	d := document{}
	r.check(json.Unmarshal(asJSON, &d.whole))
	refuses := func(path string, values ...any) {
		t.Helper()
		who := gym
		if strings.HasPrefix(path, "/v1/ops/") {
			who = r.ops
		}
		status, text := r.text(who, path)
		for _, v := range values {
			if v, _ := v.(string); status != 400 || !strings.Contains(text, v) {
				t.Errorf("%s answers %d %s, without %q", path, status, text, v)
			}
		}
	}
	filters := 0
	for path, item := range d.whole["paths"].(map[string]any) {
		parameters, _ := d.follow(d.follow(item)["get"])["parameters"].([]any)
		for _, p := range parameters {
			p := d.follow(p)
			values, closed := d.follow(p["schema"])["enum"].([]any)
			if p["in"] != "query" || !closed {
				continue
			}
			filters++
			query := "?" + p["name"].(string) + "=gone"
			for _, other := range parameters {
				switch other := d.follow(other); {
				case other["required"] != true || other["name"] == p["name"]:
				case other["name"] == "client":
					query += "&client=" + id
				case other["in"] == "query":
					query += "&" + other["name"].(string) + "=1840000017"
				}
			}
			refuses(strings.NewReplacer("{id}", webhook.ID, "{client}", id).Replace(path)+query, values...)
		}
	}
	if filters < 10 {
		t.Errorf("only %d filters were found", filters)
	}
	refuses("/api/transaction/event?eventType=gone", "Origination", "ReturnFee")
	refuses("/api/transaction/event?status=gone", "Pending", "Recalled")
	refuses("/api/transaction/event?direction=gone", "ToFed", "FromFed")
	refuses("/v1/accounts/33333333-3333-4333-8333-333333333333/ach_relationships?statuses=gone", "APPROVED", "CANCELED")
	refuses("/v1/events?type=gone", "is not a type of event")
	for _, path := range []string{"/v1/ops/inbound?state=Partly_Quarantined", "/v1/ops/unmatched?outcome=", "/v1/ops/unmatched?outcome=Dismissed"} {
		if status, text := r.text(r.ops, path); status != 200 {
			t.Errorf("%s answers %d %s", path, status, text)
		}
	}
}

// The console's pages say so as the lists of the API do.
func TestAFilterOfTheConsoleTakesNoOtherValue(t *testing.T) {
	r := serve(t, "", nil)
	person := r.signsIn("m.ortiz@lantern.example", domain.RoleViewer)
	for path, among := range map[string]string{
		"/rates/harbor/1840000017?class=gone": "unauthorized, administrative, overall",
		"/files?state=gone":                   "acknowledged",
		"/inbound?state=gone":                 "partly_quarantined",
		"/transactions?status=gone":           "Pending",
		"/returns?kind=gone":                  "Return",
		"/queues/approvals?state=gone":        "asked",
	} {
		if response, text := person.send("GET", "/console"+path, nil); response.StatusCode != 400 || !strings.Contains(text, among) {
			t.Errorf("%s answers %d %.600s, without %q", path, response.StatusCode, text, among)
		}
	}
}

// Every native list takes a limit.
func TestEveryNativeListHasALimit(t *testing.T) {
	asJSON, _, err := achhttp.OpenAPI()
	must(t, err)
	d := document{}
	must(t, json.Unmarshal(asJSON, &d.whole))
	lists := 0
	for path, item := range d.whole["paths"].(map[string]any) {
		get := d.follow(d.follow(item)["get"])
		responses, _ := get["responses"].(map[string]any)
		content, _ := d.follow(responses["200"])["content"].(map[string]any)
		media, _ := content["application/json"].(map[string]any)
		of, _ := d.follow(media["schema"])["properties"].(map[string]any)
		if of["next_cursor"] == nil {
			continue
		}
		lists++
		parameters, _ := get["parameters"].([]any)
		if !slices.ContainsFunc(parameters, func(p any) bool { return d.follow(p)["name"] == "limit" }) {
			t.Errorf("%s has no limit", path)
		}
	}
	if lists < 25 {
		t.Errorf("only %d native lists were found", lists)
	}
}

// The requests that the alerts tell people to make are answered.
func TestTheQueriesOfTheAlertsAreAnswered(t *testing.T) {
	r := serve(t, "", nil)
	id, _ := r.client("Harbor Gym")
	rules, err := os.ReadFile(alertRules)
	r.check(err)
	queries := regexp.MustCompile(`GET (/v1/ops/[^ ;,]*\?[A-Za-z0-9_=&]*)`).FindAllStringSubmatch(string(rules), -1)
	if len(queries) == 0 {
		t.Fatal("no alert has one")
	}
	for _, q := range queries {
		path := strings.Replace(q[1], "client=", "client="+id, 1)
		if status, text := r.text(r.ops, path); status != 200 {
			t.Errorf("%s answers %d %s", path, status, text)
		}
	}
}
