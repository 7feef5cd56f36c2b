package relay

import (
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/achledger/achledger/eventstore"
)

// BenchmarkRelay relays a log of 100,000 events to an embedded broker, and
// tells the processor time of both together.
func BenchmarkRelay(b *testing.B) {
	const events = 100_000
	log := openLog(b, b.TempDir())
	record(log, events)
	var used time.Duration
	for b.Loop() {
		b.StopTimer()
		r, closeBoth := embedded(b, log)
		before := processorTime(b)
		b.StartTimer()
		stop := running(b, r)
		waitFor(b, r, events)
		b.StopTimer()
		used += processorTime(b) - before
		stop()
		closeBoth()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)*events/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(used.Nanoseconds())/1e3/events/float64(b.N), "cpu-us/event")
}

// BenchmarkCompare compares a stream of 100,000 messages with its log.
func BenchmarkCompare(b *testing.B) {
	const events = 100_000
	log := openLog(b, b.TempDir())
	record(log, events)
	r, closeBoth := embedded(b, log)
	defer closeBoth()
	stop := running(b, r)
	waitFor(b, r, events)
	stop()
	before := processorTime(b)
	for b.Loop() {
		found, err := Compare(b.Context(), r.Conn, log)
		if err != nil || found.Messages != events || len(found.Problems) > 0 {
			b.Fatal(found, err)
		}
	}
	used := processorTime(b) - before
	b.ReportMetric(float64(b.N)*events/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(used.Nanoseconds())/1e3/events/float64(b.N), "cpu-us/event")
}

// BenchmarkFollow writes 20 events every 2 ms, without a relay and with one.
// The difference is the processor time of relay and broker while the log grows.
func BenchmarkFollow(b *testing.B) {
	for name, relayed := range map[string]bool{"alone": false, "relayed": true} {
		b.Run(name, func(b *testing.B) {
			const some, times = 20, 1000
			log := openLog(b, b.TempDir())
			r, closeBoth := embedded(b, log)
			defer closeBoth()
			if relayed {
				defer running(b, r)()
			}
			before := processorTime(b)
			for b.Loop() {
				tick := time.NewTicker(2 * time.Millisecond)
				var head int64
				for range times {
					head = record(log, some)
					<-tick.C
				}
				if relayed {
					waitFor(b, r, head)
				}
			}
			used := processorTime(b) - before
			b.ReportMetric(float64(used.Nanoseconds())/1e3/some/times/float64(b.N), "cpu-us/event")
		})
	}
}

// embedded is a relay to a broker in this process.
func embedded(b *testing.B, log eventstore.Store) (r *Relay, closeBoth func()) {
	b.Helper()
	broker := newBroker(b)
	c, err := nats.Connect("", nats.InProcessServer(broker.server))
	if err != nil {
		b.Fatal(err)
	}
	return newRelay(log, c), func() {
		c.Close()
		broker.stop()
	}
}

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
