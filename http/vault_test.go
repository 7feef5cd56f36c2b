package http_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	tokensPath = "/rest/v2/ach/tokens"
	// theToken is the sample of the vault's documentation.
	theToken = `{"account-number":"123456789","account-type":"Checking","individual-name":"John Doe",
		"routing-number":"081009813","software-type":"MySoftware","software-type-version":"v1.0",
		"token-description":"Business checking account"}`
	theXMLToken = `<?xml version="1.0"?><ach-token><account-number>123456789</account-number><account-type>Savings</account-type>
		<individual-name>Jane Doe</individual-name><routing-number>081009813</routing-number>
		<software-type>Till</software-type><software-type-version>2</software-type-version></ach-token>`
)

// vault sends a request with the header api-key alone, as vault clients do.
func (c caller) vault(method, path, body string, headers ...with) *answer {
	c.t.Helper()
	return c.send(method, path, body, append([]with{{"api-key", c.key + "." + c.secret}}, headers...)...)
}

var inXML = with{"Content-Type", "application/xml"}

func TestAVaultTokenInJSON(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	request, err := jsonschema.UnmarshalJSON(strings.NewReader(theToken))
	w.must(err)
	asVault(t, "ach-token", request)

	made := acme.vault("POST", tokensPath, theToken).is(200).vaultJSON()
	id := made.text("ach-token", "token-id")
	for field, want := range map[string]string{
		"account-number": "6789", "account-type": "Checking", "individual-name": "John Doe", "routing-number": "081009813",
		"token-description": "Business checking account", "merchant-id": "acme", "created": "2026-11-17T14:00:00Z",
	} {
		if got := made.text("ach-token", field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	if made.text("payloadType") != "ach-token" || fmt.Sprint(made.field("ach-token", "times-used")) != "0" {
		t.Errorf("made %s", made.body)
	}
	if got := acme.vault("GET", tokensPath+"/"+id, "").is(200).vaultJSON(); !bytes.Equal(got.body, made.body) {
		t.Errorf("read\n%s\nmade\n%s", got.body, made.body)
	}

	w.clock.Advance(1e9)
	replaced := acme.vault("PUT", tokensPath+"/"+id, strings.NewReplacer("Checking", "Savings", "123456789", "55", "John", "Joan",
		`"token-description":"Business checking account"`, `"default":true`).Replace(theToken)).is(200).vaultJSON()
	if got := replaced.field("ach-token").(map[string]any); got["token-id"] != id || got["account-type"] != "Savings" ||
		got["account-number"] != "5" || got["individual-name"] != "Joan Doe" || got["token-description"] != nil ||
		got["default"] != true || got["created"] != "2026-11-17T14:00:00Z" || got["updated"] != "2026-11-17T14:00:01Z" {
		t.Errorf("replaced: %s", replaced.body)
	}
	if gone := acme.vault("DELETE", tokensPath+"/"+id, "").is(200).vaultJSON(); gone.text("ach-token", "token-id") != id {
		t.Errorf("deleted: %s", gone.body)
	}
	for _, method := range []string{"GET", "DELETE"} {
		acme.vault(method, tokensPath+"/"+id, "").is(404).vaultJSON()
	}
	acme.vault("PUT", tokensPath+"/"+id, theToken).is(404).vaultJSON()
}

func TestAClientThatSpeaksOnlyXML(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	made := acme.vault("POST", tokensPath, theXMLToken, inXML).is(200).vaultXML()
	id := made.text("ach-token", "token-id")
	if made.text("payloadType") != "ach-token" || made.text("ach-token", "account-type") != "Savings" || made.text("ach-token", "account-number") != "6789" {
		t.Errorf("made %s", made.body)
	}
	xmlOnly := with{"Accept", "application/xml"}
	if got := acme.vault("GET", tokensPath+"/"+id, "", xmlOnly).is(200).vaultXML(); !bytes.Equal(got.body, made.body) {
		t.Errorf("read\n%s\nmade\n%s", got.body, made.body)
	}
	replaced := acme.vault("PUT", tokensPath+"/"+id, strings.Replace(theXMLToken, "Jane Doe", "Jane &amp; Joe", 1), inXML).is(200).vaultXML()
	if got := replaced.text("ach-token", "individual-name"); got != "Jane & Joe" {
		t.Errorf("replaced: %q", got)
	}
	bad := acme.vault("POST", tokensPath, strings.Replace(theXMLToken, "081009813", "08100981x", 1), inXML).is(400).vaultXML()
	errors := bad.field("errorResults").([]any)
	if first := errors[0].(map[string]any); len(errors) != 1 || !strings.HasPrefix(first["errorMessage"].(string), "routing-number: ") ||
		fmt.Sprint(first["resultCode"]) != "400" || first["timeStamp"] == "" {
		t.Errorf("errors: %s", bad.body)
	}
	acme.vault("POST", tokensPath, "<ach-token><", inXML).is(400).vaultXML()
	acme.vault("POST", tokensPath, "<card/>", inXML).is(400).vaultXML()
	misplaced := acme.vault("POST", tokensPath, strings.Replace(theXMLToken, "</ach-token>", "<default>123456789</default></ach-token>", 1), inXML).is(400).vaultXML()
	if strings.Contains(string(misplaced.body), "123456789") {
		t.Errorf("an error repeats what may be an account number: %s", misplaced.body)
	}
	w.send("GET", tokensPath+"/"+id, "", xmlOnly).is(401).vaultXML()
	acme.vault("DELETE", tokensPath+"/"+id, "", xmlOnly).is(200).vaultXML()
	acme.vault("GET", tokensPath+"/"+id, "", xmlOnly).is(404).vaultXML()

	// Accept wins over the language the request was written in.
	acme.vault("POST", tokensPath, theXMLToken, inXML, with{"Accept", "application/json"}).is(200).vaultJSON()
	acme.vault("POST", tokensPath, theToken, xmlOnly).is(200).vaultXML()
}

func TestAVaultTokenIsRefusedByField(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	for name, tt := range map[string]struct{ old, new, field string }{
		"no account number":            {"123456789", "", "account-number"},
		"an account number of letters": {"123456789", "12345678a", "account-number"},
		"an account number of zeros":   {"123456789", "000000000", "account-number"},
		"eighteen digits":              {"123456789", "123456789012345678", "account-number"},
		"a routing number of letters":  {"081009813", "O81009813", "routing-number"},
		"a routing number mistyped":    {"081009813", "081009831", "routing-number"},
		"another account type":         {"Checking", "Loan", "account-type"},
		"no name":                      {"John Doe", "", "individual-name"},
		"no software":                  {"MySoftware", "", "software-type"},
		"no version of it":             {"v1.0", "", "software-type-version"},
		"a number in place of text":    {`"123456789"`, `123456789`, "account-number"},
		"a key that is too long":       {"{", `{"customer-key":"` + strings.Repeat("k", 256) + `",`, "customer-key"},
		"a software's name too long":   {"MySoftware", strings.Repeat("s", 256), "software-type"},
	} {
		t.Run(name, func(t *testing.T) {
			a := acme.vault("POST", tokensPath, strings.Replace(theToken, tt.old, tt.new, 1)).is(400)
			a.t = t
			all := a.vaultJSON().field("errorResults").([]any)
			if first := all[0].(map[string]any); !strings.HasPrefix(first["errorMessage"].(string), tt.field+": ") || len(all) > 1 {
				t.Errorf("the error does not name %s, once: %s", tt.field, a.body)
			}
		})
	}
	acme.vault("POST", tokensPath, "nonsense").is(400).vaultJSON()
	acme.vault("POST", tokensPath, theToken, with{"Content-Type", "text/plain"}).is(415).vaultJSON()
	w.send("POST", tokensPath, theToken).is(401).vaultJSON()
	w.send("POST", tokensPath, theToken, with{"api-key", "nobody.nothing"}).is(401).vaultJSON()
	w.credential("acme", "read").vault("POST", tokensPath, theToken).is(403).vaultJSON()
}

func TestATokenIsNotReplacedByItsOwnAnswer(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	id := acme.vault("POST", tokensPath, theToken).is(200).text("ach-token", "token-id")
	shown := acme.vault("GET", tokensPath+"/"+id, "").is(200).text("ach-token", "account-number")
	back := strings.Replace(strings.Replace(theToken, "123456789", shown, 1), "John Doe", "Jane Doe", 1)
	if a := acme.vault("PUT", tokensPath+"/"+id, back).is(400); !strings.Contains(string(a.body), "account-number: ") {
		t.Errorf("the error does not name the account number: %s", a.body)
	}
	acme.vault("PUT", tokensPath+"/"+id, strings.Replace(theToken, "John Doe", "Jane Doe", 1)).is(200)
}

func TestAnUnknownTokenIsNoRowOfHashes(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	if a := acme.vault("GET", tokensPath+"/6354768558095317", "").is(404).vaultJSON(); strings.Contains(string(a.body), "##") {
		t.Errorf("the error masks an id: %s", a.body)
	}
}

func TestCheckDigitsOfNewZealand(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	nz := func(number string) string {
		return strings.NewReplacer("123456789", number, "{", `{"check-digit-enabled":true,`).Replace(theToken)
	}
	acme.vault("POST", tokensPath, nz("0109020068389000")).is(200).vaultJSON()
	bad := acme.vault("POST", tokensPath, nz("0109020068388000")).is(400).vaultJSON()
	if !strings.Contains(string(bad.body), "account-number: ") {
		t.Errorf("the error does not name the number: %s", bad.body)
	}
	acme.vault("POST", tokensPath, strings.Replace(theToken, "123456789", "0109020068388000", 1)).is(200) // without check-digit-enabled the digit is not checked
	paid := strings.Replace(nz("0109020068388000"), "{", `{"type":"credit","amount":"2.00",`, 1)
	if a := acme.vault("POST", "/rest/v2/ach/transactions", paid).is(400); !strings.Contains(string(a.body), "account-number: ") {
		t.Errorf("a payment without a token: %s", a.body)
	}
	acme.vault("POST", "/rest/v2/ach/transactions", strings.Replace(paid, `"check-digit-enabled":true`, `"check-digit-enabled":false`, 1)).is(200)
}

// What a request asks for is done or refused, and what is stored can be read again in
// both formats.
func TestTheVaultIgnoresNoWishAndChangesNoText(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	token := acme.vault("POST", tokensPath, theToken).is(200).text("ach-token", "token-id")
	both := `{"type":"credit","amount":"2.00","token-id":"` + token + `","create-token":true}`
	if a := acme.vault("POST", "/rest/v2/ach/transactions", both).is(400); !strings.Contains(string(a.body), "create-token: ") {
		t.Errorf("%s", a.body)
	}
	acme.vault("POST", "/rest/v2/ach/transactions", strings.Replace(both, "true", "false", 1)).is(200)
	for _, field := range []string{"token-description", "customer-key", "software-type", "software-type-version"} {
		var body map[string]any
		w.must(json.Unmarshal([]byte(theToken), &body))
		for text, status := range map[string]int{"a\u0001b": 400, "a\tb": 200, strings.Repeat("é", 90): 200} {
			body[field] = text
			sent, err := json.Marshal(body)
			w.must(err)
			acme.vault("POST", tokensPath, string(sent)).is(status)
		}
	}
}

func TestTheDefaultMoves(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	of := func(key, is string) string {
		return strings.Replace(theToken, "{", `{"customer-key":"`+key+`","default":`+is+`,`, 1)
	}
	id := func(a *answer) string { return a.is(200).vaultJSON().text("ach-token", "token-id") }
	isDefault := func(id string) bool {
		return acme.vault("GET", tokensPath+"/"+id, "").is(200).field("ach-token", "default").(bool)
	}
	first := id(acme.vault("POST", tokensPath, of("k1", "true")))
	second := id(acme.vault("POST", tokensPath, of("k1", "true")))
	other := id(acme.vault("POST", tokensPath, of("k2", "true")))
	if isDefault(first) || !isDefault(second) || !isDefault(other) {
		t.Error("the newest default of a customer is not the only one")
	}
	acme.vault("PUT", tokensPath+"/"+first, of("k1", "true")).is(200)
	if !isDefault(first) || isDefault(second) {
		t.Error("a replacement did not move the default")
	}
	acme.vault("PUT", tokensPath+"/"+first, of("k2", "true")).is(200)
	if !isDefault(first) || isDefault(other) || isDefault(second) {
		t.Error("a token that goes to another customer does not take its default there")
	}
	acme.vault("DELETE", tokensPath+"/"+first, "").is(200)
	if isDefault(other) || isDefault(second) {
		t.Error("a deleted default passed on to another token")
	}
}

func TestTransactionsOfTheVault(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	const path = "/rest/v2/ach/transactions"
	body := `{"type":"credit","amount":"2.00","account-number":"323434333","routing-number":"081009813","individual-name":"John Doe","create-token":true}`
	key := with{"Idempotency-Key", "pay-1"}
	made := acme.vault("POST", path, body, key).is(200)
	id, transaction := made.text("ach-token", "token-id"), made.text("ach-transaction", "transaction-id")
	if made.text("payloadType") != "ach-transaction" || made.text("ach-transaction", "amount") != "2.00" ||
		made.text("ach-transaction", "account-number") != "4333" || fmt.Sprint(made.field("ach-token", "times-used")) != "1" {
		t.Errorf("made %s", made.body)
	}
	if again := acme.vault("POST", path, body, key).is(200); !bytes.Equal(again.body, made.body) || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("made\n%s\nagain\n%s", made.body, again.body)
	}
	record := acme.call("GET", "/api/transaction/"+transaction, "").is(200)
	if record.text("TransactionType") != "push" || record.text("StandardEntryClassCode") != "PPD" || record.text("Status") != "Pending" {
		t.Errorf("in ACH Connect: %s", record.body)
	}
	w.clock.Advance(1e9)
	acme.vault("POST", path+"/debit", `<ach-transaction><amount>12.50</amount><token-id>`+id+`</token-id></ach-transaction>`, inXML).is(200)
	used := acme.vault("GET", tokensPath+"/"+id, "").is(200).vaultJSON()
	if fmt.Sprint(used.field("ach-token", "times-used")) != "2" || used.text("ach-token", "last-used") != "2026-11-17T14:00:01Z" {
		t.Errorf("used: %s", used.body)
	}
	for name, tt := range map[string]struct{ body, says string }{
		"no decimals":            {`{"type":"credit","amount":"2","token-id":"` + id + `"}`, "amount: "},
		"no decimals, a number":  {`{"type":"credit","amount":2,"token-id":"` + id + `"}`, "amount: "},
		"one decimal":            {`{"type":"credit","amount":"2.5","token-id":"` + id + `"}`, "amount: "},
		"one decimal, a number":  {`{"type":"credit","amount":2.5,"token-id":"` + id + `"}`, "amount: "},
		"three, a number":        {`{"type":"credit","amount":2.500,"token-id":"` + id + `"}`, "amount: "},
		"an exponent":            {`{"type":"credit","amount":2.50e0,"token-id":"` + id + `"}`, "amount: "},
		"an exponent, a string":  {`{"type":"credit","amount":"25e-1","token-id":"` + id + `"}`, "amount: "},
		"three decimals":         {`{"type":"credit","amount":"2.001","token-id":"` + id + `"}`, "amount: "},
		"no direction":           {`{"amount":"2.00","token-id":"` + id + `"}`, "type: "},
		"a token and an account": {`{"type":"credit","amount":"2.00","token-id":"` + id + `","account-number":"1"}`, "token-id: "},
	} {
		t.Run(name, func(t *testing.T) {
			a := acme.vault("POST", path, tt.body).is(400)
			if !strings.Contains(string(a.body), `"`+tt.says) {
				t.Errorf("%s does not begin with %s", a.body, tt.says)
			}
		})
	}
	acme.vault("POST", path, `{"type":"credit","amount":"2.00","token-id":"1234567812345678"}`).is(404)
}

func TestNoDebitIsMadeOfACredit(t *testing.T) {
	acme := newWorld(t).client("acme", settings())
	const path, of = "/rest/v2/ach/transactions", `"amount":"2.00","account-number":"323434333","routing-number":"081009813","individual-name":"John Doe"}`
	for _, tt := range []struct {
		path, kind string
		status     int
	}{
		{"/debit", "credit", 400}, {"/credit", "debit", 400}, {"/credit", "refund", 400}, {"/debit", "Debit", 200}, {"/credit", "credit", 200},
	} {
		a := acme.vault("POST", path+tt.path, `{"type":"`+tt.kind+`",`+of).is(tt.status)
		if tt.status == 400 && !strings.Contains(string(a.body), `"type: the path says `+tt.path[1:]) {
			t.Errorf("%s in %s: %s", tt.kind, tt.path, a.body)
		}
	}
}

func TestAVaultClientIsAnsweredInTheFormatItPrefers(t *testing.T) {
	acme := newWorld(t).client("acme", settings())
	for accept, xml := range map[string]bool{
		"application/xml;q=0.1, application/json;q=0.9": false, "application/json;q=0.5, text/xml": true, "application/xml, application/json": true,
		"application/xml;q=0, */*": false, "text/html": false, "application/xml;q=x": true,
	} {
		a := acme.vault("GET", tokensPath+"/0", "", with{"Accept", accept}).is(404)
		if got := a.body[0] == '<'; got != xml {
			t.Errorf("%s: %s", accept, a.body)
		}
	}
}

func TestVaultsAreApartAndSealed(t *testing.T) {
	w := newWorld(t)
	acme, other := w.client("acme", settings()), w.client("other", settings())
	const number = "40028922154007734"
	key := with{"Idempotency-Key", "store-1"}
	body := strings.Replace(theToken, "123456789", number, 1)
	made := acme.vault("POST", tokensPath, body, key).is(200)
	id := made.text("ach-token", "token-id")
	for _, method := range []string{"GET", "DELETE"} {
		other.vault(method, tokensPath+"/"+id, "").is(404).vaultJSON()
	}
	other.vault("PUT", tokensPath+"/"+id, theToken).is(404).vaultJSON()
	other.vault("POST", "/rest/v2/ach/transactions/debit", `{"amount":"1.00","token-id":"`+id+`"}`).is(404)
	if theirs := other.vault("POST", tokensPath, body, key).is(200); theirs.text("ach-token", "token-id") == id {
		t.Error("two clients share a token")
	}
	acme.vault("DELETE", tokensPath+"/"+id, "").is(200)
	if again := acme.vault("POST", tokensPath, body, key).is(200); !bytes.Equal(again.body, made.body) {
		t.Errorf("made\n%s\nagain, though deleted since\n%s", made.body, again.body)
	}
	for _, kept := range w.everything() {
		if strings.Contains(kept, number) {
			t.Error("an account number lies in the folder or the log of the server")
		}
	}
}

// Concurrent uses of one token wait for each other, and none is refused: a platform
// may make all its payouts by one token.
func TestATokenIsUsedByManyAtOnce(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	id := acme.vault("POST", tokensPath, theToken).is(200).vaultJSON().text("ach-token", "token-id")
	const uses = 64
	var all sync.WaitGroup
	answers := make([]int, uses)
	for n := range uses {
		all.Go(func() {
			answers[n] = acme.vault("POST", "/rest/v2/ach/transactions/credit", `{"amount":"2.00","token-id":"`+id+`"}`).status
		})
	}
	all.Wait()
	for n, status := range answers {
		if status != 200 {
			t.Fatalf("use %d was answered %d", n, status)
		}
	}
	used := acme.vault("GET", tokensPath+"/"+id, "").is(200).vaultJSON()
	if n := fmt.Sprint(used.field("ach-token", "times-used")); n != fmt.Sprint(uses) {
		t.Errorf("the token was used %s times", n)
	}
}
