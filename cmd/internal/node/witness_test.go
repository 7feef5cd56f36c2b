package node

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/nats-io/nats.go"
)

// putBack makes a ledger whose database is copied, then lets a payment leave in a
// file, and then replaces the database by the copy, in which the payment still waits.
// It returns the folder of the first node, which knew of the file.
func putBack(t *testing.T) (c *cluster, knew folder.Folder) {
	t.Helper()
	c = newCluster(t)
	r := c.serve(nil)
	r.at("2026-11-24T14:40:00Z")
	id, client := r.client("Harbor Gym")
	r.pay(client) // waits for its window
	eventually(t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	must(t, r.stop())
	before, after := c.name, c.name+"_put_back"
	c.database.Exec(t, "postgres", "CREATE DATABASE "+after+" TEMPLATE "+before)
	r = serve(t, r.folder, c.options)
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1, "windows": []string{"16:30"}}}, nil)
	eventually(t, "the payment leaves", func() bool { return len(c.sent()) == 1 })
	eventually(t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	must(t, r.stop())
	c.name = after
	return c, r.folder
}

// refuses fails the test unless nothing leaves from a node, and it says why.
func (c *cluster) refuses(r *running, why string) {
	c.t.Helper()
	defer func() {
		if c.t.Failed() {
			on, reason := r.server.Switch.Allowed("231380104")
			c.t.Logf("delivery is on: %t, and it says %q, not %q", on, reason, why)
		}
	}()
	eventually(c.t, "delivery is off and says why", func() bool {
		on, reason := r.server.Switch.Allowed("231380104")
		return !on && strings.Contains(reason, why)
	})
}

func TestADatabasePutBackToAnEarlierTimeDeliversNothing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		witness, views, stream bool
		why                    string
	}{
		"a node wrote that it knew more, and the stream is away": {true, false, false, "this node had read event"},
		"a node's views show more, and the stream is away":       {false, true, false, "this node had read event"},
		"only the stream knew more":                              {false, false, true, "it holds"},
	} {
		t.Run(name, func(t *testing.T) {
			c, knew := putBack(t)
			if !tt.witness {
				must(t, os.Remove(knew.Witness()))
			}
			if !tt.views {
				must(t, os.Remove(knew.Views()))
			}
			away := c.nats
			if !tt.stream {
				c.nats = "nats://127.0.0.1:1"
			}
			first := serve(t, knew, c.options)
			c.refuses(first, tt.why)
			other := c.serve(nil) // a new node, which knows nothing of the lost events
			c.refuses(other, tt.why)
			must(t, first.command("keys/ops", Nothing{}, &Nothing{})) // the credentials in the log are not accepted
			var err error
			first.ops, err = knew.ReadCredential()
			must(t, err)
			first.at("2026-11-24T21:31:00Z") // after the window of the payment that waits again
			if n := len(c.sent()); n != 1 {
				t.Errorf("the bank has %d files", n)
			}
			must(t, other.stop())
			must(t, first.stop())
			// A person examines it, says which files left, and resets the stream.
			c.nats = away
			first = serve(t, knew, c.options)
			if tt.stream {
				err := first.command("delivery/on", DeliveryOrder{ODFI: "231380104"}, &struct{}{})
				if err == nil || !strings.Contains(err.Error(), "stream reset") {
					t.Errorf("delivery is on, and the stream knows more than the log: %v", err)
				}
			}
			must(t, first.command("stream/reset", Nothing{}, &Nothing{}))
			must(t, first.command("delivery/on", DeliveryOrder{ODFI: "231380104"}, &struct{}{}))
			eventually(t, "the stream holds the whole log", func() bool { return first.metric("achledger_relay_lag_events") == "0" })
			if on, reason := first.server.Switch.Allowed("231380104"); !on {
				t.Errorf("delivery is off: %s", reason)
			}
			must(t, first.stop())
		})
	}
}

// A failover begins a new timeline, as a restore does. Nothing leaves until the stream
// has confirmed that the log is the same.
func TestAnotherDatabaseWithTheSameLogDeliversOnceTheStreamSaysSo(t *testing.T) {
	c := newCluster(t)
	r := c.serve(nil)
	r.at("2026-11-24T14:40:00Z")
	id, client := r.client("Harbor Gym")
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1, "windows": []string{"16:30"}}}, nil)
	eventually(t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	must(t, r.stop())
	c.database.Exec(t, c.name, `UPDATE achledger.delivery SET content = convert_to(
		regexp_replace(convert_from(content, 'UTF8'), '"identity":"[^"]*"', '"identity":"another"'), 'UTF8')`)
	nats := c.nats
	c.nats = "nats://127.0.0.1:1"
	r = serve(t, r.folder, c.options)
	c.refuses(r, "until the stream says")
	if status, _ := r.pay(client); status != http.StatusCreated {
		t.Errorf("a payment answers %d", status)
	}
	must(t, r.stop())
	if len(c.sent()) != 0 {
		t.Error("it left")
	}
	c.nats = nats
	c.database.Exec(t, c.name, `INSERT INTO achledger.nodes(name, position, seen, vouches) VALUES('gone', 0, now(), 'another')`)
	r = serve(t, r.folder, func(o *Options) { c.options(o); withAdmin(o) })
	c.refuses(r, "until gone says that it holds what was known there")
	ctx, end := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer end()
	r.server.awaitVerdict(ctx) // a stream that is in order says nothing for gone
	if on, _ := r.server.Switch.Allowed("231380104"); on {
		t.Error("the pause of a log that was not confirmed was ended")
	}
	eventually(t, "/readyz names the node that is waited for", func() bool { // not while the verdict that was broken off stands
		_, h := r.readyz()
		return !h.DeliveryOn && strings.Contains(h.WhyNot, "gone")
	})
	if len(c.sent()) != 0 {
		t.Error("it left")
	}
	c.database.Exec(t, c.name, `UPDATE achledger.nodes SET vouches = (SELECT vouches FROM achledger.nodes WHERE vouches NOT IN ('', 'another')) WHERE name = 'gone'`)
	eventually(t, "the payment leaves", func() bool { return len(c.sent()) == 1 })
	must(t, r.stop())
}

// A node and the primary are killed together, with the machine or the place where both
// are. Delivery waits for the node, which has no --node name.
func TestANodeWithoutANameIsTheSameAfterItWasKilled(t *testing.T) {
	c := newCluster(t)
	nameless := func(o *Options) {
		c.options(o)
		o.Database.Node = ""
	}
	r := c.serve(nameless)
	r.at("2026-11-24T14:40:00Z")
	id, client := r.client("Harbor Gym")
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1, "windows": []string{"16:30"}}}, nil)
	eventually(t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	nodes, err := r.server.asks.Nodes(t.Context())
	must(t, err)
	must(t, r.stop())
	c.database.Exec(t, c.name, `UPDATE achledger.delivery SET content = convert_to(
		regexp_replace(convert_from(content, 'UTF8'), '"identity":"[^"]*"', '"identity":"another"'), 'UTF8')`)
	c.database.Exec(t, c.name, `INSERT INTO achledger.nodes(name, position, seen, vouches) VALUES($1, 0, now(), 'another')`, nodes[0].Name)
	r = serve(t, r.folder, nameless)
	if status, _ := r.pay(client); status != http.StatusCreated {
		t.Errorf("a payment answers %d", status)
	}
	eventually(t, "the payment leaves", func() bool { return len(c.sent()) == 1 })
	if _, err := openDatabase(t.Context(), r.server.options); err == nil || !strings.Contains(err.Error(), "another node runs on") {
		t.Errorf("a second node on the same folder: %v", err)
	}
}

// The broker may be gone again before delivery is switched off, and then it is not
// known whether somebody reset the stream.
func TestNothingLeavesWhileItIsNotKnownWhetherTheStreamIsAFork(t *testing.T) {
	c := newCluster(t)
	r := c.serve(nil)
	leader(t, []*running{r})
	away, err := nats.Connect("nats://127.0.0.1:1", nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1))
	must(t, err)
	defer away.Close()
	s := &Server{Core: r.server.Core, asks: r.server.asks, log: r.server.log,
		relay: &relay.Relay{Store: r.server.Store, Conn: away, Log: r.server.log}}
	ctx, end := context.WithCancel(t.Context())
	verdict := make(chan bool)
	go func() { verdict <- s.awaitVerdict(ctx) }()
	c.refuses(r, contradicted)
	end()
	if !<-verdict {
		t.Error("a fork that was found is none any more, though nobody looked")
	}
	if on, _ := r.server.Switch.Allowed("231380104"); on {
		t.Error("delivery goes on")
	}
	s.relay.Conn = r.server.broker.conn
	if s.awaitVerdict(t.Context()) {
		t.Error("a stream that is a copy of the log is a fork")
	}
	if on, why := r.server.Switch.Allowed("231380104"); !on {
		t.Errorf("delivery stays off: %s", why)
	}
}

// A leader that could not confirm the log ends its pause when its term ends: the next
// leader may know more.
func TestANodeThatDoesNotLeadPausesNothing(t *testing.T) {
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil)}
	lead, _ := leader(t, nodes)
	lead.server.Switch.Pause(otherDatabase + "it is known")
	c.database.Exec(t, c.name, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	eventually(t, "nothing is paused in the next term", func() bool {
		leads, _ := leader(t, nodes)
		on, _ := lead.server.Switch.Allowed("231380104")
		return on && leads.server.term.Load() > 1
	})
}

// The leader that verified the log after a failover says so beside the switch. The next
// one does not ask the stream again, which may be away, and a node that stops does not
// write what it knew at its start.
func TestInWhichDatabaseTheLogWasVerifiedIsKnownToEveryNode(t *testing.T) {
	c := newCluster(t)
	r := c.serve(nil)
	r.at("2026-11-24T14:40:00Z")
	c.database.Exec(t, c.name, `UPDATE achledger.delivery SET content = convert_to(
		regexp_replace(convert_from(content, 'UTF8'), '"identity":"[^"]*"', '"identity":"verified"'), 'UTF8')`)
	eventually(t, "the node knows it", func() bool { return r.server.switched.identity() == "verified" })
	r.client("Harbor Gym")
	must(t, r.stop())
	s, err := postgres.Open(t.Context(), postgres.Options{URL: c.database.URL(postgrestest.Role, c.name), ReadOnly: true})
	must(t, err)
	defer s.Close()
	content, _, err := s.Delivery(t.Context())
	must(t, err)
	if !strings.Contains(string(content), `"identity":"verified"`) {
		t.Errorf("after the stop of a node the switch says %s", content)
	}
}

// When no witness knows more than the restored database, the switch does: at the
// position where it was noted, the log has another event.
func TestTheSwitchKnowsTheEventAtWhichItWasNoted(t *testing.T) {
	c := newCluster(t)
	r := c.serve(nil)
	r.client("Harbor Gym")
	must(t, r.stop())
	must(t, os.Remove(r.folder.Witness()))
	c.database.Exec(t, c.name, `UPDATE achledger.delivery SET content = convert_to(
		regexp_replace(convert_from(content, 'UTF8'), '"hash":"[^"]*"', '"hash":"00"'), 'UTF8')`)
	c.refuses(serve(t, r.folder, c.options), "differs from before")
}

func TestAStreamOnSeveralServersHasThreeReplicas(t *testing.T) {
	for want, o := range map[int]BrokerOptions{
		0: {URL: "nats://a:4222"}, 3: {URL: "nats://a:4222,nats://b:4222"}, 1: {URL: "nats://a,nats://b", Replicas: 1},
	} {
		if got := o.replicas(); got != want {
			t.Errorf("%s with --nats-replicas=%d: %d", o.URL, o.Replicas, got)
		}
	}
}
