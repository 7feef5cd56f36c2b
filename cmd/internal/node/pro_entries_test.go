package node

import (
	"strings"
	"testing"

	"github.com/moov-io/ach"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// shownACHFile is an ACH Pro file as the API shows it.
type shownACHFile struct {
	ACHFileID string
	Batches   []struct {
		Entries []struct {
			Amount                     float64
			TransactionID, TraceNumber string
		}
	}
}

// named fails the test unless an ACH Pro file shows for every entry its transaction
// and its trace number in the file.
func (r *running) named(who folder.Credential, id string, file *ach.File) {
	r.t.Helper()
	var shown shownACHFile
	r.must(200, who, "GET", "/v1/ach-files/"+id, nil, &shown)
	for b, batch := range shown.Batches {
		for n, e := range batch.Entries {
			sent := file.Batches[b].GetEntries()[n]
			var t struct{ ToName string }
			r.must(200, who, "GET", "/api/transaction/"+e.TransactionID, nil, &t)
			if e.TraceNumber != sent.TraceNumber || t.ToName != strings.TrimSpace(sent.IndividualName) {
				r.t.Errorf("batch %d, entry %d is %s to %q under %q, in the file to %q under %q",
					b, n, e.TransactionID, t.ToName, e.TraceNumber, sent.IndividualName, sent.TraceNumber)
			}
		}
	}
}

// The name of a one-off recipient is shown as it leaves and as it was received, in
// the ACH Pro file and in the transaction.
func TestAnACHProFileShowsTheOriginalOfATransliteratedName(t *testing.T) {
	r := serve(t, "", nil)
	_, gym := r.client("Harbor Gym")
	var made struct {
		ACHFileID string
		Batches   []struct {
			Company, Entries any
		}
	}
	r.must(201, gym, "POST", "/v1/ach-files", object{
		"odfi": object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "UNIX"},
		"batches": []object{{"company": object{"name": "HÁRBOR GYM", "recipientType": "COMPANY", "companyId": "1840000017"},
			"entryDescription": "PAYROLL", "secCode": "PPD", "entries": []object{{
				"recipient": object{"name": "José Peña", "recipientType": "CONSUMER"}, "amount": 100, "entryType": "CREDIT",
				"account": object{"routingNumber": "121042882", "accountNumber": "1", "accountType": "CHECKING"}}},
		}},
	}, &made)
	company, _ := made.Batches[0].Company.(object)
	entry, _ := made.Batches[0].Entries.([]any)[0].(object)
	recipient, _ := entry["recipient"].(object)
	for _, tt := range []struct {
		shown          object
		sent, original string
	}{{company, "HARBOR GYM", "HÁRBOR GYM"}, {recipient, "Jose Pena", "José Peña"}} {
		if o, _ := tt.shown["originals"].(object); tt.shown["name"] != tt.sent || o["name"] != tt.original {
			t.Errorf("it shows %v, want %s of %s", tt.shown, tt.sent, tt.original)
		}
	}
	var transaction struct {
		ToName    string
		Originals map[string]string
	}
	id, _ := entry["transactionId"].(string)
	r.must(200, gym, "GET", "/api/transaction/"+id, nil, &transaction)
	if o := transaction.Originals; transaction.ToName != "Jose Pena" || o["ToName"] != "José Peña" || o["FromName"] != "HÁRBOR GYM" {
		t.Errorf("its transaction shows %+v", transaction)
	}
}

// Entries of no money count for the service class of their batch.
func TestAnACHProFileHasPrenotesOfBothDirections(t *testing.T) {
	r := serve(t, "", nil)
	_, gym := r.client("Harbor Gym")
	entry := func(kind string, amount int) object {
		return object{"recipient": object{"name": "Jo Ann", "recipientType": "CONSUMER"}, "amount": amount, "entryType": kind,
			"account": object{"routingNumber": "121042882", "accountNumber": "17", "accountType": "CHECKING"}}
	}
	batch := func(entries ...object) object {
		return object{"company": object{"name": "HARBOR GYM", "recipientType": "COMPANY", "companyId": "1840000017"},
			"entryDescription": "DUES", "secCode": "PPD", "entries": entries}
	}
	r.must(201, gym, "POST", "/v1/ach-files", object{
		"odfi":    object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "UNIX"},
		"batches": []object{batch(entry("DEBIT", 0)), batch(entry("CREDIT", 0)), batch(entry("CREDIT", 0), entry("DEBIT", 10))},
	}, nil)
}

// Returns and notifications of change show the ids and the trace number of the entry
// that they are about.
func TestWhatComesBackForAnACHProFileNamesBothTraceNumbers(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T15:00:00Z")
	_, gym := r.client("Harbor Gym")
	r.achFile(gym)
	var list []shownACHFile
	r.must(200, gym, "GET", "/v1/ach-files", nil, &list)
	entries := list[0].Batches[0].Entries
	r.day("2026-11-24T12:00:00Z")
	r.play(entries[0].TransactionID, "return", object{"code": "R03"})
	r.play(entries[1].TransactionID, "correction", object{"code": "C01", "data": "40001235"})
	for n, path := range []string{"/v1/returns", "/v1/nocs"} {
		var answers []struct{ TransactionID, ACHFileID, TraceNumber, ReturnTraceNumber string }
		r.must(200, gym, "GET", path, nil, &answers)
		if len(answers) != 1 {
			t.Fatalf("%s has %+v", path, answers)
		}
		a, want := answers[0], entries[n]
		if a.TransactionID != want.TransactionID || a.ACHFileID != list[0].ACHFileID || want.TraceNumber == "" ||
			a.TraceNumber != want.TraceNumber || len(a.ReturnTraceNumber) != 15 || a.ReturnTraceNumber == a.TraceNumber {
			t.Errorf("%s has %+v, want what answers %+v", path, a, want)
		}
	}
}
