package http_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/fed"
)

// outboxText is the text of all files in the outbox, one after the other.
func (w *town) outboxText() string {
	w.t.Helper()
	names, err := filepath.Glob(filepath.Join(w.outbox(), "*.ach"))
	w.must(err)
	var all strings.Builder
	for _, name := range names {
		content, err := os.ReadFile(name)
		w.must(err)
		all.Write(content)
	}
	return all.String()
}

func TestAReturnFeeIsOneDebitInABatchOfItsOwn(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", settings())
	id := acme.originate(proposal("StandardEntryClassCode", "WEB", "TransactionType", "pull", "WebDetails", map[string]string{"PaymentType": "single"},
		"ToRouting", "121000358", "ToName", "Ada Marsh", "Amount", 10.25)).is(201).text("TransactionID")
	w.at("2026-11-17 10:16")
	w.returned("acme", id, "R01")
	path := "/api/transaction/" + id
	tx, err := w.ledger.Transaction(t.Context(), "acme", id)
	w.must(err)
	ret := tx.Items[1].ID
	body := strings.NewReplacer("RET", ret).Replace(`{"ReplyToEventId":"RET","Amount":25.00,"NoticeGivenOn":"2026-11-02"}`)
	asked := acme.call("POST", path+"/return_fees", body).is(201)
	if asked.text("EventType") != "ReturnFee" || asked.text("Amount") != "25.00" || asked.text("Status") != "Pending" {
		t.Errorf("%s", asked.body)
	}
	if again := acme.call("POST", path+"/return_fees", body).is(200); again.text("EventID") != asked.text("EventID") {
		t.Errorf("asked again: %s", again.body)
	}
	acme.call("POST", path+"/return_fees", strings.Replace(body, "25.00", "30.00", 1)).problem(409, "already-done")
	w.at("2026-11-18 10:16")
	left := w.outboxText()
	if strings.Count(left, "RETURN FEE") != 1 || strings.Count(left, "0000002500934534") != 1 {
		t.Errorf("left\n%s", left)
	}
	if !strings.Contains(left, "PPDRETURN FEE") {
		t.Error("a fee that the receiver was told of in writing is not PPD")
	}
	w.cameBack("acme", id, asked.text("EventID"))
	now := acme.call("GET", path, "").is(200)
	if now.text("Status") != "Returned" || strings.Count(string(now.body), `"return_fee"`) != 0 {
		t.Errorf("%s", now.body)
	}
	w.sound()
}

// cameBack has the bank return what followed the entry of a transaction.
func (w *town) cameBack(client, id, item string) {
	w.t.Helper()
	h, e := w.sentAs(client, id, item)
	w.feed(fed.Return(h, e, "R01", calendar.DateOf(w.clock.Now()), w.trace()))
}

// The debit that takes a credit back finds no money: the receiver keeps the credit,
// and nobody is told that it came back.
func TestAPaymentWhoseReversalCameBackIsNotReturned(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", settings())
	id := acme.originate(proposal("StandardEntryClassCode", "PPD", "TransactionType", "push",
		"ToRouting", "121000358", "ToName", "Ada Marsh", "Amount", 10.25)).is(201).text("TransactionID")
	w.at("2026-11-17 10:16")
	path := "/api/transaction/" + id
	tx, err := w.ledger.Transaction(t.Context(), "acme", id)
	w.must(err)
	before := acme.call("GET", path, "").is(200).text("Status")
	reversal := acme.call("POST", path+"/reversals", `{"ReplyToEventId":"`+tx.Origination().ID+`","ReasonCode":"duplicate"}`).is(201).text("EventID")
	w.at("2026-11-18 14:31")
	w.at("2026-11-19 09:00")
	w.cameBack("acme", id, reversal)
	if now := acme.call("GET", path, "").is(200); now.text("Status") != before || before == "Returned" {
		t.Errorf("it was %s, and is %s", before, now.text("Status"))
	}
	w.sound()
}
