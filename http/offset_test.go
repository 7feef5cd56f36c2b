package http_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// An ACH Pro batch that cannot be balanced as it asks is refused with the field
// that is wrong, and nothing is opened for it.
func TestAnOffsetThatCannotBeMadeIsRefusedWithItsField(t *testing.T) {
	const own = `{"routingNumber":"021214862","accountNumber":"5551112222","accountType":"CHECKING"}`
	entry := func(kind, amount string) string {
		return `{"recipient":{"name":"Ada Marsh","recipientType":"CONSUMER"},"account":{"routingNumber":"121042882","accountNumber":"30488174411","accountType":"CHECKING"},"amount":` + amount + `,"entryType":"` + kind + `"}`
	}
	credit, debit := entry("CREDIT", "12.50"), entry("DEBIT", "12.50")
	for name, tt := range map[string]struct {
		bank    string // operations set it
		sec     string
		offset  string
		entries string
		status  int
		at      string
		says    string
	}{
		"the batch is balanced already":          {"", "PPD", own, credit + "," + debit, 400, "/batches/0/offsetAccount", "balanced without an offset"},
		"a loan account":                         {"", "PPD", strings.Replace(own, "CHECKING", "LOAN", 1), credit, 422, "/batches/0/offsetAccount", "R35"},
		"the bank takes no offsets":              {`"balance":"none"`, "PPD", own, credit, 422, "/batches/0/offsetAccount", "takes no batches with an offset"},
		"the bank wants one and there is none":   {`"balance":"required"`, "PPD", "", credit, 422, "/batches/0/offsetAccount", "balanced batches only"},
		"a kind of entry that is never balanced": {"", "TEL", own, debit, 422, "/batches/0/secCode", "cannot have"},
		"files of one direction":                 {`"segment":"direction"`, "PPD", own, credit, 422, "/odfi", "other direction"},
		"more than an entry can hold":            {"", "PPD", own, entry("CREDIT", "99999999.99") + "," + entry("CREDIT", "0.01"), 422, "/batches/0/entries", "several batches"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} })
			acme, ops := w.client("acme", settings()), w.ops()
			if tt.bank != "" {
				ops.call("PUT", "/v1/ops/odfis/021214862", `{"delivery":{"method":"outbox"},`+tt.bank+`}`).is(200)
			}
			odfi := acme.call("POST", "/v1/odfis", `{"name":"Cross","routingNumber":"021214862","fileLineEndings":"UNIX"}`).is(201).text("odfiId")
			offset := ""
			if tt.offset != "" {
				offset = `"offsetAccount":` + tt.offset + `,`
			}
			before := len(w.events())
			a := acme.call("POST", "/v1/ach-files", `{"odfi":"`+odfi+`","batches":[{"company":{"name":"BUSINESS INC","recipientType":"COMPANY","companyId":"1840000017"},`+
				`"entryDescription":"DUES","secCode":"`+tt.sec+`",`+offset+`"entries":[`+tt.entries+`]}]}`)
			code := map[int]domain.Code{400: domain.Invalid, 422: domain.RuleBroken}[tt.status]
			a.problem(tt.status, string(code)).names(tt.at)
			if !strings.Contains(string(a.body), tt.says) {
				t.Errorf("it says %s", a.body)
			}
			if after := len(w.events()); after != before {
				t.Errorf("%d events were written", after-before)
			}
		})
	}
}
