package node

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/moov-io/ach"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// text gets a path as it is.
func (r *running) text(who folder.Credential, path string) (int, string) {
	r.t.Helper()
	status, content, err := r.request(who, http.MethodGet, path, "", nil)
	must(r.t, err)
	return status, string(content)
}

func (r *running) must(want int, who folder.Credential, method, path string, body, answer any) {
	r.t.Helper()
	if status := r.call(who, method, path, body, answer); status != want {
		r.t.Fatalf("%s %s answers %d, want %d", method, path, status, want)
	}
}

type object = map[string]any

// A file of three batches with stored and one-off recipients: payroll that
// is balanced, a supplier, dues.
func TestAnACHProFileDownloadsAsBytesThatSayWhatTheJSONAsked(t *testing.T) {
	r := serve(t, "", nil)
	var opened struct {
		ID         string `json:"client_id"`
		Credential folder.Credential
	}
	r.must(201, r.ops, "POST", "/v1/ops/clients", object{
		"name": "Harbor Gym", "company_name": "HARBOR GYM", "company_identifications": []string{"1840000017"},
		"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD", "CCD", "WEB"},
		"file": object{"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK"},
	}, &opened)
	gym := opened.Credential

	var odfi struct{ ODFIID string }
	r.must(201, gym, "POST", "/v1/odfis", object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "WINDOWS"}, &odfi)
	r.must(409, gym, "POST", "/v1/odfis", object{"name": "Again", "routingNumber": "231380104", "fileLineEndings": "UNIX"}, nil)
	var company, ada struct{ RecipientID string }
	r.must(201, gym, "POST", "/v1/recipients", object{"name": "HARBOR GYM", "recipientType": "COMPANY", "companyId": "1840000017"}, &company)
	r.must(201, gym, "POST", "/v1/recipients", object{"name": "Ada Marsh", "recipientType": "CONSUMER", "uniqueIdentifier": "EMP-1"}, &ada)
	var own, hers struct{ AccountID string }
	r.must(201, gym, "POST", "/v1/recipients/"+company.RecipientID+"/accounts",
		object{"routingNumber": "231380104", "accountNumber": "5551112222", "accountType": "CHECKING"}, &own)
	r.must(201, gym, "POST", "/v1/recipients/"+ada.RecipientID+"/accounts",
		object{"routingNumber": "121042882", "accountNumber": "30488174411", "accountType": "SAVINGS"}, &hers)

	bo := object{"name": "Bo Sample", "recipientType": "CONSUMER"}
	asked := object{"name": "November", "odfi": odfi.ODFIID, "batches": []object{
		{"company": company.RecipientID, "entryDescription": "PAYROLL", "secCode": "PPD", "offsetAccount": own.AccountID, "entries": []object{
			{"recipient": ada.RecipientID, "account": hers.AccountID, "amount": 1942.17, "entryType": "CREDIT"},
			{"recipient": bo, "account": object{"routingNumber": "121042882", "accountNumber": "40001234", "accountType": "CHECKING"}, "amount": 100, "entryType": "CREDIT"},
		}},
		{"company": company.RecipientID, "entryDescription": "INVOICE", "secCode": "CCD", "entries": []object{
			{"recipient": object{"name": "Keystone Linen", "recipientType": "BUSINESS"}, "account": object{"routingNumber": "121042882", "accountNumber": "90008", "accountType": "CHECKING"},
				"amount": 432, "entryType": "CREDIT", "addendum": "INV 4471"},
		}},
		{"company": company.RecipientID, "entryDescription": "DUES", "secCode": "WEB", "entries": []object{
			{"recipient": bo, "account": object{"routingNumber": "121042882", "accountNumber": "40001234", "accountType": "CHECKING"}, "amount": 49, "entryType": "DEBIT"},
		}},
	}}
	var made struct{ ACHFileID, Status, Delivery string }
	r.must(201, gym, "POST", "/v1/ach-files", asked, &made)
	if made.Delivery != "download" || made.Status == "" {
		t.Errorf("made %+v", made)
	}

	status, text := r.text(gym, "/v1/ach-files/"+made.ACHFileID+"/nacha")
	if status != 200 || !strings.Contains(text, "\r\n") {
		t.Fatalf("the download answers %d: %.200q", status, text)
	}
	file, err := ach.NewReader(bytes.NewReader([]byte(text))).Read()
	if err != nil {
		t.Fatal(err)
	}
	r.named(gym, made.ACHFileID, &file)
	var got []string
	for _, b := range file.Batches {
		for _, e := range b.GetEntries() {
			got = append(got, strings.Join([]string{b.GetHeader().StandardEntryClassCode, strings.TrimSpace(b.GetHeader().CompanyEntryDescription),
				strings.TrimSpace(e.DFIAccountNumber), strings.TrimSpace(e.IndividualName)}, "|"))
		}
	}
	want := []string{
		"PPD|PAYROLL|30488174411|Ada Marsh", "PPD|PAYROLL|40001234|Bo Sample", "PPD|PAYROLL|5551112222|HARBOR GYM",
		"CCD|INVOICE|90008|Keystone Linen", "WEB|DUES|40001234|Bo Sample",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the file has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c := file.Control; c.TotalCreditEntryDollarAmountInFile != 194217+10000+43200 || c.TotalDebitEntryDollarAmountInFile != 204217+4900 {
		t.Errorf("totals %+v", c)
	}

	// The file is for download, so we never send it. It cannot be deleted, and no
	// other client can read it.
	if files, _ := os.ReadDir(r.folder.Outbox()); len(files) != 0 {
		t.Errorf("the outbox has %v", files)
	}
	r.must(409, gym, "DELETE", "/v1/ach-files/"+made.ACHFileID, nil, nil)
	_, other := r.client("Rival")
	r.must(404, other, "GET", "/v1/ach-files/"+made.ACHFileID, nil, nil)
	var list []struct{ ACHFileID string }
	r.must(200, gym, "GET", "/v1/ach-files", nil, &list)
	if len(list) != 1 || list[0].ACHFileID != made.ACHFileID {
		t.Errorf("the list is %+v", list)
	}
	if _, text := r.text(gym, "/v1/ach-files/"+made.ACHFileID); strings.Contains(text, "40001234") {
		t.Errorf("an account number shows: %s", text)
	}
}

func TestAnACHProFileThatBreaksARuleNamesTheFieldAndLeavesNothing(t *testing.T) {
	r := serve(t, "", nil)
	_, gym := r.client("Harbor Gym")
	company := object{"name": "HARBOR GYM", "recipientType": "COMPANY", "companyId": "1840000017"}
	odfi := object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "UNIX"}
	good := func() object {
		return object{"recipient": object{"name": "Ada", "recipientType": "CONSUMER"}, "entryType": "CREDIT", "amount": 10.5,
			"account": object{"routingNumber": "121042882", "accountNumber": "1", "accountType": "CHECKING"}}
	}
	for name, tt := range map[string]struct {
		change func(file, batch, entry object)
		status int
		names  string
	}{
		"three decimals":          {func(_, _, e object) { e["amount"] = 1.005 }, 400, "/batches/0/entries/0/amount"},
		"a bad check digit":       {func(_, _, e object) { e["account"].(object)["routingNumber"] = "121042883" }, 400, "/batches/0/entries/0/account/routingNumber"},
		"no such recipient":       {func(_, _, e object) { e["recipient"] = strings.Repeat("A", 32) }, 400, "/batches/0/entries/0/recipient"},
		"an SEC code not allowed": {func(_, b, _ object) { b["secCode"] = "CCD" }, 422, `"/batches/0/secCode","code":"sec-code","message":"this client may not originate CCD`},
		"no such SEC code":        {func(_, b, _ object) { b["secCode"] = "XYZ" }, 400, `"/batches/0/secCode"`},
		"an IAT entry":            {func(_, b, _ object) { b["secCode"] = "IAT" }, 400, `"/batches/0/secCode"`},
		"a date a month ahead":    {func(_, b, _ object) { b["effectiveDate"] = "2030-01-15" }, 422, `"/batches/0/effectiveDate"`},
		"no description":          {func(_, b, _ object) { b["entryDescription"] = " 0" }, 400, `"/batches/0/entryDescription"`},
		"a description too long":  {func(_, b, _ object) { b["entryDescription"] = "PAYROLL NOV" }, 400, `"/batches/0/entryDescription"`},
		"letters it cannot carry": {func(_, b, _ object) { b["discretionaryData"] = "é" }, 400, `"/batches/0/discretionaryData"`},
		"too much remittance":     {func(_, _, e object) { e["addendum"] = strings.Repeat("x", 81) }, 400, `"/batches/0/entries/0/addendum"`},
		"a loan debited": {func(_, _, e object) { e["entryType"], e["account"].(object)["accountType"] = "DEBIT", "LOAN" }, 422,
			`"/batches/0/entries/0/entryType"`},
		"a credit by telephone": {func(_, b, _ object) { b["secCode"] = "TEL" }, 422, `"/batches/0/entries/0/entryType"`},
		"a name too long":       {func(_, _, e object) { e["recipient"].(object)["name"] = strings.Repeat("X", 23) }, 400, "/recipient/name"},
		"no such kind of recipient": {func(_, _, e object) { e["recipient"].(object)["recipientType"] = "CAT" }, 400,
			`"/batches/0/entries/0/recipient/recipientType"`},
		"no such delivery": {func(f, _, _ object) { f["delivery"] = "pigeon" }, 400, "/delivery"},
		"an unknown field": {func(f, _, _ object) { f["ammount"] = 1 }, 400, "ammount"},
	} {
		t.Run(name, func(t *testing.T) {
			entry := good()
			batch := object{"company": company, "entryDescription": "PAYROLL", "secCode": "PPD", "entries": []object{entry}}
			file := object{"odfi": odfi, "batches": []object{batch}}
			tt.change(file, batch, entry)
			status, text := r.post(gym, "/v1/ach-files", file)
			if status != tt.status || !strings.Contains(text, tt.names) {
				t.Errorf("%d %s; want %d naming %s", status, text, tt.status, tt.names)
			}
		})
	}
	if _, text := r.text(gym, "/v1/ach-files"); strings.TrimSpace(text) != "[]" {
		t.Errorf("files were made: %s", text)
	}
}
