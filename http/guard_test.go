package http_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

func TestRulesOfTheGuardAreCheckedAtTheDoorAndNameTheirField(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }) // never called
	w.client("business", settings())
	ops := w.ops()
	const good = `{"direction":"debit","per":"settlement_date","cents":100000}`
	for body, field := range map[string]string{
		`{"direction":"both","per":"entry","cents":1}`:                                         "/limits/1/direction",
		`{"direction":"debit","per":"month","cents":1}`:                                        "/limits/1/per",
		`{"direction":"debit","per":"entry"}`:                                                  "/limits/1/cents",
		`{"direction":"debit","per":"entry","count":2}`:                                        "/limits/1/count",
		`{"direction":"debit","per":"banking_days","cents":1}`:                                 "/limits/1/days",
		`{"direction":"debit","per":"entry","cents":1,"action":"warn"}`:                        "/limits/1/action",
		`{"direction":"debit","per":"entry","cents":1,"at_deadline":"go"}`:                     "/limits/1/at_deadline",
		`{"direction":"debit","per":"entry","cents":1,"max":2}`:                                "/limits/1/max",
		`{"direction":"debit","per":"settlement_date","cents":5}`:                              "/limits/1",
		`{"direction":"debit","per":"entry","cents":1,"action":"reject","at_deadline":"keep"}`: "/limits/1/at_deadline",
	} {
		limits := `"limits":[` + good + `,` + body + `]`
		ops.call("PATCH", "/v1/ops/clients/business", `{`+limits+`}`).problem(400, "invalid").names(field)
		ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},`+limits+`}`).problem(400, "invalid").names(field)
	}
	for _, a := range []*answer{
		ops.call("PATCH", "/v1/ops/clients/business", `{"limits":[`+good+`]}`).is(200),
		ops.call("PATCH", "/v1/ops/clients/business", `{"name":"Business"}`).is(200),
		ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},"limits":[`+good+`]}`).is(200),
	} {
		if !strings.Contains(string(a.body), `"limits":[{"direction":"debit","per":"settlement_date","cents":100000,"action":"hold"}]`) {
			t.Errorf("%s", a.body)
		}
	}
	if a := ops.call("PATCH", "/v1/ops/clients/business", `{"limits":[]}`).is(200); strings.Contains(string(a.body), "limits") {
		t.Errorf("%s", a.body)
	}
}

// A limit that a single entry exceeds is checked when the entry is submitted, by
// the client's limits and by those of its bank; the guard does not have to look.
func TestAnEntryOverALimitOfItsBankIsRefusedAtTheDoor(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} })
	acme := w.client("acme", settings())
	over := proposal("Amount", "5000.01")
	acme.originate(over).is(201) // the bank has no limit yet
	limit := `{"delivery":{"method":"outbox"},"limits":[{"direction":"credit","per":"entry","cents":500000,"action":"reject"}]}`
	w.ops().call("PUT", "/v1/ops/odfis/021214862", limit).is(200)
	acme.originate(over).problem(422, "rule-broken").names("/Amount")
	acme.originate(proposal("Amount", "5000.01", "FromRouting", nil)).problem(422, "rule-broken").names("/Amount")
	bulk := acme.call("POST", "/api/transaction/bulk", over+"\n"+proposal("Amount", "5000.00")+"\n",
		with{"Content-Type", "application/x-ndjson"}, with{"Idempotency-Key", "k"}).is(200)
	if strings.Count(string(bulk.body), "/Amount") != 1 || strings.Count(string(bulk.body), `"Status":"Pending"`) != 1 {
		t.Errorf("%s", bulk.body)
	}
	acme.originate(proposal("Amount", "5000.00")).is(201)
	w.ops().call("PUT", "/v1/ops/odfis/021214862", `{"delivery":{"method":"outbox"},"limits":[]}`).is(200)
	acme.originate(over).is(201)
}

func TestTheRuleOfDescriptionsIsCheckedAtTheDoorAndShown(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }) // never called
	w.client("business", settings())
	ops := w.ops()
	const company = `{"identification":"1840000017","pays_wages":true}`
	for body, field := range map[string]string{
		`"descriptions":"reject","companies":[` + company + `]`:              "/descriptions",
		`"descriptions":"hold"`:                                              "/companies",
		`"companies":[{"pays_wages":true}]`:                                  "/companies/0/identification",
		`"companies":[{"identification":"18400000171"}]`:                     "/companies/0/identification",
		`"companies":[` + company + `,` + company + `]`:                      "/companies/1/identification",
		`"companies":[{"identification":"1840000017","pays_salaries":true}]`: "/companies/0/pays_salaries",
	} {
		ops.call("PATCH", "/v1/ops/clients/business", `{`+body+`}`).problem(400, "invalid").names(field)
		ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},`+body+`}`).problem(400, "invalid").names(field)
	}
	ops.call("PATCH", "/v1/ops/clients/business", `{"companies":[{"identification":"9"}]}`).problem(400, "invalid").names("/companies/0/identification")
	const good = `"descriptions":"hold","companies":[` + company + `]`
	for _, a := range []*answer{
		ops.call("PATCH", "/v1/ops/clients/business", `{`+good+`}`).is(200),
		ops.call("PATCH", "/v1/ops/clients/business", `{"name":"Business"}`).is(200),
		ops.call("GET", "/v1/ops/clients/business", "").is(200),
		ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},`+good+`}`).is(200),
		ops.call("GET", "/v1/ops/odfis/231380104", "").is(200),
	} {
		if !strings.Contains(string(a.body), good) {
			t.Errorf("%s", a.body)
		}
	}
	if a := ops.call("PATCH", "/v1/ops/clients/business", `{"descriptions":""}`).is(200); strings.Contains(string(a.body), "descriptions") {
		t.Errorf("%s", a.body)
	}
}

func TestTheRuleOfDuplicatesIsCheckedAtTheDoorAndShown(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }) // never called
	w.client("business", settings())
	ops := w.ops()
	for body, field := range map[string]string{
		`{"days":5,"action":"allow"}`: "/duplicates/action",
		`{"days":-1}`:                 "/duplicates/days",
		`{"days":61}`:                 "/duplicates/days",
		`{"hours":5}`:                 "/duplicates/hours",
	} {
		ops.call("PATCH", "/v1/ops/clients/business", `{"duplicates":`+body+`}`).problem(400, "invalid").names(field)
		ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},"duplicates":`+body+`}`).problem(400, "invalid").names(field)
	}
	for _, a := range []*answer{
		ops.call("PATCH", "/v1/ops/clients/business", `{"duplicates":{"days":5}}`).is(200),
		ops.call("PATCH", "/v1/ops/clients/business", `{"name":"Business"}`).is(200),
		ops.call("GET", "/v1/ops/clients/business", "").is(200),
		ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},"duplicates":{"days":5}}`).is(200),
	} {
		if !strings.Contains(string(a.body), `"duplicates":{"days":5,"action":"hold"}`) {
			t.Errorf("%s", a.body)
		}
	}
	if a := ops.call("PATCH", "/v1/ops/clients/business", `{"duplicates":null}`).is(200); strings.Contains(string(a.body), "duplicates") {
		t.Errorf("%s", a.body)
	}
}

func TestTheRuleOfWebDebitsIsCheckedAtTheDoorAndShown(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }) // never called
	w.client("business", settings())
	ops := w.ops()
	ops.call("PATCH", "/v1/ops/clients/business", `{"web_debits":"warn"}`).problem(400, "invalid").names("/web_debits")
	ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},"web_debits":"warn"}`).problem(400, "invalid").names("/web_debits")
	for _, a := range []*answer{
		ops.call("PATCH", "/v1/ops/clients/business", `{"web_debits":"hold"}`).is(200),
		ops.call("PATCH", "/v1/ops/clients/business", `{"name":"Business"}`).is(200),
		ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},"web_debits":"hold"}`).is(200),
	} {
		if !strings.Contains(string(a.body), `"web_debits":"hold"`) {
			t.Errorf("%s", a.body)
		}
	}
	ops.call("PATCH", "/v1/ops/clients/business", `{"web_debits":"allow"}`).is(200)
}

func TestTheEngineThatDecidesIsCheckedAtTheDoorAndItsSecretShownOnce(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }) // never called
	w.client("business", settings())
	ops := w.ops()
	for body, field := range map[string]string{
		`{"url":""}`:                                                 "/decision/url",
		`{"url":"http://fraud.bank.test/"}`:                          "/decision/url",
		`{"url":"http://10.0.0.1/"}`:                                 "/decision/url",
		`{"url":"ftp://127.0.0.1/"}`:                                 "/decision/url",
		`{"url":"https://a:b@bank.test/"}`:                           "/decision/url",
		`{"url":"https://10.0.0.1/","timeout":"2m"}`:                 "/decision/timeout",
		`{"url":"https://10.0.0.1/","timeout":"soon"}`:               "/decision/timeout",
		`{"url":"https://10.0.0.1/","batch":101}`:                    "/decision/batch",
		`{"url":"https://10.0.0.1/","when":[{}]}`:                    "/decision/when/0",
		`{"url":"https://10.0.0.1/","when":[{"direction":"up"}]}`:    "/decision/when/0/direction",
		`{"url":"https://10.0.0.1/","when":[{"sec":"IAT"},{"x":1}]}`: "/decision/when/1/x",
	} {
		ops.call("PATCH", "/v1/ops/clients/business", `{"decision":`+body+`}`).problem(400, "invalid").names(field)
		ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},"decision":`+body+`}`).problem(400, "invalid").names(field)
	}
	const good = `"decision":{"url":"https://10.0.0.1/","when":[{"sec":"IAT"}]}`
	const shown = `"decision":{"url":"https://10.0.0.1/","when":[{"sec":"IAT"}],"timeout":"5s","batch":100}`
	secret := ops.call("PATCH", "/v1/ops/clients/business", `{`+good+`}`).is(200).text("decision_secret")
	again := ops.call("PATCH", "/v1/ops/clients/business", `{`+good+`}`).is(200).text("decision_secret")
	bank := ops.call("PUT", "/v1/ops/odfis/231380104", `{"delivery":{"method":"outbox"},`+good+`}`).is(200).text("decision_secret")
	if !strings.HasPrefix(secret, "whsec_") || again != secret || bank == secret {
		t.Errorf("the secrets are %q, again %q, the bank's %q", secret, again, bank)
	}
	for _, a := range []*answer{
		ops.call("PATCH", "/v1/ops/clients/business", `{"name":"Business"}`).is(200),
		ops.call("GET", "/v1/ops/clients/business", "").is(200),
		ops.call("GET", "/v1/ops/odfis/231380104", "").is(200),
	} {
		if !strings.Contains(string(a.body), shown) || strings.Contains(string(a.body), "whsec_") {
			t.Errorf("%s", a.body)
		}
	}
	if a := ops.call("PATCH", "/v1/ops/clients/business", `{"decision":null}`).is(200); strings.Contains(string(a.body), "decision") {
		t.Errorf("%s", a.body)
	}
}

func TestAnEntryThatAloneIsOverALimitThatRejectsIsRefused(t *testing.T) {
	w := newWorld(t)
	s := settings()
	s.Limits = []guard.Limit{{Direction: guard.Debit, Per: guard.PerEntry, Cents: 1000, Action: guard.Reject}}
	bank := w.client("business", s)
	dear := strings.NewReplacer(`"push"`, `"pull"`, `"Push"`, `"pull"`).Replace(proposal())
	a := bank.originate(dear).problem(422, "rule-broken")
	a.names("/Amount")
}

func TestAHeldTransactionNamesItsRule(t *testing.T) {
	w := newWorld(t)
	bank, ops := w.client("business", settings()), w.ops()
	made := bank.originate(proposal()).is(201)
	id, event := made.text("TransactionID"), made.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	by := guard.HeldBy{Rule: "limits/debit/entry", Saw: "15.00", Limit: "10.00", AtDeadline: "keep", Deadline: "2026-11-17T15:15:00Z"}
	_, err := ledger.Execute(t.Context(), w.ledger, ledger.TransactionStream("business", id),
		domain.Guard{ItemID: event, Verdict: guard.Verdict{Action: guard.Hold, Reason: "over the limit", HeldBy: by}}.Decide)
	w.must(err)
	const shown = `"HeldBy":{"rule":"limits/debit/entry","saw":"15.00","limit":"10.00","at_deadline":"keep","deadline":"2026-11-17T15:15:00Z"}`
	a := bank.call("GET", "/api/transaction/"+id, "").is(200)
	if n := strings.Count(string(a.body), shown); n != 2 || a.text("Status") != "Pending" || a.text("Reason") != "over the limit" {
		t.Errorf("%s", a.body)
	}
	if a := bank.call("GET", "/api/transaction/events", "").is(200); !strings.Contains(string(a.body), shown) {
		t.Errorf("%s", a.body)
	}
	const listed = `"reason":"over the limit","held_by":{"rule":"limits/debit/entry"`
	if a := bank.call("GET", "/v1/transactions?status=Pending", "").is(200); !strings.Contains(string(a.body), listed) || !strings.Contains(string(a.body), `"status":"Pending"`) {
		t.Errorf("%s", a.body)
	}
	ops.call("POST", "/v1/ops/events/"+event+"/approve", `{"reason":"a call"}`).is(200)
	if a := bank.call("GET", "/api/transaction/"+id, "").is(200); strings.Contains(string(a.body), "HeldBy") {
		t.Errorf("%s", a.body)
	}
	if a := bank.call("GET", "/v1/transactions", "").is(200); strings.Contains(string(a.body), "held_by") || strings.Contains(string(a.body), "reason") {
		t.Errorf("%s", a.body)
	}
}

// used is a guard that reports the given lines.
type used []guard.Line

func (u used) Exposure(context.Context, calendar.Date) ([]guard.Line, error) { return u, nil }

func TestOperationsSeeWhatIsUsedOfLimits(t *testing.T) {
	day := calendar.NewDate(2026, time.November, 18)
	w := newWorld(t, func(o *api.Options) {
		o.Guard = used{
			{Client: "business", Rule: "limits/debit/settlement_date", Limit: guard.Limit{Cents: 1000}, Day: day, Used: guard.Sum{Cents: 900, Count: 2}},
			{ODFI: "231380104", Rule: "odfi/231380104/limits/debit/settlement_date", Limit: guard.Limit{Count: 5}, Day: day, Used: guard.Sum{Cents: 900, Count: 2}},
		}
	})
	bank, ops := w.client("business", settings()), w.ops()
	made := bank.originate(proposal()).is(201)
	id, event := made.text("TransactionID"), made.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	_, err := ledger.Execute(t.Context(), w.ledger, ledger.TransactionStream("business", id), domain.Guard{ItemID: event, Verdict: guard.Verdict{
		Action: guard.Hold, Reason: "over", HeldBy: guard.HeldBy{Rule: "limits/debit/settlement_date", AtDeadline: "keep"}}}.Decide)
	w.must(err)
	list := rows(ops.call("GET", "/v1/ops/exposure", "").is(200))
	if len(list) != 2 || list[0]["used_cents"] != 900.0 || list[0]["limit_cents"] != 1000.0 || list[0]["limit_count"] != nil ||
		list[0]["waiting_count"] != 1.0 || list[1]["waiting_count"] != 0.0 || list[1]["odfi"] != "231380104" {
		t.Errorf("%v", list)
	}
	if list := rows(ops.call("GET", "/v1/ops/exposure?client=business&date=2026-11-18", "").is(200)); len(list) != 1 {
		t.Errorf("%v", list)
	}
	if list := rows(ops.call("GET", "/v1/ops/exposure?date=2026-11-19", "").is(200)); len(list) != 0 {
		t.Errorf("%v", list)
	}
	queue := rows(ops.call("GET", "/v1/ops/queue?kind=held", "").is(200)) // what is held, and how much of the limit is used by now
	if room, _ := queue[0]["limits"].([]any); len(queue) != 1 || len(room) != 1 || !reflect.DeepEqual(room[0], any(list[0])) {
		t.Errorf("%v", queue)
	}
	ops.call("GET", "/v1/ops/exposure?date=soon", "").problem(400, "invalid").names("/date")
	bank.call("GET", "/v1/ops/exposure", "").problem(403, "insufficient-scope")
}

func TestReturnRatesAreShownWithWhatTheyAreMadeOf(t *testing.T) {
	w := newWorld(t)
	s := settings()
	s.Rates = &guard.ReturnRates{Action: guard.HoldDebits, MinReturns: 1, MinEntries: 1}
	s.Rates = s.Rules.WithDefaults().Rates
	bank, ops := w.client("business", s), w.ops()
	a := bank.originate(strings.NewReplacer(`"push"`, `"pull"`, `"Push"`, `"pull"`).Replace(proposal())).is(201)
	id, event := a.text("TransactionID"), a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	w.cut("business", id, event, "261117", w.clock.Now().Add(time.Hour), nil)
	company := a.text("CompanyIdentification")
	tx, err := w.ledger.Transaction(t.Context(), "business", id)
	w.must(err)
	_, err = w.ledger.Write(t.Context(), ledger.Change{Stream: domain.TransactionStream("business", id), Client: "business", Expect: tx.Version, Events: []domain.Event{
		domain.TransactionReturned{Incoming: domain.Incoming{ItemID: "11111111-1111-4111-8111-111111111111", ReplyTo: event, SettledOn: "2026-11-17",
			Entry: nacha.Entry{Code: 26, Routing: "231380104", AmountCents: tx.Origination().AmountCents, Return: &nacha.Return{Code: "R10"}}}},
	}})
	w.must(err)
	_, err = ledger.Execute(t.Context(), w.ledger, ledger.CompanyStream("business", company), domain.WatchRates{
		Company: company, Rules: guard.AllRates{*s.Rates}, Rates: map[guard.RateClass]guard.Rate{guard.Unauthorized: {Returned: 1, Originated: 1}},
	}.Decide)
	w.must(err)

	list := rows(bank.call("GET", "/v1/return-rates", "").is(200))
	if len(list) != 3 || list[0]["class"] != "unauthorized" || list[0]["stopped"] != true || list[0]["level"] != "act" || list[1]["level"] != "low" || list[2]["level"] != "act" {
		t.Fatalf("%v", list)
	}
	for _, method := range []string{"method_b", "method_a"} {
		if m := list[0]["sixty_days"].(map[string]any)[method].(map[string]any); m["returned"] != 1.0 || m["originated"] != 1.0 || m["percent"] != 100.0 {
			t.Errorf("%s: %v", method, m)
		}
	}
	of := "company_identification=" + company + "&class=unauthorized"
	made := bank.call("GET", "/v1/return-rates/entries?"+of, "").is(200)
	if len(made.field("returned").([]any)) != 1 || len(made.field("originated").([]any)) != 1 {
		t.Errorf("%s", made.body)
	}
	ops.call("GET", "/v1/ops/return-rates/entries?client=business&"+of, "").is(200)
	if list[0]["warn"] != 0.4 || list[0]["act"] != 0.5 || list[0]["action"] != "hold_debits" {
		t.Errorf("%v", list[0])
	}
	_, err = ledger.Execute(t.Context(), w.ledger, ledger.BankStream("021214862"), domain.ConfigureBank{
		Routing: "021214862", Delivery: domain.DeliverySettings{Method: domain.ToOutbox}, Rules: guard.Rules{
			Rates: &guard.ReturnRates{Unauthorized: guard.RateLevels{Warn: 0.3, Act: 0.6}, Action: guard.Suspend, MinReturns: 1, MinEntries: 1},
		},
	}.Decide)
	w.must(err)
	list = rows(bank.call("GET", "/v1/return-rates", "").is(200))
	if list[0]["warn"] != 0.3 || list[0]["act"] != 0.6 || list[0]["action"] != "suspend" || list[0]["level"] != "act" {
		t.Errorf("with the ODFI's: %v", list[0])
	}
	ops.call("GET", "/v1/ops/return-rates", "").problem(400, "invalid").names("/client")
	bank.call("GET", "/v1/return-rates/entries?class=odd&company_identification=1", "").problem(400, "invalid").names("/class")
	lifted := rows(ops.call("POST", "/v1/ops/clients/business/companies/"+company+"/lift", `{"reason":"mended"}`).is(200))
	if lifted[0]["stopped"] != false {
		t.Errorf("%v", lifted)
	}
	ops.call("POST", "/v1/ops/clients/business/companies/2/lift", `{"reason":"mended"}`).problem(404, "not-found")
}
