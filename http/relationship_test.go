package http_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/achledger/achledger/domain"
)

const (
	john   = "9d587d7a-7b2c-494f-8ad8-5796bfca0866"
	jane   = "0c1b8ad5-5a3e-4d40-9a3c-3a0f2d6d2f11"
	number = "32131231abc"
	// theLink is the sample of the documentation.
	theLink = `{"account_owner_name":"John Doe","bank_account_type":"CHECKING","bank_account_number":"32131231abc",
		"bank_routing_number":"121000358","nickname":"Bank of America Checking"}`
)

// links is where a holder's relationships are.
func links(holder string) string { return "/v1/accounts/" + holder + "/ach_relationships" }

// link posts the sample and answers its id.
func (c caller) link(holder, body string) string {
	c.t.Helper()
	return c.call("POST", links(holder), body).is(200).text("id")
}

// status of a relationship.
func (c caller) status(holder, id string) string {
	c.t.Helper()
	return c.call("GET", links(holder)+"/"+id, "").is(200).text("status")
}

// verifying are the transactions that verify a relationship.
func (w *town) verifying(client, holder, id string) []string {
	w.t.Helper()
	h, err := w.ledger.Holder(context.Background(), client, holder)
	w.must(err)
	r, ok := h.Relationship(id)
	if !ok || len(r.Verifying) == 0 {
		w.t.Fatalf("relationship %s is not being verified", id)
	}
	return r.Verifying
}

func TestARelationshipLooksAsTheDocumentationSays(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	a := acme.call("POST", links(john), theLink).is(200)
	for field, want := range map[string]string{
		"account_id": john, "status": "QUEUED", "account_owner_name": "John Doe", "bank_account_type": "CHECKING",
		"bank_account_number": "*****1abc", "bank_routing_number": "121000358", "nickname": "Bank of America Checking",
		"created_at": "2026-11-17T14:00:00Z", "updated_at": "2026-11-17T14:00:00Z",
	} {
		if got := a.text(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	seer := w.credential("acme", "read", "reveal")
	if got := seer.call("GET", links(john)+"/"+a.text("id"), "").is(200).text("bank_account_number"); got != number {
		t.Errorf("with scope reveal the number is %q", got)
	}
	if got := seer.call("GET", links(john), "").is(200).list()[0]["bank_account_number"]; got != "*****1abc" {
		t.Errorf("a list shows the number as %q", got)
	}
	for _, kept := range w.everything() {
		if strings.Contains(kept, number) {
			t.Error("the account number lies in the folder or the log of the server")
		}
	}
}

func TestASecondActiveRelationshipIsAConflict(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", verifiedBy("none"))
	first := acme.link(john, theLink)
	acme.call("POST", links(john), theLink).problem(409, "active-relationship") // QUEUED
	w.sweep()
	if got := acme.status(john, first); got != "APPROVED" {
		t.Fatalf("without verification it is %s", got)
	}
	acme.call("POST", links(john), theLink).problem(409, "active-relationship")
	acme.link(jane, theLink) // another account holder has links of its own
	acme.call("DELETE", links(john)+"/"+first, "").is(204)
	acme.call("DELETE", links(john)+"/"+first, "").is(204) // asking twice is asking once
	acme.link(john, theLink)
	if list := acme.call("GET", links(john)+"?statuses=CANCELED,rejected", "").is(200).list(); len(list) != 1 || list[0]["id"] != first {
		t.Errorf("canceled: %v", list)
	}
	if list := acme.call("GET", links(john), "").is(200).list(); len(list) != 2 {
		t.Errorf("all: %v", list)
	}
	acme.call("GET", links(john)+"?statuses=GONE", "").problem(400, "invalid").names("/statuses")
	w.sound()
}

func TestOfManyLinksAtOnceOneIsMade(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	var made, refused sync.Map
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			switch a := acme.call("POST", links(john), theLink); a.status {
			case 200:
				made.Store(a.text("id"), true)
			case 409:
				refused.Store(i, true)
			default:
				t.Errorf("%d: %s", a.status, a.body)
			}
		})
	}
	all.Wait()
	count := func(m *sync.Map) (n int) { m.Range(func(any, any) bool { n++; return true }); return n }
	if count(&made) != 1 || count(&refused) != 11 {
		t.Errorf("%d were made and %d refused", count(&made), count(&refused))
	}
}

func TestLinkingIsRefusedByFieldAndRule(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	for name, tt := range map[string]struct{ path, body, field string }{
		"an account id that is no UUID":    {"/v1/accounts/john/ach_relationships", theLink, "/account_id"},
		"no name":                          {links(john), strings.Replace(theLink, "John Doe", " ", 1), "/account_owner_name"},
		"a name longer than an entry's":    {links(john), strings.Replace(theLink, "John Doe", strings.Repeat("x", 23), 1), "/account_owner_name"},
		"a name in no letters of a file":   {links(john), strings.Replace(theLink, "John Doe", "John 😀", 1), "/account_owner_name"},
		"another type of account":          {links(john), strings.Replace(theLink, "CHECKING", "LOAN", 1), "/bank_account_type"},
		"a check digit that is wrong":      {links(john), strings.Replace(theLink, "121000358", "121000359", 1), "/bank_routing_number"},
		"a number too long":                {links(john), strings.Replace(theLink, number, "123456789012345678", 1), "/bank_account_number"},
		"numbers beside a processor token": {links(john), strings.Replace(theLink, "{", `{"processor_token":"processor-sandbox-1",`, 1), "/bank_account_number"},
	} {
		t.Run(name, func(t *testing.T) {
			a := acme.call("POST", tt.path, tt.body)
			a.t = t
			if a.problem(400, "invalid").names(tt.field); strings.Contains(string(a.body), number) {
				t.Error("the refusal repeats the number")
			}
		})
	}
	acme.call("POST", links(john), `{"account_owner":"John"}`).problem(400, "invalid").names("/account_owner")
	acme.call("DELETE", links(john)+"/nonsense", "").problem(400, "invalid").names("/relationship_id")
	acme.call("DELETE", links(john)+"/"+jane, "").problem(404, "not-found")
	w.send("POST", links(john), theLink).problem(401, "unauthorized")
	w.credential("acme", "read").call("POST", links(john), theLink).problem(403, "insufficient-scope")
}

func TestALinkIsMadeOnceForItsKey(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	key := with{"Idempotency-Key", "link-1"}
	first := acme.call("POST", links(john), theLink, key).is(200)
	again := acme.call("POST", links(john), theLink, key).is(200)
	if string(first.body) != string(again.body) || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("first\n%s\nagain\n%s", first.body, again.body)
	}
	acme.call("POST", links(john), strings.Replace(theLink, "John", "Joan", 1), key).problem(422, "idempotency-key-reused")
}

func TestAnotherClientsHolderDoesNotExist(t *testing.T) {
	w := newWorld(t)
	acme, other := w.client("acme", settings()), w.client("other", settings())
	id := acme.link(john, theLink)
	if list := other.call("GET", links(john), "").is(200).list(); len(list) != 0 {
		t.Errorf("the other client sees %v", list)
	}
	other.call("GET", links(john)+"/"+id, "").problem(404, "not-found")
	other.call("DELETE", links(john)+"/"+id, "").problem(404, "not-found")
	other.link(john, theLink) // the same id is its own, and free
}

func TestAPrenoteApprovesOnTheThirdBankingDay(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", verifiedBy("prenote"))
	id := acme.link(john, theLink)
	w.sweep()
	if got := acme.status(john, id); got != "PENDING" {
		t.Fatalf("with a prenote on its way it is %s", got)
	}
	w.at("2026-11-17 10:16") // cut at 10:15
	h, e := w.sent("acme", w.verifying("acme", john, id)[0])
	if e.AmountCents != 0 || e.Code != 28 || e.Name != "John Doe" || h.SEC != "PPD" || strings.TrimSpace(e.Account) != number {
		t.Errorf("the prenote is %+v in %+v", e, h)
	}
	// It settles on Wednesday the 18th; the third banking day after is
	// Monday the 23rd.
	for day, want := range map[string]string{"2026-11-19": "PENDING", "2026-11-20": "PENDING"} {
		w.at(day + " 23:00")
		if got := acme.status(john, id); got != want {
			t.Errorf("on %s it is %s", day, got)
		}
	}
	w.at("2026-11-23 00:01")
	if got := acme.status(john, id); got != "APPROVED" {
		t.Errorf("on the third banking day it is %s", got)
	}
	w.sound()
}

// prenoted links an account of John's, whose prenote leaves.
func prenoted(t *testing.T) (w *town, acme caller, link string) {
	w = newTown(t)
	acme = w.client("acme", verifiedBy("prenote"))
	link = acme.link(john, theLink)
	w.sweep()
	w.at("2026-11-17 10:16")
	return w, acme, link
}

func TestAPrenoteThatComesBackRejects(t *testing.T) {
	w, acme, id := prenoted(t)
	w.at("2026-11-19 09:00")
	w.returned("acme", w.verifying("acme", john, id)[0], "R03")
	a := acme.call("GET", links(john)+"/"+id, "").is(200)
	if a.text("status") != "REJECTED" || !strings.Contains(a.text("reason"), "R03") {
		t.Errorf("after R03: %s", a.body)
	}
	w.at("2026-11-24 09:00")
	if got := acme.status(john, id); got != "REJECTED" {
		t.Errorf("days later it is %s", got)
	}
	acme.link(john, theLink) // and another may be linked
	w.sound()
}

func TestAPrenoteThatIsCorrectedIsSentAgain(t *testing.T) {
	w, acme, id := prenoted(t)
	first := w.verifying("acme", john, id)[0]
	w.at("2026-11-19 09:00")
	w.corrected("acme", first, "C01", "555666777")
	a := acme.call("GET", links(john)+"/"+id, "").is(200)
	if a.text("status") != "PENDING" || a.text("bank_account_number") != "*****6777" {
		t.Errorf("after C01: %s", a.body)
	}
	second := w.verifying("acme", john, id)[0]
	if second == first {
		t.Fatal("no second prenote was made")
	}
	w.at("2026-11-19 10:16") // settles on Friday the 20th
	if _, e := w.sent("acme", second); strings.TrimSpace(e.Account) != "555666777" {
		t.Errorf("the second prenote went to %q", e.Account)
	}
	w.at("2026-11-24 12:00")
	if got := acme.status(john, id); got != "PENDING" {
		t.Errorf("on the second banking day after the second prenote it is %s", got)
	}
	w.at("2026-11-25 09:00")
	if got := acme.status(john, id); got != "APPROVED" {
		t.Errorf("on the third it is %s", got)
	}
	w.sound()
}

// amounts are those of the micro-deposits of a relationship, as dollars.
func (w *town) amounts(client, holder, id string) (a, b string) {
	w.t.Helper()
	var list []string
	for _, id := range w.verifying(client, holder, id) {
		t, err := w.ledger.Transaction(context.Background(), client, id)
		w.must(err)
		p := t.Originated.Proposal
		if p.PushPull != domain.Push || p.AmountCents < 1 || p.AmountCents > 99 || p.SentDescription() != "ACCTVERIFY" {
			w.t.Errorf("a micro-deposit is %+v", p)
		}
		list = append(list, fmt.Sprintf("0.%02d", p.AmountCents))
	}
	if len(list) != 2 || list[0] == list[1] {
		w.t.Fatalf("micro-deposits of %v", list)
	}
	return list[0], list[1]
}

func TestMicroDepositsAreConfirmed(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", verifiedBy("micro_deposits"))
	id := acme.link(john, theLink)
	verify := links(john) + "/" + id + "/verify"
	acme.call("POST", verify, `{"amounts":["0.01","0.02"]}`).problem(422, "rule-broken") // none were made
	w.sweep()
	a, b := w.amounts("acme", john, id)
	acme.call("POST", verify, `{"amounts":["`+a+`"]}`).problem(400, "invalid").names("/amounts")
	acme.call("POST", verify, `{"amounts":["`+a+`","1.0x"]}`).problem(400, "invalid").names("/amounts/1")
	acme.call("POST", verify, `{"amounts":["`+a+`","`+a+`"]}`).problem(422, "rule-broken").names("/amounts")
	if got := acme.status(john, id); got != "PENDING" {
		t.Errorf("after one wrong try it is %s", got)
	}
	if got := acme.call("POST", verify, `{"amounts":["`+b+`","`+a+`"]}`).is(200).text("status"); got != "APPROVED" {
		t.Errorf("with the right amounts it is %s", got)
	}
	w.sound()
}

func TestMicroDepositsLockAfterThreeWrongTries(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", verifiedBy("micro_deposits"))
	id := acme.link(john, theLink)
	w.sweep()
	a, b := w.amounts("acme", john, id)
	verify := links(john) + "/" + id + "/verify"
	wrong := `{"amounts":["` + a + `","` + a + `"]}`
	key := with{"Idempotency-Key", "try-1"}
	for range 3 { // repeats of a request count as one attempt
		acme.call("POST", verify, wrong, key).problem(422, "rule-broken")
	}
	acme.call("POST", verify, wrong).problem(422, "rule-broken")
	if got := acme.status(john, id); got != "PENDING" {
		t.Fatalf("after two wrong tries it is %s", got)
	}
	acme.call("POST", verify, wrong).problem(422, "rule-broken")
	if got := acme.status(john, id); got != "REJECTED" {
		t.Fatalf("after three wrong tries it is %s", got)
	}
	acme.call("POST", verify, `{"amounts":["`+a+`","`+b+`"]}`).problem(422, "rule-broken")
	w.sound()
}

func TestALinkIsCanceledWhenItsEntriesHaveSettled(t *testing.T) {
	w, acme, id := prenoted(t)
	acme.call("DELETE", links(john)+"/"+id, "").is(204)
	if got := acme.status(john, id); got != "CANCEL_REQUESTED" {
		t.Errorf("with a prenote in flight it is %s", got)
	}
	w.at("2026-11-17 23:00")
	if got := acme.status(john, id); got != "CANCEL_REQUESTED" {
		t.Errorf("on the evening before it settles it is %s", got)
	}
	w.at("2026-11-18 09:00")
	if got := acme.status(john, id); got != "CANCELED" {
		t.Errorf("when it has settled it is %s", got)
	}
	w.sound()
}
