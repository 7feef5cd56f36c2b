package node

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// daily opens a client with one window a day, whose bank links are verified by the
// given method.
func (r *running) daily(window, verification string) folder.Credential {
	r.t.Helper()
	var opened struct{ Credential folder.Credential }
	r.must(201, r.ops, "POST", "/v1/ops/clients", object{
		"relationship_verification": verification,
		"name":                      "Harbor Gym", "company_name": "HARBOR GYM", "company_identifications": []string{"1840000017"},
		"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD"}, "same_day": true,
		"batching": object{"windows": []string{window}},
		"file": object{"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK"},
	}, &opened)
	return opened.Credential
}

// dated is a payment with its dates, and why they are not those asked for.
type dated struct {
	TransactionID            string
	EffectiveSameDay         bool
	EffectiveSameDayReason   string
	EffectiveEntryDate       string
	EffectiveEntryDateReason string
	Events                   []struct{ EventID string }
}

// payWith posts a payment with additional fields.
func (r *running) payWith(who folder.Credential, more object) (d dated) {
	r.t.Helper()
	body := object{"StandardEntryClassCode": "PPD", "TransactionType": "push", "ToRouting": "121042882", "ToAccount": "30488174411",
		"ToAccountType": "checking", "ToName": "Ada Marsh", "Description": "PAYROLL", "Amount": 12.34}
	for name, value := range more {
		body[name] = value
	}
	r.must(201, who, "POST", "/api/transaction", body, &d)
	return d
}

func (r *running) datesOf(who folder.Credential, id string) (d dated) {
	r.t.Helper()
	r.must(200, who, "GET", "/api/transaction/"+id, nil, &d)
	return d
}

// sentFiles describes each file of the outbox, in the order of names: the creation
// date and time of the header, and the effective date of the first batch.
func (r *running) sentFiles() (files []string) {
	r.t.Helper()
	names, err := filepath.Glob(filepath.Join(r.folder.Outbox(), "*.ach"))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			r.t.Fatal(err)
		}
		lines := strings.Split(string(content), "\n")
		files = append(files, "made "+lines[0][23:29]+" "+lines[0][29:33]+" for "+lines[1][69:75])
	}
	return files
}

// moves are the times the sandbox's clock was set to, in New York.
func (r *running) moves() (moves []string) {
	r.t.Helper()
	events, err := r.server.Store.ReadStream(r.t.Context(), domain.ClockStream, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range events {
		var moved domain.ClockMoved
		if err := json.Unmarshal(e.Data, &moved); err != nil {
			r.t.Fatal(err)
		}
		moves = append(moves, moved.Now.In(newYork(r.t)).Format("2006-01-02 15:04"))
	}
	return moves
}

func newYork(t testing.TB) *time.Location {
	t.Helper()
	place, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return place
}

func same(got []string, want ...string) bool {
	return strings.Join(got, "|") == strings.Join(want, "|")
}

// Three days with a window each, an entry for each, and one move over them.
func TestAClockMovedOverThreeWindowsCutsEachAtItsOwnTime(t *testing.T) {
	for name, move := range map[string]object{
		"to a time": {"now": "2026-12-03T14:00:00Z"},
		"by a time": {"advance": "71h59m"},
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, "", nil)
			r.day("2026-11-30T14:00:00Z") // a Monday, 09:00 in New York
			gym := r.daily("16:30", "none")
			r.payWith(gym, nil)
			r.payWith(gym, object{"EffectiveDate": "2026-12-02"})
			r.payWith(gym, object{"EffectiveDate": "2026-12-03"})
			r.must(200, r.ops, "PUT", "/v1/simulations/clock", move, nil)
			if got := r.sentFiles(); !same(got, "made 261130 1630 for 261201", "made 261201 1630 for 261202", "made 261202 1630 for 261203") {
				t.Errorf("the files were %v", got)
			}
		})
	}
}

// The clock stops only where something waits, however far it goes.
func TestTenYearsWithLittleDueAreAFewSteps(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2036-12-03T14:00:00Z") // before anything is originated or received the clock
	r.day("2026-11-30T14:00:00Z") // may be set to any time, also an earlier one
	gym := r.daily("16:30", "none")
	r.payWith(gym, nil)
	r.payWith(gym, object{"EffectiveDate": "2027-06-01"}) // the Tuesday after Memorial Day
	r.day("2036-11-30T14:00:00Z")
	want := []string{"2036-12-03 09:00", "2026-11-30 09:00", "2026-11-30 16:30", "2027-05-28 03:00", "2027-05-28 16:30", "2036-11-30 09:00"}
	if got := r.moves(); !same(got, want...) {
		t.Errorf("the clock went by way of %v, want %v", got, want)
	}
	if status := r.call(r.ops, "PUT", "/v1/simulations/clock", object{"now": "2027-01-04T14:00:00Z"}, nil); status != 422 {
		t.Errorf("once something was originated, back in time answers %d", status)
	}
	for _, beyond := range []object{{"now": "2141-01-01T14:00:00Z"}, {"advance": "999999h"}} { // years that no file can name
		if status := r.call(r.ops, "PUT", "/v1/simulations/clock", beyond, nil); status != 422 {
			t.Errorf("%v answers %d", beyond, status)
		}
	}
}

// Two payments leave later than requested: one accepted for same-day settlement whose
// client's window comes after the last same-day window, and one held beyond its
// effective date. The client's record and the log say why.
func TestWhatLeavesLaterThanAskedForSaysWhyAfterTheCut(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-30T14:00:00Z")
	gym := r.daily("22:30", "none") // after the last same-day window
	today := r.payWith(gym, object{"SameDay": true})
	if !today.EffectiveSameDay || today.EffectiveSameDayReason != "" || today.EffectiveEntryDate != "2026-11-30" {
		t.Errorf("accepted with %+v", today)
	}
	held := r.payWith(gym, object{"EffectiveDate": "2026-12-02"})
	r.must(200, r.ops, "POST", "/v1/ops/events/"+held.Events[0].EventID+"/hold", object{"reason": "looks odd"}, nil)
	r.day("2026-12-04T14:00:00Z")
	r.must(200, r.ops, "POST", "/v1/ops/events/"+held.Events[0].EventID+"/approve", object{"reason": "asked them"}, nil)
	r.day("2026-12-08T14:00:00Z")

	const noWindow = "the last same-day deadline of 2026-11-30, 16:45 New York time, has passed"
	if d := r.datesOf(gym, today.TransactionID); d.EffectiveSameDay || d.EffectiveSameDayReason != noWindow || d.EffectiveEntryDate != "2026-12-01" {
		t.Errorf("for the same day: %+v", d)
	}
	const past = "2026-12-02 has passed: dated again for 2026-12-07"
	if d := r.datesOf(gym, held.TransactionID); d.EffectiveEntryDateReason != past || d.EffectiveEntryDate != "2026-12-07" {
		t.Errorf("held too long: %+v", d)
	}
	var events struct {
		Data []struct{ Data json.RawMessage }
	}
	r.must(200, gym, "GET", "/v1/events?type=transaction.filed", nil, &events)
	if n := len(events.Data); n != 2 {
		t.Fatalf("%d entries were filed, want 2", n)
	}
	for n, want := range []string{`"dated":{"not_same_day":"` + noWindow + `"}`, `"dated":{"moved":"` + past + `"}`} {
		if got := string(events.Data[n].Data); !strings.Contains(got, want) {
			t.Errorf("the event has no %s: %s", want, got)
		}
	}
}

// The process dies after the first of three windows. The caller, which got no answer,
// repeats the request to the next process.
func TestAMoveThatDiesHalfWayGoesOnFromItsLastStep(t *testing.T) {
	var dying atomic.Bool
	r := serve(t, "", func(o *Options) {
		o.Store.Faults = sqlite.Faults{AfterCommit: func() error {
			if names, _ := filepath.Glob(filepath.Join(o.Folder.Outbox(), "*.ach")); len(names) > 0 && dying.Load() {
				return errors.New("the disk failed")
			}
			return nil
		}}
	})
	r.day("2026-11-30T14:00:00Z")
	gym := r.daily("16:30", "none")
	r.payWith(gym, nil)
	r.payWith(gym, object{"EffectiveDate": "2026-12-02"})
	r.payWith(gym, object{"EffectiveDate": "2026-12-03"})
	dying.Store(true)
	if status := r.call(r.ops, "PUT", "/v1/simulations/clock", object{"now": "2026-12-03T14:00:00Z"}, nil); status == 200 {
		t.Error("the move was answered as done")
	}
	if err := r.wait(); !errors.Is(err, eventstore.ErrFailed) {
		t.Fatalf("the server ended with %v", err)
	}

	r = serve(t, r.folder, nil)
	var clock struct{ Now time.Time }
	r.must(200, r.ops, "GET", "/v1/simulations/clock", nil, &clock)
	if at := clock.Now.In(newYork(t)).Format("2006-01-02 15:04"); at != "2026-11-30 16:30" {
		t.Errorf("the clock stands at %s, want the window of the first day", at)
	}
	r.day("2026-12-03T14:00:00Z")
	if got := r.sentFiles(); !same(got, "made 261130 1630 for 261201", "made 261201 1630 for 261202", "made 261202 1630 for 261203") {
		t.Errorf("the files were %v", got)
	}
}

// A link is requested just before the clock moves. Its micro-deposits are the first
// entries of the folder, and leave at the window that the move passes.
func TestAMovedClockFirstDoesWhatWasAskedBefore(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-30T14:00:00Z") // a Monday, 09:00 in New York
	gym := r.daily("16:30", "micro_deposits")
	const holder = "9d587d7a-7b2c-494f-8ad8-5796bfca0866"
	var made struct{ ID string }
	r.must(200, gym, "POST", "/v1/accounts/"+holder+"/ach_relationships", object{"account_owner_name": "Ada Marsh",
		"bank_account_type": "CHECKING", "bank_account_number": "30488174411", "bank_routing_number": "121042882"}, &made)
	r.day("2026-11-30T22:00:00Z") // 17:00, after the window
	if got := r.sentFiles(); !same(got, "made 261130 1630 for 261201") {
		t.Errorf("the files were %v", got)
	}
}
