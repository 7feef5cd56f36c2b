package http_test

import (
	"strings"
	"testing"
)

// Settings that no file can carry are refused when they are made, with their field.
// Otherwise the writer of files would refuse them days later, together with all
// entries of the file.
func TestSettingsThatNoFileCanCarryNameTheirField(t *testing.T) {
	w := newWorld(t)
	ops := w.ops()
	other := strings.Replace(newClient, `"receiving_accounts":["1234567890","77*"]`, `"receiving_accounts":[]`, 1)
	id := ops.call("POST", "/v1/ops/clients", other).is(201).text("client_id")
	for name, tt := range map[string]struct{ field, change string }{
		"an origin of ten zeros":     {"/file/immediate_origin", `{"file":{"immediate_origin":"0000000000"}}`},
		"a destination of zeros":     {"/file/immediate_destination", `{"file":{"immediate_destination":"000000000"}}`},
		"a name with a tab":          {"/file/immediate_origin_name", `{"file":{"immediate_origin_name":"A\tB"}}`},
		"a blank company name":       {"/company_name", `{"company_name":" "}`},
		"a company name of zeros":    {"/company_name", `{"company_name":"0000"}`},
		"a blank identification":     {"/company_identifications/0", `{"company_identifications":["   "]}`},
		"a description of zeros":     {"/default_entry_description", `{"default_entry_description":"000"}`},
		"a blank origin for the ACH": {"/file/immediate_origin", `{"file":{"immediate_origin":"          "}}`},
	} {
		t.Run(name, func(t *testing.T) {
			ops.call("PATCH", "/v1/ops/clients/"+id, tt.change).problem(400, "invalid").names(tt.field)
		})
	}
	for _, origin := range []string{"841234567", "1841234567", "GYM000017"} {
		ops.call("PATCH", "/v1/ops/clients/"+id, `{"file":{"immediate_origin":"`+origin+`"}}`).is(200)
	}
	ops.call("POST", "/v1/ops/clients", strings.Replace(other, `"HARBOR GYM"`, `" "`, 1)).problem(400, "invalid").names("/company_name")
}

func TestAPaymentThatNoFileCanCarryNamesItsField(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	for _, field := range []string{
		"FromAddress", "FromBankName", "ToBankName", "UltimateReceiverName", "UltimateReceiverAddress",
		"FCBName", "FCBIdentification", "ForeignExchangeReference",
	} {
		t.Run(field, func(t *testing.T) {
			details := iatDetails()
			details[field] = " "
			bank.originate(proposal("StandardEntryClassCode", "IAT", "IATDetails", details)).problem(400, "invalid").names("/IATDetails/" + field)
		})
	}
}
