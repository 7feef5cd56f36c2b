package webhooks_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

func TestEachPaymentIsToldOnceSignedAndOfItsType(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	before := w.pay(1)
	id, secret := w.hook(r.URL+"/in?token=x", "origination.*")
	r.knows(secret)
	w.run()
	paid := w.pay(3)
	eventually(t, "three messages", func() bool { return len(r.has()) == 3 })
	if got := r.has(); sorted(got) != sorted(paid) {
		t.Errorf("got %v, want %v and not %v", got, paid, before)
	}
	var m struct {
		Type, Event string
		Timestamp   time.Time
		Data        struct{ Status, TransactionID string }
	}
	must(t, json.Unmarshal([]byte(r.body(paid[0])), &m))
	if m.Type != "origination.pending" || m.Data.Status != "Pending" || m.Data.TransactionID == "" || m.Event == "" || !m.Timestamp.Equal(w.Now()) {
		t.Errorf("the message is %s", r.body(paid[0]))
	}
	eventually(t, "the cursor is recorded", func() bool {
		p, _, err := w.store.WebhookProgress(t.Context(), id)
		must(t, err)
		return fmt.Sprint(p.Cursor.Position) == paid[2]
	})
	if c := w.worker.Counts(); c.Delivered != 3 || c.Failed != 0 || c.Waiting != 0 || c.Webhooks != 1 {
		t.Errorf("counted %+v", c)
	}
}

func TestAWebhookHearsOnlyWhatItAskedFor(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	w.hook(r.URL, "origination.rejected", "return.*")
	w.run()
	paid, _, err := w.Accept(t.Context(), w.client, payment())
	must(t, err)
	_, err = ledger.Execute(t.Context(), w.Ledger, ledger.TransactionStream("gym", paid.ID), domain.Hold{ItemID: paid.Items[0].ID, Reason: "a look"}.Decide)
	must(t, err)
	paid, err = ledger.Execute(t.Context(), w.Ledger, ledger.TransactionStream("gym", paid.ID), domain.Reject{ItemID: paid.Items[0].ID, Reason: "no"}.Decide)
	must(t, err)
	eventually(t, "the rejection", func() bool { return len(r.has()) > 0 })
	if got, want := r.has(), fmt.Sprint(paid.Items[0].ChangedAt); len(got) != 1 || got[0] != want || !strings.Contains(r.body(want), `"origination.rejected"`) {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestAClientHearsOfItsReturnRatesAndOfWhatIsHeldForThem(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	w.hook(r.URL, "return_rate.*")
	w.run()
	rated := domain.CompanyRateChanged{Company: "1840000017", Class: guard.Unauthorized, Level: guard.WarnedAt, Returned: 161, Originated: 40_000, Warn: 0.4, Act: 0.5}
	acted := rated
	acted.Level, acted.Returned = guard.ActedAt, 201
	w.write(ledger.Change{Stream: domain.CompanyStream("gym", "1840000017"), Client: "gym", Events: []domain.Event{
		rated, acted, domain.CompanyStopped{Company: "1840000017", Class: guard.Unauthorized, Action: guard.HoldDebits, Reason: "too many"},
		domain.CompanyLifted{Company: "1840000017", Reason: "mended"},
	}})
	eventually(t, "four messages", func() bool { return len(r.has()) == 4 })
	for _, want := range []string{"warn", "act", "stopped", "lifted"} {
		if !slices.ContainsFunc(r.has(), func(id string) bool {
			return strings.Contains(r.body(id), `"type":"return_rate.`+want+`"`) && strings.Contains(r.body(id), `"company_identification":"1840000017"`)
		}) {
			t.Errorf("no message return_rate.%s", want)
		}
	}
}

func TestWhatFailedIsTriedAgainUnderItsIDAndNothingElseWaitsForIt(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	_, secret := w.hook(r.URL)
	r.knows(secret)
	paid := w.pay(5)
	r.answer = func(id string, try int) int {
		if id == paid[2] && try == 1 {
			return 500
		}
		return 200
	}
	w.run()
	eventually(t, "the others", func() bool { return len(r.has()) == 4 })
	more := w.pay(2)
	eventually(t, "what came later", func() bool { return all(r.has(), more) })
	eventually(t, "the one that failed", func() bool { return all(r.has(), paid) })
}

func TestASecretIsRotatedWhileBothSign(t *testing.T) {
	w := newWorld(t)
	old, young := newReceiver(t), newReceiver(t)
	id, secret := w.hook(old.URL)
	old.knows(secret)
	w.run()
	next, sealed, err := w.NewWebhookSecret("gym", id)
	must(t, err)
	w.order(id, domain.RotateWebhookSecret{Secret: sealed, Overlap: time.Hour, Now: time.Now()}.Decide)
	paid := w.pay(1)
	eventually(t, "a message that the old secret verifies", func() bool { return all(old.has(), paid) })
	young.knows(next)
	w.order(id, domain.ChangeWebhook{URL: &young.URL, Sandbox: true}.Decide)
	// Messages sent before the sender has read the new address go to the old
	// one.
	eventually(t, "a message that the new secret verifies", func() bool { w.pay(1); return len(young.has()) > 0 })
	_, sealed, err = w.NewWebhookSecret("gym", id)
	must(t, err)
	var signatures atomic.Value
	bare := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) { signatures.Store(q.Header.Get("webhook-signature")) }))
	t.Cleanup(bare.Close)
	w.order(id, domain.ChangeWebhook{URL: &bare.URL, Sandbox: true}.Decide)
	w.order(id, domain.RotateWebhookSecret{Secret: sealed, Now: time.Now()}.Decide)
	eventually(t, "that no old secret signs whose time has passed", func() bool {
		w.pay(1)
		s, ok := signatures.Load().(string)
		return ok && len(strings.Fields(s)) == 1
	})
}

func TestASlowWebhookSlowsNoOther(t *testing.T) {
	w, quick := newWorld(t), newReceiver(t)
	blocked := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-blocked }))
	t.Cleanup(func() { close(blocked); slow.Close() })
	w.hook(slow.URL)
	w.hook(quick.URL)
	w.run()
	paid := w.pay(60)
	eventually(t, "everything at the quick one", func() bool { return all(quick.has(), paid) })
}

func TestAPingAReplayAndARetryAreCarriedOutOnce(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	early := w.pay(2)
	id, _ := w.hook(r.URL)
	w.run()
	paid := w.pay(3)
	eventually(t, "the payments", func() bool { return all(r.has(), paid) })
	pinged := w.order(id, domain.PingWebhook{}.Decide)
	ping := fmt.Sprint(pinged.Orders[0].Position)
	eventually(t, "the ping", func() bool { return all(r.has(), []string{ping}) })
	if b := r.body(ping); !strings.Contains(b, `"type":"ping"`) || !strings.Contains(b, `"data":{}`) {
		t.Errorf("the ping is %s", b)
	}
	w.order(id, domain.RetryWebhook{Message: paid[1]}.Decide)
	eventually(t, "the retry", func() bool { return r.tried(paid[1]) == 2 })
	replay := w.order(id, domain.ReplayWebhook{After: 0, Head: 1 << 40}.Decide).Orders
	eventually(t, "what was before the webhook", func() bool { return all(r.has(), early) })
	eventually(t, "everything again", func() bool { return r.tried(paid[0]) == 2 && r.tried(paid[1]) == 3 && r.tried(paid[2]) == 2 })
	newest, err := strconv.ParseInt(paid[2], 10, 64)
	must(t, err)
	eventually(t, "that is recorded", func() bool { // a message being sent when the worker stops is sent again
		p, _, err := w.store.WebhookProgress(t.Context(), id)
		must(t, err)
		return p.Orders == replay[len(replay)-1].Position && p.Cursor.Position >= newest
	})
	w.stop()
	w.run()
	last := w.pay(1)
	eventually(t, "a payment after the restart", func() bool { return all(r.has(), last) })
	if r.tried(paid[0]) != 2 || r.tried(paid[1]) != 3 || r.tried(ping) != 1 {
		t.Errorf("orders were carried out again: %v", r.tries)
	}
}

func TestADeletedWebhookHearsNothingAndIsForgotten(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	r.answer = func(string, int) int { return 500 }
	id, _ := w.hook(r.URL)
	w.run()
	w.pay(1)
	eventually(t, "a message waits", func() bool { n, _, _ := w.store.WebhooksWaiting(t.Context(), id); return n == 1 })
	w.order(id, domain.DeleteWebhook{}.Decide)
	eventually(t, "it is forgotten", func() bool {
		_, ok, err := w.store.WebhookProgress(context.Background(), id)
		must(t, err)
		return !ok
	})
	later := w.pay(1)
	witness := newReceiver(t)
	w.hook(witness.URL)
	w.pay(1)
	eventually(t, "another hears", func() bool { return len(witness.has()) == 1 })
	if r.tried(later[0]) != 0 {
		t.Error("it hears what came after it was deleted")
	}
}

func TestARestoredWebhookIsSilentUntilItIsConfirmed(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	w.hook(r.URL)
	var unconfirmed atomic.Int64
	head, err := w.store.Head(t.Context())
	must(t, err)
	unconfirmed.Store(head.Position)
	w.Unconfirmed = unconfirmed.Load
	young := newReceiver(t)
	w.hook(young.URL)
	w.run()
	paid := w.pay(2)
	eventually(t, "one that was opened since hears", func() bool { return all(young.has(), paid) })
	if got := r.has(); len(got) > 0 {
		t.Errorf("a restored webhook was told %v", got)
	}
	unconfirmed.Store(0)
	eventually(t, "it hears all of it", func() bool { return all(r.has(), paid) })
}

func TestARedirectIsNotFollowed(t *testing.T) {
	w, elsewhere := newWorld(t), newReceiver(t)
	redirect := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(redirect.Close)
	id, _ := w.hook(redirect.URL)
	w.run()
	w.pay(1)
	eventually(t, "it counts as failed", func() bool { return w.worker.Counts().Failed > 0 })
	eventually(t, "it waits", func() bool {
		list, err := w.store.WaitingWebhooks(t.Context(), id, eventstore.WebhookPlace{}, 10)
		must(t, err)
		return len(list) == 1 && list[0].Failure == "it answered 307"
	})
	if len(elsewhere.order) > 0 {
		t.Error("the redirect was followed")
	}
}
