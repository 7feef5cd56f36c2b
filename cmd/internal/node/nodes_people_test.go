package node

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/eventstore/people/openid/openidtest"
)

// at is the same browser at another node.
func (v *visitor) at(r *running) *visitor { return &visitor{t: v.t, base: r.Base, cookie: v.cookie} }

// reads returns the status with which the console answers a page.
func (v *visitor) reads(path string) int {
	v.t.Helper()
	response, _ := v.send("GET", path, nil)
	return response.StatusCode
}

// A person signs in at one node, acts at another, and is disabled at the third. From
// then on no node accepts the session.
func TestASessionIsThatOfAllNodes(t *testing.T) {
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil), c.serve(nil)}
	a, b, third := nodes[0], nodes[1], nodes[2]
	a.at("2026-11-24T14:40:00Z")
	_, client := a.client("Harbor Gym")
	_, id := a.pay(client)
	event := a.told(client, id).last("Origination")

	ruth := a.signsIn("ruth@lantern.example", domain.RoleOperator)
	if response, page := ruth.at(b).send("POST", "/console/do/hold/"+event, url.Values{"reason": {"a look"}}, "Sec-Fetch-Site", "same-origin"); response.StatusCode != http.StatusSeeOther {
		t.Fatalf("holding at another node answers %d\n%s", response.StatusCode, page)
	}
	said := ""
	eventually(t, "the third node hears of the hold", func() bool { said = third.newestMeta("transaction.held"); return said != "" })
	if !strings.Contains(said, "ruth@lantern.example") {
		t.Errorf("the third node reads that %s held it", said)
	}
	if err := third.command("operators/disable", "ruth@lantern.example", &Nothing{}); err != nil {
		t.Fatal(err)
	}
	for i, r := range nodes {
		if status := ruth.at(r).reads("/console/clients"); status != http.StatusSeeOther {
			t.Errorf("node %d answers %d to one who was disabled", i, status)
		}
	}
	sam := a.signsIn("sam@lantern.example", domain.RoleViewer)
	if status := sam.at(third).reads("/console/clients"); status != http.StatusOK {
		t.Fatalf("a viewer reads with %d", status)
	}
	sam.at(b).send("POST", "/console/sign-out", url.Values{}, "Sec-Fetch-Site", "same-origin")
	for i, r := range nodes {
		if status := sam.at(r).reads("/console/clients"); status != http.StatusSeeOther {
			t.Errorf("node %d answers %d to one who signed out", i, status)
		}
	}
}

// newestMeta is who made the newest event of a type, and how.
func (r *running) newestMeta(eventType string) (meta string) {
	r.t.Helper()
	for _, e := range r.since(0) {
		if e.Type == eventType {
			meta = string(e.Meta)
		}
	}
	return meta
}

// A link made by one node works once, at any node. A password that was set at one
// node signs in at all of them, and each code of the app works once among all nodes.
func TestSigningInIsThatOfAllNodes(t *testing.T) {
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil), c.serve(nil)}
	ctx := t.Context()
	var link SignInLink
	if err := nodes[0].command("operators/add", NewOperator{Email: "ruth@lantern.example", Roles: []string{domain.RoleApprover}}, &link); err != nil {
		t.Fatal(err)
	}
	const home, password = "198.51.100.7:1", "correct horse battery"
	ins := make([]*people.SignIns, len(nodes))
	for i, r := range nodes {
		ins[i] = r.server.signIns()
	}
	setup, err := ins[1].Begin(ctx, link.Secret, home)
	nodes[0].noError(err)
	if _, err := ins[2].Begin(ctx, link.Secret, home); !people.IsRefused(err) {
		t.Errorf("the link again, at another node: %v", err)
	}
	first, err := totp.GenerateCode(setup.Secret, time.Now())
	nodes[0].noError(err)
	_, err = ins[2].Finish(ctx, setup.Ticket, password, first, home)
	nodes[0].noError(err)
	if _, err := ins[0].SignIn(ctx, "ruth@lantern.example", password, first, home); !people.IsRefused(err) {
		t.Errorf("the code again, at another node: %v", err)
	}
	next, err := totp.GenerateCode(setup.Secret, time.Now().Add(30*time.Second))
	nodes[0].noError(err)
	session, err := ins[0].SignIn(ctx, "ruth@lantern.example", password, next, home)
	nodes[0].noError(err)
	for i := range ins {
		if who, err := ins[i].Session(ctx, session.Secret); err != nil || who.Email != "ruth@lantern.example" {
			t.Errorf("node %d knows %q, %v", i, who.Email, err)
		}
	}
}

// A person goes to the provider from one node and comes back to another.
func TestAPersonComesBackFromTheProviderToAnotherNode(t *testing.T) {
	c := newCluster(t)
	p := openidtest.New(t, time.Now)
	with := func(o *Options) {
		o.OpenID = OpenID{Issuer: p.URL, ClientID: openidtest.ClientID, Secret: "s", Base: "http://ledger.localhost"}
	}
	a, b := c.serve(with), c.serve(with)
	_, err := a.server.AddOperator(t.Context(), NewOperator{Email: "alice@lantern.example", Roles: []string{domain.RoleViewer}})
	a.noError(err)
	browser := &visitor{t: t, base: a.Base}
	q := vouched{a, p, browser}.goes()
	if response, _ := (vouched{b, p, browser.at(b)}).comesBack(q); response.StatusCode != http.StatusSeeOther {
		t.Errorf("coming back to another node answers %d", response.StatusCode)
	}
}
