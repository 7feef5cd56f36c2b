package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
)

// bulk compares bulk POSTs with a bare group commit of the same rows that they
// left in the log, round by round.
func (b *bench) bulk(ctx context.Context) error {
	if err := b.servers(); err != nil {
		return err
	}
	bare, err := bareSchema(b.folder("bulk-bare"))
	if err != nil {
		return err
	}
	defer bare.Close()
	lines := b.Entries / 2
	var ratios, rates, bares []float64
	var used time.Duration
	for n := range b.Rounds {
		before, err := b.ledger.head(ctx)
		if err != nil {
			return err
		}
		cpuBefore, err := b.ledger.cpu()
		if err != nil {
			return err
		}
		took, err := b.ledger.bulk(ctx, b.ledger.client, fmt.Sprintf("bench-%d", n), lines)
		if err != nil {
			return err
		}
		b.ledger.settle(ctx)
		cpuAfter, err := b.ledger.cpu()
		if err != nil {
			return err
		}
		used += cpuAfter - cpuBefore
		events, err := b.ledger.events(ctx, before)
		if err != nil {
			return err
		}
		bareTook, err := copyRows(bare, events)
		if err != nil {
			return err
		}
		perLine, perRow := took.Seconds()/float64(lines), bareTook.Seconds()/float64(len(events))
		ratios = append(ratios, perRow/perLine)
		rates, bares = append(rates, 1/perLine), append(bares, 1/perRow)
	}
	ratio := median(ratios)
	b.table.add(row{
		path: "bulk POST", against: "bare group commit of the same rows", measured: fmt.Sprintf("%.0f %%", 100*ratio),
		budget: "at least 60 %", kept: ratio >= 0.6,
		details: fmt.Sprintf("%s lines/s in one request of %s lines, bare %s; all that the ledger does with a line, relay and views too, takes %.1f µs of a core",
			thousands(median(rates)), thousands(float64(lines)), thousands(median(bares)), float64(used.Microseconds())/float64(b.Rounds*lines)),
	})
	return nil
}

// payments are the lines of a bulk request.
func payments(lines int) *bytes.Buffer {
	var body bytes.Buffer
	for range lines {
		fmt.Fprintln(&body, payment())
	}
	return &body
}

// bulk posts the given number of lines in one request and reads every result.
// The lines are generated before the clock starts.
func (p *process) bulk(ctx context.Context, who folder.Credential, key string, lines int) (time.Duration, error) {
	return p.bulkOf(ctx, who, key, payments(lines), lines)
}

func (p *process) bulkOf(ctx context.Context, who folder.Credential, key string, body io.Reader, lines int) (time.Duration, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/api/transaction/bulk", body)
	if err != nil {
		return 0, err
	}
	r.SetBasicAuth(who.Key, who.Secret)
	r.Header.Set("Content-Type", "application/x-ndjson")
	r.Header.Set("Idempotency-Key", key)
	began := time.Now()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the bulk request answers %s", response.Status)
	}
	results := 0
	for scan := bufio.NewScanner(response.Body); scan.Scan(); results++ {
		if strings.Contains(scan.Text(), `"Error"`) {
			return 0, errors.New("a line of the bulk request is refused: " + scan.Text())
		}
	}
	if results != lines {
		return 0, fmt.Errorf("the bulk request answers %d of %d lines", results, lines)
	}
	return time.Since(began), nil
}

// copyRows writes the ledger's events into the bare log.
func copyRows(c *connection, events []eventstore.Recorded) (time.Duration, error) {
	began := time.Now()
	err := c.groups(len(events), func(i int) []driver.Value {
		e := &events[i]
		return []driver.Value{e.Position, e.Stream, e.Version, e.EventID[:], e.Client, e.Type, []byte(e.Data), []byte(e.Meta), e.RecordedAt.UnixMicro(), e.Hash[:]}
	})
	return time.Since(began), err
}
