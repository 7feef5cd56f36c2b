package node

import (
	"os"
	"path/filepath"
	"testing"
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
