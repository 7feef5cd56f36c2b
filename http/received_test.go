package http_test

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// arrives books an entry that another bank sent to a client, and returns the
// transaction's id.
func (w *world) arrives(client, sec string, entry nacha.Entry) string {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	w.arrivesAs(id, client, sec, entry)
	return id
}

// arrivesAs does so under an id of the caller's choice.
func (w *world) arrivesAs(id, client, sec string, entry nacha.Entry) {
	w.t.Helper()
	account, err := w.ledger.SealAccountIn(domain.TransactionStream(client, id), client, "231380104", "400012345678", domain.Checking)
	w.must(err)
	entry.Code, entry.Routing, entry.AmountCents, entry.Trace = cmp.Or(entry.Code, 27), "231380104", 100, "121042880000001"
	_, err = w.ledger.Write(w.t.Context(), ledger.Change{
		Stream: domain.TransactionStream(client, id), Client: client,
		Events: []domain.Event{domain.TransactionReceived{TransactionID: id, Account: account, Incoming: domain.Incoming{
			ItemID: id + "-in-" + client, Inbound: "f", SettledOn: "2026-11-23", Entry: entry,
			Header: nacha.BatchHeader{ServiceClass: 225, CompanyName: "CAFÉ NOÑO", CompanyID: "1910000042", SEC: sec,
				Description: "ORDER", EffectiveOn: "261123", OriginatorStatus: "1", ODFI: "12104288", Number: 1},
		}}},
	})
	w.must(err)
}

func TestTheRecordSaysWhenACreditIsAvailable(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	for code, want := range map[int]any{22: "2026-11-23T14:00:00Z", 27: nil} {
		id := w.arrives("business", "PPD", nacha.Entry{Code: code, Name: "ADA"})
		if got := bank.call("GET", "/api/transaction/"+id, "").is(200).field("AvailableBy"); got != want {
			t.Errorf("code %d: %v, want %v", code, got, want)
		}
	}
}

func TestTheStatementOfAnUnauthorizedReturnIsKept(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	id := w.arrives("business", "PPD", nacha.Entry{Name: "ADA"})
	body := func(code, stated string) string {
		return `{"ReplyToEventId":"` + id + `-in-business","ReturnCode":"` + code + `","StatementDate":"` + stated + `"}`
	}
	today := w.clock.Now().Format("2006-01-02")
	bank.call("POST", "/api/transaction/"+id+"/returns", body("R07", "soon")).is(400).names("/StatementDate")
	bank.call("POST", "/api/transaction/"+id+"/returns", body("R02", today)).is(422).names("/StatementDate")
	if got := bank.call("POST", "/api/transaction/"+id+"/returns", body("R07", today)).is(201).text("StatementDate"); got != today {
		t.Errorf("the event says %q", got)
	}
	bank.call("POST", "/api/transaction/"+id+"/returns", body("R07", today)).is(200)
	bank.call("POST", "/api/transaction/"+id+"/returns", body("r07", today)).is(200) // codes may be in any letter case
	var told struct{ Events []map[string]any }
	w.must(json.Unmarshal(bank.call("GET", "/api/transaction/"+id, "").is(200).body, &told))
	if got := told.Events[1]["StatementDate"]; got != today {
		t.Errorf("the transaction says %v", got)
	}
}

const terminal = "REF0001R02TERM010001231123AUTH0112 SAMPLE STREET           SCRANTON       PA"

func TestTheRecordShowsTheTerminalOfAPayment(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	for _, sec := range []string{"POS", "SHR"} {
		id := w.arrives("business", sec, nacha.Entry{Addenda02: terminal, Name: "ADA"})
		if got := bank.call("GET", "/api/transaction/"+id, "").is(200).text("TerminalInformation"); got != terminal {
			t.Errorf("%s: %q", sec, got)
		}
	}
	id := w.arrives("business", "PPD", nacha.Entry{Name: "ADA"})
	if a := bank.call("GET", "/api/transaction/"+id, "").is(200); strings.Contains(string(a.body), "TerminalInformation") {
		t.Error("a PPD entry has a terminal")
	}
}

// Names are shown as they were received, and addenda in full.
func TestTheRecordShowsWhatCameInFull(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	id := w.arrives("business", "CTX", nacha.Entry{Name: "ÀDA EXÄMPLE", Addenda05: nacha.RunningText{"ST*820", "", "SE*5"}})
	record := bank.call("GET", "/api/transaction/"+id, "").is(200)
	if record.text("FromName") != "CAFÉ NOÑO" || record.text("ToName") != "ÀDA EXÄMPLE" {
		t.Errorf("from %q to %q", record.text("FromName"), record.text("ToName"))
	}
	want := []string{"ST*820" + strings.Repeat(" ", 74), strings.Repeat(" ", 80), "SE*5"}
	for i, line := range record.field("Addenda").([]any) {
		if line != want[i] {
			t.Errorf("addenda %d: %q", i, line)
		}
	}
}

func TestOperationsSeeRemarksOnAFileThatWasApplied(t *testing.T) {
	w := newWorld(t, func(o *api.Options) { o.Inbound = struct{ api.Inbound }{} }) // never called
	ops := w.ops()
	_, err := w.ledger.Write(t.Context(), ledger.Change{
		Stream: domain.InboundStream("f"), Client: domain.LedgerClient,
		Events: []domain.Event{domain.InboundReceived{InboundID: "f", Name: "bank.ach", Source: "inbox",
			Remarks: []nacha.Problem{{Line: 5, Scope: nacha.InBatch, Code: nacha.ControlMismatch, Field: "company identification", Message: "is blank"}},
		}, domain.InboundApplied{Applied: 1}},
	})
	w.must(err)
	file := ops.call("GET", "/v1/ops/inbound/f", "").is(200)
	remarks, _ := file.field("remarks").([]any)
	if file.text("state") != "applied" || len(remarks) != 1 || len(file.field("reasons").([]any)) != 0 {
		t.Fatalf("%s", file.body)
	}
	if r := remarks[0].(map[string]any); r["code"] != "control-mismatch" || r["message"] != "company identification: is blank" || r["line"] != json.Number("5") {
		t.Errorf("%v", r)
	}
}
