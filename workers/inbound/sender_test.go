package inbound

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// Only the first eight digits of a sender are validated. If they cannot be part
// of a routing number, no return can be addressed to the sender: the payment
// waits for a person, whatever the policy is, and its money is accounted for.
func TestAPaymentForNobodyWhoseSenderIsNobodyWaitsForAPerson(t *testing.T) {
	w := newWorld(t, returning)
	w.clock.Set(at("2026-11-23 09:00"))
	fake := credits("555")
	fake.Header.ODFI, fake.Entries[0].Trace = "99999999", "999999990000001"
	o := w.feed(render(t, fake, credits("556")))
	if o.Counts != (domain.InboundApplied{Applied: 1, Unmatched: 1}) {
		t.Errorf("outcome %+v", o.Counts)
	}
	if u := w.waits(unknownAccount); u.AmountCents != 100 {
		t.Errorf("what waits is %+v", u)
	}
	_, err := w.intake.Return(t.Context(), w.queue()[0].ID, "R03")
	if domain.CodeOf(err) != domain.RuleBroken {
		t.Errorf("a person's return of it: %v", err)
	}
	w.sweepAt("2026-11-23 10:16")
	if file := w.delivered(); strings.Count(file, "799R03") != 1 {
		t.Errorf("the return beside it leaves alone:\n%s", file)
	}
	w.sound()
}
