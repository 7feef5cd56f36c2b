package http_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

// meeting makes the first two writes of clients, or of banks, start together, so
// that neither has seen what the other writes.
type meeting struct {
	eventstore.Store
	expected bool
	came     atomic.Int32
	both     chan struct{}
}

func (m *meeting) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if m.expected && (strings.HasPrefix(appends[0].Stream, "client/") || strings.HasPrefix(appends[0].Stream, "bank/")) {
		if m.came.Add(1) == 2 {
			close(m.both)
		}
		<-m.both
	}
	return m.Store.Append(ctx, appends...)
}

// receivingAt is a new client's body with other receiving accounts.
func receivingAt(accounts string) string {
	return strings.Replace(newClient, `["1234567890","77*"]`, accounts, 1)
}

func TestOfTwoClientsThatSetTheSameReceivingAccountAtOnceOneIsRefused(t *testing.T) {
	for name, calls := range map[string]func(ops caller) [2]func() *answer{
		"opened": func(ops caller) (both [2]func() *answer) {
			for n, accounts := range []string{`["1234567890"]`, `["12*"]`} {
				both[n] = func() *answer { return ops.call("POST", "/v1/ops/clients", receivingAt(accounts)) }
			}
			return both
		},
		"changed": func(ops caller) (both [2]func() *answer) {
			for n := range both {
				id := ops.call("POST", "/v1/ops/clients", receivingAt(fmt.Sprintf(`["555%d"]`, n))).is(201).text("client_id")
				both[n] = func() *answer { return ops.call("PATCH", "/v1/ops/clients/"+id, `{"receiving_accounts":["888"]}`) }
			}
			return both
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := &meeting{both: make(chan struct{})}
			w := newWorld(t, func(o *api.Options) {
				store.Store = o.Ledger.Store
				o.Ledger.Store = store
			})
			both := calls(w.ops())
			store.expected = true
			first := make(chan *answer, 1)
			go func() { first <- both[0]() }()
			answers := []*answer{both[1](), <-first}
			if answers[0].status == 422 {
				answers[0], answers[1] = answers[1], answers[0]
			}
			if answers[0].status/100 != 2 || answers[1].status != 422 || !strings.Contains(string(answers[1].body), "overlap") {
				t.Errorf("%d %s\n%d %s", answers[0].status, answers[0].body, answers[1].status, answers[1].body)
			}
		})
	}
}

// Two ODFIs whose files would have the same names in the same folder are set up at
// the same time: one is refused.
func TestOfTwoBanksThatSetTheSameFileNamesAtOnceOneIsRefused(t *testing.T) {
	store := &meeting{both: make(chan struct{})}
	w := newWorld(t, func(o *api.Options) {
		o.Inbound = struct{ api.Inbound }{}
		store.Store = o.Ledger.Store
		o.Ledger.Store = store
	})
	ops := w.ops()
	set := func(routing, template, origin string) *answer {
		return ops.call("PUT", "/v1/ops/odfis/"+routing, `{"delivery":{"method":"outbox"},"file_name":"`+template+`{date}{sequence}.txt","header":{"immediate_origin":"`+origin+`"}}`)
	}
	store.expected = true
	first := make(chan *answer, 1)
	go func() { first <- set("231380104", "{routing}", "1840000017") }()
	answers := []*answer{set("121042882", "{origin}", "231380104"), <-first}
	if answers[0].status != 200 {
		answers[0], answers[1] = answers[1], answers[0]
	}
	if answers[0].status != 200 || answers[1].status != 422 || !strings.Contains(string(answers[1].body), "/file_name") {
		t.Errorf("%d %s\n%d %s", answers[0].status, answers[0].body, answers[1].status, answers[1].body)
	}
}

// Receiving accounts that a body repeats masked are compared too when the client
// moves to another bank.
func TestAClientBringsNoReceivingAccountToABankThatHasIt(t *testing.T) {
	w := newWorld(t)
	ops := w.ops()
	ops.call("POST", "/v1/ops/clients", receivingAt(`["77*"]`)).is(201)
	other := strings.Replace(receivingAt(`["770001"]`), `["231380104"]`, `["021214862"]`, 1)
	id := ops.call("POST", "/v1/ops/clients", other).is(201).text("client_id")
	path := "/v1/ops/clients/" + id
	ops.call("PATCH", path, `{"odfi_routing_numbers":["021214862","231380104"]}`).problem(422, "rule-broken").names("/receiving_accounts/0")
	ops.call("PATCH", path, `{"name":"Another"}`).is(200)
}
