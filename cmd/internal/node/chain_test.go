package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// told is a transaction as the API shows it to its client.
type told struct {
	TransactionID    string
	Status           string
	ActionsAvailable []struct{ Action, EventID, Deadline string }
	Events           []eventTold
}

type eventTold struct{ EventID, EventType, Status, Direction, ReturnCode, ReturnTitle, ReplyToEventId, Reason string }

func (r *running) told(who folder.Credential, id string) (t told) {
	r.t.Helper()
	r.must(200, who, "GET", "/api/transaction/"+id, nil, &t)
	return t
}

// last is the newest event of a kind.
func (t told) last(kind string) string {
	for n := len(t.Events) - 1; n >= 0; n-- {
		if t.Events[n].EventType == kind {
			return t.Events[n].EventID
		}
	}
	return ""
}

// status is that of an event.
func (t told) status(event string) string {
	for _, e := range t.Events {
		if e.EventID == event {
			return e.Status
		}
	}
	return ""
}

func (t told) story() string {
	var b strings.Builder
	for _, e := range t.Events {
		b.WriteString(strings.TrimSpace(e.EventType+" "+e.Direction+" "+e.ReturnCode+" "+e.Status) + "\n")
	}
	return b.String()
}

func (t told) may(action string) bool {
	for _, a := range t.ActionsAvailable {
		if a.Action == action {
			return true
		}
	}
	return false
}

// day moves the sandbox's clock, which does everything that is due by then.
func (r *running) day(now string) {
	r.t.Helper()
	r.must(200, r.ops, "PUT", "/v1/simulations/clock", object{"now": now}, nil)
}

func (r *running) play(id, verb string, body object) {
	r.t.Helper()
	r.must(200, r.ops, "POST", "/v1/simulations/transactions/"+id+"/"+verb, body, nil)
}

// withDues is a server with a client, which pulled its dues before the window of 14:30.
func withDues(t *testing.T) (r *running, gym folder.Credential, id string) {
	t.Helper()
	r = serve(t, "", nil)
	r.day("2026-11-20T19:05:00Z")
	_, gym = r.client("Harbor Gym")
	var made told
	r.must(201, gym, "POST", "/api/transaction", object{
		"StandardEntryClassCode": "PPD", "TransactionType": "pull", "ToRouting": "121042882", "ToAccount": "77000001",
		"ToAccountType": "checking", "ToName": "Test Person", "Description": "DUES NOV", "Amount": 10.25,
	}, &made)
	return r, gym, made.TransactionID
}

// The longest chain of events of one payment, each step in a real file.
func TestTheWholeChainOfOnePayment(t *testing.T) {
	r, gym, id := withDues(t)

	r.day("2026-11-20T19:31:00Z") // the window of 14:30
	var files struct{ Data []struct{ ID string } }
	r.must(200, gym, "GET", "/v1/files", nil, &files)
	r.must(200, r.ops, "POST", "/v1/simulations/files/"+files.Data[0].ID+"/acknowledge", object{"result": "accepted"}, nil)

	r.day("2026-11-24T12:00:00Z")
	r.play(id, "return", object{"code": "R01"})
	state := r.told(gym, id)
	if state.Status != "Returned" || !state.may("retry") || !state.may("dishonor") {
		t.Fatalf("after R01: %+v", state)
	}
	r.must(201, gym, "POST", "/api/transaction/"+id+"/retries", object{"ReplyToEventId": state.last("Return")}, nil)
	r.day("2026-11-24T15:16:00Z") // the window of 10:15
	state = r.told(gym, id)
	if state.Status == "Returned" || !strings.Contains(r.outbox(), "RETRY PYMT") {
		t.Fatalf("after the retry: %+v\n%s", state, r.outbox())
	}

	r.day("2027-02-01T13:00:00Z") // after the sixty days for R10
	r.play(id, "return", object{"code": "R10"})
	state = r.told(gym, id)
	r.must(201, gym, "POST", "/api/transaction/"+id+"/dishonors", object{"ReplyToEventId": state.last("Return"), "ReasonCode": "R68"}, nil)
	r.must(409, gym, "POST", "/api/transaction/"+id+"/dishonors", object{"ReplyToEventId": state.last("Return"), "ReasonCode": "R67"}, nil)
	r.day("2027-02-01T15:16:00Z")

	r.day("2027-02-02T13:00:00Z")
	r.play(id, "contest", object{"code": "R73"})
	state = r.told(gym, id)
	want := `Origination ToFed  Transmitted
Return FromFed R01 Released
Retry ToFed  Transmitted
Return FromFed R10 Released
DishonoredReturn ToFed R68 Transmitted
ContestedReturn FromFed R73 Released
`
	if got := state.story(); got != want {
		t.Errorf("the story is\n%swant\n%s", got, want)
	}
	if state.Status != "Returned" || len(state.ActionsAvailable) != 0 {
		t.Errorf("a contested dishonor ends the chain: %s, %v", state.Status, state.ActionsAvailable)
	}
}

// outbox is every file that was delivered, one after the other.
func (r *running) outbox() string {
	names, _ := filepath.Glob(filepath.Join(r.folder.Outbox(), "*.ach"))
	var all strings.Builder
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			r.t.Fatal(err)
		}
		all.Write(content)
	}
	return all.String()
}

// An incoming CCD with an addenda is corrected and an incoming IAT returned;
// both answers leave in correct files.
func TestIncomingPaymentsAreAnswered(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-23T13:00:00Z")
	var opened struct{ Credential folder.Credential }
	r.must(201, r.ops, "POST", "/v1/ops/clients", object{
		"name": "Harbor Gym", "company_name": "HARBOR GYM", "company_identifications": []string{"1840000017"},
		"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD"}, "receiving_accounts": []string{"400*", "6000*"},
		"file": object{"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK"},
	}, &opened)
	gym := opened.Credential
	for _, vector := range []string{"06-in-ccd-debit-addenda05.ach", "07-in-iat-credit.ach"} {
		content, err := os.ReadFile(filepath.Join("../../../domain/nacha/testdata/vectors", vector))
		if err != nil {
			t.Fatal(err)
		}
		if status := r.raw(r.ops, "/v1/ops/inbound", string(content)); status != 202 {
			t.Fatalf("%s answers %d", vector, status)
		}
	}
	var events []struct{ TransactionID, EventID, EventType, Direction string }
	eventually(t, "both payments are applied", func() bool {
		events = nil
		r.must(200, gym, "GET", "/api/transaction/event?direction=FromFed", nil, &events)
		return len(events) == 2
	})
	byRouting := map[string]int{}
	for n, e := range events {
		_, text := r.text(gym, "/api/transaction/"+e.TransactionID)
		if strings.Contains(text, "NORTH SENDER") {
			byRouting["iat"] = n
		} else {
			byRouting["ccd"] = n
		}
	}
	ccd, iat := events[byRouting["ccd"]], events[byRouting["iat"]]
	r.must(201, gym, "POST", "/api/transaction/"+ccd.TransactionID+"/corrections",
		object{"ReplyToEventId": ccd.EventID, "ChangeCode": "C01", "CorrectedData": "600099998888"}, nil)
	r.must(201, gym, "POST", "/api/transaction/"+iat.TransactionID+"/returns",
		object{"ReplyToEventId": iat.EventID, "ReturnCode": "R03"}, nil)
	r.must(200, gym, "POST", "/api/transaction/"+iat.TransactionID+"/returns",
		object{"ReplyToEventId": iat.EventID, "ReturnCode": "R03"}, nil)
	r.day("2026-11-23T15:16:00Z")

	sent := r.outbox()
	for _, want := range []string{"798C01121042880000081", "600099998888", "799R03091400600000091", "710MIS", "716SCRANTON"} {
		if !strings.Contains(sent, want) {
			t.Errorf("the files have no %q:\n%s", want, sent)
		}
	}
	for _, line := range strings.Split(sent, "\n") {
		if strings.HasPrefix(line, "717") || strings.HasPrefix(line, "718") || strings.HasPrefix(line, "705") {
			t.Errorf("addenda of the original went back: %s", line)
		}
	}
}
