package inbound

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
)

// The reversal is asked for before a window, and the return of its entry comes
// before that window does.
func TestAReversalThatWaitsDoesNotLeaveAfterTheReturnOfItsEntry(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.clock.set(at("2026-11-24 09:00"))
	w.ask(gym, id, answers.Reverse{ItemID: "reversal", ReplyTo: "item-" + id, Reason: "duplicate"}, "2026-11-24 09:01")
	w.feed(render(t, w.returned(id, "R01", settles("2026-11-24"))))
	reversal := func() *domain.Item {
		t := w.transaction(gym, id)
		i, _ := t.Item("reversal")
		return i
	}
	if r := reversal(); r.State != domain.Rejected || r.Reason == "" {
		t.Errorf("the reversal is %s because %q", r.State, r.Reason)
	}
	if r := w.only(id, domain.Return); len(r.Incoming.Flags) != 0 {
		t.Errorf("the return, which made it pointless, bears flags %v", r.Incoming.Flags)
	}
	w.sweepAt("2026-11-24 10:16")
	if r := reversal(); r.Filing != nil {
		t.Errorf("it left in file %s", r.Filing.File)
	}
	w.sound()
}
