package node

import (
	"os"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// paidFile pays a recipient by the id of a stored account, in an ACH Pro file that
// we deliver, and returns the id of the transaction.
func (r *running) paidFile(gym folder.Credential, odfi, recipient, account, description string) (transaction string) {
	r.t.Helper()
	var made struct {
		Batches []struct {
			Entries []struct{ TransactionID string }
		}
	}
	r.must(201, gym, "POST", "/v1/ach-files", object{"odfi": odfi, "delivery": "deliver", "batches": []object{{
		"company":          object{"name": "HARBOR GYM", "recipientType": "COMPANY", "companyId": "1840000017"},
		"entryDescription": description, "secCode": "PPD",
		"entries": []object{{"recipient": recipient, "account": account, "amount": 100, "entryType": "CREDIT"}},
	}}}, &made)
	return made.Batches[0].Entries[0].TransactionID
}

// The account of an entry in an ACH Pro file was corrected before the entry was made.
// Operations release the file, so the entry waits again, and the client refuses the
// correction. The entry leaves to the account as it then is.
func TestAnEntryThatWaitsAgainFollowsTheNameOfItsAccount(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T15:00:00Z")
	_, gym := r.client("Harbor Gym")
	var odfi struct{ ODFIID string }
	r.must(201, gym, "POST", "/v1/odfis", object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "UNIX"}, &odfi)
	var ada struct{ RecipientID string }
	r.must(201, gym, "POST", "/v1/recipients", object{"name": "Ada Marsh", "recipientType": "CONSUMER"}, &ada)
	var hers struct{ AccountID string }
	r.must(201, gym, "POST", "/v1/recipients/"+ada.RecipientID+"/accounts",
		object{"routingNumber": "121042882", "accountNumber": "30488174411", "accountType": "CHECKING"}, &hers)

	first := r.paidFile(gym, odfi.ODFIID, ada.RecipientID, hers.AccountID, "FIRST")
	r.day("2026-11-23T15:00:00Z")
	r.play(first, "correction", object{"code": "C01", "data": "999888777"})
	eventually(t, "the account is corrected", func() bool {
		_, text := r.text(gym, "/v1/recipients/"+ada.RecipientID+"/accounts/"+hers.AccountID)
		return strings.Contains(text, "8777")
	})
	r.check(os.Rename(r.folder.Outbox(), r.folder.Outbox()+".away")) // nothing can be delivered
	r.check(os.WriteFile(r.folder.Outbox(), nil, 0o600))
	second := r.paidFile(gym, odfi.ODFIID, ada.RecipientID, hers.AccountID, "SECOND")
	r.must(200, r.ops, "POST", "/v1/ops/files/"+r.files(gym)[0].ID+"/release", object{"reason": "not so soon", "then": "wait"}, nil)
	r.check(os.Remove(r.folder.Outbox()))
	r.must(201, gym, "POST", "/api/transaction/"+first+"/refusals",
		object{"ReplyToEventId": r.told(gym, first).last("Correction"), "ReasonCode": "C68"}, nil)
	r.day("2026-11-23T19:31:00Z")
	if state := r.told(gym, second).Status; state != "Transmitted" {
		t.Errorf("the second payment is %s", state)
	}
	if sent := r.outbox(); strings.Contains(sent, "622121042882999888777") || !strings.Contains(sent, "62212104288230488174411") {
		t.Errorf("what left is\n%s", sent)
	}
}
