package http_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// streamsRead counts how often streams of transactions and of files are read.
type streamsRead struct {
	eventstore.Store
	transactions, files atomic.Int64
}

func (s *streamsRead) ReadStream(ctx context.Context, stream string, after int64) ([]eventstore.Recorded, error) {
	if strings.HasPrefix(stream, "transaction/") {
		s.transactions.Add(1)
	}
	if strings.HasPrefix(stream, "file/") {
		s.files.Add(1)
	}
	return s.Store.ReadStream(ctx, stream, after)
}

func (s *streamsRead) ReadStreams(ctx context.Context, streams []string) (map[string][]eventstore.Recorded, error) {
	s.transactions.Add(1)
	return s.Store.ReadStreams(ctx, streams)
}

// Returns are listed newest first in pages. A page reads only its own rows, and not
// one stream for each row.
func TestAPageOfReturnsReadsItsRowsAlone(t *testing.T) {
	counted := &streamsRead{}
	w := newWorld(t, func(o *api.Options) {
		counted.Store = o.Ledger.Store
		o.Ledger.Store = counted
	})
	bank := w.client("business", settings())
	w.client("harbor", settings())
	var want []string
	for n := range 7 {
		a := bank.originate(proposal()).is(201)
		id, event := a.text("TransactionID"), a.field("Events").([]any)[0].(map[string]any)["EventID"].(string)
		_, err := w.ledger.Write(t.Context(), ledger.Change{
			Stream: domain.TransactionStream("business", id), Client: "business", Expect: 1,
			Events: []domain.Event{domain.TransactionReturned{Incoming: domain.Incoming{
				ItemID: api.NewID(), ReplyTo: event, Inbound: "f", SettledOn: "2026-11-17",
				Entry: nacha.Entry{Code: 21, Routing: "021214862", AmountCents: 500025, Trace: fmt.Sprintf("09999999%07d", n), Return: &nacha.Return{Code: "R03"}},
			}}},
		})
		w.must(err)
		want = append([]string{id}, want...)
	}
	before := counted.transactions.Load()
	var got []string
	for path := "/v1/returns?limit=3"; path != ""; {
		a := bank.call("GET", path, "").is(200)
		for _, r := range a.list() {
			got = append(got, r["transactionId"].(string))
		}
		path = ""
		if next, _, ok := strings.Cut(strings.TrimPrefix(a.header.Get("Link"), "<"), ">"); ok {
			path = next
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("returns %v, want %v", got, want)
	}
	if all := bank.call("GET", "/v1/returns", "").is(200).list(); len(all) != len(want) || all[0]["returnTraceNumber"] != "099999990000006" {
		t.Errorf("at once: %v", all)
	}
	if n := counted.transactions.Load() - before; n > 0 {
		t.Errorf("the lists read %d streams of transactions", n)
	}
	bank.call("GET", "/v1/returns?limit=3&cursor=7", "").problem(400, "invalid")
	next := strings.TrimPrefix(strings.Split(bank.call("GET", "/v1/returns?limit=3", "").is(200).header.Get("Link"), ">")[0], "<")
	if rest := bank.call("GET", strings.Replace(next, "limit=3", "limit=", 1), "").is(200).list(); len(rest) != len(want)-3 {
		t.Errorf("what follows a page, all at once, has %d rows", len(rest))
	}
}
