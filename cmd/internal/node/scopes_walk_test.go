package node

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// things is a client with one object of every kind. Each has an account number of its
// own, which only callers with the right scope may see.
type things struct {
	*running
	credential folder.Credential
	client     string
	ids        map[string]string // by their place in paths, see path
	numbers    []string
	files      map[string]string // by kind: downloaded, uploaded, ours
}

// clientScopes and opsScopes are those a credential can have, one by one.
var (
	clientScopes = []string{"originate", "read", "vault", "download", "reveal"}
	opsScopes    = []string{"ops:read", "ops:work", "ops:approve", "ops:admin", "read", "reveal"}
)

// furnish opens a client with one object of every kind. Number distinguishes its
// account numbers from another client's.
func furnish(r *running, name string, number int) *things {
	r.t.Helper()
	w := &things{running: r, ids: map[string]string{}, files: map[string]string{}}
	w.client, w.credential = r.client(name)
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+w.client, object{"sec_codes": []string{"PPD", "CCD", "WEB"}, "batching": object{"max_entries": 1}}, nil)
	next := func() string {
		n := fmt.Sprintf("7%d0448817%04d", number, len(w.numbers))
		w.numbers = append(w.numbers, n)
		return n
	}
	me := w.credential

	var made struct {
		TransactionID string
		Events        []struct{ EventID string }
	}
	r.must(201, me, "POST", "/api/transaction", object{
		"StandardEntryClassCode": "PPD", "TransactionType": "push", "ToRouting": "121042882", "ToAccount": next(),
		"ToAccountType": "checking", "ToName": "Ada Marsh", "Description": "PAYROLL", "Amount": 12.34}, &made)
	w.ids["transaction"], w.ids["event"] = made.TransactionID, made.Events[0].EventID
	w.files["ours"] = w.cutFile()

	var recipient struct{ RecipientID string }
	r.must(201, me, "POST", "/v1/recipients", object{"name": "Ada Marsh", "recipientType": "CONSUMER"}, &recipient)
	w.ids["recipient"] = recipient.RecipientID
	var account struct{ AccountID string }
	r.must(201, me, "POST", "/v1/recipients/"+recipient.RecipientID+"/accounts",
		object{"routingNumber": "121042882", "accountNumber": next(), "accountType": "CHECKING"}, &account)
	w.ids["account"] = account.AccountID
	var odfi struct{ ODFIID string }
	r.must(201, me, "POST", "/v1/odfis", object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "UNIX"}, &odfi)
	w.ids["odfi"] = odfi.ODFIID
	var file struct{ ACHFileID string }
	r.must(201, me, "POST", "/v1/ach-files", object{"odfi": odfi.ODFIID, "batches": []object{{
		"company":          object{"name": strings.ToUpper(name), "recipientType": "COMPANY", "companyId": "1840000017"},
		"entryDescription": "TEST", "secCode": "PPD", "entries": []object{
			{"recipient": recipient.RecipientID, "account": account.AccountID, "amount": 1, "entryType": "CREDIT"},
			{"recipient": object{"name": "Bo", "recipientType": "CONSUMER"}, "amount": 2, "entryType": "CREDIT",
				"account": object{"routingNumber": "121042882", "accountNumber": next(), "accountType": "CHECKING"}}}}}}, &file)
	w.ids["achfile"] = file.ACHFileID
	w.files["downloaded"] = guidOf(file.ACHFileID)
	w.upload(next())

	holder := fmt.Sprintf("aaaaaaaa-aaaa-4aaa-8aaa-%012d", number)
	w.ids["holder"] = holder
	var link struct{ ID string }
	r.must(200, me, "POST", "/v1/accounts/"+holder+"/ach_relationships", object{"account_owner_name": "Ada Marsh", "nickname": "hers",
		"bank_account_type": "CHECKING", "bank_account_number": next(), "bank_routing_number": "121042882"}, &link)
	w.ids["relationship"] = link.ID
	var token struct {
		Token struct {
			ID string `json:"token-id"`
		} `json:"ach-token"`
	}
	r.must(200, me, "POST", "/rest/v2/ach/tokens", object{"account-number": next(), "account-type": "Checking", "individual-name": "Ada Marsh",
		"routing-number": "121042882", "software-type": "walk", "software-type-version": "1"}, &token)
	w.ids["token"] = token.Token.ID
	var webhook struct{ ID string }
	r.must(201, me, "POST", "/v1/webhooks", object{"url": "http://127.0.0.1:9/in"}, &webhook)
	w.ids["webhook"] = webhook.ID
	return w
}

// cutFile is the file that the batcher made of the client's first entry.
func (w *things) cutFile() (id string) {
	w.t.Helper()
	eventually(w.t, "a file is cut and rendered", func() bool {
		var list struct{ Data []struct{ ID, State string } }
		w.must(200, w.credential, "GET", "/v1/files", nil, &list)
		for _, f := range list.Data {
			if f.State == "delivered" {
				id = f.ID
			}
		}
		return id != ""
	})
	return id
}

// upload sends in a NACHA file of the client's own, with one account number.
func (w *things) upload(number string) {
	w.t.Helper()
	reader := w.with(w.client, "reveal")
	bytes := w.ask(reader, "GET", "/v1/files/"+w.files["downloaded"]+"/nacha", nil, "").Body.String()
	lines := strings.Split(strings.TrimSpace(bytes), "\n")
	for i, l := range lines {
		if l[0] == '6' {
			lines[i] = l[:12] + fmt.Sprintf("%-17s", number) + l[29:]
		}
	}
	text := w.ask(w.credential, "POST", "/v1/nacha", []byte(strings.Join(lines, "\n")+"\n"), "text/plain")
	_, rest, ok := strings.Cut(text.Body.String(), `"file_id":"`)
	if text.Code != http.StatusCreated || !ok {
		w.t.Fatalf("an upload answers %d: %s", text.Code, text.Body)
	}
	w.files["uploaded"], _, _ = strings.Cut(rest, `"`)
}

// guidOf converts an ACH Pro id to the form of file ids.
func guidOf(id string) string {
	id = strings.ToLower(id)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// with issues a credential with some scopes; without a client it is one of
// operations.
func (r *running) with(client string, scopes ...string) (c folder.Credential) {
	r.t.Helper()
	path := "/v1/ops/credentials"
	if client != "" {
		path = "/v1/ops/clients/" + client + "/credentials"
	}
	r.must(201, r.ops, "POST", path, object{"scopes": scopes}, &c)
	return c
}

// ask calls the handler without a network. A stream is ended after two seconds.
func (r *running) ask(who folder.Credential, method, path string, body []byte, media string) *httptest.ResponseRecorder {
	most := time.Minute
	if strings.Contains(path, "/stream") {
		most = 2 * time.Second
	}
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	request := httptest.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if body != nil {
		request.Header.Set("Content-Type", media)
	}
	if who.Key != "" {
		request.SetBasicAuth(who.Key, who.Secret)
	}
	answer := httptest.NewRecorder()
	r.server.http.Handler().ServeHTTP(answer, request)
	return answer
}

// path is a route's path to something of the client's.
func (w *things) path(route string) string {
	_, path, _ := strings.Cut(route, " ")
	id := map[string]string{
		"/api/transaction/": "transaction", "/v1/simulations/transactions/": "transaction", "/v1/odfis/": "odfi",
		"/v1/recipients/": "recipient", "/v1/ach-files/": "achfile", "/v1/webhooks/": "webhook", "/v1/ops/clients/:client/webhooks/": "webhook",
	}
	for prefix, kind := range id {
		if strings.HasPrefix(path, prefix) {
			path = strings.Replace(path, ":id", w.ids[kind], 1)
		}
	}
	if strings.HasPrefix(path, "/v1/accounts/") {
		path = strings.Replace(path, ":account", w.ids["holder"], 1)
	}
	path = strings.NewReplacer(":id", w.files["ours"], ":account", w.ids["account"], ":event", w.ids["event"],
		":relationship", w.ids["relationship"], ":transfer", w.ids["transaction"], ":token", w.ids["token"],
		":client", w.client, ":message", "1", ":key", "aaaaaaaaaaaaaaaaaaaa", ":routing", "231380104", ":file", "start.js").Replace(path)
	if strings.HasSuffix(path, "/stream") {
		path += "?after=0"
	}
	return path
}

// shows names the client's account numbers that an answer shows whole.
func (w *things) shows(text string) (list []string) {
	for _, n := range w.numbers {
		if strings.Contains(text, n) {
			list = append(list, n)
		}
	}
	return list
}

// routesInOrder lists all routes, with those that delete or end something last.
func routesInOrder(t *testing.T, r *running) []string {
	t.Helper()
	have := slices.DeleteFunc(r.server.http.Routes(), func(route string) bool {
		// The console takes no credential; see TestNoCredentialOpensTheConsole.
		return strings.HasPrefix(route, "echo_route_not_found") || strings.Contains(route, " /console")
	})
	if want := slices.Sorted(maps.Keys(scopesOfRoutes)); !slices.Equal(have, want) {
		for _, route := range have {
			if _, ok := scopesOfRoutes[route]; !ok {
				t.Errorf("%s is not in the table of scopes: say what it needs", route)
			}
		}
		for _, route := range want {
			if !slices.Contains(have, route) {
				t.Errorf("%s is in the table of scopes and not served", route)
			}
		}
	}
	order := "GET PUT POST PATCH DELETE"
	slices.SortStableFunc(have, func(a, b string) int {
		ma, _, _ := strings.Cut(a, " ")
		mb, _, _ := strings.Cut(b, " ")
		return strings.Index(order, ma) - strings.Index(order, mb)
	})
	return have
}

// Every route is requested with each scope alone, without a credential and by another
// client. Only the scope in the table is accepted, and account numbers are shown only
// to callers that may see them.
func TestNoRouteGivesOutANumberWithoutItsScope(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	gym, rival := furnish(r, "Harbor Gym", 1), furnish(r, "Rival", 2)
	callers := map[string]folder.Credential{nobody: {}}
	for _, scope := range clientScopes {
		callers[scope] = r.with(gym.client, scope)
	}
	for _, scope := range opsScopes {
		callers["ops "+scope] = r.with("", scope)
	}
	stranger := r.with(rival.client, clientScopes...)
	for _, route := range routesInOrder(t, r) {
		method, _, _ := strings.Cut(route, " ")
		var body []byte
		if method != "GET" && method != "DELETE" {
			body = []byte("{}")
		}
		path, needs := gym.path(route), scopesOfRoutes[route]
		for _, name := range slices.Sorted(maps.Keys(callers)) {
			answer := r.ask(callers[name], method, path, body, "application/json")
			text := answer.Body.String()
			if want, got := opens(route, name), answer.Code != http.StatusForbidden && answer.Code != http.StatusUnauthorized; needs != nobody && want != got {
				t.Errorf("%s with %s answers %d: %.200s", route, name, answer.Code, text)
			}
			if answer.Code >= 500 && answer.Code != http.StatusServiceUnavailable {
				t.Errorf("%s with %s answers %d: %.200s", route, name, answer.Code, text)
			}
			if shown := gym.shows(text); len(shown) > 0 && !(needs == bytesOf && opens(route, name)) {
				t.Errorf("%s shows %v to %s: %.300s", route, shown, name, text)
			}
		}
		if strings.HasPrefix(needs, "ops") || needs == nobody {
			continue
		}
		answer := r.ask(stranger, method, path, body, "application/json")
		if shown := gym.shows(answer.Body.String()); len(shown) > 0 || strings.Contains(path, gym.ids["transaction"]) && answer.Code < 400 {
			t.Errorf("%s answers another client %d: %.300s", route, answer.Code, answer.Body)
		}
	}
}

// A caller with scopes read and reveal sees account numbers in full, but only in
// answers about one object: never in a list, a feed or an answer about another object.
func TestANumberIsShownWholeInAnswersAboutOneThingOnly(t *testing.T) {
	r := serve(t, "", nil)
	gym := furnish(r, "Harbor Gym", 1)
	may := r.with(gym.client, "read", "reveal", "vault")
	single := []string{"GET /api/transaction/:id", "GET /v1/recipients/:id/accounts/:account",
		"GET /v1/accounts/:account/ach_relationships/:relationship", "GET /v1/files/:id/nacha", "GET /v1/ach-files/:id/nacha"}
	for _, route := range routesInOrder(t, r) {
		if !strings.HasPrefix(route, "GET ") {
			continue
		}
		answer := r.ask(may, "GET", gym.path(route), nil, "")
		if got, want := len(gym.shows(answer.Body.String())) > 0, slices.Contains(single, route); got != want {
			t.Errorf("%s shows a number: %t, want %t; %d %.300s", route, got, want, answer.Code, answer.Body)
		}
	}
}

// opens reports whether a route accepts a caller with one scope. The walk requests a
// file of ours on /v1/files, and a file that the client made on /v1/ach-files.
func opens(route, scope string) bool {
	ops := strings.HasPrefix(scope, "ops ")
	switch needs := scopesOfRoutes[route]; needs {
	case anybody:
		return scope != nobody
	case writers:
		return false // one scope is not enough
	case bytesOf:
		return !ops && (scope == "reveal" || scope == "download" && strings.HasPrefix(route, "GET /v1/ach-files/"))
	default:
		return scope == needs && !ops || scope == "ops "+needs && strings.HasPrefix(needs, "ops:")
	}
}

// The bytes of a file are given out in full or not at all, depending on its client, on
// who made it and on the caller's scopes. Each time the log records it.
func TestTheBytesOfAFileGoToThoseWhoMayHaveThem(t *testing.T) {
	r := serve(t, "", nil)
	gym, rival := furnish(r, "Harbor Gym", 1), furnish(r, "Rival", 2)
	stranger := r.with(rival.client, clientScopes...)
	given := 0
	read := r.with(gym.client, "read")
	recorded := func() int {
		return strings.Count(r.ask(read, "GET", "/v1/events?type=audit.file_read&limit=1000", nil, "").Body.String(), `"audit.file_read"`)
	}
	before := recorded()
	for kind, id := range gym.files {
		paths := []string{"/v1/files/" + id + "/nacha"}
		if kind == "downloaded" {
			paths = append(paths, "/v1/ach-files/"+gym.ids["achfile"]+"/nacha")
		}
		for _, path := range paths {
			for _, scope := range clientScopes {
				want := http.StatusForbidden
				if scope == "reveal" || scope == "download" && kind != "ours" {
					want = http.StatusOK
				}
				answer := r.ask(r.with(gym.client, scope), "GET", path, nil, "")
				whole := len(gym.shows(answer.Body.String())) > 0
				if answer.Code != want || whole != (want == http.StatusOK) || strings.Contains(answer.Body.String(), "*****") {
					t.Errorf("%s (%s) with %s answers %d: %.300s", path, kind, scope, answer.Code, answer.Body)
				}
				if want == http.StatusOK {
					given++
				}
			}
			if answer := r.ask(stranger, "GET", path, nil, ""); answer.Code != http.StatusNotFound {
				t.Errorf("%s answers another client %d", path, answer.Code)
			}
		}
	}
	if got := recorded() - before; got != given {
		t.Errorf("%d files were given out, and the log has %d", given, got)
	}
	gym.neverInTheClear()
}

// neverInTheClear looks for the numbers in every file of the data folder that
// is not for the bank.
func (w *things) neverInTheClear() {
	w.t.Helper()
	err := filepath.WalkDir(string(w.folder), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !d.Type().IsRegular() || strings.HasPrefix(path, w.folder.Outbox()) {
			return nil // a file that the broker removed meanwhile, or not a file
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		if shown := w.shows(string(content)); len(shown) > 0 {
			w.t.Errorf("%s has %v", path, shown)
		}
		return nil
	})
	if err != nil {
		w.t.Error(err)
	}
}
