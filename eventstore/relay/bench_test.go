package relay

import (
	"testing"

	"github.com/nats-io/nats.go"
)

// BenchmarkRelay relays a log of 100,000 events to an embedded broker.
func BenchmarkRelay(b *testing.B) {
	const events = 100_000
	log := openLog(b, b.TempDir())
	record(log, events)
	for b.Loop() {
		b.StopTimer()
		broker := newBroker(b)
		c, err := nats.Connect("", nats.InProcessServer(broker.server))
		if err != nil {
			b.Fatal(err)
		}
		r := newRelay(log, c)
		b.StartTimer()
		stop := running(b, r)
		waitFor(b, r, events)
		b.StopTimer()
		stop()
		c.Close()
		broker.stop()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)*events/b.Elapsed().Seconds(), "events/s")
}
