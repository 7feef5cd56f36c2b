package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// Webhooks holds what a store keeps of webhooks against its contract. Open
// makes an empty one.
func Webhooks(t *testing.T, open func(t *testing.T) eventstore.Webhooks) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	at := func(position, ordinal int64) eventstore.WebhookPlace {
		return eventstore.WebhookPlace{Position: position, Ordinal: ordinal}
	}
	message := func(position, ordinal int64, due time.Duration) eventstore.WebhookMessage {
		return eventstore.WebhookMessage{WebhookPlace: at(position, ordinal), Type: "return.released", Tries: 2,
			FirstAt: noon, NextAt: noon.Add(due), Status: 503, Failure: "503"}
	}
	step := func(t *testing.T, s eventstore.Webhooks, steps ...eventstore.WebhookStep) {
		t.Helper()
		for _, one := range steps {
			if err := s.StepWebhook(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
	}
	ids := func(list []eventstore.WebhookMessage, err error) (ids []string) {
		if err != nil {
			return []string{err.Error()}
		}
		for _, m := range list {
			ids = append(ids, m.String())
		}
		return ids
	}
	expect := func(t *testing.T, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	t.Run("a step moves the cursor, and what waits comes back as it was put", func(t *testing.T) {
		s := open(t)
		if _, ok, err := s.WebhookProgress(t.Context(), "w"); ok || err != nil {
			t.Fatalf("a webhook nobody stepped has progress: %v", err)
		}
		want := eventstore.WebhookProgress{Cursor: at(40, 3), Orders: 7}
		step(t, s, eventstore.WebhookStep{Webhook: "w", Put: []eventstore.WebhookMessage{message(40, 2, time.Minute)}, Progress: want})
		if got, ok, err := s.WebhookProgress(t.Context(), "w"); got != want || !ok || err != nil {
			t.Errorf("got %+v, %t, %v", got, ok, err)
		}
		list, err := s.DueWebhooks(t.Context(), "w", 9)
		if err != nil || len(list) != 1 || list[0] != message(40, 2, time.Minute) {
			t.Errorf("got %+v, %v", list, err)
		}
		if n, since, err := s.WebhooksWaiting(t.Context(), "w"); n != 1 || !since.Equal(noon) || err != nil {
			t.Errorf("%d wait since %s, %v", n, since, err)
		}
		expect(t, ids(s.DueWebhooks(t.Context(), "other", 9)))
	})
	t.Run("what waits is due by its time and listed by its place", func(t *testing.T) {
		s := open(t)
		given := message(3, 0, 0)
		given.GivenUp = true
		step(t, s, eventstore.WebhookStep{Webhook: "w", Put: []eventstore.WebhookMessage{message(2, 0, 3*time.Minute), message(10, 1, time.Minute), message(10, 2, 2*time.Minute), given}})
		expect(t, ids(s.DueWebhooks(t.Context(), "w", 2)), "10.1", "10.2")
		expect(t, ids(s.WaitingWebhooks(t.Context(), "w", at(0, 0), 9)), "2", "3", "10.1", "10.2")
		expect(t, ids(s.WaitingWebhooks(t.Context(), "w", at(10, 1), 9)), "10.2")
		step(t, s, eventstore.WebhookStep{Webhook: "w", Done: []eventstore.WebhookPlace{at(10, 1), at(99, 0)}})
		expect(t, ids(s.DueWebhooks(t.Context(), "w", 9)), "10.2", "2")
		later := noon.Add(time.Hour)
		step(t, s, eventstore.WebhookStep{Webhook: "w", AllDueAt: &later})
		expect(t, ids(s.DueWebhooks(t.Context(), "w", 9)), "2", "10.2")
		if list, err := s.DueWebhooks(t.Context(), "w", 1); err != nil || list[0].Tries != 2 || !list[0].FirstAt.Equal(noon) || !list[0].NextAt.Equal(later) {
			t.Errorf("got %+v, %v", list, err)
		}
		step(t, s, eventstore.WebhookStep{Webhook: "w", AllDueAt: &later, Anew: true})
		expect(t, ids(s.DueWebhooks(t.Context(), "w", 9)), "2", "3", "10.2")
		list, err := s.DueWebhooks(t.Context(), "w", 1)
		if err != nil || list[0].Tries != 0 || !list[0].FirstAt.Equal(later) || !list[0].NextAt.Equal(later) || list[0].GivenUp {
			t.Errorf("got %+v, %v", list, err)
		}
	})
	t.Run("a replay forgets what it will come to, and no ping", func(t *testing.T) {
		s := open(t)
		ping := message(30, 0, 0)
		ping.Type = "ping"
		after := int64(10)
		step(t, s, eventstore.WebhookStep{Webhook: "w", Put: []eventstore.WebhookMessage{message(10, 1, 0), message(11, 0, 0), ping}},
			eventstore.WebhookStep{Webhook: "w", Forget: &after})
		expect(t, ids(s.WaitingWebhooks(t.Context(), "w", at(0, 0), 9)), "10.1", "30")
	})
	t.Run("the newest attempts are kept", func(t *testing.T) {
		s := open(t)
		for i := range eventstore.MaxWebhookRounds + 5 {
			step(t, s, eventstore.WebhookStep{Webhook: "w", Attempts: []eventstore.WebhookAttempt{{Message: fmt.Sprint(i + 1), At: noon, Try: 1, Delivered: true, Status: 204}}})
		}
		step(t, s, eventstore.WebhookStep{Webhook: "w"}) // without attempts it is no round
		rounds, err := s.WebhookRounds(t.Context(), "w", 0, 1000)
		if err != nil || len(rounds) != eventstore.MaxWebhookRounds || rounds[0].Attempts[0].Message != "205" {
			t.Fatalf("%d rounds, %v: %+v", len(rounds), err, rounds[0])
		}
		if next, err := s.WebhookRounds(t.Context(), "w", rounds[9].Number, 1); err != nil || len(next) != 1 || next[0].Number != rounds[10].Number {
			t.Errorf("got %+v, %v", next, err)
		}
	})
	t.Run("a webhook is forgotten whole and alone", func(t *testing.T) {
		s := open(t)
		for _, name := range []string{"w", "other"} {
			step(t, s, eventstore.WebhookStep{Webhook: name, Put: []eventstore.WebhookMessage{message(1, 0, 0)}, Attempts: make([]eventstore.WebhookAttempt, 1)})
		}
		if err := s.ForgetWebhook(t.Context(), "w"); err != nil {
			t.Fatal(err)
		}
		_, ok, _ := s.WebhookProgress(t.Context(), "w")
		rounds, _ := s.WebhookRounds(t.Context(), "w", 0, 9)
		n, _, _ := s.WebhooksWaiting(t.Context(), "w")
		if ok || n != 0 || len(rounds) != 0 {
			t.Errorf("left: progress %t, %d messages, %d rounds", ok, n, len(rounds))
		}
		expect(t, ids(s.DueWebhooks(t.Context(), "other", 9)), "1")
	})
	t.Run("an id is a place and back", func(t *testing.T) {
		for _, id := range []string{"1", "12.3"} {
			if p, ok := eventstore.ParseWebhookPlace(id); !ok || p.String() != id {
				t.Errorf("%s: %v, %t", id, p, ok)
			}
		}
		for _, id := range []string{"", "0", "-1", "1.0", "1.", ".1", "01", "1.2.3", "+1", "a", "99999999999999999999"} {
			if p, ok := eventstore.ParseWebhookPlace(id); ok {
				t.Errorf("%q is taken for %v", id, p)
			}
		}
	})
}
