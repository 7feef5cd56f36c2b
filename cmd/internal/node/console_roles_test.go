package node

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// visitor is a person's browser without a window: it keeps cookies and
// follows nothing.
type visitor struct {
	t      testing.TB
	base   string
	cookie string
}

// signsIn adds a person with roles and signs in by a link.
func (r *running) signsIn(email string, roles ...string) *visitor {
	r.t.Helper()
	ctx := context.Background()
	if _, err := r.server.AddOperator(ctx, NewOperator{Email: email, Roles: roles}); err != nil {
		r.t.Fatal(err)
	}
	secret, _, err := r.server.signIns().DirectLink(ctx, email)
	if err != nil {
		r.t.Fatal(err)
	}
	v := &visitor{t: r.t, base: r.Base}
	response, _ := v.send("POST", "/console/sign-in/link", url.Values{"link": {secret}})
	if response.StatusCode != http.StatusSeeOther || len(response.Cookies()) != 1 {
		r.t.Fatalf("signing in by a link answers %d with %v", response.StatusCode, response.Cookies())
	}
	c := response.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		r.t.Errorf("the session's cookie is %+v", c)
	}
	v.cookie = c.Name + "=" + c.Value
	return v
}

func (v *visitor) send(method, path string, form url.Values, headers ...string) (*http.Response, string) {
	v.t.Helper()
	request, err := http.NewRequest(method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if v.cookie != "" {
		request.Header.Set("Cookie", v.cookie)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		return response, ""
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return response, string(text)
}

// consoleRoutes are those of the console, with something in the place of each
// parameter.
func consoleRoutes(r *running) (routes []string) {
	for _, route := range r.server.http.Routes() {
		if !strings.Contains(route, " /console") {
			continue
		}
		method, path, _ := strings.Cut(route, " ")
		parts := strings.Split(path, "/")
		for i := range parts {
			if strings.HasPrefix(parts[i], ":") {
				parts[i] = "none"
			}
		}
		routes = append(routes, method+" "+strings.Join(parts, "/"))
	}
	return routes
}

func TestAConsolesAddressMayEndWithASlash(t *testing.T) {
	r := serve(t, "", nil)
	nobody := &visitor{t: t, base: r.Base}
	for path, want := range map[string]string{"/console/": "/console", "/console/files/": "/console/files", "/console/files/?q=ada": "/console/files?q=ada"} {
		if response, _ := nobody.send(http.MethodGet, path, nil); response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != want {
			t.Errorf("%s answers %d, to %q", path, response.StatusCode, response.Header.Get("Location"))
		}
	}
	if response, _ := nobody.send(http.MethodPost, "/console/", nil); response.StatusCode == http.StatusSeeOther {
		t.Error("a form is sent elsewhere")
	}
}

func TestNoCredentialOpensTheConsole(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	nobody := &visitor{t: t, base: r.Base}
	for _, route := range consoleRoutes(r) {
		method, path, _ := strings.Cut(route, " ")
		if strings.HasPrefix(path, "/console/static/") || strings.HasPrefix(path, "/console/sign-in") {
			continue // pages for signing in are open, and say nothing about the ledger
		}
		for name, headers := range map[string][]string{"nobody": nil, "a credential of operations": {"api-key", r.ops.Key + "." + r.ops.Secret}} {
			response, text := nobody.send(method, path, nil, headers...)
			if to := response.Header.Get("Location"); response.StatusCode != http.StatusSeeOther || to != "/console/sign-in" {
				t.Errorf("%s for %s answers %d, to %q: %.100s", route, name, response.StatusCode, to, text)
			}
		}
	}
}

func TestASessionOpensNoSurfaceButTheConsole(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	admin := r.signsIn("a.bell@lantern.example", domain.RoleAdmin)
	for _, path := range []string{"/v1/ops/clients", "/metrics", "/api/transaction/event"} {
		if response, _ := admin.send("GET", path, nil); response.StatusCode != http.StatusUnauthorized {
			t.Errorf("GET %s with a session answers %d", path, response.StatusCode)
		}
	}
}

// actionScopes has the scope that each action of the console needs.
var actionScopes = map[string]string{
	"hold": "ops:work", "approve": "ops:approve", "reject": "ops:work", "ask-back": "ops:work", "confirm": "ops:approve", "resend": "ops:approve", "release": "ops:approve",
	"judge": "ops:work", "dismiss-file": "ops:work", "assign": "ops:work", "return": "ops:work", "decide": "ops:work", "dismiss": "ops:work", "suspend": "ops:admin", "approve-file": "ops:approve", "lift": "ops:approve", "open-client": "ops:admin", "change-client": "ops:admin",
	"configure-bank": "ops:admin", "issue-credential": "ops:admin", "revoke-credential": "ops:admin", "policy": "ops:admin",
	"add-person": "ops:admin", "change-person": "ops:admin", "disable-person": "ops:admin", "enable-person": "ops:admin", "sign-out-person": "ops:admin", "end-session": "ops:admin", "resume": "ops:admin",
	"approve-request": "ops:approve", "refuse-request": "ops:approve", "withdraw-request": "ops:read",
	"clock": "ops:work", "play-acknowledge": "ops:work", "play-return": "ops:work", "play-correction": "ops:work", "play-dishonor": "ops:work", "play-contest": "ops:work",
}

var rolesScopes = map[string][]string{
	domain.RoleViewer: {"ops:read"}, domain.RoleOperator: {"ops:read", "ops:work"},
	domain.RoleApprover: {"ops:read", "ops:work", "ops:approve"}, domain.RoleAdmin: {"ops:read", "ops:admin"}, domain.RoleRevealer: {"ops:read", "reveal"},
}

func TestARoleOpensItsPagesAndActionsAndNoOthers(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	for _, role := range slices.Sorted(maps.Keys(rolesScopes)) {
		person := r.signsIn(role+"@lantern.example", role)
		for _, route := range consoleRoutes(r) {
			if method, path, _ := strings.Cut(route, " "); method == "GET" && path != "/console/live" {
				if response, text := person.send("GET", path, nil); response.StatusCode >= 400 && response.StatusCode != http.StatusNotFound {
					t.Errorf("%s for %s answers %d: %.200s", route, role, response.StatusCode, text)
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(actionScopes)) {
			may := slices.Contains(rolesScopes[role], actionScopes[name])
			form := url.Values{"reason": {"a test"}, "code": {"R03"}, "settings": {"{}"}, "key": {"none"}, "email": {"x@lantern.example"}, "roles": {"viewer"}, "client": {"none"}, "advance": {"15m"}, "result": {"accepted"}, "data": {"1"}}
			response, text := person.send("POST", "/console/do/"+name+"/none", form)
			if refused := response.StatusCode == http.StatusForbidden; refused == may {
				t.Errorf("%s for %s answers %d: %.200s", name, role, response.StatusCode, text)
			}
		}
	}
}

// shownActions are the actions that a page offers.
var shownActions = regexp.MustCompile(`action="/console/(?:do/)?([a-z-]+)/`)

// Every page offers a role the actions that the role includes, and no others.
func TestAPageOffersWhatARoleIncludes(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	day.must(201, day.ops, "POST", "/v1/ops/operators", object{"email": "m.ortiz@lantern.example", "name": "Maria Ortiz", "roles": []string{domain.RoleApprover}}, nil)
	day.asks()
	all := map[string]string{"reveal": "reveal"}
	maps.Copy(all, actionScopes)
	for role, expected := range map[string]string{
		domain.RoleViewer:   "",
		domain.RoleOperator: "hold reject judge dismiss-file assign return dismiss clock play-acknowledge play-return play-correction",
		domain.RoleApprover: "hold approve reject judge dismiss-file assign return dismiss clock play-acknowledge play-return play-correction approve-request refuse-request",
		domain.RoleAdmin:    "suspend open-client change-client configure-bank issue-credential revoke-credential policy add-person change-person disable-person sign-out-person end-session",
		domain.RoleRevealer: "reveal",
	} {
		person, offered := day.signsIn(role+"@lantern.example", role), map[string]bool{}
		for _, p := range day.pages() {
			response, text := person.send("GET", "/console"+p[1], nil)
			if response.StatusCode != http.StatusOK {
				t.Errorf("%s for %s answers %d", p[0], role, response.StatusCode)
			}
			for _, found := range shownActions.FindAllStringSubmatch(text, -1) {
				name := found[1]
				if offered[name] = true; !slices.Contains(rolesScopes[role], all[name]) {
					t.Errorf("%s offers %s to %s", p[0], name, role)
				}
			}
		}
		for _, name := range strings.Fields(expected) {
			if !offered[name] {
				t.Errorf("%s is offered nowhere to %s", name, role)
			}
		}
	}
}

// Every action of the console is in the table of actions and scopes.
func TestEveryActionHasItsScope(t *testing.T) {
	source, err := os.ReadFile("../../../http/console/actions_all.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\t"([a-z-]+)": +\{scope: domain\.(\w+)`).FindAllStringSubmatch(string(source), -1)
	scopes := map[string]string{"ScopeOpsRead": "ops:read", "ScopeOpsWork": "ops:work", "ScopeOpsApprove": "ops:approve", "ScopeOpsAdmin": "ops:admin"}
	for _, f := range found {
		if actionScopes[f[1]] != scopes[f[2]] {
			t.Errorf("%s needs %s, and the table says %q", f[1], scopes[f[2]], actionScopes[f[1]])
		}
	}
	if len(found) != len(actionScopes) {
		t.Errorf("the console has %d actions, the table %d", len(found), len(actionScopes))
	}
}

func TestAnotherSiteMakesNoRequestOfTheConsole(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	person := r.signsIn("m.ortiz@lantern.example", domain.RoleApprover)
	if response, _ := person.send("POST", "/console/do/clock/now", url.Values{"advance": {"1h"}}, "Sec-Fetch-Site", "cross-site"); response.StatusCode != http.StatusForbidden {
		t.Errorf("a request from another site answers %d", response.StatusCode)
	}
	if response, _ := person.send("POST", "/console/do/clock/now", url.Values{"advance": {"1h"}, "back": {"https://elsewhere.example/"}}); response.Header.Get("Location") != "/console?done=clock" {
		t.Errorf("after an action one is led to %q", response.Header.Get("Location"))
	}
	person.send("POST", "/console/sign-out", nil)
	if response, _ := person.send("GET", "/console", nil); response.Header.Get("Location") != "/console/sign-in" {
		t.Errorf("after signing out a page answers %d", response.StatusCode)
	}
}
