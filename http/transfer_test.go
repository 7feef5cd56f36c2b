package http_test

import (
	"context"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

func transfers(holder string) string { return "/v1/accounts/" + holder + "/transfers" }

// approved is a town with a client and an approved relationship of john's.
func approved(t *testing.T) (w *town, acme caller, relationship string) {
	w = newTown(t)
	acme = w.client("acme", verifiedBy("none"))
	relationship = acme.link(john, theLink)
	w.sweep()
	return w, acme, relationship
}

// transfer is a body of one over a relationship.
func transfer(relationship, direction, amount string) string {
	return `{"transfer_type":"ach","relationship_id":"` + relationship + `","amount":"` + amount + `","direction":"` + direction + `"}`
}

func TestATransferFromItsOrderToItsReturn(t *testing.T) {
	w, acme, relationship := approved(t)
	key := with{"Idempotency-Key", "transfer-1"}
	made := acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "12.50"), key).is(200)
	id := made.text("id")
	if made.text("status") != "QUEUED" || made.text("amount") != "12.50" || made.text("direction") != "INCOMING" || made.text("account_id") != john {
		t.Errorf("made %s", made.body)
	}
	if again := acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "12.50"), key).is(200); again.text("id") != id {
		t.Errorf("again %s", again.body)
	}
	status := func(want string) {
		t.Helper()
		if a := acme.call("GET", transfers(john)+"/"+id, "").is(200); a.text("status") != want {
			t.Errorf("want %s: %s", want, a.body)
		}
	}
	w.at("2026-11-17 10:16")
	status("SENT_TO_CLEARING")
	h, e := w.sent("acme", id)
	if e.Code != 27 || e.AmountCents != 1250 || e.Name != "John Doe" || h.Description != "PAYMENT" || strings.TrimSpace(e.Account) != number {
		t.Errorf("it left as %+v in %+v", e, h)
	}
	acme.call("DELETE", transfers(john)+"/"+id, "").problem(409, "too-late")
	acme.call("DELETE", links(john)+"/"+relationship, "").is(204)
	if got := acme.status(john, relationship); got != "CANCEL_REQUESTED" {
		t.Errorf("with a transfer in flight the link is %s", got)
	}
	w.at("2026-11-18 09:00")
	status("COMPLETE")
	if got := acme.status(john, relationship); got != "CANCELED" {
		t.Errorf("when the transfer has settled the link is %s", got)
	}
	w.at("2026-11-19 09:00")
	w.returned("acme", id, "R01")
	status("RETURNED")
	if a := acme.call("GET", transfers(john)+"/"+id, "").is(200); !strings.HasPrefix(a.text("reason"), "R01 ") {
		t.Errorf("the reason is %q", a.text("reason"))
	}
	w.sound()
}

// A transfer comes back, and is presented again: it is complete when that has
// settled, and not as soon as it is sent.
func TestATransferThatIsPresentedAgainIsCompleteWhenThatHasSettled(t *testing.T) {
	w, acme, relationship := approved(t)
	id := acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "12.50")).is(200).text("id")
	status := func(want string) {
		t.Helper()
		if a := acme.call("GET", transfers(john)+"/"+id, "").is(200); a.text("status") != want {
			t.Errorf("want %s: %s", want, a.body)
		}
	}
	w.at("2026-11-17 10:16")
	w.at("2026-11-19 09:00")
	w.returned("acme", id, "R01")
	tx, err := w.ledger.Transaction(t.Context(), "acme", id)
	w.must(err)
	again := acme.call("POST", "/api/transaction/"+id+"/retries", `{"ReplyToEventId":"`+tx.Items[1].ID+`"}`).is(201).text("EventID")
	status("RETURNED")
	w.at("2026-11-19 10:16")
	status("SENT_TO_CLEARING")
	if now := acme.call("GET", "/api/transaction/"+id, "").is(200); now.text("ExpectedSettlementDate") != "2026-11-20" || now.text("ReturnWindowEnds") != "2026-11-24" {
		t.Errorf("its dates are %s and %s", now.text("ExpectedSettlementDate"), now.text("ReturnWindowEnds"))
	}
	w.at("2026-11-20 09:00")
	status("COMPLETE")
	w.cameBack("acme", id, again)
	status("RETURNED")
	w.sound()
}

func TestATransferCanBeCanceledHeldAndRejected(t *testing.T) {
	w, acme, relationship := approved(t)
	one := acme.call("POST", transfers(john), transfer(relationship, "outgoing", "1.00")).is(200).text("id")
	two := acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "2.00")).is(200).text("id")
	acme.call("DELETE", transfers(john)+"/"+one, "").is(204)
	acme.call("DELETE", transfers(john)+"/"+one, "").is(204)
	judge := func(e func(item string) domain.Event) {
		tx, err := w.ledger.Transaction(context.Background(), "acme", two)
		w.must(err)
		_, err = w.ledger.Write(context.Background(), ledger.Change{
			Stream: domain.TransactionStream("acme", two), Client: "acme", Expect: tx.Version, Events: []domain.Event{e(tx.Origination().ID)},
		})
		w.must(err)
	}
	list := func(want ...string) {
		t.Helper()
		all := acme.call("GET", transfers(john), "").is(200).list()
		for i := range want {
			if len(all) != len(want) || all[i]["status"] != want[i] {
				t.Fatalf("transfers %v, want %v", all, want)
			}
		}
	}
	judge(func(item string) domain.Event { return domain.TransactionHeld{ItemID: item, Reason: "a look at it"} })
	list("PENDING", "CANCELED")
	judge(func(item string) domain.Event { return domain.TransactionRejected{ItemID: item, Reason: "no"} })
	list("REJECTED", "CANCELED")
}

func TestATransferNeedsAnApprovedLink(t *testing.T) {
	w := newTown(t)
	acme, other := w.client("acme", settings()), w.client("other", settings())
	queued := acme.link(john, theLink)
	acme.call("POST", transfers(john), transfer(queued, "INCOMING", "1.00")).problem(422, "rule-broken").names("/relationship_id")
	acme.call("POST", transfers(jane), transfer(queued, "INCOMING", "1.00")).problem(422, "rule-broken").names("/relationship_id")
	other.call("POST", transfers(john), transfer(queued, "INCOMING", "1.00")).problem(422, "rule-broken").names("/relationship_id")
	acme.call("POST", transfers(john), transfer(queued, "SIDEWAYS", "1.00")).problem(400, "invalid").names("/direction")
	acme.call("POST", transfers(john), transfer(queued, "INCOMING", "0.00")).problem(400, "invalid").names("/amount")
	acme.call("POST", transfers(john), transfer(queued, "INCOMING", "1.005")).problem(400, "invalid").names("/amount")
	acme.call("POST", transfers(john), transfer("mine", "INCOMING", "1.00")).problem(400, "invalid").names("/relationship_id")
	acme.call("POST", "/v1/accounts/john/transfers", transfer(queued, "INCOMING", "1.00")).problem(400, "invalid").names("/account_id")
	acme.call("GET", transfers(john)+"/"+jane, "").problem(404, "not-found")
}

// A transfer that is made between two pages is on neither, and pushes no other onto
// the second again.
func TestATransferBetweenTwoPagesMovesNoOther(t *testing.T) {
	_, acme, relationship := approved(t)
	var made []any
	more := func() {
		made = append(made, acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "12.50")).is(200).text("id"))
	}
	for range 4 {
		more()
	}
	first := acme.call("GET", transfers(john)+"?limit=2", "").is(200)
	more()
	next := strings.TrimPrefix(strings.Split(first.header.Get("Link"), ">")[0], "<")
	if second := acme.call("GET", next, "").is(200).list(); len(second) != 2 || second[0]["id"] != made[1] || second[1]["id"] != made[0] {
		t.Errorf("the second page of %v is %v", made, second)
	}
}

// Transfers are listed newest first. A page reads all its transactions in one query,
// and the file they left in once.
func TestAListOfTransfersIsReadAtOnce(t *testing.T) {
	counted := &streamsRead{}
	w := newTown(t, func(o *api.Options) {
		counted.Store = o.Ledger.Store
		o.Ledger.Store = counted
	})
	acme := w.client("acme", verifiedBy("none"))
	relationship := acme.link(john, theLink)
	w.sweep()
	var want []string
	for range 7 {
		want = append([]string{acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "12.50")).is(200).text("id")}, want...)
	}
	w.at("2026-11-17 10:16")
	next := "?limit=3"
	for _, rows := range [][]string{want, want[:3], want[3:6], want[6:]} {
		path := ""
		if len(rows) < len(want) {
			path = next
		}
		transactions, files := counted.transactions.Load(), counted.files.Load()
		a := acme.call("GET", transfers(john)+path, "").is(200)
		all := a.list()
		if link := a.header.Get("Link"); path != "" {
			_, next, _ = strings.Cut(link, transfers(john))
			next, _, _ = strings.Cut(next, ">")
		}
		if n := counted.transactions.Load() - transactions; n != 1 {
			t.Errorf("%q: transactions were read %d times", path, n)
		}
		if n := counted.files.Load() - files; n != 1 {
			t.Errorf("%q: a file was read %d times", path, n)
		}
		if len(all) != len(rows) {
			t.Fatalf("%q: %d transfers, want %d", path, len(all), len(rows))
		}
		for i, row := range all {
			if row["id"] != rows[i] || row["status"] != "SENT_TO_CLEARING" {
				t.Errorf("%q, row %d: %v, want %s", path, i, row, rows[i])
			}
		}
	}
}
