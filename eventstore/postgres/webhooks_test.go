package postgres_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/storetest"
)

func TestPostgreSQLKeepsWebhooks(t *testing.T) {
	storetest.RunWebhooks(t, func(t *testing.T) eventstore.Webhooks {
		url, _ := postgrestest.Ledger(t)
		return open(t, postgres.Options{URL: url})
	})
}

// A leader that was cut off while it carried out an order forgets nothing that the
// next one has put there since.
func TestOnlyTheLeaderSaysHowFarAWebhookWasTold(t *testing.T) {
	s, _ := fresh(t, postgres.Options{})
	before := postgrestest.LeaderContext(t, s)
	position := int64(10)
	rewind := eventstore.WebhookStep{Webhook: "w", Forget: &position, Progress: eventstore.WebhookProgress{Cursor: eventstore.WebhookPlace{Position: 10}}}
	must(t, s.StepWebhook(before, rewind))
	now := postgrestest.LeaderContext(t, s)
	want := eventstore.WebhookProgress{Cursor: eventstore.WebhookPlace{Position: 60}}
	must(t, s.StepWebhook(now, eventstore.WebhookStep{
		Webhook: "w", Put: []eventstore.WebhookMessage{{WebhookPlace: eventstore.WebhookPlace{Position: 20}, Type: "file.delivered", FirstAt: time.Now(), NextAt: time.Now()}}, Progress: want,
	}))
	for what, err := range map[string]error{"a step": s.StepWebhook(before, rewind), "forgetting it": s.ForgetWebhook(before, "w")} {
		if !errors.Is(err, eventstore.ErrNotLeader) {
			t.Errorf("%s of a leader that was replaced: %v", what, err)
		}
	}
	list, err := s.DueWebhooks(t.Context(), "w", 9)
	if p, _, _ := s.WebhookProgress(t.Context(), "w"); err != nil || len(list) != 1 || p != want {
		t.Errorf("%d messages wait, %v; it was told up to %v", len(list), err, p)
	}
}

func TestWhatIsReadAgainAfterALineBrokeIsReadOnce(t *testing.T) {
	f := &lines{}
	s, _ := fresh(t, postgres.Options{Dial: f.dial, Heartbeat: time.Hour})
	step := eventstore.WebhookStep{Webhook: "w"}
	for n := range int64(200) {
		step.Put = append(step.Put, eventstore.WebhookMessage{WebhookPlace: eventstore.WebhookPlace{Position: n + 1}, Type: "file.delivered", Failure: strings.Repeat("x", 200), FirstAt: time.Now(), NextAt: time.Now()})
	}
	must(t, s.StepWebhook(t.Context(), step))
	_, err := s.DueWebhooks(t.Context(), "w", 1000) // prepares the statement
	must(t, err)
	var cut atomic.Bool
	f.set(nil, func(l *line, _ []byte) error {
		if l.n++; l.n > 1 && cut.CompareAndSwap(false, true) {
			return errCut
		}
		return nil
	})
	list, err := s.DueWebhooks(t.Context(), "w", 1000)
	if !cut.Load() {
		t.Fatal("the rows came in one piece")
	}
	if err != nil || len(list) != 200 {
		t.Errorf("%d messages were read, want 200; %v", len(list), err)
	}
}
