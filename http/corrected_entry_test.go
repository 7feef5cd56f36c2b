package http_test

import (
	"strings"
	"testing"
)

// A debit returned R11 can be corrected by one new entry, which leaves like any
// other. After the sixtieth day that is refused.
func TestADebitThatWasNotAsAuthorizedIsCorrectedByANewEntry(t *testing.T) {
	w := newTown(t)
	acme, other, ops := w.client("acme", settings()), w.client("diner", settings()), w.ops()
	var ids [3]string
	for i := range ids {
		ids[i] = acme.originate(proposal("StandardEntryClassCode", "WEB", "TransactionType", "pull", "WebDetails", map[string]string{"PaymentType": "single"},
			"ToRouting", "121000358", "ToName", "Ada Marsh", "Description", "DUES NOV", "Amount", 10.25)).is(201).text("TransactionID")
	}
	path := func(i int) string { return "/api/transaction/" + ids[i] }
	w.at("2026-11-17 10:16")
	w.returned("acme", ids[0], "R11")
	w.returned("acme", ids[1], "R10")
	w.returned("acme", ids[2], "R11")
	body := func(i int, more string) string {
		tx, err := w.ledger.Transaction(t.Context(), "acme", ids[i])
		w.must(err)
		return `{"ReplyToEventId":"` + tx.Items[1].ID + `"` + more + `}`
	}
	why := `,"Reason":"the amount was 8.50","Amount":8.5`
	if now := string(acme.call("GET", path(0), "").is(200).body); !strings.Contains(now, `"Action":"corrected_entry"`) {
		t.Errorf("it is not offered: %s", now)
	}
	for more, status := range map[string]int{
		"": 400, `,"Reason":"x","Amount":0`: 400, `,"Reason":"x","EffectiveDate":"soon"`: 400, `,"Reason":"x","TransactionID":"1"`: 400,
		`,"Reason":"account 999999999"`: 422, `,"Reason":"x","EffectiveDate":"2027-02-20"`: 422, `,"Reason":"x","Description":"RETRY PYMT"`: 422,
	} {
		if got := acme.call("POST", path(0)+"/corrected_entries", body(0, more)); got.status != status {
			t.Errorf("%s: %d %s", more, got.status, got.body)
		}
	}
	acme.call("POST", path(1)+"/corrected_entries", body(1, why)).problem(422, "rule-broken")
	other.call("POST", path(0)+"/corrected_entries", body(0, why)).problem(404, "not-found")

	made := acme.call("POST", path(0)+"/corrected_entries", body(0, why)).is(201)
	id := made.text("TransactionID")
	if made.text("CorrectsTransactionID") != ids[0] || !strings.Contains(string(made.body), `"Amount":8.50`) || made.text("CompanyEntryDescription") != "DUES NOV" || made.text("Status") != "Pending" {
		t.Errorf("%s", made.body)
	}
	if again := acme.call("POST", path(0)+"/corrected_entries", body(0, why)).is(200); again.text("TransactionID") != id {
		t.Errorf("asked again: %s", again.body)
	}
	acme.call("POST", path(0)+"/corrected_entries", body(0, `,"Reason":"another"`)).problem(409, "already-done")
	acme.call("POST", path(0)+"/dishonors", body(0, `,"ReasonCode":"R68"`)).problem(422, "rule-broken")
	if now := acme.call("GET", path(0), "").is(200); now.text("CorrectedByTransactionID") != id || strings.Contains(string(now.body), `"corrected_entry"`) {
		t.Errorf("%s", now.body)
	}
	ops.call("POST", "/v1/ops/events/"+lastEvent(t, w, id)+"/hold", `{"reason":"look at it"}`).is(200)
	recalled := acme.call("POST", path(2)+"/corrected_entries", body(2, why)).is(201).text("TransactionID")
	acme.call("DELETE", "/api/transaction/"+recalled+"/events/"+lastEvent(t, w, recalled), "").is(200)
	second := acme.call("POST", path(2)+"/corrected_entries", body(2, why)).is(201).text("TransactionID")
	w.at("2026-11-18 10:16")
	if left := w.outboxText(); strings.Count(left, "999999999        0000000850") != 1 {
		t.Errorf("left\n%s", left)
	}
	if now := acme.call("GET", "/api/transaction/"+second, "").is(200); now.text("Status") != "Transmitted" {
		t.Errorf("%s", now.body)
	}
	w.at("2027-02-01 10:16")
	if now := acme.call("GET", "/api/transaction/"+id, "").is(200); now.text("Status") != "Rejected" || !strings.Contains(string(now.body), "its deadline was") {
		t.Errorf("what was held is not rejected after the sixtieth day: %s", now.body)
	}
	if now := string(acme.call("GET", path(0), "").is(200).body); strings.Contains(now, `"corrected_entry"`) {
		t.Errorf("%s", now)
	}
	acme.call("POST", path(0)+"/corrected_entries", body(0, why)).problem(422, "return-window-closed")
	w.sound()
}

// A corrected entry has the description that its request gives, in the letters of a
// file, and says how it was written; the returned debit's is no part of it.
func TestACorrectedEntryIsDescribedInItsOwnWords(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", settings())
	ids := make([]string, 3)
	for i := range ids {
		ids[i] = acme.originate(proposal("StandardEntryClassCode", "WEB", "TransactionType", "pull", "WebDetails", map[string]string{"PaymentType": "single"},
			"ToRouting", "121000358", "ToName", "Ada Marsh", "Description", "CAFÉ NOV", "Amount", 10.25)).is(201).text("TransactionID")
	}
	w.at("2026-11-17 10:16")
	for i, tt := range []struct{ given, sent, original string }{
		{`,"Description":"CAFÉ DEC"`, "CAFE DEC", "CAFÉ DEC"},
		{`,"Description":"DUES DEC"`, "DUES DEC", ""},
		{``, "CAFE NOV", "CAFÉ NOV"},
	} {
		w.returned("acme", ids[i], "R11")
		body := `{"ReplyToEventId":"` + lastEvent(t, w, ids[i]) + `","Reason":"the month","Amount":8.5` + tt.given + `}`
		made := acme.call("POST", "/api/transaction/"+ids[i]+"/corrected_entries", body).is(201)
		originals, _ := made.field("Originals").(map[string]any)
		if original, _ := originals["Description"].(string); made.text("Description") != tt.sent || original != tt.original {
			t.Errorf("%s: %s", tt.given, made.body)
		}
	}
}

// The entry that corrects a transfer counts as a transfer of the relationship: the
// link is canceled only once the entry has settled.
func TestACorrectedEntryOfATransferIsATransfer(t *testing.T) {
	w, acme, relationship := approved(t)
	first := acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "12.50")).is(200).text("id")
	w.at("2026-11-17 10:16")
	w.returned("acme", first, "R11")
	path := "/api/transaction/" + first + "/corrected_entries"
	body := `{"ReplyToEventId":"` + lastEvent(t, w, first) + `","Reason":"the amount","Amount":8.5}`
	id := acme.call("POST", path, body).is(201).text("TransactionID")
	if again := acme.call("POST", path, body).is(200).text("TransactionID"); again != id {
		t.Errorf("asked again: %s", again)
	}
	made := acme.call("GET", transfers(john)+"/"+id, "").is(200)
	if made.text("status") != "QUEUED" || made.text("amount") != "8.50" || made.text("direction") != "INCOMING" || made.text("relationship_id") != acme.call("GET", transfers(john)+"/"+first, "").is(200).text("relationship_id") {
		t.Errorf("it is the transfer %s", made.body)
	}
	if all := string(acme.call("GET", transfers(john), "").is(200).body); strings.Count(all, id) != 1 || strings.Count(all, first) != 1 {
		t.Errorf("the relationship's transfers: %s", all)
	}
	acme.call("DELETE", links(john)+"/"+relationship, "").is(204)
	if got := acme.status(john, relationship); got != "CANCEL_REQUESTED" {
		t.Errorf("with a corrected entry that waits the link is %s", got)
	}
	w.at("2026-11-18 10:16")
	w.at("2026-11-19 09:00")
	if now := acme.call("GET", transfers(john)+"/"+id, "").is(200); now.text("status") != "COMPLETE" {
		t.Errorf("%s", now.body)
	}
	if got := acme.status(john, relationship); got != "CANCELED" {
		t.Errorf("once it has settled the link is %s", got)
	}
	w.sound()
}

// Once the receiver has unlinked the account, a returned debit is neither
// corrected, nor presented again, nor charged a fee for. A settled debit can still
// be reversed.
func TestNothingIsDebitedOverALinkThatWasCanceled(t *testing.T) {
	w, acme, relationship := approved(t)
	var ids [3]string
	for i := range ids {
		ids[i] = acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "12.50")).is(200).text("id")
	}
	w.at("2026-11-17 10:16")
	w.returned("acme", ids[0], "R11")
	w.returned("acme", ids[1], "R01")
	w.at("2026-11-18 10:16")
	acme.call("DELETE", links(john)+"/"+relationship, "").is(204)
	if got := acme.status(john, relationship); got != "CANCELED" {
		t.Fatalf("the link is %s", got)
	}
	ask := func(i int, door, more string) *answer {
		return acme.call("POST", "/api/transaction/"+ids[i]+"/"+door, `{"ReplyToEventId":"`+lastEvent(t, w, ids[i])+`"`+more+`}`)
	}
	for _, a := range []*answer{
		ask(0, "corrected_entries", `,"Reason":"the amount","Amount":8.5`),
		ask(1, "retries", ""),
		ask(1, "return_fees", `,"Amount":25,"NoticeGivenOn":"2026-11-10"`),
		acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "12.50")),
	} {
		if a.problem(422, "rule-broken"); !strings.Contains(strings.ToLower(string(a.body)), "cancel") {
			t.Errorf("it says %s", a.body)
		}
	}
	for _, i := range []int{0, 1} {
		if now := string(acme.call("GET", "/api/transaction/"+ids[i], "").is(200).body); strings.Contains(now, `"corrected_entry"`) || strings.Contains(now, `"retry"`) || strings.Contains(now, `"return_fee"`) {
			t.Errorf("it is offered: %s", now)
		}
	}
	ask(2, "reversals", `,"ReasonCode":"duplicate"`).is(201)
	w.sound()
}

// lastEvent is the id of the newest event of acme's transaction.
func lastEvent(t *testing.T, w *town, id string) string {
	tx, err := w.ledger.Transaction(t.Context(), "acme", id)
	w.must(err)
	return tx.Items[len(tx.Items)-1].ID
}
