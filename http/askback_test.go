package http_test

import (
	"strings"
	"testing"
)

// The receiving bank is asked to return an entry that was sent in error. It
// returns the entry with R06, declines, or answers only after the ten banking days.
func TestAnEntryIsAskedBackAndTheReturnIsMatched(t *testing.T) {
	w := newTown(t)
	acme, ops := w.client("acme", settings()), w.ops()
	var ids [3]string
	for i := range ids {
		ids[i] = acme.originate(proposal("ToRouting", "121000358", "ToName", "Ada Marsh", "Amount", 10.25)).is(201).text("TransactionID")
	}
	path := func(i int) string { return "/api/transaction/" + ids[i] }
	acme.call("POST", path(0)+"/return_requests", `{"Reason":"paid twice"}`).problem(422, "rule-broken")
	w.at("2026-11-17 10:16")
	acme.call("POST", path(0)+"/return_requests", `{}`).problem(400, "invalid")
	acme.call("POST", path(0)+"/return_requests", `{"Reason":"paid into 999999999"}`).problem(422, "rule-broken")

	asked := acme.call("POST", path(0)+"/return_requests", `{"Reason":"paid twice"}`).is(201)
	if asked.text("EventType") != "ReturnRequest" || asked.text("Status") != "Pending" || asked.text("Reason") != "paid twice" || asked.text("Amount") != "10.25" {
		t.Errorf("%s", asked.body)
	}
	// The tenth banking day after November 17 is December 2, since Thanksgiving is
	// none; the time ends with that day.
	if by := asked.text("AnswerBy"); by != "2026-12-03T05:00:00Z" {
		t.Errorf("it is to be answered by %s", by)
	}
	if again := acme.call("POST", path(0)+"/return_requests", `{"Reason":"paid twice"}`).is(200); again.text("EventID") != asked.text("EventID") {
		t.Errorf("asked again: %s", again.body)
	}
	acme.call("POST", path(0)+"/return_requests", `{"Reason":"wrong person"}`).problem(409, "already-done")
	declined := ops.call("POST", "/v1/ops/clients/acme/transactions/"+ids[1]+"/return_requests", `{"reason":"wrong person"}`).is(201)
	withdrawn := acme.call("POST", path(2)+"/return_requests", `{"Reason":"wrong person"}`).is(201)
	queue := string(ops.call("GET", "/v1/ops/queue?kind=return_requests", "").is(200).body)
	if !strings.Contains(queue, `"count":3`) || !strings.Contains(queue, `"cents":3075`) || !strings.Contains(queue, "lapses") {
		t.Errorf("the queue: %s", queue)
	}
	list := string(ops.call("GET", "/v1/ops/return-requests?limit=2", "").is(200).body)
	if strings.Count(list, `"event_id"`) != 2 || !strings.Contains(list, asked.text("EventID")) || !strings.Contains(list, `"next_cursor":"`) {
		t.Errorf("the list: %s", list)
	}

	ops.call("POST", "/v1/ops/events/"+declined.text("EventID")+"/reject", `{"reason":"the receiver does not agree"}`).is(200)
	if now := acme.call("GET", path(1), "").is(200); !strings.Contains(string(now.body), "the receiver does not agree") || now.text("Status") != "Transmitted" {
		t.Errorf("%s", now.body)
	}
	if now := acme.call("DELETE", path(2)+"/events/"+withdrawn.text("EventID"), "").is(200); now.text("Status") != "Recalled" {
		t.Errorf("%s", now.body)
	}
	w.returned("acme", ids[2], "R06") // its bank had agreed meanwhile
	if now := string(acme.call("GET", path(2), "").is(200).body); strings.Contains(now, "AnsweredBy") {
		t.Errorf("what was withdrawn is answered: %s", now)
	}

	w.at("2026-12-02 23:59")
	if now := acme.call("GET", path(0), "").is(200); strings.Contains(string(now.body), "did not answer") {
		t.Errorf("it lapsed before its time: %s", now.body)
	}
	w.at("2026-12-03 00:00")
	if now := acme.call("GET", path(0), "").is(200); !strings.Contains(string(now.body), "did not answer by 2026-12-02") || now.text("Status") != "Transmitted" {
		t.Errorf("%s", now.body)
	}
	if queue := string(ops.call("GET", "/v1/ops/queue?kind=return_requests", "").is(200).body); strings.Contains(queue, "count") {
		t.Errorf("the queue: %s", queue)
	}
	w.returned("acme", ids[0], "R06")
	now := acme.call("GET", path(0), "").is(200)
	if text := string(now.body); now.text("Status") != "Returned" || !strings.Contains(text, `"Answers":"`+asked.text("EventID")) || !strings.Contains(text, `"AnsweredBy":"`) {
		t.Errorf("%s", now.body)
	}
	tx, err := w.ledger.Transaction(t.Context(), "acme", ids[0])
	w.must(err)
	ret := tx.Items[2].ID
	acme.call("POST", path(0)+"/dishonors", strings.Replace(`{"ReplyToEventId":"RET","ReasonCode":"R70"}`, "RET", ret, 1)).problem(422, "rule-broken")
	acme.call("POST", path(0)+"/return_requests", `{"Reason":"paid twice"}`).problem(422, "rule-broken")
	w.sound()
}
