package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/json"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// payload is an originated event of usual size.
var payload = json.RawMessage(`{"amount_cents":500025,"note":"` + strings.Repeat("x", 560) + `"}`)

// BenchmarkAppend1024InFlight is the accept path at its fullest: 1,024 callers
// that each wait for their one event. Compare with BenchmarkBareGroupCommit.
func BenchmarkAppend1024InFlight(b *testing.B) { benchmarkAppend(b, 1024, 1) }

func BenchmarkAppend256InFlight(b *testing.B) { benchmarkAppend(b, 256, 1) }

func BenchmarkAppend64InFlight(b *testing.B) { benchmarkAppend(b, 64, 1) }

func BenchmarkAppendLoneCaller(b *testing.B) { benchmarkAppend(b, 1, 1) }

func BenchmarkAppend100EventsFromOneCaller(b *testing.B) { benchmarkAppend(b, 1, 100) }

func BenchmarkAppend100EventsFrom16Callers(b *testing.B) { benchmarkAppend(b, 16, 100) }

// BenchmarkAppendTo500Streams is what a bulk request of payments appends; n is
// its lines.
func BenchmarkAppendTo500Streams(b *testing.B) { benchmarkCalls(b, eventstore.NewStream) }

// BenchmarkAppendToTheNextOf500Streams is what a cut appends.
func BenchmarkAppendToTheNextOf500Streams(b *testing.B) { benchmarkCalls(b, 1) }

func benchmarkCalls(b *testing.B, expect int64) {
	s := benchLog(b)
	calls := make([][]eventstore.Append, 0, b.N/500+1)
	for left := b.N; left > 0; left -= 500 {
		call := make([]eventstore.Append, min(500, left))
		for i := range call {
			call[i] = eventstore.Append{Stream: benchStream(), Client: "c1",
				Events: []eventstore.New{{Type: "transaction.originated", Data: payload}}}
		}
		calls = append(calls, call)
	}
	write := func() {
		for _, call := range calls {
			if _, err := s.Append(context.Background(), call...); err != nil {
				b.Fatal(err)
			}
		}
	}
	if expect != eventstore.NewStream {
		write()
		for _, call := range calls {
			for i := range call {
				call[i].Expect = expect
			}
		}
	}
	b.ResetTimer()
	before := processorTime(b)
	write()
	b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// processorTime is what this process has used of the processors.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkBareGroupCommit is what SQLite and its driver can do: the same
// rows into the same schema, 1,024 to a transaction, with nothing around it.
func BenchmarkBareGroupCommit(b *testing.B) {
	c := bareConnection(b)
	b.ResetTimer()
	bareGroupCommit(b, c, b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkAppendAgainstBare interleaves both and reports the median
// ratios, which the budget wants at 70 % or more.
func BenchmarkAppendAgainstBare(b *testing.B) {
	const each = 30_000
	s, c := benchLog(b), bareConnection(b)
	var ratios []float64
	for range 15 {
		start := time.Now()
		bareGroupCommit(b, c, each)
		bare := time.Since(start)
		start = time.Now()
		appendInFlight(b, s, 1024, 1, each)
		ratios = append(ratios, bare.Seconds()/time.Since(start).Seconds())
	}
	sort.Float64s(ratios)
	b.ReportMetric(100*ratios[7], "%of_bare")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkReadAll is how fast a view can be rebuilt at most.
func BenchmarkReadAll(b *testing.B) {
	s := benchLog(b)
	appendInFlight(b, s, 16, 500, 200)
	b.ResetTimer()
	read := 0
	for read < b.N {
		for after := int64(0); after < 100_000 && read < b.N; {
			page, err := s.ReadAll(context.Background(), after, 1000)
			if err != nil {
				b.Fatal(err)
			}
			after = page[len(page)-1].Position
			read += len(page)
		}
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkReadHistories is how a file of 100,000 entries is read: each entry
// was originated, then filed.
func BenchmarkReadHistories(b *testing.B) {
	const entries = 100_000
	s := benchLog(b)
	streams := make([]string, entries)
	for i := range streams {
		streams[i] = benchStream()
	}
	for expect, name := range []string{"transaction.originated", "transaction.filed"} {
		for chunk := range slices.Chunk(streams, 1000) {
			var appends []eventstore.Append
			for _, stream := range chunk {
				appends = append(appends, eventstore.Append{Stream: stream, Client: "c1", Expect: int64(expect),
					Events: []eventstore.New{{Type: name, Data: payload}}})
			}
			if _, err := s.Append(context.Background(), appends...); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ResetTimer()
	for range b.N {
		read := 0
		err := s.ReadHistories(context.Background(), "transaction.filed", entries+1, 2*entries, func([]eventstore.Recorded) error { read++; return nil })
		if err != nil || read != entries {
			b.Fatal(read, err)
		}
	}
	b.ReportMetric(float64(b.N*entries)/b.Elapsed().Seconds(), "entries/s")
}

func benchmarkAppend(b *testing.B, callers, events int) {
	s := benchLog(b)
	b.ResetTimer()
	before := processorTime(b)
	latencies := appendInFlight(b, s, callers, events, b.N)
	b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(b.N*events), "cpu-ns/event")
	b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
	sort.Slice(latencies, func(i, j int) bool { return latencies[i] < latencies[j] })
	b.ReportMetric(float64(latencies[len(latencies)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(latencies[len(latencies)*99/100].Microseconds()), "p99-µs")
}

// appendInFlight makes n calls of so many events each, from so many callers.
func appendInFlight(b *testing.B, s *Store, callers, events, n int) []time.Duration {
	var wg sync.WaitGroup
	var turn atomic.Int64
	latencies := make([]time.Duration, n)
	for range callers {
		wg.Go(func() {
			news := make([]eventstore.New, events)
			for i := range news {
				news[i] = eventstore.New{Type: "transaction.originated", Data: payload}
			}
			for i := turn.Add(1) - 1; i < int64(n); i = turn.Add(1) - 1 {
				start := time.Now()
				_, err := s.Append(context.Background(), eventstore.Append{Stream: benchStream(), Client: "c1", Events: news})
				if err != nil {
					b.Error(err)
					return
				}
				latencies[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	return latencies
}

func benchStream() string { return "transaction/c1/" + uuid.Must(uuid.NewV7()).String() }

func benchLog(b *testing.B) *Store {
	s, err := Open(b.TempDir(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func bareConnection(b *testing.B) *conn.Conn {
	path := filepath.Join(b.TempDir(), FileName)
	if err := create(path); err != nil {
		b.Fatal(err)
	}
	c, err := conn.Open(path, conn.ReadWrite, "page_size = 8192", "journal_mode = WAL", "synchronous = FULL",
		"wal_autocheckpoint = 4000", "temp_store = MEMORY", "cache_size = -65536")
	if err != nil {
		b.Fatal(err)
	}
	if err := migrate(c); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c
}

func bareGroupCommit(b *testing.B, c *conn.Conn, n int) {
	row, err := c.Row(selectHead)
	if err != nil {
		b.Fatal(err)
	}
	insert, err := c.Statement(insertEvent)
	if err != nil {
		b.Fatal(err)
	}
	position, id, hash, at := row[0].(int64), make([]byte, 16), sha256.Sum256(nil), time.Now().UnixMicro()
	must := func(_ any, err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	for done := 0; done < n; {
		must(c.Exec("BEGIN IMMEDIATE"))
		for range min(1024, n-done) {
			position++
			done++
			must(insert.Exec([]driver.Value{position, benchStream(), int64(1), id, "c1", "transaction.originated",
				[]byte(payload), []byte(`{}`), at, hash[:]}))
		}
		must(c.Exec(updateHead, position, hash[:]))
		must(c.Exec("COMMIT"))
	}
}
