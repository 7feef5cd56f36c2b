package node

import (
	"strings"
	"testing"
)

// A reversal that operations hold past its deadline would be an improper one, and is
// rejected.
func TestAReversalThatIsHeldPastItsDeadlineNeverLeaves(t *testing.T) {
	r, gym, id := withDues(t)
	r.day("2026-11-20T19:31:00Z") // the window of 14:30
	r.must(201, gym, "POST", "/api/transaction/"+id+"/reversals",
		object{"ReplyToEventId": r.told(gym, id).last("Origination"), "ReasonCode": "duplicate"}, nil)
	reversal := r.told(gym, id).last("Reversal")
	r.must(200, r.ops, "POST", "/v1/ops/events/"+reversal+"/hold", object{"reason": "looks odd"}, nil)
	r.day("2026-12-07T17:00:00Z") // ten banking days on
	if state := r.told(gym, id); state.status(reversal) != "Rejected" || !strings.Contains(state.reason(reversal), "deadline") {
		t.Errorf("the reversal is %s: %q", state.status(reversal), state.reason(reversal))
	}
	if n := r.metric("achledger_answers_lapsed_total"); n != "1" {
		t.Errorf("%q answers are counted as late", n)
	}
	r.must(409, r.ops, "POST", "/v1/ops/events/"+reversal+"/approve", object{"reason": "fine"}, nil)
	r.day("2026-12-08T17:00:00Z")
	if strings.Contains(r.outbox(), "REVERSAL") {
		t.Error("it left")
	}
}

// reason is that of an event.
func (t told) reason(event string) string {
	for _, e := range t.Events {
		if e.EventID == event {
			return e.Reason
		}
	}
	return ""
}
