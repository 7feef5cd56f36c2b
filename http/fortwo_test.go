package http_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// person adds an operator and issues a credential that the person answers for.
func (w *world) person(name string, scopes ...string) caller {
	w.t.Helper()
	ctx := context.Background()
	email := name + "@lantern.example"
	command := domain.AddOperator{Email: email, Name: name, Roles: []string{domain.RoleApprover, domain.RoleAdmin}}
	_, err := ledger.Execute(ctx, w.ledger, ledger.OperatorsStream(), command.Decide)
	w.must(err)
	if len(scopes) == 0 {
		scopes = []string{domain.ScopeOps}
	}
	return w.credentialOf(strings.ToUpper(email), scopes...)
}

// asks sends a request that has to wait for another person, and returns the
// id of the approval.
func (c caller) asks(method, path, body string) string {
	c.t.Helper()
	var a struct {
		ID        string    `json:"approval_id"`
		Digest    string    `json:"digest"`
		ExpiresAt time.Time `json:"expires_at"`
	}
	c.must(json.Unmarshal(c.call(method, path, body).is(202).body, &a))
	if a.ID == "" || len(a.Digest) != 64 || !a.ExpiresAt.After(c.clock.Now()) {
		c.t.Fatalf("%s %s answers %+v", method, path, a)
	}
	return a.ID
}

func (c caller) approves(id string) *answer {
	c.t.Helper()
	return c.call("POST", "/v1/ops/approvals/"+id+"/approve", "")
}

func (c caller) state(id string) string {
	c.t.Helper()
	return c.call("GET", "/v1/ops/approvals/"+id, "").is(200).text("state")
}

// waiting originates a payment and returns the id of its event.
func (c caller) waiting() string {
	c.t.Helper()
	events := c.originate(proposal()).is(201).field("Events").([]any)
	return events[0].(map[string]any)["EventID"].(string)
}

// credentialOf issues another credential that somebody answers for.
func (w *world) credentialOf(owner string, scopes ...string) caller {
	w.t.Helper()
	issued, err := w.ledger.IssueCredential(context.Background(), ledger.CredentialRequest{Client: domain.LedgerClient, Scopes: scopes, Owner: owner})
	w.must(err)
	return caller{w, issued.Key, issued.Secret}
}

// has fails the test if the answer does not contain a text.
func (a *answer) has(t testing.TB, text string) {
	t.Helper()
	if !strings.Contains(string(a.body), text) {
		t.Errorf("%s answers %s, without %s", a.asked, a.body, text)
	}
}

// fourEyes is a world in which two people are needed.
func fourEyes(t *testing.T) (w *world, alice, bob caller) {
	w = newWorld(t)
	alice, bob = w.person("alice"), w.person("bob")
	alice.call("PUT", "/v1/ops/policy", `{"four_eyes":true}`).is(200)
	return w, alice, bob
}

func TestFourEyesNeedTwoPeopleAndTwoPeopleEndThem(t *testing.T) {
	w := newWorld(t)
	alice := w.person("alice")
	alice.call("PUT", "/v1/ops/policy", `{"four_eyes":true}`).problem(422, "rule-broken")
	bob := w.person("bob")
	alice.call("PUT", "/v1/ops/policy", `{"four_eyes":true,"approval_expires":"1s"}`).problem(400, "invalid")
	alice.call("PUT", "/v1/ops/policy", `{"four_eyes":true}`).is(200)
	before := len(w.events())
	id := alice.asks("PUT", "/v1/ops/policy", `{"four_eyes":false}`)
	if again := alice.asks("PUT", "/v1/ops/policy", `{"four_eyes":false}`); again != id {
		t.Errorf("asking twice made %s and %s", id, again)
	}
	if got := w.events()[before:]; len(got) != 1 || got[0].Type != "approval.asked" {
		t.Errorf("a request that waits wrote %d events", len(got))
	}
	alice.approves(id).problem(403, "own-request")
	alice.call("GET", "/v1/ops/policy", "").is(200).has(t, `"four_eyes":true`)
	bob.approves(id).is(200)
	alice.call("GET", "/v1/ops/policy", "").is(200).has(t, `"four_eyes":false`)
	after := len(w.events())
	bob.approves(id).is(200).has(t, `"state":"approved"`) // an answer that was lost is asked for again
	if got := w.events()[after:]; len(got) != 0 {
		t.Errorf("approving twice wrote %d events", len(got))
	}
	w.person("carol").approves(id).problem(409, "already-done")
}

// One person cannot release their own request, and a change of the policy needs
// two people. The log records every step.
func TestOnePersonCannotReleaseTheirOwnRequest(t *testing.T) {
	w, alice, bob := fourEyes(t)
	acme := w.client("acme", settings())
	event := acme.waiting()
	alice.call("POST", "/v1/ops/events/"+event+"/hold", `{"reason":"looks odd"}`).is(200) // holding needs one person only
	release := "/v1/ops/events/" + event + "/approve"
	id := alice.asks("POST", release, `{"reason":"the client called"}`)
	second := w.credentialOf("alice@lantern.example", domain.ScopeOps)
	for who, c := range map[string]caller{"by the same credential": alice, "by another credential of the same person": second} {
		if got := c.approves(id); got.status != 403 {
			t.Errorf("%s: %d %s", who, got.status, got.body)
		}
	}
	w.ops().approves(id).problem(403, "no-person") // the credential belongs to no person
	w.credentialOf("mallory@lantern.example", domain.ScopeOps).approves(id).problem(403, "no-person")
	if got := second.asks("POST", release, `{"reason":"the client called"}`); got != id {
		t.Error("the same person asks for the same by another credential, and there are two requests")
	}
	if state := bob.state(id); state != "asked" {
		t.Errorf("the request is %s", state)
	}
	bob.approves(id).is(200).has(t, `"state":"approved"`)
	alice.call("POST", release, `{"reason":"again"}`).is(200) // it is released: nothing to do

	var told []string
	for _, r := range w.events() {
		f, err := ledger.Fact(r)
		w.must(err)
		switch e := f.Event.(type) {
		case *domain.ApprovalAsked:
			told = append(told, "asked by "+e.Maker)
		case *domain.ApprovalGiven:
			told = append(told, "approved by "+e.By+" for "+e.Maker)
		case *domain.TransactionApproved:
			told = append(told, fmt.Sprintf("released, approved: %t", f.Meta.Approval == id && f.Meta.Actor == bob.key))
		}
	}
	want := []string{"asked by alice@lantern.example", "approved by bob@lantern.example for alice@lantern.example", "released, approved: true"}
	if !slices.Equal(told, want) {
		t.Errorf("the log says %q", told)
	}
}

func TestSmallReleasesNeedOnePerson(t *testing.T) {
	w, alice, bob := fourEyes(t)
	bob.approves(alice.asks("PUT", "/v1/ops/policy", `{"four_eyes":true,"release_above_cents":1000000}`)).is(200)
	acme := w.client("acme", settings())
	event := acme.waiting()
	alice.call("POST", "/v1/ops/events/"+event+"/hold", `{"reason":"looks odd"}`).is(200)
	alice.call("POST", "/v1/ops/events/"+event+"/approve", `{"reason":"fine"}`).is(200)
}

// An approval applies to the state for which it was requested. If that has changed
// since, the approval does nothing.
func TestAnApprovalOfWhatHasChangedIsStaleAndDoesNothing(t *testing.T) {
	w, alice, bob := fourEyes(t)
	w.client("acme", settings())
	alice.call("PATCH", "/v1/ops/clients/acme", `{"suspended":true,"suspended_reason":"fraud"}`).is(200) // suspending needs one person only
	resume := alice.asks("PATCH", "/v1/ops/clients/acme", `{"suspended":false}`)
	rename := bob.asks("PATCH", "/v1/ops/clients/acme", `{"name":"Other Inc."}`)
	bob.call("POST", "/v1/ops/approvals/"+resume+"/approve", `{"digest":"`+strings.Repeat("0", 64)+`"}`).problem(409, "stale")
	alice.approves(rename).is(200)
	before := len(w.events())
	bob.approves(resume).problem(409, "stale")
	if got := w.events()[before:]; len(got) != 1 || got[0].Type != "approval.stale" {
		t.Errorf("a stale approval wrote %d events", len(got))
	}
	if state := alice.state(resume); state != "stale" {
		t.Errorf("the request is %s", state)
	}
	if again := alice.asks("PATCH", "/v1/ops/clients/acme", `{"suspended":false}`); again == resume {
		t.Error("a stale request is given again")
	} else {
		bob.approves(again).is(200)
	}
	alice.call("GET", "/v1/ops/clients/acme", "").is(200).has(t, `"suspended":false`)
}

func TestARequestExpiresIsRefusedOrWithdrawnAndCanBeAskedAgain(t *testing.T) {
	w, alice, bob := fourEyes(t)
	w.client("acme", settings())
	ask := func() string {
		t.Helper()
		return alice.asks("PATCH", "/v1/ops/clients/acme", `{"name":"Other Inc."}`)
	}
	first := ask()
	w.clock.Advance(25 * time.Hour)
	bob.approves(first).problem(409, "stale")
	if state := bob.state(first); state != "expired" {
		t.Errorf("after a day it is %s", state)
	}
	second := ask()
	alice.call("POST", "/v1/ops/approvals/"+second+"/refuse", "").problem(403, "own-request")
	bob.call("POST", "/v1/ops/approvals/"+second+"/withdraw", "").problem(403, "own-request")
	bob.call("POST", "/v1/ops/approvals/"+second+"/refuse", `{"reason":"why?"}`).is(200)
	bob.approves(second).problem(409, "already-done")
	third := ask()
	alice.call("POST", "/v1/ops/approvals/"+third+"/withdraw", "").is(200)
	bob.approves(third).problem(409, "already-done")
	fourth := ask()
	if all := []string{first, second, third, fourth}; len(slices.Compact(slices.Sorted(slices.Values(all)))) != 4 {
		t.Errorf("requests %v", all)
	}
	for state, want := range map[string]string{"asked": fourth, "expired": first, "refused": second, "withdrawn": third} {
		list := rows(bob.call("GET", "/v1/ops/approvals?state="+state, "").is(200))
		if len(list) != 1 || list[0]["id"] != want || list[0]["state"] != state {
			t.Errorf("those %s are %v", state, list)
		}
	}
	if list := rows(bob.call("GET", "/v1/ops/approvals", "").is(200)); len(list) != 4 {
		t.Errorf("%d requests", len(list))
	}
}

// The requester gets the secret, the approver never sees it, and it does not work
// before the approval.
func TestACredentialOfOperationsNeedsTwoPeople(t *testing.T) {
	w, alice, bob := fourEyes(t)
	var a struct {
		ID         string                  `json:"approval_id"`
		Credential ledger.IssuedCredential `json:"credential"`
	}
	body := `{"scopes":["ops:read"],"owner":"alice@lantern.example"}`
	w.must(json.Unmarshal(alice.call("POST", "/v1/ops/credentials", body).is(202).body, &a))
	issued := caller{w, a.Credential.Key, a.Credential.Secret}
	issued.call("GET", "/v1/ops/clients", "").problem(401, "unauthorized")
	if again := alice.call("POST", "/v1/ops/credentials", body).is(202); strings.Contains(string(again.body), "secret") {
		t.Errorf("asking again shows %s", again.body)
	}
	shown := bob.call("GET", "/v1/ops/approvals/"+a.ID, "").is(200)
	if strings.Contains(string(shown.body), a.Credential.Secret) {
		t.Error("the other person sees the secret")
	}
	bob.approves(a.ID).is(200)
	issued.call("GET", "/v1/ops/clients", "").is(200)

	w.client("acme", settings())
	alice.call("POST", "/v1/ops/clients/acme/credentials", `{"scopes":["read"]}`).is(201)
	alice.asks("POST", "/v1/ops/clients/acme/credentials", `{"scopes":["read","reveal"]}`)
}

func TestPeopleAreAddedAndChangedByTwo(t *testing.T) {
	w := newWorld(t)
	ops := w.ops()
	add := `{"email":"Carol@Lantern.example","name":"Carol Núñez","roles":["viewer"]}`
	ops.call("POST", "/v1/ops/operators", add).is(201).has(t, `"id":"carol@lantern.example"`)
	ops.call("POST", "/v1/ops/operators", add).is(201) // the same again is nothing new
	ops.call("POST", "/v1/ops/operators", `{"email":"carol@lantern.example","name":"C","roles":["admin"]}`).problem(409, "conflict")
	ops.call("POST", "/v1/ops/operators", `{"email":"no address","roles":["boss"]}`).problem(400, "invalid")
	ops.call("PATCH", "/v1/ops/operators/nobody@lantern.example", `{"enabled":false}`).problem(404, "not-found")
	ops.call("PATCH", "/v1/ops/operators/carol@lantern.example", `{"roles":["operator"]}`).is(200).has(t, `"ops:work"`)

	alice, bob := w.person("alice"), w.person("bob")
	alice.call("PUT", "/v1/ops/policy", `{"four_eyes":true}`).is(200)
	id := alice.asks("PATCH", "/v1/ops/operators/carol@lantern.example", `{"roles":["approver"]}`)
	ops.call("PATCH", "/v1/ops/operators/carol@lantern.example", `{"roles":["approver"]}`).problem(403, "no-person")
	without := alice.call("PATCH", "/v1/ops/operators/bob@lantern.example", `{"roles":["admin"]}`).problem(409, "conflict")
	without.has(t, "give another person the role approver first")
	bob.call("PATCH", "/v1/ops/operators/alice@lantern.example", `{"enabled":false}`).problem(409, "conflict")
	bob.approves(id).is(200)
	disable := bob.asks("PATCH", "/v1/ops/operators/alice@lantern.example", `{"enabled":false}`)
	alice.approves(disable).is(200)
	alice.call("PATCH", "/v1/ops/operators/carol@lantern.example", `{"roles":["admin"]}`).problem(403, "no-person") // a person who is disabled asks for nothing
	list := rows(ops.call("GET", "/v1/ops/operators", "").is(200))
	if len(list) != 3 || list[0]["email"] != "carol@lantern.example" || list[1]["enabled"] != false {
		t.Errorf("the people are %v", list)
	}
}

// A credential keeps its scopes when its owner loses the role: the owner approves
// nothing by it any more.
func TestWhoIsNoApproverAnyMoreApprovesByNoCredential(t *testing.T) {
	w, alice, bob := fourEyes(t)
	carol := w.person("carol")
	id := alice.asks("PATCH", "/v1/ops/operators/carol@lantern.example", `{"roles":["operator"]}`)
	bob.approves(id).is(200)
	asked := alice.asks("PUT", "/v1/ops/policy", `{"four_eyes":false}`)
	carol.approves(asked).problem(403, "no-person")
	if got := alice.state(asked); got != "asked" {
		t.Errorf("the request is %s", got)
	}
	bob.approves(asked).is(200)
}

// What a person asked for who was disabled since is not done any more, whoever
// approves it.
func TestWhatAPersonAskedForWhoWasDisabledIsStale(t *testing.T) {
	w, alice, bob := fourEyes(t)
	carol := w.person("carol")
	asked := carol.asks("PUT", "/v1/ops/policy", `{"four_eyes":false}`)
	bob.approves(alice.asks("PATCH", "/v1/ops/operators/carol@lantern.example", `{"enabled":false}`)).is(200)
	bob.approves(asked).problem(409, "stale")
	if got := alice.state(asked); got != "stale" {
		t.Errorf("the request is %s", got)
	}
	alice.call("GET", "/v1/ops/policy", "").is(200).has(t, `"four_eyes":true`)
}

// So is what a person asked for who has lost a role since, or who was disabled and is
// enabled again, and what was asked for by a credential that was revoked since.
func TestWhatWasAskedForByWhoMayNotAnyMoreIsStale(t *testing.T) {
	const carols = "/v1/ops/operators/carol@lantern.example"
	for name, tt := range map[string]struct {
		changes func(alice, bob, carol caller)
		state   string
	}{
		"nothing changed": {func(_, _, _ caller) {}, "approved"},
		"a role was added": {func(alice, bob, _ caller) {
			bob.approves(alice.asks("PATCH", carols, `{"roles":["viewer","admin","approver"]}`)).is(200)
		}, "approved"},
		"the role was lost": {func(alice, bob, _ caller) {
			bob.approves(alice.asks("PATCH", carols, `{"roles":["viewer"]}`)).is(200)
		}, "stale"},
		"disabled and enabled": {func(alice, bob, _ caller) {
			bob.approves(alice.asks("PATCH", carols, `{"enabled":false}`)).is(200)
			bob.approves(alice.asks("PATCH", carols, `{"enabled":true}`)).is(200)
		}, "stale"},
		"the credential was revoked": {func(alice, _, carol caller) { alice.call("DELETE", "/v1/ops/credentials/"+carol.key, "").is(204) }, "stale"},
	} {
		t.Run(name, func(t *testing.T) {
			w, alice, bob := fourEyes(t)
			carol := w.person("carol")
			asked := carol.asks("PUT", "/v1/ops/policy", `{"four_eyes":false}`)
			tt.changes(alice, bob, carol)
			bob.approves(asked)
			if got := alice.state(asked); got != tt.state {
				t.Errorf("the request is %s", got)
			}
		})
	}
}

// Alice requests a credential of which Bob is the owner, and keeps its secret: who asks
// or approves by it may be Alice, and she does not do the other half herself.
func TestWhoRequestedACredentialIsNotTwoPeopleByIt(t *testing.T) {
	w, alice, bob := fourEyes(t)
	carol := w.person("carol")
	var a struct {
		ID         string                  `json:"approval_id"`
		Credential ledger.IssuedCredential `json:"credential"`
	}
	w.must(json.Unmarshal(alice.call("POST", "/v1/ops/credentials", `{"scopes":["ops"],"owner":"bob@lantern.example"}`).is(202).body, &a))
	bob.approves(a.ID).is(200)
	bobs := caller{w, a.Credential.Key, a.Credential.Secret}

	off := func(release int) string { return fmt.Sprintf(`{"four_eyes":false,"release_above_cents":%d}`, release) }
	bobs.approves(alice.asks("PUT", "/v1/ops/policy", off(1))).problem(403, "own-request").has(t, "alice@lantern.example")
	alice.approves(bobs.asks("PUT", "/v1/ops/policy", off(2))).problem(403, "own-request").has(t, "alice@lantern.example")
	token := w.send("POST", "/connect/token", "", with{"Authorization", basic(bobs.key, bobs.secret)}).is(200).text("access_token")
	w.send("POST", "/v1/ops/approvals/"+alice.asks("PUT", "/v1/ops/policy", off(3))+"/approve", "", with{"Authorization", "Bearer " + token}).problem(403, "own-request")
	if got := alice.call("GET", "/v1/ops/policy", "").is(200); !strings.Contains(string(got.body), `"four_eyes":true`) {
		t.Errorf("one person ended it: %s", got.body)
	}
	carol.approves(bobs.asks("PUT", "/v1/ops/policy", `{"four_eyes":true,"release_above_cents":4}`)).is(200) // two people, whoever of them has it
	bobs.approves(carol.asks("PUT", "/v1/ops/policy", `{"four_eyes":true,"release_above_cents":5}`)).is(200)
	bob.approves(alice.asks("PUT", "/v1/ops/policy", `{"four_eyes":true,"release_above_cents":6}`)).is(200)
}

// holding calls a function once, before a stream is read: the policy's, unless another is
// named, after it was read a number of times.
type holding struct {
	eventstore.Store
	stream string
	after  int
	then   func()
}

func (h *holding) ReadStream(ctx context.Context, stream string, after int64) ([]eventstore.Recorded, error) {
	if then := h.then; then != nil && stream == cmp.Or(h.stream, domain.PolicyStream) {
		if h.after--; h.after < 0 {
			h.then = nil
			then()
		}
	}
	return h.Store.ReadStream(ctx, stream, after)
}

func newHoldingWorld(t *testing.T) (*world, *holding) {
	store := &holding{}
	return newWorld(t, func(o *api.Options) {
		store.Store = o.Ledger.Store
		o.Ledger.Store = store
	}), store
}

// A rule holds an item between the request to release it and the decision about
// that request. One person cannot release it then either.
func TestWhatIsHeldWhileItsReleaseIsAskedForTakesTwoPeopleToo(t *testing.T) {
	w, store := newHoldingWorld(t)
	alice := w.person("alice")
	w.person("bob")
	alice.call("PUT", "/v1/ops/policy", `{"four_eyes":true}`).is(200)
	acme := w.client("acme", settings())
	made := acme.originate(proposal()).is(201)
	id, event := made.text("TransactionID"), made.field("Events").([]any)[0].(map[string]any)["EventID"].(string)

	store.then = func() {
		_, err := ledger.Execute(t.Context(), w.ledger, ledger.TransactionStream("acme", id), domain.Hold{ItemID: event, Reason: "look"}.Decide)
		w.must(err)
	}
	alice.asks("POST", "/v1/ops/events/"+event+"/approve", `{"reason":"fine"}`)
	if tx, err := w.ledger.Transaction(t.Context(), "acme", id); err != nil || tx.Origination().State != domain.Held {
		t.Errorf("it is %s, %v", tx.Origination().State, err)
	}

	w.file("acme", 0, domain.FileOpened{FileID: fileID, Client: "acme", ODFI: "021214862", Why: domain.WhyUpload, Method: domain.ToOutbox},
		domain.FileCut{CreatedOn: "261117", CreatedAt: "0930", Modifier: "A", Totals: nacha.Totals{CreditCents: 100}})
	store.then = func() {
		w.file("acme", 2, domain.FileHeld{Reason: "look", By: guard.HeldBy{Rule: "limits/credit/entry", AtDeadline: guard.Keep}})
	}
	alice.asks("POST", "/v1/ops/files/"+fileID+"/approve", `{"reason":"fine"}`)
	if f, err := w.ledger.File(t.Context(), fileID); err != nil || f.State != domain.FileIsHeld {
		t.Errorf("the file is %s, %v", f.State, err)
	}
}

// The body only suspends the client as it is when the request comes, and renames
// it too once somebody else has given it another name.
func TestAChangeOfAClientTakesTwoPeopleByWhatIsWritten(t *testing.T) {
	w, store := newHoldingWorld(t)
	alice := w.person("alice")
	w.person("bob")
	w.client("acme", settings())
	alice.call("PUT", "/v1/ops/policy", `{"four_eyes":true}`).is(200)
	before, err := w.ledger.Client(t.Context(), "acme")
	w.must(err)

	store.stream, store.after = domain.ClientStream("acme"), 1 // it has been read once
	store.then = func() {
		now := before.Settings
		now.Name = "What two people agreed on"
		_, err := ledger.Execute(t.Context(), w.ledger, ledger.ClientStream("acme"), domain.ChangeClient{Settings: now}.Decide)
		w.must(err)
	}
	alice.asks("PATCH", "/v1/ops/clients/acme", `{"name":"`+before.Settings.Name+`","suspended":true,"suspended_reason":"fraud"}`)
	if now, err := w.ledger.Client(t.Context(), "acme"); err != nil || now.Suspended || now.Settings.Name != "What two people agreed on" {
		t.Errorf("it is %+v, %v", now, err)
	}
	alice.call("PATCH", "/v1/ops/clients/acme", `{"suspended":true,"suspended_reason":"fraud"}`).is(200)
}

// doubtful is a server that finds out, while a person says what became of a
// file, that its delivery is unknown.
type doubtful struct {
	noFiles
	act func()
}

func (d *doubtful) Confirm(context.Context, string) error { d.act(); return nil }

func (d *doubtful) Resend(context.Context, string) error { d.act(); return nil }

func (d *doubtful) Release(context.Context, string, domain.ReleaseFile) error { d.act(); return nil }

// A file that enters a state in which it may be settled, after it was read, is
// settled by one person no more than if it had been in it before.
func TestAFileThatCannotBeSettledYetIsNotSettledByOnePersonMeanwhile(t *testing.T) {
	files := &doubtful{}
	w := newWorld(t, func(o *api.Options) { o.Files = files })
	alice := w.person("alice")
	w.person("bob")
	w.client("acme", settings())
	acts := 0
	files.act = func() { acts++ }
	w.file("acme", 0, domain.FileOpened{FileID: fileID, Client: "acme", ODFI: "021214862", Why: domain.WhyUpload, Method: domain.ToOutbox},
		domain.FileCut{CreatedOn: "261117", CreatedAt: "0930", Modifier: "A"}, domain.FileRendered{Name: "a.ach", SHA256: make([]byte, 32), Size: 940}, domain.FileDelivering{Method: domain.ToOutbox})
	orders := map[string]string{"confirm": "", "resend": "", "release": `{"reason":"wrong","then":"wait"}`}
	alice.call("PUT", "/v1/ops/policy", `{"four_eyes":true}`).is(200)
	for order, body := range orders {
		alice.call("POST", "/v1/ops/files/"+fileID+"/"+order, body).is(409)
	}
	if acts != 0 {
		t.Errorf("%d acts were done by one person", acts)
	}
	w.file("acme", 4, domain.FileDeliveryUnknown{Reason: "the server broke off"})
	alice.asks("POST", "/v1/ops/files/"+fileID+"/confirm", "")
	w.file("acme", 5, domain.FileDelivered{})
	alice.call("POST", "/v1/ops/files/"+fileID+"/confirm", "").is(200) // nothing is left to do
	if acts != 1 {
		t.Errorf("%d acts were done", acts)
	}
}
