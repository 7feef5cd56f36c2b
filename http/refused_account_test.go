package http_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// unswept has the bank return an entry, without letting the workers run after it.
func (w *town) unswept(client, id, code string) {
	w.t.Helper()
	links := w.links
	w.links = nil
	defer func() { w.links = links }()
	w.returned(client, id, code)
}

// A returned micro-deposit blocks its account at once, before the worker of links
// has read the return.
func TestNoMoneyMovesToAnAccountWhoseMicroDepositCameBack(t *testing.T) {
	for name, tt := range map[string]struct {
		confirmed bool // before the return comes
		want      string
	}{
		"before its amounts are confirmed": {false, "REJECTED"},
		"after they were":                  {true, "REJECTED"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			acme := w.client("acme", verifiedBy("micro_deposits"))
			id := acme.link(john, theLink)
			w.sweep()
			w.at("2026-11-17 10:16")
			w.at("2026-11-18 09:00")
			a, b := w.amounts("acme", john, id)
			right, verify := `{"amounts":["`+a+`","`+b+`"]}`, links(john)+"/"+id+"/verify"
			if tt.confirmed {
				acme.call("POST", verify, right).is(200)
			}
			w.unswept("acme", w.verifying("acme", john, id)[1], "R03")
			acme.call("POST", verify, right).problem(422, "rule-broken")
			if got := acme.call("GET", links(john)+"/"+id, "").is(200); got.text("status") != tt.want || !strings.Contains(got.text("reason"), "R03") {
				t.Errorf("it reads %s", got.body)
			}
			acme.call("POST", "/v1/accounts/"+john+"/transfers",
				`{"transfer_type":"ach","relationship_id":"`+id+`","amount":"5.00","direction":"OUTGOING"}`).
				problem(422, "rule-broken").names("/relationship_id")
			acme.link(john, strings.Replace(theLink, number, "777888999", 1)) // and another may be linked at once
			w.sweep()
			h, err := w.ledger.Holder(context.Background(), "acme", john)
			w.must(err)
			if r, _ := h.Relationship(id); !tt.confirmed && r.Status != domain.RelationshipRejected {
				t.Errorf("the log says %s", r.Status)
			}
			w.sound()
		})
	}
}

// waitingTransfer makes a transfer that waits for a file, over a link that its
// holder has confirmed. The micro-deposits of the link have been sent.
func (w *town) waitingTransfer(acme caller) (link, transfer string) {
	w.t.Helper()
	link = acme.link(john, theLink)
	w.sweep()
	w.at("2026-11-17 10:16")
	w.at("2026-11-18 09:00")
	a, b := w.amounts("acme", john, link)
	acme.call("POST", links(john)+"/"+link+"/verify", `{"amounts":["`+a+`","`+b+`"]}`).is(200)
	return link, acme.call("POST", "/v1/accounts/"+john+"/transfers",
		`{"transfer_type":"ach","relationship_id":"`+link+`","amount":"5.00","direction":"INCOMING"}`).is(200).text("id")
}

// A transfer that waits when the bank refuses the account of its link never leaves,
// whichever worker sees the return first.
func TestATransferThatWaitsWhenItsLinkIsRefusedIsRejected(t *testing.T) {
	ctx := context.Background()
	for name, tt := range map[string]struct {
		before func(w *town, acme caller, link, transfer string)
		after  func(w *town)
		link   string
	}{
		"the worker of links comes round": {link: "REJECTED", after: func(w *town) { w.must(w.links.Sweep(ctx)) }},
		"its window comes first":          {link: "REJECTED", after: func(w *town) { w.must(w.batcher.Sweep(ctx)) }},
		"it is held": {link: "REJECTED", before: func(w *town, _ caller, _, transfer string) {
			w.judged("acme", transfer, func(i string) domain.Event { return domain.TransactionHeld{ItemID: i, Reason: "a look at it"} })
		}, after: func(w *town) { w.must(w.links.Sweep(ctx)) }},
		"the link is being canceled": {link: "CANCELED", before: func(w *town, acme caller, link, _ string) {
			acme.call("DELETE", links(john)+"/"+link, "").is(204)
		}, after: func(w *town) { w.must(w.links.Sweep(ctx)) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			acme := w.client("acme", verifiedBy("micro_deposits"))
			link, transfer := w.waitingTransfer(acme)
			if tt.before != nil {
				tt.before(w, acme, link, transfer)
			}
			w.unswept("acme", w.verifying("acme", john, link)[1], "R03")
			w.clock.Advance(90 * time.Minute) // past 10:15
			tt.after(w)
			got := acme.call("GET", "/v1/accounts/"+john+"/transfers/"+transfer, "").is(200)
			if got.text("status") != "REJECTED" || !strings.Contains(got.text("reason"), "R03") {
				t.Errorf("the transfer reads %s", got.body)
			}
			w.sweep()
			if got := acme.call("GET", links(john)+"/"+link, "").is(200).text("status"); got != tt.link {
				t.Errorf("the link is %s, want %s", got, tt.link)
			}
			h, err := w.ledger.Holder(ctx, "acme", john)
			w.must(err)
			if r, _ := h.Relationship(link); string(r.Status) != tt.link {
				t.Errorf("the log says that the link is %s, want %s", r.Status, tt.link)
			}
			w.sound()
		})
	}
}

// judged writes an event about a transaction's origination.
func (w *town) judged(client, id string, event func(item string) domain.Event) {
	w.t.Helper()
	_, err := ledger.Execute(context.Background(), w.ledger, ledger.TransactionStream(client, id), func(t domain.Transaction) ([]domain.Event, error) {
		return []domain.Event{event(t.Origination().ID)}, nil
	})
	w.must(err)
}

// A transfer returned for insufficient funds is not presented again to an account
// that its bank has refused since.
func TestNoTransferIsPresentedAgainOverALinkThatWasRefused(t *testing.T) {
	for name, asked := range map[string]bool{"asked for before": true, "asked for after": false} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			acme := w.client("acme", verifiedBy("micro_deposits"))
			link, transfer := w.waitingTransfer(acme)
			w.at("2026-11-18 10:16")
			w.at("2026-11-19 09:00")
			w.returned("acme", transfer, "R01")
			tx, err := w.ledger.Transaction(context.Background(), "acme", transfer)
			w.must(err)
			path, again := "/api/transaction/"+transfer+"/retries", `{"ReplyToEventId":"`+tx.Items[1].ID+`"}`
			if asked {
				acme.call("POST", path, again).is(201)
			}
			w.unswept("acme", w.verifying("acme", john, link)[0], "R02")
			if !asked {
				if got := acme.call("GET", "/api/transaction/"+transfer, "").is(200); strings.Contains(string(got.body), `"retry"`) {
					t.Errorf("a retry is offered: %s", got.body)
				}
				acme.call("POST", path, again).problem(422, "rule-broken")
			}
			w.at("2026-11-19 10:16")
			tx, err = w.ledger.Transaction(context.Background(), "acme", transfer)
			w.must(err)
			for _, i := range tx.Items {
				if i.Kind == domain.Retry && i.State != domain.Rejected {
					t.Errorf("the retry is %s", i.State)
				}
			}
			w.sound()
		})
	}
}
