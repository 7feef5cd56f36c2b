package http_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// Every surface shows a name as it stands in entries and also, in a field originals
// that each surface spells its own way, as it was received.
func TestATransliteratedNameShowsItsOriginalOnEverySurface(t *testing.T) {
	const original, sent = "José Peña", "Jose Pena"
	w := newTown(t)
	acme := w.client("acme", verifiedBy("none"))
	shows := func(a *answer, name string, path ...string) {
		t.Helper()
		field := append(path, name)
		beside := append(path, "originals", name)
		if a.text(field...) != sent || a.text(beside...) != original {
			t.Errorf("%s shows %s", a.asked, a.body)
		}
	}
	asConnect := func(id string) {
		t.Helper()
		a := acme.call("GET", "/api/transaction/"+id, "").is(200)
		if a.text("ToName") != sent || a.text("Originals", "ToName") != original || a.field("Originals").(map[string]any)["individual-name"] != nil {
			t.Errorf("ACH Connect shows %s", a.body)
		}
	}

	r := acme.call("POST", "/v1/recipients", `{"name":"`+original+`","recipientType":"CONSUMER"}`).is(201)
	shows(r, "name")
	path := "/v1/recipients/" + r.text("recipientId")
	shows(acme.call("PUT", path, string(acme.call("GET", path, "").is(200).body)).is(200), "name")
	if a := acme.call("PUT", path, `{"name":"Ada","recipientType":"CONSUMER","originals":{"name":"`+original+`"}}`).is(200); a.field("originals") != nil {
		t.Errorf("another name keeps the original of the one before: %s", a.body)
	}

	token := acme.vault("POST", tokensPath, strings.Replace(theToken, "John Doe", original, 1)).is(200)
	shows(token, "individual-name", "ach-token")
	inXML := acme.vault("GET", tokensPath+"/"+token.text("ach-token", "token-id"), "", with{"Accept", "application/xml"}).is(200)
	if !strings.Contains(string(inXML.body), "<individual-name>"+sent+"</individual-name>") ||
		!strings.Contains(string(inXML.body), "<originals><individual-name>"+original+"</individual-name></originals>") {
		t.Errorf("in XML it shows %s", inXML.body)
	}
	made := acme.vault("POST", "/rest/v2/ach/transactions/debit", `{"amount":"5.00","token-id":"`+token.text("ach-token", "token-id")+`"}`).is(200)
	shows(made, "individual-name", "ach-transaction")
	asConnect(made.text("ach-transaction", "transaction-id"))

	link := acme.call("POST", links(john), strings.Replace(theLink, "John Doe", original, 1)).is(200)
	shows(link, "account_owner_name")
	w.sweep()
	asConnect(acme.call("POST", transfers(john), transfer(link.text("id"), "INCOMING", "3.00")).is(200).text("id"))
}

// Older releases did not record the original name of a recipient.
func TestARecipientOfAnOlderReleaseHasNoOriginal(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	id := acme.call("POST", "/v1/recipients", `{"name":"Ada","recipientType":"CONSUMER"}`).is(201).text("recipientId")
	r, err := w.ledger.Recipient(context.Background(), "acme", id)
	w.must(err)
	data, err := json.Marshal(r.Terms)
	w.must(err)
	if strings.Contains(string(data), "original") {
		t.Errorf("the event has %s", data)
	}
}
