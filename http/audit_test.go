package http_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// audited are the events of a client's audit stream.
func (w *world) audited(client string) (list []domain.Fact) {
	w.t.Helper()
	events, err := w.store.ReadStream(context.Background(), domain.AuditStream(client), 0)
	w.must(err)
	for _, r := range events {
		f, err := ledger.Fact(r)
		w.must(err)
		list = append(list, f)
	}
	return list
}

func TestEachTimeANumberIsShownWholeTheLogSaysWhoReadIt(t *testing.T) {
	w := newWorld(t)
	acme, auditor := w.client("acme", settings()), w.credential("acme", "read", "reveal")
	id := acme.originate(proposal()).is(201).text("TransactionID")
	recipient := acme.call("POST", "/v1/recipients", `{"name":"Ada","recipientType":"CONSUMER"}`).is(201).text("recipientId")
	accounts := "/v1/recipients/" + recipient + "/accounts"
	account := acme.call("POST", accounts, `{"routingNumber":"121042882","accountNumber":"30488174411","accountType":"CHECKING"}`).is(201).text("accountId")
	link := acme.link(john, theLink)

	for _, path := range []string{"/api/transaction/" + id, "/v1/recipients/" + recipient, accounts, accounts + "/" + account,
		links(john), links(john) + "/" + link, "/api/transaction/event"} {
		acme.call("GET", path, "").is(200)
	}
	auditor.call("GET", accounts, "").is(200) // lists are masked for everybody
	auditor.call("GET", links(john), "").is(200)
	if got := w.audited("acme"); len(got) != 0 {
		t.Fatalf("nobody was shown a number, and the log says %+v", got)
	}
	for n, tt := range []struct{ path, number, what, id string }{
		{"/api/transaction/" + id, "999999999", domain.RevealedTransaction, id},
		{accounts + "/" + account, "30488174411", domain.RevealedAccount, account},
		{links(john) + "/" + link, number, domain.RevealedRelationship, link},
	} {
		a := auditor.call("GET", tt.path, "", with{"X-Request-ID", "why-" + tt.what}).is(200)
		got := w.audited("acme")
		if !strings.Contains(string(a.body), tt.number) || len(got) != n+1 {
			t.Fatalf("%s answers %s, and the log has %d events", tt.path, a.body, len(got))
		}
		read, ok := got[n].Event.(*domain.AccountRevealed)
		if !ok || *read != (domain.AccountRevealed{What: tt.what, ID: tt.id}) || got[n].Meta.Actor != auditor.key || got[n].Meta.RequestID != "why-"+tt.what {
			t.Errorf("%s is in the log as %+v", tt.path, got[n])
		}
	}
	feed := rows(acme.call("GET", "/v1/events?type=audit.account_revealed", "").is(200))
	if text, _ := json.Marshal(feed); len(feed) != 3 || strings.Contains(string(text), "30488174411") {
		t.Errorf("the client's feed has %s", text)
	}
}

// When the log cannot record who is shown a number, the number is not shown. A
// request that has already changed something is answered nevertheless, so that its
// caller does not repeat it.
func TestWhatTheLogDoesNotRecordIsNotShown(t *testing.T) {
	var log *refusing
	w := newWorld(t, func(o *api.Options) {
		log = &refusing{Store: o.Ledger.Store}
		o.Ledger.Store = log
	})
	acme := w.client("acme", settings(), "originate", "read", "reveal")
	id := acme.originate(proposal()).is(201).text("TransactionID")
	log.audits = errors.New("no room")
	got := acme.call("GET", "/api/transaction/"+id, "").problem(503, "busy")
	if strings.Contains(string(got.body), "999999999") {
		t.Errorf("%s", got.body)
	}
	if made := acme.originate(proposal()).is(201); made.text("ToAccount") != "*****9999" {
		t.Errorf("a new transaction shows its account as %s", made.text("ToAccount"))
	}
	log.audits = eventstore.ErrStorageFull
	acme.call("GET", "/api/transaction/"+id, "").problem(503, "storage-full")
	log.audits = nil
	if got := acme.call("GET", "/api/transaction/"+id, "").is(200); got.text("ToAccount") != "999999999" {
		t.Errorf("%s", got.body)
	}
}

// refusing is a log that takes no audit events.
type refusing struct {
	eventstore.Store
	audits error
}

func (r *refusing) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if r.audits != nil && domain.Aggregate(appends[0].Stream) == "audit" {
		return eventstore.Result{}, r.audits
	}
	return r.Store.Append(ctx, appends...)
}

func TestManyReadersAtOnceAreAllInTheLog(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings(), "originate", "read", "reveal")
	id := acme.originate(proposal()).is(201).text("TransactionID")
	before := len(w.audited("acme"))
	const readers = 40
	done := make(chan int, readers)
	for range readers {
		go func() {
			done <- acme.call("GET", "/api/transaction/"+id, "").status
		}()
	}
	for range readers {
		if status := <-done; status != 200 {
			t.Errorf("one was answered %d", status)
		}
	}
	if got := len(w.audited("acme")) - before; got != readers {
		t.Errorf("%d readings are in the log, of %d", got, readers)
	}
}

func TestTheHashOfASecretIsInNoFeed(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	old := domain.CredentialIssued{Key: "abcdefghjkmnpqrstuvw", Client: "acme", Scopes: []string{"read"}, SecretHash: []byte("the hash of a secret")}
	_, err := w.ledger.Write(context.Background(), ledger.Change{Stream: domain.CredentialStream(old.Key), Client: "acme", Events: []domain.Event{old}})
	w.must(err)
	a := acme.call("GET", "/v1/events?type=credential.issued", "").is(200)
	if list := rows(a); len(list) != 1 || strings.Contains(string(a.body), "secret") {
		t.Fatalf("%s", a.body)
	}
	data := rows(a)[0]["data"].(map[string]any)
	if data["key"] != old.Key || data["client"] != "acme" || len(data["scopes"].([]any)) != 1 {
		t.Errorf("what may be shown is not: %v", data)
	}
}
