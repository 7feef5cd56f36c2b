package http_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// pausing delays the first append of a transaction.
type pausing struct {
	eventstore.Store
	once           sync.Once
	begun, goAhead chan struct{}
}

func (p *pausing) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if strings.HasPrefix(appends[0].Stream, "transaction/") {
		p.once.Do(func() {
			close(p.begun)
			<-p.goAhead
		})
	}
	return p.Store.Append(ctx, appends...)
}

// sealing signals when something is sealed.
type sealing struct {
	ledger.Keys
	sealed chan struct{}
}

func (s *sealing) Seal(client string, plain []byte, purpose string) ([]byte, error) {
	s.sealed <- struct{}{}
	return s.Keys.Seal(client, plain, purpose)
}

// A line that is prepared while earlier lines are written is checked again, right
// before its own write, against what its caller may do by then.
func TestALineOfABulkRequestIsRefusedOnceItsCallerWasStopped(t *testing.T) {
	for name, tt := range map[string]struct {
		stop func(caller)
		want string
	}{
		"suspended":                   {func(c caller) { c.suspend("business") }, "Pending 2:client-suspended"},
		"with its credential revoked": {func(c caller) { c.revoke(c) }, "Pending 2:unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			store := &pausing{begun: make(chan struct{}), goAhead: make(chan struct{})}
			keys := &sealing{sealed: make(chan struct{}, 100)}
			w := newWorld(t)
			w.stop()
			w.open(func(o *api.Options) {
				store.Store, keys.Keys = o.Ledger.Store, o.Ledger.Keys
				o.Ledger.Store, o.Ledger.Keys = store, keys
			})
			bank := w.client("business", settings())
			for len(keys.sealed) > 0 {
				<-keys.sealed
			}
			id := func(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
			body, lines := io.Pipe()
			r, err := http.NewRequest("POST", w.url+"/api/transaction/bulk", body)
			w.must(err)
			r.Header.Set("Content-Type", ndjson)
			r.SetBasicAuth(bank.key, bank.secret)
			go func() {
				fmt.Fprintln(lines, proposal("TransactionID", id(1)))
				<-store.begun // the first line is being written
				fmt.Fprintln(lines, proposal("TransactionID", id(2)))
				<-keys.sealed
				<-keys.sealed // the second was prepared while its caller still may
				tt.stop(bank)
				close(store.goAhead)
			}()
			response, err := http.DefaultClient.Do(r)
			w.must(err)
			defer response.Body.Close()
			talk := talk{w, lines, bufio.NewReader(response.Body)}
			if got := fmt.Sprint(talk.hear(), " ", talk.hear()); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			w.must(talk.lines.Close())
			if tt.want == "Pending 2:unauthorized" {
				bank = w.credential("business")
			}
			bank.call("GET", "/api/transaction/"+id(2), "").is(404)
		})
	}
}
