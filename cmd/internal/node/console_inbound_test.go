package node

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

var (
	nextPage   = regexp.MustCompile(`href="([^"#]+)[^"]*" rel="next"`)
	entriesNow = regexp.MustCompile(`(?s)id="entries">.*?<tbody>(.*?)</tbody>`)
	traceOf    = regexp.MustCompile(`12104288\d{7}`)
)

// Each entry of a file from the bank is listed once, on the pages and in the CSV,
// also an entry that a person assigned to a client later.
func TestEachEntryOfABanksFileIsListedOnce(t *testing.T) {
	t.Parallel()
	const most = 1100 // more than one read of the CSV returns
	r := serve(t, "", nil)
	r.day("2026-11-23T15:00:00Z")
	gym, _ := r.client("Harbor Gym")
	batch := nacha.Batch{Header: nacha.BatchHeader{
		ServiceClass: 220, CompanyName: "ORCHARD FOODS", CompanyID: "1910000042", SEC: "PPD", Description: "PAYROLL",
		EffectiveOn: "261123", SettlementDay: "327", OriginatorStatus: "1", ODFI: "12104288", Number: 1,
	}}
	sum := int64(0)
	for n := range most {
		batch.Entries = append(batch.Entries, nacha.Entry{Code: 22, Routing: "231380104", Account: fmt.Sprint(770_000_000 + n), AmountCents: int64(100 + n), Name: "Ada Marsh",
			Trace: fmt.Sprintf("12104288%07d", n+1)})
		sum += int64(100 + n)
	}
	content, err := nacha.Render(nacha.File{Header: nacha.FileHeader{
		ImmediateDestination: "231380104", ImmediateDestinationName: "LANTERN SAVINGS BANK", ImmediateOrigin: "061000146",
		ImmediateOriginName: "FEDERAL RESERVE BANK", CreatedOn: "261123", CreatedAt: "0612", Modifier: "A",
	}, Batches: []nacha.Batch{batch}}, "\n")
	r.noError(err)
	if status := r.raw(r.ops, "/v1/ops/inbound?name=many.ach", string(content)); status != 202 {
		t.Fatalf("handing it in answers %d", status)
	}
	var in struct{ Data []struct{ ID, State string } }
	eventually(t, "the file is applied", func() bool {
		r.must(200, r.ops, "GET", "/v1/ops/inbound", nil, &in)
		return len(in.Data) == 1 && in.Data[0].State == "applied"
	})
	var queue struct{ Data []struct{ ID string } }
	r.must(200, r.ops, "GET", "/v1/ops/unmatched?limit=1", nil, &queue)
	// The form has no menu where there are too many clients for one: a name is typed.
	r.signsIn("o.reyes@lantern.example", domain.RoleOperator).
		posts("/console/do/assign/"+queue.Data[0].ID, url.Values{"client": {"Harbor Gym"}}, http.StatusSeeOther)
	var assigned struct{ Client string }
	r.must(200, r.ops, "GET", "/v1/ops/unmatched/"+queue.Data[0].ID, nil, &assigned)
	if assigned.Client != gym {
		t.Errorf("the entry is of %q, want %q", assigned.Client, gym)
	}

	person := r.signsIn("m.ortiz@lantern.example", domain.RoleViewer)
	for path, want := range map[string]int{
		"": most, "?settles=2026-11-23&bank=231380104": most, "?settles=2026-11-24": 0, "?bank=091400606": 0,
	} {
		of := listing{t, person, "/console/inbound/" + in.Data[0].ID + path}
		rows := of.rows("")
		if len(rows) != want || want > 0 && of.sum(rows, "Amount") != sum {
			t.Errorf("%s has %d entries in its CSV, want %d", of.path, len(rows), want)
		}
		if seen := person.traces(of.path); len(seen) != want {
			t.Errorf("%s has %d entries on its pages, want %d", of.path, len(seen), want)
		}
	}
	day := listing{t, person, "/console/money?day=2026-11-23"}
	if rows := day.rows(""); len(rows) != 1 || day.sum(rows, "Credits") != sum || rows[0]["Credits (detail)"] != "1,100 entries" {
		t.Errorf("of the day came %v", rows)
	}
	if response, text := person.send("GET", "/console/inbound/"+in.Data[0].ID+"?settles=soon", nil); response.StatusCode != 400 {
		t.Errorf("a day that is none answers %d: %.200s", response.StatusCode, text)
	}
}

// traces returns the trace numbers on all pages of a file from the bank.
func (v *visitor) traces(path string) (seen map[string]bool) {
	v.t.Helper()
	seen = map[string]bool{}
	for path != "" {
		_, text := v.send("GET", path, nil)
		rows := ""
		if list := entriesNow.FindStringSubmatch(text); list != nil {
			rows = list[1]
		}
		for _, trace := range traceOf.FindAllString(rows, -1) {
			if seen[trace] {
				v.t.Fatalf("%s has %s once more", path, trace)
			}
			seen[trace] = true
		}
		path = ""
		if next := nextPage.FindStringSubmatch(text); next != nil {
			path = html.UnescapeString(next[1])
		}
	}
	return seen
}
