package node

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/sqlite/forge"
)

// backedUp makes a backup of a running ledger and adds the master key to it.
func (r *running) backedUp() folder.Folder {
	r.t.Helper()
	to := folder.Folder(filepath.Join(r.t.TempDir(), "restored"))
	reader, err := OpenReader(r.t.Context(), r.folder)
	r.noError(err)
	defer reader.Close()
	_, err = reader.Backup(r.t.Context(), to, func(int64, int64) {})
	r.noError(err)
	master, err := os.ReadFile(filepath.Join(r.folder.Keys(), "master"))
	r.noError(err)
	r.noError(os.WriteFile(filepath.Join(to.Keys(), "master"), master, 0o600))
	return to
}

func (r *running) noError(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// restored serves a backup, with a new credential of operations.
func restored(t *testing.T, f folder.Folder) *running {
	t.Helper()
	core, err := OpenExisting(t.Context(), f)
	if err == nil {
		_, err = core.IssueOperations(t.Context(), Nothing{})
	}
	if err == nil {
		err = core.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, f, nil)
}

// entryLine is a record of an entry: routing number with its check digit,
// account number, amount.
var entryLine = regexp.MustCompile(`(?m)^6\d\d(\d{9})(.{17})(\d{10})`)

// sent lists the entries of all files in the outbox, as account number and amount.
func (r *running) sent() (entries []string) {
	r.t.Helper()
	paths, err := filepath.Glob(filepath.Join(r.folder.Outbox(), "*.ach"))
	r.noError(err)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		r.noError(err)
		for _, m := range entryLine.FindAllStringSubmatch(string(content), -1) {
			entries = append(entries, strings.TrimSpace(m[2])+" "+strings.TrimLeft(m[3], "0"))
		}
	}
	return entries
}

// Someone who can write to a backup needs no key to exchange sealed accounts in it
// and to recompute the hash chain. The restored ledger must not pay such an account,
// and verify must name it.
func TestABackupWithExchangedAccountsPaysNobodyWrongAndVerifyNamesThem(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-24T14:40:00Z")
	gymID, gym := r.client("Harbor Gym")
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+gymID, object{"relationship_verification": "none"}, nil)

	pay := func(number string, dollars float64) (id string) {
		var made told
		r.must(201, gym, "POST", "/api/transaction", object{
			"StandardEntryClassCode": "PPD", "TransactionType": "push", "ToRouting": "121042882", "ToAccount": number,
			"ToAccountType": "checking", "ToName": "Ada Marsh", "Description": "PAYROLL", "Amount": dollars,
		}, &made)
		return made.TransactionID
	}
	ada, sam := pay("7700001001", 10.01), pay("7700001002", 10.02)

	var recipient struct{ RecipientID string }
	r.must(201, gym, "POST", "/v1/recipients", object{"name": "Ada Marsh", "recipientType": "CONSUMER"}, &recipient)
	var stored [2]struct{ AccountID string }
	var tokens [2]vaulted
	var links [2]struct{ ID, Status string }
	holder := "0c1b8ad5-5a3e-4d40-9a3c-3a0f2d6d2f1"
	for n, digit := range []string{"1", "2"} {
		r.must(201, gym, "POST", "/v1/recipients/"+recipient.RecipientID+"/accounts",
			object{"routingNumber": "121042882", "accountNumber": "770000200" + digit, "accountType": "CHECKING"}, &stored[n])
		r.must(200, gym, "POST", "/rest/v2/ach/tokens", object{"routing-number": "121042882", "account-number": "770000300" + digit,
			"account-type": "Checking", "individual-name": "Ada Marsh", "software-type": "t", "software-type-version": "1"}, &tokens[n])
	}
	link := func(who folder.Credential, holder, number string, into any) {
		r.must(200, who, "POST", "/v1/accounts/"+holder+"/ach_relationships", object{"account_owner_name": "Ada Marsh",
			"bank_account_type": "CHECKING", "bank_account_number": number, "bank_routing_number": "121042882", "nickname": "Rainy days"}, into)
	}
	for n, digit := range []string{"1", "2"} {
		link(gym, holder+digit, "770000400"+digit, &links[n])
		eventually(t, "the link is approved", func() bool {
			r.must(200, gym, "GET", "/v1/accounts/"+holder+digit+"/ach_relationships/"+links[n].ID, nil, &links[n])
			return links[n].Status == "APPROVED"
		})
	}

	backup := r.backedUp()
	r.noError(r.stop())

	var wrong []string
	for _, kind := range []string{domain.TransactionOriginated{}.Type(), domain.AccountOpened{}.Type()} {
		streams, err := forge.Exchange(string(backup), kind, "account")
		r.noError(err)
		wrong = append(wrong, streams...)
	}
	if len(wrong) != 8 {
		t.Fatalf("exchanged: %v", wrong)
	}
	ok, report := VerifyReport(t, backup)
	if ok {
		t.Error("verify finds nothing wrong")
	}
	for _, stream := range wrong {
		if !strings.Contains(report, stream) {
			t.Errorf("verify does not name %s", stream)
		}
	}
	if !strings.Contains(report, "ok    log") {
		t.Errorf("the chain was to hold:\n%s", report)
	}

	r = restored(t, backup)
	_, err := r.server.AcceptCredentials(t.Context(), Acceptance{})
	r.noError(err)
	good := pay("7700001003", 10.03)
	_, err = r.server.DeliveryOn(t.Context(), DeliveryOrder{ODFI: "231380104"})
	r.noError(err)
	for _, name := range []struct {
		path string
		body object
	}{
		{"/rest/v2/ach/transactions/credit", object{"token-id": tokens[0].Token.ID, "amount": "10.04", "individual-name": "Ada Marsh",
			"software-type": "t", "software-type-version": "1"}},
		{"/v1/accounts/" + holder + "1/transfers", object{"transfer_type": "ach", "relationship_id": links[0].ID, "amount": "10.05", "direction": "OUTGOING"}},
		{"/v1/ach-files", object{"name": "N", "delivery": "deliver", "batches": []object{{"company": object{"name": "HARBOR GYM", "recipientType": "COMPANY", "companyId": "1840000017"},
			"entryDescription": "PAYROLL", "secCode": "PPD", "entries": []object{{"recipient": recipient.RecipientID, "account": stored[0].AccountID, "amount": 10.06, "entryType": "CREDIT"}}}},
			"odfi": object{"name": "X", "routingNumber": "231380104", "fileLineEndings": "UNIX"}}},
	} {
		if status, text := r.post(gym, name.path, name.body); status != 409 || !strings.Contains(text, "not what was recorded") {
			t.Errorf("POST %s answers %d %s", name.path, status, text)
		}
	}
	for _, day := range []string{"2026-11-25T14:40:00Z", "2026-11-27T14:40:00Z"} {
		r.day(day)
	}
	if got := r.sent(); !slices.Equal(got, []string{"7700001003 1003"}) {
		t.Errorf("sent %q; %s alone was to leave", got, good)
	}
	for _, id := range []string{ada, sam} {
		if e := r.told(gym, id).Events[0]; !strings.Contains(e.Reason, "not what was recorded") {
			t.Errorf("%s waits for nobody: %+v", id, e)
		}
	}
}
