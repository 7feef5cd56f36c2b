package node

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/http/api"
)

// leader is the node that leads, with the others.
func leader(t *testing.T, nodes []*running) (leads *running, others []*running) {
	t.Helper()
	eventually(t, "one node leads", func() bool {
		leads, others = nil, nil
		for _, r := range nodes {
			if r.server.term.Load() != 0 {
				leads = r
			} else {
				others = append(others, r)
			}
		}
		return leads != nil
	})
	return leads, others
}

// command types a command on a node's machine.
func (r *running) command(what string, ask, reply any) error {
	r.t.Helper()
	server, err := control.Dial(r.t.Context(), r.folder)
	if err != nil {
		r.t.Fatal(err)
	}
	defer server.Close()
	return server.Call(r.t.Context(), what, ask, reply)
}

func TestEveryNodeTakesEverythingAndOneOfThemDoesTheWork(t *testing.T) {
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil), c.serve(nil)}
	lead, others := leader(t, nodes)
	a, b := others[0], others[1]

	// The sandbox's clock, set through a node that does not lead, is that of all nodes.
	a.at("2026-11-24T14:40:00Z")
	for _, r := range nodes {
		eventually(t, "the clock is everybody's", func() bool { return strings.HasPrefix(r.server.Ledger.Now().String(), "2026-11-24 14:4") })
	}
	id, client := b.client("Harbor Gym")
	a.must(200, a.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"windows": []string{"16:30"}}}, nil)
	var ids []string
	for _, r := range nodes {
		status, id := r.pay(client)
		if status != http.StatusCreated {
			t.Fatalf("a payment answers %d", status)
		}
		ids = append(ids, id)
		for _, other := range nodes { // every node shows it at once
			if s := other.status(client, id); !strings.Contains(s, "Pending") {
				t.Errorf("a payment is %s", s)
			}
		}
	}
	b.must(200, b.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 3}}, nil)
	eventually(t, "three payments leave in one file", func() bool { return len(c.sent()) == 1 })

	// A client's own file, through nodes that do not lead: the answer comes once the
	// leader has cut the file, and a repeat gets the same answer.
	b.must(200, b.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"suspended": false}, nil)
	var first string
	for i, r := range []*running{a, b, lead} {
		status, _, answer := r.send(client, "/v1/nacha", "text/plain", "", strings.NewReader(wageFile(t, "261125")))
		if i == 0 {
			first = answer
		}
		if status/100 != 2 || answer != first {
			t.Errorf("the file answers %d, %s", status, answer)
		}
	}
	eventually(t, "the client's file leaves", func() bool { return len(c.sent()) == 2 })

	// What the bank sends, through a node that does not lead.
	a.must(200, a.ops, http.MethodPost, "/v1/simulations/transactions/"+ids[0]+"/return", object{"code": "R03"}, nil)
	for _, r := range nodes {
		if s := r.status(client, ids[0]); !strings.Contains(s, "Returned") {
			t.Errorf("the return shows as %s", s)
		}
	}
	// A credential that one node revoked is refused by all nodes.
	for _, r := range nodes {
		if got := r.metric("achledger_leads"); got != map[bool]string{true: "1", false: "0"}[r == lead] {
			t.Errorf("achledger_leads is %s", got)
		}
		eventually(t, "every node sees the others", func() bool { return r.metric(`achledger_node_views_position{node="node-1"}`) != "" })
	}
	a.must(204, a.ops, http.MethodDelete, "/v1/ops/credentials/"+client.Key, nil, nil)
	for _, r := range nodes {
		eventually(t, "a revoked key stops everywhere", func() bool {
			return r.call(client, http.MethodGet, "/api/transaction/"+ids[0], nil, nil) == http.StatusUnauthorized
		})
	}
	// A refusal by the leader keeps its status at another node.
	if status := a.call(a.ops, http.MethodPost, "/v1/ops/files/nothing/confirm", object{}, nil); status != http.StatusNotFound {
		t.Errorf("confirming a file that is none answers %d", status)
	}
	// Commands on the machine of a node that does not lead.
	if err := b.command("delivery/off", DeliveryStop{Reason: "a drill"}, &DeliveryStopped{}); err != nil {
		t.Error(err)
	}
	for _, r := range nodes {
		eventually(t, "delivery is off everywhere", func() bool { on, _ := r.server.Switch.Allowed("231380104"); return !on })
	}
	if err := b.command("ingest", "/nothing", &Ingested{}); err == nil || !strings.Contains(err.Error(), lead.server.options.Database.Node) {
		t.Errorf("ingest on a node that does not lead: %v", err)
	}
	if events := lead.since(0); len(events) == 0 || !strings.Contains(string(events[len(events)-1].Meta), "folder owner") {
		t.Error("the log does not say who switched delivery off")
	}
	if lead.server.term.Load() != 1 {
		t.Errorf("the term is %d", lead.server.term.Load())
	}
}

// When no leader answers, the outcome is unknown. That is no fault: the caller may
// repeat the request.
func TestWhatNoLeaderAnsweredMayHaveBeenDone(t *testing.T) {
	p := api.Explain(fmt.Errorf("files/confirm: %w", postgres.ErrUnanswered))
	if p.Code != "outcome-unknown" {
		t.Errorf("it answers %s: %s", p.Code, p.Message)
	}
}

func TestAnotherNodeLeadsWhenTheLeaderStops(t *testing.T) {
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil), c.serve(nil)}
	nodes[0].at("2026-11-24T14:40:00Z")
	id, client := nodes[0].client("Harbor Gym")
	nodes[0].must(200, nodes[0].ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1, "windows": []string{"16:30"}}}, nil)
	sent := 0
	for len(nodes) > 0 {
		lead, others := leader(t, nodes)
		for _, r := range nodes {
			if status, _ := r.pay(client); status != http.StatusCreated {
				t.Fatalf("a payment answers %d", status)
			}
			sent++
		}
		eventually(t, "each payment leaves once", func() bool { return c.entries() == sent })
		if err := lead.stop(); err != nil {
			t.Fatal(err)
		}
		nodes = others
	}
}

// When the database server ends the session of a leader, as it does with a suspended
// node, the work of that term ends, and the node continues to serve.
func TestALeaderWhoseSessionIsEndedWritesNothingMoreInItsTerm(t *testing.T) {
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil)}
	lead, _ := leader(t, nodes)
	lead.at("2026-11-24T14:40:00Z")
	id, client := lead.client("Harbor Gym")
	lead.must(200, lead.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1, "windows": []string{"16:30"}}}, nil)
	for sent := 1; sent <= 5; sent++ {
		lead, _ := leader(t, nodes)
		was := lead.server.term.Load()
		c.database.Exec(t, c.name, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		if status, _ := nodes[sent%2].pay(client); status != http.StatusCreated {
			t.Fatalf("a payment answers %d", status)
		}
		eventually(t, "a new term begins", func() bool { lead, _ := leader(t, nodes); return lead.server.term.Load() > was })
		eventually(t, "each payment leaves once", func() bool { return c.entries() == sent })
	}
}
