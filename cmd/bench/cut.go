package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"
)

// callersDuringCut is how many callers post single payments while the big file
// is cut.
const callersDuringCut = 16

// cut compares cutting a full queue with building and writing the same entries
// with moov-io/ach, round by round; then it cuts once more while single
// payments are posted.
func (b *bench) cut(ctx context.Context) error {
	if err := b.servers(); err != nil {
		return err
	}
	var ratios, cuts, moovs []float64
	for n := range b.Rounds {
		took, path, err := b.cutOnce(ctx, fmt.Sprintf("quiet-%d", n), func(wait func() error) error { return wait() })
		if err != nil {
			return err
		}
		moov, err := moovTime(path, b.folder("moov.ach"))
		if err != nil {
			return err
		}
		ratios = append(ratios, took.Seconds()/moov.Seconds())
		cuts, moovs = append(cuts, took.Seconds()), append(moovs, moov.Seconds())
	}
	ratio := median(ratios)
	b.table.add(row{
		path: fmt.Sprintf("cut to checked file, %s pending", thousands(float64(b.Entries))), against: "moov-io/ach building and writing the same entries",
		measured: fmt.Sprintf("%.1f times", ratio), budget: "at most 20 times", kept: ratio <= 20,
		details: fmt.Sprintf("%.2f s, moov-io/ach %.2f s", median(cuts), median(moovs)),
	})
	quiet, err := b.ledger.post(ctx, callersDuringCut, b.Each)
	if err != nil {
		return err
	}
	var busy load
	took, _, err := b.cutOnce(ctx, "busy", func(wait func() error) (err error) {
		busy, err = b.ledger.postWhile(ctx, callersDuringCut, wait)
		return err
	})
	if err != nil {
		return err
	}
	b.duringCut(quiet, busy, took)
	return b.memory()
}

// cutOnce creates a client, fills its queue up to the threshold, and posts one
// more payment, which triggers the cut. It returns how long the file took from
// file.opened to file.rendered, by the log, and the file's path.
func (b *bench) cutOnce(ctx context.Context, name string, during func(wait func() error) error) (took time.Duration, path string, err error) {
	client, err := b.ledger.open(b.Entries+1, "231380104")
	if err != nil {
		return 0, "", err
	}
	if _, err := b.ledger.bulk(ctx, client, name, b.Entries); err != nil {
		return 0, "", err
	}
	b.ledger.settle(ctx)
	before, err := b.ledger.head(ctx)
	if err != nil {
		return 0, "", err
	}
	err = during(func() (err error) {
		if _, err = b.ledger.bulk(ctx, client, name+"-last", 1); err == nil {
			took, path, err = b.ledger.awaitFile(ctx, before)
		}
		return err
	})
	b.ledger.settle(ctx)
	return took, path, err
}

// duringCut compares the latencies of single POSTs with and without a cut.
func (b *bench) duringCut(quiet, busy load, took time.Duration) {
	without, during := percentilesOf(quiet.waits), percentilesOf(busy.waits)
	ratio := during.p99.Seconds() / without.p99.Seconds()
	b.table.add(row{
		path: "p99 of single POST during that cut", against: "without it", measured: fmt.Sprintf("%.1f times", ratio),
		budget: "at most 4 times", kept: ratio <= 4,
		details: fmt.Sprintf("%d connections; %s, without the cut %s; the cut took %.2f s",
			callersDuringCut, during, without, took.Seconds()),
	})
}

// memory reports the server's peak memory over all of the above.
func (b *bench) memory() error {
	peak, err := b.ledger.peak()
	if err != nil {
		return err
	}
	const limit = 512 << 20
	b.table.add(row{
		path: "memory", against: "serving and that cut", measured: fmt.Sprintf("%d MiB at most", peak>>20),
		budget: "under 512 MiB", kept: peak < limit,
	})
	return nil
}

// postWhile posts single payments until wait returns.
func (p *process) postWhile(ctx context.Context, connections int, wait func() error) (l load, err error) {
	loading, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	var loadErr error
	wg.Go(func() { l, loadErr = p.post(loading, connections, time.Hour) })
	err = wait()
	stop()
	wg.Wait()
	return l, errors.Join(err, loadErr)
}

// awaitFile reads the log from a position on until a file is delivered.
func (p *process) awaitFile(ctx context.Context, after int64) (took time.Duration, path string, err error) {
	store, err := p.reading()
	if err != nil {
		return 0, "", err
	}
	defer store.Close()
	var opened time.Time
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		events, err := store.ReadAll(ctx, after, 2000)
		if err != nil {
			return 0, "", err
		}
		for _, e := range events {
			after = e.Position
			switch e.Type {
			case "file.opened":
				opened = e.RecordedAt
			case "file.rendered":
				took = e.RecordedAt.Sub(opened)
				var rendered struct{ Name string }
				if err := json.Unmarshal(e.Data, &rendered); err != nil {
					return 0, "", err
				}
				path = filepath.Join(p.folder, "outbox", rendered.Name)
			case "file.delivered":
				return took, path, nil
			}
		}
	}
	return 0, "", errors.New("no file was delivered within ten minutes")
}
