package node

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// stuckFile makes a cut file of a client's waiting payments that cannot be rendered:
// its header has a character that no file may have. Its trace numbers begin at 1.
func (r *running) stuckFile(client string, payments ...told) string {
	r.t.Helper()
	const id, odfi, origin = "019a9b1e-0000-7000-8000-00000000000f", "231380104", "231380104"
	batch := domain.FileBatch{BatchHeader: nacha.BatchHeader{
		Number: 1, ServiceClass: 220, SEC: "PPD", CompanyName: "HARBOR GYM", CompanyID: "1840000017", Description: "PAYROLL",
		EffectiveOn: "261123", OriginatorStatus: "1", ODFI: odfi[:8],
	}}
	totals := nacha.Totals{Batches: 1, Entries: len(payments), EntryHash: int64(len(payments)) * 12104288, CreditCents: int64(len(payments)) * 1234}
	trace := func(n int) string { return fmt.Sprintf("%s%07d", odfi[:8], n) }
	opened := domain.FileOpened{FileID: id, Client: client, ODFI: odfi, Why: "window", Method: domain.ToOutbox, Settings: domain.FileSettings{
		ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK", ImmediateOrigin: origin, ImmediateOriginName: "LANTERN\x01",
	}}
	filled := domain.FileFilled{Count: len(payments), FirstTrace: trace(1), LastTrace: trace(len(payments)), Batches: []domain.FileBatch{batch}}
	changes := []ledger.Change{
		{Stream: domain.FileStream(id), Client: client, Events: []domain.Event{opened, filled}},
		{Stream: domain.TraceStream(odfi[:8]), Client: domain.LedgerClient, Events: []domain.Event{domain.TracesTaken{First: 1, Last: len(payments), On: "2026-11-20"}}},
	}
	for n, p := range payments {
		changes = append(changes, ledger.Change{
			Stream: domain.TransactionStream(client, p.TransactionID), Client: client, Expect: 1,
			Events: []domain.Event{domain.TransactionFiled{ItemID: p.last("Origination"), File: id, Batch: 1, Trace: trace(n + 1)}},
		})
	}
	changes = append(changes,
		ledger.Change{Stream: domain.FileStream(id), Client: client, Expect: 2, Events: []domain.Event{domain.FileCut{
			Totals: totals, CreatedOn: "261120", CreatedAt: "1430", Modifier: "A", SendBy: r.server.Ledger.Now(),
		}}},
		ledger.Change{Stream: domain.OriginStream(origin), Client: domain.LedgerClient,
			Events: []domain.Event{domain.ModifierTaken{Date: "261120", Time: "1430", Modifier: "A"}}},
	)
	if _, err := r.server.Ledger.Write(r.t.Context(), changes...); err != nil {
		r.t.Fatal(err)
	}
	return id
}

// shownFile is a file as the API shows it.
type shownFile struct{ ID, Client, State, Note string }

func (r *running) file(who folder.Credential, path string) (f shownFile) {
	r.t.Helper()
	r.must(200, who, "GET", path, nil, &f)
	return f
}

// The payments of a file that cannot be rendered neither leave nor can be recalled.
// Once operations release the file, they leave at the next window.
func TestAFileThatIsCutForEverIsReleasedByOperations(t *testing.T) {
	for then, want := range map[string]string{"wait": "Transmitted", "reject": "Rejected"} {
		t.Run(then, func(t *testing.T) {
			r := serve(t, "", nil)
			r.day("2026-11-20T19:05:00Z")
			client, gym := r.client("Harbor Gym")
			var payments []told
			for range 2 {
				status, id := r.pay(gym)
				if status != 201 {
					t.Fatalf("a payment answers %d", status)
				}
				payments = append(payments, r.told(gym, id))
			}
			file := r.stuckFile(client, payments...)
			for _, now := range []string{"2026-11-20T19:31:00Z", "2026-11-23T15:16:00Z"} {
				_ = r.call(r.ops, "PUT", "/v1/simulations/clock", object{"now": now}, nil) // the answer is an error, since delivery fails
				if f := r.file(gym, "/v1/files/"+file); f.State != "cut" {
					t.Fatalf("at %s the file is %s", now, f.State)
				}
			}
			first := payments[0]
			event := "/api/transaction/" + first.TransactionID + "/events/" + first.last("Origination")
			r.must(409, gym, "DELETE", event, nil, nil)

			release := "/v1/ops/files/" + file + "/release"
			r.must(403, gym, "POST", release, object{"reason": "wrong origin", "then": then}, nil)
			r.must(400, r.ops, "POST", release, object{"then": then}, nil)
			r.must(400, r.ops, "POST", release, object{"reason": "wrong origin", "then": "perhaps"}, nil)
			r.must(404, r.ops, "POST", "/v1/ops/files/nothing/release", object{"reason": "wrong origin", "then": then}, nil)
			for range 2 {
				var f shownFile
				r.must(200, r.ops, "POST", release, object{"reason": "wrong origin", "then": then}, &f)
				if f.State != "released" || f.Client != client || f.Note != "wrong origin" {
					t.Errorf("released it is %+v", f)
				}
			}
			r.released(client, gym, file, first.TransactionID)

			r.day("2026-11-23T19:31:00Z")
			for _, p := range payments {
				if got := r.told(gym, p.TransactionID); got.Status != want {
					t.Errorf("the payment is %s, want %s", got.Status, want)
				}
			}
			if sent := strings.Count(r.outbox(), "Ada Marsh"); then == "wait" && sent != 2 || then == "reject" && sent != 0 {
				t.Errorf("%d entries left", sent)
			}
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			VerifyFolder(t, r.folder)
		})
	}
}

// released looks at a released file from every side.
func (r *running) released(client string, gym folder.Credential, file, payment string) {
	r.t.Helper()
	for _, path := range []string{"/v1/ops/files?client=" + client, "/v1/ops/files", "/v1/files"} {
		who := r.ops
		if path == "/v1/files" {
			who = gym
		}
		var list struct{ Data []shownFile }
		r.must(200, who, "GET", path, nil, &list)
		if !slices.ContainsFunc(list.Data, func(f shownFile) bool { return f.ID == file && f.State == "released" }) {
			r.t.Errorf("%s says %+v", path, list.Data)
		}
	}
	if t := r.told(gym, payment); t.Status == "Pending" != t.may("recall") {
		r.t.Errorf("the payment is %+v", t)
	}
	_, text := r.text(gym, "/api/transaction/"+payment)
	if !strings.Contains(text, `"Reason":"wrong origin"`) {
		r.t.Errorf("the client does not read why: %s", text)
	}
	var feed struct{ Data []struct{ Type string } }
	r.must(200, gym, "GET", "/v1/events?type=file.release_ordered", nil, &feed)
	if len(feed.Data) != 1 {
		r.t.Errorf("%d orders in the feed", len(feed.Data))
	}
	var money struct{ Data []object }
	r.must(200, r.ops, "GET", "/v1/ops/settlements?date=2026-11-23", nil, &money)
	if len(money.Data) != 0 {
		r.t.Errorf("it settles %v", money.Data)
	}
}

// acknowledge plays the operator's answer.
func (r *running) acknowledge(file, result string) {
	r.t.Helper()
	r.must(200, r.ops, "POST", "/v1/simulations/files/"+file+"/acknowledge", object{"result": result}, nil)
}

// files are the client's, newest first.
func (r *running) files(who folder.Credential) (files []shownFile) {
	r.t.Helper()
	var list struct{ Data []shownFile }
	r.must(200, who, "GET", "/v1/files", nil, &list)
	return list.Data
}

// The operator rejects every file of a company. Its payments are sent once more, at
// the next window, and are then held for a person.
func TestWhatTheOperatorRefusesLeavesOnceMoreAndThenWaitsForAPerson(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T19:05:00Z")
	_, gym := r.client("Harbor Gym")
	_, id := r.pay(gym)
	for n, window := range []string{"2026-11-20T19:30:00Z", "2026-11-20T21:30:00Z"} {
		r.day(window)
		files := r.files(gym)
		if len(files) != n+1 || files[0].State != "delivered" {
			t.Fatalf("at %s the files are %+v", window, files)
		}
		r.acknowledge(files[0].ID, "rejected")
		r.must(200, r.ops, "PUT", "/v1/simulations/clock", object{"advance": "1m"}, nil)
		if now := r.files(gym); len(now) != n+1 {
			t.Fatalf("a minute later the files are %+v", now)
		}
	}
	r.day("2026-11-23T15:16:00Z")
	if files := r.files(gym); len(files) != 2 {
		t.Fatalf("refused twice it left again: %+v", files)
	}
	payment := r.told(gym, id)
	if _, text := r.text(gym, "/api/transaction/"+id); payment.Status != "Pending" || !payment.may("recall") ||
		!strings.Contains(text, "the operator refused it 2 times: rejected by the simulated operator") {
		t.Errorf("the payment says %s", text)
	}
	r.must(200, r.ops, "POST", "/v1/ops/events/"+payment.last("Origination")+"/approve", object{"reason": "name cleared"}, nil)
	r.must(200, r.ops, "PUT", "/v1/simulations/clock", object{"advance": "1m"}, nil)
	if files := r.files(gym); len(files) != 2 {
		t.Errorf("it did not wait for the next window: %+v", files)
	}
	r.day("2026-11-23T19:31:00Z")
	if files := r.files(gym); len(files) != 3 || files[0].State != "delivered" {
		t.Errorf("at the next window the files are %+v", files)
	}
}

// achFile makes a file that the gym brings to its bank itself, with entries to Ada
// and Bo.
func (r *running) achFile(gym folder.Credential) (file string, transactions []string) {
	r.t.Helper()
	to := func(name, account string) object {
		return object{"recipient": object{"name": name, "recipientType": "CONSUMER"}, "amount": 100, "entryType": "CREDIT",
			"account": object{"routingNumber": "121042882", "accountNumber": account, "accountType": "CHECKING"}}
	}
	var odfi struct{ ODFIID string }
	r.must(201, gym, "POST", "/v1/odfis", object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "UNIX"}, &odfi)
	r.must(201, gym, "POST", "/v1/ach-files", object{"odfi": odfi.ODFIID, "batches": []object{{
		"company":          object{"name": "HARBOR GYM", "recipientType": "COMPANY", "companyId": "1840000017"},
		"entryDescription": "PAYROLL", "secCode": "PPD", "entries": []object{to("Ada Marsh", "30488174411"), to("Bo Sample", "40001234")},
	}}}, nil)
	var events []struct{ TransactionID string }
	r.must(200, gym, "GET", "/api/transaction/event", nil, &events)
	for _, e := range events {
		transactions = append(transactions, e.TransactionID)
	}
	eventually(r.t, "the file is rendered, before which no answer to it is taken", func() bool {
		return r.files(gym)[0].State == "rendered"
	})
	return r.files(gym)[0].ID, transactions
}

// A client brings its file to its bank itself, and we get no acknowledgement. An entry
// that comes back was sent. Of the others a person must confirm that they were.
func TestWhatAClientCarriedCanBeAnsweredOnceItIsKnown(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T15:00:00Z")
	_, gym := r.client("Harbor Gym")
	file, payments := r.achFile(gym)
	release := "/v1/ops/files/" + file + "/release"
	r.must(409, r.ops, "POST", release, object{"reason": "not wanted", "then": "reject"}, nil)
	r.day("2026-11-24T12:00:00Z")
	r.play(payments[0], "return", object{"code": "R03"})
	r.must(409, r.ops, "POST", release, object{"reason": "not wanted", "then": "reject", "not_carried": true}, nil)
	if ada := r.told(gym, payments[0]); ada.Status != "Returned" || !ada.may("dishonor") {
		t.Errorf("what came back is %+v", ada)
	}
	bo := r.told(gym, payments[1])
	reversal := object{"ReplyToEventId": bo.last("Origination"), "ReasonCode": "duplicate"}
	r.must(422, gym, "POST", "/api/transaction/"+bo.TransactionID+"/reversals", reversal, nil)
	r.must(200, r.ops, "POST", "/v1/ops/files/"+file+"/confirm", nil, nil)
	if bo = r.told(gym, payments[1]); bo.Status != "Transmitted" || !bo.may("reverse") {
		t.Errorf("confirmed it is %+v", bo)
	}
	r.must(201, gym, "POST", "/api/transaction/"+bo.TransactionID+"/reversals", reversal, nil)
}

// The bank rejects a file that the client brought itself. The client may correct it
// and bring another, so its entries must not leave through our outbox as well.
func TestWhatAClientCarriedAndTheBankRefusedWaitsForTheClient(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T15:00:00Z")
	_, gym := r.client("Harbor Gym")
	file, payments := r.achFile(gym)
	r.acknowledge(file, "rejected")
	r.day("2026-11-24T15:16:00Z")
	for _, id := range payments {
		if p := r.told(gym, id); p.Status != "Pending" || !p.may("recall") || r.outbox() != "" {
			t.Errorf("the payment is %+v, the outbox has %q", p, r.outbox())
		}
	}
	ada, bo := r.told(gym, payments[0]), r.told(gym, payments[1])
	r.must(200, gym, "DELETE", "/api/transaction/"+ada.TransactionID+"/events/"+ada.last("Origination"), nil, nil)
	r.must(200, r.ops, "POST", "/v1/ops/events/"+bo.last("Origination")+"/approve", object{"reason": "the client asked"}, nil)
	r.day("2026-11-24T19:31:00Z")
	if sent := r.outbox(); strings.Contains(sent, "Ada Marsh") || strings.Count(sent, "Bo Sample") != 1 {
		t.Errorf("what left is\n%s", sent)
	}
}
