package http_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	achlinks "github.com/achledger/achledger/http/links"
)

// Every surface reads strictly what carries money or decides who may move it.
func TestABodyIsReadStrictlyOnEverySurface(t *testing.T) {
	w := newTown(t)
	acme, ops := w.client("acme", settings()), w.ops()
	file := func(entry string) string {
		return `{"odfi":{"name":"X","routingNumber":"021214862","fileLineEndings":"UNIX"},"batches":[{"company":{"name":"ACME","recipientType":"COMPANY","companyId":"1840000017"},
			"entryDescription":"TEST","secCode":"PPD","entries":[{"recipient":{"name":"Ada","recipientType":"CONSUMER"},
			"account":{"routingNumber":"121042882","accountNumber":"30488174411","accountType":"CHECKING"},` + entry + `}]}]}`
	}
	transfer := "/v1/accounts/" + john + "/transfers"
	for name, tt := range map[string]struct {
		who                 caller
		method, path        string
		body, names, status string
	}{
		"two amounts of a proposal":     {acme, "POST", "/api/transaction", strings.Replace(proposal(), `"Amount":`, `"Amount":1,"Amount":`, 1), "/Amount", "invalid"},
		"two amounts of a transfer":     {acme, "POST", transfer, `{"transfer_type":"ach","relationship_id":"x","direction":"OUTGOING","amount":"1.00","amount":"9000.00"}`, "/amount", "invalid"},
		"two spellings of one member":   {acme, "POST", transfer, `{"transfer_type":"ach","relationship_id":"x","direction":"OUTGOING","amount":"1.00","Amount":"9000.00"}`, "/amount", "invalid"},
		"two amounts of an entry":       {acme, "POST", "/v1/ach-files", file(`"amount":0.01,"amount":90,"entryType":"CREDIT"`), "/batches/0/entries/0/amount", "invalid"},
		"a name without end":            {acme, "POST", "/v1/ach-files", strings.Replace(file(`"amount":0.01,"entryType":"CREDIT"`), "{", `{"name":"`+strings.Repeat("x", 256)+`",`, 1), "/name", "invalid"},
		"a member nobody knows, deep":   {acme, "POST", "/v1/ach-files", file(`"amount":0.01,"entryType":"CREDIT","sameDay":true`), "/batches/0/entries/0/sameDay", "invalid"},
		"two numbers of an account":     {acme, "POST", "/v1/ach-files", strings.Replace(file(`"amount":0.01,"entryType":"CREDIT"`), `"accountNumber"`, `"accountNumber":"1","accountNumber"`, 1), "/batches/0/entries/0/account/accountNumber", "invalid"},
		"a date of another century":     {acme, "POST", "/v1/ach-files", strings.Replace(file(`"amount":0.01,"entryType":"CREDIT"`), `"secCode"`, `"effectiveDate":"2126-11-18","secCode"`, 1), "/batches/0/effectiveDate", "invalid"},
		"what follows a file":           {acme, "POST", "/v1/ach-files", file(`"amount":0.01,"entryType":"CREDIT"`) + `{}`, "", "bad-request"},
		"two names of a recipient":      {acme, "POST", "/v1/recipients", `{"name":"A","name":"B","recipientType":"CONSUMER"}`, "/name", "invalid"},
		"what follows a recipient":      {acme, "POST", "/v1/recipients", `{"name":"A","recipientType":"CONSUMER"} 1`, "", "bad-request"},
		"two numbers of a link":         {acme, "POST", links(john), strings.Replace(theLink, "{", `{"bank_account_number":"1",`, 1), "/bank_account_number", "invalid"},
		"what follows a link":           {acme, "POST", links(john), theLink + theLink, "", "bad-request"},
		"two scopes of a credential":    {ops, "POST", "/v1/ops/clients/acme/credentials", `{"scopes":["read"],"scopes":["reveal"]}`, "/scopes", "invalid"},
		"a member of a credential":      {ops, "POST", "/v1/ops/clients/acme/credentials", `{"scopes":["read"],"reveal":true}`, "/reveal", "invalid"},
		"two suspensions":               {ops, "PATCH", "/v1/ops/clients/acme", `{"suspended":true,"suspended":false}`, "/suspended", "invalid"},
		"what follows a change":         {ops, "PATCH", "/v1/ops/clients/acme", `{"suspended":true}{"suspended":false}`, "", "bad-request"},
		"two windows of a client":       {ops, "PATCH", "/v1/ops/clients/acme", `{"batching":{"windows":["10:15"],"windows":["22:30"]}}`, "/batching/windows", "invalid"},
		"a value of another type":       {ops, "PATCH", "/v1/ops/clients/acme", `{"suspended":"30488174411"}`, "/suspended", "invalid"},
		"a value of another type, deep": {acme, "POST", "/v1/ach-files", file(`"amount":0.01,"entryType":"CREDIT"},{"amount":0.01,"entryType":30488174411`), "/batches/0/entries/1/entryType", "invalid"},
		"two reasons":                   {ops, "POST", "/v1/ops/events/x/hold", `{"reason":"a","reason":"b"}`, "/reason", "invalid"},
		"a login with two secrets":      {acme, "POST", "/v1/token", `{"key":"a","secret":"b","secret":"c"}`, "/secret", "invalid"},
		"an array in place of a body":   {acme, "POST", "/v1/recipients", `[]`, "", "bad-request"},
		"nothing in place of a body":    {acme, "POST", "/v1/recipients", ` `, "", "bad-request"},
		"bytes that are no text":        {acme, "POST", "/v1/recipients", "{\"name\":\"\xff\",\"recipientType\":\"CONSUMER\"}", "", "bad-request"},
		"an unknown member of a table":  {acme, "POST", "/api/transaction", proposal("Sameday2", true), "/Sameday#", "invalid"},
		"an amount of a return":         {acme, "POST", "/api/transaction/" + john + "/returns", `{"ReplyToEventId":"x","ReturnCode":"R03","Amount":5}`, "/Amount", "invalid"},
		"a return's field of a retry":   {acme, "POST", "/api/transaction/" + john + "/retries", `{"ReplyToEventId":"x","ReturnCode":"R03"}`, "/ReturnCode", "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			head := len(w.events())
			a := tt.who.call(tt.method, tt.path, tt.body).problem(400, tt.status)
			if tt.names != "" {
				a.names(tt.names)
			}
			if strings.Contains(string(a.body), "30488174411") {
				t.Errorf("a number is repeated: %s", a.body)
			}
			if len(w.events()) != head {
				t.Error("it left something in the log")
			}
		})
	}
}

func TestTheVaultRefusesWhatIsThereTwice(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	credit := `{"amount":"2.00","routing-number":"081009813","account-number":"123456789","account-type":"Checking","individual-name":"John"}`
	for name, body := range map[string]string{
		"two amounts":       strings.Replace(credit, "{", `{"amount":"9.00",`, 1),
		"two spellings":     strings.Replace(credit, "{", `{"Amount":"9.00",`, 1),
		"something behind":  credit + credit,
		"an array":          `[` + credit + `]`,
		"two XML amounts":   `<ach-transaction><amount>1.00</amount><amount>9.00</amount></ach-transaction>`,
		"two XML documents": `<ach-transaction><amount>1.00</amount></ach-transaction><ach-transaction/>`,
	} {
		t.Run(name, func(t *testing.T) {
			headers := []with{}
			if body[0] == '<' {
				headers = append(headers, inXML)
			}
			acme.vault("POST", "/rest/v2/ach/transactions/credit", body, headers...).is(400)
		})
	}
	acme.vault("POST", "/rest/v2/ach/transactions/credit", strings.Replace(credit, "{", `{"shop":"7",`, 1)).is(200) // the vault has always ignored unknown fields
}

// Replacing a list by another of the same length was once answered 200 and lost.
func TestAChangeOfSettingsIsNeverLost(t *testing.T) {
	w := newWorld(t)
	ops := w.ops()
	s := settings()
	s.SECCodes, s.ODFIs, s.CompanyIdentifications = []string{"PPD", "CCD"}, []string{"021214862", "231380104"}, []string{"1840000017"}
	s.Batching.Windows = []string{"10:15", "16:30"}
	w.client("acme", s)
	const path = "/v1/ops/clients/acme"
	for field, value := range map[string]string{
		"sec_codes": `["PPD","WEB"]`, "odfi_routing_numbers": `["021214862","121042882"]`,
		"company_identifications": `["1840000018"]`, "batching": `{"max_entries":0,"max_amount_cents":0,"max_age":"","windows":["14:30","22:30"]}`,
	} {
		t.Run(field, func(t *testing.T) {
			ops.call("PATCH", path, `{"`+field+`":`+value+`}`).is(200)
			if got := string(ops.call("GET", path, "").is(200).body); !strings.Contains(got, strings.Trim(value[strings.LastIndex(value, "["):], "}")) {
				t.Errorf("it was lost: %s", got)
			}
		})
	}
}

// A list in a change replaces the one before. Its elements were decoded over the old
// ones, and kept what they leave out: a limit of a client stayed one of a company.
func TestAListOfSettingsIsReplacedWhole(t *testing.T) {
	w := newWorld(t)
	ops := w.ops()
	w.client("acme", settings())
	const path = "/v1/ops/clients/acme"
	company := settings().CompanyIdentifications[0]
	ops.call("PATCH", path, `{"limits":[{"direction":"debit","per":"settlement_date","cents":25000000,"count":5000,"company_identification":"`+company+`","action":"hold","at_deadline":"reject"}],
		"companies":[{"identification":"`+company+`","sells_goods":true,"pays_wages":true}],"descriptions":"warn",
		"decision":{"url":"https://engine.example/","when":[{"sec":"PPD"},{"direction":"debit"}],"batch":7}}`).is(200)
	ops.call("PATCH", path, `{"limits":[{"direction":"debit","per":"settlement_date","cents":5000000,"action":"hold"}],
		"companies":[{"identification":"`+company+`","pays_wages":true}],"Decision":{"When":[{"direction":"credit"}]}}`).is(200)
	got := ops.call("GET", path, "").is(200)
	for name, want := range map[string]string{
		"limits":    `[{"direction":"debit","per":"settlement_date","cents":5000000,"action":"hold"}]`,
		"companies": `[{"identification":"` + company + `","pays_wages":true}]`,
	} {
		if !strings.Contains(string(got.body), `"`+name+`":`+want) {
			t.Errorf("%s are not %s: %s", name, want, got.body)
		}
	}
	if when := string(got.body); !strings.Contains(when, `"when":[{"direction":"credit"}]`) || got.text("decision", "url") != "https://engine.example/" || got.number("decision", "batch") != 7 {
		t.Errorf("it asks the engine %v", got.field("decision"))
	}
}

func TestAKeyMeansOneRequestInEveryLetterCaseOfAPath(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", settings())
	const holder = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
	key := with{"Idempotency-Key", "t1"}
	one := acme.call("POST", links(holder), theLink, key).is(200)
	two := acme.call("POST", links(strings.ToUpper(holder)), theLink, key).is(200)
	if one.text("id") != two.text("id") || two.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("linked twice: %s and %s", one.body, two.body)
	}
}

func TestStoringATokenNeedsTheVaultAtEveryDoor(t *testing.T) {
	w := newWorld(t)
	w.client("acme", settings())
	low := w.credential("acme", domain.ScopeOriginate, domain.ScopeRead)
	credit := `{"amount":"1.00","routing-number":"081009813","account-number":"123456789","account-type":"Checking","individual-name":"A","create-token":true}`
	low.vault("POST", tokensPath, theToken).is(403)
	for _, path := range []string{"", "/credit", "/debit"} {
		low.vault("POST", "/rest/v2/ach/transactions"+path, credit).is(403)
	}
	low.vault("POST", "/rest/v2/ach/transactions/credit", strings.Replace(credit, "true", "false", 1)).is(200)
}

func TestAClientCannotHeadFilesAsAnother(t *testing.T) {
	w := newTown(t)
	theirs := settings()
	theirs.File.ImmediateOrigin = "1840000017"
	w.client("gym", theirs)
	acme := w.client("acme", settings())
	odfi := func(origin string) string {
		return `{"name":"X","routingNumber":"021214862","fileLineEndings":"UNIX","immediateOrigin":"` + origin + `"}`
	}
	acme.call("POST", "/v1/odfis", odfi("1840000017")).problem(422, "rule-broken").names("/immediateOrigin")
	file := `{"odfi":` + odfi("1840000017") + `,"batches":[{"company":{"name":"ACME","recipientType":"COMPANY","companyId":"1840000017"},
		"entryDescription":"TEST","secCode":"PPD","entries":[{"recipient":{"name":"Ada","recipientType":"CONSUMER"},"amount":1,"entryType":"CREDIT",
		"account":{"routingNumber":"121042882","accountNumber":"30488174411","accountType":"CHECKING"}}]}]}`
	acme.call("POST", "/v1/ach-files", file).is(422)
	id := acme.call("POST", "/v1/odfis", odfi("021214862")).is(201).text("odfiId")
	acme.call("PUT", "/v1/odfis/"+id, odfi("1840000017")).problem(422, "rule-broken")
}

func TestOnlyASandboxMakesPlaidAccountsUp(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	acme.call("POST", links(john), byToken("processor-sandbox-x")).problem(400, "invalid").names("/processor_token")
	for name, c := range map[string]achlinks.PlaidConfig{
		"one key of two":             {ClientID: "x"},
		"the other key of two":       {Secret: "x", Sandbox: true},
		"the secret in the clear":    {ClientID: "x", Secret: "y", BaseURL: "http://plaid.example"},
		"http in production":         {ClientID: "x", Secret: "y", BaseURL: "http://127.0.0.1:1"},
		"Plaid's sandbox, for money": {ClientID: "x", Secret: "y", BaseURL: "https://sandbox.plaid.com"},
		"an address that is none":    {ClientID: "x", Secret: "y", BaseURL: "plaid"},
	} {
		if _, err := achlinks.NewPlaid(c); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for name, c := range map[string]achlinks.PlaidConfig{
		"both keys":                  {ClientID: "x", Secret: "y"},
		"a sandbox without keys":     {Sandbox: true},
		"a sandbox, on this machine": {ClientID: "x", Secret: "y", Sandbox: true, BaseURL: "http://127.0.0.1:1"},
	} {
		if _, err := achlinks.NewPlaid(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
