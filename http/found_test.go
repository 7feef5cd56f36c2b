package http_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// found are what a search answered, as "what path".
func found(a *answer) (list []string) {
	a.t.Helper()
	for _, r := range rows(a) {
		list = append(list, r["what"].(string)+" "+r["path"].(string))
	}
	return list
}

func TestOneQuestionFindsAPayment(t *testing.T) {
	w := newWorld(t)
	bank, other, ops := w.client("business", settings()), w.client("harbor", settings()), w.credential("_ledger", "ops:read")
	a := bank.originate(proposal("ToName", "Ferris Bueller", "Amount", json.Number("49.00"), "ToAccount", "30488174411")).is(201)
	id, event := a.text("TransactionID"), a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	other.originate(proposal("ToName", "Ferris Bueller", "Amount", json.Number("49.00"))).is(201)
	w.cut("business", id, event, "261118", tuesdayMorning, nil)
	bank.originate(proposal("ToName", "Cameron Frye")).is(201)

	mine, theirs := "transaction /api/transaction/"+id, "transaction /v1/ops/clients/business/transactions/"+id
	for q, want := range map[string][]string{
		"021214860000001, $49.00, Ferris?": {mine, theirs},
		"021214860000001 48.00":            {"", ""},
		"*4411 bueller 11/17/2026":         {mine, theirs},
		"4411":                             {mine, theirs},
		"Transmitted Ferris":               {"", ""},
		"Released ferris":                  {mine, theirs},
		id:                                 {mine, theirs},
		event:                              {"event /api/transaction/" + id, "event /v1/ops/clients/business/transactions/" + id},
		fileID:                             {"file /v1/files/" + fileID, "file /v1/ops/files/" + fileID},
		"harbor":                           {"", "client /v1/ops/clients/harbor"},
	} {
		for i, who := range []caller{bank, ops} {
			door := []string{"/v1/search", "/v1/ops/search"}[i]
			got := found(who.call("GET", door+"?q="+url.QueryEscape(q), "").is(200))
			if strings.Join(got, ", ") != want[i] {
				t.Errorf("%s %q finds %v, want %q", door, q, got, want[i])
			}
		}
	}
	if got := found(other.call("GET", "/v1/search?q="+id, "").is(200)); len(got) > 0 {
		t.Errorf("another client finds %v", got)
	}
	if got := found(ops.call("GET", "/v1/ops/search?q=business", "").is(200)); len(got) != 2 { // both clients are Business Inc.
		t.Errorf("the name of clients finds %v", got)
	}
	for _, q := range []string{"", "?", "49.00 50.00", strings.Repeat("x", 201)} {
		bank.call("GET", "/v1/search?q="+url.QueryEscape(q), "").problem(400, "invalid").names("/q")
	}
	theirsMasked := ops.call("GET", "/v1/ops/clients/business/transactions/"+id, "").is(200)
	if theirsMasked.text("ToAccount") != "*****4411" {
		t.Errorf("operations read account %s", theirsMasked.text("ToAccount"))
	}
	ops.call("GET", "/v1/ops/clients/harbor/transactions/"+id, "").problem(404, "not-found")
}

func TestListsOfTransactionsTakeEveryFilter(t *testing.T) {
	w := newWorld(t)
	bank, ops := w.client("business", settings()), w.credential("_ledger", "ops:read")
	w.client("harbor", settings()).originate(proposal()).is(201)
	var ids []string
	for _, name := range []string{"Ann Lee", "Bo Lee", "Cy Orr"} {
		ids = append(ids, bank.originate(proposal("ToName", name, "Amount", json.Number("10.01"))).is(201).text("TransactionID"))
	}
	ask := func(who caller, path string) (got []string) {
		t.Helper()
		for _, r := range rows(who.call("GET", path, "").is(200)) {
			got = append(got, r["transaction_id"].(string))
		}
		return got
	}
	for query, want := range map[string][]string{
		"":                        {ids[2], ids[1], ids[0]},
		"name=lee":                {ids[1], ids[0]},
		"name=lee&limit=1":        {ids[1]},
		"amount=10.01&name=cy":    {ids[2]},
		"min=10.02":               nil,
		"max=10.01&name=an":       {ids[0]},
		"last4=9999&name=bo":      {ids[1]},
		"company=1840000017":      {ids[2], ids[1], ids[0]},
		"code=r03":                nil,
		"status=pending&name=ann": {ids[0]},
		"from=2026-11-18":         nil,
		"to=11/17/2026&name=bo":   {ids[1]},
		"trace=021214860000001":   nil,
		"file=none":               nil,
	} {
		if got := ask(bank, "/v1/transactions?"+query); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
		if got := ask(ops, "/v1/ops/transactions?client=business&"+query); !slices.Equal(got, want) {
			t.Errorf("operations, %q: %v, want %v", query, got, want)
		}
	}
	for query, field := range map[string]string{
		"trace=1": "/trace", "amount=x": "/amount", "amount=1.00&min=1.00": "/amount", "min=2.00&max=1.00": "/max", "from=2026-11-24&to=11/23/2026": "/to", "last4=12345": "/last4",
		"code=X1": "/code", "status=gone": "/status", "from=x": "/from", "nme=lee": "/nme", "client=harbor": "/client", "name=%25": "/name",
	} {
		bank.call("GET", "/v1/transactions?"+query, "").problem(400, "invalid").names(field)
	}
}
