package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// RunWebhooks proves what every implementation of eventstore.Webhooks must do.
// open returns one without webhooks.
func RunWebhooks(t *testing.T, open func(t *testing.T) eventstore.Webhooks) {
	for sentence, prove := range webhooks {
		t.Run(sentence, func(t *testing.T) { prove(t, open(t)) })
	}
}

var webhooks = map[string]func(t *testing.T, s eventstore.Webhooks){
	"a step moves the cursor, and what waits comes back as it was put": func(t *testing.T, s eventstore.Webhooks) {
		if _, ok, err := s.WebhookProgress(t.Context(), "w"); ok || err != nil {
			t.Fatalf("a webhook nobody stepped has progress: %v", err)
		}
		want := eventstore.WebhookProgress{Cursor: placeAt(40, 3), Orders: 7}
		mustStep(t, s, eventstore.WebhookStep{Webhook: "w", Put: []eventstore.WebhookMessage{waitingMessage(40, 2, time.Minute)}, Progress: want})
		if got, ok, err := s.WebhookProgress(t.Context(), "w"); got != want || !ok || err != nil {
			t.Errorf("got %+v, %t, %v", got, ok, err)
		}
		list, err := s.DueWebhooks(t.Context(), "w", 9)
		if err != nil || len(list) != 1 || list[0] != waitingMessage(40, 2, time.Minute) {
			t.Errorf("got %+v, %v", list, err)
		}
		if n, since, err := s.WebhooksWaiting(t.Context(), "w"); n != 1 || !since.Equal(noon) || err != nil {
			t.Errorf("%d wait since %s, %v", n, since, err)
		}
		expectIDs(t, webhookIDs(s.DueWebhooks(t.Context(), "other", 9)))
	},
	"what waits is due by its time and listed by its place": func(t *testing.T, s eventstore.Webhooks) {
		given := waitingMessage(3, 0, 0)
		given.GivenUp = true
		mustStep(t, s, eventstore.WebhookStep{Webhook: "w", Put: []eventstore.WebhookMessage{waitingMessage(2, 0, 3*time.Minute), waitingMessage(10, 1, time.Minute), waitingMessage(10, 2, 2*time.Minute), given}})
		expectIDs(t, webhookIDs(s.DueWebhooks(t.Context(), "w", 2)), "10.1", "10.2")
		expectIDs(t, webhookIDs(s.WaitingWebhooks(t.Context(), "w", placeAt(0, 0), 9)), "2", "3", "10.1", "10.2")
		expectIDs(t, webhookIDs(s.WaitingWebhooks(t.Context(), "w", placeAt(10, 1), 9)), "10.2")
		mustStep(t, s, eventstore.WebhookStep{Webhook: "w", Done: []eventstore.WebhookPlace{placeAt(10, 1), placeAt(99, 0)}})
		expectIDs(t, webhookIDs(s.DueWebhooks(t.Context(), "w", 9)), "10.2", "2")
		later := noon.Add(time.Hour)
		mustStep(t, s, eventstore.WebhookStep{Webhook: "w", AllDueAt: &later})
		expectIDs(t, webhookIDs(s.DueWebhooks(t.Context(), "w", 9)), "2", "10.2")
		if list, err := s.DueWebhooks(t.Context(), "w", 1); err != nil || list[0].Tries != 2 || !list[0].FirstAt.Equal(noon) || !list[0].NextAt.Equal(later) {
			t.Errorf("got %+v, %v", list, err)
		}
		mustStep(t, s, eventstore.WebhookStep{Webhook: "w", AllDueAt: &later, Anew: true})
		expectIDs(t, webhookIDs(s.DueWebhooks(t.Context(), "w", 9)), "2", "3", "10.2")
		list, err := s.DueWebhooks(t.Context(), "w", 1)
		if err != nil || list[0].Tries != 0 || !list[0].FirstAt.Equal(later) || !list[0].NextAt.Equal(later) || list[0].GivenUp {
			t.Errorf("got %+v, %v", list, err)
		}
	},
	"a replay forgets what it will come to, and no ping": func(t *testing.T, s eventstore.Webhooks) {
		ping := waitingMessage(30, 0, 0)
		ping.Type = "ping"
		after := int64(10)
		mustStep(t, s, eventstore.WebhookStep{Webhook: "w", Put: []eventstore.WebhookMessage{waitingMessage(10, 1, 0), waitingMessage(11, 0, 0), ping}},
			eventstore.WebhookStep{Webhook: "w", Forget: &after})
		expectIDs(t, webhookIDs(s.WaitingWebhooks(t.Context(), "w", placeAt(0, 0), 9)), "10.1", "30")
	},
	"the newest attempts are kept": func(t *testing.T, s eventstore.Webhooks) {
		for i := range eventstore.MaxWebhookRounds + 5 {
			mustStep(t, s, eventstore.WebhookStep{Webhook: "w", Attempts: []eventstore.WebhookAttempt{{Message: fmt.Sprint(i + 1), At: noon, Try: 1, Delivered: true, Status: 204}}})
		}
		mustStep(t, s, eventstore.WebhookStep{Webhook: "w"}) // without attempts it is no round
		rounds, err := s.WebhookRounds(t.Context(), "w", 0, 1000)
		if err != nil || len(rounds) != eventstore.MaxWebhookRounds || rounds[0].Attempts[0].Message != "205" {
			t.Fatalf("%d rounds, %v: %+v", len(rounds), err, rounds[0])
		}
		if next, err := s.WebhookRounds(t.Context(), "w", rounds[9].Number, 1); err != nil || len(next) != 1 || next[0].Number != rounds[10].Number {
			t.Errorf("got %+v, %v", next, err)
		}
	},
	"a webhook is forgotten whole and alone": func(t *testing.T, s eventstore.Webhooks) {
		for _, name := range []string{"w", "other"} {
			mustStep(t, s, eventstore.WebhookStep{Webhook: name, Put: []eventstore.WebhookMessage{waitingMessage(1, 0, 0)}, Attempts: make([]eventstore.WebhookAttempt, 1)})
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
		expectIDs(t, webhookIDs(s.DueWebhooks(t.Context(), "other", 9)), "1")
	},
	"an id is a place and back": func(t *testing.T, _ eventstore.Webhooks) {
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
	},
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func placeAt(position, ordinal int64) eventstore.WebhookPlace {
	return eventstore.WebhookPlace{Position: position, Ordinal: ordinal}
}

// waitingMessage was first tried at noon, and is due some time after that.
func waitingMessage(position, ordinal int64, due time.Duration) eventstore.WebhookMessage {
	return eventstore.WebhookMessage{WebhookPlace: placeAt(position, ordinal), Type: "return.released", Tries: 2,
		FirstAt: noon, NextAt: noon.Add(due), Status: 503, Failure: "503"}
}

func mustStep(t *testing.T, s eventstore.Webhooks, steps ...eventstore.WebhookStep) {
	t.Helper()
	for _, one := range steps {
		if err := s.StepWebhook(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
}

func webhookIDs(list []eventstore.WebhookMessage, err error) (ids []string) {
	if err != nil {
		return []string{err.Error()}
	}
	for _, m := range list {
		ids = append(ids, m.String())
	}
	return ids
}

func expectIDs(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
