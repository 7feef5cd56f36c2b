package node

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

var wayOn = regexp.MustCompile(`(?s)<div class="next">(.*?)</div>`)

// After each decision the page leads to what comes next in the queue, and says what
// is left of it.
func TestAQueueIsWorkedWithoutGoingBackToIt(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	person := day.signsIn("m.ortiz@lantern.example", domain.RoleApprover)
	person.posts("/console/do/hold/"+day.dinerSecond, url.Values{"reason": {"a look at it"}}, http.StatusSeeOther)
	first, second := "/console/transactions/"+day.diner+"/"+day.held, "/console/transactions/"+day.diner+"/"+day.waits
	way := func(path string) string {
		t.Helper()
		_, text := person.send("GET", path, nil)
		if found := wayOn.FindStringSubmatch(text); found != nil {
			return found[1]
		}
		t.Fatalf("%s says no way on: %s", path, text)
		return ""
	}

	to := person.posts("/console/do/approve/"+day.heldEvent, url.Values{"reason": {"invoice seen"}, "back": {first}}, http.StatusSeeOther)
	if on := way(to); !strings.Contains(on, `<a href="`+second+`">Cook Two, $2,280.17</a>`) || !strings.Contains(on, ">Held</a>: 1 item.") {
		t.Errorf("after the first of two: %s", on)
	}
	to = person.posts("/console/do/reject/"+day.dinerSecond, url.Values{"reason": {"not ours"}, "back": {second + "?done=hold"}}, http.StatusSeeOther)
	if on := way(to); strings.Contains(on, "Next") || !strings.Contains(on, ">Held</a>: 0 items.") {
		t.Errorf("after the last: %s", on)
	}
	to = person.posts("/console/do/dismiss/"+day.unmatchedRow, url.Values{"reason": {"not ours"}, "back": {"/console/unmatched/" + day.unmatchedRow}}, http.StatusSeeOther)
	if on := way(to); !strings.Contains(on, `href="/console/queues/unmatched"`) {
		t.Errorf("after an unmatched entry: %s", on)
	}
}

// What was asked for is not said again when something else is done.
func TestAPageSaysOnlyWhatWasDoneLast(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	day.asks()
	person, page := day.signsIn("m.ortiz@lantern.example", domain.RoleApprover), "/console/transactions/"+day.diner+"/"+day.waits
	asked := page + "?done=asked&asked=" + day.request + "&of=approve"
	_, text := person.send("GET", asked, nil)
	if back := hiddenIn(text).Get("back"); !strings.Contains(text, "See the request") || back != page {
		t.Errorf("after asking, forms lead back to %s", back)
	}
	person.sees("/console/queues/held", "asked for by p.quill<", `href="/console/approvals/`+day.request)
}

// The second person reads what would change, in words.
func TestTheSecondPersonSeesWhatWouldChange(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	client, _ := r.client("Harbor Gym")
	admin := r.signsIn("a.bell@lantern.example", domain.RoleAdmin)
	approver := r.signsIn("m.ortiz@lantern.example", domain.RoleApprover)
	r.signsIn("p.quill@lantern.example", domain.RoleApprover)
	r.must(200, r.ops, "PUT", "/v1/ops/policy", object{"four_eyes": true, "reason": "a start"}, nil)
	for path, tt := range map[string]struct {
		form url.Values
		says []string
	}{
		"change-client/" + client: {url.Values{"settings": {`{"name": "Harbor Gym East", "limits": [{"direction": "credit", "per": "settlement_date", "cents": 1250000, "action": "hold"}]}`}},
			[]string{"Change a client", "Name: Harbor Gym East instead of Harbor Gym", "$12,500.00; entries above it are held"}},
		"configure-bank/231380104": {url.Values{"settings": {`{"delivery": {"method": "outbox"}, "max_entries_per_file": 200}`}},
			[]string{"Set up a bank", "Max entries per file: 200", "Delivery method: outbox"}},
		"policy/ledger": {url.Values{"four_eyes": {"true"}, "release_above_cents": {"700.00"}, "reason": {"small ones"}},
			[]string{"Change the policy", "Release above: $700.00 instead of $0.00", "small ones"}},
		"change-person/m.ortiz@lantern.example": {url.Values{"name": {"Maria Ortiz"}, "roles": {"approver", "revealer"}, "reason": {"new duties"}},
			[]string{"Add or change a person", `revealer`, "instead of", "new duties"}},
		"issue-credential/" + client: {url.Values{"scopes": {"read", "reveal"}, "name": {"the till"}},
			[]string{"Issue a credential", "Scopes: read, reveal", "Name: the till"}},
	} {
		t.Run(path, func(t *testing.T) {
			tt.form.Set("once", uuid.NewString())
			response, text := admin.send("POST", "/console/do/"+path, tt.form)
			to, _ := url.Parse(response.Header.Get("Location"))
			request := to.Query().Get("asked")
			if request == "" { // the page with the credential names it
				_, request, _ = strings.Cut(text, `href="/console/approvals/`)
				request, _, _ = strings.Cut(request, `"`)
			}
			approver.sees("/console/approvals/"+request, tt.says...)
		})
	}
}

// The filter of the requests that a person can decide finds them behind any number
// of its own.
func TestRequestsToDecideAreFoundBehindOnesOwn(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	admin := r.signsIn("a.bell@lantern.example", domain.RoleAdmin, domain.RoleApprover)
	other := r.signsIn("m.ortiz@lantern.example", domain.RoleAdmin, domain.RoleApprover)
	r.must(200, r.ops, "PUT", "/v1/ops/policy", object{"four_eyes": true}, nil)
	asks := func(who *visitor, email string) {
		who.posts("/console/do/add-person/new", url.Values{"email": {email}, "roles": {"viewer"}, "reason": {"a test"}}, http.StatusSeeOther)
	}
	asks(other, "first@lantern.example")
	for n := range 51 {
		asks(admin, fmt.Sprintf("v%d@lantern.example", n))
	}
	admin.sees("/console/queues/approvals?by=others", "first@lantern.example", "m.ortiz@lantern.example")
}

// Every answer that must leave today is in the queue, also beyond its first page.
func TestEveryAnswerDueTodayIsListed(t *testing.T) {
	t.Parallel()
	const most = 53
	r := serve(t, "", nil)
	r.day("2026-11-23T15:00:00Z")
	r.client("Harbor Gym")
	batch := nacha.Batch{Header: nacha.BatchHeader{
		ServiceClass: 220, CompanyName: "ORCHARD FOODS", CompanyID: "1910000042", SEC: "PPD", Description: "PAYROLL",
		EffectiveOn: "261123", SettlementDay: "327", OriginatorStatus: "1", ODFI: "12104288", Number: 1,
	}}
	for n := range most {
		batch.Entries = append(batch.Entries, nacha.Entry{Code: 22, Routing: "231380104", Account: fmt.Sprint(770_000_000 + n), AmountCents: 100, Name: "Ada Marsh", Trace: fmt.Sprintf("12104288%07d", n+1)})
	}
	content, err := nacha.Render(nacha.File{Header: nacha.FileHeader{
		ImmediateDestination: "231380104", ImmediateDestinationName: "LANTERN SAVINGS BANK", ImmediateOrigin: "061000146",
		ImmediateOriginName: "FEDERAL RESERVE BANK", CreatedOn: "261123", CreatedAt: "0612", Modifier: "A",
	}, Batches: []nacha.Batch{batch}}, "\n")
	r.noError(err)
	if status := r.raw(r.ops, "/v1/ops/inbound?name=many.ach", string(content)); status != http.StatusAccepted {
		t.Fatalf("handing it in answers %d", status)
	}
	var queue struct{ Data []struct{ ID string } }
	eventually(t, "its entries are in the queue", func() bool {
		r.must(200, r.ops, "GET", "/v1/ops/unmatched?limit=100", nil, &queue)
		return len(queue.Data) == most
	})
	r.day("2026-11-25T05:10:00Z") // the last night in which they may be returned, until 02:15
	for _, one := range queue.Data {
		r.must(200, r.ops, "POST", "/v1/ops/unmatched/"+one.ID+"/return", object{"code": "R03"}, nil)
	}
	person := r.signsIn("m.ortiz@lantern.example", domain.RoleViewer)
	listed, path := map[string]bool{}, "/console/queues/answers"
	for path != "" {
		_, text := person.send("GET", path, nil)
		for _, found := range regexp.MustCompile(`<code title="([0-9a-f-]{36})">`).FindAllStringSubmatch(text, -1) {
			listed[found[1]] = true
		}
		path = ""
		if next := nextPage.FindStringSubmatch(text); next != nil {
			path = strings.ReplaceAll(next[1], "&amp;", "&")
		}
	}
	if len(listed) != most {
		t.Errorf("%d of %d answers are listed", len(listed), most)
	}
	if rows := (listing{t, person, "/console/queues/answers"}).rows(""); len(rows) != most {
		t.Errorf("the CSV has %d of %d", len(rows), most)
	}
	if response, _ := person.send("GET", "/console/queues/answers?cursor=x", nil); response.StatusCode != http.StatusBadRequest {
		t.Errorf("a cursor that is none answers %d", response.StatusCode)
	}
}
