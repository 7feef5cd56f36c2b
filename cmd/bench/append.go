package main

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// inFlight is how many callers append concurrently, one event at a time.
const inFlight = 1024

// payload is an event of typical size.
var payload = json.RawMessage(`{"amount_cents":500025,"note":"` + strings.Repeat("x", 560) + `"}`)

// append compares the log's appends with bare inserts of the same rows.
func (b *bench) append(ctx context.Context) error {
	rows := 3 * b.Entries / 10
	store, err := sqlite.Open(b.folder("append"), sqlite.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	bare, err := bareSchema(b.folder("append-bare"))
	if err != nil {
		return err
	}
	defer bare.Close()
	var ratios, bares, appends []float64
	var latencies []time.Duration
	position := int64(0)
	for range 2*b.Rounds + 1 {
		began := time.Now()
		if err := insertRows(bare, position, rows); err != nil {
			return err
		}
		position += int64(rows)
		bareTook := time.Since(began)
		began = time.Now()
		waits, err := appendRows(ctx, store, rows)
		if err != nil {
			return err
		}
		took := time.Since(began)
		ratios = append(ratios, bareTook.Seconds()/took.Seconds())
		bares, appends = append(bares, float64(rows)/bareTook.Seconds()), append(appends, float64(rows)/took.Seconds())
		latencies = append(latencies, waits...)
	}
	b.bareRate = median(bares)
	b.table.add(row{
		path: "`Append`, 1,024 in flight", against: "bare group commit of the same rows",
		measured: fmt.Sprintf("%.0f %%", 100*median(ratios)), budget: "at least 70 %", kept: median(ratios) >= 0.7,
		details: fmt.Sprintf("%s events/s, bare %s; %s", thousands(median(appends)), thousands(b.bareRate), percentilesOf(latencies)),
	})
	return nil
}

// bareSchema creates a log and opens its file with the bare driver.
func bareSchema(folder string) (*connection, error) {
	store, err := sqlite.Open(folder, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return connect(folder+string(os.PathSeparator)+sqlite.FileName, "",
		"INSERT INTO events(position, stream, version, event_id, client, type, data, meta, recorded_at, hash) VALUES(?,?,?,?,?,?,?,?,?,?)")
}

// insertRows inserts rows like those of appendRows after a position.
func insertRows(c *connection, after int64, rows int) error {
	id, hash, at := make([]byte, 16), make([]byte, 32), time.Now().UnixMicro()
	return c.groups(rows, func(i int) []driver.Value {
		return []driver.Value{after + int64(i) + 1, newStream(), int64(1), id, "c1", "transaction.originated", []byte(payload), []byte(`{}`), at, hash}
	})
}

// groups inserts rows in a log, as many in each commit as callers append
// concurrently.
func (c *connection) groups(rows int, row func(i int) []driver.Value) error {
	for done := 0; done < rows; {
		err := c.commit(func() error {
			for range min(inFlight, rows-done) {
				if err := execute(c.insert, row(done)...); err != nil {
					return err
				}
				done++
			}
			return c.script("UPDATE head SET position = position") // the log updates its head with each commit
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// appendRows appends rows from inFlight callers, one event at a time each.
func appendRows(ctx context.Context, store eventstore.Store, rows int) ([]time.Duration, error) {
	var wg sync.WaitGroup
	var turn atomic.Int64
	var failed atomic.Pointer[error]
	waits := make([]time.Duration, rows)
	for range inFlight {
		wg.Go(func() {
			for i := turn.Add(1) - 1; i < int64(rows); i = turn.Add(1) - 1 {
				began := time.Now()
				_, err := store.Append(ctx, eventstore.Append{Stream: newStream(), Client: "c1",
					Events: []eventstore.New{{Type: "transaction.originated", Data: payload}}})
				if err != nil {
					failed.Store(&err)
					return
				}
				waits[i] = time.Since(began)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	return waits, nil
}

func newStream() string { return "transaction/c1/" + uuid.Must(uuid.NewV7()).String() }
