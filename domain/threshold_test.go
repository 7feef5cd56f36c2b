package domain_test

import (
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// at is an instant as the clock in New York shows it.
func at(clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", clock, calendar.Eastern)
	if err != nil {
		panic(err)
	}
	return t
}

// What the thresholds say of two banks' entries that were made at 14:05 and
// 14:10, and of answers, which no threshold is for.
func TestEachThresholdIsReachedOverAllOfAClientsBanks(t *testing.T) {
	queues := []domain.Queue{
		{ODFI: "231380104", Entries: 2, Cents: 2_000, OldestAt: at("2026-11-20 14:10")},
		{ODFI: "231380104", Answers: true, Entries: 50, Cents: 90_000, OldestAt: at("2026-11-13 09:00")},
		{ODFI: "061000146", Entries: 1, Cents: 500, OldestAt: at("2026-11-20 14:05")},
	}
	for name, tt := range map[string]struct {
		batching domain.Batching
		now      string
		want     domain.Why
	}{
		"one entry is missing":        {domain.Batching{MaxEntries: 4}, "2026-11-20 14:19", ""},
		"as many entries":             {domain.Batching{MaxEntries: 3}, "2026-11-20 14:19", domain.WhyEntries},
		"one cent is missing":         {domain.Batching{MaxAmountCents: 2_501}, "2026-11-20 14:19", ""},
		"so many cents":               {domain.Batching{MaxAmountCents: 2_500}, "2026-11-20 14:19", domain.WhyCents},
		"the oldest is too young":     {domain.Batching{MaxAge: "15m"}, "2026-11-20 14:19", ""},
		"the oldest of both banks is": {domain.Batching{MaxAge: "15m"}, "2026-11-20 14:20", domain.WhyAge},
		"entries are named first":     {domain.Batching{MaxEntries: 1, MaxAmountCents: 1, MaxAge: "1m"}, "2026-11-20 14:20", domain.WhyEntries},
		"no threshold is set":         {domain.Batching{}, "2027-11-20 14:20", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.batching.Threshold(at(tt.now), queues); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if got := (domain.Batching{MaxEntries: 1}).Threshold(at("2026-11-20 14:20"), queues[1:2]); got != "" {
		t.Errorf("answers reached the threshold %q", got)
	}
}

func TestABatcherSleepsUntilSomethingMayBeDue(t *testing.T) {
	now := at("2026-11-20 14:35")
	own := domain.Settings{Batching: domain.Batching{Windows: []string{"16:00"}, MaxAge: "1h"}}
	entries := domain.Queue{Entries: 1, OldestAt: at("2026-11-20 14:30")}
	answers := domain.Queue{Answers: true, Entries: 1, OldestAt: at("2026-11-20 10:00")}
	pressing := answers
	pressing.LeaveBy = at("2026-11-20 15:00")
	for name, tt := range map[string]struct {
		client domain.Client
		queues []domain.Queue
		want   string // "" for ever
	}{
		"nothing waits":                          {domain.Client{Settings: own}, nil, ""},
		"an entry comes of age":                  {domain.Client{Settings: own}, []domain.Queue{entries}, "2026-11-20 15:30"},
		"an answer waits for a window":           {domain.Client{Settings: own}, []domain.Queue{answers}, "2026-11-20 16:00"},
		"a deadline comes near":                  {domain.Client{Settings: own}, []domain.Queue{entries, pressing}, "2026-11-20 14:45"},
		"a suspended client's entries stay":      {domain.Client{Settings: own, Suspended: true}, []domain.Queue{entries}, ""},
		"its answers leave":                      {domain.Client{Settings: own, Suspended: true}, []domain.Queue{entries, answers}, "2026-11-20 16:00"},
		"answers of a client without any window": {domain.Client{}, []domain.Queue{answers}, "2026-11-20 16:30"},
	} {
		t.Run(name, func(t *testing.T) {
			want := time.Time{}
			if tt.want != "" {
				want = at(tt.want)
			}
			if got := tt.client.WakeAt(now, tt.queues); !got.Equal(want) {
				t.Errorf("wakes at %s, want %s", got.In(calendar.Eastern), want)
			}
		})
	}
	if answers.Pressing(now) || pressing.Pressing(at("2026-11-20 14:44")) || !pressing.Pressing(at("2026-11-20 14:45")) {
		t.Error("an answer must leave a quarter of an hour before its deadline, and not before")
	}
}

// An answer's deadline does not wait for a window.
func TestWhatIsReleasedIsDueBeforeItsDeadline(t *testing.T) {
	now := at("2026-11-20 14:35")
	answer := func(kind domain.ItemKind, by string) *domain.Item {
		return &domain.Item{Kind: kind, Outgoing: &domain.Outgoing{LeaveBy: at(by).UTC().Format(time.RFC3339)}}
	}
	own := domain.Batching{Windows: []string{"16:00"}, MaxAge: "2h"}
	for name, tt := range map[string]struct {
		batching domain.Batching
		item     *domain.Item
		want     string
	}{
		"an entry":                         {own, &domain.Item{Kind: domain.Origination}, "2026-11-20 16:00"},
		"its age comes first":              {domain.Batching{Windows: []string{"16:00"}, MaxAge: "1h"}, &domain.Item{Kind: domain.Origination}, "2026-11-20 15:35"},
		"an answer":                        {own, answer(domain.Return, "2026-11-23 16:45"), "2026-11-20 16:00"},
		"an answer, no windows":            {domain.Batching{MaxAge: "1h"}, answer(domain.Return, "2026-11-23 16:45"), "2026-11-20 16:30"},
		"an answer that has to leave soon": {own, answer(domain.Return, "2026-11-20 15:00"), "2026-11-20 14:45"},
		"a reversal that has to":           {own, answer(domain.Reversal, "2026-11-20 15:00"), "2026-11-20 14:45"},
		"an answer that must leave now":    {own, answer(domain.Return, "2026-11-20 14:40"), "2026-11-20 14:35"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.batching.DueAgain(now, tt.item); !got.Equal(at(tt.want)) {
				t.Errorf("due again at %s, want %s", got.In(calendar.Eastern), tt.want)
			}
		})
	}
}
