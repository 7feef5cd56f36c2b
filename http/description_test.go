package http_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/guard"
)

// A company that pays wages sends an entry without the description PAYROLL: every
// surface accepts it and warns in the answer, the event and the record.
func TestWagesThatAreNotPayrollAreToldInTheAnswer(t *testing.T) {
	w := newTown(t)
	s := verifiedBy("none")
	s.Descriptions, s.Companies = guard.Warn, []guard.Company{{Identification: s.CompanyIdentifications[0], PaysWages: true, SellsGoods: true}}
	acme, other := w.client("acme", s), w.client("diner", settings())
	relationship := acme.link(john, theLink)
	w.sweep()
	const says = `company 1840000017 pays wages, and a PPD credit described`
	wages := proposal("StandardEntryClassCode", "PPD", "TransactionID", "5b3c4d5e-0000-4000-8000-000000000001", "Description", "Bonus 11")
	for name, a := range map[string]*answer{
		"a payment":       acme.originate(wages).is(201),
		"the same again":  acme.originate(wages).is(200),
		"as it is read":   acme.call("GET", "/api/transaction/5b3c4d5e-0000-4000-8000-000000000001", "").is(200),
		"a transfer":      acme.call("POST", transfers(john), transfer(relationship, "OUTGOING", "12.50")).is(200),
		"from the vault":  acme.vault("POST", "/rest/v2/ach/transactions/credit", `{"amount":"2.00","account-number":"323434333","routing-number":"081009813","individual-name":"John Doe","account-type":"Checking","standard-entry-class-code":"PPD"}`).is(200),
		"one of many":     acme.call("POST", "/api/transaction/bulk", strings.ReplaceAll(wages, "0001", "0002"), with{"Content-Type", ndjson}).is(200),
		"the event of it": acme.call("GET", "/v1/events?type=transaction.originated", "").is(200),
	} {
		if !strings.Contains(string(a.body), says) {
			t.Errorf("%s says nothing of it: %s", name, a.body)
		}
	}
	for name, a := range map[string]*answer{
		"PAYROLL":              acme.originate(proposal("StandardEntryClassCode", "PPD", "Description", "Payroll 47")),
		"of another kind":      acme.originate(proposal("Description", "Bonus 11")),
		"a prenote":            acme.originate(proposal("StandardEntryClassCode", "PPD", "Description", "Bonus 11", "Amount", 0)),
		"a company of no rule": other.originate(proposal("StandardEntryClassCode", "PPD", "Description", "Bonus 11")),
	} {
		if a.is(201); strings.Contains(string(a.body), "Warning") {
			t.Errorf("%s is warned of: %s", name, a.body)
		}
	}
	if goods := acme.originate(proposal("StandardEntryClassCode", "WEB", "TransactionType", "pull", "WebDetails", map[string]string{"PaymentType": "single"}, "Description", "Dues")).is(201).text("DescriptionWarning"); !strings.Contains(goods, "is not a PURCHASE") {
		t.Errorf("goods: %q", goods)
	}
	w.sound()
}
