package http_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/http/api"
)

// BenchmarkOriginate posts single transactions over loopback, and for
// comparison posts them through the same handlers to a log that is nothing
// but a group commit: opaque bytes appended to a file and synced. It reports
// the median of interleaved rounds; the load generator shares the processors.
func BenchmarkOriginate(b *testing.B) {
	for _, connections := range []int{1, 64, 512} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			real := newWorld(b, quiet)
			bare := newWorld(b, quiet, func(o *api.Options) {
				l := *o.Ledger
				l.Store = newBareLog(b, o.Ledger.Store)
				o.Ledger = &l
			})
			var ratios, rates []float64
			var latencies []time.Duration
			const rounds, length = 5, 1200 * time.Millisecond
			for range rounds {
				n, took, all := load(b, real, connections, length)
				m, tookBare, _ := load(b, bare, connections, length)
				rate, rateBare := float64(n)/took.Seconds(), float64(m)/tookBare.Seconds()
				rates, ratios = append(rates, rate), append(ratios, 100*rate/rateBare)
				latencies = append(latencies, all...)
			}
			slices.Sort(rates)
			slices.Sort(ratios)
			slices.Sort(latencies)
			b.ReportMetric(rates[rounds/2], "POST/s")
			b.ReportMetric(ratios[rounds/2], "%of_bare")
			b.ReportMetric(float64(latencies[len(latencies)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(latencies[len(latencies)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkOriginateOne counts what one request allocates, without a network.
func BenchmarkOriginateOne(b *testing.B) {
	w := newWorld(b, quiet)
	bank := w.client("business", settings())
	handler, body, login := w.server.Handler(), proposal(), basic(bank.key, bank.secret)
	b.ReportAllocs()
	for b.Loop() {
		r, _ := http.NewRequest("POST", "/api/transaction", strings.NewReader(body))
		r.Header.Set("Authorization", login)
		answer := &discard{header: http.Header{}}
		if handler.ServeHTTP(answer, r); answer.status != 201 {
			b.Fatal(answer.status)
		}
	}
}

// BenchmarkBulk sends lines as fast as they are taken, and for comparison
// appends as many events to the log by themselves.
func BenchmarkBulk(b *testing.B) {
	w := newWorld(b, quiet)
	bank := w.client("business", settings())
	const lines = 20_000
	body := strings.Repeat(proposal()+"\n", lines)
	var rates, ratios []float64
	for round := range 5 {
		start := time.Now()
		r, _ := http.NewRequest("POST", w.url+"/api/transaction/bulk", strings.NewReader(body))
		r.Header.Set("Content-Type", ndjson)
		r.Header.Set("Idempotency-Key", fmt.Sprint("round ", round))
		r.SetBasicAuth(bank.key, bank.secret)
		response, err := http.DefaultClient.Do(r)
		w.must(err)
		got, err := io.ReadAll(response.Body)
		w.must(err)
		if n := bytes.Count(got, []byte(`"Pending"`)); n != lines {
			b.Fatalf("%d of %d lines: %.300s", n, lines, got)
		}
		took := time.Since(start)
		alone := appendAlone(b, w.store, lines, round)
		rates = append(rates, lines/took.Seconds())
		ratios = append(ratios, 100*alone.Seconds()/took.Seconds())
	}
	slices.Sort(rates)
	slices.Sort(ratios)
	b.ReportMetric(rates[2], "lines/s")
	b.ReportMetric(ratios[2], "%of_append")
	b.ReportMetric(0, "ns/op")
}

// appendAlone appends n events of the usual size, 1,024 to a call.
func appendAlone(b *testing.B, s *sqlite.Store, n, round int) time.Duration {
	data := []byte(`{"amount_cents":500025,"note":"` + strings.Repeat("x", 750) + `"}`)
	start := time.Now()
	for first := 0; first < n; first += eventstore.MaxAppend {
		var appends []eventstore.Append
		for i := first; i < min(n, first+eventstore.MaxAppend); i++ {
			appends = append(appends, eventstore.Append{
				Stream: fmt.Sprintf("bench/%d/%09d", round, i), Client: "bench", Events: []eventstore.New{{Type: "bench.made", Data: data}},
			})
		}
		if _, err := s.Append(context.Background(), appends...); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start)
}

func quiet(o *api.Options) { o.Log = nil }

// discard is a ResponseWriter that drops the body.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// load posts over some connections for a time.
func load(b *testing.B, w *world, connections int, length time.Duration) (n int64, took time.Duration, latencies []time.Duration) {
	id := "load" + strconv.Itoa(connections)
	bank := w.client(id, settings())
	body := proposal()
	request := fmt.Appendf(nil, "POST /api/transaction HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: %s\r\nContent-Length: %d\r\n\r\n%s",
		basic(bank.key, bank.secret), len(body), body)
	var all sync.WaitGroup
	var total atomic.Int64
	var mu sync.Mutex
	start := time.Now()
	for range connections {
		all.Go(func() {
			c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			in := bufio.NewReaderSize(c, 8<<10)
			var mine []time.Duration
			for time.Since(start) < length {
				sent := time.Now()
				if err := post(c, in, request); err != nil {
					b.Error(err)
					return
				}
				mine = append(mine, time.Since(sent))
			}
			total.Add(int64(len(mine)))
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, mine...)
		})
	}
	all.Wait()
	return total.Load(), time.Since(start), latencies
}

// post sends a request and reads its answer, doing no more than it must.
func post(c net.Conn, in *bufio.Reader, request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		header, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.Contains(header, []byte(" 201 ")) {
			return fmt.Errorf("answer %s", header)
		}
		if n, ok := bytes.CutPrefix(header, []byte("Content-Length: ")); ok {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(n)))
		}
		if len(header) == 2 {
			break
		}
	}
	if length < 0 {
		return errors.New("an answer without a length")
	}
	_, err := in.Discard(length)
	return err
}

// bareLog appends to a file with group commit and does nothing else.
type bareLog struct {
	eventstore.Store // for reading
	queue            chan bareAppend
	position         atomic.Int64
}

type bareAppend struct {
	row  []byte
	done chan error
}

func newBareLog(b *testing.B, reads eventstore.Store) *bareLog {
	f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	l := &bareLog{Store: reads, queue: make(chan bareAppend, 1024)}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for first := range l.queue {
			batch := []bareAppend{first}
			for len(l.queue) > 0 && len(batch) < 1024 {
				batch = append(batch, <-l.queue)
			}
			var rows []byte
			for _, a := range batch {
				rows = append(rows, a.row...)
			}
			_, err := f.Write(rows)
			err = errors.Join(err, f.Sync())
			for _, a := range batch {
				a.done <- err
			}
		}
	}()
	b.Cleanup(func() {
		close(l.queue)
		<-stopped
		f.Close()
	})
	return l
}

// Append implements eventstore.Store. Whatever is not a transaction goes to
// the real log, where the server looks for it.
func (l *bareLog) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if !strings.HasPrefix(appends[0].Stream, "transaction/") {
		return l.Store.Append(ctx, appends...)
	}
	a := bareAppend{append(appends[0].Events[0].Data, appends[0].Events[0].Meta...), make(chan error, 1)}
	l.queue <- a
	err := <-a.done
	p := l.position.Add(1)
	return eventstore.Result{First: p, Last: p}, err
}
