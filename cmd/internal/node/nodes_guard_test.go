package node

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// engine is a decision engine that allows every entry, and remembers them.
func engine(t *testing.T) (url string, asked func() []string) {
	t.Helper()
	ids := make(chan string, 1000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Entries []struct {
				EventID string `json:"event_id"`
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			t.Error(err)
		}
		var said []object
		for _, e := range q.Entries {
			ids <- e.EventID
			said = append(said, object{"event_id": e.EventID, "verdict": "allow"})
		}
		_ = json.NewEncoder(w).Encode(object{"decisions": said})
	}))
	t.Cleanup(s.Close)
	var all []string
	return s.URL, func() []string {
		for len(ids) > 0 {
			all = append(all, <-ids)
		}
		return all
	}
}

// standing is a payment with the rule that holds it.
type standing struct {
	Status string
	HeldBy struct {
		Rule string `json:"rule"`
		Saw  string `json:"saw"`
	}
	Events []struct{ EventID string }
}

func (r *running) standing(who folder.Credential, id string) (s standing) {
	r.t.Helper()
	r.must(200, who, http.MethodGet, "/api/transaction/"+id, nil, &s)
	return s
}

// A limit and a decision engine apply to payments through any of three nodes. The
// leader stops in between, and the next leader counts what the former one let out.
func TestAGuardedClientIsHeldToItsLimitByWhicheverNodeLeads(t *testing.T) {
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil), c.serve(nil)}
	lead, others := leader(t, nodes)
	lead.at("2026-11-24T14:40:00Z")
	url, asked := engine(t)
	id, client := others[0].client("Harbor Gym")
	others[0].must(200, others[0].ops, http.MethodPatch, "/v1/ops/clients/"+id, object{
		"batching": object{"max_entries": 1, "windows": []string{"16:30"}}, "decision": object{"url": url},
		"limits": []object{{"direction": "credit", "per": "settlement_date", "cents": 5 * 1234}},
	}, nil)
	var ids []string
	for i := range 8 {
		if i == 4 {
			eventually(t, "four payments leave", func() bool { return c.entries() == 4 })
			if err := lead.stop(); err != nil {
				t.Fatal(err)
			}
			nodes = others
			lead, others = leader(t, nodes)
		}
		status, id := nodes[i%len(nodes)].pay(client)
		if status != http.StatusCreated {
			t.Fatalf("a payment answers %d", status)
		}
		ids = append(ids, id)
	}
	var held []standing
	eventually(t, "one more leaves and three are held by the limit", func() bool {
		held = nil
		for _, id := range ids {
			if s := others[0].standing(client, id); s.HeldBy.Rule == "limits/credit/settlement_date" {
				held = append(held, s)
			}
		}
		return c.entries() == 5 && len(held) == 3
	})
	if held[0].HeldBy.Saw != "74.04" || held[0].Status != "Pending" {
		t.Errorf("held is %+v", held[0])
	}
	// On a slow machine the limit is full before the last ones are judged: the limit
	// holds those at once, and nobody is asked about them yet.
	all := asked()
	for _, id := range ids {
		if s := others[0].standing(client, id); s.HeldBy.Rule == "" && !slices.Contains(all, s.Events[0].EventID) {
			t.Errorf("the engine was not asked about payment %s, which left", id)
		}
	}
	others[0].must(200, others[0].ops, http.MethodPost, "/v1/ops/events/"+held[0].Events[0].EventID+"/approve", object{"reason": "a call"}, nil)
	eventually(t, "what a person approved leaves", func() bool { return c.entries() == 6 })
}
