package node

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// A bank may close before the Federal Reserve does.
func TestTodayTellsTheDeadlineOfABankWithTermsOfItsOwn(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	r.day("2026-11-24T14:40:00Z")
	r.client("Harbor Gym")
	person := r.signsIn("m.ortiz@lantern.example", domain.RoleViewer)
	bank := func(settings object) {
		t.Helper()
		settings["delivery"] = object{"method": "outbox"}
		r.must(200, r.ops, "PUT", "/v1/ops/odfis/231380104", settings, nil)
	}
	const own = `>231380104</a> takes files until`
	bank(object{})
	if _, text := person.send("GET", "/console", nil); strings.Contains(text, own) {
		t.Error("a bank without terms of its own has a deadline of its own")
	}
	bank(object{"deadlines": []object{{"at": "12:05", "settles": "by_lead_days"}}})
	person.sees("/console", own, "12:05")
}
