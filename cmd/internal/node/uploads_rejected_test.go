package node

import (
	"os"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// orderedFile is an ACH Pro file to Ada, for our delivery or for the client's.
func (r *running) orderedFile(gym folder.Credential, delivery string) string {
	r.t.Helper()
	return `{"odfi":{"name":"Lantern","routingNumber":"231380104","fileLineEndings":"UNIX"},"delivery":"` + delivery + `","batches":[{` +
		`"company":{"name":"HARBOR GYM","recipientType":"COMPANY","companyId":"1840000017"},` +
		`"entryDescription":"PAYROLL","secCode":"PPD","entries":[{"recipient":{"name":"Ada Marsh","recipientType":"CONSUMER"},` +
		`"account":{"routingNumber":"121042882","accountNumber":"770001","accountType":"CHECKING"},"amount":1.00,"entryType":"CREDIT"}]}]}`
}

// Operations release a file and reject its entries. A client that sends the same file
// again must not be told that the payments are under way, and its lists must work.
func TestAnOrderWhoseEntriesOperationsRejectedIsAConflictWhenItIsSentAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		path, media string
		body        func(r *running, gym folder.Credential) string
		afresh      string // what the refusal tells the client to change
	}{
		"a NACHA file": {"/v1/nacha", "text/plain", func(r *running, _ folder.Credential) string { return wageFile(r.t, "261123") }, "file ID modifier"},
		"an ACH Pro file to deliver": {"/v1/ach-files", "application/json", func(r *running, gym folder.Credential) string { return r.orderedFile(gym, "deliver") },
			"another Idempotency-Key"},
		"an ACH Pro file to download": {"/v1/ach-files", "application/json", func(r *running, gym folder.Credential) string { return r.orderedFile(gym, "download") },
			"another Idempotency-Key"},
	} {
		for _, key := range []string{"", "k1"} {
			t.Run(name+" under key "+key, func(t *testing.T) {
				r := serve(t, "", nil)
				r.day("2026-11-20T19:05:00Z")
				_, gym := r.client("Harbor Gym")
				r.check(os.RemoveAll(r.folder.Outbox()))
				r.check(os.WriteFile(r.folder.Outbox(), nil, 0o600)) // nothing can be delivered
				body := tt.body(r, gym)
				send := func() (int, string) {
					status, _, answer := r.send(gym, tt.path, tt.media, key, strings.NewReader(body))
					return status, answer
				}
				if status, answer := send(); status != 201 {
					t.Fatalf("it answers %d: %s", status, answer)
				}
				file := r.files(gym)[0].ID
				r.must(200, r.ops, "POST", "/v1/ops/files/"+file+"/release", object{"reason": "wrong month", "then": "reject", "not_carried": true}, nil)
				status, answer := send()
				for _, part := range []string{file, "wrong month", tt.afresh} {
					if status != 409 || !strings.Contains(answer, part) {
						t.Errorf("sent again it answers %d: %s", status, answer)
					}
				}
				if files := r.files(gym); len(files) != 1 || files[0].State != "released" {
					t.Errorf("the files are %+v", files)
				}
				if status, text := r.text(gym, "/v1/ach-files"); status != 200 || (tt.path == "/v1/ach-files") != strings.Contains(text, `"status":"RELEASED"`) {
					t.Errorf("the list of ACH Pro files is %d: %s", status, text)
				}
			})
		}
	}
}
