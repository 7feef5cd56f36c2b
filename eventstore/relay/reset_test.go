package relay

import (
	"context"
	"sync"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

// A stream that is created while the one before is being deleted has its messages
// again: the server forgets a stream before it removes the files. A node looks at its
// stream at any time, and creates it then.
func TestNothingCreatesTheStreamWhileItIsReset(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	r := newRelay(log, b.connect())
	js := must(jetstream.New(b.connect()))
	for range 30 {
		must(r.Open(t.Context()))
		for range 20 {
			must(js.Publish(t.Context(), "ledger.acme.transaction.originated", []byte("{}")))
		}
		ctx, stop := context.WithCancel(t.Context())
		var looking sync.WaitGroup
		for range 3 {
			looking.Go(func() {
				for ctx.Err() == nil {
					_, _ = r.Open(ctx) // a fork, or nothing at all
				}
			})
		}
		err := r.Reset(t.Context())
		stop()
		looking.Wait()
		if err != nil {
			t.Fatal(err)
		}
		if last := must(streamOf(t, js).Info(t.Context())).State.LastSeq; last != 0 {
			t.Fatalf("after the reset the stream holds %d messages", last)
		}
	}
}
