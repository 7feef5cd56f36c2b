package http_test

import (
	"context"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// unswept has the bank return an entry, and no worker come round after it.
func (w *town) unswept(client, id, code string) {
	w.t.Helper()
	links := w.links
	w.links = nil
	defer func() { w.links = links }()
	w.returned(client, id, code)
}

// What came back decides at once, whoever has not read it yet.
func TestNoMoneyMovesToAnAccountWhoseMicroDepositCameBack(t *testing.T) {
	for name, tt := range map[string]struct {
		confirmed bool // before the return comes
		want      string
	}{
		"before its amounts are confirmed": {false, "REJECTED"},
		"after they were":                  {true, "REJECTED"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			acme := w.client("acme", verifiedBy("micro_deposits"))
			id := acme.link(john, theLink)
			w.sweep()
			w.at("2026-11-17 10:16")
			w.at("2026-11-18 09:00")
			a, b := w.amounts("acme", john, id)
			right, verify := `{"amounts":["`+a+`","`+b+`"]}`, links(john)+"/"+id+"/verify"
			if tt.confirmed {
				acme.call("POST", verify, right).is(200)
			}
			w.unswept("acme", w.verifying("acme", john, id)[1], "R03")
			acme.call("POST", verify, right).problem(422, "rule-broken")
			if got := acme.call("GET", links(john)+"/"+id, "").is(200); got.text("status") != tt.want || !strings.Contains(got.text("reason"), "R03") {
				t.Errorf("it reads %s", got.body)
			}
			acme.call("POST", "/v1/accounts/"+john+"/transfers",
				`{"transfer_type":"ach","relationship_id":"`+id+`","amount":"5.00","direction":"OUTGOING"}`).
				problem(422, "rule-broken").names("/relationship_id")
			acme.link(john, strings.Replace(theLink, number, "777888999", 1)) // and another may be linked at once
			w.sweep()
			h, err := w.ledger.Holder(context.Background(), "acme", john)
			w.must(err)
			if r, _ := h.Relationship(id); !tt.confirmed && r.Status != domain.RelationshipRejected {
				t.Errorf("the log says %s", r.Status)
			}
			w.sound()
		})
	}
}
