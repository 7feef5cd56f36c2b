package postgres_test

import (
	"crypto/rand"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// inFlight is how many calls wait at once, and how many rows a COPY has.
const inFlight = eventstore.MaxAppend

var payload = []byte(`{"memo":"` + strings.Repeat("x", 620) + `"}`)

// BenchmarkAppendAgainstCopy measures Append with 1,024 calls in flight, each
// one event of 700 bytes in a new stream, against COPY of the same rows into the
// same table, 1,024 to a transaction: DESIGN.md 11. They take turns, and the
// ratio is that of the times of all of them.
func BenchmarkAppendAgainstCopy(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(200)) // as the program runs
	url, _ := postgrestest.Ledger(b)
	s := open(b, postgres.Options{URL: url})
	copied, _ := postgrestest.Ledger(b)
	c, err := pgx.Connect(b.Context(), copied)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(b.Context())
	var appending, copying time.Duration
	position, events := int64(0), 0
	for round := 0; b.Loop(); round++ {
		began := time.Now()
		appendAll(b, s, round)
		appending += time.Since(began)
		rows := copyRows(&position)
		began = time.Now()
		if err := pgx.BeginFunc(b.Context(), c, func(tx pgx.Tx) error {
			_, err := tx.CopyFrom(b.Context(), pgx.Identifier{"achledger", "events"},
				[]string{"position", "version", "recorded_at", "event_id", "stream", "client", "type", "data", "meta", "hash"}, pgx.CopyFromRows(rows))
			return err
		}); err != nil {
			b.Fatal(err)
		}
		copying += time.Since(began) * batches
		events += inFlight * batches
	}
	b.ReportMetric(float64(events)/appending.Seconds(), "appended/s")
	b.ReportMetric(float64(events)/copying.Seconds(), "copied/s")
	b.ReportMetric(100*copying.Seconds()/appending.Seconds(), "%ofCOPY")
}

// batches of one round of appends: 1,024 callers come so many times.
const batches = 10

func appendAll(b *testing.B, s *postgres.Store, round int) {
	var all sync.WaitGroup
	var failed atomic.Value
	for w := range inFlight {
		all.Go(func() {
			for i := range batches {
				a := eventstore.Append{Stream: fmt.Sprintf("transaction/gym/%d/%d/%d", round, w, i), Client: "gym",
					Events: []eventstore.New{{Type: "transaction.originated", Data: payload}}}
				if _, err := s.Append(b.Context(), a); err != nil {
					failed.Store(err)
				}
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		b.Fatal(err)
	}
}

func copyRows(position *int64) [][]any {
	rows := make([][]any, inFlight)
	for i := range rows {
		*position++
		var id [16]byte
		hash := make([]byte, 32)
		_, _ = rand.Read(id[:])
		_, _ = rand.Read(hash)
		rows[i] = []any{*position, int64(1), time.Now().UnixMicro(), id, fmt.Sprintf("transaction/gym/%d", *position),
			"gym", "transaction.originated", payload, []byte("{}"), hash}
	}
	return rows
}
