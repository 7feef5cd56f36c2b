package node

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/postgres"
)

// readyz is what /readyz of the admin address says.
func (r *running) readyz() (status int, h health) {
	r.t.Helper()
	answer, err := http.Get(r.Admin + "/readyz")
	must(r.t, err)
	defer answer.Body.Close()
	must(r.t, json.NewDecoder(answer.Body).Decode(&h))
	return answer.StatusCode, h
}

func withAdmin(o *Options) { o.Admin = "127.0.0.1:0" }

func TestReadyzNamesTheReleaseOfEveryNode(t *testing.T) {
	c := newCluster(t)
	a := c.serve(func(o *Options) { withAdmin(o); o.Release = "v1" })
	c.serve(func(o *Options) { o.Release = "v2" })
	eventually(t, "it sees both", func() bool {
		_, h := a.readyz()
		return len(h.Nodes) == 2 && h.Nodes[0].Release == "v1" && h.Nodes[1].Release == "v2"
	})
}

// Only the leader runs the relay: what another node knows of the stream is from the time in
// which that one led.
func TestReadyzShowsTheStreamWhereItIsFilled(t *testing.T) {
	c := newCluster(t)
	lead, others := leader(t, []*running{c.serve(withAdmin), c.serve(withAdmin)})
	if _, h := lead.readyz(); h.Stream == nil {
		t.Error("the leader does not say how far the stream is")
	}
	if _, h := others[0].readyz(); h.Stream != nil {
		t.Errorf("a node that does not fill the stream says that it is at %d", *h.Stream)
	}
}

func TestReadyzSaysWhichFilesDoNotLeave(t *testing.T) {
	r := serve(t, "", withAdmin)
	r.client("Harbor Gym")
	const bank = "231380104"
	turn := func(what string, order any) { t.Helper(); must(t, r.command(what, order, &struct{}{})) }
	is := func(on bool, off, why string) {
		t.Helper()
		if _, h := r.readyz(); h.DeliveryOn != on || strings.Join(h.Off, " ") != off || h.WhyNot != why {
			t.Errorf("it says that delivery is on: %t, off for %q because %q; want %t, %q, %q", h.DeliveryOn, h.Off, h.WhyNot, on, off, why)
		}
	}
	is(true, "", "")
	turn("delivery/off", DeliveryStop{ODFI: bank})
	is(false, bank, "")
	turn("delivery/off", DeliveryStop{})
	is(false, "", "all of it was switched off")
	turn("delivery/on", DeliveryOrder{ODFI: bank})
	is(true, "", "") // there is no other bank
}

func TestADatabaseWithoutASynchronousStandbyIsSaid(t *testing.T) {
	r := newCluster(t).serve(withAdmin)
	status, h := r.readyz()
	if status != http.StatusOK || !strings.Contains(h.Warning, "may be lost in a failover") {
		t.Errorf("/readyz answers %d and warns %q", status, h.Warning)
	}
	if got := r.metric("achledger_standby_synchronous"); got != "0" {
		t.Errorf("achledger_standby_synchronous is %q", got)
	}
	folder := serve(t, "", withAdmin)
	if _, h := folder.readyz(); h.Warning != "" {
		t.Errorf("a data folder warns %q", h.Warning)
	}
	if got := folder.metric("achledger_standby_synchronous"); got != "" {
		t.Errorf("a data folder says achledger_standby_synchronous %s", got)
	}
}

// A node with a wrong clock would do what depends on the time earlier or later than
// the other nodes.
func TestANodeWhoseClockIsOffIsNotReady(t *testing.T) {
	var off atomic.Int64
	r := newCluster(t).serve(func(o *Options) {
		withAdmin(o)
		o.Database.change = func(o *postgres.Options) {
			o.Inspect = 10 * time.Millisecond
			o.Now = func() time.Time { return time.Now().Add(time.Duration(off.Load())) }
		}
	})
	for by, says := range map[time.Duration]string{time.Minute: "1m0s ahead", -time.Minute: "1m0s behind", -time.Second: "", 0: ""} {
		off.Store(int64(by))
		eventually(t, "/readyz says: "+says, func() bool {
			status, h := r.readyz()
			return says == "" && status == http.StatusOK || says != "" && status == http.StatusServiceUnavailable && strings.Contains(h.Reason, says)
		})
	}
}

func TestNodesDivideWhatAClientMayAsk(t *testing.T) {
	c := newCluster(t)
	r := c.serve(func(o *Options) {
		o.RequestsPerSecond = 100
		o.Database.change = func(o *postgres.Options) { o.Inspect = 10 * time.Millisecond }
	})
	_, gym := r.client("Harbor Gym")
	for range 10 {
		r.must(http.StatusOK, gym, http.MethodGet, "/api/transaction/event", nil, nil)
	}
	c.database.Exec(t, c.name, `INSERT INTO achledger.nodes(name, position, seen) SELECT n::text, 0, now() + interval '1 hour' FROM generate_series(1, 1999) n`)
	eventually(t, "one of two thousand nodes lets one request through", func() bool {
		return r.call(gym, http.MethodGet, "/api/transaction/event", nil, nil) == http.StatusTooManyRequests
	})
	wrong := gym
	wrong.Secret = "wrong"
	if first, second := r.call(wrong, http.MethodGet, "/api/transaction/event", nil, nil), r.call(wrong, http.MethodGet, "/api/transaction/event", nil, nil); first != http.StatusUnauthorized || second != http.StatusTooManyRequests {
		t.Errorf("wrong secrets answer %d and %d", first, second)
	}
}

func TestReadyzSaysWhichNodesWhatIsNewWaitsFor(t *testing.T) {
	c := newCluster(t)
	a := c.serve(func(o *Options) {
		withAdmin(o)
		o.Database.change = func(o *postgres.Options) { o.Knows = 1 }
	})
	b := c.serve(nil)
	waits := func(whom ...string) func() bool {
		return func() bool { _, h := a.readyz(); return slices.Equal(h.Waits, whom) }
	}
	eventually(t, "it waits for the node of the release before", waits("node-2"))
	must(t, b.stop())
	eventually(t, "it waits for none", waits())
}
