package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// bulk measures bulk POSTs beside the bare group commit.
func (b *bench) bulk(context.Context) error {
	if err := b.servers(); err != nil {
		return err
	}
	lines := b.Entries / 2
	var rates []float64
	for n := range b.Rounds {
		took, err := b.ledger.bulk(b.ledger.client, fmt.Sprintf("bench-%d", n), lines)
		if err != nil {
			return err
		}
		rates = append(rates, float64(lines)/took.Seconds())
	}
	ratio := median(rates) / b.bareRate
	b.table.add(row{
		path: "bulk POST", against: "bare group commit", measured: fmt.Sprintf("%.0f %%", 100*ratio),
		budget: "at least 60 %", kept: ratio >= 0.6,
		details: fmt.Sprintf("%s lines/s in one request of %s lines", thousands(median(rates)), thousands(float64(lines))),
	})
	return nil
}

// bulk posts so many lines in one request and reads every result.
func (p *process) bulk(who credential, key string, lines int) (time.Duration, error) {
	body, writer := io.Pipe()
	go func() {
		out := bufio.NewWriterSize(writer, 1<<16)
		for range lines {
			fmt.Fprintln(out, payment())
		}
		writer.CloseWithError(out.Flush())
	}()
	r, err := http.NewRequest(http.MethodPost, p.base+"/api/transaction/bulk", body)
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
