package broker

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// BenchmarkFeed reads 20,000 events through the gate, one acknowledgement
// each.
func BenchmarkFeed(b *testing.B) {
	const events = 20_000
	broker := start(b, b.TempDir())
	_, js := owner(b, broker)
	if _, err := js.CreateStream(soon(b), jetstream.StreamConfig{Name: "LEDGER", Subjects: []string{"ledger.>"}}); err != nil {
		b.Fatal(err)
	}
	for range events {
		if _, err := js.PublishMsgAsync(&nats.Msg{Subject: "ledger.acme.transaction.originated", Data: make([]byte, 300)}); err != nil {
			b.Fatal(err)
		}
	}
	<-js.PublishAsyncComplete()
	c := subscriber(b, broker.URL(), "A1")
	for b.Loop() {
		f := feed(b, c, "A1")
		var n atomic.Int64
		done := make(chan struct{})
		reading, err := f.Consume(func(m jetstream.Msg) {
			if err := m.Ack(); err != nil {
				b.Error(err)
			}
			if n.Add(1) == events {
				close(done)
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		select {
		case <-done:
		case <-time.After(time.Minute):
			b.Fatalf("read %d of %d", n.Load(), events)
		}
		reading.Stop()
		b.StopTimer()
		if err := js.DeleteConsumer(soon(b), "LEDGER", "feed-A1"); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)*events/b.Elapsed().Seconds(), "events/s")
}
