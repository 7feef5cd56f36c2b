package http_test

import (
	"context"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

func TestARecallWithdrawsWhatIsPending(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	made := func() (transaction, event string) {
		a := bank.originate(proposal()).is(201)
		return a.text("TransactionID"), a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	}
	t.Run("withdraws what is pending, once, under both paths", func(t *testing.T) {
		id, event := made()
		first := bank.call("DELETE", "/api/transaction/"+id+"/events/"+event, "").is(200)
		if first.text("Status") != "Recalled" || first.text("EventID") != event || first.text("EventType") != "Origination" {
			t.Errorf("%s", first.body)
		}
		again := bank.call("DELETE", "/api/transaction/"+strings.ToUpper(id)+"/event/"+strings.ToUpper(event), "").is(200)
		if string(again.body) != string(first.body) {
			t.Errorf("%s", again.body)
		}
		got := bank.call("GET", "/api/transaction/"+id, "").is(200)
		if got.text("Status") != "Recalled" || len(got.field("ActionsAvailable").([]any)) != 0 || got.field("EffectiveEntryDate") != nil {
			t.Errorf("%s", got.body)
		}
	})
	t.Run("is too late for what was rejected", func(t *testing.T) {
		id, event := made()
		_, err := ledger.Execute(context.Background(), w.ledger, ledger.TransactionStream("business", id), domain.Reject{ItemID: event, Reason: "sanctions"}.Decide)
		w.must(err)
		a := bank.call("DELETE", "/api/transaction/"+id+"/events/"+event, "").problem(409, "too-late")
		if !strings.Contains(a.text("message"), "Rejected") {
			t.Error(a.text("message"))
		}
	})
	t.Run("is too late for what left, and says in which file", func(t *testing.T) {
		id, event := made()
		_, err := ledger.Execute(context.Background(), w.ledger, ledger.TransactionStream("business", id), func(domain.Transaction) ([]domain.Event, error) {
			return []domain.Event{domain.TransactionFiled{ItemID: event, File: "019a9b1e-0000-7000-8000-000000000001", Batch: 1, Trace: "021214860000001"}}, nil
		})
		w.must(err)
		a := bank.call("DELETE", "/api/transaction/"+id+"/events/"+event, "").problem(409, "too-late")
		if !strings.Contains(a.text("message"), "Released") || !strings.Contains(a.text("message"), "019a9b1e") {
			t.Error(a.text("message"))
		}
	})
	t.Run("finds nothing that is not there", func(t *testing.T) {
		id, _ := made()
		_, other := made()
		bank.call("DELETE", "/api/transaction/"+id+"/events/"+other, "").problem(404, "not-found")
		bank.call("DELETE", "/api/transaction/"+id+"/events/x", "").problem(404, "not-found")
		bank.call("DELETE", "/api/transaction/x/events/"+other, "").problem(404, "not-found")
	})
	t.Run("finds nothing of what is still being made together with its file", func(t *testing.T) {
		const file, item = "019a9b1e-0000-7000-8000-000000000002", "019a9b1e-0000-7000-8000-000000000003"
		_, err := ledger.Execute(context.Background(), w.ledger, ledger.TransactionStream("business", someID), func(domain.Transaction) ([]domain.Event, error) {
			return []domain.Event{
				domain.TransactionOriginated{TransactionID: someID, ItemID: item, InFile: file,
					Proposal: domain.Proposal{SEC: "CCD", PushPull: domain.Push, FromRouting: "021214862"}},
				domain.TransactionFiled{ItemID: item, File: file, Batch: 1, Trace: "021214860000002"},
			}, nil
		})
		w.must(err)
		bank.call("GET", "/api/transaction/"+someID, "").problem(404, "not-found")
		bank.call("DELETE", "/api/transaction/"+someID+"/events/"+item, "").problem(404, "not-found")
	})
}
