package http_test

import (
	"encoding/json"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/fed"
)

// The text that the receiving bank sends with a return code shows on the event; an
// account number in it is masked.
func TestAReturnShowsItsAddendaInformationAndItsDateOfDeath(t *testing.T) {
	for name, tt := range map[string]struct {
		code, information, died string
		want                    map[string]any // absent where nil
	}{
		"false pretenses":      {"R17", "QUESTIONABLE", "", map[string]any{"AddendaInformation": "QUESTIONABLE", "SuspectedFraud": true}},
		"a field error":        {"R17", "FIELD 03", "", map[string]any{"AddendaInformation": "FIELD 03", "SuspectedFraud": nil}},
		"the word elsewhere":   {"R10", "QUESTIONABLE", "", map[string]any{"SuspectedFraud": nil}},
		"a death":              {"R14", "", "261103", map[string]any{"DateOfDeath": "2026-11-03", "AddendaInformation": nil}},
		"the number is quoted": {"R10", "DEBIT OF 55512345 DENIED", "", map[string]any{"AddendaInformation": "DEBIT OF *****2345 DENIED"}},
		"nothing":              {"R01", "", "", map[string]any{"AddendaInformation": nil, "DateOfDeath": nil, "SuspectedFraud": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			acme := w.client("acme", settings())
			id := acme.debit(acme.store("55512345"))
			w.at("2026-11-17 10:16")
			h, e := w.sent("acme", id)
			m := fed.Return(h, e, tt.code, calendar.DateOf(w.clock.Now()), w.trace())
			m.Entry.Return.Information, m.Entry.Return.DateOfDeath = tt.information, tt.died
			w.feed(m)
			var told struct{ Events []map[string]any }
			w.must(json.Unmarshal(acme.call("GET", "/api/transaction/"+id, "").is(200).body, &told))
			event := told.Events[len(told.Events)-1]
			for field, want := range tt.want {
				if event[field] != want {
					t.Errorf("%s is %v, want %v", field, event[field], want)
				}
			}
			counts, err := w.views.QuestionableReturns(t.Context())
			w.must(err)
			if fraud := tt.want["SuspectedFraud"] == true; counts["acme"] != map[bool]int64{true: 1}[fraud] {
				t.Errorf("%d returns count as questionable", counts["acme"])
			}
			w.sound()
		})
	}
}
