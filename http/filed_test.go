package http_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

const fileID = "019a9b1e-0000-7000-8000-000000000009"

// cut puts an event of a transaction into a file of its own with an effective date.
// why says why that is not the date asked for.
func (w *world) cut(client, transaction, event, effectiveOn string, sendBy time.Time, why *domain.Dated) {
	w.t.Helper()
	const trace = "021214860000001"
	now, err := w.ledger.Transaction(context.Background(), client, transaction)
	w.must(err)
	_, err = w.ledger.Write(context.Background(),
		ledger.Change{Stream: domain.FileStream(fileID), Client: client, Events: []domain.Event{
			domain.FileOpened{FileID: fileID, Client: client, ODFI: "021214862", Why: "window", Method: domain.ToOutbox},
			domain.FileFilled{Count: 1, FirstTrace: trace, LastTrace: trace, Batches: []domain.FileBatch{
				{BatchHeader: nacha.BatchHeader{CompanyID: settings().CompanyIdentifications[0], SEC: "CCD", Number: 1, EffectiveOn: effectiveOn}}}},
		}},
		ledger.Change{Stream: domain.TransactionStream(client, transaction), Client: client, Expect: now.Version, Events: []domain.Event{
			domain.TransactionFiled{ItemID: event, File: fileID, Batch: 1, Trace: trace, Dated: why},
		}},
	)
	w.must(err)
	w.file(client, 2, domain.FileCut{CreatedOn: "261117", CreatedAt: "0930", Modifier: "A", SendBy: sendBy})
}

// file appends to the file's stream.
func (w *world) file(client string, version int64, events ...domain.Event) {
	w.t.Helper()
	_, err := w.ledger.Write(context.Background(), ledger.Change{Stream: domain.FileStream(fileID), Client: client, Expect: version, Events: events})
	w.must(err)
}

func TestATransactionTellsWhatItsFileSays(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	a := bank.originate(proposal("SameDay", true)).is(201)
	id, event := a.text("TransactionID"), a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	firstDeadline := calendar.NextDeadlines(tuesdayMorning, 1)[0]
	w.clock.Advance(30 * time.Minute)
	w.cut("business", id, event, "261117", firstDeadline.At, nil)

	told := func(want map[string]any) {
		t.Helper()
		got := bank.call("GET", "/api/transaction/"+id, "").is(200)
		for name, value := range want {
			if got.field(name) != value {
				t.Errorf("%s is %v, want %v", name, got.field(name), value)
			}
		}
		list := bank.call("GET", "/api/transaction/event", "").is(200).list()
		mine, _ := json.Marshal(got.field("Events").([]any)[0])
		listed, _ := json.Marshal(list[0])
		if string(mine) != string(listed) {
			t.Errorf("the list tells another story:\n%s\n%s", listed, mine)
		}
	}
	told(map[string]any{"Status": "Released", "EffectiveSameDay": true, "EffectiveEntryDate": "2026-11-17",
		"ExpectedSettlementDate": "2026-11-17", "ReturnWindowEnds": "2026-11-19", "UpdatedAt": "2026-11-17T14:30:00Z"})
	released := bank.call("GET", "/api/transaction/"+id, "").field("Events").([]any)[0].(map[string]any)
	if released["TraceNumber"] != "021214860000001" || released["FileID"] != fileID || released["EffectiveEntryDate"] != "2026-11-17" {
		t.Errorf("%v", released)
	}
	bank.call("DELETE", "/api/transaction/"+id+"/events/"+event, "").problem(409, "too-late")

	w.clock.Advance(30 * time.Minute)
	w.file("business", 3, domain.FileDelivering{Method: domain.ToOutbox}, domain.FileDelivered{})
	told(map[string]any{"Status": "Transmitted", "UpdatedAt": "2026-11-17T15:00:00Z"})
	if got := bank.call("GET", "/api/transaction/event?status=Transmitted&direction=ToFed&eventType=Origination&date=11/17/2026", "").is(200).list(); len(got) != 1 {
		t.Errorf("%d events", len(got))
	}
}

// The dates that were promised when a payment was accepted, and the reasons why the
// cut changed them, come from the log: the present time does not change them.
func TestAfterTheCutTheLogSaysWhyTheDatesAreOthers(t *testing.T) {
	const noWindow = "the last same-day deadline of 2026-11-17, 16:45 New York time, has passed"
	const past = "2026-11-17 has passed: dated again for 2026-11-19"
	const late = "the deadline at 2026-11-18 02:15 New York time had passed before the file could leave"
	var fedACH *calendar.Terms // no terms of a bank's own
	redated := domain.FileRedated{Dates: map[string]string{"261118": "261119"}, Why: late,
		SendBy: fedACH.LastDeadline(calendar.NewDate(2026, 11, 19), false, 1)}
	for name, tt := range map[string]struct {
		asked      []any
		on         string // YYMMDD, at the cut
		why        *domain.Dated
		again      []domain.Event // appended to the file after the cut
		shown      string
		notSameDay any
		moved      any
	}{
		"as it was asked for":                     {nil, "261118", nil, nil, "2026-11-18", nil, nil},
		"the same-day window passed meanwhile":    {[]any{"SameDay", true}, "261118", &domain.Dated{NotSameDayReason: noWindow}, nil, "2026-11-18", noWindow, nil},
		"the date had passed":                     {[]any{"EffectiveDate", "2026-11-17"}, "261119", &domain.Dated{MovedReason: past}, nil, "2026-11-19", nil, past},
		"the file was late":                       {nil, "261118", nil, []domain.Event{redated}, "2026-11-19", nil, late},
		"the same day was lost before, and again": {[]any{"SameDay", true}, "261118", &domain.Dated{NotSameDayReason: noWindow}, []domain.Event{redated}, "2026-11-19", noWindow, late},
		"the file was late for the same day":      {[]any{"SameDay", true}, "261118", nil, []domain.Event{redated}, "2026-11-19", late, late},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			bank := w.client("business", settings())
			a := bank.originate(proposal(tt.asked...)).is(201)
			id, event := a.text("TransactionID"), a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
			w.cut("business", id, event, tt.on, fedACH.LastDeadline(calendar.NewDate(2026, 11, 18), false, 1), tt.why)
			if tt.again != nil {
				w.file("business", 3, tt.again...)
			}
			w.clock.Advance(30 * 24 * time.Hour)
			got := bank.call("GET", "/api/transaction/"+id, "").is(200)
			if got.field("EffectiveSameDay") != false || got.text("EffectiveEntryDate") != tt.shown || got.text("ExpectedSettlementDate") != tt.shown {
				t.Errorf("want %s: %s", tt.shown, got.body)
			}
			if got.field("EffectiveSameDayReason") != tt.notSameDay || got.field("EffectiveEntryDateReason") != tt.moved {
				t.Errorf("it says %v and %v, want %v and %v", got.field("EffectiveSameDayReason"), got.field("EffectiveEntryDateReason"), tt.notSameDay, tt.moved)
			}
		})
	}
}

// A file that was given up shows with its reason and has no bytes; one that is
// being filled does not show.
func TestAFileThatWasGivenUpShowsWithItsReason(t *testing.T) {
	w := newWorld(t)
	gym, ops := w.client("gym", settings(), domain.ScopeRead, domain.ScopeReveal), w.credential(domain.LedgerClient, domain.ScopeOps)
	w.file("gym", 0, domain.FileOpened{FileID: fileID, Client: "gym", ODFI: "021214862", Why: "upload", Method: domain.ToOutbox})
	own, all := "/v1/files/"+fileID, "/v1/ops/files/"+fileID
	gym.call("GET", own, "").problem(404, "not-found")
	ops.call("GET", all, "").problem(404, "not-found")
	w.file("gym", 1, domain.FileGivenUp{Code: domain.Suspended, Reason: "the client is suspended", Then: domain.ThenReject})
	listed := func(c caller, path string) map[string]any {
		t.Helper()
		data, _ := c.call("GET", path, "").is(200).field("data").([]any)
		if len(data) != 1 {
			t.Fatalf("%s lists %v", path, data)
		}
		return data[0].(map[string]any)
	}
	for path, shown := range map[string]map[string]any{
		"/v1/files": listed(gym, "/v1/files"), "/v1/ops/files": listed(ops, "/v1/ops/files"),
		own: gym.call("GET", own, "").is(200).field().(map[string]any), all: ops.call("GET", all, "").is(200).field().(map[string]any),
	} {
		if shown["state"] != "rejected" || shown["note"] != "the client is suspended" || shown["created_at"] != "2026-11-17T14:00:00Z" {
			t.Errorf("%s shows %v", path, shown)
		}
	}
	gym.call("GET", own+"/nacha", "").problem(409, "conflict")
}

// proFiles is a server without workers that knows the transactions of a file.
type proFiles struct{ noFiles }

func (proFiles) Transactions(context.Context, string) ([]string, error) { return nil, nil }

// ACH Pro calls the states of a file by the same words.
func TestAnACHProFileStandsAsTheFileDoes(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Files = proFiles{} })
	gym := w.client("gym", settings())
	id := domain.ProfileFileID(fileID)
	asked := json.RawMessage(`{"odfi":"O","batches":[{"company":"C","entryDescription":"TEST","secCode":"PPD","entries":[{"recipient":"R","account":"A","amount":1,"entryType":"CREDIT"}]}]}`)
	_, err := w.ledger.Write(t.Context(), ledger.Change{Stream: domain.ProfileFileStream("gym", id), Client: "gym",
		Events: []domain.Event{domain.ProfileFileMade{ID: id, FileID: fileID, Asked: asked}}})
	w.must(err)
	w.file("gym", 0, domain.FileOpened{FileID: fileID, Client: "gym", ODFI: "021214862", Why: "upload", Method: domain.ToOutbox})
	w.file("gym", 1, domain.FileGivenUp{Code: domain.Suspended, Reason: "the client is suspended", Then: domain.ThenReject})
	state := gym.call("GET", "/v1/files/"+fileID, "").is(200).text("state")
	if got := gym.call("GET", "/v1/ach-files/"+id, "").is(200).text("status"); got != strings.ToUpper(state) {
		t.Errorf("it is %s here and %s there", got, state)
	}
}

// Operations see the encrypted message that the bank got instead of the rendered
// bytes.
func TestAFileTellsOperationsWhatItWasEncryptedTo(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	a := bank.originate(proposal()).is(201)
	event := a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	w.cut("business", a.text("TransactionID"), event, "261117", tuesdayMorning, nil)
	sum := bytes.Repeat([]byte{0xab}, 32)
	w.file("business", 3, domain.FileRendered{Name: "a.ach.pgp", SHA256: make([]byte, 32), Size: 940},
		domain.FileDelivering{Method: domain.ToOutbox, Temporary: ".a", Encrypted: &domain.Encrypted{SHA256: sum, Size: 812, Keys: []string{"D1C3", "05CF"}}})
	got := w.ops().call("GET", "/v1/ops/files/"+fileID, "").is(200)
	if got.text("encrypted", "sha256") != strings.Repeat("ab", 32) || got.text("sha256") != strings.Repeat("00", 32) {
		t.Errorf("it stands as %s", got.body)
	}
	if got := bank.call("GET", "/v1/files/"+fileID, "").is(200); strings.Contains(string(got.body), "encrypted") {
		t.Errorf("the client sees %s", got.body)
	}
}

// A client's own file may be dated a day on which banks are closed. The operator
// settles it on the next banking day, from which the days for returns count.
func TestATransactionDatedASaturdaySettlesOnMonday(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	a := bank.originate(proposal()).is(201)
	id, event := a.text("TransactionID"), a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
	w.cut("business", id, event, "261121", (*calendar.Terms)(nil).LastDeadline(calendar.NewDate(2026, 11, 20), false, 1), nil)
	got := bank.call("GET", "/api/transaction/"+id, "").is(200)
	for name, want := range map[string]string{"EffectiveEntryDate": "2026-11-21", "ExpectedSettlementDate": "2026-11-23", "ReturnWindowEnds": "2026-11-25"} {
		if got.text(name) != want {
			t.Errorf("%s is %s, want %s", name, got.text(name), want)
		}
	}
}
