package node

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
)

// posts sends a form of the console and returns the address it redirects to.
func (v *visitor) posts(path string, form url.Values, want int) string {
	v.t.Helper()
	response, text := v.send("POST", path, form)
	if response.StatusCode != want {
		v.t.Fatalf("%s answers %d: %.600s", path, response.StatusCode, text)
	}
	return response.Header.Get("Location")
}

// sees fails the test if a page lacks one of the texts.
func (v *visitor) sees(path string, wants ...string) {
	v.t.Helper()
	response, text := v.send("GET", path, nil)
	if response.StatusCode != 200 {
		v.t.Fatalf("%s answers %d: %.300s", path, response.StatusCode, text)
	}
	for _, want := range wants {
		if !strings.Contains(text, want) {
			v.t.Errorf("%s does not say %q: %s", path, want, text)
		}
	}
}

func TestAnAdminRunsPeopleAndPolicyFromTheConsole(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	admin := r.signsIn("a.bell@lantern.example", domain.RoleAdmin)
	other := r.signsIn("m.ortiz@lantern.example", domain.RoleOperator)

	admin.posts("/console/do/add-person/new", url.Values{"email": {"P.Quill@lantern.example"}, "name": {"Pat Quill"}, "roles": {"viewer", "approver"}, "reason": {"joins on Monday"}}, 303)
	admin.sees("/console/people", "p.quill@lantern.example", "viewer, approver")
	admin.sees("/console/people/p.quill@lantern.example", "Pat Quill", "joins on Monday", "not set yet", "achledger operators link p.quill@lantern.example")

	person := "/console/do/change-person/m.ortiz@lantern.example"
	admin.posts(person, url.Values{"name": {"Maria Ortiz"}, "roles": {"operator", "approver"}, "reason": {"second approver"}, "back": {"/console/people/m.ortiz@lantern.example"}}, 303)
	admin.sees("/console/people/m.ortiz@lantern.example", "Maria Ortiz", "operator, approver", "second approver", "Signed in")
	other.sees("/console", "m.ortiz")
	admin.posts("/console/do/sign-out-person/m.ortiz@lantern.example", url.Values{"reason": {"the laptop was lost"}}, 303)
	if response, _ := other.send("GET", "/console", nil); response.Header.Get("Location") != "/console/sign-in" {
		t.Errorf("a session that was ended answers %d", response.StatusCode)
	}
	admin.sees("/console/people/a.bell@lantern.example", "Ended the sessions of", "the laptop was lost", "Added a person")
	r.endsOneSession(admin)

	admin.posts("/console/do/policy/ledger", url.Values{"four_eyes": {"true"}, "release_above_cents": {"5000.00"}, "approval_expires": {"12h"}, "reason": {"asked for by the examiner"}}, 303)
	admin.sees("/console/policy", "two people are needed", "$5,000.00", "12h", "asked for by the examiner", "a.bell@lantern.example")
	to := admin.posts("/console/do/policy/ledger", url.Values{"four_eyes": {"false"}, "release_above_cents": {"0.00"}, "approval_expires": {"24h"}, "reason": {"too slow"}, "back": {"/console/policy"}}, 303)
	if !strings.Contains(to, "done=asked") {
		t.Errorf("switching it off alone leads to %s", to)
	}
	admin.sees("/console/policy", "two people are needed", "by a command, and on record", "<b>Change the policy</b>: asked by you")
	admin.posts("/console/do/disable-person/p.quill@lantern.example", url.Values{"reason": {"left"}}, 409) // one of two who can approve
	if _, err := r.server.AddOperator(control.AsOwner(t.Context()), NewOperator{Email: "t.reyes@lantern.example", Roles: []string{domain.RoleApprover}}); err != nil {
		t.Fatal(err)
	}
	admin.posts("/console/do/disable-person/p.quill@lantern.example", url.Values{"reason": {"left"}}, 303)
	admin.sees("/console/queues/approvals", "Change the policy", "Add or change a person")
	admin.sees("/console/people/p.quill@lantern.example", "<b>Add or change a person</b>: asked by you")
}

// endsOneSession has an admin see who is signed in, and end one session.
func (r *running) endsOneSession(admin *visitor) {
	r.t.Helper()
	guest := r.signsIn("g.stone@lantern.example", domain.RoleViewer)
	guest.sees("/console/people", "Signed in now", "a.bell@lantern.example", "this browser", "127.0.0.1", "a one-time link")
	_, text := admin.send("GET", "/console/people/g.stone@lantern.example", nil)
	session := regexp.MustCompile(`<option value="([0-9a-f]{16})">g.stone@`).FindStringSubmatch(text)
	if session == nil {
		r.t.Fatalf("the page of a person offers no session to end: %s", text)
	}
	admin.posts("/console/do/end-session/one", url.Values{"key": {session[1]}}, 400)
	admin.posts("/console/do/end-session/one", url.Values{"key": {session[1]}, "reason": {"left open at the counter"}}, 303)
	if response, _ := guest.send("GET", "/console", nil); response.Header.Get("Location") != "/console/sign-in" {
		r.t.Errorf("a session that was ended answers %d", response.StatusCode)
	}
	admin.posts("/console/do/end-session/one", url.Values{"key": {session[1]}, "reason": {"again"}}, 404)
	admin.sees("/console/people/a.bell@lantern.example", "Ended a session of", "left open at the counter")
}

// A person with the role revealer is shown an account number once the reason is in
// the log. No other role is.
func TestAnAccountNumberIsShownWithAReasonAndOnRecord(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	client, gym := r.client("Harbor Gym")
	_, id := r.pay(gym)
	worker, others := r.signsIn("m.ortiz@lantern.example", domain.RoleOperator, domain.RoleRevealer), map[string]*visitor{}
	for _, role := range []string{domain.RoleViewer, domain.RoleOperator, domain.RoleApprover, domain.RoleAdmin} {
		others[role] = r.signsIn(role+"@lantern.example", role)
	}
	page, path := "/console/transactions/"+client+"/"+id, "/console/reveal/"+client+"/"+id
	eventually(t, "the page is there", func() bool { response, _ := worker.send("GET", page, nil); return response.StatusCode == 200 })
	if _, text := worker.send("GET", page, nil); strings.Contains(text, "30488174411") || !strings.Contains(text, path) {
		t.Error("the page shows the number, or does not offer it")
	}
	for role, other := range others {
		if _, text := other.send("GET", page, nil); strings.Contains(text, path) {
			t.Errorf("%s is offered the number", role)
		}
		other.posts(path, url.Values{"reason": {"curious"}}, 403)
	}
	worker.posts(path, nil, 400)
	response, text := worker.send("POST", path, url.Values{"reason": {"the receiver called"}})
	if response.StatusCode != 200 || !strings.Contains(text, "30488174411") || response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the number is answered with %d, %s: %.600s", response.StatusCode, response.Header.Get("Cache-Control"), text)
	}
	worker.sees("/console/people/m.ortiz@lantern.example", "Saw a full account number", "the receiver called")
	if n := r.count("audit.account_revealed"); n != 1 {
		t.Errorf("%d reveals are on record", n)
	}
	for _, who := range []struct {
		scopes []string
		want   int
	}{{[]string{"ops:read", "ops:work"}, 403}, {[]string{"ops:read", "reveal"}, 200}} {
		var credential folder.Credential
		r.must(201, r.ops, "POST", "/v1/ops/credentials", object{"scopes": who.scopes}, &credential)
		if status := r.call(credential, "POST", "/v1/ops/transactions/"+id+"/reveal", object{"client": client, "reason": "a test"}, nil); status != who.want {
			t.Errorf("a credential with %v gets %d", who.scopes, status)
		}
		if status := r.call(credential, "POST", "/v1/ops/transactions/"+id+"/reveal", object{"reason": "a test"}, nil); status != who.want {
			t.Errorf("without the client's id a credential with %v gets %d", who.scopes, status)
		}
	}
}
