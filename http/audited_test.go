package http_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// told returns the type and the person of each act in an answer.
func told(list []map[string]any) (told []string) {
	for _, row := range list {
		told = append(told, fmt.Sprint(row["type"], " by ", row["person"]))
	}
	return told
}

func TestTheAuditSaysWhoDidSawAndWasRefusedWhat(t *testing.T) {
	w, alice, bob := fourEyes(t)
	acme, reader := w.client("acme", settings()), w.credential("acme", "read", "reveal")
	id := acme.originate(proposal()).is(201).text("TransactionID")
	start := fmt.Sprint(len(w.events()))
	reader.call("GET", "/api/transaction/"+id, "").is(200)
	request := alice.asks("PATCH", "/v1/ops/clients/acme", `{"name":"Other Inc."}`)
	alice.approves(request).problem(403, "own-request")
	bob.approves(request).is(200)
	viewer := w.credentialOf("bob@lantern.example", domain.ScopeOpsRead)
	viewer.call("PUT", "/v1/ops/policy", `{"four_eyes":false}`).problem(403, "insufficient-scope")

	all := rows(viewer.call("GET", "/v1/ops/audit?after="+start, "").is(200))
	want := []string{
		"audit.account_revealed by <nil>", "approval.asked by ALICE@LANTERN.EXAMPLE", "audit.request_refused by ALICE@LANTERN.EXAMPLE",
		"approval.approved by BOB@LANTERN.EXAMPLE", "client.changed by BOB@LANTERN.EXAMPLE", "audit.request_refused by bob@lantern.example",
	}
	if got := told(all); !slices.Equal(got, want) {
		t.Errorf("the audit says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if all[4]["approval"] != request || all[2]["data"].(map[string]any)["code"] != "own-request" {
		t.Errorf("the change is %v, the refusal %v", all[4], all[2])
	}
	// A filter by a person includes the person's credentials.
	if got := told(rows(viewer.call("GET", "/v1/ops/audit?after="+start+"&actor=Bob@lantern.example", "").is(200))); !slices.Equal(got, want[3:]) {
		t.Errorf("Bob did %q", got)
	}
	if got := told(rows(viewer.call("GET", "/v1/ops/audit?after="+start+"&actor="+alice.key, "").is(200))); !slices.Equal(got, want[1:3]) {
		t.Errorf("Alice's credential did %q", got)
	}
	if got := told(rows(viewer.call("GET", "/v1/ops/audit?after="+start+"&client=acme", "").is(200))); !slices.Equal(got, []string{want[0], want[4]}) {
		t.Errorf("about the client there is %q", got)
	}
	if got := rows(viewer.call("GET", "/v1/ops/audit?limit=1", "").is(200)); len(got) != 1 {
		t.Errorf("a page of one has %d", len(got))
	}
	viewer.call("GET", "/v1/ops/audit?who=bob", "").problem(400, "invalid")

	// An export holds everything up to its request, and the log records who made it.
	export := viewer.call("GET", "/v1/ops/audit?after="+start, "", with{"Accept", "application/x-ndjson"}).is(200)
	var lines []map[string]any
	for scanner := bufio.NewScanner(bytes.NewReader(export.body)); scanner.Scan(); {
		var row map[string]any
		w.must(json.Unmarshal(scanner.Bytes(), &row))
		lines = append(lines, row)
	}
	end := lines[len(lines)-1]
	lines = lines[:len(lines)-1]
	if got := told(lines); !slices.Equal(got, want) || end["end"] != true || end["rows"] != float64(len(want)) {
		t.Errorf("the export has %q and ends with %v", got, end)
	}
	// The second export contains the event that recorded the first.
	table, err := csv.NewReader(bytes.NewReader(viewer.call("GET", "/v1/ops/audit?after="+start, "", with{"Accept", "text/csv"}).is(200).body)).ReadAll()
	w.must(err)
	if head := strings.Join(table[0], " "); head != "position time actor person type stream client request_id cause approval data" || len(table) != 1+len(want)+1+1 {
		t.Fatalf("as CSV it has %d rows below %q", len(table)-1, head)
	}
	for n, row := range lines {
		if got := table[1+n]; got[0] != fmt.Sprint(row["position"]) || got[2] != row["actor"] || got[4] != row["type"] || !json.Valid([]byte(got[10])) {
			t.Errorf("row %d is %q, and %v as a line", n, got, row)
		}
	}
	if exported, last := table[len(table)-2], table[len(table)-1]; exported[4] != "audit.exported" || last[0] != "END" || last[1] != "7" {
		t.Errorf("as CSV it ends with %q and %q", exported, last)
	}
	if last := w.audited(domain.LedgerClient); last[len(last)-1].Event.(*domain.Exported).What != "audit" {
		t.Error("nobody knows of the export")
	}
}

// A caller that is refused again and again cannot fill the log: after a limit
// refusals are only counted, and a later event has the count.
func TestRefusedRequestsDoNotFillTheLog(t *testing.T) {
	w := newWorld(t)
	viewer := w.credential(domain.LedgerClient, domain.ScopeOpsRead)
	refuse := func(n int) {
		t.Helper()
		for range n {
			viewer.call("PUT", "/v1/ops/policy", "{}").problem(403, "insufficient-scope")
		}
	}
	refuse(100)
	if got := len(w.audited(domain.LedgerClient)); got != 10 {
		t.Errorf("a hundred refused requests are %d events", got)
	}
	w.clock.Advance(time.Minute)
	refuse(2)
	got := w.audited(domain.LedgerClient)
	if e := got[len(got)-1].Event.(*domain.RequestRefused); len(got) != 11 || e.Unrecorded != 90 || e.Route != "/v1/ops/policy" {
		t.Errorf("after a minute the log has %d, the last %+v", len(got), e)
	}
}

func TestTheQueueTellsWhatWaitsAndWhatHappensIfNobodyActs(t *testing.T) {
	w, alice, bob := fourEyes(t)
	if got := rows(bob.call("GET", "/v1/ops/queue", "").is(200)); len(got) != 0 {
		t.Errorf("nothing waits, and the queue has %v", got)
	}
	acme := w.client("acme", settings())
	for range 2 {
		alice.call("POST", "/v1/ops/events/"+acme.waiting()+"/hold", `{"reason":"looks odd"}`).is(200)
	}
	since := w.clock.Now()
	w.clock.Advance(time.Hour)
	alice.asks("PATCH", "/v1/ops/clients/acme", `{"name":"Other Inc."}`)
	got := rows(bob.call("GET", "/v1/ops/queue", "").is(200))
	if len(got) != 2 || got[0]["kind"] != "held" || got[0]["count"] != 2.0 || got[0]["cents"] != 1000050.0 || got[0]["then"] == "" ||
		got[0]["oldest"] != since.UTC().Format(time.RFC3339) ||
		got[1]["kind"] != "approvals" || got[1]["count"] != 1.0 || got[1]["next_deadline"] != w.clock.Now().Add(24*time.Hour).UTC().Format(time.RFC3339) {
		t.Errorf("the queue has %v", got)
	}
	for n, want := range []string{`{"above_cents":0,"roles":["approver"],"scope":"ops:approve","two_people":true}`, `{"roles":["approver"],"scope":"ops:approve","two_people":true}`} {
		if who, _ := json.Marshal(got[n]["who"]); string(who) != want {
			t.Errorf("%s can be released by %s", got[n]["kind"], who)
		}
	}
	if got := rows(bob.call("GET", "/v1/ops/queue?kind=approvals", "").is(200)); len(got) != 1 || got[0]["kind"] != "approvals" {
		t.Errorf("of approvals there is %v", got)
	}
	bob.call("GET", "/v1/ops/queue?kind=everything", "").problem(400, "invalid")
	w.clock.Advance(25 * time.Hour)
	if got := rows(bob.call("GET", "/v1/ops/queue", "").is(200)); len(got) != 1 {
		t.Errorf("once the request has expired the queue has %v", got)
	}
}

// A link that leads to fewer than were counted says that somebody else has dealt
// with the others.
func TestTheQueueLeadsToWhatItCounts(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }) // asked for nothing
	ops := w.ops()
	w.client("acme", settings())
	reasons := []nacha.Problem{{Line: 5, Scope: nacha.InBatch, Code: nacha.ControlMismatch}}
	for id, then := range map[string][]domain.Event{
		"applied": {domain.InboundApplied{Applied: 1}},
		"whole":   {domain.InboundQuarantined{Reasons: reasons}},
		"part":    {domain.InboundQuarantined{Batches: []int{1}, Reasons: reasons}, domain.InboundApplied{Applied: 1}},
	} {
		events := append([]domain.Event{domain.InboundReceived{InboundID: id, Name: id, Source: "inbox"}}, then...)
		_, err := w.ledger.Write(t.Context(), ledger.Change{Stream: domain.InboundStream(id), Client: domain.LedgerClient, Events: events})
		w.must(err)
	}
	w.file("acme", 0, domain.FileOpened{FileID: fileID, Client: "acme", ODFI: "021214862", Why: domain.WhyUpload, Method: domain.ToOutbox},
		domain.FileCut{CreatedOn: "261117", CreatedAt: "0930", Modifier: "A"}, domain.FileDeliveryUnknown{Reason: "the server broke off"})
	_, err := w.ledger.Write(t.Context(), ledger.Change{Stream: domain.FileStream("sent"), Client: "acme", Events: []domain.Event{
		domain.FileOpened{FileID: "sent", Client: "acme", ODFI: "021214862", Why: domain.WhyUpload, Method: domain.ToOutbox},
		domain.FileCut{CreatedOn: "261117", CreatedAt: "0931", Modifier: "B"}, domain.FileDelivered{}}})
	w.must(err)
	for kind, want := range map[string]float64{"quarantine": 2, "unknown_deliveries": 1} {
		queue := rows(ops.call("GET", "/v1/ops/queue?kind="+kind, "").is(200))
		if len(queue) != 1 || queue[0]["count"] != want {
			t.Fatalf("of %s there is %v", kind, queue)
		}
		if list := rows(ops.call("GET", queue[0]["list"].(string), "").is(200)); len(list) != int(want) {
			t.Errorf("the queue counts %v of %s, and its list has %v", want, kind, list)
		}
	}
}

// A transaction is found by its client and its id, so that two clients can have one
// id: whose number is meant must be said then.
func TestANumberOfATransactionThatSeveralClientsHaveIsRevealedByClient(t *testing.T) {
	w := newWorld(t)
	w.client("acme", settings())
	w.client("other", settings())
	seer := w.credential(domain.LedgerClient, domain.ScopeOpsRead, domain.ScopeReveal)
	id := w.arrives("acme", "PPD", nacha.Entry{Name: "ADA"})
	reveal := "/v1/ops/transactions/" + id + "/reveal"
	if got := seer.call("POST", reveal, `{"reason":"a call"}`).is(200).text("client"); got != "acme" {
		t.Errorf("where one client has it, it is that of %s", got)
	}
	w.arrivesAs(id, "other", "PPD", nacha.Entry{Name: "ADA"})
	before := len(w.events())
	ambiguous := seer.call("POST", reveal, `{"reason":"a call"}`).problem(400, "invalid")
	ambiguous.has(t, `"pointer":"/client"`)
	ambiguous.has(t, "several clients have a transaction of this id")
	if strings.Contains(string(ambiguous.body), "400012345678") || len(w.events()) != before {
		t.Errorf("%d events were written, and it says %s", len(w.events())-before, ambiguous.body)
	}
	for _, client := range []string{"acme", "other"} {
		if got := seer.call("POST", reveal, `{"reason":"a call","client":"`+client+`"}`).is(200); got.text("client") != client || got.text("account_number") != "400012345678" {
			t.Errorf("of %s it says %s", client, got.body)
		}
	}
}
