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

// asOlder makes a transfer as releases did that named its link in the holder's
// stream alone.
func (w *town) asOlder(client, link, like string) (id string) {
	w.t.Helper()
	ctx := context.Background()
	id = uuid.Must(uuid.NewV7()).String()
	t, err := w.ledger.Transaction(ctx, client, like)
	w.must(err)
	number, err := w.ledger.OpenAccount(client, t.Account)
	w.must(err)
	e := *t.Originated
	e.Over, e.TransactionID, e.ItemID = nil, id, uuid.Must(uuid.NewV7()).String()
	stream := domain.TransactionStream(client, id)
	e.Account, err = w.ledger.SealAccountIn(stream, client, t.Routing, number, t.AccountType)
	w.must(err)
	h, err := w.ledger.Holder(ctx, client, john)
	w.must(err)
	_, err = w.ledger.Write(ctx, ledger.Change{Stream: stream, Client: client, Events: []domain.Event{e}}, ledger.Change{
		Stream: domain.HolderStream(client, john), Client: client, Expect: h.Version,
		Events: []domain.Event{domain.TransferMade{TransactionID: id, RelationshipID: link, Direction: domain.IncomingTransfer}},
	})
	w.must(err)
	return id
}

// What an older release made says itself nothing of its link.
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
		w.clock.advance(90 * time.Minute) // past 10:15
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
