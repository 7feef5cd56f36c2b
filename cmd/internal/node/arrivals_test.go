package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

type shownArrival struct {
	ID, Of, Name, Source, State string
	Unmatched                   int
}

// arrivals lists the files of the bank in a state, newest first.
func (r *running) arrivals(state string) (list []shownArrival) {
	r.t.Helper()
	var page struct{ Data []shownArrival }
	r.must(200, r.ops, "GET", "/v1/ops/inbound?state="+state, nil, &page)
	return page.Data
}

func TestWhatCameForAnUnknownBankIsListedAndJudgedAgainOnceItIsSetUp(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-23T13:00:00Z")
	content, err := os.ReadFile(filepath.Join("../../../domain/nacha/testdata/vectors", "06-in-ccd-debit-addenda05.ach"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"first", "second"} {
		if status := r.raw(r.ops, "/v1/ops/inbound?name="+name, string(content)); status != 202 {
			t.Fatalf("%s answers %d", name, status)
		}
	}
	held, again := r.arrivals("quarantined"), r.arrivals("duplicate")
	if len(held) != 1 || held[0].Name != "first" || len(again) != 1 || again[0].Name != "second" || again[0].Of != held[0].ID || again[0].Source != "api" {
		t.Fatalf("quarantined %+v, duplicates %+v", held, again)
	}
	judge := "/v1/ops/inbound/" + held[0].ID + "/judge"
	r.must(400, r.ops, "POST", judge, object{}, nil)
	r.must(422, r.ops, "POST", judge, object{"reason": "nothing is set up yet"}, nil)
	r.must(404, r.ops, "POST", "/v1/ops/inbound/none/judge", object{"reason": "?"}, nil)
	r.client("Harbor Gym")
	var answer struct{ ID, State string }
	r.must(202, r.ops, "POST", judge, object{"reason": "the client is open"}, &answer)
	if answer.ID != held[0].ID || answer.State != "received" {
		t.Errorf("answer %+v", answer)
	}
	eventually(t, "the file is applied", func() bool {
		applied := r.arrivals("applied")
		return len(applied) == 1 && applied[0].ID == held[0].ID && applied[0].Unmatched == 1
	})
	r.must(202, r.ops, "POST", judge, object{"reason": "the client is open"}, nil)
	r.must(409, r.ops, "POST", judge, object{"reason": "once more"}, nil)
}

// What nobody can apply, such as a file that the bank has sent again, correctly, would
// wait in quarantine for ever, and its alert would ring for ever.
func TestAFileThatNobodyCanApplyIsDismissed(t *testing.T) {
	r := serve(t, "", nil)
	const waits = `achledger_queue_entries{kind="quarantine"}`
	if status := r.raw(r.ops, "/v1/ops/inbound?name=note", "We are closed on Thursday.\n"); status != 202 {
		t.Fatalf("it answers %d", status)
	}
	file := "/v1/ops/inbound/" + r.arrivals("quarantined")[0].ID
	eventually(t, "it calls for somebody", func() bool { return r.metric(waits) == "1" })
	r.must(400, r.ops, "POST", file+"/dismiss", object{}, nil)
	r.must(404, r.ops, "POST", "/v1/ops/inbound/none/dismiss", object{"reason": "?"}, nil)
	var answer struct{ State string }
	r.must(200, r.ops, "POST", file+"/dismiss", object{"reason": "no file of theirs"}, &answer)
	if answer.State != "dismissed" || len(r.arrivals("in_quarantine")) != 0 || len(r.arrivals("dismissed")) != 1 {
		t.Errorf("it is %+v", answer)
	}
	r.must(200, r.ops, "POST", file+"/dismiss", object{"reason": "said twice"}, nil)
	eventually(t, "it calls for nobody", func() bool { return r.metric(waits) != "1" })
	r.must(422, r.ops, "POST", file+"/judge", object{"reason": "is it one after all?"}, nil)
	if status := r.raw(r.ops, "/v1/ops/inbound?name=note", "We are closed on Thursday.\n"); status != 202 {
		t.Fatalf("it answers %d", status)
	}
	if len(r.arrivals("in_quarantine")) != 0 {
		t.Error("the same once more waits for somebody")
	}
}

// A debit for an account whose client decides arrives before its bank is set up, so
// its file is quarantined. Once the file is judged again the debit waits for a
// decision with its deadline, once however often the request is repeated. It is paid
// once, or returned R29 if nobody acts. A credential that only reads may not have a
// file judged.
func TestWhatIsJudgedAgainForAnAccountThatDecidesIsPaidOnceOrReturned(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("../../../domain/nacha/testdata/vectors", "06-in-ccd-debit-addenda05.ach"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		pay       bool
		decidedBy string
		status    string
		returns   int
	}{
		"somebody pays":  {true, "decision", "Released", 0},
		"nobody decides": {false, "deadline", "Returned", 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, "", nil)
			r.day("2026-11-23T13:00:00Z")
			if status := r.raw(r.ops, "/v1/ops/inbound?name=early", string(content)); status != 202 {
				t.Fatalf("handed in with %d", status)
			}
			held := r.arrivals("quarantined")
			id, gym := r.client("Harbor Gym")
			r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+id, object{"receiving_accounts": []object{{
				"account": "600011112222", "holder": "business", "default": "decide", "decide_by": "11:00"}}}, nil)
			judge, why := "/v1/ops/inbound/"+held[0].ID+"/judge", object{"reason": "the client is open"}
			reads, works := r.opsCredential("ops:read"), r.opsCredential("ops:work")
			r.must(403, reads, "POST", judge, why, nil)
			r.must(403, gym, "POST", judge, why, nil)
			for range 2 { // asking twice is asking once
				r.must(202, works, "POST", judge, why, nil)
			}
			eventually(t, "the file is applied", func() bool { return len(r.arrivals("applied")) == 1 })
			if status := r.raw(r.ops, "/v1/ops/inbound?name=late", string(content)); status != 202 {
				t.Errorf("handed in once more with %d", status)
			}
			var came []struct{ TransactionID string }
			r.must(200, gym, "GET", "/api/transaction/event?direction=FromFed&eventType=Origination", nil, &came)
			if len(came) != 1 || len(r.arrivals("duplicate")) != 1 {
				t.Fatalf("%d payments came of it, duplicates %+v", len(came), r.arrivals("duplicate"))
			}
			path := "/api/transaction/" + came[0].TransactionID + "/decision"
			if d := r.decisionOf(gym, came[0].TransactionID); !d.is("", "") || d.DecideBy != "2026-11-23T16:00:00Z" {
				t.Errorf("it waits as %+v", d)
			}
			if tt.pay {
				r.must(403, reads, "POST", path, object{"decision": "pay"}, nil)
				for range 2 {
					r.must(200, gym, "POST", path, object{"decision": "pay"}, nil)
				}
				r.must(409, gym, "POST", path, object{"decision": "return"}, nil)
			}
			r.day("2026-11-25T13:00:00Z")
			r.must(202, works, "POST", judge, why, nil)
			if d := r.decisionOf(gym, came[0].TransactionID); d.DecidedBy != tt.decidedBy || r.told(gym, came[0].TransactionID).Status != tt.status {
				t.Errorf("it is %+v, %s", d, r.told(gym, came[0].TransactionID).Status)
			}
			r.must(409, gym, "POST", path, object{"decision": map[bool]string{true: "return", false: "pay"}[tt.pay]}, nil)
			if n := strings.Count(r.outbox(), "799R29"); n != tt.returns {
				t.Errorf("%d returns left, want %d", n, tt.returns)
			}
		})
	}
}

// opsCredential issues a credential of operations with one scope.
func (r *running) opsCredential(scope string) (issued folder.Credential) {
	r.t.Helper()
	r.must(201, r.ops, "POST", "/v1/ops/credentials", object{"scopes": []string{scope}}, &issued)
	return issued
}

// A file that was not there to be sent, as by a mistyped name, is no file in quarantine.
func TestNothingHandedInIsRefused(t *testing.T) {
	r := serve(t, "", nil)
	for _, nothing := range []string{"", "\r\n"} {
		if status := r.raw(r.ops, "/v1/ops/inbound", nothing); status != 400 {
			t.Errorf("a body of %q answers %d", nothing, status)
		}
	}
	if list := r.arrivals("quarantined"); len(list) != 0 {
		t.Errorf("in quarantine: %+v", list)
	}
}
