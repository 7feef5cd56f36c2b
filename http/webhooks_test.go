package http_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

func TestAWebhookIsOpenedSeenChangedAndDeletedByItsClientAlone(t *testing.T) {
	w := newWorld(t)
	gym, rival := w.client("gym", settings()), w.client("rival", settings())
	made := gym.call("POST", "/v1/webhooks", `{"url":"https://hooks.example/in"}`).is(201)
	id, secret := made.text("id"), made.text("secret")
	if !strings.HasPrefix(secret, "whsec_") || made.field("enabled") != true || made.header.Get("Location") != "/v1/webhooks/"+id {
		t.Errorf("made %s", made.body)
	}
	one := "/v1/webhooks/" + id
	for _, a := range []*answer{gym.call("GET", one, "").is(200), gym.call("GET", "/v1/webhooks", "").is(200), gym.call("GET", "/v1/events", "").is(200)} {
		if strings.Contains(string(a.body), secret) || strings.Contains(string(a.body), "whsec_") {
			t.Errorf("the secret is shown again: %s", a.body)
		}
	}
	if list := rows(gym.call("GET", "/v1/webhooks", "").is(200)); len(list) != 1 || list[0]["id"] != id {
		t.Errorf("listed %v", list)
	}
	if len(rows(rival.call("GET", "/v1/webhooks", "").is(200))) != 0 {
		t.Error("another client sees it")
	}
	for _, call := range [][3]string{{"GET", one, ""}, {"PATCH", one, `{"enabled":false}`}, {"DELETE", one, ""}, {"POST", one + "/secret", ""},
		{"POST", one + "/ping", ""}, {"POST", one + "/replay", `{"after":0}`}, {"GET", one + "/deliveries", ""}, {"POST", one + "/deliveries/1/retry", ""}} {
		rival.call(call[0], call[1], call[2]).problem(404, "not-found")
	}
	changed := gym.call("PATCH", one, `{"types":["return.*"],"enabled":false}`).is(200)
	if changed.field("enabled") != false || changed.text("url") != "https://hooks.example/in" {
		t.Errorf("changed to %s", changed.body)
	}
	gym.call("POST", one+"/ping", "").problem(409, "conflict")
	gym.call("PATCH", one, `{"url":"https://10.0.0.1/"}`).problem(422, "rule-broken")
	gym.call("PATCH", one, `{"secret":"x"}`).problem(400, "invalid")
	gym.call("DELETE", one, "").is(204)
	gym.call("DELETE", one, "").is(204)
	gym.call("GET", one, "").problem(404, "not-found")
	if len(rows(gym.call("GET", "/v1/webhooks", "").is(200))) != 0 {
		t.Error("a deleted one is listed")
	}
	for range 16 {
		gym.call("POST", "/v1/webhooks", `{"url":"https://hooks.example/in"}`).is(201)
	}
	gym.call("POST", "/v1/webhooks", `{"url":"https://hooks.example/in"}`).problem(422, "rule-broken")
}

// Webhooks that are opened at once are counted as well.
func TestAClientHasSixteenWebhooksHoweverItOpensThem(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	var all sync.WaitGroup
	var opened atomic.Int64
	for range 48 {
		all.Go(func() {
			if acme.call("POST", "/v1/webhooks", `{"url":"https://acme.example/ach"}`).status == 201 {
				opened.Add(1)
			}
		})
	}
	all.Wait()
	if n := len(rows(acme.call("GET", "/v1/webhooks", "").is(200))); n != 16 || opened.Load() != 16 {
		t.Errorf("%d webhooks were opened, and %d are listed", opened.Load(), n)
	}
}

func TestAWebhooksSecretIsShownOnceAlsoWhenItIsRotated(t *testing.T) {
	w := newWorld(t)
	gym := w.client("gym", settings())
	key := with{"Idempotency-Key", "k1"}
	made := gym.call("POST", "/v1/webhooks", `{"url":"https://hooks.example/in"}`, key).is(201)
	gym.call("POST", "/v1/webhooks", `{"url":"https://hooks.example/in"}`, key).problem(409, "conflict")
	one := "/v1/webhooks/" + made.text("id")
	turned := gym.call("POST", one+"/secret", "").is(201)
	if turned.text("secret") == made.text("secret") || turned.text("rotating_until") == "" {
		t.Errorf("rotated to %s", turned.body)
	}
	if at := gym.call("POST", one+"/secret", `{"overlap":"0s"}`).is(201); at.field("rotating_until") != nil {
		t.Errorf("an old secret goes on: %s", at.body)
	}
	gym.call("POST", one+"/secret", `{"overlap":"200h"}`).problem(400, "invalid")
	gym.call("POST", one+"/secret", `{"overlap":"soon"}`).problem(400, "invalid")
}

func TestWhatIsAskedOfAWebhookIsOrderedOnce(t *testing.T) {
	w := newWorld(t)
	gym := w.client("gym", settings())
	rival := w.client("rival", settings())
	rival.originate(proposal()).is(201)
	one := "/v1/webhooks/" + gym.call("POST", "/v1/webhooks", `{"url":"https://hooks.example/in"}`).is(201).text("id")
	key := with{"Idempotency-Key", "p"}
	ping := gym.call("POST", one+"/ping", "", key).is(202)
	if again := gym.call("POST", one+"/ping", "", key).is(202); ping.text("message") == "" || again.text("message") != ping.text("message") {
		t.Errorf("pinged %s and %s", ping.body, again.body)
	}
	gym.call("POST", one+"/replay", `{"after":0}`).is(202)
	gym.call("POST", one+"/replay", `{"after":99999}`).problem(400, "invalid")
	gym.call("POST", one+"/replay", `{}`).problem(400, "invalid")
	gym.call("POST", one+"/deliveries/"+ping.text("message")+"/retry", "").is(202)
	for _, id := range []string{"0", "x", "1.x", "99999", "01"} {
		gym.call("POST", one+"/deliveries/"+id+"/retry", "").problem(404, "not-found")
	}
	for _, e := range w.events() {
		if e.Client == "rival" {
			gym.call("POST", fmt.Sprintf("%s/deliveries/%d/retry", one, e.Position), "").problem(404, "not-found")
		}
	}
	gym.call("DELETE", one, "").is(204)
	if again := gym.call("POST", one+"/ping", "", key).is(202); again.text("message") != ping.text("message") {
		t.Errorf("once it is deleted the answer is %s", again.body)
	}
	gym.call("POST", one+"/ping", "").problem(404, "not-found")
}

// A body that may be left out may also be one that says its length when it ends.
func TestAWebhookTakesNoBodyOfUnknownLengthForOne(t *testing.T) {
	w := newWorld(t)
	gym := w.client("gym", settings())
	one := "/v1/webhooks/" + gym.call("POST", "/v1/webhooks", `{"url":"https://hooks.example/in"}`).is(201).text("id")
	r, err := http.NewRequest("POST", w.url+one+"/secret", io.NopCloser(strings.NewReader("")))
	w.must(err)
	r.ContentLength = -1
	r.SetBasicAuth(gym.key, gym.secret)
	response, err := http.DefaultClient.Do(r)
	w.must(err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Errorf("a rotation with an empty body in chunks is answered %d", response.StatusCode)
	}
}

func TestOperationsPostAClientsMessagesAgain(t *testing.T) {
	w := newWorld(t)
	gym := w.client("gym", settings())
	w.client("rival", settings())
	id := gym.call("POST", "/v1/webhooks", `{"url":"https://hooks.example/in"}`).is(201).text("id")
	told := gym.call("POST", "/v1/webhooks/"+id+"/ping", "").is(202).text("message")
	all := "/v1/ops/clients/gym/webhooks"
	one := all + "/" + id
	ops := w.credential(domain.LedgerClient, domain.ScopeOpsRead, domain.ScopeOpsWork)
	if list := rows(ops.call("GET", all, "").is(200)); len(list) != 1 || list[0]["id"] != id || list[0]["secret"] != nil {
		t.Errorf("operations see %v", list)
	}
	ops.call("GET", one, "").is(200)
	ops.call("GET", one+"/deliveries?state=waiting", "").is(200)
	key := with{"Idempotency-Key", "again"}
	first := ops.call("POST", one+"/replay", `{"after":0}`, key).is(202)
	if again := ops.call("POST", one+"/replay", `{"after":0}`, key).is(202); string(again.body) != string(first.body) || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("asked twice it is %s and %s", first.body, again.body)
	}
	ops.call("POST", one+"/deliveries/"+told+"/retry", "").is(202)
	events := w.events()
	last := events[len(events)-1]
	if last.Client != "gym" || !strings.Contains(string(last.Meta), ops.key) {
		t.Errorf("the log has %s of %s by %s, want it to name %s", last.Type, last.Client, last.Meta, ops.key)
	}
	for _, elsewhere := range []string{"/v1/ops/clients/rival/webhooks/" + id, "/v1/ops/clients/nobody/webhooks/" + id} {
		ops.call("GET", elsewhere, "").problem(404, "not-found")
		ops.call("POST", elsewhere+"/replay", `{"after":0}`).problem(404, "not-found")
	}
	gym.call("PATCH", "/v1/webhooks/"+id, `{"enabled":false}`).is(200)
	ops.call("POST", one+"/deliveries/"+told+"/retry", "").problem(409, "conflict")
	gym.call("GET", all, "").problem(403, "insufficient-scope")
}

func TestDeliveriesAreListedAndWhatWaitsIsToo(t *testing.T) {
	w := newWorld(t)
	gym := w.client("gym", settings())
	id := gym.call("POST", "/v1/webhooks", `{"url":"https://hooks.example/in"}`).is(201).text("id")
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for i := range 5 {
		w.must(w.store.StepWebhook(t.Context(), eventstore.WebhookStep{
			Webhook: id, Progress: eventstore.WebhookProgress{Cursor: eventstore.WebhookPlace{Position: int64(10 + i)}},
			Attempts: []eventstore.WebhookAttempt{
				{Message: fmt.Sprint(10 + i), Type: "origination.pending", At: noon, Try: 1, Delivered: true, Status: 204},
				{Message: fmt.Sprintf("%d.1", 10+i), Type: "origination.pending", At: noon, Try: 1, Status: 500, Failure: "it answered 500"}},
			Put: []eventstore.WebhookMessage{{WebhookPlace: eventstore.WebhookPlace{Position: int64(10 + i), Ordinal: 1}, Type: "origination.pending",
				Tries: 1, FirstAt: noon, NextAt: noon, Status: 500, Failure: "it answered 500", GivenUp: i == 0}},
		}))
	}
	one := "/v1/webhooks/" + id
	var messages []string
	for cursor, pages := "", 0; pages < 9; pages++ {
		a := gym.call("GET", one+"/deliveries?limit=3&cursor="+cursor, "").is(200)
		for _, r := range rows(a) {
			messages = append(messages, r["message"].(string))
		}
		if cursor = a.text("next_cursor"); cursor == "" {
			break
		}
	}
	if got := strings.Join(messages, " "); got != "14.1 14 13.1 13 12.1 12 11.1 11 10.1 10" {
		t.Errorf("listed %s", got)
	}
	waiting := gym.call("GET", one+"/deliveries?state=waiting&limit=2", "").is(200)
	if list := rows(waiting); len(list) != 2 || list[0]["state"] != "failed" || list[1]["state"] != "waiting" || waiting.text("next_cursor") != "11.1" {
		t.Errorf("what waits is %s", waiting.body)
	}
	if list := rows(gym.call("GET", one+"/deliveries?state=waiting&cursor=11.1", "").is(200)); len(list) != 3 {
		t.Errorf("then comes %v", list)
	}
	gym.call("GET", one+"/deliveries?state=lost", "").problem(400, "invalid")
	gym.call("GET", one+"/deliveries?state=waiting&cursor=x", "").problem(400, "invalid")
	if a := gym.call("GET", one, "").is(200); a.number("waiting") != 5 || a.number("position") != 14 {
		t.Errorf("it stands at %s", a.body)
	}
}
