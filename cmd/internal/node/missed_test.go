package node

import (
	"fmt"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// A client pays again to an account that a notification of change has corrected:
// every surface answers with the missed correction, also to a repeated request. Once
// the client has refused the correction no answer has it.
func TestWhoSendsAgainWhatWasCorrectedIsTold(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T15:00:00Z")
	id, gym := r.client("Harbor Gym")
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+id, object{"relationship_verification": "none"}, nil)
	pay := func(account, name string) object {
		return object{"StandardEntryClassCode": "PPD", "TransactionType": "push", "ToRouting": "121042882", "ToAccount": account,
			"ToAccountType": "checking", "ToName": name, "Description": "REFUND", "Amount": 1.25}
	}
	var first told
	r.must(201, gym, "POST", "/api/transaction", pay("770001", "Ada Marsh"), &first)
	r.day("2026-11-20T21:31:00Z")
	r.must(200, r.ops, "POST", "/v1/simulations/transactions/"+first.TransactionID+"/correction", object{"code": "C01", "data": "770009"}, nil)
	eventually(t, "the account is corrected", func() bool { return r.missed(gym, pay("770001", "probe")) != nil })

	for name, account := range map[string]string{"the corrected number": "770009", "another": "770077"} {
		if m := r.missed(gym, pay(account, "Ada Marsh")); m != nil {
			t.Errorf("%s is told of %+v", name, m)
		}
	}
	m := r.missed(gym, pay("770001", "Ada Marsh"))
	if m == nil || m.ChangeCode != "C01" || m.TransactionID != first.TransactionID || m.ToAccount != "***009" && !strings.HasSuffix(m.ToAccount, "009") {
		t.Errorf("told %+v", m)
	}
	says := func(door, answer string, n int) {
		t.Helper()
		if got := strings.Count(answer, first.TransactionID); got != n {
			t.Errorf("%s names the corrected transaction %d times, want %d: %s", door, got, n, answer)
		}
	}
	line := `{"TransactionID":"%s","StandardEntryClassCode":"PPD","TransactionType":"push","ToRouting":"121042882","ToAccount":"%s","ToAccountType":"checking","ToName":"Ada Marsh","Description":"REFUND","Amount":1.25}` + "\n"
	bulk := fmt.Sprintf(line+line, "11111111-1111-4111-8111-111111111111", "770001", "22222222-2222-4222-8222-222222222222", "770002")
	for range 2 { // a repeat gets the same answer
		_, _, answer := r.send(gym, "/api/transaction/bulk", "application/x-ndjson", "", strings.NewReader(bulk))
		says("bulk", answer, 1)
		_, _, answer = r.send(gym, "/rest/v2/ach/transactions/credit", "application/json", "v1", strings.NewReader(
			`{"amount":"1.25","routing-number":"121042882","account-number":"770001","account-type":"Checking","individual-name":"Ada Marsh","standard-entry-class-code":"PPD"}`))
		says("vault", answer, 1)
		_, _, answer = r.send(gym, "/v1/nacha", "text/plain", "n1", strings.NewReader(wageFile(t, "261124")))
		says("NACHA upload", answer, 1)
	}
	var link struct{ ID string }
	accounts := "/v1/accounts/33333333-3333-4333-8333-333333333333"
	r.must(200, gym, "POST", accounts+"/ach_relationships", object{"account_owner_name": "Ada Marsh", "bank_account_type": "CHECKING",
		"bank_account_number": "770001", "bank_routing_number": "121042882"}, &link)
	eventually(t, "the link is approved", func() bool {
		status, answer := r.text(gym, accounts+"/ach_relationships?statuses=APPROVED")
		return status == 200 && strings.Contains(answer, link.ID)
	})
	_, _, answer := r.send(gym, accounts+"/transfers", "application/json", "", strings.NewReader(
		`{"transfer_type":"ach","relationship_id":"`+link.ID+`","amount":"12.50","direction":"OUTGOING"}`))
	says("transfer", answer, 1)
	r.must(201, gym, "POST", "/v1/odfis", object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "UNIX"}, nil)
	var odfis []struct{ ODFIID string }
	r.must(200, gym, "GET", "/v1/odfis", nil, &odfis)
	_, _, answer = r.send(gym, "/v1/ach-files", "application/json", "", strings.NewReader(
		`{"odfi":"`+odfis[0].ODFIID+`","delivery":"deliver","batches":[{"company":{"name":"HARBOR GYM","recipientType":"COMPANY","companyId":"1840000017"},`+
			`"entryDescription":"REFUND","secCode":"PPD","entries":[{"recipient":{"name":"Ada Marsh","recipientType":"CONSUMER"},`+
			`"account":{"routingNumber":"121042882","accountNumber":"770001","accountType":"CHECKING"},"amount":1.00,"entryType":"CREDIT"}]}]}`))
	says("ach-file", answer, 1)

	// The list of events has it too, masked; and the client may refuse it.
	status, events := r.text(gym, "/api/transaction/event?eventType=Origination&startDate=2026-11-20&endDate=2026-11-30")
	if status != 200 || strings.Count(events, `"MissedCorrection"`) < 6 || strings.Contains(events, "770009") {
		t.Errorf("%d %s", status, events)
	}
	notice := r.told(gym, first.TransactionID).last("Correction")
	r.must(201, gym, "POST", "/api/transaction/"+first.TransactionID+"/refusals", object{"ReplyToEventId": notice, "ReasonCode": "C68"}, nil)
	if m := r.missed(gym, pay("770001", "Ada Marsh")); m != nil {
		t.Errorf("told of what was refused: %+v", m)
	}
}

// missed makes a payment and returns the missed correction in its answer.
func (r *running) missed(who folder.Credential, body object) *missedCorrection {
	r.t.Helper()
	var made struct {
		MissedCorrection *missedCorrection
		Events           []struct{ MissedCorrection *missedCorrection }
	}
	r.must(201, who, "POST", "/api/transaction", body, &made)
	if e := made.Events[0].MissedCorrection; (e == nil) != (made.MissedCorrection == nil) || e != nil && *e != *made.MissedCorrection {
		r.t.Errorf("the transaction says %+v, its event %+v", made.MissedCorrection, e)
	}
	return made.MissedCorrection
}

type missedCorrection struct{ ChangeCode, TransactionID, EventID, ToRouting, ToAccount, ToAccountType string }
