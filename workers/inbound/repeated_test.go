package inbound

import (
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// amounts are those of the payments of the gym.
func (w *world) amounts() (cents []int64) {
	w.t.Helper()
	for _, t := range w.received(gym) {
		cents = append(cents, t.Origination().AmountCents)
	}
	slices.Sort(cents)
	return cents
}

// A bank sends a file again with a batch in front, so that the others have other
// numbers, or with an entry more in a batch. What is new is booked; what came
// before is not booked a second time.
func TestAFileThatComesAgainWithMoreInItPaysNothingTwice(t *testing.T) {
	first := func() nacha.Batch { return credits("4001", "4002", "4003") }
	front := credits("5000")
	front.Header.CompanyID, front.Entries[0].AmountCents = "1910000099", 777
	longer := credits("4001", "4002", "4003", "4004")
	for name, again := range map[string]struct {
		file  []byte
		new   int64
		waits int
	}{
		"a batch in front":  {renderAs(t, "0800", front, first()), 777, 3},
		"a batch behind":    {renderAs(t, "0800", first(), front), 777, 0}, // the first is the same batch
		"an entry more":     {renderAs(t, "0800", longer), 400, 3},
		"under another day": {edit(t, renderAs(t, "0800", front, first()), "261124", "261125"), 777, 3},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.clock.Set(at("2026-11-23 09:00"))
			w.feed(render(t, first()))
			w.feed(again.file)
			want := []int64{100, 200, 300, again.new}
			if got := w.amounts(); !slices.Equal(got, want) {
				t.Errorf("payments of %v, want %v", got, want)
			}
			list := w.queue()
			for _, u := range list {
				if u.Reason != duplicate || !slices.Equal(u.Candidates, []string{gym + "/"}) || !strings.Contains(u.Message, "R24") {
					t.Errorf("one waits as %+v", u)
				}
			}
			if len(list) != again.waits {
				t.Errorf("%d wait, want %d", len(list), again.waits)
			}
			w.sound()
		})
	}
}

// The first copy may wait for a person, or be on its way back: the second one
// waits too.
func TestACopyOfWhatBelongsToNobodyWaits(t *testing.T) {
	for name, unknown := range map[string]string{"in the queue": "", "sent back": domain.ReturnUnknown} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(s *domain.Settings) { s.UnknownAccounts = unknown })
			w.clock.Set(at("2026-11-23 09:00"))
			w.feed(render(t, credits("555")))
			before := len(w.received(domain.LedgerClient))
			w.feed(renderAs(t, "0800", credits("4009"), credits("555")))
			list := w.queue()
			if last := list[len(list)-1]; last.Reason != duplicate && list[0].Reason != duplicate || len(w.received(domain.LedgerClient)) != before {
				t.Errorf("%d wait, the last as %+v", len(list), last)
			}
			if got := w.amounts(); !slices.Equal(got, []int64{100}) {
				t.Errorf("payments of %v", got)
			}
		})
	}
}

// What only looks alike is another payment.
func TestAnotherPaymentUnderTheSameTraceNumberIsBooked(t *testing.T) {
	for name, other := range map[string]func(*nacha.BatchHeader, *nacha.Entry){
		"another amount":         func(_ *nacha.BatchHeader, e *nacha.Entry) { e.AmountCents++ },
		"another account":        func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Account = "4002" },
		"another settlement day": func(h *nacha.BatchHeader, _ *nacha.Entry) { h.SettlementDay = "328" },
		"another company":        func(h *nacha.BatchHeader, _ *nacha.Entry) { h.CompanyID = "1910000043" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.clock.Set(at("2026-11-23 09:00"))
			w.feed(render(t, credits("4001")))
			b := credits("4001")
			other(&b.Header, &b.Entries[0])
			w.feed(renderAs(t, "0800", b))
			if got := len(w.received(gym)); got != 2 || len(w.queue()) != 0 {
				t.Errorf("%d payments, %d wait", got, len(w.queue()))
			}
		})
	}
	w := newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	w.feed(render(t, credits("4001"), credits("4001"))) // an ODFI that numbers each batch from 1
	if got := len(w.received(gym)); got != 2 {
		t.Errorf("of two batches of one file %d payments were booked", got)
	}
}
