package inbound

import (
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkReturns applies a file that returns every entry of a file of ours,
// with the views keeping up, and reports entries a second.
//
//	go test -bench Returns -benchtime 100000x ./workers/inbound
func BenchmarkReturns(b *testing.B) {
	w := newWorld(b)
	w.sentMany(b.N)
	must(b, w.views.CatchUp(b.Context()))
	b.ResetTimer()
	began := time.Now()
	stop := w.project()
	o := w.pipe(func(out io.Writer) { returnMany(b, out, b.N) })
	stop()
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "entries/s")
	if o.Counts.Applied != b.N {
		b.Fatalf("outcome %+v", o)
	}
}

// BenchmarkPayments receives payments and reports the most memory that was
// in use: it does not grow with the file.
//
//	go test -bench Payments -benchtime 1000000x ./workers/inbound
func BenchmarkPayments(b *testing.B) {
	w := newWorld(b)
	b.ResetTimer()
	began := time.Now()
	stop, heap := w.project(), watchHeap()
	o := w.pipe(func(out io.Writer) { creditMany(b, out, b.N, 1_000) })
	most := heap()
	stop()
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "entries/s")
	b.ReportMetric(float64(most)/(1<<20), "MiB-at-most")
	if o.Counts.Applied != b.N {
		b.Fatalf("outcome %+v", o)
	}
}

// pipe takes in a file while make writes it.
func (w *world) pipe(make func(io.Writer)) Outcome {
	w.t.Helper()
	in, out := io.Pipe()
	go func() {
		make(out)
		out.Close()
	}()
	o, err := w.intake.Take(w.t.Context(), "many.ach", FromAPI, in)
	must(w.t, err)
	return o
}

// project makes the views follow the log, as in a server.
func (w *world) project() (stop func()) {
	ctx, cancel := withCancel(w.t)
	ended := make(chan error)
	go func() { ended <- w.views.Run(ctx) }()
	return func() {
		w.t.Helper()
		must(w.t, w.views.CatchUp(w.t.Context()))
		cancel()
		must(w.t, <-ended)
	}
}

// watchHeap measures the most memory in use until the result is called.
func watchHeap() func() uint64 {
	var most atomic.Uint64
	done := make(chan struct{})
	go func() {
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.Sys-m.HeapReleased))
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(done); return most.Load() }
}
