package http_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

const secret = "30488174411" // an account number, wherever it stands

// An account number is sealed in the log. If another field contained the same
// digits, they would be stored there in the clear.
func TestANumberRepeatedInAnotherFieldIsRefusedThere(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	recipient := acme.call("POST", "/v1/recipients", `{"name":"Ada","recipientType":"CONSUMER"}`).is(201).text("recipientId")
	accounts := "/v1/recipients/" + recipient + "/accounts"
	account := `{"routingNumber":"121042882","accountNumber":"` + secret + `","accountType":"CHECKING"`
	acme.call("POST", accounts, account+`}`).is(201)
	ada := `{"name":"Ada","recipientType":"CONSUMER","uniqueIdentifier":"` + secret + `"}`
	named := acme.call("POST", "/v1/recipients", ada).is(201).text("recipientId") // has no account yet
	credit := `{"amount":"1.00","routing-number":"121042882","account-number":"` + secret + `","account-type":"Checking","standard-entry-class-code":"PPD","individual-name":"`
	for _, tt := range []struct{ method, path, body, pointer string }{
		{"POST", "/api/transaction", proposal("ToAccount", secret, "ToIdentification", secret), "/ToIdentification"},
		{"POST", "/api/transaction", proposal("ToAccount", secret, "FromIdentification", "304881 74411"), "/FromIdentification"},
		{"POST", "/api/transaction", proposal("ToAccount", "304-881-74411", "ToName", "Ada "+secret), "/ToName"},
		{"POST", "/api/transaction", proposal("ToAccount", secret, "Description", "to account 304-8817-4411"), "/Description"},
		{"POST", "/api/transaction", proposal("ToAccount", secret, "CompanyDiscretionaryData", secret), "/CompanyDiscretionaryData"},
		{"POST", "/api/transaction", proposal("ToAccount", secret, "Addenda", "acct "+secret), "/Addenda"},
		{"POST", "/api/transaction", proposal("ToAccount", secret, "Metadata", map[string]any{"of": []any{map[string]any{"acct": secret}}}), "/Metadata"},
		{"POST", "/api/transaction", proposal("ToAccount", secret, "Metadata", map[string]any{secret: true}), "/Metadata"},
		{"POST", accounts, account + `,"nickname":"` + secret + `"}`, "/nickname"},
		{"POST", "/v1/recipients/" + named + "/accounts", account + `}`, "/accountNumber"},
		{"PUT", "/v1/recipients/" + recipient, ada, "/uniqueIdentifier"},
		{"POST", links(john), `{"account_owner_name":"John Doe","bank_account_type":"CHECKING","bank_account_number":"` + secret +
			`","bank_routing_number":"121000358","nickname":"no ` + secret + `"}`, "/nickname"},
		{"POST", tokensPath, strings.NewReplacer("123456789", secret, "Business checking account", "of "+secret).Replace(theToken), "token-description"},
		{"POST", "/rest/v2/ach/transactions/credit", credit + secret + `"}`, "individual-name"},
	} {
		a := acme.call(tt.method, tt.path, tt.body).is(422)
		if strings.HasPrefix(tt.pointer, "/") {
			a.names(tt.pointer)
		}
		if !strings.Contains(string(a.body), strings.TrimPrefix(tt.pointer, "/")) || strings.Contains(string(a.body), secret) {
			t.Errorf("%s %s: %s", tt.method, tt.body, a.body)
		}
	}
	acme.call("DELETE", "/v1/recipients/"+named, "").is(204)
	bulk := acme.call("POST", "/api/transaction/bulk", proposal("ToAccount", secret, "ToIdentification", secret)+"\n",
		with{"Content-Type", "application/x-ndjson"}, with{"Idempotency-Key", "k"}).is(200)
	if !strings.Contains(string(bulk.body), "/ToIdentification") {
		t.Errorf("%s", bulk.body)
	}
	acme.originate(proposal("ToAccount", secret, "ToIdentification", secret[:10])).is(201) // part of the number is allowed
}

// theACHFile has something in every field that is kept.
const theACHFile = `{"name":"Payroll","odfi":{"name":"X","routingNumber":"021214862","fileLineEndings":"UNIX"},"batches":[{
	"company":{"name":"BUSINESS INC","recipientType":"COMPANY","companyId":"1840000017"},"entryDescription":"SALARIES","secCode":"PPD",
	"discretionaryData":"monthly","entries":[{"recipient":{"name":"Ada","recipientType":"CONSUMER","uniqueIdentifier":"staff"},
	"account":{"nickname":"hers","routingNumber":"121042882","accountNumber":"3048817441","accountType":"CHECKING"},
	"amount":1,"entryType":"CREDIT","addendum":"for November"}]}]}`

func TestANumberRepeatedInAnACHFileIsRefusedThere(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	for pointer, field := range map[string]string{
		"/name": "Payroll", "/batches/0/entryDescription": "SALARIES", "/batches/0/discretionaryData": "monthly",
		"/batches/0/company/name": "BUSINESS INC", "/batches/0/entries/0/addendum": "for November",
		"/batches/0/entries/0/recipient/name": "Ada", "/batches/0/entries/0/recipient/uniqueIdentifier": "staff",
		"/batches/0/entries/0/account/nickname": "hers",
	} {
		body := strings.Replace(theACHFile, `"`+field+`"`, `"3048817441"`, 1)
		a := acme.call("POST", "/v1/ach-files", body).problem(422, "rule-broken").names(pointer)
		if strings.Contains(string(a.body), "3048817441") {
			t.Errorf("the refusal repeats it too: %s", a.body)
		}
	}
}

func TestAReasonThatRepeatsTheNumberIsRefused(t *testing.T) {
	w := newWorld(t)
	acme, ops := w.client("acme", settings()), w.credential(domain.LedgerClient, "ops")
	made := acme.originate(proposal()).is(201)
	event := made.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	hold := "/v1/ops/events/" + event + "/hold"
	ops.call("POST", hold, `{"reason":"is 999-999-999 theirs?"}`).problem(422, "rule-broken").names("/reason")
	ops.call("POST", hold, `{"reason":"is it theirs?"}`).is(200)
}
