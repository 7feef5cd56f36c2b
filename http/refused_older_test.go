package http_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// older returns the change that begins a transaction like an existing one, as
// releases wrote it that named the link only in the holder's stream.
func (w *town) older(client, like string, changes ...func(*domain.TransactionOriginated)) (id string, change ledger.Change) {
	w.t.Helper()
	id = uuid.Must(uuid.NewV7()).String()
	t, err := w.ledger.Transaction(context.Background(), client, like)
	w.must(err)
	number, err := w.ledger.OpenAccount(client, t.Account)
	w.must(err)
	e := *t.Originated
	e.Over, e.TransactionID, e.ItemID = nil, id, uuid.Must(uuid.NewV7()).String()
	stream := domain.TransactionStream(client, id)
	e.Account, err = w.ledger.SealAccountIn(stream, client, t.Routing, number, t.AccountType)
	w.must(err)
	for _, c := range changes {
		c(&e)
	}
	if e.Proposal.AmountCents < 100 { // a micro-deposit, which is identified by its id
		e.Content, err = w.ledger.Keys.MAC(client, ledger.EntryContent(id))
		w.must(err)
	}
	return id, ledger.Change{Stream: stream, Client: client, Events: []domain.Event{e}}
}

// ofHolder is a change of John's stream.
func (w *town) ofHolder(client string, e domain.Event) ledger.Change {
	w.t.Helper()
	h, err := w.ledger.Holder(context.Background(), client, john)
	w.must(err)
	return ledger.Change{Stream: domain.HolderStream(client, john), Client: client, Expect: h.Version, Events: []domain.Event{e}}
}

// asOlder makes a transfer as older releases did.
func (w *town) asOlder(client, link, like string) (id string) {
	w.t.Helper()
	id, change := w.older(client, like)
	made := domain.TransferMade{TransactionID: id, RelationshipID: link, Direction: domain.IncomingTransfer}
	_, err := w.ledger.Write(context.Background(), change, w.ofHolder(client, made))
	w.must(err)
	return id
}

// One micro-deposit was returned while the other still waits.
func TestAVerificationOfAnOlderReleaseNeverLeavesOverALinkThatWasRefused(t *testing.T) {
	ctx := context.Background()
	for name, due := range map[string]string{"it was held meanwhile": "", "it is due later": "2026-11-20"} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			acme := w.client("acme", verifiedBy("micro_deposits"))
			const mary = "0b1d1a5e-6f6f-4b62-9f0a-2d9f6f1c7a11"
			like := acme.link(mary, theLink)
			w.sweep()
			sent := w.verifying("acme", mary, like)
			link := acme.link(john, theLink)
			first, began := w.older("acme", sent[0])
			second, also := w.older("acme", sent[1], func(o *domain.TransactionOriginated) { o.Proposal.EffectiveOn = due })
			_, err := w.ledger.Write(ctx, w.ofHolder("acme", domain.LinkVerifying{
				RelationshipID: link, Method: domain.VerifyByMicroDeposits, Transactions: []string{first, second}, Attempt: 1,
			}), began, also)
			w.must(err)
			if due == "" {
				w.judged("acme", second, func(i string) domain.Event { return domain.TransactionHeld{ItemID: i, Reason: "a look at it"} })
			}
			w.at("2026-11-17 10:16")
			w.at("2026-11-18 09:00")
			w.unswept("acme", first, "R03")
			if due == "" {
				w.judged("acme", second, func(i string) domain.Event { return domain.TransactionApproved{ItemID: i} })
			}
			w.clock.Advance(26 * time.Hour)
			w.must(w.batcher.Sweep(ctx))
			w.rejectedOver(second, domain.Origination)
		})
	}
}

// The transaction of a transfer that an older release made does not name its link.
func TestATransferOfAnOlderReleaseNeverLeavesOverALinkThatWasRefused(t *testing.T) {
	ctx := context.Background()
	old := func(t *testing.T) (w *town, acme caller, link, transfer string) {
		w = newTown(t)
		acme = w.client("acme", verifiedBy("micro_deposits"))
		link, like := w.waitingTransfer(acme)
		return w, acme, link, w.asOlder("acme", link, like)
	}
	returned := func(w *town, transfer string) (reply string) {
		w.at("2026-11-18 10:16")
		w.at("2026-11-19 09:00")
		w.returned("acme", transfer, "R01")
		tx, err := w.ledger.Transaction(ctx, "acme", transfer)
		w.must(err)
		return tx.Items[1].ID
	}
	t.Run("it waits when its window comes", func(t *testing.T) {
		w, _, link, transfer := old(t)
		w.unswept("acme", w.verifying("acme", john, link)[1], "R03")
		w.clock.Advance(90 * time.Minute) // past 10:15
		w.must(w.batcher.Sweep(ctx))
		w.rejectedOver(transfer, domain.Origination)
	})
	t.Run("it is to be presented again", func(t *testing.T) {
		w, acme, link, transfer := old(t)
		reply := returned(w, transfer)
		got := acme.call("GET", "/api/transaction/"+transfer, "").is(200)
		if !strings.Contains(string(got.body), `"retry"`) {
			t.Errorf("no retry is offered: %s", got.body)
		}
		w.returned("acme", w.verifying("acme", john, link)[0], "R02")
		got = acme.call("GET", "/api/transaction/"+transfer, "").is(200)
		if strings.Contains(string(got.body), `"retry"`) {
			t.Errorf("a retry is offered: %s", got.body)
		}
		acme.call("POST", "/api/transaction/"+transfer+"/retries", `{"ReplyToEventId":"`+reply+`"}`).problem(422, "rule-broken")
	})
	t.Run("the older release accepted its retry after the link was rejected", func(t *testing.T) {
		w, _, link, transfer := old(t)
		reply := returned(w, transfer)
		w.returned("acme", w.verifying("acme", john, link)[0], "R02")
		_, err := ledger.Execute(ctx, w.ledger, ledger.TransactionStream("acme", transfer), func(domain.Transaction) ([]domain.Event, error) {
			return []domain.Event{domain.TransactionRetryRequested{Outgoing: domain.Outgoing{ItemID: "again", ReplyTo: reply, Attempt: 1}}}, nil
		})
		w.must(err)
		w.at("2026-11-19 10:16")
		w.rejectedOver(transfer, domain.Retry)
	})
}

// rejectedOver makes sure that an item was rejected for its link.
func (w *town) rejectedOver(transfer string, kind domain.ItemKind) {
	w.t.Helper()
	tx, err := w.ledger.Transaction(context.Background(), "acme", transfer)
	w.must(err)
	for _, i := range tx.Items {
		if i.Kind == kind && (i.State != domain.Rejected || !strings.Contains(i.Reason, "its account may not be used")) {
			w.t.Errorf("the %s is %s: %q", kind, i.State, i.Reason)
		}
	}
	w.sound()
}
