package node

import (
	"encoding/json"
	"strings"
	"testing"
)

// A company that pays wages sends a file of its own with descriptions other than
// PAYROLL. The answer, the answer to a repeat, and each entry have a warning.
func TestAClientIsToldOfTheDescriptionsInItsOwnFiles(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T15:00:00Z")
	id, gym := r.client("Harbor Gym")
	rule := func(on string) object {
		return object{"descriptions": on, "companies": []object{{"identification": "1840000017", "pays_wages": true}}}
	}
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+id, rule("warn"), nil)
	const says = `company 1840000017 pays wages, and a PPD credit described`
	file := func(description string) string {
		return strings.Replace(wageFile(t, "261124"), "PAYROLL   ", description, 1)
	}
	warned := func(door, answer string, n int) {
		t.Helper()
		if got := strings.Count(answer, says); got != n {
			t.Errorf("%s says it %d times, want %d: %s", door, got, n, answer)
		}
	}
	type uploaded struct {
		Transactions []string
		Warnings     []struct {
			ID string `json:"transaction_id"`
		} `json:"description_warnings"`
	}
	var first uploaded
	status, _, answer := r.send(gym, "/v1/nacha", "text/plain", "", strings.NewReader(file("BONUS 11  ")))
	if status != 201 {
		t.Fatalf("%d %s", status, answer)
	}
	r.check(json.Unmarshal([]byte(answer), &first))
	warned("an upload", answer, 1)
	if len(first.Warnings) != 1 || first.Warnings[0].ID != first.Transactions[0] {
		t.Errorf("%+v", first)
	}
	_, _, answer = r.send(gym, "/v1/nacha", "text/plain", "", strings.NewReader(file("BONUS 11  ")))
	warned("the same again", answer, 1)
	_, answer = r.text(gym, "/api/transaction/"+first.Transactions[0])
	warned("its entry", answer, 1)
	_, answer = r.text(gym, "/v1/events?type=file.filled")
	if !strings.Contains(answer, `"misdescribed":["`+first.Transactions[0]+`"]`) {
		t.Errorf("the log says %s", answer)
	}
	_, _, answer = r.send(gym, "/v1/nacha", "text/plain", "", strings.NewReader(wageFile(t, "261124")))
	warned("PAYROLL", answer, 0)

	var odfi struct{ ODFIID string }
	r.must(201, gym, "POST", "/v1/odfis", object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "UNIX"}, &odfi)
	batch := func(description string) string {
		return `{"company":{"name":"HARBOR GYM","recipientType":"COMPANY","companyId":"1840000017"},"entryDescription":"` + description + `","secCode":"PPD",` +
			`"descriptionWarning":"sent","entries":[{"recipient":{"name":"Ada Marsh","recipientType":"CONSUMER"},` +
			`"account":{"routingNumber":"121042882","accountNumber":"770001","accountType":"CHECKING"},"amount":1.00,"entryType":"CREDIT"}]}`
	}
	body := `{"odfi":"` + odfi.ODFIID + `","batches":[` + batch("PAYROLL") + "," + batch("SALARY 11") + `]}`
	var made struct {
		ACHFileID string
		Batches   []struct{ DescriptionWarning string }
	}
	status, _, answer = r.send(gym, "/v1/ach-files", "application/json", "", strings.NewReader(body))
	if status != 201 {
		t.Fatalf("%d %s", status, answer)
	}
	r.check(json.Unmarshal([]byte(answer), &made))
	if len(made.Batches) != 2 || made.Batches[0].DescriptionWarning != "" || !strings.Contains(made.Batches[1].DescriptionWarning, says) {
		t.Errorf("the batches say %+v", made.Batches)
	}
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+id, rule(""), nil)
	_, answer = r.text(gym, "/v1/ach-files/"+made.ACHFileID) // the warning is read from the log
	warned("the file when the rule is gone", answer, 1)
	_, _, answer = r.send(gym, "/v1/nacha", "text/plain", "", strings.NewReader(file("WAGES     ")))
	warned("without the rule", answer, 0)
}
