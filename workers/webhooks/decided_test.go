package webhooks_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/receiving"
	"github.com/achledger/achledger/eventstore/ledger"
)

// A client gets a message when a payment waits for its decision, and one when
// it was decided.
func TestAClientIsToldWhatWaitsForItsDecision(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	w.hook(r.URL, "origination.released", "origination.decided", "return.pending")
	w.run()
	stream := domain.TransactionStream("gym", "t1")
	w.write(ledger.Change{Stream: stream, Client: "gym", Events: []domain.Event{domain.TransactionReceived{
		TransactionID: "t1", Undecided: &domain.Undecided{By: "2026-11-24T16:00:00Z", Then: receiving.Return, Code: "R29", Rule: "default"},
		Incoming: domain.Incoming{ItemID: "in", SettledOn: "2026-11-24",
			Header: nacha.BatchHeader{SEC: "CCD", ODFI: "12104288", CompanyName: "COUNTY TAX", CompanyID: "3750000099", Description: "TAXES", SettlementDay: "328"},
			Entry:  nacha.Entry{Code: 27, Routing: "231380104", AmountCents: 2500, Trace: "121042880000081"}},
	}}})
	eventually(t, "what waits is told", func() bool { return len(r.has()) == 1 })
	if m := r.body(r.has()[0]); !strings.Contains(m, `"origination.released"`) || !strings.Contains(m, `"decide_by":"2026-11-24T16:00:00Z"`) || strings.Contains(m, `"made"`) {
		t.Errorf("told %s", m)
	}
	_, err := ledger.Execute(t.Context(), w.Ledger, ledger.TransactionStream("gym", "t1"), func(now domain.Transaction) ([]domain.Event, error) {
		d, err := answers.PayOrReturn{ItemID: "in", ReturnID: "r1", Decision: receiving.Return}.Decide(answers.Case{Transaction: now, Now: w.Now()})
		return d.Events, err
	})
	must(t, err)
	eventually(t, "the decision and its return are told", func() bool { return len(r.has()) == 3 })
	var all string
	for _, id := range r.has() {
		all += r.body(id)
	}
	for _, want := range []string{`"origination.decided"`, `"made":"return"`, `"return.pending"`} {
		if !strings.Contains(all, want) {
			t.Errorf("%s is not among %s", want, all)
		}
	}
}
