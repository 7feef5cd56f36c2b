package http_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// lines returns the rows of an export, after checking that its last line counts
// them.
func lines(a *answer) (list []map[string]any) {
	a.t.Helper()
	if got := a.header.Get("Content-Type"); got != "application/x-ndjson" {
		a.t.Errorf("%s: content type %q", a.asked, got)
	}
	all := strings.Split(strings.TrimSuffix(string(a.body), "\n"), "\n")
	for _, line := range all {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			a.t.Fatalf("%s: %v in %s", a.asked, err, line)
		}
		list = append(list, row)
	}
	if end := list[len(list)-1]; end["end"] != true || end["rows"] != float64(len(list)-1) {
		a.t.Errorf("%s: ends with %v behind %d lines", a.asked, end, len(list)-1)
	}
	return list[:len(list)-1]
}

// records returns the rows of a CSV, and the index of each column by its name in
// the first line. The last line must mark the end.
func records(a *answer) (columns map[string]int, list [][]string) {
	a.t.Helper()
	all, err := csv.NewReader(strings.NewReader(string(a.body))).ReadAll()
	if err != nil {
		a.t.Fatalf("%s: %v\n%s", a.asked, err, a.body)
	}
	columns = map[string]int{}
	for i, name := range all[0] {
		columns[name] = i
	}
	if end := all[len(all)-1]; end[0] != "END" || end[1] != fmt.Sprint(len(all)-2) {
		a.t.Errorf("%s: ends with %v behind %d records", a.asked, end, len(all)-2)
	}
	return columns, all[1 : len(all)-1]
}

var (
	asLines = with{"Accept", "application/x-ndjson"}
	asCSV   = with{"Accept", "text/csv"}
)

func TestListsAreTakenOutWhole(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }) // with the bank's routes
	bank, ops := w.client("business", settings()), w.credential("_ledger", "ops:read")
	w.client("harbor", settings()).originate(proposal()).is(201)
	const many = 7
	for n := range many {
		bank.originate(proposal("ToName", fmt.Sprint("=cmd ", n))).is(201)
	}
	for _, tt := range []struct {
		who        caller
		path, what string
		rows       int
	}{
		{bank, "/v1/transactions", "transactions", many},
		{bank, "/v1/transactions?name=cmd&max=5000.25", "transactions", many},
		{bank, "/v1/transactions?name=nobody", "transactions", 0},
		{ops, "/v1/ops/transactions", "transactions", many + 1},
		{ops, "/v1/ops/transactions?client=business", "transactions", many},
		{bank, "/v1/events?type=transaction.originated", "events", many},
		{bank, "/v1/returns", "returns", 0},
		{bank, "/v1/nocs", "nocs", 0},
		{ops, "/v1/ops/settlements?from=2026-11-01&to=2026-11-30", "settlements", 0},
	} {
		if got := len(lines(tt.who.call("GET", tt.path, "", asLines).is(200))); got != tt.rows {
			t.Errorf("%s: %d lines, want %d", tt.path, got, tt.rows)
		}
		columns, list := records(tt.who.call("GET", tt.path, "", asCSV).is(200))
		if len(list) != tt.rows {
			t.Errorf("%s: %d records, want %d", tt.path, len(list), tt.rows)
		}
		for _, r := range list {
			if name, ok := columns["name"]; ok && strings.HasPrefix(r[name], "=") {
				t.Errorf("%s: a spreadsheet would run %q", tt.path, r[name])
			}
		}
		last := w.events()[len(w.events())-1]
		var e domain.Exported
		w.must(json.Unmarshal(last.Data, &e))
		if last.Type != "audit.exported" || e.What != tt.what {
			t.Errorf("%s: the newest event is %s %s", tt.path, last.Type, last.Data)
		}
		before := "?"
		if strings.Contains(tt.path, "?") {
			before = "&"
		}
		tt.who.call("GET", tt.path+before+"limit=3", "", asCSV).problem(400, "invalid").names("/limit")
	}
	columns, list := records(bank.call("GET", "/v1/transactions", "", asCSV).is(200))
	if got := list[0][columns["account"]]; got != "*****9999" {
		t.Errorf("an account number is exported as %s", got)
	}
}

func TestAClientsDayIsAStatement(t *testing.T) {
	w := newWorld(t)
	bank, ops := w.client("business", settings()), w.credential("_ledger", "ops:read")
	w.client("harbor", settings()).originate(proposal()).is(201)
	a := bank.originate(proposal("Amount", json.Number("49.00"))).is(201)
	id, event := a.text("TransactionID"), a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	b := bank.originate(proposal("TransactionType", "pull", "Amount", json.Number("1.00"))).is(201)
	bank.call("DELETE", "/api/transaction/"+b.text("TransactionID")+"/events/"+b.field("Events").([]any)[0].(map[string]any)["EventID"].(string), "").is(200)
	w.cut("business", id, event, "261117", tuesdayMorning, nil)
	w.file("business", 3, domain.FileRendered{Name: "X.ach", SHA256: make([]byte, 32), Size: 940}, domain.FileDelivering{}, domain.FileDelivered{})

	for who, path := range map[caller]string{bank: "/v1/statement", ops: "/v1/ops/clients/business/statement"} {
		day := who.call("GET", path, "").is(200)
		var s struct {
			Client, Date string
			Lines        []map[string]any
			Totals       []map[string]any
			Files        []map[string]any
			Settles      map[string]struct{ Entries, Cents int }
		}
		w.must(json.Unmarshal(day.body, &s))
		if s.Client != "business" || s.Date != "2026-11-17" || len(s.Lines) != 2 || s.Lines[0]["status"] != "Transmitted" || s.Lines[1]["status"] != "Recalled" {
			t.Errorf("%s", day.body)
		}
		if len(s.Totals) != 2 || s.Totals[1]["cents"] != 4900.0 || len(s.Files) != 1 || s.Settles["credits"].Cents != 4900 {
			t.Errorf("totals %v, files %v, settles %v", s.Totals, s.Files, s.Settles)
		}
		if n := len(lines(who.call("GET", path+"?date=2026-11-17", "", asLines).is(200))); n != 2 {
			t.Errorf("%d lines", n)
		}
		if _, list := records(who.call("GET", path+"?date=2026-11-16", "", asCSV).is(200)); len(list) > 0 {
			t.Errorf("the day before has %v", list)
		}
		who.call("GET", path+"?date=x", "").problem(400, "invalid").names("/date")
	}
	ops.call("GET", "/v1/ops/clients/nobody/statement", "").problem(404, "not-found")
}

func TestTheBoundsOfAnExportAreOfAnExportOnly(t *testing.T) {
	ops := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }).credential("_ledger", "ops:read")
	for _, query := range []string{"from=2026-11-01", "to=2026-11-30"} {
		ops.call("GET", "/v1/ops/settlements?"+query, "").problem(400, "invalid").names("/" + query[:strings.Index(query, "=")])
	}
}

// The days around the first and the last that can be written cannot be.
func TestADayAtTheEndOfTheCalendarIsRefused(t *testing.T) {
	ops := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }).credential("_ledger", "ops:read")
	for _, day := range []string{"0001-01-01", "9999-12-31"} {
		ops.call("GET", "/v1/ops/settlements?date="+day, "").problem(400, "invalid").names("/date")
		ops.call("GET", "/v1/ops/settlements?from="+day, "", asLines).problem(400, "invalid").names("/from")
	}
	for _, day := range []string{"1900-01-01", "2999-12-31"} {
		ops.call("GET", "/v1/ops/settlements?date="+day, "").is(200)
	}
}
